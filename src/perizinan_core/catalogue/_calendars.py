"""The working calendar: the authority's week and hours, with the holidays of ``calendar/*.yaml``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import attrs

from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import suggestion
from perizinan_core.catalogue._reader import FAILED, Hook, Reader
from perizinan_core.i18n import N_
from perizinan_core.model._calendar import DayHours, TimeSpan, Weekday, WorkingCalendar
from perizinan_core.model._text import DateRange, Source

__all__ = ["CALENDAR_HOOKS", "read_calendar"]

_STRETCH = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_FILE_KEYS = ("source", "covers", "holidays", "special_hours")


def read_calendar(reader: Reader, node: Node, source: Source | None, files: Sequence[Node]) -> Any:
    """
    Return the calendar of ``authority.yaml``, completed by the calendar files.

    Holidays and special hours of the files are added to those of the authority file; the covered days
    follow from the ``covers`` of the files where the authority file does not name them.
    """
    if not isinstance(node.value, dict):
        return reader.read_class(WorkingCalendar, node, source)
    entries = dict(node.mapping)
    _add_cover(reader, entries, node, files)
    holidays = [*_holidays(reader, entries.get("holidays"), node.get("source"))]
    special: list[Node] = []
    for file in files:
        _check_keys(reader, file)
        holidays += _holidays(reader, file.get("holidays"), file.get("source"))
        special += [
            _with_default(item, "source", file.get("source")) for item in _list(file, "special_hours")
        ]
    entries["holidays"] = attrs.evolve(node, value=holidays)
    hours = entries.get("hours")
    if special and hours is not None and isinstance(hours.value, dict):
        whole = [*_list(hours, "special"), *special]
        entries["hours"] = attrs.evolve(
            hours, value={**hours.mapping, "special": attrs.evolve(node, value=whole)}
        )
    return reader.read_class(WorkingCalendar, attrs.evolve(node, value=entries), source)


def _add_cover(reader: Reader, entries: dict[str, Node], node: Node, files: Sequence[Node]) -> None:
    spans: list[tuple[date, date, Node]] = []
    for file in files:
        child = file.get("covers")
        if child is None:
            continue
        span = reader.read(DateRange, child)
        if isinstance(span, DateRange) and span.start and span.end:
            spans.append((span.start, span.end, child))
        elif span is not FAILED:
            reader.wrong(child, N_("a span of days with both ends, such as 2026-01-01 .. 2026-12-31"))
    spans.sort(key=lambda item: item[:2])
    for (_, end, _before), (start, _end, child) in itertools.pairwise(spans):
        if start != end + timedelta(days=1):
            reader.problems.add(
                child,
                "calendar-gap",
                N_(
                    "expected the calendar file to begin on {expected}, the day after the one before it ends, "
                    "but it begins on {start}; correct `covers`"
                ),
                expected=end + timedelta(days=1),
                start=start,
            )
    if spans and "covers_from" not in entries and "covers_to" not in entries:
        entries["covers_from"] = attrs.evolve(node, value=spans[0][0], raw=str(spans[0][0]))
        entries["covers_to"] = attrs.evolve(node, value=spans[-1][1], raw=str(spans[-1][1]))


def _check_keys(reader: Reader, file: Node) -> None:
    if not isinstance(file.value, dict):
        reader.wrong(file, N_("keys and values"))
    for key, child in file.mapping.items():
        if key not in _FILE_KEYS:
            reader.problems.add(
                child,
                "unknown-key",
                N_("unknown key {key!r}; {suggestion}"),
                key=key,
                suggestion=suggestion(key, _FILE_KEYS),
            )


def _holidays(reader: Reader, node: Node | None, source: Node | None) -> list[Node]:
    """Return holidays in the long form; the short form is a mapping from day to name (or to the rest)."""
    if node is None:
        return []
    if isinstance(node.value, list):
        return [_with_default(item, "source", source) for item in node.items]
    if not isinstance(node.value, dict):
        reader.wrong(node, N_("holidays as a list, or as keys and values with the days as keys"))
    result = []
    for key, child in node.mapping.items():
        try:
            day = attrs.evolve(child, value=date.fromisoformat(key), raw=key)
        except ValueError:
            reader.wrong(attrs.evolve(child, value=key), N_("a date such as 2026-01-31 that exists"))
            continue
        rest = child.mapping if isinstance(child.value, dict) else {"name": child}
        kind = attrs.evolve(child, value="national")
        entry = attrs.evolve(child, value={"kind": kind, **rest, "day": day})
        result.append(_with_default(entry, "source", source))
    return result


def _with_default(node: Node, key: str, value: Node | None) -> Node:
    if value is None or not isinstance(node.value, dict) or key in node.value:
        return node
    return attrs.evolve(node, value={**node.value, key: value})


def _list(node: Node, key: str) -> list[Node]:
    child = node.get(key)
    return child.items if child is not None else []


def _read_days(reader: Reader, node: Node, source: Source | None) -> Any:
    """Read the hours of a week: a list, or weekdays with hours such as ``07:30-12:00, 13:00-16:00``."""
    if not isinstance(node.value, dict):
        return reader.read_list(tuple[DayHours, ...], node, source)
    days = [_read_day(reader, name, child) for name, child in node.mapping.items()]
    return FAILED if any(day is FAILED for day in days) else tuple(days)


def _read_day(reader: Reader, name: str, node: Node) -> Any:
    weekday = reader.read(Weekday, attrs.evolve(node, value=name))
    text = node.value if isinstance(node.value, str) else ""
    stretches = []
    for part in text.split(","):
        match = _STRETCH.match(part.replace(" ", ""))
        if match is None:
            return reader.wrong(
                node, N_("hours such as 07:30-16:00, or 07:30-12:00, 13:00-16:00 with a break")
            )
        opens_hour, opens_minute, closes_hour, closes_minute = (int(group) for group in match.groups())
        stretches.append((time(opens_hour, opens_minute), time(closes_hour, closes_minute)))
    if weekday is FAILED:
        return FAILED
    breaks = [TimeSpan(before[1], after[0]) for before, after in itertools.pairwise(stretches)]
    values = {
        "weekday": weekday,
        "opens": stretches[0][0],
        "closes": stretches[-1][1],
        "breaks": tuple(breaks),
    }
    return reader.construct(DayHours, values, node)


CALENDAR_HOOKS: dict[Any, Hook] = {tuple[DayHours, ...]: _read_days}
"""Readers of office hours in their short form."""
