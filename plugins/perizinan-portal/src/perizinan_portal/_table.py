"""The table of addresses, collected from all parts: a test walks through it with every kind of visitor."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_portal import _accounts, _admin, _applicant, _head, _officer, _public
from perizinan_portal._kit import PageRoute

__all__ = ["routes"]

_PARTS = (_public, _accounts, _applicant, _officer, _head, _admin)


def routes() -> Mapping[str, PageRoute]:
    """
    Return all pages by name, in the order in which addresses are compared.

    Raises:
        ValueError: two pages have one name, or one address and method.
    """
    found: dict[str, PageRoute] = {}
    taken: set[tuple[str, str]] = set()
    for part in _PARTS:
        for route in part.ROUTES:
            places = {(route.path, method) for method in route.methods}
            if route.name in found or taken & places:
                raise ValueError(f"two pages are called {route.name} or answer at {route.path}")
            taken |= places
            found[route.name] = route
    return found
