"""How plugins stand, what they offer, and what of it counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.hooks._installed import Installed
from perizinan_core.hooks._judging import names_of
from perizinan_core.hooks._manifest import Manifest
from perizinan_core.hooks._trial import INCOMPATIBLE, Objection
from perizinan_core.i18n import N_, Clause

__all__ = [
    "BUILTIN",
    "Origin",
    "PluginState",
    "PluginStatus",
    "Registered",
    "concerns",
    "in_effect",
    "name_taken",
    "refused",
    "status_of",
]

BUILTIN = "builtin"
"""Name of our own plugin."""


class PluginState(StrEnum):
    """How a plugin stands."""

    LOADED = "loaded"
    DISABLED = "disabled"
    """The settings name it so."""
    FAILED = "failed"
    """It could not be imported, or raised while it registered something."""
    INCOMPATIBLE = "incompatible"
    """It was written for another version of the hooks, or implements a hook that does not exist."""


@attrs.frozen(kw_only=True)
class PluginStatus:
    """A plugin, as ``perizinan plugins list`` shows it."""

    name: str
    state: PluginState
    distribution: str = ""
    version: str = ""
    hooks: tuple[str, ...] = ()
    code: str = ""
    """Stable name of what keeps it from being loaded."""

    reason: str = ""
    """Why it is not loaded."""

    manifest: Manifest | None = None
    """What it says of itself without being loaded."""

    offers: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """What an installed plugin offered when it was tried: names or schemes by hook."""

    printed: bool = False
    """Whether it wrote on standard output or standard error when it was tried."""


class Origin(StrEnum):
    """Where a plugin came from; what a host application hands over goes before what is installed."""

    HOST = "host"
    INSTALLED = "installed"
    BUILTIN = "builtin"


@attrs.frozen(kw_only=True)
class Registered:
    """A record that a plugin returned, with the plugin's name."""

    plugin: str
    record: Any
    origin: Origin = Origin.HOST

    @property
    def names(self) -> tuple[str, ...]:
        """Under what it can be chosen."""
        return names_of(self.record)


def status_of(installed: Installed) -> PluginStatus:
    """Return what is known of a plugin before it is loaded."""
    return PluginStatus(
        name=installed.name,
        state=PluginState.LOADED,
        distribution=installed.distribution,
        version=installed.version,
        manifest=installed.manifest,
    )


def name_taken(name: str) -> Objection:
    """Return the objection that another plugin has the name."""
    return Objection("name-taken", Clause(N_("another plugin has the name {name}"), name=name))


def refused(about: PluginStatus, objection: Objection) -> PluginStatus:
    """Return the status of a plugin that is not loaded."""
    state = PluginState.INCOMPATIBLE if objection.code in INCOMPATIBLE else PluginState.FAILED
    return attrs.evolve(about, state=state, code=objection.code, reason=objection.reason)


def in_effect(claims: Iterable[Registered], replaces: Mapping[str, str]) -> tuple[Registered, ...]:
    """
    Return the records that count.

    Args:
        claims: What is offered for one hook.
        replaces: For a name: the plugin whose own counts.
    """
    items = tuple(claims)
    built_in = {name for item in items if item.origin is Origin.BUILTIN for name in item.names}
    plugins = {item.plugin for item in items}
    kept = []
    for item in items:
        if item.origin is not Origin.INSTALLED:
            kept.append(item)
            continue
        chosen = {name: replaces.get(name) for name in item.names}
        names = tuple(
            name
            for name, plugin in chosen.items()
            if plugin == item.plugin or (name not in built_in and (plugin is None or plugin not in plugins))
        )
        if names == item.names:
            kept.append(item)
        elif names:
            kept.append(attrs.evolve(item, record=attrs.evolve(item.record, schemes=names)))
    return tuple(kept)


def concerns(only: Collection[str] | None, offers: Mapping[str, Any] | None) -> bool:
    """Return whether something offered is wanted; not where nothing is known of the offers yet."""
    return only is None or offers is None or any(hook in offers for hook in only)
