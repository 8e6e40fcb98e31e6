"""Functions and formats that plugins offer to catalogues, each within a time limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from perizinan_core.bootstrap._plugins import pick
from perizinan_core.hooks._manager import PluginManager, PluginState, Registered
from perizinan_core.hooks._timed_calls import TimedCalls
from perizinan_core.model._extensions import ExpressionsEntry, Extensions, Offered

__all__ = ["HOOK", "offered_expressions"]

HOOK = "register_expressions"

SECONDS = 5.0
"""Longest time for one function or format: someone waits, and a case may be locked."""

_CALLS = TimedCalls()


def offered_expressions(manager: PluginManager) -> Extensions:
    """
    Return what catalogues may use.

    Raises:
        HookError: ``offered-twice``: two installed plugins offer a set of one name.
    """
    found = manager.gather(HOOK)
    names = sorted({name for item in found for name in item.names})
    chosen = [pick(found, "expressions", name, "name") for name in names]
    return Extensions(
        offered=tuple(Offered(plugin=item.plugin, entry=_bounded(item)) for item in chosen),
        absent={name: plugin for name, plugin in _absent(manager).items() if name not in names},
    )


def _absent(manager: PluginManager) -> dict[str, str]:
    """Return the sets of plugins that are not loaded, as far as their manifests name them."""
    return {
        name: status.name
        for status in manager.statuses
        if status.state is not PluginState.LOADED and status.manifest is not None
        for name in status.manifest.offers.get(HOOK, ())
    }


def _bounded(item: Registered) -> ExpressionsEntry:
    entry: ExpressionsEntry = item.record
    functions = tuple(
        attrs.evolve(one, compute=_timed(f"{item.plugin} {one.name}", one.compute)) for one in entry.functions
    )
    formats = tuple(
        attrs.evolve(one, check=_timed(f"{item.plugin} {one.name}", one.check)) for one in entry.formats
    )
    return attrs.evolve(entry, functions=functions, formats=formats)


def _timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: _CALLS.call(name, SECONDS, lambda: function(*values))
