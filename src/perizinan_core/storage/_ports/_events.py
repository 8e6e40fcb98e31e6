"""What happened, and telling it to others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from perizinan_core.model._events import Event
from perizinan_core.storage._records import (
    Backoff,
    OutboxCounts,
    OutboxEntry,
)

__all__ = ["History", "Outbox"]


class History(Protocol):
    """What happened to each application and permit: only ever added to."""

    def add(self, events: Iterable[Event]) -> None:
        """Append events to the histories of their subjects."""
        ...

    def of(self, subject: str) -> tuple[Event, ...]:
        """Return the events of an application or permit in the order in which they were written."""
        ...

    def part(
        self, subject: str, *, after: int | None = None, limit: int = 50, newest_first: bool = False
    ) -> tuple[tuple[int, Event], ...]:
        """
        Return some of the events of a subject, each with its place in the history, from 1 on.

        Args:
            subject: An application or permit.
            after: Place of the last one before.
            limit: At most so many.
            newest_first: From the end on.
        """
        ...


class Outbox(Protocol):
    """Events to be delivered after the commit: at least once each, several workers at a time."""

    def add(self, events: Iterable[Event], *, at: datetime) -> None:
        """Write events to be delivered once this unit of work commits."""
        ...

    def claim(
        self, worker: str, *, now: datetime, lease: timedelta, limit: int = 100, max_attempts: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """
        Reserve entries for a worker, longest due first; no other worker gets them until the lease ends.

        An entry that this version cannot read is handed out too, without its event, so that it stands in
        no one's way: the worker gives it back as failed. A lease or pause that ends later than any could
        (`FARTHEST`) is over.

        Commit before delivering: the reservation holds from the commit on.

        Args:
            worker: Name of the worker, unique among all that run.
            now: The present moment.
            lease: How long the worker has; it should be longer than any delivery takes.
            limit: At most so many.
            max_attempts: An entry that was claimed so often without a word is given up instead: it
                seems to kill its workers.
        """
        ...

    def is_due(self, *, now: datetime) -> bool:
        """Return whether `claim` would find anything; for a unit of work that only reads."""
        ...

    def mark_done(self, entry: int, *, worker: str, at: datetime) -> bool:
        """Note that an entry was delivered; False when its lease had passed to another worker meanwhile."""
        ...

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = ...
    ) -> bool:
        """
        Give an entry back for a later try; False when its lease had passed to another worker meanwhile.

        Args:
            entry: Its id.
            worker: Who had claimed it.
            at: Now; the pause counts from here.
            error: Stable code or class of the failure; no personal data.
            backoff: How long to wait and when to give up.
        """
        ...

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """Return entries that are still to be delivered, now or later, oldest first."""
        ...

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """Return entries that failed too often, oldest first."""
        ...

    def revive(self, entry: int, *, at: datetime) -> bool:
        """Let an entry that was given up be tried again; False when there is no such entry."""
        ...

    def counts(self) -> OutboxCounts:
        """Return how the outbox stands."""
        ...

    def forget_done(self, *, before: datetime) -> int:
        """Delete entries delivered before this moment and return how many they were."""
        ...
