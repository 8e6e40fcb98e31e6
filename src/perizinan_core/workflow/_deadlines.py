"""A changed calendar: open deadlines are counted again, old and new are kept."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import EventKind
from perizinan_core.workflow._clock import with_deadline
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._notice import counts_from
from perizinan_core.workflow._people import require_officer
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, event, local_day, terms_of

__all__ = ["last_day_to_issue", "recompute_deadlines"]


def recompute_deadlines(
    application: Application,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    legal: LegalTerms = LEGAL_TERMS,
) -> Transition:
    """
    Count the open deadlines again on ``calendar``.

    The service limit follows the calendar both ways. The time of the applicant, for a correction or an
    objection, and the day until which a deemed grant must be issued, are only ever extended: people rely
    on the day of which they were informed. Nothing changes, and nothing is recorded, when the calendar is the same.

    Args:
        application: The case.
        actor: The system, the host application, or an administrator.
        now: Aware moment.
        calendar: The calendar that holds now.
        legal: For the objection period.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        CalendarRangeError: when a deadline lies beyond the calendar.
    """
    check_state(application, Action.RECOMPUTE)
    others = (ActorKind.SYSTEM, ActorKind.HOST)
    require_officer(application, actor, Action.RECOMPUTE, Role.ADMINISTRATOR, kinds=others)
    check_moment(application, now)
    moved = _service_limit(application, actor, now, calendar)
    if application.state is ApplicationState.CORRECTION_REQUESTED:
        return moved.followed_by(_correction(moved.application, actor, now, calendar))
    if application.state is ApplicationState.REFUSED:
        return moved.followed_by(_objection(moved.application, actor, now, calendar, legal))
    if application.deemed_grant is not None:
        return moved.followed_by(_issue_by(moved.application, actor, now, calendar, legal))
    return moved


def last_day_to_issue(
    application: Application, day: date, calendar: WorkingCalendar, legal: LegalTerms
) -> date:
    """Return the last local day for issuing after a deemed grant, counted from ``day``."""
    return add_period(calendar, day, terms_of(application).issue_within or legal.issue_after_deemed.period)


def _service_limit(
    application: Application, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    clock = application.clock
    if not clock.is_running or clock.deadlines[-1].calendar_version == calendar.version:
        return Transition(application)
    before = clock.deadlines[-1]
    case = with_deadline(application, calendar, now)
    after = case.clock.deadlines[-1]
    happened = event(
        EventKind.DEADLINE_CHANGED,
        application,
        actor,
        now,
        deadline="service",
        old=before.due.isoformat(),
        new=after.due.isoformat(),
        old_calendar=before.calendar_version,
        new_calendar=after.calendar_version,
    )
    return Transition(case, (happened,))


def _correction(
    application: Application, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    request = application.corrections[-1]
    told = counts_from(application, f"correction-{request.round}", request.requested_at)
    first = local_day(calendar, told)
    day = add_period(calendar, first, terms_of(application).correction_window)
    counted = attrs.evolve(request, answer_by=max(day, request.answer_by), counted_on=calendar.version)
    case = attrs.evolve(application, corrections=(*application.corrections[:-1], counted))
    if day <= request.answer_by:
        return Transition(case)
    return _extended(case, "correction", request.answer_by, day, actor=actor, now=now, calendar=calendar)


def _objection(
    application: Application, actor: Actor, now: datetime, calendar: WorkingCalendar, legal: LegalTerms
) -> Transition:
    decision = application.decision
    if decision is None or decision.objection_until is None:
        return Transition(application)
    told = counts_from(application, "decision", decision.at)
    day = add_period(calendar, local_day(calendar, told), legal.objection.period)
    if day <= decision.objection_until:
        return Transition(application)
    case = attrs.evolve(application, decision=attrs.evolve(decision, objection_until=day))
    return _extended(
        case, "objection", decision.objection_until, day, actor=actor, now=now, calendar=calendar
    )


def _issue_by(
    application: Application, actor: Actor, now: datetime, calendar: WorkingCalendar, legal: LegalTerms
) -> Transition:
    grant = application.deemed_grant
    if grant is None or grant.issue_by is None:
        return Transition(application)
    day = last_day_to_issue(application, local_day(calendar, grant.at), calendar, legal)
    if day <= grant.issue_by:
        return Transition(application)
    case = attrs.evolve(application, deemed_grant=attrs.evolve(grant, issue_by=day))
    return _extended(case, "issue_by", grant.issue_by, day, actor=actor, now=now, calendar=calendar)


def _extended(
    case: Application,
    which: str,
    old: date,
    new: date,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    happened = event(
        EventKind.DEADLINE_CHANGED,
        case,
        actor,
        now,
        deadline=which,
        old=old.isoformat(),
        new=new.isoformat(),
        new_calendar=calendar.version,
    )
    return Transition(case, (happened,))
