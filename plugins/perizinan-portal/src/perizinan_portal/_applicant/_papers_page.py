"""The second step of a draft: its papers, the power of attorney first where someone is represented."""

from __future__ import annotations

from perizinan_core.model import Application, ApplicationState
from perizinan_portal._applicant._draft import PAGES
from perizinan_portal._applicant._slots import mandate_card, slot_cards, slot_values
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES", "papers_page"]


def papers_page(visit: Visit, case: Application) -> Page:
    """Return the page of a draft's papers."""
    mandate = mandate_card(visit, case)
    cards = (*([mandate] if mandate else ()), *slot_cards(visit, case))
    placed = {paper.id for card in cards for paper in card.view.documents}
    values = {
        "case": case,
        "pages": PAGES,
        "item": permit_type_of(visit, case),
        "papers": cards,
        **slot_values(visit),
        "loose": [paper for paper in case.current_documents() if paper.id not in placed],
    }
    return Page("applicant/papers_page.html", values)


def show(visit: Visit) -> Answer:
    """Show them; a case that was handed in has its own page."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    return papers_page(visit, case)


ROUTES = (PageRoute(path="/permohonan/{id}/berkas", name="papers", show=show, who=Who.APPLICANT),)
