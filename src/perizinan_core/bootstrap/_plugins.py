"""The plugins of an office: the built-in one, those of the host application, the installed ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from perizinan_core.bootstrap._builtin import Builtin
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import taken
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._manager import Origin, PluginManager, Registered
from perizinan_core.hooks._timed_calls import TIME_LIMIT, StillHangingError, TimedCalls, TimeLimitError
from perizinan_core.hooks._trials import Trials

__all__ = ["called", "load_plugins", "opened", "pick", "timed"]

T = TypeVar("T")

_CALLS = TimedCalls()


def load_plugins(
    *,
    disabled: Iterable[str] = (),
    discover: bool = True,
    extra: Mapping[str, object] | None = None,
    replaces: Mapping[str, str] | None = None,
    trials: Trials | None = None,
    only: Collection[str] | None = None,
) -> PluginManager:
    """
    Load the built-in plugin, ``extra`` plugin objects, and, unless ``discover`` is False, the installed ones.

    Args:
        disabled: Names of plugins that are not to be loaded.
        discover: False leaves the installed ones out.
        extra: Plugin objects by name.
        replaces: ``[plugins.replaces]``: for a name or scheme, the plugin whose own is used.
        trials: How the installed ones are tried before.
        only: Load no more of the installed ones than those that offer something for one of these hooks.
    """
    return PluginManager(
        builtin=Builtin(),
        disabled=disabled,
        discover=discover,
        extra=tuple((extra or {}).items()),
        replaces=replaces,
        trials=trials,
        only=only,
    )


def pick(records: Iterable[Registered], kind: str, name: str, attribute: str) -> Registered:
    """
    Return the record whose ``attribute`` is, or holds, ``name``: the host application's before an installed one.

    Raises:
        HookError: ``nothing-registered``: no plugin offers it; ``offered-twice``: two installed plugins do, and the
            settings do not say whose is used.
    """
    found = tuple(records)
    matching = []
    offered: set[str] = set()
    for item in found:
        value = getattr(item.record, attribute)
        names = value if isinstance(value, tuple) else (value,)
        offered.update(names)
        if name in names:
            matching.append(item)
    if not matching:
        raise HookError("nothing-registered", kind=kind, name=name, offered=tuple(sorted(offered)))
    plugins = tuple(sorted({item.plugin for item in matching if item.origin is Origin.INSTALLED}))
    if matching[0].origin is Origin.INSTALLED and len(plugins) > 1:
        raise HookError("offered-twice", kind=kind, name=name, plugins=plugins)
    return matching[0]


def opened(item: Registered, kind: str, name: str, **arguments: Any) -> Any:
    """
    Open what a record offers.

    Raises:
        HookError: ``plugin-problem``: it raised something that is not ours; our own errors pass as they are.
    """
    return timed(item, kind, name, item.record.open, **arguments)


def timed(item: Registered, kind: str, name: str, function: Callable[..., T], /, **arguments: Any) -> T:
    """
    Call a function of a record as `called` does, within a time limit.

    Raises:
        HookError: ``plugin-problem``, as `called`; ``plugin-hangs``: it did not return in time.
    """
    if item.origin is Origin.BUILTIN:
        return called(item, kind, name, function, **arguments)
    try:
        return _CALLS.call(
            f"{kind} {name}", TIME_LIMIT, lambda: called(item, kind, name, function, **arguments)
        )
    except (TimeLimitError, StillHangingError) as error:
        raise HookError(
            "plugin-hangs", plugin=item.plugin, kind=kind, name=name, seconds=round(TIME_LIMIT)
        ) from error


def called(item: Registered, kind: str, name: str, function: Callable[..., T], /, **arguments: Any) -> T:
    """
    Call a function of a record with those of the arguments that it names.

    Raises:
        HookError: ``plugin-problem``: it raised something that is not ours; our own errors pass as they are.
    """
    try:
        answer: T = settled(function(**taken(function, arguments)))
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
    return answer
