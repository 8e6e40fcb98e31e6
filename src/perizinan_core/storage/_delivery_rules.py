"""
How a delivery stands, and what becomes of it: the one rule of the outbox, for every store.

Of deliveries at hand it is asked directly. A database asks it of thousands at once, in its own words: for that
reason a state is said by which columns hold something, and what is over by spans of time, which a store puts into
its questions as they are (`fits`, `over_spans`). What changes is the same in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.storage._records import Backoff, OutboxState, over_spans

__all__ = [
    "DONE",
    "GIVEN_UP",
    "OPEN",
    "STANDINGS",
    "WAITING",
    "Claim",
    "Delivery",
    "claim_of",
    "claimed",
    "collected",
    "died",
    "done",
    "dropped",
    "failed",
    "fits",
    "is_due",
    "released",
    "revived",
]

Standing = Mapping[str, bool]
"""Which columns hold something, and which nothing."""

WAITING: Standing = {"available_at": True}
"""To be delivered now or later; also while a worker has it."""

GIVEN_UP: Standing = {"available_at": False, "done_at": False}
"""Not tried again by itself."""

OPEN: Standing = {"done_at": False}
"""Not delivered."""

DONE: Standing = {"done_at": True}
"""Delivered, or dropped by a person."""

STANDINGS: Mapping[OutboxState, Standing] = {
    OutboxState.WAITING: WAITING,
    OutboxState.GIVEN_UP: GIVEN_UP,
    OutboxState.DONE: DONE,
}
"""By the name under which people look for them."""

_LONGEST_ERROR = 500
_DIED = "worker-died"
_DROPPED = "dropped"
_COLLECTED = "collected"


@attrs.frozen
class Delivery:
    """What the rules ask of an entry."""

    id: int
    """Grows with everything written."""

    case: str | None
    """Whose entries keep their order."""

    attempts: int
    """How often it was claimed."""

    available_at: datetime | None
    """From when on it may be claimed: a claim moves it to the end of the lease, a failure to that of the pause."""


@attrs.frozen
class Claim:
    """What a worker gets, and what no one gets any more."""

    claimed: tuple[Delivery, ...]
    died: tuple[Delivery, ...]
    """Claimed so often without a word that they seem to kill their workers."""


def fits(entry: object, standing: Standing) -> bool:
    """Return whether an entry stands so."""
    return all((getattr(entry, name) is not None) is holds for name, holds in standing.items())


def is_due(available_at: datetime | None, now: datetime) -> bool:
    """Return whether an entry may be claimed."""
    return available_at is not None and any(span.holds(available_at) for span in over_spans(now))


def claim_of(
    due: Iterable[Delivery],
    others: Iterable[Delivery],
    *,
    limit: int,
    max_attempts: int,
    in_order: bool,
) -> Claim:
    """
    Return what a worker gets.

    Args:
        due: Entries of one target that are due.
        others: With ``in_order``: every open entry of their cases at this target, those that are due among them.
        limit: At most so many.
        max_attempts: An entry that was claimed so often died with its workers.
        in_order: None before all earlier ones of its case are delivered or in the same answer; else longest due first.
    """
    ordered = sorted(due, key=lambda entry: entry.id) if in_order else sorted(due, key=_since)
    before: dict[str | None, list[int]] = defaultdict(list)
    for other in others if in_order else ():
        before[other.case].append(other.id)
    died: list[Delivery] = []
    claimed: dict[int, Delivery] = {}
    for entry in ordered:
        if len(claimed) + len(died) >= limit:
            break
        if any(other < entry.id and other not in claimed for other in before[entry.case]):
            continue
        if entry.attempts >= max_attempts:
            died.append(entry)
        else:
            claimed[entry.id] = entry
    return Claim(tuple(claimed.values()), tuple(died))


def _since(entry: Delivery) -> tuple[Any, ...]:
    return entry.available_at, entry.id


def claimed(attempts: Any, *, worker: str, now: datetime, lease: timedelta) -> dict[str, Any]:
    """Return what a claim changes; ``attempts``: as they are, a number or a column."""
    return {"available_at": now + lease, "worker": worker, "attempts": attempts + 1}


def died() -> dict[str, Any]:
    """Return what changes when an entry is given up because its workers never come back."""
    return {"available_at": None, "worker": None, "last_error": _DIED}


def failed(attempts: int, *, at: datetime, error: str, backoff: Backoff) -> dict[str, Any]:
    """Return what a failure changes: the entry rests, or is given up."""
    pause = backoff.delay(attempts)
    return {
        "available_at": None if pause is None else at + pause,
        "worker": None,
        "last_error": error[:_LONGEST_ERROR],
    }


def released(attempts: Any, *, at: datetime) -> dict[str, Any]:
    """Return what changes when an entry that was not tried is given back; ``attempts`` as in `claimed`."""
    return {"available_at": at, "worker": None, "attempts": attempts - 1}


def revived(*, at: datetime) -> dict[str, Any]:
    """Return what changes when an entry that was given up is to be tried again."""
    return {"available_at": at, "attempts": 0}


def done(*, at: datetime, answer: str | None) -> dict[str, Any]:
    """Return what a delivery changes."""
    return {"done_at": at, "available_at": None, "worker": None, "last_error": None, "answer": answer}


def collected(*, at: datetime, into: int) -> dict[str, Any]:
    """Return what changes when an entry is brought together with others in another one."""
    return {**done(at=at, answer=_COLLECTED), "collected_into": into}


def dropped(*, at: datetime) -> dict[str, Any]:
    """Return what changes when a person says that an entry is never delivered."""
    return done(at=at, answer=_DROPPED)
