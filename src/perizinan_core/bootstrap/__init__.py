"""Putting an office together from its settings: `Office.open` is the door."""

from perizinan_core.bootstrap._office import Office, load_authority_pack, migrate_database
from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.bootstrap._settings import (
    OfficeSettings,
    PluginTable,
    PublicationSettings,
    Settings,
    SigningSettings,
    StorageSettings,
    load_settings,
)

__all__ = [
    "Office",
    "OfficeSettings",
    "PluginTable",
    "PublicationSettings",
    "Settings",
    "SigningSettings",
    "StorageSettings",
    "load_authority_pack",
    "load_plugins",
    "load_settings",
    "migrate_database",
]
