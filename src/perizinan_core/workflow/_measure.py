"""
How time is measured against a limit: working days, calendar days, or minutes of office time.

Each measure answers two questions on the authority's calendar: how much of it lies between two
moments, and when a given amount is used up. The answers are exact fractions, so that they add up over
pauses. The day on which an amount is used up is still in time as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Protocol

import attrs

from perizinan_core.model._calendar import DayHours, WorkingCalendar, days_used, due_moment
from perizinan_core.model._text import Period, PeriodUnit

__all__ = ["Measure", "add_period", "measure_of", "office_time_after", "subtract_period"]

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_MINUTES = {PeriodUnit.MINUTES: timedelta(minutes=1), PeriodUnit.HOURS: timedelta(hours=1)}


class Measure(Protocol):
    """One way to measure time, with the amount that a limit allows."""

    @property
    def limit(self) -> Fraction:
        """The whole amount."""
        ...

    def used(self, start: datetime, end: datetime) -> Fraction:
        """Return the amount between two moments."""
        ...

    def due(self, start: datetime, left: Fraction) -> datetime:
        """Return the moment at which ``left`` is used up when the count continues at ``start``."""
        ...


def measure_of(calendar: WorkingCalendar, limit: Period, first_day: date) -> Measure:
    """
    Return the measure for ``limit``.

    Args:
        calendar: The authority's calendar.
        limit: As the permit type states it.
        first_day: Day of receipt; months and years become days from there.
    """
    if limit.unit is PeriodUnit.WORKING_DAYS:
        return _WorkingDays(calendar, Fraction(limit.value))
    if limit.unit in _MINUTES:
        return _OfficeTime(calendar, Fraction(limit.value * _MINUTES[limit.unit] // _MICROSECOND))
    return _CalendarDays(calendar, Fraction((limit.after(first_day) - first_day).days))


def add_period(calendar: WorkingCalendar, day: date, period: Period) -> date:
    """
    Return the last day of a span of ``period`` that begins after ``day``.

    Minutes and hours, which make no sense here, end on the day itself (24 hours: the next day).

    Raises:
        CalendarRangeError: when a count of working days runs beyond the calendar.
    """
    if period.unit is PeriodUnit.WORKING_DAYS:
        return calendar.add_working_days(day, period.value)
    if period.unit in _MINUTES:
        return day + timedelta(days=period.value * _MINUTES[period.unit] // _DAY)
    return period.after(day)


def subtract_period(calendar: WorkingCalendar, day: date, period: Period) -> date:
    """
    Return the day that lies ``period`` before ``day``; working days are counted back one by one.

    Raises:
        CalendarRangeError: when a count of working days runs beyond the calendar.
    """
    if period.unit in _MINUTES:
        return day - timedelta(days=period.value * _MINUTES[period.unit] // _DAY)
    if period.unit is not PeriodUnit.WORKING_DAYS:
        return period.before(day)
    left = period.value
    while left:
        day -= _DAY
        left -= calendar.is_working_day(day)
    return day


def office_time_after(calendar: WorkingCalendar, start: datetime, amount: timedelta) -> datetime:
    """
    Return the moment at which the office has worked ``amount`` since ``start``; nights and breaks do not count.

    Raises:
        CalendarRangeError: when it lies beyond the calendar.
    """
    left = amount // _MICROSECOND
    if left == 0:
        return calendar.time_zone.local(start)
    for day, hours, before in _office_days(calendar, start):
        available = hours.working_time - before
        if left <= available:
            return calendar.time_zone.at(day, hours.clock_after(before + left))
        left -= available
    raise AssertionError  # pragma: no cover - the calendar ends with CalendarRangeError


def _office_days(calendar: WorkingCalendar, start: datetime) -> Iterator[tuple[date, DayHours, int]]:
    local = calendar.time_zone.local(start)
    day, clock = local.date(), local.time()
    while True:
        hours = calendar.working_hours(day)
        if hours is not None:
            yield day, hours, hours.worked_before(clock)
        day, clock = day + _DAY, time.min


@attrs.frozen
class _WorkingDays:
    calendar: WorkingCalendar
    limit: Fraction

    def used(self, start: datetime, end: datetime) -> Fraction:
        return days_used(self.calendar, start, end)

    def due(self, start: datetime, left: Fraction) -> datetime:
        return due_moment(self.calendar, start, left)


@attrs.frozen
class _CalendarDays:
    calendar: WorkingCalendar
    limit: Fraction

    def used(self, start: datetime, end: datetime) -> Fraction:
        return Fraction((end - start) // _MICROSECOND, _DAY // _MICROSECOND)

    def due(self, start: datetime, left: Fraction) -> datetime:
        microseconds = -(-left * (_DAY // _MICROSECOND) // 1)
        return self.calendar.time_zone.local(start) + timedelta(microseconds=int(microseconds))


@attrs.frozen
class _OfficeTime:
    calendar: WorkingCalendar
    limit: Fraction

    def used(self, start: datetime, end: datetime) -> Fraction:
        until = self.calendar.time_zone.local(end)
        total = 0
        for day, hours, before in _office_days(self.calendar, start):
            if day >= until.date():
                if day == until.date():
                    total += hours.worked_before(until.time()) - before
                break
            total += hours.working_time - before
        return Fraction(total)

    def due(self, start: datetime, left: Fraction) -> datetime:
        return office_time_after(self.calendar, start, timedelta(microseconds=int(left)))
