"""
Silence past the time limit: the application is granted by law (UU 30/2014 art. 53(4) as amended).

From the day after the deadline of a running clock no one can decide any more, where the permit type does
not exclude the rule; the deemed grant is recorded with its evidence and stays distinct from a grant.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Officer
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import Decision, DecisionKind, DeemedGrant
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import SilencePolicy
from perizinan_core.workflow._assignment import unstaffed_stages
from perizinan_core.workflow._clock import consumed_days, due_date, is_late, stop_clock
from perizinan_core.workflow._deadlines import last_day_to_issue, recompute_deadlines
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._people import require_kind
from perizinan_core.workflow._states import Action, actions_in, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    event,
    local_day,
    terms_of,
)

__all__ = ["check_not_deemed", "deem_granted", "is_deemed_due"]


def is_deemed_due(application: Application, calendar: WorkingCalendar, now: datetime) -> bool:
    """Return True when the limit has passed in silence and the grant by law is not recorded yet."""
    return (
        Action.DEEM_GRANTED in actions_in(application.state)
        and terms_of(application).silence is not SilencePolicy.NONE
        and is_late(application, calendar, now)
    )


def check_not_deemed(
    application: Application, action: Action, calendar: WorkingCalendar, now: datetime
) -> None:
    """
    Pass while the office can still decide.

    Raises:
        WorkflowError: ``deemed-grant-due``: when the limit has passed in silence.
    """
    due = due_date(application, calendar, now)
    if due is not None and is_deemed_due(application, calendar, now):
        raise WorkflowError("deemed-grant-due", action=action.value, due=due)


def deem_granted(
    application: Application,
    permit_type: PermitType,
    *,
    staff: tuple[Officer, ...],
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    legal: LegalTerms = LEGAL_TERMS,
) -> Transition:
    """
    Record that the application is granted by law.

    With `SilencePolicy.AUTOMATIC` the system may take a number at once, unless a stage had no officer when
    the limit passed: then a person must. With ``DUTY_TO_ISSUE`` an officer must, until the day that the
    evidence names.

    Args:
        application: The case, with a running clock.
        permit_type: The version that the application froze.
        staff: Everyone on record, to see which stages had no officer.
        actor: The system or the host application.
        now: Aware moment, on a local day after the deadline.
        calendar: The authority's calendar; a deadline counted on an older version is recomputed first.
        legal: For the time to issue, where the permit type states none.

    Raises:
        WorkflowError: ``no-deemed-grant``: when the permit type excludes it.
        WorkflowError: ``not-due``: when the limit has not passed, or the clock is paused.
        WorkflowError: ``not-allowed``: for applicants and officers.
    """
    check_state(application, Action.DEEM_GRANTED)
    require_kind(actor, Action.DEEM_GRANTED, ActorKind.SYSTEM, ActorKind.HOST)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    terms = terms_of(application)
    if terms.silence is SilencePolicy.NONE:
        raise WorkflowError("no-deemed-grant")
    moved = recompute_deadlines(application, actor=actor, now=now, calendar=calendar)
    case = moved.application
    today = local_day(calendar, now)
    due = due_date(case, calendar, now)
    if due is None or today <= due:
        raise WorkflowError("not-due", action=Action.DEEM_GRANTED.value, due=due, today=today)
    issue_by = None
    if terms.silence is SilencePolicy.DUTY_TO_ISSUE:
        issue_by = last_day_to_issue(case, today, calendar, legal)
    evidence = DeemedGrant(
        at=now,
        due=due,
        calendar_version=calendar.version,
        consumed=consumed_days(case, calendar, now),
        issue_by=issue_by,
        unstaffed=unstaffed_stages(case, permit_type, staff),
    )
    case = stop_clock(case, by=actor.account, now=now, reason="deemed_granted")
    case = attrs.evolve(
        case,
        state=ApplicationState.APPROVED,
        decision=Decision(kind=DecisionKind.DEEMED_GRANTED, at=now, by=actor.account),
        deemed_grant=evidence,
    )
    happened = event(
        EventKind.DEEMED_GRANTED,
        case,
        actor,
        now,
        policy=terms.silence.value,
        due=due.isoformat(),
        consumed=evidence.consumed,
        calendar=calendar.version,
        issue_by=issue_by.isoformat() if issue_by else None,
        unstaffed=list(evidence.unstaffed),
    )
    return moved.followed_by(Transition(case, (happened,)))
