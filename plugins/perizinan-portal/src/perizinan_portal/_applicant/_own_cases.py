"""The own applications, newest first."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState
from perizinan_portal._applicant._words import shown_state
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """List a page of them."""
    page = visit.office.applications.of_owner(
        actor=visit.actor, limit=20, after=visit.query("setelah") or None
    )
    cases = [
        {
            "case": item,
            "type": visit.office.catalogue.version(item.permit_type, item.permit_type_version).name,
            "state": shown_state(item.state),
            "is_draft": item.state is ApplicationState.DRAFT,
        }
        for item in page.items
    ]
    return Page("applicant/own_cases.html", {"cases": cases, "next": page.next})


ROUTES = (
    PageRoute(
        path="/permohonan",
        name="own-cases",
        show=show,
        who=Who.APPLICANT,
        menu=Menu(N_("My applications"), 20),
    ),
)
