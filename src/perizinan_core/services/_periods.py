"""The periods of which an office publishes figures: whole, over, and never inside one another."""

from __future__ import annotations

import re
from datetime import date, timedelta

import attrs

from perizinan_core.errors.model import quoted
from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import N_
from perizinan_core.model._figures import PeriodLength
from perizinan_core.services._context import OfficeContext

__all__ = ["FigurePeriod", "Periods"]

_MOST_PERIODS = 40
_CODE = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?\Z")


@attrs.frozen(kw_only=True)
class FigurePeriod:
    """A whole month, quarter or year."""

    code: str
    """``2026-08``, ``2026-Q3`` or ``2026``."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date, length: PeriodLength) -> FigurePeriod:
        """Return the period that a day lies in."""
        number = (day.month - 1) // length.months
        first = date(day.year, number * length.months + 1, 1)
        after = number * length.months + length.months
        following = date(day.year + after // 12, after % 12 + 1, 1)
        code = {
            PeriodLength.MONTH: f"{day.year}-{day.month:02}",
            PeriodLength.QUARTER: f"{day.year}-Q{number + 1}",
            PeriodLength.YEAR: f"{day.year}",
        }[length]
        return cls(code=code, first=first, last=following - timedelta(days=1))


@attrs.frozen
class Periods:
    """The periods of one office."""

    _context: OfficeContext
    _length: PeriodLength = PeriodLength.QUARTER

    def latest(self) -> FigurePeriod:
        """Return the latest that is over."""
        today = self._context.local_day(self._context.clock())
        running = FigurePeriod.of(today, self._length)
        return FigurePeriod.of(running.first - timedelta(days=1), self._length)

    def since(self, first: date | None) -> tuple[FigurePeriod, ...]:
        """Return those that are over, the latest first, back to the one with this day; None: none."""
        found: list[FigurePeriod] = []
        last = self.latest()
        while first is not None and last.last >= first and len(found) < _MOST_PERIODS:
            found.append(last)
            last = FigurePeriod.of(last.first - timedelta(days=1), self._length)
        return tuple(found)

    def chosen(self, code: str | None) -> FigurePeriod:
        """
        Return a period by its code; None: the latest that is over.

        Raises:
            ArgumentError: it is not a period of this office, or not over yet.
        """
        latest = self.latest()
        if code is None:
            return latest
        match = _CODE.match(code)
        if match:
            year, quarter, month = match.groups()
            number = int(month or 1) if quarter is None else int(quarter) * 3
            found = FigurePeriod.of(date(max(int(year), 1), number, 1), self._length)
            if found.code == code and found.last <= latest.last:
                return found
        raise ArgumentError("period", N_("a period of this office that is over"), quoted(code))
