"""A case as officers look at it: its papers with their versions, what is open, what this officer may do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from perizinan_core import PerizinanError
from perizinan_core.catalogue import form_parts
from perizinan_core.errors.base import Category
from perizinan_core.i18n import N_
from perizinan_core.model import (
    Application,
    ApplicationState,
    PermitType,
    Stage,
    StageKind,
    StageStatus,
    SubmittedDocument,
)
from perizinan_core.services import CorrectionView
from perizinan_core.storage import QueueEntry
from perizinan_core.workflow import Action
from perizinan_portal._kit import Form, Page, Visit
from perizinan_portal._permit_forms import lines_of

__all__ = ["Paper", "case_of", "may_be_shown", "papers_of", "review_page", "similar_of", "type_of", "unsent"]

_SHOWN = {StageStatus.DONE: "done", StageStatus.OPEN: "now", StageStatus.WAITING: "later"}


@attrs.frozen(kw_only=True)
class Paper:
    """A paper that was handed in, with its former versions."""

    document: SubmittedDocument
    label: str
    is_new: bool
    """Handed in after the last request for corrections."""

    former: tuple[SubmittedDocument, ...] = ()
    """Versions that it replaced, the newest first."""

    remark: str | None = None
    """What this officer wrote down about it; an empty text: in order; None: nothing yet."""


def case_of(visit: Visit) -> Application:
    """Return the case of the address; a draft does not exist for officers."""
    return visit.office.applications.get(visit.path["id"], actor=visit.actor)


def type_of(visit: Visit, case: Application) -> PermitType:
    """Return the permit type in the version of the case."""
    return visit.office.catalogue.version(case.permit_type, case.permit_type_version)


def papers_of(visit: Visit, case: Application) -> tuple[Paper, ...]:
    """Return the papers in the order of the requirements; the version that counts, and those before it."""
    asked_at = case.corrections[-1].requested_at if case.corrections else None
    remarks = visit.services.store.findings.of_case(case.id, visit.actor.id)
    found = []
    for slot in visit.office.applications.slots(case.id, actor=visit.actor):
        key = slot.terms.key
        former = sorted(
            (one for one in case.documents if one.slot == key and one.replaced_at is not None),
            key=lambda one: one.uploaded_at,
            reverse=True,
        )
        found += [
            Paper(
                document=document,
                label=slot.requirement.label.to(visit.language),
                is_new=asked_at is not None and document.uploaded_at > asked_at,
                former=tuple(former),
                remark=remarks.get(key),
            )
            for document in slot.documents
        ]
    return tuple(found)


def may_be_shown(error: PerizinanError) -> bool:
    """Return whether a refusal belongs on the page whose form was sent: nothing that was typed there is lost."""
    return error.category in (Category.CONFLICT, Category.INPUT, Category.OUTSIDE, Category.UNAVAILABLE)


def review_page(
    visit: Visit,
    case: Application,
    forms: Mapping[str, Form[Any]] | None = None,
    refused: PerizinanError | None = None,
) -> Page:
    """Show the case; `forms` are those that were filled in wrongly, or that the office refused, by step."""
    from perizinan_portal._officer._acts import offered  # the pages of acts lead back to this one
    from perizinan_portal._officer._judgements import is_judging, judgement_of

    given, similar = forms or {}, similar_of(visit, case)
    permit_type = type_of(visit, case)
    actions = visit.office.applications.actions(case.id, actor=visit.actor)
    judged = [permit_type.stage(item.stage or "") for item in actions if is_judging(item)]
    values = {
        "case": case,
        "item": permit_type,
        "stated": list(lines_of(form_parts(permit_type), case.form, visit.language)),
        "state": _STATES[case.state],
        "papers": papers_of(visit, case),
        "answered": _answered(visit, case),
        "unsent": unsent(visit, case),
        "may_correct": [item.stage for item in actions if item.action is Action.REQUEST_CORRECTION],
        "judging": [
            (stage, given.get(stage.code) or visit.fill(judgement_of(stage.kind)))
            for stage in judged
            if stage.kind is not StageKind.APPROVAL
        ],
        "errors": tuple(pair for form in given.values() for pair in form.errors),
        "may_approve": any(item.action is Action.APPROVE for item in actions),
        "may_issue": any(item.action in (Action.ISSUE, Action.SIGN, Action.TAKE_NUMBER) for item in actions),
        "refused": None if refused is None else refused.message(visit.language),
        "typed": _typed(visit, given, judged) if refused is not None else [],
        "earlier": _earlier(visit, case, judged),
        "acts": offered(visit, case, actions),
        "checks": case.unsettled_checks(),
        "similar": similar,
        "must_explain": any(one["note"] is None for one in similar),
        "now": visit.office.now(),
        "steps": _steps(visit, case, permit_type),
        "waits": [wait for wait in case.waits if wait.ended_at is None],
        "days_late": _days_late(case.clock.due, visit.office.today()),
    }
    status = (422 if forms else 200) if refused is None else refused.http_status
    return Page("officer/review.html", values, status=status)


def _typed(visit: Visit, forms: Mapping[str, Form[Any]], judged: Sequence[Stage]) -> list[tuple[str, str]]:
    """Return what was typed about a step that this officer cannot judge any more."""
    open_steps = {stage.code for stage in judged}
    return [
        (visit.say(form[name].label), form[name].value)
        for code, form in forms.items()
        if code not in open_steps
        for name in (field.name for field in attrs.fields(form.kind))
        if form[name].value and form[name].kind == "lines"
    ]


def _earlier(visit: Visit, case: Application, judged: Sequence[Stage]) -> QueueEntry | None:
    """Return the case that is to be taken before this one, where there is one."""
    if not judged:
        return None
    first = visit.office.reviews.queue(actor=visit.actor, stages=[stage.code for stage in judged], limit=1)
    if not first or first[0].held_up or first[0].application == case.id:
        return None
    return first[0]


def similar_of(visit: Visit, case: Application) -> list[dict[str, Any]]:
    """Return other applications for the same, each with the note that says why this one continues."""
    notes = {other: note for note in case.similar_notes for other in note.others}
    found = visit.office.lists.similar(case.id, actor=visit.actor)
    return [{"case": other, "note": notes.get(other.id)} for other in found]


def _answered(visit: Visit, case: Application) -> CorrectionView | None:
    """Return the last round of corrections once the applicant handed the answers in."""
    rounds = visit.office.applications.corrections(case.id, actor=visit.actor) if case.corrections else ()
    return rounds[0] if rounds and not rounds[0].is_open else None


def unsent(visit: Visit, case: Application) -> int:
    """Return how many remarks this officer wrote down and did not send."""
    return sum(1 for one in visit.services.store.findings.of_case(case.id, visit.actor.id).values() if one)


def _steps(visit: Visit, case: Application, permit_type: PermitType) -> list[dict[str, Any]]:
    steps = []
    for item in case.stages:
        said = (
            visit.office.authority.calendar.time_zone.local(item.decided_at).date()
            if item.decided_at
            else None
        )
        steps.append(
            {
                "name": permit_type.stage(item.stage).label.to(visit.language),
                "state": _SHOWN.get(item.status, "later"),
                "decided_on": said,
                "outcome": "" if item.outcome is None else _OUTCOMES[item.outcome.value],
                "reasons": "; ".join(item.reasons),
                "code": item.stage,
                "minutes": item.minutes is not None,
            }
        )
    return steps


def _days_late(due: date | None, today: date) -> int:
    return 0 if due is None else max(0, (today - due).days)


_OUTCOMES = {
    "positive": N_("In order"),
    "negative": N_("Not in order"),
    "correction": N_("Correction requested"),
}

_STATES = {
    ApplicationState.DRAFT: (N_("Not handed in yet"), "warn"),
    ApplicationState.SUBMITTED: (N_("Handed in"), "calm"),
    ApplicationState.IN_REVIEW: (N_("Being worked on"), "calm"),
    ApplicationState.CORRECTION_REQUESTED: (N_("Waits for the applicant"), "warn"),
    ApplicationState.APPROVED: (N_("Approved"), "good"),
    ApplicationState.AWAITING_SIGNATURE: (N_("Waits for the signature"), "good"),
    ApplicationState.ISSUED: (N_("Permit issued"), "good"),
    ApplicationState.REFUSED: (N_("Refused"), "bad"),
    ApplicationState.WITHDRAWN: (N_("Withdrawn"), "calm"),
    ApplicationState.LAPSED: (N_("Lapsed"), "bad"),
}
