"""Values that cannot be right: identifiers, money, numerals, calendars, and what people write."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors.base import OWN_WORDS, Code, CodedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "CalendarRangeError",
    "FormDataError",
    "FormFault",
    "InvalidIdentifierError",
    "InvalidRomanNumeralError",
    "ModelError",
    "MoneyRangeError",
    "TextFault",
    "TextRefusedError",
    "character_name",
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


class TextFault(StrEnum):
    """What is wrong with a text that a person wrote."""

    NOT_TEXT = "not-text"
    """A number, a list or nothing, where a text belongs."""
    EMPTY = "empty"
    """Nothing, or blanks only."""
    TOO_LONG = "too-long"
    LINE_BREAK = "line-break"
    """A line break where the letter has one line."""
    CONTROL = "control"
    """Control characters, halves of characters, unassigned and private code points."""
    INVISIBLE = "invisible"
    """Characters that no one sees: two texts that look alike would differ."""
    DIRECTION = "direction"
    """Characters that turn the reading direction: print and data would say different things."""
    STRAY_MARK = "stray-mark"
    """Accents or vowel signs without a letter of their script, or piled up."""


_SENTENCES: dict[TextFault, str] = {
    TextFault.NOT_TEXT: N_(
        "“{field}”: expected a text, but received a value of type {character}. Send a text."
    ),
    TextFault.EMPTY: N_("“{field}” is empty or holds only blanks. Fill it in."),
    TextFault.TOO_LONG: N_("“{field}” is longer than {limit} characters. Shorten it."),
    TextFault.LINE_BREAK: N_(
        "“{field}” holds a line break ({character}) as character {position}, but it must be one line. "
        "Write it in one line."
    ),
    TextFault.CONTROL: N_(
        "“{field}” holds a control character ({character}) as character {position}. "
        "Type the text again instead of copying it from another program."
    ),
    TextFault.INVISIBLE: N_(
        "“{field}” holds an invisible character ({character}) as character {position}. "
        "Type the text again instead of copying it from another program."
    ),
    TextFault.DIRECTION: N_(
        "“{field}” holds a character that turns the reading direction ({character}) as character {position}. "
        "Remove it; Arabic text needs none of them."
    ),
    TextFault.STRAY_MARK: N_(
        "“{field}” holds an accent or vowel sign that belongs to no letter ({character}) as character {position}. "
        "Type the word again."
    ),
}


def character_name(char: str) -> str:
    """Return a character as errors name it: ``U+200B ZERO WIDTH SPACE``."""
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()


class FormFault(StrEnum):
    """What is wrong with form data before anyone looks at the form."""

    NOT_JSON = "not-json"
    NOT_A_FORM = "not-a-form"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY = "too-many"
    NUMBER = "number"
    NAME = "name"


_FORM = N_("Form")

_FORM_SENTENCES: dict[FormFault, str] = {
    FormFault.NOT_JSON: N_(
        "Form data: expected texts, numbers, yes or no, lists and fields, but received {received} in {path}. "
        "Send the data as JSON."
    ),
    FormFault.NOT_A_FORM: N_(
        "Form data: expected fields with their names, but received {received}. Send the fields as a JSON object."
    ),
    FormFault.TOO_LARGE: N_(
        "Form data: expected at most {limit} characters in all, but there are more. Shorten the texts in {path}."
    ),
    FormFault.TOO_DEEP: N_(
        "Form data: expected at most {limit} levels inside each other, but {path} is deeper. "
        "Send the fields as the form has them."
    ),
    FormFault.TOO_MANY: N_(
        "Form data: expected at most {limit} values in all, but there are more. "
        "Send only the fields that the form has."
    ),
    FormFault.NUMBER: N_(
        "Form data: {path} is a number that cannot be kept exactly. Write a smaller number, or a text."
    ),
    FormFault.NAME: N_(
        "Form data: expected names of fields of at most {limit} visible characters, but received another one "
        "in {path}. Send only the fields that the form has."
    ),
}


class ModelError(CodedError):
    """
    A value that cannot be right.

    Values of its codes:

    - ``expected``: English msgid of the rule
    - ``maximum``: largest number of this form
    - ``minimum``: smallest number of this form
    - ``name``: the calendar or the part of it, e.g. ``"kota-contoh 2026.1"``
    - ``problems``: English sentences without full stop, each naming the entry; shown as they are
    - ``received``: what was received, shortened
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.ARGUMENT: "calendar-order naive-moment numeral-range",
            Category.INPUT: (
                "applicant-kind form-data identifier-not-text invalid-identifier invalid-money "
                "invalid-roman-numeral money-range text-refused"
            ),
            Category.OFFICE: "calendar-range invalid-calendar",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "invalid-money": Code(
            N_(
                "Expected whole rupiah such as 1500000 or Rp1.500.000, but got {received}. Write the amount "
                "without sen, and round it first if it was computed."
            )
        ),
        "numeral-range": Code(
            N_(
                "Expected a whole number from {minimum} to {maximum}, but got {received}. Write the number "
                "in digits instead."
            )
        ),
        # Calendar or office hours that contradict themselves; every problem is listed.
        "invalid-calendar": Code(
            N_(
                "The calendar data of {name} cannot be used: {problems}. Correct the data of the office and "
                "load it again."
            )
        ),
        # `received`: What was received.
        "naive-moment": Code(
            N_(
                "Expected a date and time with a time zone, but got {received}. Give the moment in UTC or in "
                "the office's zone (WIB, WITA or WIT)."
            )
        ),
        # `received`: What was received.
        "calendar-order": Code(
            N_("Expected {expected}, but got {received}. Check the order of the dates and start again."),
            labels={"expected": OWN_WORDS},
        ),
        # `received`: What was received, shortened.
        "applicant-kind": Code(
            N_(
                "Expected a kind of organisation, but received “{received}”. Choose the kind, or apply as a "
                "person."
            )
        ),
    }


class InvalidIdentifierError(ModelError):
    """An identifier that cannot be right; personal numbers are masked in every field."""

    codes: ClassVar[Mapping[str, Code]] = {
        "invalid-identifier": Code(
            N_("{kind}: expected {expected}, but got {received} ({length} characters). {remedy}"),
            also=("reason",),
            labels={"kind": _IDENTIFIER_NAMES, "expected": OWN_WORDS, "remedy": OWN_WORDS},
        ),
        "identifier-not-text": Code(
            N_("{kind}: expected {expected}, but got a value of type {received}. {remedy}"),
            also=("reason", "length"),
            labels={"kind": _IDENTIFIER_NAMES, "expected": OWN_WORDS, "remedy": OWN_WORDS},
        ),
    }

    kind: str
    """Which identifier: ``"nik"``, ``"family-card"``, ``"nip"``, ``"npwp"``, ``"nib"``, ``"kbli"``,
    ``"region"``, ``"phone"``, ``"email"``, ``"postal-code"``, ``"passport"`` or ``"slug"``."""

    reason: str
    """Stable word for what is wrong: ``"characters"``, ``"length"``, ``"day"``, ``"checksum"`` …"""

    received: str
    """What was received; of a personal number at most its last four characters."""

    length: int
    """How many characters came, separators left out; 0 when it was not text."""

    expected: str
    """English msgid of the rule that was broken."""

    remedy: str
    """English msgid of what to do next."""

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return the identifier, by its kind."""
        label = translate(_IDENTIFIER_NAMES[self.kind], language)
        return (FieldProblem(self.kind, label, self.reason, self.message(language)),)


@attrs.define(slots=False, eq=False)
class MoneyRangeError(ModelError):
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


@attrs.define(slots=False, eq=False)
class InvalidRomanNumeralError(ModelError):
    """Text that is not a Roman numeral in its usual form."""

    code: ClassVar[str] = "invalid-roman-numeral"
    sentence: ClassVar[str] = N_(
        "Expected a Roman numeral from I to MMMCMXCIX such as IV or XII, but got {received}. "
        "Check the letters I, V, X, L, C, D, M and their order."
    )

    received: str
    """What was received, shortened."""


@attrs.define(slots=False, eq=False)
class CalendarRangeError(ModelError):
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
class TextRefusedError(ModelError):
    """A text that a person wrote cannot be kept as it is; the text itself is not repeated."""

    code: ClassVar[str] = "text-refused"
    sentence: ClassVar[str] = N_("“{field}” cannot be kept as it is ({fault}).")

    field: str
    """What it is called: an English msgid such as ``"Name"``, or the title of a form field."""

    fault: str
    """`TextFault` value."""

    character: str = ""
    """The first character that is refused, as ``U+200B ZERO WIDTH SPACE``; of what is not text, its type."""

    position: int = 0
    """Where it is, counted from 1; 0 when the whole text is meant."""

    limit: int = 0
    """Most characters, where the text is too long."""

    path: str = ""
    """Where it stands, for programs: ``form.lokasi``, ``name``, ``reasons[0]``; empty when that is not known."""

    @property
    def fault_sentence(self) -> str:
        """English msgid for this fault; its placeholders are the fields."""
        return _SENTENCES[TextFault(self.fault)]

    def wording(self, language: str) -> dict[str, object]:
        """Translate the name of the field."""
        return {**super().wording(language), "field": self.label(language)}

    def label(self, language: str) -> str:
        """Return what people call the field."""
        return translate(str(self.places.get(self.path, self.field)), language)

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return the one field."""
        return (FieldProblem(self.path, self.label(language), self.fault, self.message(language)),)

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence of the fault."""
        return translate(self.fault_sentence, language, **self.wording(language))


@attrs.define(slots=False, eq=False)
class FormDataError(ModelError):
    """Form data that no form can accept; the data are not repeated."""

    code: ClassVar[str] = "form-data"
    sentence: ClassVar[str] = N_("Form data cannot be kept: {fault} in {path}.")

    fault: str
    """`FormFault` value."""

    path: str
    """Where, e.g. ``terop[0].panjang``; ``$`` for the whole."""

    received: str = ""
    """Type of what was received."""

    limit: int = 0
    """The limit that was passed, where there is one."""

    def label(self, language: str) -> str:
        """Return what people call the field, or the form."""
        path = self.path.removeprefix("$")
        return translate(str(self.places.get(f"form.{path}", path or _FORM)), language)

    def wording(self, language: str) -> dict[str, object]:
        """Name the field as people know it."""
        return {**super().wording(language), "path": self.label(language)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return the one field, or the form."""
        path = self.path.removeprefix("$")
        place = f"form.{path}" if path else "form"
        return (FieldProblem(place, self.label(language), self.fault, self.message(language)),)

    @property
    def fault_sentence(self) -> str:
        """English msgid for this fault; its placeholders are the fields."""
        return _FORM_SENTENCES[FormFault(self.fault)]

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence of the fault."""
        return translate(self.fault_sentence, language, **self.wording(language))
