"""
The stages as a graph: which apply, which wait for which, which open now.

A stage opens when every stage before it is positive for the current submission; stages without an order
between them run side by side. A stage that does not apply, or opens on request and was not asked for, is
skipped: what comes before it takes its place. The approval opens last, when all others are positive, or as
soon as one is negative, because then only the approver can refuse or send back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import StageOutcome, StageRecord, StageState, StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._transition import Transition, event, terms_of

__all__ = [
    "approval_stage",
    "check_graph",
    "has_outcome",
    "is_complete",
    "live_stages",
    "outcomes_missing",
    "outcomes_negative",
    "prerequisites",
    "put_stage",
    "refresh",
    "returned_event",
    "set_aside",
    "stage_of",
    "waiting_for",
]


def check_graph(permit_type: PermitType, codes: Iterable[str]) -> None:
    """
    Pass when the stages ``codes`` of the permit type can lead to a decision.

    Raises:
        WorkflowError: ``stage-graph``: with every problem at once.
    """
    problems = tuple(_problems(permit_type, tuple(codes)))
    if problems:
        raise WorkflowError(
            "stage-graph", permit_type=permit_type.code, version=permit_type.version, problems=problems
        )


def live_stages(application: Application, permit_type: PermitType) -> tuple[str, ...]:
    """Return the stages that must be positive: those of the frozen terms, on-request ones once asked for."""
    return tuple(code for code in terms_of(application).stages if _is_live(application, permit_type, code))


def stage_of(application: Application, code: str) -> StageState:
    """
    Return the state of a stage that applies.

    Raises:
        WorkflowError: ``unknown-stage``: when it does not.
    """
    applicable = terms_of(application).stages
    state = application.stage_state(code)
    if state is None or code not in applicable:
        raise WorkflowError("unknown-stage", stage=code, known=applicable)
    return state


def approval_stage(application: Application, permit_type: PermitType) -> str:
    """Return the code of the stage in which the application is decided."""
    return next(
        code for code in terms_of(application).stages if permit_type.stage(code).kind is StageKind.APPROVAL
    )


def prerequisites(application: Application, permit_type: PermitType, code: str) -> tuple[str, ...]:
    """Return the live stages that must be positive before ``code`` opens, in catalogue order."""
    live = live_stages(application, permit_type)
    if permit_type.stage(code).kind is StageKind.APPROVAL:
        return tuple(other for other in live if other != code)
    before = _before(permit_type, code, frozenset(live))
    return tuple(other for other in live if other in before)


def has_outcome(application: Application, code: str, outcome: StageOutcome) -> bool:
    """Return True when the stage ended with ``outcome`` for the current submission."""
    state = application.stage_state(code)
    return (
        state is not None
        and state.status is StageStatus.DONE
        and state.submission == application.submission
        and state.outcome is outcome
    )


def waiting_for(application: Application, permit_type: PermitType, code: str) -> tuple[str, ...]:
    """Return the stages before ``code`` that are not positive for the current submission."""
    return tuple(
        other
        for other in prerequisites(application, permit_type, code)
        if not has_outcome(application, other, StageOutcome.POSITIVE)
    )


def outcomes_missing(application: Application, permit_type: PermitType) -> tuple[str, ...]:
    """Return the live stages, without the approval, that have no outcome for the current submission."""
    waiting = waiting_for(application, permit_type, approval_stage(application, permit_type))
    return tuple(code for code in waiting if not has_outcome(application, code, StageOutcome.NEGATIVE))


def outcomes_negative(application: Application, permit_type: PermitType) -> tuple[str, ...]:
    """Return the live stages that are negative for the current submission."""
    return tuple(
        code
        for code in live_stages(application, permit_type)
        if has_outcome(application, code, StageOutcome.NEGATIVE)
    )


def is_complete(application: Application, permit_type: PermitType) -> bool:
    """Return True when every completeness check is positive for the current submission."""
    return all(
        has_outcome(application, code, StageOutcome.POSITIVE)
        for code in live_stages(application, permit_type)
        if permit_type.stage(code).kind is StageKind.COMPLETENESS_CHECK
    )


def put_stage(application: Application, state: StageState) -> Application:
    """Return the application with ``state`` in the place of the stage's former state."""
    return attrs.evolve(
        application,
        stages=tuple(state if item.stage == state.stage else item for item in application.stages),
    )


def set_aside(state: StageState, by: str, now: datetime, reasons: tuple[str, ...] = ()) -> StageState:
    """Return the stage waiting again; an outcome goes to its record, the assignee stays."""
    earlier = state.earlier
    if state.outcome is not None and state.decided_at is not None and state.decided_by is not None:
        record = StageRecord(
            submission=state.submission or 0,
            outcome=state.outcome,
            decided_at=state.decided_at,
            decided_by=state.decided_by,
            reasons=state.reasons,
            letter=state.letter,
            minutes=state.minutes,
            opened_at=state.opened_at,
            set_aside_at=now,
            set_aside_by=by,
            set_aside_reasons=reasons,
        )
        earlier = (*earlier, record)
    return StageState(
        stage=state.stage,
        requested=state.requested,
        assignee=state.assignee,
        past_assignees=state.past_assignees,
        earlier=earlier,
    )


def refresh(
    application: Application,
    permit_type: PermitType,
    actor: Actor,
    now: datetime,
    reasons: tuple[str, ...] = (),
) -> Transition:
    """
    Open what may open now, and let wait what no longer may be open.

    A stage that was judged although a stage before it is no longer positive is set aside, too. A case
    whose completeness check is to be judged again goes back from review to submitted.
    """
    moved = Transition(application)
    while True:
        step = next(_moves(moved.application, permit_type, actor, now, reasons), None)
        if step is None:
            return _settled(moved, permit_type)
        moved = moved.followed_by(step)


def returned_event(
    application: Application, permit_type: PermitType, code: str, actor: Actor, now: datetime
) -> Event:
    """Return the event of a stage whose outcome no longer counts, or that waits again."""
    kind = permit_type.stage(code).kind.value
    return event(EventKind.STAGE_RETURNED, application, actor, now, stage=code, kind=kind)


def _settled(moved: Transition, permit_type: PermitType) -> Transition:
    case = moved.application
    if case.state is not ApplicationState.IN_REVIEW or is_complete(case, permit_type):
        return moved
    return Transition(attrs.evolve(case, state=ApplicationState.SUBMITTED), moved.events)


def _moves(
    application: Application, permit_type: PermitType, actor: Actor, now: datetime, reasons: tuple[str, ...]
) -> Iterator[Transition]:
    for code in live_stages(application, permit_type):
        state = stage_of(application, code)
        ready = _is_ready(application, permit_type, code)
        if ready and state.status is StageStatus.WAITING:
            opened = attrs.evolve(state, status=StageStatus.OPEN, opened_at=now)
            yield Transition(
                put_stage(application, opened),
                (event(EventKind.STAGE_OPENED, application, actor, now, stage=code),),
            )
        elif not ready and state.status is not StageStatus.WAITING:
            yield Transition(
                put_stage(application, set_aside(state, actor.id, now, reasons)),
                (returned_event(application, permit_type, code, actor, now),),
            )


def _is_ready(application: Application, permit_type: PermitType, code: str) -> bool:
    if not waiting_for(application, permit_type, code):
        return True
    is_approval = permit_type.stage(code).kind is StageKind.APPROVAL
    return is_approval and bool(outcomes_negative(application, permit_type))


def _is_live(application: Application, permit_type: PermitType, code: str) -> bool:
    state = application.stage_state(code)
    return not permit_type.stage(code).on_request or (state is not None and state.requested)


def _before(permit_type: PermitType, code: str, live: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for other in permit_type.stage(code).after:
        found |= {other} if other in live else _before(permit_type, other, live)
    return frozenset(found)


def _problems(permit_type: PermitType, codes: tuple[str, ...]) -> Iterator[str]:
    stages = {stage.code: stage for stage in permit_type.stages}
    roles = {role.value for role in Role}
    yield from (f"{code} is not a stage of this permit type" for code in codes if code not in stages)
    approvals = [code for code in codes if code in stages and stages[code].kind is StageKind.APPROVAL]
    if len(approvals) != 1:
        yield f"exactly one approval stage must apply, found {len(approvals)}"
    yield from (
        f"the approval stage {code} cannot open on request" for code in approvals if stages[code].on_request
    )
    for stage in permit_type.stages:
        yield from (
            f"{stage.code} comes after {other}, which does not exist"
            for other in stage.after
            if other not in stages
        )
        yield from (f"{stage.code} comes after the approval" for other in stage.after if other in approvals)
        yield from (
            f"{stage.code} is separated from {other}, which does not exist"
            for other in stage.separated_from
            if other not in stages
        )
        if stage.role not in roles:
            yield f"{stage.code} needs the unknown role {stage.role}"
        if _reaches_itself(permit_type, stage.code):
            yield f"{stage.code} comes after itself"


def _reaches_itself(permit_type: PermitType, code: str) -> bool:
    stages = {stage.code: stage for stage in permit_type.stages}
    seen: set[str] = set()
    pending = list(stages[code].after)
    while pending:
        other = pending.pop()
        if other == code:
            return True
        if other not in seen and other in stages:
            seen.add(other)
            pending.extend(stages[other].after)
    return False
