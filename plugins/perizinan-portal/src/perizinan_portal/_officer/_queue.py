"""The queue: what waits for this officer, first in first. No one picks a case."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """List it."""
    today = visit.office.today()
    lines = [
        {
            "entry": item,
            "type": visit.office.permit_type(item.permit_type).name,
            "age": (today - item.opened_at.date()).days,
            "late": item.due is not None and item.due < today,
        }
        for item in visit.office.reviews.queue(actor=visit.actor)
    ]
    return Page("officer/queue.html", {"lines": lines})


ROUTES = (PageRoute(path="/petugas", name="queue", show=show, who=Who.OFFICER, menu=Menu(N_("My work"), 20)),)
