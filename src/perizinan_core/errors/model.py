"""
Errors of the value types: identifiers, money, numerals and calendars.

::

    PerizinanError
    ├── InvalidIdentifierError         a NIK, NPWP, NIB, region code … that cannot be right
    │   └── IdentifierTypeError        not text at all (a spreadsheet number lost its zeros)
    ├── MoneyError
    │   ├── InvalidMoneyError          not whole rupiah
    │   └── MoneyRangeError            below zero or above the bound
    ├── NumeralError
    │   ├── NumeralRangeError          a number that has no words or no Roman form here
    │   └── InvalidRomanNumeralError   text that is no Roman numeral
    └── CalendarError
        ├── InvalidCalendarError       office data that contradicts itself, all problems at once
        ├── CalendarRangeError         a date that the loaded calendar says nothing about
        ├── NaiveMomentError           a date and time without time zone
        └── CalendarOrderError         an end before its start, or days below zero
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = [
    "CalendarError",
    "CalendarOrderError",
    "CalendarRangeError",
    "IdentifierTypeError",
    "InvalidCalendarError",
    "InvalidIdentifierError",
    "InvalidMoneyError",
    "InvalidRomanNumeralError",
    "MoneyError",
    "MoneyRangeError",
    "NaiveMomentError",
    "NumeralError",
    "NumeralRangeError",
    "quoted",
]

_IDENTIFIER_NAMES = {
    "nik": N_("NIK (population number)"),
    "family-card": N_("Family card number (KK)"),
    "nip": N_("NIP (civil servant number)"),
    "npwp": N_("NPWP (taxpayer number)"),
    "nib": N_("NIB (business number)"),
    "kbli": N_("KBLI (business activity code)"),
    "region": N_("Region code"),
    "phone": N_("Phone number"),
    "email": N_("E-mail address"),
    "postal-code": N_("Postal code"),
    "passport": N_("Passport number"),
    "slug": N_("Short name"),
}


def quoted(value: object) -> str:
    """Return a value that is not personal data as errors quote it: its ``repr``, at most 40 characters."""
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:39] + "…")
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write integers of more than 4300 digits
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= 40 else text[:39] + "…"


@attrs.define(slots=False, eq=False)
class InvalidIdentifierError(PerizinanError):
    """An identifier that cannot be right; personal numbers are masked in every field."""

    code: ClassVar[str] = "invalid-identifier"
    sentence: ClassVar[str] = N_(
        "{kind}: expected {expected}, but got {received} ({length} characters). {remedy}"
    )

    kind: str
    """Which identifier: ``"nik"``, ``"family-card"``, ``"nip"``, ``"npwp"``, ``"nib"``, ``"kbli"``,
    ``"region"``, ``"phone"``, ``"email"``, ``"postal-code"``, ``"passport"`` or ``"slug"``."""

    reason: str
    """Stable word for what is wrong: ``"characters"``, ``"length"``, ``"day"``, ``"checksum"`` …"""

    received: str
    """What came; of a personal number at most its last four characters."""

    length: int
    """How many characters came, separators left out; 0 when it was no text."""

    expected: str
    """English msgid of the rule that was broken."""

    remedy: str
    """English msgid of what to do next."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the parts of the sentence."""
        return {
            **super().wording(language),
            "kind": translate(_IDENTIFIER_NAMES.get(self.kind, self.kind), language),
            "expected": translate(self.expected, language),
            "remedy": translate(self.remedy, language),
        }


@attrs.define(slots=False, eq=False)
class IdentifierTypeError(InvalidIdentifierError):
    """An identifier that came as a number or another value instead of text."""

    code: ClassVar[str] = "identifier-not-text"
    sentence: ClassVar[str] = N_("{kind}: expected {expected}, but got a value of type {received}. {remedy}")


class MoneyError(PerizinanError):
    """Any error about amounts of money."""

    code: ClassVar[str] = "money"


@attrs.define(slots=False, eq=False)
class InvalidMoneyError(MoneyError):
    """A value that is not whole rupiah."""

    code: ClassVar[str] = "invalid-money"
    sentence: ClassVar[str] = N_(
        "Expected whole rupiah such as 1500000 or Rp1.500.000, but got {received}. "
        "Write the amount without sen, and round it first if it was computed."
    )

    received: str
    """What came, shortened."""


@attrs.define(slots=False, eq=False)
class MoneyRangeError(MoneyError):
    """An amount below zero or above the bound."""

    code: ClassVar[str] = "money-range"
    sentence: ClassVar[str] = N_(
        "Expected an amount from Rp0 to Rp{maximum}, but got {amount}. "
        "Check the quantities and the order of the subtraction."
    )

    amount: str
    """The amount that does not fit, in rupiah, as plain digits."""

    maximum: int
    """The largest amount, in rupiah."""


class NumeralError(PerizinanError):
    """Any error about numbers written as words or Roman numerals."""

    code: ClassVar[str] = "numeral"


@attrs.define(slots=False, eq=False)
class NumeralRangeError(NumeralError):
    """A number outside what can be written in this form."""

    code: ClassVar[str] = "numeral-range"
    sentence: ClassVar[str] = N_(
        "Expected a whole number from {minimum} to {maximum}, but got {received}. "
        "Write the number in digits instead."
    )

    received: str
    """What came, shortened."""

    minimum: int
    """Smallest number of this form."""

    maximum: int
    """Largest number of this form."""


@attrs.define(slots=False, eq=False)
class InvalidRomanNumeralError(NumeralError):
    """Text that is no Roman numeral in its usual form."""

    code: ClassVar[str] = "invalid-roman-numeral"
    sentence: ClassVar[str] = N_(
        "Expected a Roman numeral from I to MMMCMXCIX such as IV or XII, but got {received}. "
        "Check the letters I, V, X, L, C, D, M and their order."
    )

    received: str
    """What came, shortened."""


class CalendarError(PerizinanError):
    """Any error about working days and hours."""

    code: ClassVar[str] = "calendar"


@attrs.define(slots=False, eq=False)
class InvalidCalendarError(CalendarError):
    """Calendar or office hours that contradict themselves; every problem is listed."""

    code: ClassVar[str] = "invalid-calendar"
    sentence: ClassVar[str] = N_(
        "The calendar data of {name} cannot be used: {problems}. "
        "Correct the data of the office and load it again."
    )

    name: str
    """The calendar or the part of it, e.g. ``"kota-contoh 2026.1"``."""

    problems: tuple[str, ...]
    """English sentences without full stop, each naming the entry; shown as they are."""


@attrs.define(slots=False, eq=False)
class CalendarRangeError(CalendarError):
    """A date that the loaded calendar says nothing about: an error, never a guess."""

    code: ClassVar[str] = "calendar-range"
    sentence: ClassVar[str] = N_(
        "The working calendar {calendar} holds the years {years} ({covers_from} to {covers_to}), "
        "but {day} is needed. Load the calendar of that year, with its holidays and joint leave, "
        "and try again."
    )

    calendar: str
    """Code and version of the calendar."""

    day: date
    """The date that is missing; when a count runs past the end, the first day after the end."""

    covers_from: date
    """First day that the calendar holds."""

    covers_to: date
    """Last day that the calendar holds."""

    def wording(self, language: str) -> dict[str, object]:
        """Show the years as a range."""
        first, last = self.covers_from.year, self.covers_to.year
        years = str(first) if first == last else f"{first}–{last}"
        return {**super().wording(language), "years": years}


@attrs.define(slots=False, eq=False)
class NaiveMomentError(CalendarError):
    """A date and time that does not say its time zone."""

    code: ClassVar[str] = "naive-moment"
    sentence: ClassVar[str] = N_(
        "Expected a date and time with a time zone, but got {received}. "
        "Give the moment in UTC or in the office's zone (WIB, WITA or WIT)."
    )

    received: str
    """What came."""


@attrs.define(slots=False, eq=False)
class CalendarOrderError(CalendarError):
    """A span that ends before it starts, spans that overlap, or a negative number of days."""

    code: ClassVar[str] = "calendar-order"
    sentence: ClassVar[str] = N_(
        "Expected {expected}, but got {received}. Check the order of the dates and start again."
    )

    expected: str
    """English msgid of the rule."""

    received: str
    """What came."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the rule."""
        return {**super().wording(language), "expected": translate(self.expected, language)}
