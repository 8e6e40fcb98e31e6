"""
The domain as frozen values: no I/O, no clock, no database.

The names are those of the glossary (``docs/glossary.md``). They are looked up on first use, so that whoever
verifies a permit and needs the names of the months does not load the whole domain.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perizinan_core.model._names import *  # noqa: F403 - one list of names, and type checkers see it
    from perizinan_core.model._names import __all__ as __all__


def __getattr__(name: str) -> Any:
    names = importlib.import_module("perizinan_core.model._names")
    if name != "__all__" and name not in names.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(names, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *importlib.import_module("perizinan_core.model._names").__all__})
