"""
Permits for local governments: catalogue, applications, workflow, signed PDF permits, verification.

The names below are what most users need; every room exports the rest of its own. They are looked up on
first use, so that a bank that only verifies does not load a database library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "Actor": "perizinan_core.model",
    "ActorKind": "perizinan_core.model",
    "Office": "perizinan_core.bootstrap",
    "Person": "perizinan_core.model",
    "PerizinanError": "perizinan_core.errors",
    "hookimpl": "perizinan_core.hooks",
    "verify_permit": "perizinan_core.verification",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
