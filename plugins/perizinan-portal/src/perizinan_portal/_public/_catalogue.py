"""The catalogue: the permit types in force, those that can be applied for first."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """List them."""
    opened = {item.code for item in visit.office.permit_types(only_open=True)}
    found = sorted(visit.office.permit_types(), key=lambda item: (item.code not in opened, item.name.id))
    return Page("public/catalogue.html", {"types": found, "opened": opened})


ROUTES = (PageRoute(path="/izin", name="catalogue", show=show, menu=Menu(N_("Permits"), 10)),)
