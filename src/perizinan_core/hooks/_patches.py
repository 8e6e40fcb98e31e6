"""Whether a plugin changed the library itself: functions, classes and methods that are no longer what they were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

__all__ = ["patches", "snapshot"]

_LIBRARY = "perizinan_core"
_MOST_NAMED = 10


def snapshot() -> Mapping[str, object]:
    """Return every function, class and method of the library that is loaded, by ``module:name``."""
    return dict(_code())


def patches(before: Mapping[str, object], plugin: str) -> tuple[str, ...]:
    """
    Return what is not as it was, as ``module:name``.

    Args:
        before: What `snapshot` returned before the plugin was loaded.
        plugin: Top-level package of the plugin. Of modules that were loaded since, what the library holds of it counts.
    """
    now = dict(_code())
    changed = [name for name, value in before.items() if now.get(name) is not value]
    foreign = [
        name
        for name, value in now.items()
        if name not in before and str(getattr(value, "__module__", "")).partition(".")[0] == plugin
    ]
    return tuple(sorted({*changed, *foreign})[:_MOST_NAMED])


def _code() -> Iterator[tuple[str, object]]:
    for name, module in tuple(sys.modules.items()):
        if name != _LIBRARY and not name.startswith(f"{_LIBRARY}."):
            continue
        for attribute, value in tuple(vars(module).items()):
            if not callable(value):
                continue
            yield f"{name}:{attribute}", value
            if isinstance(value, type) and value.__module__ == name:
                for method, inner in tuple(vars(value).items()):
                    function = _function(inner)
                    if function is not None:
                        yield f"{name}:{attribute}.{method}", function


def _function(value: object) -> Callable[..., object] | None:
    """Return the function of a method or property; None for what is not code."""
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    return value if callable(value) else None
