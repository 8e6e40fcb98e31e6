"""The review: outcomes of stages, stages on request, sending back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from perizinan_core.errors.workflow import StageNotOpenError, WorkflowError
from perizinan_core.model._actor import Actor, Officer
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import (
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
    StageState,
    StageStatus,
)
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import Stage, StageKind
from perizinan_core.workflow._clock import is_stage_late
from perizinan_core.workflow._duties import check_separation
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._graph import (
    approval_stage,
    live_stages,
    prerequisites,
    put_stage,
    refresh,
    returned_event,
    set_aside,
    stage_of,
)
from perizinan_core.workflow._people import excluded_officers, is_own_case, require_officer
from perizinan_core.workflow._silence import check_not_deemed
from perizinan_core.workflow._stage_access import open_approval_for, open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._submission import begin_review
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    local_day,
    terms_of,
)
from perizinan_core.workflow._waiting import settle

__all__ = [
    "allowed_outcomes",
    "decide_stage",
    "judged",
    "may_request_stage",
    "request_stage",
    "send_back",
]


def allowed_outcomes(
    application: Application, permit_type: PermitType, stage: str
) -> frozenset[StageOutcome]:
    """
    Return how the stage may end now.

    Correction needs a round that is left. A completeness check sends an incomplete file back as long as
    it can, because a return for repair is not a refusal (UU 30/2014 practice, domain notes B.3): it may be
    negative only when no correction can be asked for any more.
    """
    rule = permit_type.stage(stage)
    terms = terms_of(application)
    correction = rule.may_request_correction and len(application.corrections) < terms.max_correction_rounds
    negative = rule.may_refuse and not (rule.kind is StageKind.COMPLETENESS_CHECK and correction)
    found = {StageOutcome.POSITIVE}
    found |= {StageOutcome.CORRECTION} if correction else set()
    found |= {StageOutcome.NEGATIVE} if negative else set()
    return frozenset(found)


def decide_stage(
    application: Application,
    permit_type: PermitType,
    stage: str,
    outcome: StageOutcome,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    reasons: tuple[str, ...] = (),
    letter: OfficialLetter | None = None,
    minutes: InspectionMinutes | None = None,
    staff: Iterable[Officer] | None = None,
) -> Transition:
    """
    Judge a stage positive or negative for the current submission.

    A positive completeness check starts the clock. Corrections are asked for with `request_correction`,
    the approval stage ends with `approve` or `refuse`.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        stage: Code of an open stage that is assigned to ``actor``.
        outcome: Positive or negative.
        actor: The officer.
        now: Aware moment.
        calendar: The authority's calendar.
        reasons: Needed for a negative outcome; kept in the case.
        letter: Needed when the stage has a number register.
        minutes: Needed for a site inspection.
        staff: Everyone on record: inspectors whom the minutes name must be among them. None: not asked.

    Raises:
        StageNotOpenError: when it waits or is done.
        WorkflowError: ``not-assignee``: when it is someone else's.
        WorkflowError: ``outcome-not-allowed``: when it may not end so.
        WorkflowError: ``reason-missing``: for a negative outcome without reasons.
        WorkflowError: ``letter-missing``: see ``letter``.
        WorkflowError: ``letter-mismatch``: when the letter is another unit's or of a later day.
        WorkflowError: ``minutes-missing``: see ``minutes``.
        WorkflowError: ``minutes-mismatch``: when minutes and outcome contradict each other.
        WorkflowError: ``payment-outstanding``: for a positive payment stage before the fee is paid.
        SeparationOfDutiesError: when the officer, or an inspector in the minutes, has another duty here.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
    """
    check_state(application, Action.DECIDE_STAGE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    state = open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    check_not_deemed(application, Action.DECIDE_STAGE, calendar, now)
    rule = permit_type.stage(stage)
    _check_outcome(application, permit_type, rule, outcome)
    if outcome is StageOutcome.NEGATIVE:
        reasons = clean_reasons(Action.DECIDE_STAGE, reasons)
    today = local_day(calendar, now)
    _check_letter(rule, letter, today)
    _check_minutes(application, permit_type, rule, outcome, minutes=minutes, today=today, staff=staff)
    if rule.kind is StageKind.PAYMENT and outcome is StageOutcome.POSITIVE:
        check_paid(application)
    if minutes is not None and state.photos:
        minutes = attrs.evolve(minutes, photos=state.photos)
    done = attrs.evolve(state, letter=letter, minutes=minutes, photos=())
    decided = judged(application, done, outcome, actor, now, reasons=reasons)
    late = is_stage_late(rule, state, calendar, now)
    happened = _decided_event(application, rule, outcome, actor, now, letter=letter, late=late)
    moved = Transition(decided, (happened,)).then(lambda case: refresh(case, permit_type, actor, now))
    moved = moved.then(lambda case: begin_review(case, permit_type, actor, now, calendar))
    return moved.then(lambda case: settle(case, permit_type, actor, now, calendar))


def judged(
    application: Application,
    state: StageState,
    outcome: StageOutcome,
    actor: Actor,
    now: datetime,
    *,
    reasons: tuple[str, ...] = (),
) -> Application:
    """Return the application with the stage done for the current submission."""
    done = attrs.evolve(
        state,
        status=StageStatus.DONE,
        outcome=outcome,
        submission=application.submission,
        decided_at=now,
        decided_by=actor.id,
        reasons=reasons,
    )
    return put_stage(application, done)


def may_request_stage(application: Application, permit_type: PermitType, stage: str, actor: Actor) -> bool:
    """Return True when ``actor`` may ask for a stage that opens on request."""
    state = stage_of(application, stage)
    if not permit_type.stage(stage).on_request or state.requested:
        return False
    before = {*prerequisites(application, permit_type, stage), approval_stage(application, permit_type)}
    mine = [code for code in live_stages(application, permit_type) if code in before]
    return any(
        item.status is StageStatus.OPEN and item.assignee == actor.id
        for item in (stage_of(application, code) for code in mine)
    )


def request_stage(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Ask for a stage that opens on request ("bila diperlukan").

    The officer of an open stage before it may, and the approver; later stages then wait for it.

    Raises:
        WorkflowError: ``stage-request``: for other stages, and for anyone else.
        WorkflowError: ``not-allowed``: unless an officer asks.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
    """
    check_state(application, Action.REQUEST_STAGE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_officer(application, actor, Action.REQUEST_STAGE)
    if not may_request_stage(application, permit_type, stage, actor):
        raise WorkflowError("stage-request", stage=stage, actor=actor.id)
    check_not_deemed(application, Action.REQUEST_STAGE, calendar, now)
    asked = attrs.evolve(stage_of(application, stage), requested=True)
    happened = event(EventKind.STAGE_REQUESTED, application, actor, now, stage=stage)
    moved = Transition(put_stage(application, asked), (happened,))
    moved = moved.then(lambda case: refresh(case, permit_type, actor, now))
    return moved.then(lambda case: settle(case, permit_type, actor, now, calendar))


def send_back(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    reasons: tuple[str, ...],
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Let a judged stage be judged again, by the same officer; the approver decides so, with reasons.

    Stages after it that were judged on its outcome are set aside as well. The clock runs on.

    Raises:
        WorkflowError: ``not-assignee``: for anyone but the approver, whose stage must be open.
        StageNotOpenError: when the stage has no outcome to set aside.
        WorkflowError: ``reason-missing``: without reasons.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
    """
    check_state(application, Action.SEND_BACK)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    open_approval_for(application, permit_type, actor, Action.SEND_BACK)
    check_not_deemed(application, Action.SEND_BACK, calendar, now)
    why = clean_reasons(Action.SEND_BACK, reasons)
    state = stage_of(application, stage)
    if state.status is not StageStatus.DONE:
        raise StageNotOpenError(stage=stage, status=state.status.value, waiting_for=())
    returned = put_stage(application, set_aside(state, actor.id, now, why))
    moved = Transition(returned, (returned_event(application, permit_type, stage, actor, now),))
    moved = moved.then(lambda case: refresh(case, permit_type, actor, now, why))
    return moved.then(lambda case: settle(case, permit_type, actor, now, calendar))


def _check_outcome(
    application: Application, permit_type: PermitType, rule: Stage, outcome: StageOutcome
) -> None:
    allowed = allowed_outcomes(application, permit_type, rule.code) - {StageOutcome.CORRECTION}
    if rule.kind is StageKind.APPROVAL:
        allowed = frozenset()
    if outcome not in allowed:
        raise WorkflowError(
            "outcome-not-allowed",
            stage=rule.code,
            outcome=outcome.value,
            allowed=tuple(item.value for item in StageOutcome if item in allowed),
        )


def _check_letter(rule: Stage, letter: OfficialLetter | None, today: date) -> None:
    if rule.letter_register is not None and (letter is None or not letter.number.strip()):
        raise WorkflowError("letter-missing", stage=rule.code, register=rule.letter_register)
    if letter is not None and (letter.issued_by != rule.unit or letter.day > today):
        raise WorkflowError(
            "letter-mismatch",
            stage=rule.code,
            expected=rule.unit,
            received=letter.issued_by,
            day=letter.day.isoformat(),
        )


def _check_minutes(
    application: Application,
    permit_type: PermitType,
    rule: Stage,
    outcome: StageOutcome,
    *,
    minutes: InspectionMinutes | None,
    today: date,
    staff: Iterable[Officer] | None,
) -> None:
    if minutes is None:
        if rule.kind is StageKind.SITE_INSPECTION:
            raise WorkflowError("minutes-missing", stage=rule.code)
        return
    problem = _minutes_problem(minutes, outcome, today) or _inspector_problem(application, minutes, staff)
    if problem is not None:
        raise WorkflowError("minutes-mismatch", stage=rule.code, fault=problem)
    for inspector in minutes.inspectors:
        check_separation(application, permit_type, rule.code, inspector)


def _inspector_problem(
    application: Application, minutes: InspectionMinutes, staff: Iterable[Officer] | None
) -> str | None:
    """Return what is wrong with the people of the minutes: their names feed the separation of duties."""
    if not excluded_officers(application).isdisjoint(minutes.inspectors):
        return "interest"
    if staff is None:
        return None
    named = {officer.id: officer for officer in staff if officer.id in minutes.inspectors and officer.active}
    if len(named) < len(set(minutes.inspectors)):
        return "staff"
    return "interest" if any(is_own_case(application, one) for one in named.values()) else None


def _minutes_problem(minutes: InspectionMinutes, outcome: StageOutcome, today: date) -> str | None:
    if minutes.day > today:
        return "future"
    if not minutes.findings.strip():
        return "findings"
    if minutes.favourable is not (outcome is StageOutcome.POSITIVE):
        return "favourable" if minutes.favourable else "unfavourable"
    return None


def _decided_event(
    application: Application,
    rule: Stage,
    outcome: StageOutcome,
    actor: Actor,
    now: datetime,
    *,
    letter: OfficialLetter | None,
    late: bool,
) -> Event:
    data = {"stage": rule.code, "outcome": outcome.value, "submission": application.submission, "late": late}
    if letter is not None:
        data |= {"letter": letter.number, "letter_day": letter.day.isoformat()}
    return event(EventKind.STAGE_DECIDED, application, actor, now, **data)
