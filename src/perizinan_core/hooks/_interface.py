"""
The number of the plugin interface, and what it means for plugins of another one.

Within a number the interface only grows: a hook, an argument, a field with a default may come, none goes and none gets
another name (`tests/hooks/test_interface.py`). Where a name has to change, the number is raised, and the old name
works beside the new one, with a warning, for that number. So a plugin of the number before always works.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import pluggy

__all__ = ["API_VERSION", "INTERFACE", "Interface", "OldName", "WarnedManager", "declared_api", "old_names"]

API_VERSION = 1
"""Number of this interface; it is not the version of the product."""


@attrs.frozen
class OldName:
    """What a name became."""

    now: str
    """The new name; for a name of a module its whole path (``perizinan_core.hooks.EventConsumerEntry``)."""

    api: int
    """Number of the interface that brought it; with the next one the old name goes."""


@attrs.frozen(kw_only=True)
class Interface:
    """An interface: its number, and the old names of hooks that still work in it."""

    number: int = API_VERSION
    renamed_hooks: Mapping[str, OldName] = attrs.field(factory=dict, converter=MappingProxyType)
    """By old name."""

    @property
    def oldest(self) -> int:
        """Number of the oldest interface whose plugins work: the one before."""
        return max(1, self.number - 1)

    def fits(self, first: int, last: int) -> bool:
        """Return True for a plugin that works with the interfaces from ``first`` to ``last``."""
        return first <= self.number and last >= self.oldest


INTERFACE = Interface()
"""Of this version. Nothing was renamed yet."""


def declared_api(plugin: object) -> tuple[int, int] | None:
    """Return the first and last interface that a plugin states in ``perizinan_api``, or None when it states none."""
    match getattr(plugin, "perizinan_api", None):
        case bool():
            return None
        case int(number):
            return number, number
        case (int(first), int(last)) if first <= last:
            return first, last
    return None


class WarnedManager(pluggy.PluginManager):
    """Takes an implementation of a hook under its old name for one of the new, and warns."""

    def __init__(self, project: str, interface: Interface) -> None:
        """Make an empty manager."""
        super().__init__(project)
        self.interface = interface
        """What plugins are held against."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """Return what pluggy needs to know of an implementation."""
        options: Any = super().parse_hookimpl_opts(plugin, name)
        if options is None:
            return None
        meant = options.get("specname") or name
        renamed = self.interface.renamed_hooks.get(meant)
        if renamed is not None:
            place = getattr(plugin, "__name__", type(plugin).__name__)
            _warn(f"{place}.{name}: the hook {meant}", renamed, level=3)
            options["specname"] = renamed.now
        return options


def old_names(module: str, names: Mapping[str, OldName]) -> Callable[[str], Any]:
    """
    Return a ``__getattr__`` for a module, by which old names of what it exports work, each with a warning.

    ::

        if not typing.TYPE_CHECKING:  # a type checker is to see the old names as errors
            __getattr__ = old_names(__name__, {"Channel": OldName("perizinan_core.hooks.NotificationChannel", 2)})
    """

    def look_up(name: str) -> Any:
        import importlib

        renamed = names.get(name)
        if renamed is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        _warn(f"{module}.{name}", renamed, level=2)
        home, _, now = renamed.now.rpartition(".")
        return getattr(importlib.import_module(home), now)

    return look_up


def _warn(old: str, renamed: OldName, *, level: int) -> None:
    sentence = f"{old} is now {renamed.now}; the old name goes with version {renamed.api + 1} of the plugin interface"
    warnings.warn(sentence, DeprecationWarning, stacklevel=level + 1)
