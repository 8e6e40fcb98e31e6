"""
Ports of the storage room: what a store of records promises.

Rules:

1. All work happens in a unit of work. Leaving it without `UnitOfWork.commit` undoes everything.
2. After `commit()` returns, the work is on disk; before, nobody else sees any of it.
3. An object is saved only if nobody saved it since it was read (`StaleObjectError`).
4. Numbers of a register are gap-free and unique per local year, however many take them at once.
5. Personal data reaches the disk encrypted only.
6. One store holds the records of one office.

Implementations: `perizinan_core.storage.sql` (SQLite, PostgreSQL) and `perizinan_core.storage.memory`.
``perizinan_core.testing.storage.StorageSuite`` holds any store to these rules.

Times are aware datetimes and come back in UTC where this module says so; ``by`` is the id of an actor.
Every method raises `UnitOfWorkClosedError` outside its unit of work, and every writing method
`ReadOnlyUnitOfWorkError` in a unit of work for reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from perizinan_core.model.actor import Officer, Role
from perizinan_core.model.application import Application
from perizinan_core.model.events import Event
from perizinan_core.model.permit import Permit
from perizinan_core.storage.records import (
    ApplicationFilter,
    Backoff,
    IdempotentResult,
    LastChange,
    OutboxCounts,
    OutboxEntry,
    Page,
    PermitFilter,
    QueueEntry,
    SigningAttempt,
    TakenNumber,
)

__all__ = [
    "Applications",
    "History",
    "Idempotency",
    "Numbers",
    "Officers",
    "Outbox",
    "Permits",
    "Settings",
    "SigningAttempts",
    "StatusIndexes",
    "Storage",
    "UnitOfWork",
]


class Applications(Protocol):
    """Applications, with optimistic locking on `Application.version`."""

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """
        Store a new application and return it as stored, with version 1.

        Raises:
            AlreadyExistsError: The id, receipt number or a payment reference is on record already.
        """
        ...

    def get(self, id: str) -> Application:  # noqa: A002 - the model's own word
        """
        Return the application.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def get_by_receipt(self, receipt_number: str) -> Application:
        """
        Return the application with exactly this receipt number.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def save(self, application: Application, *, by: str, at: datetime) -> Application:
        """
        Write a changed application and return it with its version raised by one.

        Raises:
            StaleObjectError: Somebody else saved it since; names who and when.
            RecordNotFoundError: It was never added.
            AlreadyExistsError: The receipt number or a payment reference belongs to another.
        """
        ...

    def last_change(self, id: str) -> LastChange:  # noqa: A002
        """
        Return who saved it last and when.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def find(
        self,
        filter: ApplicationFilter = ...,  # noqa: A002
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
    ) -> Page[Application]:
        """Return a page of applications in the order in which they were begun (their ids are UUIDv7)."""
        ...

    def count(self, filter: ApplicationFilter = ...) -> int:  # noqa: A002
        """Return how many applications `find` would give in all."""
        ...

    def queue(
        self,
        stages: Collection[str] | None = None,
        *,
        permit_type: str | None = None,
        assignee: str | None = None,
        limit: int = 50,
        after: QueueEntry | None = None,
    ) -> tuple[QueueEntry, ...]:
        """
        Return open stages, the one that opened first first.

        Args:
            stages: Codes of stages, or None for all.
            permit_type: Only of this permit type.
            assignee: Only those that this officer holds.
            limit: At most so many.
            after: Last entry of the page before.
        """
        ...

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """Return how many open stages each of ``officers`` holds; 0 is in the answer too."""
        ...


class Permits(Protocol):
    """Permits, with optimistic locking on `Permit.version`."""

    def add(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """
        Store a new permit and return it as stored, with version 1.

        Raises:
            AlreadyExistsError: Id, number, place in the register or status index is on record already.
        """
        ...

    def get(self, id: str) -> Permit:  # noqa: A002
        """
        Return the permit.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def get_by_number(self, number: str) -> Permit:
        """
        Return the permit with exactly this number.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def get_by_status_index(self, index: int) -> Permit:
        """
        Return the permit with this place in the status list.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def of_application(self, application: str) -> tuple[Permit, ...]:
        """Return the permits that an application led to, oldest first."""
        ...

    def save(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """
        Write a changed permit and return it with its version raised by one.

        Raises:
            StaleObjectError: Somebody else saved it since; names who and when.
            RecordNotFoundError: It was never added.
        """
        ...

    def last_change(self, id: str) -> LastChange:  # noqa: A002
        """
        Return who saved it last and when.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def find(
        self,
        filter: PermitFilter = ...,  # noqa: A002
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
    ) -> Page[Permit]:
        """Return a page of permits in the order in which their numbers were taken (ids are UUIDv7)."""
        ...

    def count(self, filter: PermitFilter = ...) -> int:  # noqa: A002
        """Return how many permits `find` would give in all."""
        ...

    def expiring_between(self, first: date, last: date) -> tuple[Permit, ...]:
        """Return the permits in force or suspended whose last day lies in this span, soonest first."""
        ...


class Numbers(Protocol):
    """The number registers (buku agenda): gap-free and unique per register and local year."""

    def take(self, register: str, year: int, *, first: int = 1, by: str, at: datetime) -> int:
        """
        Take the next sequence number; it is taken for good only when the unit of work commits.

        Whoever takes from the same register and year meanwhile waits. Before the commit the number must be
        given its use with `record` or be cancelled.

        Args:
            register: Code of the register.
            year: Local year of the authority, not that of UTC.
            first: Number to begin with when the year has none yet.
            by: Who takes it.
            at: When.
        """
        ...

    def record(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """
        Write down the number as printed and what it is for.

        Raises:
            NumberBookError: It was not taken, is recorded for something else, or was cancelled.
            AlreadyExistsError: Another line has the same printed number.
        """
        ...

    def cancel(
        self, register: str, year: int, sequence: int, *, reason: str, by: str, at: datetime
    ) -> TakenNumber:
        """
        Cancel a number; its line stays in the book for ever, with the reason.

        Raises:
            NumberBookError: It was not taken, or was cancelled before.
        """
        ...

    def get(self, register: str, year: int, sequence: int) -> TakenNumber:
        """
        Return one line of the book.

        Raises:
            NumberBookError: It was not taken.
        """
        ...

    def find_number(self, number: str) -> TakenNumber | None:
        """Return the line with this printed number, or None."""
        ...

    def of_subject(self, subject: str) -> tuple[TakenNumber, ...]:
        """Return the lines for an application or permit, in the order in which they were taken."""
        ...

    def book(
        self, register: str, year: int, *, after: int | None = None, limit: int = 500
    ) -> tuple[TakenNumber, ...]:
        """Return lines of the book in order, those after sequence ``after``."""
        ...

    def last(self, register: str, year: int) -> int | None:
        """Return the last number taken, or None when the year has none."""
        ...


class StatusIndexes(Protocol):
    """Places in the authority's status list."""

    def take(self) -> int:
        """Take the next free place, from 0 on; taken for good only when the unit of work commits."""
        ...

    def size(self) -> int:
        """Return how many places are taken: the length that the status list needs."""
        ...


class Outbox(Protocol):
    """Events to be told after the commit: at least once each, several workers at a time."""

    def add(self, events: Iterable[Event], *, at: datetime) -> None:
        """Write events to be delivered once this unit of work commits."""
        ...

    def claim(
        self, worker: str, *, now: datetime, lease: timedelta, limit: int = 100, max_attempts: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """
        Reserve entries for a worker, longest due first; no other worker gets them until the lease ends.

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


class History(Protocol):
    """What happened to each application and permit: only ever added to."""

    def add(self, events: Iterable[Event]) -> None:
        """Append events to the histories of their subjects."""
        ...

    def of(self, subject: str) -> tuple[Event, ...]:
        """Return the events of an application or permit in the order in which they were written."""
        ...


class Officers(Protocol):
    """Members of staff, for assignment."""

    def save(self, officer: Officer, *, by: str, at: datetime) -> None:
        """Add an officer or replace what is on record."""
        ...

    def get(self, id: str) -> Officer:  # noqa: A002
        """
        Return the officer.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def list(
        self,
        *,
        unit: str | None = None,
        role: Role | None = None,
        active_only: bool = True,
        lock: bool = False,
    ) -> tuple[Officer, ...]:
        """
        Return officers, the one whose last assignment is longest ago first, those never assigned before all.

        Args:
            unit: Only those of this unit.
            role: Only those with this role.
            active_only: Leave out those who are away or gone.
            lock: Nobody else lists them with ``lock`` until this unit of work ends, so that two cases
                assigned at once do not fall to the same officer. Needs a unit of work for writing.
        """
        ...

    def last_assignments(self, officers: Collection[str]) -> Mapping[str, datetime | None]:
        """Return when each was last assigned a case (UTC), or None."""
        ...

    def note_assignment(self, id: str, *, at: datetime) -> None:  # noqa: A002
        """
        Remember that an officer was assigned a case.

        Raises:
            RecordNotFoundError: There is no such officer.
        """
        ...


class Idempotency(Protocol):
    """Requests that may be repeated without being done twice."""

    def begin(
        self, actor: str, key: str, *, use_case: str, request_hash: str, at: datetime
    ) -> IdempotentResult | None:
        """
        Return the answer of an equal earlier request, or None: do the work and `finish` in this unit.

        A second request with the same key waits until the first has committed or was undone.

        Args:
            actor: Whose key it is; keys of others never collide.
            key: Chosen by the caller.
            use_case: e.g. ``"submit"``.
            request_hash: SHA-256 of the canonical request.
            at: Now.

        Raises:
            IdempotencyConflictError: The key belongs to another request.
        """
        ...

    def finish(self, actor: str, key: str, *, result: Any) -> None:
        """
        Remember the answer (a JSON value; stored encrypted).

        Raises:
            RecordNotFoundError: `begin` was not called for this key.
        """
        ...

    def forget(self, *, before: datetime) -> int:
        """Delete keys begun before this moment and return how many they were."""
        ...


class SigningAttempts(Protocol):
    """One lease for each unsigned document: it is never signed twice at a time, nor again blindly."""

    def acquire(self, unsigned_sha256: str, *, holder: str, now: datetime, until: datetime) -> SigningAttempt:
        """
        Start signing a document, if nobody else is.

        Commit before calling the signer: the lease holds from the commit on. When the answer's state is
        ``finished`` there is nothing to do, its ``signed_sha256`` is the result and no lease was given. When
        ``interrupted`` is set, an earlier attempt may have signed without being able to say so.

        Raises:
            LeaseHeldError: Another one is signing it.
        """
        ...

    def renew(self, unsigned_sha256: str, *, holder: str, until: datetime) -> SigningAttempt:
        """
        Extend the lease.

        Raises:
            LeaseLostError: It is no longer held.
        """
        ...

    def finish(
        self, unsigned_sha256: str, *, holder: str, signed_sha256: str, at: datetime
    ) -> SigningAttempt:
        """
        Record the signed document; repeating it with the same hash changes nothing.

        Raises:
            LeaseLostError: Another one took over, or another signed document is on record.
        """
        ...

    def fail(self, unsigned_sha256: str, *, holder: str, error: str, at: datetime) -> SigningAttempt:
        """
        Record that nothing was signed, and give the lease back.

        Raises:
            LeaseLostError: It is no longer held.
        """
        ...

    def find(self, unsigned_sha256: str) -> SigningAttempt | None:
        """Return how signing stands, or None when it was never started."""
        ...

    def interrupted(self, *, now: datetime) -> tuple[SigningAttempt, ...]:
        """Return attempts that were started and whose lease has ended, oldest first."""
        ...


class Settings(Protocol):
    """Small facts about the store itself; no secrets and no personal data."""

    def get(self, key: str) -> Any:
        """Return the JSON value, or None."""
        ...

    def put(self, key: str, value: Any) -> None:
        """Store a JSON value."""
        ...

    def delete(self, key: str) -> None:
        """Remove a value; no error when there is none."""
        ...

    def all(self, prefix: str = "") -> Mapping[str, Any]:
        """Return all values whose key begins with ``prefix``, in the order of the keys."""
        ...


@runtime_checkable
class UnitOfWork(Protocol):
    """Everything that is done together or not at all."""

    @property
    def applications(self) -> Applications:
        """Applications."""
        ...

    @property
    def permits(self) -> Permits:
        """Permits."""
        ...

    @property
    def numbers(self) -> Numbers:
        """Number registers."""
        ...

    @property
    def status_indexes(self) -> StatusIndexes:
        """Places in the status list."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Events to be delivered."""
        ...

    @property
    def history(self) -> History:
        """Events that happened."""
        ...

    @property
    def officers(self) -> Officers:
        """Members of staff."""
        ...

    @property
    def idempotency(self) -> Idempotency:
        """Repeatable requests."""
        ...

    @property
    def signing_attempts(self) -> SigningAttempts:
        """Signing leases."""
        ...

    @property
    def settings(self) -> Settings:
        """Facts about the store."""
        ...

    def commit(self) -> None:
        """
        Make everything durable and end the unit of work.

        Raises:
            NumberBookError: A number was taken but neither recorded nor cancelled; nothing is written.
            DatabaseUnavailableError: The database refused; nothing is written.
            CommitUnknownError: The connection broke during the commit: all is written or nothing.
        """
        ...


@runtime_checkable
class Storage(Protocol):
    """A store of records. Safe to use from many threads and, unless it lives in memory, many processes."""

    def unit_of_work(self, *, read_only: bool = False) -> AbstractContextManager[UnitOfWork]:
        """
        Return a unit of work for a ``with`` statement; leaving it without ``commit()`` undoes everything.

        A unit for reading sees one moment of the store, that of its first look, throughout, and never waits
        for writers. One for writing may have to wait for others; do no slow work (signing, rendering,
        network) inside it.

        Raises:
            DatabaseBusyError: Others were writing for too long (on entering, or later).
        """
        ...

    def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""
        ...
