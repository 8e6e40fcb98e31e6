"""Putting an office together from its settings: `Office.open` is the door."""

from perizinan_core.bootstrap._builtin import MailFolderSettings
from perizinan_core.bootstrap._examples import check_scenario
from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.bootstrap._health import FoundNow, Health, PluginHealth
from perizinan_core.bootstrap._keys import AskSecret
from perizinan_core.bootstrap._office import Office
from perizinan_core.bootstrap._opening import load_authority_pack, migrate_database
from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.bootstrap._settings import (
    CheckSettings,
    ComplaintSettings,
    MessageSettings,
    OfficeSettings,
    PluginTable,
    PublicationSettings,
    RetentionSettings,
    Settings,
    SigningSettings,
    StorageSettings,
    TimestampSettings,
    TransparencySettings,
    load_settings,
)
from perizinan_core.bootstrap._shown_settings import ShownSetting
from perizinan_core.bootstrap._status_source import open_status_source
from perizinan_core.bootstrap._upkeep import Upkeep

__all__ = [
    "AskSecret",
    "CheckSettings",
    "ComplaintSettings",
    "FindingLevel",
    "FoundNow",
    "Health",
    "MailFolderSettings",
    "MessageSettings",
    "Office",
    "OfficeFinding",
    "OfficeSettings",
    "PluginHealth",
    "PluginTable",
    "PublicationSettings",
    "RetentionSettings",
    "Settings",
    "ShownSetting",
    "SigningSettings",
    "StorageSettings",
    "TimestampSettings",
    "TransparencySettings",
    "Upkeep",
    "check_scenario",
    "load_authority_pack",
    "load_plugins",
    "load_settings",
    "migrate_database",
    "open_status_source",
]
