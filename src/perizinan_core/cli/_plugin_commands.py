"""The commands that plugins offer, each with a context of its own; the library is loaded when one asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from perizinan_core._aside import speaking_aside
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks import PluginManager
from perizinan_core.hooks._context import PluginContext, plugin_logger, taken

if TYPE_CHECKING:
    from perizinan_core.bootstrap import Office
    from perizinan_core.hooks._manager import Registered

__all__ = ["load_plugin_command"]

_HOOK = "register_cli_commands"


def load_plugin_command(
    name: str, root: click.Context, switched_off: tuple[str, ...]
) -> click.Command | None:
    """
    Return a command of a plugin; what it asks its context for is looked up in the settings of ``root``.

    Raises:
        HookError: ``offered-twice``: several plugins offer it.
    """
    # The built-in plugin has no commands, and loads the whole library.
    manager = PluginManager(builtin=object(), disabled=switched_off, only=(_HOOK,))
    entries = [item for item in manager.gather(_HOOK) if item.record.name == name]
    if len(entries) > 1:
        plugins = tuple(sorted(item.plugin for item in entries))
        raise HookError("offered-twice", kind="command", name=name, plugins=plugins)
    for entry in entries:
        load = entry.record.load
        with speaking_aside():
            command: click.Command = load(**taken(load, {"context": _context(entry, root)}))
        return command
    return None


def _context(entry: Registered, root: click.Context) -> PluginContext[Any]:
    @cache
    def office() -> Office:
        from perizinan_core.cli._settings import open_office

        opened = open_office(root.obj)
        root.call_on_close(opened.close)
        return opened

    @cache
    def whole() -> PluginContext[Any]:
        from perizinan_core.bootstrap._contexts import Contexts
        from perizinan_core.cli._settings import settings_for

        return Contexts(settings_for(root.obj), office=office).of(entry, _HOOK)

    return PluginContext(
        plugin=entry.plugin,
        name=entry.record.name,
        clock=lambda: datetime.now(UTC),
        logger=plugin_logger(entry.plugin),
        settings=lambda: None if entry.record.settings is None else whole().settings,
        folder=lambda: whole().folder,
        office=office,
    )
