"""
Time runs against an applicant only from the moment at which the applicant's side knows.

- A period that ends to the applicant's disadvantage (for a correction, for an objection) is counted from the day
  of the notice: when a channel accepted the message, when the applicant or the representative opened the case or
  followed it with its secret, or when an officer who did not judge the case says how they were notified.
- Until then nothing lapses. A notice that no one could bring for a while is missed, and a supervisor is asked.
- A day that was named before is only ever moved to a later one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import EventKind
from perizinan_core.model._notice import DRAFT, AwaitedNotice, Notice, NoticeMeans
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._people import case_units, require_kind, require_officer
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    local_day,
    terms_of,
)

__all__ = [
    "MISSED_AFTER",
    "counts_from",
    "give_notice",
    "last_day_if_notified",
    "may_record_notice",
    "miss_notice",
    "overdue_notices",
    "record_notice",
    "require_notified",
]

MISSED_AFTER = timedelta(days=2)
"""So long a message may be on its way before a person is asked."""

_TELLERS = (Role.FRONT_OFFICE, Role.SUPERVISOR)


def counts_from(application: Application, of: str, asked: datetime) -> datetime:
    """Return the moment from which a period counts: that of the notice, or for now that of the question."""
    notice = application.notice_of(of)
    return asked if notice is None else max(notice.at, asked)


def require_notified(application: Application, of: str, action: Action) -> None:
    """
    Pass when the applicant's side knows.

    Raises:
        WorkflowError: ``notice-missing``: it was never notified, so that time has not begun to run.
    """
    if application.notice_of(of) is None:
        raise WorkflowError("notice-missing", action=action.value, of=of)


def overdue_notices(application: Application, now: datetime) -> tuple[AwaitedNotice, ...]:
    """Return what the applicant's side has not been notified for too long, and no one was asked about."""
    return tuple(
        item
        for item in application.awaited_notices()
        if item.since <= now - MISSED_AFTER and item.of not in (*application.missed_notices, DRAFT)
    )


def last_day_if_notified(
    application: Application,
    of: str,
    day: date,
    calendar: WorkingCalendar,
    legal: LegalTerms = LEGAL_TERMS,
) -> date | None:
    """Return the last day of the period that begins when the applicant's side learns of it on ``day``, or None."""
    if of.startswith("correction-"):
        counted = add_period(calendar, day, terms_of(application).correction_window)
        return max(counted, application.corrections[-1].answer_by)
    if of == DRAFT and application.draft_end is not None:
        end = application.draft_end
        return max(add_period(calendar, day, Period(value=end.days, unit=PeriodUnit.DAYS)), end.ends_on)
    decision = application.decision
    if of == "decision" and decision is not None and decision.objection_until is not None:
        return max(add_period(calendar, day, legal.objection.period), decision.objection_until)
    return None


def give_notice(
    application: Application,
    *,
    of: str | None,
    means: NoticeMeans,
    by: str,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    legal: LegalTerms = LEGAL_TERMS,
    remark: str = "",
) -> Transition:
    """
    Note that the applicant's side knows; what it knew before, or what is over, changes nothing.

    Args:
        application: The case.
        of: `AwaitedNotice.of`; None: everything that waits.
        means: How.
        by: Name of the channel, or the account of the person.
        actor: The system, the person who opened the case, or the officer.
        now: Aware moment.
        calendar: The authority's calendar.
        legal: For the objection period.
        remark: What an officer says about it.

    Raises:
        CalendarRangeError: when the period ends beyond the calendar.
    """
    check_moment(application, now)
    moved = Transition(application)
    for item in application.awaited_notices():
        if of not in (None, item.of):
            continue
        case = moved.application
        until = last_day_if_notified(case, item.of, local_day(calendar, now), calendar, legal)
        notice = Notice(of=item.of, at=now, means=means, by=by, remark=remark)
        case = attrs.evolve(_until(case, until, calendar), notices=(*case.notices, notice))
        happened = event(
            EventKind.NOTICE_GIVEN,
            case,
            actor,
            now,
            of=item.of,
            means=means.value,
            by=by,
            until=until.isoformat() if until else None,
        )
        moved = moved.followed_by(Transition(case, (happened,)))
    return moved


def record_notice(
    application: Application,
    permit_type: PermitType,
    *,
    remark: str,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Let an officer say that the applicant's side was notified in another way: by telephone, by letter, at the counter.

    Args:
        application: The case; something waits for notice.
        permit_type: The version that the application froze.
        remark: How, and whom.
        actor: The front office or a supervisor of a unit of the case; not the officer whose question or
            decision it is, who would gain by a lapse.
        now: Aware moment, from which the period counts.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``own-question``: for the officer who asked or decided.
        WorkflowError: ``no-notice-awaited``: when the applicant's side knows already, or need not be notified.
        WorkflowError: ``reason-missing``: without a remark.
    """
    check_state(application, Action.RECORD_NOTICE)
    check_permit_type(application, permit_type)
    _require_teller(application, permit_type, actor)
    if not application.awaited_notices():
        raise WorkflowError("no-notice-awaited")
    (why,) = clean_reasons(Action.RECORD_NOTICE, (remark,))
    return give_notice(
        application,
        of=None,
        means=NoticeMeans.OFFICER,
        by=str(actor.account),
        actor=actor,
        now=now,
        calendar=calendar,
        remark=why,
    )


def may_record_notice(application: Application, permit_type: PermitType, actor: Actor) -> bool:
    """Return True when `record_notice` would take the actor's word."""
    if not application.awaited_notices():
        return False
    try:
        _require_teller(application, permit_type, actor)
    except WorkflowError:
        return False
    return True


def miss_notice(application: Application, *, actor: Actor, now: datetime) -> Transition:
    """
    Note that no one could be notified for too long: a supervisor is asked, once for each question.

    Raises:
        WorkflowError: ``not-allowed``: unless the system or the host application does it.
    """
    require_kind(actor, Action.RECORD_NOTICE, ActorKind.SYSTEM, ActorKind.HOST)
    check_moment(application, now)
    names = tuple(item.of for item in overdue_notices(application, now))
    if not names:
        return Transition(application)
    case = attrs.evolve(application, missed_notices=(*application.missed_notices, *names))
    return Transition(case, (event(EventKind.NOTICE_MISSED, case, actor, now, of=list(names)),))


def _require_teller(application: Application, permit_type: PermitType, actor: Actor) -> None:
    units = tuple(sorted(case_units(application, permit_type)))
    require_officer(application, actor, Action.RECORD_NOTICE, *_TELLERS, units=units)
    if actor.account in _askers(application):
        raise WorkflowError("own-question", actor=actor.id)


def _askers(application: Application) -> tuple[Account, ...]:
    """Return the accounts whose question or decision waits for notice."""
    if application.state is ApplicationState.CORRECTION_REQUESTED:
        return (Account.officer(application.corrections[-1].requested_by),)
    return (application.decision.by,) if application.decision is not None else ()


def _until(application: Application, until: date | None, calendar: WorkingCalendar) -> Application:
    if until is None:
        return application
    if application.state is ApplicationState.CORRECTION_REQUESTED:
        request = attrs.evolve(application.corrections[-1], answer_by=until, counted_on=calendar.version)
        return attrs.evolve(application, corrections=(*application.corrections[:-1], request))
    if application.draft_end is not None:
        return attrs.evolve(application, draft_end=attrs.evolve(application.draft_end, ends_on=until))
    decision = application.decision
    if decision is None:
        return application
    return attrs.evolve(application, decision=attrs.evolve(decision, objection_until=until))
