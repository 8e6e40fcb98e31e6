"""Opening the office that ``--settings`` names, for commands that need one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perizinan_core.bootstrap import Office, PluginTable, Settings, load_plugins, load_settings
from perizinan_core.hooks import PluginManager
from perizinan_core.hooks._trials import Trials

__all__ = ["language_of", "open_office", "plugins_for", "settings_for"]


def settings_for(obj: dict[str, Any]) -> Settings:
    """Return the settings; raises `BootstrapError` with the code ``settings`` with every problem."""
    path: Path = obj["settings"]
    return load_settings(path)


def plugins_for(
    obj: dict[str, Any],
    settings: Settings | None = None,
    *,
    trials: Trials | None = None,
    only: tuple[str, ...] | None = None,
) -> PluginManager:
    """
    Load the plugins that the settings allow; ``--no-plugins`` leaves the built-in one.

    Args:
        obj: What the top of the command line knows.
        settings: Of the office, where there is one.
        trials: How the installed ones are tried before.
        only: Load no more of the installed ones than those that offer something for one of these hooks.
    """
    table = settings.plugins if settings is not None else PluginTable()
    return load_plugins(
        disabled=table.disabled,
        discover=not obj["no_plugins"],
        replaces=table.replaces,
        trials=trials,
        only=only,
    )


def open_office(obj: dict[str, Any], *, passphrase_file: Path | None = None) -> Office:
    """
    Open the office.

    Args:
        obj: What the top of the command line knows.
        passphrase_file: Holds the passphrase of the key that is used (a final line break is not part of it); None:
            the settings say where it is.
    """

    def secret(_position: str) -> str | None:
        if passphrase_file is None:
            return None
        return passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")

    return Office.open(settings_for(obj), discover=not obj["no_plugins"], secrets=secret)


def language_of(obj: dict[str, Any]) -> str:
    """Return the language of the output."""
    return str(obj["language"])
