"""What happened, and telling it to others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from perizinan_core.model._events import Event, EventKind
from perizinan_core.storage._records import (
    MESSAGES,
    Backoff,
    HistoryFilter,
    OutboxCounts,
    OutboxEntry,
    OutboxFilter,
    OutboxItem,
    Page,
    TargetCounts,
)

__all__ = ["History", "Outbox"]


class History(Protocol):
    """What happened to each application and permit: only ever added to."""

    def add(self, events: Iterable[Event]) -> None:
        """Append events to the histories of their subjects."""
        ...

    def since(
        self, moment: datetime, kinds: Collection[EventKind], *, after: str | None = None, limit: int = 500
    ) -> Page[Event]:
        """
        Return a page of the events of some kinds since a moment, over all subjects, as they were written.

        One that was changed outside the library, or that this version cannot read, is left out and named in the
        log.
        """
        ...

    def find(
        self, filter: HistoryFilter, *, after: str | None = None, limit: int = 50, newest_first: bool = True
    ) -> Page[Event]:
        """
        Return a page of the events of all subjects, as they were written or the other way round.

        One that was changed outside the library, or that this version cannot read, is left out and named in the
        log: a page may be shorter although there is more.
        """
        ...

    def those_with(self, kind: EventKind, subjects: Collection[str]) -> frozenset[str]:
        """
        Return those of some subjects in whose history there is an event of a kind.

        One that was changed outside the library does not count. The cost is that of the histories of these subjects.
        """
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
    """
    What is to be delivered after the commit, to one target each: at least once, several workers at a time.

    A target is a channel, an event consumer, or a part of the office itself. Each entry has its own state, so that
    a target that fails keeps no other from being served.
    """

    def add(self, items: Iterable[OutboxItem], *, at: datetime) -> tuple[int, ...]:
        """Write what is to be delivered once this unit of work commits, and return the ids of the entries."""
        ...

    def claim(
        self,
        worker: str,
        *,
        target: str = MESSAGES,
        now: datetime,
        lease: timedelta,
        limit: int = 100,
        max_attempts: int = 50,
        in_order: bool = False,
        holder: str | None = None,
    ) -> tuple[OutboxEntry, ...]:
        """
        Reserve entries for a worker, longest due first; no other worker gets them until the lease ends.

        An entry that this version cannot read is handed out too, without its event, so that it stands in
        no one's way: the worker gives it back as failed. A lease or pause that ends later than any could
        (`FARTHEST`) is over.

        Commit before delivering: the reservation holds from the commit on.

        Args:
            worker: Name of the worker, unique among all that run.
            target: Only what goes there.
            now: The present moment.
            lease: How long the worker has; it should be longer than any delivery takes.
            limit: At most so many.
            max_attempts: An entry that was claimed so often without a word is given up instead: it
                seems to kill its workers.
            in_order: Entries of one case come in the order in which they were written, and none before all
                earlier ones were delivered or are in the same answer.
            holder: All that waits for this account, whenever it is to be collected. It is never parted: where another
                worker is about to collect it, this one waits for it.
        """
        ...

    def is_due(self, *, now: datetime) -> bool:
        """Return whether anything is due to anyone; for a unit of work that only reads."""
        ...

    def due_targets(self, *, now: datetime) -> tuple[str, ...]:
        """Return the targets to which something is due, sorted."""
        ...

    def holders_due(self, target: str, *, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """Return for whom something is to be collected now that goes to this target, longest due first."""
        ...

    def mark_collected(self, entry: int, *, worker: str, at: datetime, into: int) -> bool:
        """Note that an entry is brought together with others in another entry; False as `mark_done`."""
        ...

    def mark_done(self, entry: int, *, worker: str, at: datetime, answer: str | None = None) -> bool:
        """
        Note that an entry was delivered, and what the target made of it.

        False when its lease had passed to another worker meanwhile.
        """
        ...

    def release(self, entry: int, *, worker: str, at: datetime) -> bool:
        """Give an entry back that was not tried; False as `mark_done`."""
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

    def find(
        self, filter: OutboxFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """
        Return entries, the newest first.

        Args:
            filter: Which ones.
            before: Only those with a smaller id: the last one of the page before.
            limit: At most so many.
        """
        ...

    def named(self, entries: Collection[int]) -> tuple[OutboxEntry, ...]:
        """Return entries by their ids, oldest first; those that are not there any more are left out."""
        ...

    def revive(self, entry: int, *, at: datetime) -> bool:
        """Let an entry that was given up be tried again; False when there is no such entry."""
        ...

    def drop(self, entry: int, *, at: datetime) -> bool:
        """Never deliver an entry, because a person says so; False when it was delivered or is not there."""
        ...

    def withdraw(self, target: str, case: str) -> int:
        """Remove what is still to be delivered to a target of one case; return how many entries that were."""
        ...

    def of_case(self, case: str) -> tuple[OutboxEntry, ...]:
        """Return all entries of a case, delivered ones too, oldest first."""
        ...

    def counts(self) -> OutboxCounts:
        """Return how the outbox stands."""
        ...

    def by_target(self) -> tuple[TargetCounts, ...]:
        """Return how the deliveries to each target stand to which something waits or was given up."""
        ...

    def forget_done(self, *, before: datetime, consumed: bool | None = None, limit: int = 1000) -> int:
        """
        Delete entries delivered before this moment and return how many they were.

        Args:
            before: The moment.
            consumed: True: only those of event consumers; False: only the others.
            limit: At most so many.
        """
        ...
