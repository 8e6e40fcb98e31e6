"""
Days off of a year, recorded by the office: the decree of the ministers comes late, and joint leave is moved.

What the authority's data say of a year is replaced by what two persons recorded for it: all processes of the office
count by it at once (`_recorded_days`), and the worker counts open deadlines again. What that moves is shown before
anyone records it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

import attrs

from perizinan_core._converters import to_json
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import Holiday, WorkingCalendar
from perizinan_core.model._events import EventKind
from perizinan_core.services import _access as access
from perizinan_core.services._administration import note_act, require_administrator
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._recorded_days import (
    CALENDAR,
    RecordedYear,
    recorded_years,
    replaced,
    sorted_days,
)
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.workflow._deadlines import recompute_deadlines
from perizinan_core.workflow._people import same_person

__all__ = [
    "CalendarPreview",
    "CalendarYear",
    "CalendarYears",
    "MovedDay",
    "RecordedYear",
]

_MOST_DAYS = 120
_MOST_NAMED = 200
_PAGE = 200
_OPEN = frozenset(state for state in ApplicationState if not state.is_terminal) | {ApplicationState.REFUSED}


@attrs.frozen(kw_only=True)
class CalendarYear:
    """A year of the calendar."""

    year: int
    working_days: int | None
    """None: the calendar of this moment does not cover it whole."""

    holidays: tuple[Holiday, ...]
    """As they count at this moment."""

    recorded: RecordedYear | None
    """What the office recorded, in force once it is confirmed."""

    is_in_force: bool
    """Whether what was recorded counts already."""


@attrs.frozen(kw_only=True)
class MovedDay:
    """A last day of a case that would be another one."""

    receipt_number: str
    permit_type: str
    before: date
    after: date


@attrs.frozen(kw_only=True)
class CalendarPreview:
    """What other days off of a year would change; nothing was changed."""

    year: int
    added: tuple[Holiday, ...]
    removed: tuple[Holiday, ...]
    working_days: int
    moved: tuple[MovedDay, ...]
    """Last days of open cases; at most two hundred are named."""

    cases: int
    """How many open cases were counted."""

    unreachable: int
    """Cases whose last day would lie beyond the calendar."""


@checked
@attrs.frozen
class CalendarYears:
    """The years of the office's calendar; for administrators and the operator, all officers may look."""

    _context: OfficeContext

    def years(self, *, actor: Actor) -> tuple[CalendarYear, ...]:
        """
        Return the years that are covered or recorded, with their days off.

        Raises:
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True) as work:
            calendar = self._context.calendar
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "calendar")
            recorded = recorded_years(work.settings)
        return tuple(
            CalendarYear(
                year=year,
                working_days=_working_days(calendar, year),
                holidays=_holidays_of(calendar, year),
                recorded=recorded.get(year),
                is_in_force=year in recorded
                and recorded[year].holds
                and _holidays_of(calendar, year) == sorted_days(recorded[year].holidays),
            )
            for year in sorted({*calendar.years, *recorded})
        )

    def preview(self, year: int, holidays: Collection[Holiday], *, actor: Actor) -> CalendarPreview:
        """
        Return what other days off of a year would change: which open cases would have another last day.

        Args:
            year: One that is covered, or the one after.
            holidays: All days off of that year besides weekends.
            actor: An administrator, or the host application.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``calendar-year``: the year is not the next one, or a day lies outside of it.
        """
        context = self._context
        with context.work_for(actor, read_only=True):
            require_administrator(actor, "change-calendar")
        days = self._checked(year, holidays)
        before = context.calendar
        after = replaced(before, year, days)
        moved, cases, unreachable = self._moved(after)
        known = _holidays_of(before, year)
        return CalendarPreview(
            year=year,
            added=tuple(one for one in days if one.day not in {item.day for item in known}),
            removed=tuple(one for one in known if one.day not in {item.day for item in days}),
            working_days=_working_days(after, year) or 0,
            moved=tuple(moved[:_MOST_NAMED]),
            cases=cases,
            unreachable=unreachable,
        )

    def record(
        self, year: int, holidays: Collection[Holiday], *, actor: Actor, now: datetime | None = None
    ) -> RecordedYear:
        """
        Record the days off of a year; they count once a second person recorded the same.

        Args:
            year: One that is covered, or the one after.
            holidays: All days off of that year besides weekends, each with its decree.
            actor: An administrator, or the host application for the operator of the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others; ``calendar-second``: the same person recorded these days before.
            ServiceError: ``calendar-year``: the year is not the next one, or a day lies outside of it.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "change-calendar")
            days = self._checked(year, holidays)
            before = recorded_years(work.settings).get(year)
            if before is None or before.holidays != days:
                standing = None if before is None else before.counting
                after = RecordedYear(year=year, holidays=days, by=actor.account, at=moment, standing=standing)
            elif before.holds:
                return before
            elif same_person(before.by, actor.account):
                raise AccessDeniedError("calendar-second", actor=actor.id, year=year)
            else:
                after = attrs.evolve(before, second=actor.account, second_at=moment)
            self._write(work, after, actor, moment)
            work.commit()
        context.days.forget()
        with context.unit_of_work(read_only=True):
            return after

    def confirm(self, year: int, *, actor: Actor, now: datetime | None = None) -> RecordedYear:
        """
        Confirm, as second person, what someone else recorded for a year.

        Raises:
            AccessDeniedError: for others than administrators and the host; ``calendar-second``: the same person.
            ServiceError: ``calendar-year``: nothing is recorded for the year.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "change-calendar")
            known = recorded_years(work.settings).get(year)
        if known is None:
            raise ServiceError("calendar-year", year=year, first=self._first, last=self._last)
        return self.record(year, known.holidays, actor=actor, now=now)

    @property
    def _first(self) -> int:
        return self._context.calendar.covers_from.year

    @property
    def _last(self) -> int:
        return self._context.calendar.covers_to.year + 1

    def _checked(self, year: int, holidays: Collection[Holiday]) -> tuple[Holiday, ...]:
        days = sorted_days(holidays)
        outside = any(one.day.year != year for one in days)
        twice = len({one.day for one in days}) != len(days)
        if not self._first <= year <= self._last or outside or twice or not 0 < len(days) <= _MOST_DAYS:
            raise ServiceError("calendar-year", year=year, first=self._first, last=self._last)
        return days

    def _write(self, work: UnitOfWork, after: RecordedYear, actor: Actor, moment: datetime) -> None:
        work.settings.put(f"{CALENDAR}{after.year}", to_json(after))
        act = "second" if after.holds else "first"
        note_act(self._context, work, EventKind.CALENDAR_CHANGED, actor, moment, act=act, year=after.year)

    def _moved(self, calendar: WorkingCalendar) -> tuple[list[MovedDay], int, int]:
        now = self._context.moment(None)
        moved: list[MovedDay] = []
        cases = unreachable = 0
        for case in self._open_cases():
            cases += 1
            try:
                after = recompute_deadlines(case, actor=SYSTEM, now=now, calendar=calendar).application
            except PerizinanError:
                unreachable += 1
                continue
            old, new = (_last_day(one) for one in (case, after))
            if old is not None and new is not None and old != new:
                moved.append(
                    MovedDay(
                        receipt_number=case.receipt_number or "",
                        permit_type=case.permit_type,
                        before=old,
                        after=new,
                    )
                )
        return sorted(moved, key=lambda one: one.before), cases, unreachable

    def _open_cases(self) -> Iterator[Application]:
        wanted, after = ApplicationFilter(states=_OPEN, handed_in=True), None
        while True:
            with self._context.unit_of_work(read_only=True) as work:
                page = work.applications.find(wanted, after=after, limit=_PAGE)
            yield from (case for case in page.items if case.counted_on is not None)
            if page.next is None:
                return
            after = page.next


def _holidays_of(calendar: WorkingCalendar, year: int) -> tuple[Holiday, ...]:
    return sorted_days(one for one in calendar.holidays if one.day.year == year)


def _working_days(calendar: WorkingCalendar, year: int) -> int | None:
    try:
        before = calendar.working_days_before(date(year, 1, 1))
        last = date(year, 12, 31)
        return calendar.working_days_before(last) - before + calendar.is_working_day(last)
    except PerizinanError:
        return None


def _last_day(case: Application) -> date | None:
    if case.state is ApplicationState.CORRECTION_REQUESTED and case.corrections:
        return case.corrections[-1].answer_by
    return case.clock.due
