"""The one terminal decision: approve, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from perizinan_core.errors.workflow import NotIssuableError, PermitStatusError, Problem, WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import Decision, DecisionKind, StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._clock import is_late, stop_clock
from perizinan_core.workflow._graph import approval_stage, outcomes_missing, outcomes_negative
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._people import require_party
from perizinan_core.workflow._renewal import check_previous
from perizinan_core.workflow._review import judged
from perizinan_core.workflow._silence import check_not_deemed
from perizinan_core.workflow._stage_access import open_approval_for, require_post
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    local_day,
)

__all__ = ["approve", "check_reviews", "may_refuse", "refuse", "withdraw"]


def check_reviews(application: Application, permit_type: PermitType) -> None:
    """
    Pass when every review that applies is positive for the current submission.

    Raises:
        WorkflowError: ``stage-outcome-missing``: naming those that are missing or negative.
    """
    missing = outcomes_missing(application, permit_type)
    negative = outcomes_negative(application, permit_type)
    if missing or negative:
        raise WorkflowError("stage-outcome-missing", missing=missing, negative=negative)


def approve(
    application: Application,
    permit_type: PermitType,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    previous_permit: Permit | None = None,
    problems: Iterable[Problem] = (),
) -> Transition:
    """
    Grant the application; the letter can then be made.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        actor: The officer of the approval stage.
        now: Aware moment.
        calendar: The authority's calendar.
        previous_permit: The permit that the application builds on, as it is now.
        problems: What would keep the permit from being issued; see `issuing_problems`.

    Raises:
        WorkflowError: ``stage-outcome-missing``: while a review of the current submission is not positive.
        WorkflowError: ``not-assignee``: for anyone but the officer of the approval stage.
        SeparationOfDutiesError: for someone who received or assessed the case.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
        PermitStatusError: when the old permit no longer carries the application.
        NotIssuableError: with all ``problems``.
    """
    check_state(application, Action.APPROVE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    approval = approval_stage(application, permit_type)
    require_post(application, permit_type, approval, actor, Action.APPROVE)
    check_reviews(application, permit_type)
    state = open_approval_for(application, permit_type, actor, Action.APPROVE)
    check_not_deemed(application, Action.APPROVE, calendar, now)
    check_previous(application, previous_permit, local_day(calendar, now), Action.APPROVE)
    if found := tuple(problems):
        raise NotIssuableError(problems=found)
    late = is_late(application, calendar, now)
    case = judged(application, state, StageOutcome.POSITIVE, actor, now)
    case = stop_clock(case, by=actor.account, now=now, reason="approved")
    case = attrs.evolve(
        case,
        state=ApplicationState.APPROVED,
        decision=Decision(kind=DecisionKind.APPROVED, at=now, by=actor.account),
    )
    happened = event(
        EventKind.APPLICATION_APPROVED,
        case,
        actor,
        now,
        stage=state.stage,
        submission=case.submission,
        late=late,
    )
    return Transition(case, (happened,))


def may_refuse(application: Application, permit_type: PermitType) -> bool:
    """Return True when the approver may refuse: a review is negative, or the approval stage itself may refuse."""
    stage = permit_type.stage(approval_stage(application, permit_type))
    return stage.may_refuse or bool(outcomes_negative(application, permit_type))


def refuse(
    application: Application,
    permit_type: PermitType,
    *,
    reasons: tuple[str, ...],
    objection_to: str,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    previous_permit: Permit | None = None,
    problems: Iterable[Problem] = (),
    legal: LegalTerms = LEGAL_TERMS,
) -> Transition:
    """
    Refuse the application, with reasons and the way to object.

    Where the stage may not refuse, and no review is negative, it still may when the permit cannot be issued.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        reasons: In words that the applicant understands.
        objection_to: Who takes an objection (keberatan): the office that decided, with its channel.
        actor: The officer of the approval stage.
        now: Aware moment.
        calendar: The authority's calendar.
        previous_permit: The permit that the application builds on, as it is now.
        problems: What would keep the permit from being issued; looked at only where nothing else allows it.
        legal: For the objection period.

    Raises:
        WorkflowError: ``reason-missing``: without reasons, or without ``objection_to``.
        WorkflowError: ``outcome-not-allowed``: when the stage may not refuse and no review is negative.
        WorkflowError: ``not-assignee``: for anyone but the officer of the approval stage.
        SeparationOfDutiesError: for someone who received or assessed the case.
        WorkflowError: ``deemed-grant-due``: when the time limit has passed in silence.
    """
    check_state(application, Action.REFUSE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    state = open_approval_for(application, permit_type, actor, Action.REFUSE)
    check_not_deemed(application, Action.REFUSE, calendar, now)
    day = local_day(calendar, now)
    if not may_refuse(application, permit_type) and _is_issuable(application, previous_permit, problems, day):
        raise WorkflowError(
            "outcome-not-allowed",
            stage=state.stage,
            outcome=StageOutcome.NEGATIVE.value,
            allowed=(StageOutcome.POSITIVE.value,),
        )
    why = clean_reasons(Action.REFUSE, reasons)
    if not objection_to.strip():
        raise WorkflowError("reason-missing", action=Action.REFUSE.value)
    until = add_period(calendar, day, legal.objection.period)
    late = is_late(application, calendar, now)
    case = judged(application, state, StageOutcome.NEGATIVE, actor, now, reasons=why)
    case = stop_clock(case, by=actor.account, now=now, reason="refused")
    case = attrs.evolve(
        case,
        state=ApplicationState.REFUSED,
        decision=Decision(
            kind=DecisionKind.REFUSED,
            at=now,
            by=actor.account,
            reasons=why,
            objection_until=until,
            objection_to=objection_to.strip(),
        ),
        closed_at=now,
    )
    happened = event(
        EventKind.APPLICATION_REFUSED,
        case,
        actor,
        now,
        stage=state.stage,
        submission=case.submission,
        objection_until=until.isoformat(),
        late=late,
    )
    return Transition(case, (happened,))


def _is_issuable(
    application: Application, previous_permit: Permit | None, problems: Iterable[Problem], day: date
) -> bool:
    try:
        check_previous(application, previous_permit, day, Action.REFUSE)
    except PermitStatusError:
        return False
    return not tuple(problems)


def withdraw(application: Application, *, actor: Actor, now: datetime, reason: str = "") -> Transition:
    """
    Take the application back, at any time before the number of its letter is taken.

    Args:
        application: The case.
        actor: The applicant, the representative or the host application.
        now: Aware moment.
        reason: No one has to give one.

    Raises:
        WorkflowError: ``not-party``: for anyone else.
    """
    check_state(application, Action.WITHDRAW)
    require_party(application, actor, Action.WITHDRAW)
    check_moment(application, now)
    case = application
    if application.decision is None:
        case = stop_clock(application, by=actor.account, now=now, reason="withdrawn")
    reasons = (reason.strip(),) if reason.strip() else ()
    case = attrs.evolve(
        case,
        state=ApplicationState.WITHDRAWN,
        decision=Decision(kind=DecisionKind.WITHDRAWN, at=now, by=actor.account, reasons=reasons),
        closed_at=now,
    )
    happened = event(EventKind.APPLICATION_WITHDRAWN, case, actor, now)
    return Transition(case, (happened,))
