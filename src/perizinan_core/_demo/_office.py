"""The office of the demonstration, and the clock that its story moves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import attrs

from perizinan_core.bootstrap import (
    Office,
    OfficeSettings,
    PublicationSettings,
    Settings,
    SigningSettings,
    load_plugins,
    migrate_database,
)
from perizinan_core.model._calendar import WorkingCalendar

__all__ = ["StoryClock", "open_demo_office"]

_AUTHORITY = "kota-blitar"


@attrs.define
class StoryClock:
    """A clock that the story moves; it never runs beyond the real one."""

    moment: datetime
    limit: datetime

    def __call__(self) -> datetime:
        """Return the moment of the story."""
        return self.moment

    def forward(self, **amount: float) -> None:
        """Move on by a ``timedelta``'s arguments."""
        self.moment = min(self.moment + timedelta(**amount), self.limit)

    def to_morning(self, calendar: WorkingCalendar) -> None:
        """Move on to 08:10 of the next working day, or to the end of the story when that is earlier."""
        day = calendar.time_zone.local(self.moment).date()
        following = calendar.next_working_day(day)
        self.moment = min(calendar.time_zone.at(following, time(8, 10)), self.limit)


def open_demo_office(folder: Path, *, now: datetime) -> tuple[Office, StoryClock]:
    """
    Set up an office in ``folder`` with a development CA, and the clock of the story.

    Raises:
        HookError: ``nothing-registered``: the plugin of the demo's authority is not installed.
        CalendarRangeError: the plugin's calendar does not cover these days.
    """
    settings = Settings(
        office=OfficeSettings(authority=_AUTHORITY),
        signing=SigningSettings(development=True),
        publication=PublicationSettings(folder="public"),
        folder=folder,
    )
    manager = load_plugins()
    migrate_database(settings, manager)
    clock = StoryClock(now, now)
    office = Office.open(settings, clock=clock)
    calendar = office.authority.calendar
    day = calendar.time_zone.local(now).date()
    for _ in range(4):
        day = _working_day_before(calendar, day)
    clock.moment = calendar.time_zone.at(day, time(9, 12))
    return office, clock


def _working_day_before(calendar: WorkingCalendar, day: date) -> date:
    before = day - timedelta(days=1)
    while not calendar.is_working_day(before):
        before -= timedelta(days=1)
    return before
