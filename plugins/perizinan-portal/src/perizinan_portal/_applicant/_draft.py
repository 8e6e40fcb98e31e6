"""The draft: the form of the permit type, and the places for papers. What was typed is kept, right or wrong."""

from __future__ import annotations

from perizinan_core import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, PermitType
from perizinan_portal._applicant._schema import field_views, read_form
from perizinan_portal._applicant._slots import slot_cards, slot_values
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who

__all__ = ["ROUTES", "draft_page", "permit_type_of"]


def permit_type_of(visit: Visit, case: Application) -> PermitType:
    """Return the permit type of a case, in its own version."""
    return visit.office.catalogue.version(case.permit_type, case.permit_type_version)


def draft_page(visit: Visit, case: Application, *, checked: bool = False) -> Page:
    """
    Return the page of a draft.

    Args:
        visit: Of the applicant.
        case: The draft.
        checked: Say what is still missing, as after pressing the button.
    """
    permit_type = permit_type_of(visit, case)
    found = visit.office.applications.problems(case.id, actor=visit.actor) if checked else ()
    faults = {item.path.removeprefix("form."): item.message(visit.language) for item in found}
    data = read_form(permit_type.form_schema, visit.posted) if visit.is_restored else case.form
    views = field_views(permit_type.form_schema, data, faults)
    values = {
        "case": case,
        "item": permit_type,
        "fields": views,
        "papers": slot_cards(visit, case),
        **slot_values(visit),
        "errors": [(_place(item.path), item.message(visit.language)) for item in found],
    }
    return Page("applicant/draft.html", values, status=422 if found else 200)


def show(visit: Visit) -> Answer:
    """Show it; a case that was handed in has its own page."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    return draft_page(visit, case, checked=visit.query("periksa") == "1")


def save(visit: Visit) -> Answer:
    """Keep what was typed."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    typed = read_form(permit_type_of(visit, case).form_schema, visit.posted)
    visit.office.applications.save(case.id, form=typed, actor=visit.actor)
    if visit.posted.one("next") == "submit":
        return Redirect(visit.url("submission", id=case.id))
    return Redirect(visit.url("draft", id=case.id), note=N_("Kept."))


def discard(visit: Visit) -> Answer:
    """Remove the draft with everything in it."""
    visit.office.applications.discard(visit.path["id"], actor=visit.actor)
    return Redirect(visit.url("own-cases"), note=N_("The draft is removed."))


def _place(path: str) -> str:
    """Return the id of the field that a problem is about."""
    part, _, rest = path.partition(".")
    if part == "form":
        return "f-form-" + rest.partition(".")[0]
    return f"slot-{rest}" if part == "documents" else "applicant"


def shown_refusal(error: PerizinanError, language: str) -> str:
    """Return why a file was refused, each reason on its own."""
    found = error.input_problems(language)
    return " ".join(item.detail for item in found) or error.message(language)


ROUTES = (
    PageRoute(path="/permohonan/{id}/isian", name="draft", show=show, act=save, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/hapus", name="discard", act=discard, who=Who.APPLICANT),
)
