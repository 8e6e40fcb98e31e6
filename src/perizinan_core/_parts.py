"""
The packages that an office needs and a verifier does not: the extra ``office``.

The base install models permits and verifies them. Letters, catalogues with their expressions, HEIC
pictures and migrations need larger packages; they are imported where they are used, through `office_part`.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Iterator
from importlib import metadata, util
from types import ModuleType
from typing import Any

from perizinan_core.errors.bootstrap import OfficePartMissingError

__all__ = ["EXTRA", "missing_office_parts", "office_part", "require_office_parts"]

EXTRA = "office"
"""Name of the extra in ``pyproject.toml``."""

_MODULES = {
    "alembic": "alembic",
    "cel_expr_python": "cel-expr-python",
    "pillow_heif": "pillow-heif",
    "typst": "typst",
    "yaml": "pyyaml",
}
"""Module → distribution, for each package of the extra."""


def office_part(module: str) -> ModuleType:
    """
    Import a module of the extra ``office``.

    Args:
        module: Its dotted name, e.g. ``"typst"`` or ``"alembic.command"``.

    Raises:
        OfficePartMissingError: its package is not installed.
    """
    try:
        with _readable_entry_points():
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _MODULES:
            raise
        raise OfficePartMissingError(packages=missing_office_parts()) from error


@contextlib.contextmanager
def _readable_entry_points() -> Iterator[None]:
    """
    Let a package that asks for entry points while it is imported (Alembic) read around damaged metadata.

    `importlib.metadata.entry_points` raises for all distributions when those of one cannot be read.
    """
    original = metadata.entry_points

    def readable(**wanted: Any) -> Any:
        try:
            return original(**wanted)
        except (ValueError, TypeError, AttributeError):
            found: list[metadata.EntryPoint] = []
            for distribution in metadata.distributions():
                with contextlib.suppress(ValueError, TypeError, AttributeError):
                    found.extend(distribution.entry_points)
            return metadata.EntryPoints(found).select(**wanted)

    metadata.entry_points = readable
    try:
        yield
    finally:
        metadata.entry_points = original


def missing_office_parts() -> tuple[str, ...]:
    """Return what the extra ``office`` names and is not installed, as requirements (``"typst>=0.15"``)."""
    wanted = [name for module, name in _MODULES.items() if util.find_spec(module) is None]
    return tuple(_requirement(name) for name in wanted)


def require_office_parts() -> None:
    """
    Check the whole extra at once, so that one sentence names everything.

    Raises:
        OfficePartMissingError: a package of the extra is not installed.
    """
    if missing := missing_office_parts():
        raise OfficePartMissingError(packages=missing)


def _requirement(name: str) -> str:
    """Return the bound that our own metadata state; the bare name where there are none."""
    try:
        stated = metadata.requires("perizinan-core") or []
    except metadata.PackageNotFoundError:
        stated = []
    for line in stated:
        requirement = line.partition(";")[0].strip()
        if re.match(r"[\w.-]+", requirement)[0] == name:  # type: ignore[index]
            return requirement
    return name
