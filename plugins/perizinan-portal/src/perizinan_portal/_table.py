"""The table of addresses, collected from all parts: a test walks through it with every kind of visitor."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from perizinan_portal import _accounts, _admin, _applicant, _head, _officer, _public
from perizinan_portal._kit import PageRoute

__all__ = ["PARTS", "routes"]

PARTS: Mapping[str, ModuleType] = {
    "public": _public,
    "accounts": _accounts,
    "applicant": _applicant,
    "officer": _officer,
    "head": _head,
    "admin": _admin,
}
"""The parts by name; the pages of each are in its ``ROUTES``."""


def routes() -> Mapping[str, PageRoute]:
    """
    Return all pages by name, in the order in which addresses are compared.

    Raises:
        ValueError: two pages have one name, or one address and method.
    """
    found: dict[str, PageRoute] = {}
    taken: set[tuple[str, str]] = set()
    for part in PARTS.values():
        for route in part.ROUTES:
            places = {(route.path, method) for method in route.methods}
            if route.name in found or taken & places:
                raise ValueError(f"two pages are called {route.name} or answer at {route.path}")
            taken |= places
            found[route.name] = route
    return found
