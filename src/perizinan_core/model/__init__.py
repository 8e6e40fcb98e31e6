"""
The domain as frozen values: no I/O, no clock, no database.

The names are those of the glossary (``docs/glossary.md``). They are looked up on first use, so that verifying
a permit, which needs the names of the months, does not load the whole domain.
"""

import typing as _typing

from perizinan_core._exports import lazily as _lazily

if _typing.TYPE_CHECKING:
    from perizinan_core.model._names import *  # noqa: F403 - one list of names, and type checkers see it
    from perizinan_core.model._names import __all__ as __all__

_look_up, _exported = _lazily(__name__, {}, "perizinan_core.model._names")


def __getattr__(name: str) -> _typing.Any:
    return _look_up(name)


def __dir__() -> list[str]:
    return _exported()
