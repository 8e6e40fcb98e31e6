"""Office hours: opening, closing and breaks per weekday, and dated exceptions such as Ramadan."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum

import attrs

from perizinan_core.errors.model import ModelError
from perizinan_core.model._text import Source

__all__ = ["DayHours", "OfficeHours", "SpecialHours", "TimeSpan", "Weekday"]


class Weekday(StrEnum):
    """Days of the week, Monday first as in ISO 8601."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> Weekday:
        """Return the weekday of a date."""
        return tuple(cls)[day.weekday()]


@attrs.frozen
class TimeSpan:
    """A part of one day on local clocks."""

    start: time
    """First moment."""

    end: time
    """First moment that no longer belongs to it."""


@attrs.frozen
class DayHours:
    """
    Hours of one weekday on local clocks.

    Raises:
        ModelError: ``invalid-calendar``: when it closes before it opens, or breaks lie outside or overlap.
    """

    weekday: Weekday
    """The day they are for."""

    opens: time
    """Start of work."""

    closes: time
    """End of work; what arrives later is after hours."""

    breaks: tuple[TimeSpan, ...] = ()
    """Pauses in order of time; they are not working time."""

    def __attrs_post_init__(self) -> None:
        spans = (*(edge for span in self.breaks for edge in (span.start, span.end)),)
        edges = (self.opens, *spans, self.closes)
        problems = []
        if any(edge.tzinfo is not None for edge in edges):
            problems.append("hours are written without a time zone, which belongs to the calendar")
        elif any(later < earlier for earlier, later in itertools.pairwise(edges)):
            problems.append("opening, breaks and closing must follow each other in time")
        elif self.working_time == 0:
            problems.append("no working time is left between opening and closing")
        if problems:
            raise ModelError(
                "invalid-calendar", name=f"office hours of {self.weekday.value}", problems=tuple(problems)
            )

    @property
    def working_time(self) -> int:
        """Time at work, breaks left out, in microseconds."""
        return self.worked_before(self.closes)

    def worked_before(self, clock: time) -> int:
        """Return how much working time of the day has passed when clocks show ``clock``, in microseconds."""
        now = _microseconds(clock)
        return sum(
            max(0, min(now, _microseconds(end)) - _microseconds(start)) for start, end in self._stretches()
        )

    def clock_after(self, worked: int) -> time:
        """
        Return the first clock time at which ``worked`` microseconds of the day's work have passed.

        Args:
            worked: More than 0; from `working_time` on the answer is the closing time.
        """
        left = worked
        for start, end in self._stretches():
            length = _microseconds(end) - _microseconds(start)
            if left <= length:
                return _clock(_microseconds(start) + left)
            left -= length
        return self.closes

    def is_open(self, clock: time) -> bool:
        """Say whether someone is at work when clocks show ``clock``."""
        return any(start <= clock < end for start, end in self._stretches())

    def _stretches(self) -> Iterable[tuple[time, time]]:
        starts = (self.opens, *(span.end for span in self.breaks))
        ends = (*(span.start for span in self.breaks), self.closes)
        return zip(starts, ends, strict=True)


@attrs.frozen
class SpecialHours:
    """
    Other hours for a dated period, such as Ramadan (Perpres 21/2023 art. 4).

    Raises:
        ModelError: ``invalid-calendar``: when it ends before it starts, or names a weekday twice.
    """

    name: str
    """What people call the period, e.g. ``"Ramadan 1447 H"``."""

    starts: date
    """First day."""

    ends: date
    """Last day; it belongs to the period."""

    days: tuple[DayHours, ...]
    """Hours of the weekdays; a weekday that is missing here is closed."""

    source: Source
    """The circular or decision that orders them."""

    def __attrs_post_init__(self) -> None:
        problems = _twice(self.days)
        if self.ends < self.starts:
            problems.append(f"the period ends on {self.ends} before it starts on {self.starts}")
        if problems:
            raise ModelError("invalid-calendar", name=f"special hours {self.name}", problems=tuple(problems))


@attrs.frozen
class OfficeHours:
    """
    When an office is at work, apart from holidays.

    Raises:
        ModelError: ``invalid-calendar``: when a weekday stands twice or special periods overlap.
    """

    days: tuple[DayHours, ...]
    """Usual hours; a weekday that is missing here is closed."""

    special: tuple[SpecialHours, ...] = ()
    """Dated periods with other hours; no two overlap."""

    def __attrs_post_init__(self) -> None:
        problems = _twice(self.days)
        ordered = sorted(self.special, key=lambda period: period.starts)
        problems += [
            f"the special hours {earlier.name} and {later.name} overlap"
            for earlier, later in itertools.pairwise(ordered)
            if later.starts <= earlier.ends
        ]
        if problems:
            raise ModelError("invalid-calendar", name="office hours", problems=tuple(problems))

    def on(self, day: date) -> DayHours | None:
        """Return the hours of a date, or None when the office is closed on that weekday."""
        period = next((found for found in self.special if found.starts <= day <= found.ends), None)
        days = self.days if period is None else period.days
        weekday = Weekday.of(day)
        return next((hours for hours in days if hours.weekday is weekday), None)


def _twice(days: tuple[DayHours, ...]) -> list[str]:
    named = [hours.weekday for hours in days]
    return [f"{weekday.value} stands there twice" for weekday in Weekday if named.count(weekday) > 1]


def _microseconds(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def _clock(microseconds: int) -> time:
    seconds, microsecond = divmod(microseconds, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, microsecond)
