"""Looking at everything once more, and handing in. However often the button is pressed, there is one receipt."""

from __future__ import annotations

from http import HTTPStatus

from perizinan_core.catalogue import describe_period, form_parts
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model import Application, ApplicationState, Organisation
from perizinan_portal._applicant._draft import PAGES
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import fee_panel, lines_of, permit_type_of, titles_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show everything once more, with what is still missing on top."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("receipt", id=case.id))
    return _summary(visit, case)


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
        return _summary(visit, case)
    visit.services.store.drafts.forget(case.id)
    item = permit_type_of(visit, case)
    case = visit.office.applications.get(case.id, actor=visit.actor)
    return Page("applicant/receipt.html", {"receipt": receipt, "item": item, "case": case, "fresh": True})


def _summary(visit: Visit, case: Application) -> Page:
    language = visit.language
    permit_type = permit_type_of(visit, case)
    applications = visit.office.applications
    preview = applications.preview(case.id, actor=visit.actor)
    found = applications.problems(case.id, actor=visit.actor)
    parts = form_parts(permit_type)
    values = {
        "case": case,
        "pages": PAGES,
        "item": permit_type,
        "lines": list(lines_of(parts, preview.fields.form, language)),
        "left_out": titles_of(parts, preview.fields.left_out, language),
        "slots": applications.slots(case.id, actor=visit.actor),
        "errors": [(PAGES.place_of(visit, case, one.path), one.message(language)) for one in found],
        "fee": fee_panel(visit, preview.fee),
        "is_exempt": preview.is_exempt,
        "exemptions": [text.to(language) for text in permit_type.exemptions],
        "filing_day": preview.filing_day,
        "due": preview.due,
        "limit": describe_period(preview.time_limit, language) if preview.time_limit else None,
        "stages": [stage.label.to(language) for stage in permit_type.stages if stage.when is None],
        "organisation": case.applicant if isinstance(case.applicant, Organisation) else None,
        "mandate": case.power_of_attorney(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found else HTTPStatus.OK
    return Page("applicant/submission.html", values, status=status)


ROUTES = (
    PageRoute(path="/permohonan/{id}/kirim", name="submission", show=show, act=send, who=Who.REGISTERED),
)
