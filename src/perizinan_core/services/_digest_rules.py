"""
Which messages may wait to be brought together with others in one, until when, and what comes together.

One table says it for every kind (`WHY_ALONE`). What may wait starts no period, names nothing that the recipient has to
do by a day, and takes nothing away; secrets are sent by the host application (`HostMessages`), and never wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from enum import StrEnum

import attrs

from perizinan_core.errors.model import CalendarRangeError
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._contact import Pace
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._held import HeldOutcome

__all__ = ["WHY_ALONE", "Alone", "DigestRules", "Place", "Waiting", "collected_at", "grouped", "why_alone"]


class Alone(StrEnum):
    """Why a message goes by itself and at once."""

    WINDOW = "window"
    """A period runs from the moment when a channel accepts it."""

    DEADLINE = "deadline"
    """The recipient has to do something by a day, or should do it at once."""

    RECEIPT = "receipt"
    """It confirms what the person has just done."""

    LOSS = "loss"
    """It takes something away, against which the person may want to act at once."""


_K = EventKind

WHY_ALONE: Mapping[tuple[EventKind, bool], Alone | None] = {
    # (kind, to an officer): None, it may wait.
    (_K.DRAFT_ENDING, False): Alone.WINDOW,
    (_K.APPLICATION_SUBMITTED, False): Alone.RECEIPT,
    (_K.APPLICATION_RESUBMITTED, False): Alone.RECEIPT,
    (_K.FILE_COMPLETE, False): None,  # the day in it is the office's own
    (_K.CORRECTION_REQUESTED, False): Alone.WINDOW,
    (_K.APPLICATION_APPROVED, False): None,
    (_K.DEEMED_GRANTED, False): None,
    (_K.DEEMED_GRANTED, True): Alone.DEADLINE,
    (_K.PAYMENT_AWAITED, False): Alone.WINDOW,
    (_K.OUTSIDE_WAIT_BEGUN, False): None,
    (_K.OUTSIDE_WAIT_ENDED, False): None,
    (_K.APPLICATION_REFUSED, False): Alone.WINDOW,
    (_K.APPLICATION_REOPENED, False): Alone.LOSS,
    (_K.DECISION_ANNULLED, False): Alone.WINDOW,
    (_K.APPLICATION_WITHDRAWN, False): Alone.RECEIPT,
    (_K.APPLICATION_LAPSED, False): Alone.LOSS,
    (_K.PERMIT_ISSUED, False): None,
    (_K.PERMIT_SUSPENDED, False): Alone.LOSS,
    (_K.PERMIT_REINSTATED, False): None,
    (_K.PERMIT_REVOKED, False): Alone.LOSS,
    (_K.PERMIT_ANNULLED, False): Alone.LOSS,
    (_K.DOCUMENT_HOLD_ENDED, False): None,  # but for a file that was refused: another one is needed
    (_K.ISSUING_HELD, True): None,
    (_K.NOTICE_MISSED, True): None,
    (_K.COMPLAINT_FILED, False): Alone.RECEIPT,
    (_K.COMPLAINT_FILED, True): Alone.DEADLINE,
    (_K.COMPLAINT_ANSWERED, False): Alone.DEADLINE,
    (_K.COMPLAINT_ASSIGNED, True): Alone.DEADLINE,
    (_K.COMPLAINT_RETURNED, True): Alone.DEADLINE,
}
"""Of every kind that someone receives a message about."""


@attrs.frozen(kw_only=True)
class DigestRules:
    """What holds for those who chose nothing, and when messages are brought together."""

    officers: Pace = Pace.AT_ONCE
    hour: int = 7
    """By the clocks of the office."""


@attrs.frozen
class Place:
    """Where a message goes, and in which language: what is alike may come together."""

    account: str
    email: str | None = attrs.field(repr=False)
    phone: str | None = attrs.field(repr=False)
    language: str


@attrs.frozen
class Waiting:
    """A message that waits."""

    entry: int
    place: Place | None
    """None: it cannot be said, or nothing may go there; what becomes of it is found when it is sent by itself."""


def why_alone(event: Event, *, to_officer: bool) -> Alone | None:
    """Return why a message is sent by itself and at once, or None: it may wait."""
    if event.kind is EventKind.DOCUMENT_HOLD_ENDED and event.data.get("outcome") == HeldOutcome.REFUSED:
        return Alone.DEADLINE
    return WHY_ALONE.get((event.kind, to_officer), Alone.DEADLINE)


def collected_at(now: datetime, pace: Pace, *, hour: int, calendar: WorkingCalendar) -> datetime | None:
    """Return when a message of this moment is brought together with others; None: it is sent at once."""
    if pace is Pace.AT_ONCE:
        return None
    local = calendar.time_zone.local(now)
    day = local.date() if local.time() < time(hour) else local.date() + timedelta(days=1)
    if pace is Pace.WORKING_MORNINGS:
        # Where the days off of a year are not known yet: rather a morning too early than never.
        with suppress(CalendarRangeError):
            day = day if calendar.is_working_day(day) else calendar.next_working_day(day)
    return datetime.combine(day, time(hour), tzinfo=local.tzinfo)


def grouped(waiting: Iterable[Waiting]) -> tuple[tuple[int, ...], ...]:
    """Return which messages come together in one, in their order; one that stands alone is sent as it is."""
    found: dict[object, list[int]] = {}
    for one in waiting:
        found.setdefault(one.entry if one.place is None else one.place, []).append(one.entry)
    return tuple(tuple(entries) for entries in found.values())
