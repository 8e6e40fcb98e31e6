"""What a plugin's tests ask of its settings, and the context in which its functions are called."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from perizinan_core.bootstrap import Office
from perizinan_core.bootstrap._plugin_settings import read_table
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks import MessageText, PluginContext
from perizinan_core.hooks._context import plugin_logger
from perizinan_core.services._message_texts import text_problems
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._offices import MORNING

__all__ = ["check_plugin_settings", "message_text_problems", "plugin_context"]

S = TypeVar("S")


def check_plugin_settings(kind: type[Any], table: Mapping[str, Any], *, folder: Path | None = None) -> Any:
    """
    Return a table ``[plugin.NAME]`` as the class that a plugin declares, as an office would read it.

    Args:
        kind: The attrs class in the ``settings`` of the record.
        table: The table, as TOML gives it.
        folder: Where ``perizinan.toml`` would be; relative paths count from it.

    Raises:
        BootstrapError: ``settings``: keys are unknown or wrong, all are named; ``secret-missing``.
    """
    return read_table(kind, "NAME", table, folder or Path())


def message_text_problems(texts: Iterable[MessageText]) -> tuple[str, ...]:
    """Return why an office would not open with some texts of messages, one sentence for each problem."""
    return text_problems(texts)


def plugin_context(
    settings: S,
    *,
    plugin: str = "tried",
    name: str | None = None,
    folder: Path | None = None,
    clock: Callable[[], datetime] | None = None,
    office: Office | None = None,
) -> PluginContext[S]:
    """
    Return a context, to call a hook or an opener of a plugin with.

    Args:
        settings: What the plugin's table says, as its class; None for a plugin without settings.
        plugin: Name of the plugin.
        name: Name of what is opened; that of the plugin by default.
        folder: The plugin's own; a temporary one by default, made when it is asked for.
        clock: That of the office; one that stands still by default.
        office: What `PluginContext.office` returns; none by default, and asking is refused as in an opener.
    """

    def running() -> Office:
        if office is None:
            raise HookError("no-office", plugin=plugin, wanted="office")
        return office

    return PluginContext(
        plugin=plugin,
        name=name or plugin,
        clock=clock or SettableClock(MORNING),
        logger=plugin_logger(plugin),
        settings=lambda: settings,
        folder=cache(lambda: folder or Path(tempfile.mkdtemp(prefix="plugin-"))),
        office=running,
    )
