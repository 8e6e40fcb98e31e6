"""
What takes a case out of its ordinary course: reassignment, conflicts of interest, jumps of the queue.

Each needs a reason and a supervisor as second person, and stays on record in the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random

import attrs

from perizinan_core.errors.workflow import StageNotOpenError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Officer
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import ConflictOfInterest, JumpRequest, Override, StageState, StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._assignment import Workload, give_stage
from perizinan_core.workflow._graph import put_stage, refresh, returned_event, set_aside, stage_of
from perizinan_core.workflow._people import require_supervisor
from perizinan_core.workflow._silence import is_deemed_due
from perizinan_core.workflow._stage_access import open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    record_override,
)
from perizinan_core.workflow._waiting import settle

__all__ = [
    "QueueEntry",
    "allow_queue_jump",
    "check_queue",
    "declare_conflict",
    "jump_request",
    "may_be_decided",
    "reassign_stage",
    "request_queue_jump",
    "without_officer",
]

_JUMP = "queue_jump"
_REASSIGNMENT = "reassignment"


@attrs.frozen(kw_only=True)
class QueueEntry:
    """A case that waits for an officer at a stage."""

    application: str
    """Id of the application."""

    opened_at: datetime
    """`StageState.opened_at`: its place in the queue."""

    receipt_number: str | None = None
    """What people call the case."""


def reassign_stage(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    reason: str,
    staff: tuple[Officer, ...],
    workloads: Iterable[Workload] = (),
    actor: Actor,
    now: datetime,
    random: Random | None = None,
) -> Transition:
    """
    Take a stage from its officer and give it to another, again by the stage's rule and not by choice.

    Raises:
        WorkflowError: ``not-allowed``: unless a supervisor of the stage's unit, or of the responsible one,
            does it.
        WorkflowError: ``reason-missing``: without a reason.
        WorkflowError: ``second-person``: when the supervisor is the officer concerned.
        StageNotOpenError: when the stage is done.
        NoEligibleOfficerError: when no one else can take it; it then stays where it is.
    """
    check_state(application, Action.REASSIGN)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_supervisor(application, permit_type, actor, Action.REASSIGN, stage)
    (why,) = clean_reasons(Action.REASSIGN, (reason,))
    state = stage_of(application, stage)
    if state.status is StageStatus.DONE:
        raise StageNotOpenError(stage=stage, status=state.status.value, waiting_for=())
    if actor.id == state.assignee:
        raise WorkflowError("second-person", action=Action.REASSIGN.value, approved_by=actor.id)
    given = give_stage(
        application,
        permit_type,
        state,
        staff=staff,
        workloads=workloads,
        actor=actor,
        now=now,
        random=random,
        barred=frozenset({actor.id, *([state.assignee] if state.assignee else [])}),
    )
    override = Override(
        rule=f"{_REASSIGNMENT}:{stage}",
        requested_by=state.assignee or actor.id,
        approved_by=actor.id,
        at=now,
        reason=why,
    )
    return given.then(lambda case: record_override(case, override, actor))


def declare_conflict(
    application: Application,
    permit_type: PermitType,
    *,
    officer: str,
    reason: str,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Record that the case is an officer's own or a relative's, and take the officer out of it.

    Stages that the officer holds wait for another one. What the officer judged for the current submission
    is set aside and judged again, unless the application is already decided.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        officer: Account of the officer concerned.
        reason: Why; kept in the case, not in the public log.
        actor: The officer, or a supervisor for another officer.
        now: Aware moment.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``reason-missing``: without a reason.
    """
    check_state(application, Action.DECLARE_CONFLICT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    if actor.kind is not ActorKind.OFFICER or actor.id != officer:
        require_supervisor(application, permit_type, actor, Action.DECLARE_CONFLICT)
    (why,) = clean_reasons(Action.DECLARE_CONFLICT, (reason,))
    declared = ConflictOfInterest(officer=officer, declared_at=now, reason=why)
    case = attrs.evolve(application, conflicts=(*application.conflicts, declared))
    happened = event(EventKind.CONFLICT_DECLARED, application, actor, now, officer=officer)
    moved = Transition(case, (happened,))
    if application.state is ApplicationState.APPROVED:
        return moved
    for state in application.stages:
        moved = moved.followed_by(
            without_officer(moved.application, permit_type, state, officer, reason=why, actor=actor, now=now)
        )
    if application.state is ApplicationState.CORRECTION_REQUESTED:
        return moved
    moved = moved.then(lambda case: refresh(case, permit_type, actor, now, (why,)))
    return moved.then(lambda case: settle(case, permit_type, actor, now, calendar))


def check_queue(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    actor: Actor,
    queue: Iterable[QueueEntry],
    can_be_decided: Callable[[str], bool] = lambda _application: True,
) -> None:
    """
    Pass when no earlier case of the same stage and officer waits that could be decided now, or a jump was
    allowed since this one opened.

    A case that no one can decide now (money is missing, an agency is asked, the law has already granted it)
    does not stand in front of others.

    Args:
        application: The case that the officer wants to work on.
        permit_type: The version that the application froze.
        stage: Code of its stage, open and assigned to ``actor``.
        actor: The officer.
        queue: Cases of the same stage that wait for the officer, in any order; this one may be among them.
        can_be_decided: Tells of an application in the queue whether the officer could decide it now; asked
            only as long as it says no. See `may_be_decided`.

    Raises:
        WorkflowError: ``queue-jump``: naming the case whose turn it is.
    """
    state = open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    if _may_jump(application, state, actor):
        return
    queue, mine = tuple(queue), (state.opened_at, application.id)
    receipts = {entry.application: entry.receipt_number or entry.application for entry in queue}
    earlier = sorted(
        (entry.opened_at, entry.application)
        for entry in queue
        if entry.application != application.id and (entry.opened_at, entry.application) < mine
    )
    for place, (_, first) in enumerate(earlier):
        if can_be_decided(first):
            waiting = len(earlier) - place
            raise WorkflowError(
                "queue-jump",
                stage=stage,
                application=application.receipt_number or application.id,
                first=receipts[first],
                waiting=waiting,
            )


def may_be_decided(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> bool:
    """Return True when ``actor`` could end the stage well now, as far as the case itself says."""
    if application.is_held_up(stage) or is_deemed_due(application, calendar, now):
        return False
    try:
        open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    except WorkflowError:
        return False
    return True


def request_queue_jump(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Record that the officer of an open stage asks to take this case before its turn.

    Raises:
        WorkflowError: ``not-assignee``: for anyone but the stage's officer.
        WorkflowError: ``reason-missing``: without a reason.
    """
    check_state(application, Action.JUMP_QUEUE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    open_stage_for(application, permit_type, stage, actor, Action.JUMP_QUEUE)
    (why,) = clean_reasons(Action.JUMP_QUEUE, (reason,))
    asked = JumpRequest(stage=stage, officer=actor.id, at=now, reason=why)
    case = attrs.evolve(application, jump_requests=(*application.jump_requests, asked))
    return Transition(case, (event(EventKind.JUMP_REQUESTED, application, actor, now, stage=stage),))


def allow_queue_jump(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    approved_by: Actor,
    reason: str,
    now: datetime,
) -> Transition:
    """
    Let the officer of an open stage, who asked for it, take this case before its turn; public in the log.

    Raises:
        WorkflowError: ``not-allowed``: unless ``approved_by`` is a supervisor of the stage's unit or the
            responsible one.
        StageNotOpenError: unless the stage is open.
        WorkflowError: ``jump-not-requested``: unless its officer asked, and was not answered yet.
        WorkflowError: ``second-person``: when both are the same person.
        WorkflowError: ``reason-missing``: without a reason.
    """
    check_state(application, Action.JUMP_QUEUE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_supervisor(application, permit_type, approved_by, Action.JUMP_QUEUE, stage)
    asked = jump_request(application, stage)
    if asked is None:
        raise WorkflowError("jump-not-requested", stage=stage)
    if asked.officer == approved_by.id:
        raise WorkflowError("second-person", action=Action.JUMP_QUEUE.value, approved_by=approved_by.id)
    (why,) = clean_reasons(Action.JUMP_QUEUE, (reason,))
    override = Override(
        rule=f"{_JUMP}:{stage}",
        requested_by=asked.officer,
        approved_by=approved_by.id,
        at=now,
        reason=why,
    )
    return record_override(application, override, approved_by)


def jump_request(application: Application, stage: str) -> JumpRequest | None:
    """
    Return the request of the officer who has the stage now, if it stands unanswered.

    Raises:
        WorkflowError: ``unknown-stage``: when the stage does not apply.
        StageNotOpenError: unless it is open.
    """
    state = stage_of(application, stage)
    if state.status is not StageStatus.OPEN or state.opened_at is None:
        raise StageNotOpenError(stage=stage, status=state.status.value, waiting_for=())
    answered = [item.at for item in application.overrides if item.rule == f"{_JUMP}:{stage}"]
    since = max([state.opened_at, *answered])
    standing = [
        item
        for item in application.jump_requests
        if (item.stage, item.officer) == (stage, state.assignee) and item.at >= since
    ]
    return standing[-1] if standing else None


def _may_jump(application: Application, state: StageState, actor: Actor) -> bool:
    return any(
        override.rule == f"{_JUMP}:{state.stage}"
        and override.requested_by == actor.id
        and state.opened_at is not None
        and override.at >= state.opened_at
        for override in application.overrides
    )


def without_officer(
    application: Application,
    permit_type: PermitType,
    state: StageState,
    officer: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Transition:
    """Take the officer out of one stage, and set aside what the officer judged there."""
    present = state.minutes.inspectors if state.minutes else ()
    judged = state.status is StageStatus.DONE and officer in (state.decided_by, *present)
    if state.assignee != officer and not judged:
        return Transition(application)
    events: tuple[Event, ...] = ()
    if judged:
        state = set_aside(state, actor.id, now, (reason,))
        events = (returned_event(application, permit_type, state.stage, actor, now),)
    if state.assignee == officer:
        state = attrs.evolve(state, assignee=None, past_assignees=(*state.past_assignees, officer))
    return Transition(put_stage(application, state), events)
