"""The working calendar of an authority: which days count."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs

from perizinan_core.errors.model import CalendarRangeError, ModelError
from perizinan_core.i18n import N_
from perizinan_core.model._calendar._hours import DayHours, OfficeHours, Weekday
from perizinan_core.model._calendar._zone import IndonesianTimeZone
from perizinan_core.model._identifiers import validate_slug
from perizinan_core.model._text import Source

__all__ = ["Holiday", "HolidayKind", "WorkingCalendar"]

_LONGEST_COVER = timedelta(days=366 * 30)


class HolidayKind(StrEnum):
    """Why a day is off."""

    NATIONAL = "national"
    """National holiday of the yearly joint decree of three ministers (SKB)."""
    JOINT_LEAVE = "joint_leave"
    """Cuti bersama of the same decree or of a later one."""
    REGIONAL = "regional"
    """Set by the governor, regent or mayor, such as an election day or an anniversary."""
    EXTRA = "extra"
    """Any other day on which this office does not work."""


@attrs.frozen
class Holiday:
    """A day that is not a working day although its weekday is."""

    day: date
    """Local date."""

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    """What people call it, in Bahasa Indonesia."""

    kind: HolidayKind
    """Why it is off."""

    source: Source
    """The decree; `Source.assumed` while the date is only estimated."""


@attrs.frozen(kw_only=True)
class WorkingCalendar:
    """
    Working days and hours of one authority, as data that the authority owns.

    Counting rule: the first working day after the day of receipt is day 1 (practice; no article
    was found, see domain notes D). What lies outside the covered days is an error, never a guess.
    A changed calendar is a new object with a new `version`.

    Raises:
        ModelError: ``invalid-calendar``: when the data contradict themselves; all problems at once.
    """

    code: str = attrs.field(validator=validate_slug)
    """Short name, e.g. ``"kota-contoh"``."""

    version: str = attrs.field(validator=attrs.validators.min_len(1))
    """Stored with each deadline that was counted on it, e.g. ``"2026.2"``."""

    covers_from: date
    """First day whose holidays are known."""

    covers_to: date
    """Last day whose holidays are known."""

    time_zone: IndonesianTimeZone
    """Clocks of the office."""

    workdays: frozenset[Weekday]
    """Weekdays that count, five or six by decision of the authority (Perpres 21/2023 art. 3 and 7)."""

    hours: OfficeHours
    """Opening hours; a weekday that counts needs some."""

    holidays: tuple[Holiday, ...] = ()
    """Days off, in any order; two may fall on one day."""

    late_filing_counts_next_day: bool
    """Whether what arrives after closing, or on a day off, counts as received on the next working day."""

    _ordinals: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise ModelError("invalid-calendar", name=self.name, problems=problems)
        off = {holiday.day for holiday in self.holidays}
        first, last = self.covers_from.toordinal(), self.covers_to.toordinal()
        days = (date.fromordinal(ordinal) for ordinal in range(first, last + 1))
        counted = tuple(
            day.toordinal() for day in days if Weekday.of(day) in self.workdays and day not in off
        )
        # A frozen class has no other way to keep what it derived.
        object.__setattr__(self, "_ordinals", counted)

    @property
    def name(self) -> str:
        """Code and version, for people and logs."""
        return f"{self.code} {self.version}"

    @property
    def years(self) -> range:
        """Calendar years that are covered at least in part."""
        return range(self.covers_from.year, self.covers_to.year + 1)

    def is_working_day(self, day: date) -> bool:
        """
        Say whether ``day`` counts.

        Raises:
            CalendarRangeError: for a day that is not covered.
        """
        index = self.working_days_before(day)
        return index < len(self._ordinals) and self._ordinals[index] == day.toordinal()

    def working_hours(self, day: date) -> DayHours | None:
        """
        Return the office hours of a working day, and None for any other day.

        Raises:
            CalendarRangeError: for a day that is not covered.
        """
        return self.hours.on(day) if self.is_working_day(day) else None

    def holidays_on(self, day: date) -> tuple[Holiday, ...]:
        """
        Return the holidays of a day, usually none or one.

        Raises:
            CalendarRangeError: for a day that is not covered.
        """
        self._require(day)
        return tuple(holiday for holiday in self.holidays if holiday.day == day)

    def add_working_days(self, day: date, count: int) -> date:
        """
        Return the day that is ``count`` working days after ``day``: day 1 is the first one after it.

        Args:
            day: Day of receipt, working day or not.
            count: Working days, from 0; 0 gives ``day`` itself.

        Raises:
            CalendarRangeError: when the count runs beyond the covered days.
            ModelError: ``calendar-order``: for a count below 0.
        """
        self._require(day)
        if count < 0:
            raise ModelError(
                "calendar-order", expected=N_("a number of working days from 0"), received=str(count)
            )
        if count == 0:
            return day
        return self.nth_working_day(bisect_right(self._ordinals, day.toordinal()) + count - 1)

    def next_working_day(self, day: date) -> date:
        """Return the first working day after ``day``; raises as `add_working_days`."""
        return self.add_working_days(day, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """
        Count the working days after ``start`` up to and with ``end``: the opposite of `add_working_days`.

        Counts of adjoining spans add up.

        Raises:
            CalendarRangeError: when either day is not covered.
            ModelError: ``calendar-order``: when ``end`` lies before ``start``.
        """
        self._require(start)
        self._require(end)
        if end < start:
            raise ModelError(
                "calendar-order", expected=N_("an end on or after the start"), received=f"{start} – {end}"
            )
        return bisect_right(self._ordinals, end.toordinal()) - bisect_right(self._ordinals, start.toordinal())

    def effective_day(self, received: datetime) -> date:
        """
        Return the day on which something counts as received.

        That is the local date, or, where `late_filing_counts_next_day`, the next working day for
        what comes on a day off or after closing time (at closing time is still in time).

        Raises:
            CalendarRangeError: when the day is not covered.
            ModelError: ``naive-moment``: when the moment does not say its time zone.
        """
        local = self.time_zone.local(received)
        day = local.date()
        hours = self.working_hours(day)
        in_time = hours is not None and local.time() <= hours.closes
        if in_time or not self.late_filing_counts_next_day:
            return day
        return self.next_working_day(day)

    def is_open(self, moment: datetime) -> bool:
        """
        Say whether someone is at work: within hours, not in a break, not on a holiday.

        Raises:
            CalendarRangeError: when the day is not covered.
            ModelError: ``naive-moment``: when the moment does not say its time zone.
        """
        local = self.time_zone.local(moment)
        hours = self.hours.on(local.date())
        return not self.holidays_on(local.date()) and hours is not None and hours.is_open(local.time())

    def working_days_before(self, day: date) -> int:
        """
        Count the working days from the start of the calendar up to, but without, ``day``.

        Raises:
            CalendarRangeError: for a day that is not covered.
        """
        self._require(day)
        return bisect_left(self._ordinals, day.toordinal())

    def nth_working_day(self, index: int) -> date:
        """
        Return a working day by its place in the calendar, the first being 0.

        Raises:
            CalendarRangeError: when the calendar holds fewer.
        """
        if index >= len(self._ordinals):
            raise self._beyond(self.covers_to + timedelta(days=1))
        return date.fromordinal(self._ordinals[index])

    def _require(self, day: date) -> None:
        if not self.covers_from <= day <= self.covers_to:
            raise self._beyond(day)

    def _beyond(self, day: date) -> CalendarRangeError:
        return CalendarRangeError(self.name, day, self.covers_from, self.covers_to)

    def _problems(self) -> Iterator[str]:
        if self.covers_to < self.covers_from:
            yield f"it covers no day: {self.covers_from} to {self.covers_to}"
        elif self.covers_to - self.covers_from > _LONGEST_COVER:
            yield "it covers more than 30 years"
        if not self.workdays:
            yield "it has no working weekday"
        yield from self._weekdays_without_hours()
        seen: set[tuple[date, str]] = set()
        for holiday in self.holidays:
            if not self.covers_from <= holiday.day <= self.covers_to:
                yield f"the holiday {holiday.name} on {holiday.day} lies outside the covered days"
            if (holiday.day, holiday.name) in seen:
                yield f"the holiday {holiday.name} on {holiday.day} stands there twice"
            seen.add((holiday.day, holiday.name))

    def _weekdays_without_hours(self) -> Iterator[str]:
        periods = [("usual", self.hours.days), *((part.name, part.days) for part in self.hours.special)]
        for label, days in periods:
            missing = self.workdays - {hours.weekday for hours in days}
            for weekday in sorted(missing, key=tuple(Weekday).index):
                yield f"{weekday.value} is a working day but has no {label} hours"
