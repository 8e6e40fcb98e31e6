"""Comfortable ways to write the small values: texts, sources, periods, spans of days, tariff rows, rupiah."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from perizinan_core.catalogue._calendars import CALENDAR_HOOKS
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import suggestion
from perizinan_core.catalogue._reader import FAILED, AssumedValue, Hook, Reader
from perizinan_core.i18n import N_
from perizinan_core.model._fees import TariffRow, TariffTable
from perizinan_core.model._letter_rule import LetterTerm
from perizinan_core.model._money import Rupiah
from perizinan_core.model._text import DateRange, Period, PeriodUnit, Source, Text

__all__ = ["HOOKS", "SHARED_TARIFFS"]

SHARED_TARIFFS = "shared_tariffs"
"""Key of `Reader.context`: tariff tables of ``tariffs/*.yaml``, by code."""

_PERIOD = re.compile(r"(?P<value>[0-9]{1,6})[ _]+(?P<unit>[A-Za-z][A-Za-z_ ]*)\Z")
_SPAN = re.compile(r"(?P<start>[0-9-]{10})?\s*\.\.\s*(?P<end>[0-9-]{10})?\Z")

_UNITS = {unit.value: unit for unit in PeriodUnit} | {
    "minute": PeriodUnit.MINUTES,
    "hour": PeriodUnit.HOURS,
    "day": PeriodUnit.DAYS,
    "working_day": PeriodUnit.WORKING_DAYS,
    "week": PeriodUnit.WEEKS,
    "month": PeriodUnit.MONTHS,
    "year": PeriodUnit.YEARS,
    "menit": PeriodUnit.MINUTES,
    "jam": PeriodUnit.HOURS,
    "hari": PeriodUnit.DAYS,
    "hari_kerja": PeriodUnit.WORKING_DAYS,
    "minggu": PeriodUnit.WEEKS,
    "bulan": PeriodUnit.MONTHS,
    "tahun": PeriodUnit.YEARS,
}


def _read_text(reader: Reader, node: Node, source: Source | None) -> Any:
    if isinstance(node.value, dict):
        return reader.read_class(Text, node, source)
    value = reader.read(str, node)
    return FAILED if value is FAILED else reader.construct(Text, {"id": value}, node)


def _read_term(reader: Reader, node: Node, source: Source | None) -> Any:
    if isinstance(node.value, dict) and ("text" in node.value or "role" in node.value):
        return reader.read_class(LetterTerm, node, source)
    text = _read_text(reader, node, source)
    return FAILED if text is FAILED else reader.construct(LetterTerm, {"text": text}, node)


def _read_source(reader: Reader, node: Node, _source: Source | None) -> Any:
    if isinstance(node.value, dict):
        result = reader.read_class(Source, node)
    else:
        value = reader.read(str, node)
        result = FAILED if value is FAILED else reader.construct(Source, {"citation": value}, node)
    if isinstance(result, Source) and result.assumed:
        if not result.note:
            reader.problems.add(
                node,
                "assumed-without-note",
                N_("expected a note with the assumed value; say what the office must confirm"),
            )
        value = AssumedValue(node.file, node.path, node.line, result.note or "")
        if value not in reader.assumed:  # holidays share the source of their file
            reader.assumed.append(value)
    return result


def _read_period(reader: Reader, node: Node, source: Source | None) -> Any:
    if isinstance(node.value, dict):
        return reader.read_class(Period, node, source)
    match = _PERIOD.match(node.value.strip()) if isinstance(node.value, str) else None
    if match is None:
        return reader.wrong(node, N_("a period such as 5 working_days, 3 months or 1 year"))
    unit = re.sub(r"[ _]+", "_", match["unit"].strip().lower())
    if unit not in _UNITS:
        reader.problems.add(
            node,
            "unknown-word",
            N_("{word!r} is not allowed here; {suggestion}"),
            word=match["unit"],
            suggestion=suggestion(unit, _UNITS),
        )
        return FAILED
    return Period(int(match["value"]), _UNITS[unit])


def _read_range(reader: Reader, node: Node, source: Source | None) -> Any:
    if isinstance(node.value, dict):
        return reader.read_class(DateRange, node, source)
    match = _SPAN.match(node.value.strip()) if isinstance(node.value, str) else None
    expected = N_("a span of days such as 2024-01-01 .. 2025-12-31 (either end may be left out)")
    if match is None:
        return reader.wrong(node, expected)
    try:
        start, end = (date.fromisoformat(text) if text else None for text in match.group("start", "end"))
    except ValueError:
        return reader.wrong(node, expected)
    return reader.construct(DateRange, {"start": start, "end": end}, node)


def _read_rupiah(reader: Reader, node: Node, _source: Source | None) -> Any:
    value = reader.read(int, node)
    return FAILED if value is FAILED else reader.construct(Rupiah, {"amount": value}, node)


def _read_tariff(reader: Reader, node: Node, source: Source | None) -> Any:
    """Read a table; rows may be lists: the keys, then for bands "above" and "up to", then the value."""
    if not isinstance(node.value, dict):
        return reader.read_class(TariffTable, node, source)
    keys, banded = node.get("keys"), node.get("banded")
    count = len(keys.items) if keys is not None else 0
    is_banded = banded is not None and banded.value is True
    inner = Reader(
        reader.problems,
        {**reader.hooks, TariffRow: _row_hook(count, banded=is_banded)},
        reader.assumed,
        reader.context,
    )
    return inner.read_class(TariffTable, node, source)


def _row_hook(count: int, *, banded: bool) -> Hook:
    def read(reader: Reader, node: Node, source: Source | None) -> Any:
        if not isinstance(node.value, list):
            return reader.read_class(TariffRow, node, source)
        if len(node.items) != count + (3 if banded else 1):
            expected = N_(
                "keys and value in one row, with above and up to before the value where there are bands"
            )
            return reader.wrong(node, expected)
        texts = [reader.read(str, item) for item in node.items[:count]]
        numbers = [
            None if item.value is None else reader.read(Decimal, item) for item in node.items[count:-1]
        ]
        value = reader.read(Decimal, node.items[-1])
        if any(part is FAILED for part in (*texts, *numbers, value)):
            return FAILED
        above, up_to = numbers or (None, None)
        values = {"keys": tuple(texts), "above": above, "up_to": up_to, "value": value}
        return reader.construct(TariffRow, values, node)

    return read


def _read_tariffs(reader: Reader, node: Node, source: Source | None) -> Any:
    """Read the tables of a fee: written out, or named by the code of a shared table."""
    if not isinstance(node.value, list):
        return reader.wrong(node, N_("a list (lines that begin with a dash)"))
    shared = reader.context.get(SHARED_TARIFFS, {})
    tables: list[Any] = []
    for item in node.items:
        if not isinstance(item.value, str):
            tables.append(reader.read(TariffTable, item, source))
        elif item.value in shared:
            tables.extend(shared[item.value])
        else:
            reader.problems.add(
                item,
                "unknown-tariff",
                N_("expected the code of a table in the folder tariffs, but got {code!r}; {suggestion}"),
                code=item.value[:80],
                suggestion=suggestion(item.value, shared),
            )
            tables.append(FAILED)
    return FAILED if any(table is FAILED for table in tables) else tuple(tables)


def _read_steps(reader: Reader, node: Node, source: Source | None) -> Any:
    """Read the steps of an example; a bare word is a step without details."""
    if not isinstance(node.value, list):
        return reader.read_list(_STEPS, node, source)
    steps: list[Any] = []
    for item in node.items:
        if isinstance(item.value, str):
            steps.append({item.value: {}})
        elif isinstance(item.value, dict):
            steps.append(
                {key: {} if value.value is None else value.plain() for key, value in item.value.items()}
            )
        else:
            steps.append(reader.wrong(item, N_("a step: a word, or a word with details")))
    return FAILED if any(step is FAILED for step in steps) else tuple(steps)


_STEPS = tuple[Mapping[str, Any], ...]

HOOKS: dict[Any, Hook] = {
    **CALENDAR_HOOKS,
    Text: _read_text,
    LetterTerm: _read_term,
    Source: _read_source,
    Period: _read_period,
    DateRange: _read_range,
    Rupiah: _read_rupiah,
    TariffTable: _read_tariff,
    tuple[TariffTable, ...]: _read_tariffs,
    _STEPS: _read_steps,
}
"""Readers by class; the calendar brings its own, see `perizinan_core.catalogue._loading`."""
