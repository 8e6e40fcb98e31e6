"""
Permits for local governments: catalogue, applications, workflow, signed PDF permits, verification.

The names below are what most users need; each has its home in a package that exports the rest
(``docs/reference/python-api.md``). They are looked up on first use, so that a bank that only verifies does
not load a database library.
"""

import typing as _typing

from perizinan_core._exports import lazily as _lazily

if _typing.TYPE_CHECKING:
    from perizinan_core.bootstrap import Office
    from perizinan_core.errors import PerizinanError
    from perizinan_core.hooks import hookimpl
    from perizinan_core.model import Actor, ActorKind, Person
    from perizinan_core.verification import verify_permit

__all__ = [
    "Actor",
    "ActorKind",
    "Office",
    "PerizinanError",
    "Person",
    "hookimpl",
    "verify_permit",
]

_look_up, _exported = _lazily(
    __name__,
    {
        "Actor": "perizinan_core.model",
        "ActorKind": "perizinan_core.model",
        "Office": "perizinan_core.bootstrap",
        "PerizinanError": "perizinan_core.errors",
        "Person": "perizinan_core.model",
        "hookimpl": "perizinan_core.hooks",
        "verify_permit": "perizinan_core.verification",
    },
)


def __getattr__(name: str) -> _typing.Any:
    return _look_up(name)


def __dir__() -> list[str]:
    return _exported()
