"""The first page: what people come for."""

from __future__ import annotations

from perizinan_portal._kit import Answer, Page, PageRoute, Visit

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show the ways on."""
    return Page("public/home.html", {"count": len(visit.office.permit_types(only_open=True))})


ROUTES = (PageRoute(path="/", name="home", show=show),)
