"""The table of addresses, collected from all parts: a test walks through it with every kind of visitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType

from perizinan_portal import _accounts, _admin, _applicant, _head, _officer, _public
from perizinan_portal._kit import PageRoute
from perizinan_portal.hooks import Pages

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


def routes(pages: Iterable[Pages] = ()) -> Mapping[str, PageRoute]:
    """
    Return all pages by name, those of extensions last, in the order in which addresses are compared.

    Raises:
        ValueError: two pages have one name, or one address and method.
    """
    found: dict[str, PageRoute] = {}
    taken: set[tuple[str, str]] = set()
    offered = [*(part.ROUTES for part in PARTS.values()), *(_checked(item) for item in pages)]
    for route in (one for group in offered for one in group):
        places = {(route.path, method) for method in route.methods}
        if route.name in found or taken & places:
            raise ValueError(f"two pages are called {route.name} or answer at {route.path}")
        taken |= places
        found[route.name] = route
    return found


def _checked(pages: Pages) -> Iterable[PageRoute]:
    """Return the pages of an extension, which stay within their prefix."""
    for route in pages.routes:
        if not route.name.startswith(f"{pages.prefix}-") or not route.path.startswith(f"/{pages.prefix}/"):
            raise ValueError(f"the page {route.name} at {route.path} leaves the prefix {pages.prefix}")
    return pages.routes
