"""
Plugins: what they may do, the records they return, and how they are loaded.

A plugin author needs `hookimpl`, the records that hooks return, and ``docs/reference/hooks.md``. The names are
looked up on first use, so that ``perizinan --help`` reads the manifests of plugins and loads nothing else.
"""

import typing as _typing

from perizinan_core._exports import lazily as _lazily

if _typing.TYPE_CHECKING:
    from perizinan_core.hooks._names import *  # noqa: F403 - one list of names, and type checkers see it
    from perizinan_core.hooks._names import __all__ as __all__

_look_up, _exported = _lazily(__name__, {}, "perizinan_core.hooks._names")


def __getattr__(name: str) -> _typing.Any:
    return _look_up(name)


def __dir__() -> list[str]:
    return _exported()
