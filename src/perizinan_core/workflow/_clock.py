"""
The clock of a case: a ledger of starts, pauses and resumptions, and what follows from it.

- It starts once, when the file is complete, and counts from the end of that day (of the filing day, where
  that is later).
- A correction pauses it, handing the correction in resumes it; so does money that alone is missing. It stops
  with the decision, resumes where an approval is set aside, and is never reset.
- The deadline is the day on which the limit is used up; all of that day is in time. While the clock is
  paused there is no deadline.
- Every deadline stays on record with the calendar it was counted on.

Functions of this module return applications; the events are written by the steps that use them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

import attrs

from perizinan_core.errors.workflow import ClockOrderError, WorkflowError
from perizinan_core.model._actor import Account
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import RunningSpan, WorkingCalendar, days_used_in
from perizinan_core.model._case import Clock, ClockEntry, ClockEvent, DeadlineRecord, StageState
from perizinan_core.model._stage import Stage
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.workflow._measure import Measure, add_period, measure_of, office_time_after
from perizinan_core.workflow._transition import local_day

__all__ = [
    "consumed_days",
    "due_date",
    "is_late",
    "is_stage_late",
    "pause_clock",
    "resume_clock",
    "stage_due",
    "start_clock",
    "stop_clock",
    "with_deadline",
]

_FOLLOWS: dict[ClockEvent | None, tuple[ClockEvent, ...]] = {
    None: (ClockEvent.STARTED,),
    ClockEvent.STARTED: (ClockEvent.PAUSED, ClockEvent.STOPPED),
    ClockEvent.RESUMED: (ClockEvent.PAUSED, ClockEvent.STOPPED),
    ClockEvent.PAUSED: (ClockEvent.RESUMED, ClockEvent.STOPPED),
    # Only where an approval is set aside before a permit was issued.
    ClockEvent.STOPPED: (ClockEvent.RESUMED,),
}
_OFFICE_TIME = {PeriodUnit.MINUTES: timedelta(minutes=1), PeriodUnit.HOURS: timedelta(hours=1)}


def start_clock(
    application: Application,
    *,
    limit: Period,
    by: Account,
    now: datetime,
    reason: str,
    calendar: WorkingCalendar,
) -> Application:
    """
    Start the clock: the file is complete.

    Raises:
        WorkflowError: ``clock-state``: when it was started before.
        CalendarRangeError: when the deadline lies beyond the calendar.
    """
    entry = ClockEntry(event=ClockEvent.STARTED, at=now, by=by, reason=reason)
    clock = attrs.evolve(_appended(application.clock, entry), limit=limit)
    return with_deadline(attrs.evolve(application, clock=clock, completed_at=now), calendar, now)


def pause_clock(application: Application, *, by: Account, now: datetime, reason: str) -> Application:
    """Pause the clock; raises `WorkflowError` with the code ``clock-state`` unless it runs."""
    return _with_entry(application, ClockEvent.PAUSED, by, now, reason)


def resume_clock(
    application: Application, *, by: Account, now: datetime, reason: str, calendar: WorkingCalendar
) -> Application:
    """
    Let the clock continue where it was paused.

    Raises:
        WorkflowError: ``clock-state``: unless it is paused.
        CalendarRangeError: when the deadline lies beyond the calendar.
    """
    return with_deadline(_with_entry(application, ClockEvent.RESUMED, by, now, reason), calendar, now)


def stop_clock(application: Application, *, by: Account, now: datetime, reason: str) -> Application:
    """Stop the clock; a clock that never started stays so."""
    if not application.clock.entries:
        return application
    return _with_entry(application, ClockEvent.STOPPED, by, now, reason)


def with_deadline(application: Application, calendar: WorkingCalendar, now: datetime) -> Application:
    """Return the application with the deadline of a running clock added to its record."""
    due = due_date(application, calendar, now)
    if due is None:
        return application
    record = DeadlineRecord(
        due=due,
        calendar_version=calendar.version,
        computed_at=now,
        consumed=consumed_days(application, calendar, now),
    )
    clock = application.clock
    return attrs.evolve(application, clock=attrs.evolve(clock, deadlines=(*clock.deadlines, record)))


def consumed_days(application: Application, calendar: WorkingCalendar, now: datetime) -> int:
    """
    Return how many whole working days the clock has used up to ``now``.

    Raises:
        ClockOrderError: when ``now`` lies before the last entry.
        CalendarRangeError: when a day is not covered.
    """
    spans = _spans(application.clock, now)
    if not spans:
        return 0
    used = days_used_in(calendar, spans, now, counts_from=_counts_from(application, calendar, None))
    return math.floor(used)


def due_date(application: Application, calendar: WorkingCalendar, now: datetime) -> date | None:
    """
    Return the deadline counted on ``calendar``: the last local day that is in time.

    None before the start, while it is paused in time, and after a stop in time. A deadline that passed
    while the clock ran stays.
    """
    return _deadline(application, calendar, now)[0]


def is_late(application: Application, calendar: WorkingCalendar, now: datetime) -> bool:
    """Return True when the clock ran on after its deadline, until ``now`` or until it was stopped."""
    return _deadline(application, calendar, now)[1]


def stage_due(stage: Stage, state: StageState, calendar: WorkingCalendar) -> datetime | None:
    """
    Return the moment from which an open stage is beyond its own time budget; None without budget.

    Minutes and hours are office time; days count from the day after the opening and end at midnight.

    Raises:
        CalendarRangeError: when it lies beyond the calendar.
    """
    if stage.budget is None or state.opened_at is None:
        return None
    unit = _OFFICE_TIME.get(stage.budget.unit)
    if unit is not None:
        return office_time_after(calendar, state.opened_at, stage.budget.value * unit)
    last = add_period(calendar, local_day(calendar, state.opened_at), stage.budget)
    return calendar.time_zone.at(last + timedelta(days=1), datetime.min.time())


def is_stage_late(stage: Stage, state: StageState, calendar: WorkingCalendar, now: datetime) -> bool:
    """Return True when the stage took, or takes, longer than its budget; shown, not punished."""
    due = stage_due(stage, state, calendar)
    return due is not None and (state.decided_at or now) >= due


def _with_entry(
    application: Application, kind: ClockEvent, by: Account, now: datetime, reason: str
) -> Application:
    entry = ClockEntry(event=kind, at=now, by=by, reason=reason)
    return attrs.evolve(application, clock=_appended(application.clock, entry))


def _appended(clock: Clock, entry: ClockEntry) -> Clock:
    last = clock.entries[-1] if clock.entries else None
    if entry.event not in _FOLLOWS[last.event if last else None]:
        raise WorkflowError(
            "clock-state", event=entry.event.value, current=last.event.value if last else "never"
        )
    if last is not None and entry.at < last.at:
        raise ClockOrderError(last=last.at, now=entry.at)
    return attrs.evolve(clock, entries=(*clock.entries, entry))


def _spans(clock: Clock, now: datetime) -> tuple[RunningSpan, ...]:
    if clock.entries and now < clock.entries[-1].at:
        raise ClockOrderError(last=clock.entries[-1].at, now=now)
    return tuple(_running(clock.entries))


def _running(entries: tuple[ClockEntry, ...]) -> Iterator[RunningSpan]:
    started: datetime | None = None
    for entry in entries:
        if entry.event in (ClockEvent.STARTED, ClockEvent.RESUMED):
            started = entry.at
        elif started is not None:
            yield RunningSpan(started, entry.at)
            started = None
    if started is not None:
        yield RunningSpan(started)


def _deadline(application: Application, calendar: WorkingCalendar, now: datetime) -> tuple[date | None, bool]:
    clock = application.clock
    spans = _spans(clock, now)
    if not spans or clock.limit is None:
        return None, False
    counts_from = _counts_from(application, calendar, clock.limit)
    measure = measure_of(calendar, clock.limit, local_day(calendar, counts_from))
    return _due_in(spans, measure, counts_from, calendar, now)


def _due_in(
    spans: tuple[RunningSpan, ...],
    measure: Measure,
    counts_from: datetime,
    calendar: WorkingCalendar,
    now: datetime,
) -> tuple[date | None, bool]:
    # The limit may be used up on a day on which the clock was paused: the rest of that day was still in
    # time, so the first day on which it runs again is the last one.
    left = measure.limit
    for span in spans:
        start = max(span.started, counts_from)
        end = max(now if span.stopped is None else span.stopped, start)
        used = measure.used(start, end)
        if used >= left or span.stopped is None:
            due = local_day(calendar, measure.due(start, left))
            late = local_day(calendar, end) > due
            if late or span.stopped is None:
                return due, late
        left = max(Fraction(0), left - used)
    return None, False


def _counts_from(application: Application, calendar: WorkingCalendar, limit: Period | None) -> datetime:
    """
    Return the moment before which nothing counts.

    The end of the day of receipt, or for limits of less than a day the opening of a filing day to come.
    """
    started = application.clock.entries[0].at
    local = calendar.time_zone.local(started)
    day = max(application.earliest_day or local.date(), local.date())
    hours = calendar.working_hours(day)
    if hours is None:
        return local
    edge = hours.opens if limit is not None and limit.unit in _OFFICE_TIME else hours.closes
    return max(local, calendar.time_zone.at(day, edge))
