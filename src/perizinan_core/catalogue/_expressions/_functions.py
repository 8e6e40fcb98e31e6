"""The functions of expressions: dates, rounding, tariffs, papers, and text as Indonesian letters write it."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from perizinan_core.catalogue._expressions._operators import ExpressionFailure, FailureKind
from perizinan_core.catalogue._expressions._schema import schema_at
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._fees import TariffTable
from perizinan_core.model._numerals import date_in_words, format_date, format_number, number_in_words, roman
from perizinan_core.model._text import Period, PeriodUnit

__all__ = ["PaperFacts", "lookup_tariff", "make_functions", "months_begun", "text_of"]

_DECIMALS = 6
"""Most decimals that `text` prints."""


@attrs.frozen(kw_only=True)
class PaperFacts:
    """A paper that is in its slot."""

    slot: str
    """Requirement, with ``#n`` for the n-th item (from 0)."""

    expires_on: date | None = None
    choice: int | None = None


def make_functions(
    *,
    day: date,
    tariffs: tuple[TariffTable, ...] = (),
    papers: tuple[PaperFacts, ...] = (),
    form_schema: Mapping[str, Any],
    item_form: Mapping[str, Any] | None = None,
    form: Mapping[str, Any],
    item: Mapping[str, Any] | None = None,
) -> dict[str, Callable[..., Any]]:
    """Return the functions, bound to one case and the day whose tariffs count."""
    by_slot = {paper.slot: paper for paper in papers}

    def paper_expiry(code: str, number: int | None = None) -> date:
        paper = by_slot.get(_slot(code, number))
        if paper is None or paper.expires_on is None:
            raise ExpressionFailure(Phrase(N_("the paper {code} has no expiry date"), {"code": code}))
        return paper.expires_on

    return {
        **_PLAIN,
        "tariff": lambda code, *keys: lookup_tariff(tariffs, day, code, keys),
        "has_paper": lambda code, number=None: _slot(code, number) in by_slot,
        "paper_expiry": paper_expiry,
        "label": lambda field: _label(form_schema, form, field),
        "item_label": lambda field: _label(item_form or {}, item or {}, field),
    }


def lookup_tariff(
    tables: tuple[TariffTable, ...], day: date, code: str, arguments: tuple[Any, ...]
) -> Fraction:
    """
    Return the value of the one row that fits.

    Args:
        tables: All tables of the fee.
        day: The local day whose table counts.
        code: Code of the table.
        arguments: The keys in the table's order, then the quantity where the table has bands.

    Raises:
        ExpressionFailure: of kind tariff, when no table or row fits.
    """
    table = next((item for item in tables if item.code == code and day in item.valid), None)
    if table is None:
        raise _no_tariff(N_("no table {code} is valid on {day}"), code=code, day=day)
    quantity = arguments[-1] if table.banded and arguments else None
    keys = tuple(arguments[:-1] if table.banded else arguments)
    if table.banded and (isinstance(quantity, str) or quantity is None):
        raise _no_tariff(N_("the table {code} needs a quantity"), code=code)
    for row in table.rows:
        if row.keys != keys:
            continue
        if quantity is None or (
            (row.above is None or quantity > row.above) and (row.up_to is None or quantity <= row.up_to)
        ):
            return Fraction(row.value)
    shown = ", ".join(str(argument) for argument in arguments) or "–"
    raise _no_tariff(N_("the table {code} has no row for {keys}"), code=code, keys=shown[:200])


def _no_tariff(sentence: str, /, **fields: object) -> ExpressionFailure:
    return ExpressionFailure(Phrase(sentence, fields), FailureKind.TARIFF)


def months_begun(start: date, end: date) -> int:
    """Return how many months have begun after ``start`` up to ``end``; 0 when ``end`` is not later."""
    months = max((end.year - start.year) * 12 + end.month - start.month, 0)
    while Period(months, PeriodUnit.MONTHS).after(start) < end:
        months += 1
    return months


def text_of(value: Any) -> str:
    """Return a value as an Indonesian letter writes it: ``1.500,5``, ``25 November 2026``, ``ya``."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, date):
        return format_date(value, "id")
    if isinstance(value, int | Fraction):
        return _number_text(Fraction(value))
    if isinstance(value, tuple):
        return ", ".join(text_of(item) for item in value)
    if isinstance(value, str):
        return value
    raise TypeError


def _number_text(value: Fraction) -> str:
    scaled = math.floor(abs(value) * 10**_DECIMALS + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**_DECIMALS)
    decimals = f"{rest:0{_DECIMALS}d}".rstrip("0")
    sign = "-" if value < 0 and scaled else ""
    return sign + format_number(whole, "id") + (f",{decimals}" if decimals else "")


def _slot(code: str, number: int | None) -> str:
    return code if number is None else f"{code}#{number - 1}"


def _label(schema: Mapping[str, Any], data: Mapping[str, Any], field: str) -> str:
    value: Any = data
    for step in field.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        raise ExpressionFailure(Phrase(N_("{name} is not filled in"), {"name": field}))
    options = (schema_at(schema, field) or {}).get("oneOf")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, Mapping) and option.get("const") == value and "title" in option:
            return str(option["title"])
    return text_of(value)


def _date(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _period(unit: PeriodUnit) -> Callable[[int], Period]:
    def make(count: int) -> Period:
        if not 0 <= count <= 100_000:
            raise ValueError
        return Period(count, unit)

    return make


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _to_multiple(direction: Callable[[Fraction], int]) -> Callable[[Any, Any], Fraction]:
    def apply(value: Any, step: Any) -> Fraction:
        if step <= 0:
            raise ValueError
        return direction(Fraction(value) / Fraction(step)) * Fraction(step)

    return apply


def _half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if len(text) > 40 or not text.replace(".", "", 1).lstrip("-").isdecimal() or not text.isascii():
        raise ValueError
    return Fraction(text)


def _sum(values: tuple[Any, ...]) -> Any:
    if any(isinstance(value, bool) for value in values):
        raise TypeError
    return sum(values, Fraction(0))


def _rupiah(value: Any) -> str:
    return "Rp" + _number_text(Fraction(_half_up(Fraction(value))))


def _words(value: Any) -> str:
    if isinstance(value, date):
        return date_in_words(value, "id")
    if Fraction(value).denominator != 1:
        raise ValueError
    return number_in_words(int(value), "id")


_PLAIN: dict[str, Callable[..., Any]] = {
    "date": _date,
    "days": _period(PeriodUnit.DAYS),
    "weeks": _period(PeriodUnit.WEEKS),
    "months": _period(PeriodUnit.MONTHS),
    "years": _period(PeriodUnit.YEARS),
    "days_between": lambda start, end: (end - start).days,
    "months_begun": months_begun,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day_of_month": lambda day: day.day,
    "end_of_month": _end_of_month,
    "end_of_year": lambda day: date(day.year, 12, 31),
    "earliest": min,
    "latest": max,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
    "round_to": _to_multiple(_half_up),
    "round_up_to": _to_multiple(math.ceil),
    "round_down_to": _to_multiple(math.floor),
    "sum": _sum,
    "number": _number,
    "text": text_of,
    "rupiah": _rupiah,
    "words": _words,
    "roman": roman,
    "upper": str.upper,
    "join": lambda parts, separator: separator.join(parts),
}
