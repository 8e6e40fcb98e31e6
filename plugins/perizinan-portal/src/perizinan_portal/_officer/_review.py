"""A case before an officer: what was handed in, and the decision on the step that is open."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState, StageOutcome
from perizinan_core.workflow import Action
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Choice,
    Download,
    Form,
    Page,
    PageRoute,
    Redirect,
    Visit,
    Who,
    choice,
    lines,
)

__all__ = ["ROUTES"]

_OUTCOMES = (
    Choice(StageOutcome.POSITIVE.value, N_("In order")),
    Choice(StageOutcome.NEGATIVE.value, N_("Not in order")),
)


@attrs.frozen(kw_only=True)
class Judgement:
    """What is asked."""

    outcome: StageOutcome = choice(N_("Your finding"), _OUTCOMES, parse=StageOutcome)
    reasons: str = lines(N_("Reason"), required=False, hint=N_("Needed when it is not in order"))


def show(visit: Visit, form: Form[Judgement] | None = None) -> Answer:
    """Show the case, with what this officer can do now."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    actions = visit.office.applications.actions(case.id, actor=visit.actor)
    values = {
        "case": case,
        "item": visit.office.catalogue.version(case.permit_type, case.permit_type_version),
        "slots": visit.office.applications.slots(case.id, actor=visit.actor),
        "stages": [item.stage for item in actions if item.action is Action.DECIDE_STAGE],
        "may_approve": any(item.action is Action.APPROVE for item in actions),
        "may_issue": any(item.action in (Action.ISSUE, Action.SIGN, Action.TAKE_NUMBER) for item in actions),
        "form": form or visit.fill(Judgement),
    }
    return Page("officer/review.html", values, status=422 if form else 200)


def decide(visit: Visit) -> Answer:
    """Judge the step."""
    form = visit.read(Judgement)
    if form.value is None:
        return show(visit, form)
    reasons = (form.value.reasons,) if form.value.reasons else ()
    if form.value.outcome is StageOutcome.NEGATIVE and not reasons:
        return show(visit, form.refuse("reasons", N_("Say why it is not in order")))
    visit.office.reviews.decide(
        visit.path["id"],
        visit.path["stage"],
        form.value.outcome,
        reasons=reasons,
        actor=visit.actor,
        idempotency_key=visit.key,
    )
    return Redirect(visit.url("queue"), note=N_("Your finding is on record."))


def approve(visit: Visit) -> Answer:
    """Approve the application."""
    case = visit.office.reviews.approve(visit.path["id"], actor=visit.actor, idempotency_key=visit.key)
    assert case.state is not ApplicationState.DRAFT  # noqa: S101 - an approved case was handed in
    return Redirect(visit.url("queue"), note=N_("The application is approved."))


def issue(visit: Visit) -> Answer:
    """Sign the permit."""
    visit.office.permits.issue(visit.path["id"], actor=visit.actor, idempotency_key=visit.key)
    return Redirect(visit.url("review", id=visit.path["id"]), note=N_("The permit is signed."))


def paper(visit: Visit) -> Answer:
    """Give a file that was handed in."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    found = next((item for item in case.documents if item.id == visit.path["paper"]), None)
    if found is None:
        raise PortalError("page-not-found")
    return Download(
        visit.office.applications.open_document(case.id, found.id, actor=visit.actor),
        found.file_name,
        found.content_type,
    )


ROUTES = (
    PageRoute(path="/petugas/berkas/{id}", name="review", show=show, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/tahap/{stage}", name="decide", act=decide, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/setujui", name="approve", act=approve, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/terbitkan", name="issue", act=issue, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/dokumen/{paper}", name="paper", show=paper, who=Who.OFFICER),
)
