"""
The working-time clock: how much of a time limit has been used, pauses left out.

Counting rule. Every working day is worth exactly one day, whatever its hours, and passes evenly
over them: at half of Friday's working time half of Friday is used. Nights, breaks, weekends and
holidays are worth nothing. The time used between two moments is the difference of one function of
time (`position`) that never falls. Hence

- it is never negative, and grows or stays as time passes;
- over adjoining spans it adds up exactly (fractions, no rounding), so that cutting a span by a
  pause of no length changes nothing, and no pause resets it;
- a pause over a night or a holiday gains nothing, and neither does resuming after hours;
- without pauses it ends on the day that `WorkingCalendar.add_working_days` gives, at closing time.

A limit counts from the *end* of the day of receipt (see `clock_start`). The due moment is on the
clock of the office; in law the whole of that local day is in time, so "late" means: the local date
is after the date of the due moment.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import cast

import attrs

from perizinan_core.errors.model import ModelError
from perizinan_core.i18n import N_
from perizinan_core.model._calendar._hours import DayHours
from perizinan_core.model._calendar._working import WorkingCalendar

__all__ = ["RunningSpan", "clock_start", "days_used", "days_used_in", "due_moment", "position"]


@attrs.frozen
class RunningSpan:
    """A stretch in which the clock ran: from a start or resumption to a pause or the decision."""

    started: datetime
    """When it began to run, with a time zone."""

    stopped: datetime | None = None
    """When it was stopped; None while it runs."""


def position(calendar: WorkingCalendar, moment: datetime) -> Fraction:
    """
    Return how many working days of the calendar lie before ``moment``, the running day in part.

    Raises:
        CalendarRangeError: when the local day is not covered.
        ModelError: ``naive-moment``: when the moment does not say its time zone.
    """
    local = calendar.time_zone.local(moment)
    day = local.date()
    whole = Fraction(calendar.working_days_before(day))
    hours = calendar.working_hours(day)
    if hours is None:
        return whole
    return whole + Fraction(hours.worked_before(local.time()), hours.working_time)


def days_used(calendar: WorkingCalendar, start: datetime, end: datetime) -> Fraction:
    """
    Return the working days between two moments.

    Raises:
        CalendarRangeError: when either day is not covered.
        ModelError: ``calendar-order``: when ``end`` lies before ``start``.
        ModelError: ``naive-moment``: when a moment does not say its time zone.
    """
    used = position(calendar, end) - position(calendar, start)
    if end < start:
        raise ModelError(
            "calendar-order",
            expected=N_("an end on or after the start"),
            received=f"{start.isoformat()} – {end.isoformat()}",
        )
    return used


def days_used_in(
    calendar: WorkingCalendar,
    spans: Iterable[RunningSpan],
    now: datetime,
    *,
    counts_from: datetime | None = None,
) -> Fraction:
    """
    Return the working days that a clock with pauses has used up to ``now``.

    Args:
        calendar: The authority's calendar.
        spans: In order of time; only the last may still run.
        now: End of a span that still runs.
        counts_from: Nothing before this moment counts (see `clock_start`), whatever the spans say:
            a pause on the day of receipt lies before it.

    Raises:
        CalendarRangeError: when a day is not covered.
        ModelError: ``calendar-order``: when spans overlap, run backwards, lie after ``now``, or one before
            the
            last still runs.
        ModelError: ``naive-moment``: when a moment does not say its time zone.
    """
    used = Fraction(0)
    before: datetime | None = None
    running = False
    for span in spans:
        end = now if span.stopped is None else span.stopped
        if running or span.started > end or end > now or (before is not None and span.started < before):
            raise ModelError(
                "calendar-order",
                expected=N_("spans that follow each other, of which only the last still runs, up to now"),
                received=f"{span.started.isoformat()} – {end.isoformat()}",
            )
        start = span.started if counts_from is None else max(span.started, counts_from)
        used += days_used(calendar, start, max(start, end))
        before, running = end, span.stopped is None
    return used


def clock_start(calendar: WorkingCalendar, received: datetime) -> datetime:
    """
    Return the moment from which a time limit counts: the end of the day of receipt.

    Args:
        calendar: The authority's calendar.
        received: When the complete file arrived, with a time zone.

    Returns:
        Closing time of the effective day, or ``received`` where that is later (an office that
        lets the day of receipt stand after hours and on days off), in local time.

    Raises:
        CalendarRangeError: when the effective day is not covered.
        ModelError: ``naive-moment``: when the moment does not say its time zone.
    """
    local = calendar.time_zone.local(received)
    day = calendar.effective_day(received)
    hours = calendar.working_hours(day)
    if hours is None:
        return local
    return max(local, calendar.time_zone.at(day, hours.closes))


def due_moment(calendar: WorkingCalendar, start: datetime, days: int | Fraction) -> datetime:
    """
    Return the first moment, to the microsecond, at which ``days`` more working days are used.

    Args:
        calendar: The authority's calendar.
        start: Where the count stands now: `clock_start`, or the moment of resumption.
        days: Working days that are left, from 0; at 0 the answer is ``start``.

    Returns:
        A moment on the office's clocks; its date is the last day that is in time.

    Raises:
        CalendarRangeError: when the count runs beyond the covered days.
        ModelError: ``calendar-order``: for less than 0 days.
        ModelError: ``naive-moment``: when the moment does not say its time zone.
    """
    if days < 0:
        raise ModelError("calendar-order", expected=N_("a number of working days from 0"), received=str(days))
    target = position(calendar, start) + days
    if days == 0:
        return calendar.time_zone.local(start)
    index = math.ceil(target) - 1
    day = calendar.nth_working_day(index)
    # WorkingCalendar refuses a working weekday without hours.
    hours = cast("DayHours", calendar.working_hours(day))
    worked = math.ceil((target - index) * hours.working_time)
    return calendar.time_zone.at(day, hours.clock_after(worked))
