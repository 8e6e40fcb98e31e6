"""
Correction rounds: the office asks for repairs, the clock waits, and the application lapses without answer.

The window begins when the applicant's side is notified, see `_notice`; the day that a request names is for now counted
from the request.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import (
    CorrectionItem,
    CorrectionRequest,
    Decision,
    DecisionKind,
    StageOutcome,
)
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import RequirementSource
from perizinan_core.workflow._clock import pause_clock, stop_clock
from perizinan_core.workflow._drafts import APPLICANT_TARGET, FORM_TARGET
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._notice import require_notified
from perizinan_core.workflow._people import require_kind
from perizinan_core.workflow._review import allowed_outcomes, judged
from perizinan_core.workflow._silence import check_not_deemed
from perizinan_core.workflow._stage_access import open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    event,
    local_day,
    terms_of,
)
from perizinan_core.workflow._waiting import settle

__all__ = ["correction_targets", "lapse", "request_correction", "rounds_left"]


def rounds_left(application: Application) -> int:
    """Return how many correction rounds the permit type still allows."""
    return max(0, terms_of(application).max_correction_rounds - len(application.corrections))


def correction_targets(application: Application, permit_type: PermitType) -> tuple[str, ...]:
    """
    Return what a correction can ask for.

    The slots of the applicant's papers, those that the office may ask for in the review included;
    ``form:<field>`` for the fields of the form; ``applicant`` for the data of those who apply.
    """
    slots = (
        slot.key
        for slot in terms_of(application).slots
        if permit_type.requirement(slot.requirement).brought_by is RequirementSource.APPLICANT
    )
    fields = (FORM_TARGET + name for name in permit_type.form_schema.get("properties", {}))
    return (*slots, *fields, APPLICANT_TARGET)


def request_correction(
    application: Application,
    permit_type: PermitType,
    stage: str,
    items: tuple[CorrectionItem, ...],
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Send the application back to the applicant for repair; not a refusal.

    The clock waits until the answer and is never reset. The stage, and all others, are judged again for
    the next submission.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        stage: Code of an open stage that is assigned to ``actor``.
        items: What to put right, each with its reason.
        actor: The officer.
        now: Aware moment.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``correction-limit``: when all rounds are used.
        WorkflowError: ``outcome-not-allowed``: when this stage may not ask for corrections.
        WorkflowError: ``correction-target``: for unknown or repeated targets.
        WorkflowError: ``reason-missing``: without items, or with an item without words.
        StageNotOpenError: when the stage waits or is done.
        WorkflowError: ``not-assignee``: when it is someone else's.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
    """
    check_state(application, Action.REQUEST_CORRECTION)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    state = open_stage_for(application, permit_type, stage, actor, Action.REQUEST_CORRECTION)
    check_not_deemed(application, Action.REQUEST_CORRECTION, calendar, now)
    _check_round(application, permit_type, stage)
    _check_items(application, permit_type, items)
    number = len(application.corrections) + 1
    request = CorrectionRequest(
        round=number,
        stage=stage,
        requested_by=actor.id,
        requested_at=now,
        items=items,
        answer_by=add_period(calendar, local_day(calendar, now), terms_of(application).correction_window),
        counted_on=calendar.version,
        filled=tuple(sorted(application.form)),
    )
    reasons = tuple(item.reason for item in items)
    case = judged(application, state, StageOutcome.CORRECTION, actor, now, reasons=reasons)
    case = attrs.evolve(
        case,
        state=ApplicationState.CORRECTION_REQUESTED,
        corrections=(*application.corrections, request),
    )
    if case.clock.is_running:
        case = pause_clock(case, by=actor.account, now=now, reason=f"correction {number}")
    happened = event(
        EventKind.CORRECTION_REQUESTED,
        case,
        actor,
        now,
        stage=stage,
        round=number,
        targets=[item.target for item in items],
        answer_by=request.answer_by.isoformat(),
    )
    moved = Transition(case, (happened,))
    return moved.then(lambda asked: settle(asked, permit_type, actor, now, calendar))


def lapse(application: Application, *, actor: Actor, now: datetime, calendar: WorkingCalendar) -> Transition:
    """
    Close an application whose correction window has passed without an answer.

    Raises:
        WorkflowError: ``notice-missing``: the applicant's side was never notified, so that the window has not begun.
        WorkflowError: ``not-due``: while the window is open; its last local day belongs to it.
        WorkflowError: ``not-allowed``: unless the system or the host application does it.
    """
    check_state(application, Action.LAPSE)
    require_kind(actor, Action.LAPSE, ActorKind.SYSTEM, ActorKind.HOST)
    check_moment(application, now)
    request = application.corrections[-1]
    require_notified(application, f"correction-{request.round}", Action.LAPSE)
    today = local_day(calendar, now)
    if today <= request.answer_by:
        raise WorkflowError("not-due", action=Action.LAPSE.value, due=request.answer_by, today=today)
    case = stop_clock(application, by=actor.account, now=now, reason="lapsed")
    case = attrs.evolve(
        case,
        state=ApplicationState.LAPSED,
        decision=Decision(kind=DecisionKind.LAPSED, at=now, by=actor.account),
        closed_at=now,
    )
    happened = event(EventKind.APPLICATION_LAPSED, case, actor, now, answer_by=request.answer_by.isoformat())
    return Transition(case, (happened,))


def _check_round(application: Application, permit_type: PermitType, stage: str) -> None:
    if not permit_type.stage(stage).may_request_correction:
        allowed = allowed_outcomes(application, permit_type, stage)
        raise WorkflowError(
            "outcome-not-allowed",
            stage=stage,
            outcome=StageOutcome.CORRECTION.value,
            allowed=tuple(item.value for item in StageOutcome if item in allowed),
        )
    if not rounds_left(application):
        raise WorkflowError(
            "correction-limit",
            used=len(application.corrections),
            limit=terms_of(application).max_correction_rounds,
        )


def _check_items(
    application: Application, permit_type: PermitType, items: tuple[CorrectionItem, ...]
) -> None:
    if not items or not all(item.reason.strip() for item in items):
        raise WorkflowError("reason-missing", action=Action.REQUEST_CORRECTION.value)
    known = correction_targets(application, permit_type)
    counts = Counter(item.target for item in items)
    wrong = tuple(target for target, count in counts.items() if count > 1 or target not in known)
    if wrong:
        raise WorkflowError("correction-target", targets=wrong, known=known)
