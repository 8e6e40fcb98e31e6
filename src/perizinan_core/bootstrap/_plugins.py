"""The plugins of an office: the built-in one, those of the host application, the installed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from perizinan_core.bootstrap._builtin import Builtin
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import taken
from perizinan_core.hooks._manager import PluginManager, Registered

__all__ = ["called", "load_plugins", "opened", "pick"]

T = TypeVar("T")


def load_plugins(
    *, disabled: Iterable[str] = (), discover: bool = True, extra: Mapping[str, object] | None = None
) -> PluginManager:
    """Load the built-in plugin, ``extra`` plugin objects, and, unless ``discover`` is False, the installed ones."""
    return PluginManager(
        builtin=Builtin(), disabled=disabled, discover=discover, extra=tuple((extra or {}).items())
    )


def pick(records: Iterable[Registered], kind: str, name: str, attribute: str) -> Registered:
    """
    Return the record whose ``attribute`` is, or holds, ``name``; later plugins win over the built-in one.

    Raises:
        HookError: ``nothing-registered``: no plugin offers it.
    """
    found = tuple(records)
    for item in found:
        value = getattr(item.record, attribute)
        if name == value or (isinstance(value, tuple) and name in value):
            return item
    offered: set[str] = set()
    for item in found:
        value = getattr(item.record, attribute)
        offered.update(value if isinstance(value, tuple) else (value,))
    raise HookError("nothing-registered", kind=kind, name=name, offered=tuple(sorted(offered)))


def opened(item: Registered, kind: str, name: str, **arguments: Any) -> Any:
    """
    Open what a record offers.

    Raises:
        HookError: ``plugin-problem``: it raised something that is not ours; our own errors pass as they are.
    """
    return called(item, kind, name, item.record.open, **arguments)


def called(item: Registered, kind: str, name: str, function: Callable[..., T], /, **arguments: Any) -> T:
    """
    Call a function of a record with those of the arguments that it names.

    Raises:
        HookError: ``plugin-problem``: it raised something that is not ours; our own errors pass as they are.
    """
    try:
        return function(**taken(function, arguments))
    except PerizinanError:
        raise
    except Exception as error:
        raise HookError(
            "plugin-problem",
            plugin=item.plugin,
            kind=kind,
            name=name,
            reason=f"{type(error).__name__}: {error}",
        ) from error
