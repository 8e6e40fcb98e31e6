"""Checking and handing in. However often the button is pressed, there is one receipt."""

from __future__ import annotations

from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model import ApplicationState
from perizinan_portal._applicant._draft import draft_page, permit_type_of
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show everything once more; or what is still missing, at its field."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("receipt", id=case.id))
    if visit.office.applications.problems(case.id, actor=visit.actor):
        return draft_page(visit, case, checked=True)
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "slots": visit.office.applications.slots(case.id, actor=visit.actor),
    }
    return Page("applicant/submission.html", values)


def send(visit: Visit) -> Answer:
    """Hand it in, and show the receipt with the secret that is given once."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("receipt", id=case.id))
    try:
        receipt = visit.office.applications.submit(
            case.id, actor=visit.actor, idempotency_key=f"portal-submit-{case.id}"
        )
    except SubmissionRefusedError:
        return draft_page(visit, case, checked=True)
    return Page(
        "applicant/receipt.html", {"receipt": receipt, "item": permit_type_of(visit, case), "fresh": True}
    )


ROUTES = (
    PageRoute(path="/permohonan/{id}/kirim", name="submission", show=show, act=send, who=Who.REGISTERED),
)
