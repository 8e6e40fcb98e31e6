"""Packages whose names are looked up on first use, so that importing one does not load the others."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["lazily"]


def lazily(
    package: str, homes: Mapping[str, str], names: str | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Return ``__getattr__`` and ``__dir__`` of a package.

    Args:
        package: Its name.
        homes: The module of each public name, or of those that are to be had without ``names``.
        names: The module that has all of them and an ``__all__``.
    """

    def exported() -> list[str]:
        return list(importlib.import_module(names).__all__) if names else list(homes)

    def look_up(name: str) -> Any:
        if name == "__all__":
            return exported()
        home = homes.get(name)
        if home is None and names and not name.startswith("_") and name in exported():
            home = names
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(home), name)

    return look_up, lambda: sorted(exported())
