"""Who of the office looked at a case, when and for what."""

from __future__ import annotations

from perizinan_portal._accounts._account import restorations_of
from perizinan_portal._kit import Answer, Page, PageRoute, Visit, Who
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show a page of looks, the newest first."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    page = visit.office.applications.readings(
        case.id, actor=visit.actor, limit=30, after=visit.query("setelah") or None
    )
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "readings": page.items,
        "next": page.next,
        "restorations": restorations_of(visit, own_account(visit)),
    }
    return Page("applicant/readings.html", values)


ROUTES = (PageRoute(path="/permohonan/{id}/dilihat", name="readings", show=show, who=Who.APPLICANT),)
