"""What became of the messages of a case: for those who wait for an answer, and those who wonder why none comes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.errors.hooks import REFUSED_FOR_GOOD
from perizinan_core.hooks._notification import SendOutcome
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._calendar import IndonesianTimeZone
from perizinan_core.storage import OutboxEntry, UnitOfWork
from perizinan_core.storage._records import MESSAGES

__all__ = ["DeliveryState", "MessageDelivery", "deliveries_of", "state_of"]

_PARTIES = ("applicant", "representative")


class DeliveryState(StrEnum):
    """How the delivery of a message stands."""

    WAITING = "waiting"
    """It has not been tried, or is tried again."""

    ACCEPTED = "accepted"
    """The channel took it: it is on its way to the person."""

    KEPT = "kept"
    """It is written down; a person has to bring it."""

    PASSED_OVER = "passed_over"
    """The channel has no address of the person."""

    NO_CONSENT = "no_consent"
    """The person did not agree to be written to this way, or withdrew that: nothing was sent, and no time runs."""

    GIVEN_UP = "given_up"
    """It failed for days; an operator can let it be tried again."""

    REFUSED = "refused"
    """The address takes no mail, or not this one: the person has to give another, or be informed otherwise."""

    COLLECTING = "collecting"
    """It waits to be brought together with others, as its recipient chose."""

    COLLECTED = "collected"
    """It was brought together with others in one message, which has a state of its own."""

    SEPARATED = "separated"
    """A message of several that no longer went to one place: each of them was sent by itself."""

    DROPPED = "dropped"
    """An operator decided that it is not sent."""


@attrs.frozen(kw_only=True)
class MessageDelivery:
    """One message on one channel."""

    number: int
    """What ``perizinan outbox`` calls it."""

    kind: str
    """`EventKind` value of what it is about."""

    happened_at: datetime | None
    event: str
    """Id of the event that it is about; empty when that cannot be read."""

    recipient: str
    """``applicant``, ``representative``, or the id of an officer; empty while the message is still to be made."""

    channel: str
    """Name; empty while the message is still to be made."""

    state: DeliveryState
    at: datetime | None
    """When it was accepted, kept or passed over."""

    attempts: int
    next_try: datetime | None
    error: str | None
    """Stable code or class of the last failure; None for the applicant's side."""

    collected_into: int | None = None
    """`number` of the message that brings it together with others, or None."""

    collected_state: DeliveryState | None = None
    """How that one stands; None where it is forgotten."""


def deliveries_of(
    work: UnitOfWork, case: str, actor: Actor, zone: IndonesianTimeZone
) -> tuple[MessageDelivery, ...]:
    """Return the messages of a case as this actor may see them, oldest first; the caller checks who may."""
    outside = actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE)
    found, entries = [], work.outbox.of_case(case)
    ids = {entry.collected_into for entry in entries if entry.collected_into is not None}
    into = {entry.id: entry for entry in work.outbox.named(ids)}
    for entry in entries:
        is_unmade = entry.target == MESSAGES and entry.done_at is None
        if entry.channel is None and (outside or not is_unmade):
            continue
        if outside and entry.recipient not in _PARTIES:
            continue
        together = into.get(entry.collected_into or 0)
        if together is not None and together.case:
            # It waited and no other came: it went by itself, and stands here as that.
            continue
        found.append(_delivery(entry, together, zone, outside=outside))
    return tuple(found)


def _delivery(
    entry: OutboxEntry, together: OutboxEntry | None, zone: IndonesianTimeZone, *, outside: bool
) -> MessageDelivery:
    next_try = entry.collect_at if entry.is_collecting and entry.due_at is not None else entry.due_at
    return MessageDelivery(
        number=entry.id,
        kind=entry.event.kind.value if entry.event is not None else "",
        happened_at=zone.local(entry.event.at) if entry.event is not None else None,
        event=entry.event.id if entry.event is not None else "",
        recipient=entry.recipient,
        channel=entry.channel or "",
        state=state_of(entry),
        at=zone.local(entry.done_at) if entry.done_at is not None else None,
        attempts=entry.attempts,
        next_try=zone.local(next_try) if next_try is not None else None,
        collected_into=entry.collected_into,
        collected_state=None if together is None else state_of(together),
        error=None if outside else entry.last_error,
    )


def state_of(entry: OutboxEntry) -> DeliveryState:
    """Return how a delivery stands."""
    if entry.is_given_up and entry.last_error in REFUSED_FOR_GOOD:
        return DeliveryState.REFUSED
    if entry.is_given_up:
        return DeliveryState.GIVEN_UP
    if entry.done_at is None and entry.is_collecting:
        return DeliveryState.COLLECTING
    if entry.done_at is None:
        return DeliveryState.WAITING
    return DeliveryState(entry.answer or SendOutcome.ACCEPTED.value)
