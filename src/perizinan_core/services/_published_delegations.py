"""
Under which delegations the office's signatories may and might sign: those of today, and all that were published.

A delegation is put on record when it is first published. When the plugin that brings the office's data no longer
has it, it stays in the authority document with the day on which it was dropped as its last one, so that the
permits that were signed under it can still be checked. The same holds for the titles of positions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from perizinan_core._converters import canonical_json
from perizinan_core.model._authority import Authority, Delegation
from perizinan_core.published import RegisteredDelegation
from perizinan_core.storage import UnitOfWork

__all__ = ["DELEGATIONS", "TITLES", "published_delegations", "published_titles"]

DELEGATIONS = "published-delegation:"
"""How the settings with published delegations begin."""

TITLES = "published-title:"
"""How the settings with titles of positions begin."""


def published_delegations(
    work: UnitOfWork, authority: Authority, day: date
) -> Mapping[str, tuple[RegisteredDelegation, ...]]:
    """
    Return all published delegations by position, and bring the record in line with the plugin of today.

    A delegation that is changed counts as another one: the old one ends, the new one begins as it says. One that
    was dropped and returns counts from its return, so that the time between stays uncovered.

    Args:
        work: A unit of work for writing; the caller commits.
        authority: The office, as the plugin describes it today.
        day: Local day.
    """
    known: dict[str, Any] = dict(work.settings.all(DELEGATIONS))
    lost = set(work.settings.broken(DELEGATIONS))
    present = {_key(item): item for item in authority.delegations}
    for key, item in present.items():
        if key in known and known[key]["current"]:
            continue
        known[key] = _begun(known.get(key), item, day)
        if key not in lost:
            # Else it is listed for this document, and not put on record as if nothing had been there.
            work.settings.put(key, known[key])
    for key in known.keys() - present.keys():
        if known[key]["current"]:
            known[key] = _ended(known[key], day)
            work.settings.put(key, known[key])
    found: dict[str, list[RegisteredDelegation]] = {}
    for _, entry in sorted(known.items(), key=lambda pair: (pair[1]["code"], pair[0])):
        found.setdefault(entry["position"], []).extend(_spans(entry))
    return {position: tuple(items) for position, items in found.items()}


def published_titles(work: UnitOfWork, authority: Authority) -> Mapping[str, str]:
    """Return the title of each position that the office has or had: of today, else the last one on record."""
    known: dict[str, str] = {
        key.removeprefix(TITLES): title for key, title in work.settings.all(TITLES).items()
    }
    lost = set(work.settings.broken(TITLES))
    for position in authority.positions:
        key = TITLES + position.code
        if known.get(position.code) != position.title.id and key not in lost:
            work.settings.put(key, position.title.id)
        known[position.code] = position.title.id
    return known


def _key(item: Delegation) -> str:
    content = canonical_json(
        {
            "position": item.position,
            "code": item.code,
            "permit_types": sorted(item.permit_types),
            "from": _text(item.valid.start),
            "to": _text(item.valid.end),
            "acting": item.acting.value,
        }
    )
    return f"{DELEGATIONS}{item.code}:{hashlib.sha256(content).hexdigest()[:32]}"


def _begun(entry: Mapping[str, Any] | None, item: Delegation, day: date) -> dict[str, Any]:
    start, today = _text(item.valid.start), day.isoformat()
    earlier = list(entry["spans"]) if entry is not None else []
    if earlier and earlier[-1][1] == today:
        # Dropped and back on one day, as while processes with the old and the new plugin run side by side.
        start = earlier.pop()[0]
    elif entry is not None:
        start = max(start or today, today)
    return {
        "position": item.position,
        "code": item.code,
        "permit_types": sorted(item.permit_types),
        "acting": item.acting.value,
        "current": True,
        "spans": [*earlier, [start, _text(item.valid.end)]],
    }


def _ended(entry: Mapping[str, Any], day: date) -> dict[str, Any]:
    """End the last span on ``day``, which still counts; leave it out when it had not begun."""
    *earlier, (start, end) = entry["spans"]
    today = day.isoformat()
    begun = start is None or start <= today
    last = [[start, min(end or today, today)]] if begun else []
    return {**entry, "current": False, "spans": [*earlier, *last]}


def _spans(entry: Mapping[str, Any]) -> list[RegisteredDelegation]:
    return [
        RegisteredDelegation(
            code=entry["code"],
            permit_types=frozenset(entry["permit_types"]),
            start=_day(start),
            end=_day(end),
            acting=entry["acting"],
        )
        for start, end in entry["spans"]
    ]


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
