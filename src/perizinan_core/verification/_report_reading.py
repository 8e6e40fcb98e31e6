"""Reading back a report that was kept as JSON, by the published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from string import Formatter
from typing import Any

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.i18n import Clause
from perizinan_core.published._strict_json import load_json
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._reasons import REASONS
from perizinan_core.verification._report import Aspect, Check, CheckName, Outcome, Reason, Report
from perizinan_core.verification._schemas import path_of, schema_faults

_UNKNOWN = "?"
"""What stands for a day that no one knows."""

_DAYS = frozenset({"day", "last"})
"""Placeholders of sentences that stand for days."""

_DERIVED = ("exit_code", "reasons", "signature")
"""What follows from the rest; a report that says otherwise was changed."""

_TWICE = object()


def read_report(data: str | bytes | Mapping[str, Any]) -> Report:
    """
    Return the report that `Report.to_json` wrote, in whichever language.

    Args:
        data: A line of ``perizinan verify --json``, or its data.

    Raises:
        ReportFormatError: when it is not JSON, breaks ``schemas/report.schema.json``, uses a reason code that
            is not known here, or contradicts itself; the problems name fields and never repeat a value.
    """
    content = _parsed(data)
    _stop_at(schema_faults(content, "report"))
    _stop_at(tuple(_unknown_reasons(content)))
    report: Report = _converter().structure(content, Report)
    if [item.name for item in report.checks] != list(CheckName):
        _stop_at((Clause("{path} does not hold every check once, in order", path="$.checks"),))
    written = report.to_json()
    wrong = [name for name in _DERIVED if not _says_the_same(written[name], content[name])]
    _stop_at(tuple(Clause("{path} does not follow from the rest", path=f"$.{name}") for name in wrong))
    return report


def _stop_at(problems: tuple[str, ...]) -> None:
    if problems:
        raise ReportFormatError(problems)


def _parsed(data: object) -> Any:
    """Return plain JSON values, whatever came; what JSON does not know cannot hide in them."""
    if isinstance(data, bytes | bytearray | memoryview):
        text = bytes(data)
    else:
        try:
            plain = dict(data) if isinstance(data, Mapping) else data
            text = (data if isinstance(data, str) else json.dumps(plain, allow_nan=False)).encode(
                "utf-8", "surrogatepass"
            )
        except (TypeError, ValueError, RecursionError) as error:
            raise ReportFormatError(("it is not JSON",)) from error
    try:
        return load_json(text)
    except ValueError as error:
        place = _doubled(text)
        problem = Clause("{path} comes twice", path=path_of(place, "report")) if place else "it is not JSON"
        raise ReportFormatError((problem,)) from error


def _doubled(text: bytes) -> tuple[str | int, ...] | None:
    """Return the place of a key that comes twice, or None when there is none or the text cannot be read."""

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in pairs:
            result[name] = _TWICE if name in result else value
        return result

    def find(value: Any, place: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
        if value is _TWICE:
            return place
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return next((found for key, item in items if (found := find(item, (*place, key)))), None)

    try:
        return find(json.loads(text, object_pairs_hook=keep), ())
    except (ValueError, RecursionError):
        return None


def _unknown_reasons(content: Mapping[str, Any]) -> Iterator[str]:
    """Name the reasons that are not known here, and those that lack a value of their sentence."""
    told = {f"$.checks[{place}]": item for place, item in enumerate(content["checks"])}
    for place, signature in enumerate(content["signatures"]):
        for name, item in (signature["aspects"] or {}).items():
            told[f"$.signatures[{place}].aspects.{name}"] = item
    for path, item in told.items():
        if item["code"] not in REASONS:
            yield Clause("{path} is not known here, so that a newer version wrote it", path=f"{path}.code")
            continue
        needed = {name for _, name, _, _ in Formatter().parse(REASONS[item["code"]].sentence) if name}
        for name in sorted(needed - item["fields"].keys()):
            yield Clause("{path} is missing", path=f"{path}.fields.{name}")


@cache
def _converter() -> Any:
    """Return what reads data that fits the schema; a newer version may say more (docs/decisions/0021)."""
    from cattrs import Converter

    converter = Converter(detailed_validation=False)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_structure_hook(PermitFacts, lambda item, _: PermitFacts.read(item))
    # A reason stands among the fields of what it explains.
    converter.register_structure_hook(
        Check, lambda item, _: Check(CheckName(item["name"]), Outcome(item["outcome"]), _reason(item))
    )
    converter.register_structure_hook(Aspect, lambda item, _: Aspect(Outcome(item["outcome"]), _reason(item)))
    return converter


def _reason(item: Mapping[str, Any]) -> Reason:
    # JSON does not tell 3.0 from 3.
    fields = {
        name: date.fromisoformat(value)
        if name in _DAYS and value != _UNKNOWN
        else int(value)
        if isinstance(value, float)
        else value
        for name, value in item["fields"].items()
    }
    return Reason(item["code"], fields)


def _says_the_same(ours: Any, theirs: Any) -> bool:
    """Compare, but for sentences, which differ from language to language, and names that are not known here."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return all(
            name in theirs and _says_the_same(ours[name], theirs[name]) for name in ours if name != "message"
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_says_the_same, ours, theirs))
    return bool(ours == theirs)
