"""The first step of a draft: the form of the permit type."""

from __future__ import annotations

from perizinan_core import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import DraftPages, Sheet, by_script, keep_sheet, over_for_script

__all__ = ["PAGES", "ROUTES"]

PAGES = DraftPages(form="draft", papers="papers", holder="holder", hand_in="submission")

_BUTTONS = {"papers": "papers", "submit": "submission", "holder": "holder", "kind": "permit-kind"}


def show(visit: Visit) -> Answer:
    """Show it; a case that was handed in has its own page."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    return _page(_sheet(visit, case), checked=visit.query("periksa") == "1")


def save(visit: Visit) -> Answer:
    """Keep what was typed."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        if by_script(visit):
            return over_for_script()
        note = N_("This application was handed in already; what you typed now was not kept.")
        return Redirect(visit.url("case", id=case.id), note=note)
    return keep_sheet(_sheet(visit, case), _page, _BUTTONS)


def _sheet(visit: Visit, case: Application) -> Sheet:
    return Sheet.of(visit, visit.office.applications, PAGES, case)


def _page(
    sheet: Sheet, *, checked: bool = False, refused: PerizinanError | None = None, older: bool = False
) -> Page:
    visit = sheet.visit
    found = visit.office.applications.problems(sheet.case.id, actor=visit.actor) if checked else ()
    return sheet.page("applicant/draft.html", found, refused=refused, older=older)


def discard(visit: Visit) -> Answer:
    """Remove the draft with everything in it."""
    visit.office.applications.discard(visit.path["id"], actor=visit.actor)
    visit.services.store.drafts.forget(visit.path["id"])
    return Redirect(visit.url("own-cases"), note=N_("The draft is removed."))


ROUTES = (
    PageRoute(path="/permohonan/{id}/isian", name="draft", show=show, act=save, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/hapus", name="discard", act=discard, who=Who.APPLICANT),
)
