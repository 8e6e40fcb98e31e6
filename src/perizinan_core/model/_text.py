"""Small values that every other part of the model uses: texts, sources, spans of days, periods."""

from __future__ import annotations

import calendar as _calendar
import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import attrs

__all__ = ["CODE", "DateRange", "InstrumentKind", "Period", "PeriodUnit", "Source", "Text", "code_field"]

CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\Z")
"""Stable names inside a catalogue: lower-case ASCII letters and digits, joined by ``-`` or ``_``."""


def code_field(**kwargs: Any) -> Any:
    """Return an attrs field for a code (see `CODE`); a value of another form raises ``ValueError``."""

    def check(_instance: object, attribute: attrs.Attribute[str], value: object) -> None:
        if not (isinstance(value, str) and CODE.match(value) and len(value) <= 80):
            raise ValueError(
                f"{attribute.name}: expected a code of lower-case letters, digits and dashes "
                f"(at most 80 characters), got {value!r}"
            )

    return attrs.field(validator=check, **kwargs)


@attrs.frozen
class Text:
    """What people read, in Bahasa Indonesia and, where someone wrote it, in English."""

    id: str = attrs.field(validator=attrs.validators.min_len(1))
    """Bahasa Indonesia."""

    en: str | None = None
    """English, or None: the Indonesian text stands in."""

    def __str__(self) -> str:
        return self.id

    def to(self, language: str) -> str:
        """Return the text in ``language`` (``"id"`` or ``"en"``), Indonesian where it is not translated."""
        return self.en if language == "en" and self.en else self.id


class InstrumentKind(StrEnum):
    """
    Kinds of legal instruments, the highest first (UU 12/2011 art. 7 and 8).

    The value is how catalogues name the kind.
    """

    CONSTITUTION = "undang-undang-dasar"
    LAW = "undang-undang"
    """Undang-Undang, and Peraturan Pemerintah Pengganti Undang-Undang of the same rank."""
    GOVERNMENT_REGULATION = "peraturan-pemerintah"
    PRESIDENTIAL_REGULATION = "peraturan-presiden"
    MINISTERIAL_REGULATION = "peraturan-menteri"
    """Regulation of a minister or of the head of a national body."""
    PROVINCIAL_REGULATION = "peraturan-daerah-provinsi"
    GOVERNOR_REGULATION = "peraturan-gubernur"
    LOCAL_REGULATION = "peraturan-daerah"
    """Peraturan Daerah of a city or regency."""
    MAYOR_REGULATION = "peraturan-kepala-daerah"
    """Peraturan Wali Kota or Peraturan Bupati."""
    DECREE = "keputusan"
    """A decision, of whatever official; it is named after all regulations."""
    CIRCULAR = "surat-edaran"

    @property
    def rank(self) -> int:
        """Return the place in the order; 0 is the highest."""
        return list(InstrumentKind).index(self)


@attrs.frozen
class Source:
    """Where a value comes from: law and article, or the publication it was read in."""

    citation: str = attrs.field(validator=attrs.validators.min_len(1))
    """As published, e.g. ``"Perda Kota Blitar 3/2018"``."""

    assumed: bool = False
    """True when the source leaves the value open and the office must confirm it."""

    note: str | None = None
    """What is to be confirmed, or how the source was read."""

    kind: InstrumentKind | None = attrs.field(default=None, kw_only=True)
    """Kind of the legal instrument; None: as the citation says."""

    number: str | None = attrs.field(default=None, kw_only=True)
    """Number of the instrument; None: as the citation says."""

    year: int | None = attrs.field(default=None, kw_only=True)
    """Year of the instrument; None: as the citation says."""

    gazette: str | None = attrs.field(default=None, kw_only=True)
    """State or regional gazette (Lembaran Negara, Lembaran Daerah), as decrees name it in brackets."""


@attrs.frozen
class DateRange:
    """A span of local calendar days; both ends belong to it, None is open."""

    start: date | None = None
    """First day, or None for "since ever"."""

    end: date | None = None
    """Last day, or None for "until further notice"."""

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"a span of days ends before it starts: {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def overlaps(self, other: DateRange) -> bool:
        """Return True when a day belongs to both."""
        return (self.start is None or other.end is None or self.start <= other.end) and (
            other.start is None or self.end is None or other.start <= self.end
        )


class PeriodUnit(StrEnum):
    """Units in which rules give time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    """Calendar days."""
    WORKING_DAYS = "working_days"
    """Days of the authority's working calendar."""
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@attrs.frozen
class Period:
    """A length of time as a rule states it, e.g. 5 working days or 1 year."""

    value: int = attrs.field(validator=[attrs.validators.instance_of(int), attrs.validators.ge(0)])
    unit: PeriodUnit

    def __str__(self) -> str:
        return f"{self.value} {self.unit.value.replace('_', ' ')}"

    def after(self, day: date) -> date:
        """
        Return the day that lies this period after ``day`` (calendar units only).

        Months and years end on the last day of a shorter month: one month after 31 January is
        28 or 29 February.

        Raises:
            ValueError: for working days, which only a calendar can count, and for minutes and hours.
        """
        return self._shift(day, 1)

    def before(self, day: date) -> date:
        """Return the day that lies this period before ``day``; see `after`."""
        return self._shift(day, -1)

    def _shift(self, day: date, sign: int) -> date:
        match self.unit:
            case PeriodUnit.DAYS:
                return day + timedelta(days=sign * self.value)
            case PeriodUnit.WEEKS:
                return day + timedelta(weeks=sign * self.value)
            case PeriodUnit.MONTHS:
                return _add_months(day, sign * self.value)
            case PeriodUnit.YEARS:
                return _add_months(day, sign * self.value * 12)
            case _:
                raise ValueError(f"{self.unit.value} cannot be added to a day without a working calendar")


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = _calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
