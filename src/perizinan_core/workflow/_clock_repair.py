"""
After a clock that was wrong: moments that lie in the future are brought back, once, by an operator.

A case that was touched while a clock was ahead cannot continue: nothing may be dated before its last moment. The
repair puts every moment later than now where it belongs and counts the days that followed from it again. What
was sent and printed stays as it was; the history keeps its events as written, and one more that says what was
repaired. A decision is never undone here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.workflow._clock import with_deadline
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._notice import counts_from
from perizinan_core.workflow._people import require_kind
from perizinan_core.workflow._states import Action
from perizinan_core.workflow._transition import Transition, check_moment, event, local_day, terms_of

__all__ = ["repair_moments", "repair_permit_moments"]


def repair_moments(
    application: Application, *, at: datetime, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    """
    Bring the moments of a case that lie after ``now`` back to ``at``.

    Args:
        application: The case; comes back unchanged when none lies after ``now``.
        at: When it happened in truth, at most ``now``, and not before what was recorded by a right clock.
        actor: The host application or the system: an operator on the machine.
        now: Aware moment of a clock that is right.
        calendar: The authority's calendar, for the days that follow from moments.

    Raises:
        ClockOrderError: ``at`` lies before a moment that is right, or after ``now``.
        WorkflowError: ``not-allowed``: for anyone else.
    """
    require_kind(actor, Action.RECOMPUTE, ActorKind.HOST, ActorKind.SYSTEM)
    wrong = _moments_after(application, now)
    if not wrong:
        return Transition(application)
    if at > now:
        raise ClockOrderError(last=now, now=at)
    case = _brought_back(application, now, at)
    check_moment(case, at)
    case = _days_again(application, case, now, at, calendar)
    happened = event(
        EventKind.CLOCK_REPAIRED,
        case,
        actor,
        now,
        moments=len(wrong),
        latest=max(wrong).isoformat(),
        to=at.isoformat(),
    )
    return Transition(case, (happened,))


def repair_permit_moments(
    permit: Permit, *, at: datetime, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> tuple[Permit, tuple[Event, ...]]:
    """
    Bring the moments of a permit's changes that lie after ``now`` back to ``at``; raises as `repair_moments`.

    A change that was to hold from its own day holds from that of ``at``. What is printed stays.
    """
    require_kind(actor, Action.RECOMPUTE, ActorKind.HOST, ActorKind.SYSTEM)
    wrong = _moments_after(permit, now)
    if not wrong:
        return permit, ()
    right = [change.at for change in permit.changes if change.at <= now]
    if at > now or (right and at < max(right)):
        raise ClockOrderError(last=max(right, default=now), now=at)
    days = {local_day(calendar, moment): local_day(calendar, at) for moment in wrong}
    changes = tuple(
        attrs.evolve(change, effective=days.get(change.effective, change.effective))
        if change.at > now
        else change
        for change in permit.changes
    )
    repaired: Permit = _brought_back(attrs.evolve(permit, changes=changes), now, at)
    happened = Event(
        kind=EventKind.CLOCK_REPAIRED,
        subject=permit.id,
        at=now,
        actor=actor.id,
        data={
            "application": permit.application_id,
            "moments": len(wrong),
            "latest": max(wrong).isoformat(),
            "to": at.isoformat(),
        },
    )
    return repaired, (happened,)


def _moments_after(value: Any, now: datetime) -> list[datetime]:
    """Return every moment in a record that lies after ``now``."""
    if isinstance(value, datetime):
        return [value] if value.tzinfo is not None and value > now else []
    if attrs.has(type(value)):
        return [
            found
            for field in attrs.fields(type(value))
            for found in _moments_after(getattr(value, field.name), now)
        ]
    if isinstance(value, tuple):
        return [found for item in value for found in _moments_after(item, now)]
    return []


def _brought_back(value: Any, now: datetime, at: datetime) -> Any:
    """Return a record with every moment after ``now`` replaced by ``at``."""
    if isinstance(value, datetime):
        return at if value.tzinfo is not None and value > now else value
    if attrs.has(type(value)):
        changed = {
            field.alias: _brought_back(getattr(value, field.name), now, at)
            for field in attrs.fields(type(value))
            if field.init
        }
        return attrs.evolve(value, **changed)
    if isinstance(value, tuple):
        return tuple(_brought_back(item, now, at) for item in value)
    return value


def _days_again(
    before: Application, case: Application, now: datetime, at: datetime, calendar: WorkingCalendar
) -> Application:
    """Count again the days that followed from moments that were wrong."""
    if case.earliest_day is not None and before.submitted_at is not None and before.submitted_at > now:
        case = attrs.evolve(case, earliest_day=calendar.effective_day(at))
    if case.clock.is_running and _moments_after(before.clock, now):
        case = with_deadline(case, calendar, at)
    if case.state is ApplicationState.CORRECTION_REQUESTED:
        request = case.corrections[-1]
        of = f"correction-{request.round}"
        if counts_from(before, of, before.corrections[-1].requested_at) > now:
            case = _answer_by(
                case, local_day(calendar, counts_from(case, of, request.requested_at)), calendar
            )
    return case


def _answer_by(case: Application, first: date, calendar: WorkingCalendar) -> Application:
    request = attrs.evolve(
        case.corrections[-1],
        answer_by=add_period(calendar, first, terms_of(case).correction_window),
        counted_on=calendar.version,
    )
    return attrs.evolve(case, corrections=(*case.corrections[:-1], request))
