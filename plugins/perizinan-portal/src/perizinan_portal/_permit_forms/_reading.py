"""Reading the form of a permit type: what was typed, as the kinds of values that the form asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from perizinan_core.catalogue import FormPart, FormPartKind
from perizinan_portal._kit import Posted

__all__ = ["PREFIX", "read_parts", "written"]

PREFIX = "form"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GROUPED = re.compile(r"-?\d{1,3}(?:[.,  ]\d{3})+")
_PLAIN = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"(-?\d{1,15})[.,](\d{1,9})")
_GROUPED_DECIMAL = re.compile(r"(-?\d{1,3}(?:\.\d{3})+),(\d{1,9})|(-?\d{1,3}(?:,\d{3})+)\.(\d{1,9})")
_DAY = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")
_MOST_ENTRIES = 500


def read_parts(parts: Sequence[FormPart], posted: Posted, prefix: str = PREFIX) -> dict[str, Any]:
    """
    Return what was typed; what is empty is left out, and what does not fit its kind stays text.

    Entries of lists stay in their order, an empty one too: it was added to be filled in.
    """
    found: dict[str, Any] = {}
    for part in parts:
        value = _value(part, posted, f"{prefix}.{part.name}")
        if value not in (None, "", [], {}):
            found[part.name] = value
    return found


def _value(part: FormPart, posted: Posted, name: str) -> Any:
    if part.kind is FormPartKind.GROUP:
        return read_parts(part.parts, posted, name)
    if part.kind is FormPartKind.LIST:
        places = [f"{name}.{index}" for index in _entries(posted, name)]
        if part.is_plain:
            return [_value(part.parts[0], posted, place) for place in places if part.parts]
        return [read_parts(part.parts, posted, place) for place in places]
    if part.kind is FormPartKind.CHOICES:
        known = {str(one.value): one.value for one in part.choices}
        return [known.get(typed, typed) for typed in posted.all(name) if typed]
    return _plain_value(part, _CONTROL.sub("", posted.one(name)).strip())


def _entries(posted: Posted, name: str) -> list[int]:
    start = f"{name}."
    found = {key.removeprefix(start).partition(".")[0] for key in posted.values if key.startswith(start)}
    return sorted(int(item) for item in found if item.isascii() and item.isdecimal())[:_MOST_ENTRIES]


def _plain_value(part: FormPart, typed: str) -> Any:
    match part.kind:
        case FormPartKind.YES_NO:
            return {"true": True, "false": False}.get(typed, typed)
        case FormPartKind.CHOICE:
            return {str(one.value): one.value for one in part.choices}.get(typed, typed)
        case FormPartKind.WHOLE | FormPartKind.RUPIAH:
            return _whole(typed)
        case FormPartKind.NUMBER:
            return _number(typed)
        case FormPartKind.DATE:
            return _day(typed)
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return lines if part.has_lines else " ".join(lines.split("\n"))


def _whole(typed: str) -> int | str:
    plain = re.sub(r"^[Rr]p\.?\s*|,(?:00?|-)$", "", typed)
    if _GROUPED.fullmatch(plain) and len(plain) < 20:
        return int(re.sub(r"[^\d-]", "", plain))
    return int(plain) if _PLAIN.fullmatch(plain) else typed


def _number(typed: str) -> int | float | str:
    """Read a number as it is written here: dots between thousands, a comma before decimals; a lone dot is a comma."""
    if _PLAIN.fullmatch(typed):
        return int(typed)
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+", typed):
        return int(typed.replace(".", ""))
    if found := _GROUPED_DECIMAL.fullmatch(typed):
        whole, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
        return float(f"{re.sub(r'[.,]', '', whole)}.{rest}")
    if found := _DECIMAL.fullmatch(typed):
        return float(f"{found[1]}.{found[2]}")
    return typed


def _day(typed: str) -> str:
    found = _DAY.fullmatch(typed)
    if found is None:
        return typed
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return typed


def written(part: FormPart, value: Any) -> str:
    """Return a value as it stands in its field; reading it again gives the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        grouped = part.kind is FormPartKind.RUPIAH
        return f"{value:,}".replace(",", ".") if grouped else str(value)
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(value)
