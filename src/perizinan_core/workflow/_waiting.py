"""
Whom a case waits for: the office, the applicant, or someone outside.

- While nothing but the applicant's money is missing, the clock is paused: waiting for the applicant is never
  silence of the office. It resumes with the money, or as soon as an officer has something to do.
- While another agency or an outside system is waited for, the reason and the moment since when stay on
  record, and the clock runs on: the time limit is the office's, no matter whom it asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from perizinan_core.errors.workflow import StageNotOpenError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import OutsideWait, StageState, StageStatus, WaitingFor
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._clock import pause_clock, resume_clock
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._graph import stage_of
from perizinan_core.workflow._people import case_units, require_officer
from perizinan_core.workflow._silence import is_deemed_due
from perizinan_core.workflow._stage_access import open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
)

__all__ = ["begin_wait", "end_wait", "may_begin_wait", "may_end_wait", "require_waiter", "settle"]

PAYMENT = "payment"
"""Reason of the clock's pause while only money is missing."""

_IN_REVIEW = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
_AUTOMATIC = (ActorKind.SYSTEM, ActorKind.HOST)
_OVERSEERS = (Role.SUPERVISOR, Role.OFFICE_HEAD, Role.SIGNATORY)


def settle(
    application: Application, permit_type: PermitType, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    """
    Bring a case in line with whom it waits for now; every step that opens, ends or pays something ends so.

    Marks the payment stages that money is missing for, lets the clock wait while nothing else is open, and
    ends waits for outside of stages that are no longer open.
    """
    moved = _marked(application, permit_type, actor, now)
    moved = moved.then(lambda case: _ended_with_their_stage(case, actor, now))
    return moved.then(lambda case: _clock_follows(case, actor, now, calendar))


def begin_wait(
    application: Application,
    permit_type: PermitType,
    *,
    party: WaitingFor,
    name: str,
    reason: str,
    actor: Actor,
    now: datetime,
    stage: str | None = None,
    since: datetime | None = None,
) -> Transition:
    """
    Record that the office waits for another agency or an outside system; the clock runs on.

    Args:
        application: The case, in review or decided and not issued yet.
        permit_type: The version that the application froze.
        party: What kind of party is waited for.
        name: Which agency or system.
        reason: What for; the applicant reads it.
        actor: The officer of the open stage, a supervisor, the head of office, a signatory, the system or
            the host application.
        now: Aware moment.
        stage: Code of the stage that cannot be judged meanwhile. None: the whole case; only for overseers.
        since: Since when, aware; None: since now.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        StageNotOpenError: when the stage is not open.
        WorkflowError: ``reason-missing``: without a reason.
        WorkflowError: ``outside-wait``: without a name, or with a moment before the submission or in the
            future.
    """
    check_state(application, Action.BEGIN_WAIT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_waiter(application, permit_type, stage, actor)
    if stage is not None and stage_of(application, stage).status is not StageStatus.OPEN:
        status = stage_of(application, stage).status.value
        raise StageNotOpenError(stage=stage, status=status, waiting_for=())
    (why,) = clean_reasons(Action.BEGIN_WAIT, (reason,))
    if not name.strip():
        raise WorkflowError("outside-wait", fault="name")
    first = since or now
    if first.utcoffset() is None or first > now or first < (application.submitted_at or first):
        raise WorkflowError("outside-wait", fault="since")
    wait = OutsideWait(
        number=len(application.waits) + 1,
        party=party,
        name=name.strip(),
        reason=why,
        since=first,
        by=actor.account,
        recorded_at=now,
        stage=stage,
    )
    case = attrs.evolve(application, waits=(*application.waits, wait))
    happened = event(
        EventKind.OUTSIDE_WAIT_BEGUN,
        application,
        actor,
        now,
        wait=wait.number,
        party=party.value,
        stage=stage,
        since=first.isoformat(),
    )
    return Transition(case, (happened,))


def end_wait(
    application: Application, permit_type: PermitType, number: int, *, actor: Actor, now: datetime
) -> Transition:
    """
    Record that the answer from outside is there, or is no longer needed.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        number: `OutsideWait.number`.
        actor: Who recorded the wait, or anyone who could.
        now: Aware moment.

    Raises:
        WorkflowError: ``outside-wait``: when no such wait is open.
        WorkflowError: ``not-allowed``: for anyone else.
    """
    check_state(application, Action.END_WAIT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    wait = next((item for item in application.open_waits() if item.number == number), None)
    if wait is None:
        raise WorkflowError("outside-wait", fault="unknown")
    _require_ender(application, permit_type, wait, actor)
    return _ended(application, wait, actor, now)


def may_begin_wait(
    application: Application, permit_type: PermitType, stage: str | None, actor: Actor
) -> bool:
    """Return True when ``actor`` may record a wait for the stage, or for the whole case."""
    return _passes(lambda: require_waiter(application, permit_type, stage, actor))


def may_end_wait(application: Application, permit_type: PermitType, wait: OutsideWait, actor: Actor) -> bool:
    """Return True when ``actor`` may end the wait."""
    return _passes(lambda: _require_ender(application, permit_type, wait, actor))


def _passes(guard: Callable[[], None]) -> bool:
    try:
        guard()
    except WorkflowError:
        return False
    return True


def require_waiter(
    application: Application, permit_type: PermitType, stage: str | None, actor: Actor
) -> None:
    """
    Pass for those who may say that the case, or a stage, waits for someone outside.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
    """
    overseer = actor.kind is ActorKind.OFFICER and actor.has(*_OVERSEERS)
    if stage is None or overseer or actor.kind in _AUTOMATIC:
        units = tuple(sorted(case_units(application, permit_type)))
        require_officer(application, actor, Action.BEGIN_WAIT, *_OVERSEERS, units=units, kinds=_AUTOMATIC)
        return
    open_stage_for(application, permit_type, stage, actor, Action.BEGIN_WAIT)


def _require_ender(
    application: Application, permit_type: PermitType, wait: OutsideWait, actor: Actor
) -> None:
    if actor.account == wait.by and actor.kind is ActorKind.OFFICER:
        require_officer(application, actor, Action.END_WAIT)
        return
    require_waiter(application, permit_type, wait.stage, actor)


def _ended(application: Application, wait: OutsideWait, actor: Actor, now: datetime) -> Transition:
    over = attrs.evolve(wait, ended_at=now, ended_by=actor.account)
    waits = tuple(over if item.number == wait.number else item for item in application.waits)
    happened = event(
        EventKind.OUTSIDE_WAIT_ENDED, application, actor, now, wait=wait.number, stage=wait.stage
    )
    return Transition(attrs.evolve(application, waits=waits), (happened,))


def _ended_with_their_stage(application: Application, actor: Actor, now: datetime) -> Transition:
    moved = Transition(application)
    for wait in application.open_waits():
        state = application.stage_state(wait.stage) if wait.stage is not None else None
        if state is not None and state.status is not StageStatus.OPEN:
            moved = moved.followed_by(_ended(moved.application, wait, actor, now))
    return moved


def _marked(application: Application, permit_type: PermitType, actor: Actor, now: datetime) -> Transition:
    outstanding = amount_outstanding(application)
    stages: list[StageState] = []
    events: list[Event] = []
    for state in application.stages:
        kind = permit_type.stage(state.stage).kind
        awaits = state.status is StageStatus.OPEN and kind is StageKind.PAYMENT and bool(outstanding)
        if awaits and not state.awaits_payment:
            happened = event(
                EventKind.PAYMENT_AWAITED,
                application,
                actor,
                now,
                stage=state.stage,
                outstanding=outstanding.amount,
            )
            events.append(happened)
        stages.append(attrs.evolve(state, awaits_payment=awaits))
    return Transition(attrs.evolve(application, stages=tuple(stages)), tuple(events))


def _clock_follows(
    application: Application, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    if application.state not in _IN_REVIEW or not application.clock.entries:
        return Transition(application)
    in_work = application.stages_in_work()
    only_money = bool(in_work) and all(state.awaits_payment for state in in_work)
    running = application.clock.is_running
    if only_money and running and not is_deemed_due(application, calendar, now):
        case = pause_clock(application, by=actor.account, now=now, reason=PAYMENT)
        paused = event(EventKind.CLOCK_PAUSED, case, actor, now, reason=PAYMENT)
        return Transition(case, (paused,))
    if not only_money and not running:
        case = resume_clock(application, by=actor.account, now=now, reason=PAYMENT, calendar=calendar)
        due = case.clock.due.isoformat() if case.clock.due else None
        resumed = event(EventKind.CLOCK_RESUMED, case, actor, now, reason=PAYMENT, due=due)
        return Transition(case, (resumed,))
    return Transition(application)
