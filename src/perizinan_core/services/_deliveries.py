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


def deliveries_of(
    work: UnitOfWork, case: str, actor: Actor, zone: IndonesianTimeZone
) -> tuple[MessageDelivery, ...]:
    """Return the messages of a case as this actor may see them, oldest first; the caller checks who may."""
    outside = actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE)
    found = []
    for entry in work.outbox.of_case(case):
        is_unmade = entry.target == MESSAGES and entry.done_at is None
        if entry.channel is None and (outside or not is_unmade):
            continue
        if outside and entry.recipient not in _PARTIES:
            continue
        found.append(_delivery(entry, zone, outside=outside))
    return tuple(found)


def _delivery(entry: OutboxEntry, zone: IndonesianTimeZone, *, outside: bool) -> MessageDelivery:
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
        next_try=zone.local(entry.due_at) if entry.due_at is not None else None,
        error=None if outside else entry.last_error,
    )


def state_of(entry: OutboxEntry) -> DeliveryState:
    """Return how a delivery stands."""
    if entry.is_given_up and entry.last_error in REFUSED_FOR_GOOD:
        return DeliveryState.REFUSED
    if entry.is_given_up:
        return DeliveryState.GIVEN_UP
    if entry.done_at is None:
        return DeliveryState.WAITING
    return DeliveryState(entry.answer or SendOutcome.ACCEPTED.value)
