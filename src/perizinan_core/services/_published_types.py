"""
What the numbers of permit types in QR codes mean: the types of today, and all that were ever published.

A type that the catalogue no longer has keeps its number and its last name in the authority document, because its
permits still hang on walls.
"""

from __future__ import annotations

from typing import Any

from perizinan_core.catalogue import Catalogue
from perizinan_core.published import PublishedType, type_number
from perizinan_core.storage import UnitOfWork

__all__ = ["TYPES", "published_types"]

TYPES = "published-type:"
"""How the settings with published permit types begin."""


def published_types(work: UnitOfWork, catalogue: Catalogue) -> tuple[PublishedType, ...]:
    """
    Return the published types by number, and put on record those that are new or have a new name.

    Args:
        work: A unit of work for writing; the caller commits.
        catalogue: The catalogue of today.
    """
    known: dict[str, Any] = {key.removeprefix(TYPES): name for key, name in work.settings.all(TYPES).items()}
    lost = set(work.settings.broken(TYPES))
    for item in catalogue.permit_types:
        key = TYPES + item.code
        if known.get(item.code) != item.name.id and key not in lost:
            work.settings.put(key, item.name.id)
        known[item.code] = item.name.id
    found = (PublishedType(number=type_number(code), code=code, name=name) for code, name in known.items())
    return tuple(sorted(found, key=lambda item: (item.number, item.code)))
