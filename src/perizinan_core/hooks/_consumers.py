"""
Event consumers: what wants to know what happened (statistics, other systems, archives), each by itself.

A consumer has a name, and the office keeps for it what is still to be delivered. It receives the kinds of events that
it asks for, those of one case in order, at least once. What raises or takes too long is tried again for days, later
and later, then given up and shown to the operator; neither other consumers nor other cases wait for it.
"""

from __future__ import annotations

from typing import Protocol

import attrs

from perizinan_core.model._events import Event

__all__ = ["DeliveredEvent", "EventConsumer"]


@attrs.frozen(kw_only=True)
class DeliveredEvent:
    """Something that happened, on its way to a consumer."""

    id: str
    """Stable: the same at each try, and when the past is replayed. Remember it where counting twice would be wrong."""

    event: Event
    case: str
    """Id of the application that it belongs to, also for events of permits."""

    attempt: int = 1
    """How often this was tried, this time included; a worker that died counts."""


class EventConsumer(Protocol):
    """Something that wants to know what happened."""

    def consume(self, delivered: DeliveredEvent) -> None:
        """
        Take an event, or raise: it comes again later.

        Called from a thread of its own, after the commit. Events of one case come in the order in which they
        happened; while one of them fails, the later ones of that case wait. What does not return within the time
        limit counts as failed, and may still be running when it is tried again.
        """
        ...
