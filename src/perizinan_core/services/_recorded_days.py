"""
The authority with the days off that its office recorded, as every process of the office sees it at this moment.

They stand in the database. Each unit of work that writes looks there first, so that no deadline is counted on days that
hold no longer; one that only reads looks once a second. What was counted just before is counted again by the worker,
which finds it by the version of the calendar.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core.model._actor import Account
from perizinan_core.model._authority import Authority
from perizinan_core.model._calendar import Holiday, WorkingCalendar
from perizinan_core.storage import SettingRecords

__all__ = ["CALENDAR", "RecordedDays", "RecordedYear", "recorded_years", "replaced", "sorted_days"]

CALENDAR = "calendar:"
"""Beginning of the names of the settings, one for each year."""

_FRESH = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class RecordedYear:
    """Days off of a year, as someone of the office recorded them."""

    year: int
    holidays: tuple[Holiday, ...]
    by: Account
    at: datetime
    second: Account | None = None
    second_at: datetime | None = None
    standing: tuple[Holiday, ...] | None = None
    """What two persons had confirmed before: it counts until a second person confirms these days."""

    @property
    def holds(self) -> bool:
        """Whether a second person confirmed it."""
        return self.second is not None

    @property
    def counting(self) -> tuple[Holiday, ...] | None:
        """The days that two persons confirmed; None: those of the authority's data count."""
        return self.holidays if self.holds else self.standing


@attrs.define(eq=False)
class RecordedDays:
    """Holds the authority as it is now; one for each open office."""

    _base: Authority
    """As its plugin brings it."""

    authority: Authority = attrs.field(init=False)
    """With the days that two persons recorded."""

    _known: Mapping[str, Any] = attrs.field(factory=dict, init=False)
    _looked: datetime | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.authority = self._base

    def look(self, settings: SettingRecords, now: datetime, *, reading: bool) -> None:
        """Take over what was recorded since; a unit that only reads leaves it at what was known a second ago."""
        if reading and self._looked is not None and abs(now - self._looked) < _FRESH:
            return
        found = settings.all(CALENDAR)
        if found != self._known:
            calendar = _with_years(self._base.calendar, _read(found))
            self.authority = attrs.evolve(self._base, calendar=calendar)
            self._known = found
        self._looked = now

    def forget(self) -> None:
        """Look again in the next unit of work, whatever it does."""
        self._looked = None


def recorded_years(settings: SettingRecords) -> Mapping[int, RecordedYear]:
    """Return what the office recorded, by year."""
    return _read(settings.all(CALENDAR))


def replaced(calendar: WorkingCalendar, year: int, holidays: tuple[Holiday, ...]) -> WorkingCalendar:
    """Return the calendar with other days off in a year, under a version that names them."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    kept = tuple(one for one in calendar.holidays if not first <= one.day <= last)
    covers_from = (
        min(calendar.covers_from, first) if calendar.covers_from.year == year else calendar.covers_from
    )
    text = json.dumps(to_json(holidays), sort_keys=True)
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    base = calendar.version.split("+")
    others = [item for item in base[1:] if not item.startswith(f"{year}.")]
    return attrs.evolve(
        calendar,
        version="+".join([base[0], *others, f"{year}.{mark}"]),
        covers_from=covers_from,
        covers_to=max(calendar.covers_to, last),
        holidays=(*kept, *holidays),
    )


def sorted_days(holidays: Any) -> tuple[Holiday, ...]:
    """Return days off in their order."""
    return tuple(sorted(holidays, key=lambda one: (one.day, one.name)))


def _read(found: Mapping[str, Any]) -> Mapping[int, RecordedYear]:
    years = (from_json(RecordedYear, value) for value in found.values())
    return {item.year: item for item in years}


def _with_years(calendar: WorkingCalendar, years: Mapping[int, RecordedYear]) -> WorkingCalendar:
    for year, recorded in sorted(years.items()):
        days = recorded.counting
        if days is not None and calendar.covers_from.year <= year <= calendar.covers_to.year + 1:
            calendar = replaced(calendar, year, sorted_days(days))
    return calendar
