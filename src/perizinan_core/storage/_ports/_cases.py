"""Applications, permits, and the officers who work on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from perizinan_core.model._actor import Officer, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.storage._records import (
    ApplicationFilter,
    LastChange,
    ListOrder,
    Page,
    PermitFilter,
    PermitOrder,
    QueueCounts,
    QueueEntry,
    QueueFront,
)

__all__ = ["ApplicationRecords", "OfficerRecords", "PermitRecords"]


class ApplicationRecords(Protocol):
    """Applications, with optimistic locking on `Application.version`."""

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """
        Store a new application and return it as stored, with version 1.

        Raises:
            AlreadyExistsError: The id, receipt number or a payment reference is on record already.
        """
        ...

    def get(self, id: str, *, lock: bool = False, known: Application | None = None) -> Application:
        """
        Return the application.

        Args:
            id: Its id.
            lock: No one else gets it with ``lock``, or saves it, until this unit of work ends: what is
                decided on what was read still holds when it is saved. Needs a unit of work for writing.
            known: As an earlier unit of work read or committed it. It is the answer when the record passes its
                check and still has this version: others need not wait until it is opened again.

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

    def named(self, ids: Collection[str]) -> Mapping[str, Application]:
        """Return the applications with these ids, in one question; what is not there or not sound is left out."""
        ...

    def receipt_numbers(self, ids: Collection[str]) -> Mapping[str, str]:
        """Return the receipt numbers of these that have one, without opening what is encrypted."""
        ...

    def save(self, application: Application, *, by: str, at: datetime) -> Application:
        """
        Write a changed application and return it with its version raised by one.

        Raises:
            StaleObjectError: Someone else saved it since; names who and when.
            RecordNotFoundError: It was never added.
            AlreadyExistsError: The receipt number or a payment reference belongs to another.
        """
        ...

    def remove(self, application: Application) -> None:
        """
        Remove an application with everything that was in it; its history stays.

        Raises:
            StaleObjectError: Someone else saved it since; names who and when.
            RecordNotFoundError: It was never added, or was removed.
        """
        ...

    def last_change(self, id: str) -> LastChange:
        """
        Return who saved it last and when.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def find(
        self,
        filter: ApplicationFilter = ...,
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
        order: ListOrder = ...,
    ) -> Page[Application]:
        """
        Return a page of applications.

        Args:
            filter: Which.
            limit: Length of the page.
            after: `Page.next` of the page before, in the same order.
            newest_first: Or the first ones first.
            order: By default that in which they were begun (their ids are UUIDv7).

        Raises:
            StorageError: ``unknown-cursor``: No page of this order ends so.
        """
        ...

    def count(self, filter: ApplicationFilter = ...) -> int:
        """Return how many applications `find` would give in all."""
        ...

    def counts(self, filter: ApplicationFilter = ...) -> Mapping[ApplicationState, int]:
        """Return how many applications `find` would give in each state; states without any are left out."""
        ...

    def courses(self) -> tuple[str, ...]:
        """Return the courses that applications on record take, see `Course`."""
        ...

    def queue(
        self,
        stages: Collection[str] | None = None,
        *,
        permit_type: str | None = None,
        assignee: str | None = None,
        held_up: bool | None = None,
        among: Collection[tuple[str, str]] | None = None,
        limit: int = 50,
        after: QueueEntry | None = None,
    ) -> tuple[QueueEntry, ...]:
        """
        Return open stages, those that can be judged now before those that are held up, each the oldest first.

        Args:
            stages: Codes of stages, or None for all.
            permit_type: Only of this permit type.
            assignee: Only those that this officer holds.
            held_up: Only those that are held up, or only those that are not.
            among: Only these stages of these permit types: pairs of codes, or None for all.
            limit: At most so many.
            after: Last entry of the page before.
        """
        ...

    def queue_counts(
        self,
        *,
        today: date,
        soon: date | None = None,
        since: datetime | None = None,
        assignee: str | None = None,
        among: Collection[tuple[str, str]] | None = None,
    ) -> QueueCounts:
        """
        Count what `queue` would give in all.

        Args:
            today: Local day; what was due before is late.
            soon: Last local day of what is due soon; None: nothing is.
            since: Moment from which on a stage is new; None: none is.
            assignee: As for `queue`.
            among: As for `queue`.
        """
        ...

    def fronts(self, *, courses: Collection[str] | None = None) -> tuple[QueueFront, ...]:
        """
        Return how many open stages wait in each step, and the one that has waited longest, of all steps.

        Args:
            courses: Only of applications that take one of these courses, or None for all.
        """
        ...

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """Return how many open stages each of ``officers`` holds; 0 is in the answer too."""
        ...


class PermitRecords(Protocol):
    """Permits, with optimistic locking on `Permit.version`."""

    def add(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """
        Store a new permit and return it as stored, with version 1.

        Raises:
            AlreadyExistsError: Id, number, place in the register or status index is on record already.
        """
        ...

    def get(self, id: str, *, lock: bool = False, known: Permit | None = None) -> Permit:
        """
        Return the permit.

        Args:
            id: Its id.
            lock: As in `ApplicationRecords.get`. Lock the application of a permit before the permit.
            known: As in `ApplicationRecords.get`.

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

    def of_applications(self, applications: Collection[str]) -> tuple[Permit, ...]:
        """Return the permits that some applications led to, oldest first."""
        ...

    def save(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """
        Write a changed permit and return it with its version raised by one.

        Raises:
            StaleObjectError: Someone else saved it since; names who and when.
            RecordNotFoundError: It was never added.
        """
        ...

    def last_change(self, id: str) -> LastChange:
        """
        Return who saved it last and when.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def find(
        self,
        filter: PermitFilter = ...,
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
        order: PermitOrder = ...,
    ) -> Page[Permit]:
        """Return a page of permits, by default in the order in which their numbers were taken; see
        `ApplicationRecords.find`.
        """
        ...

    def count(self, filter: PermitFilter = ...) -> int:
        """Return how many permits `find` would give in all."""
        ...

    def counts(self, filter: PermitFilter = ...) -> Mapping[PermitStatus, int]:
        """Return how many permits `find` would give in each stored status."""
        ...

    def expiring_between(self, first: date, last: date) -> tuple[Permit, ...]:
        """Return the permits in force or suspended whose last day lies in this span, soonest first."""
        ...

    def uses_document(self, sha256: str) -> bool:
        """Return whether the letter of a permit, signed or not, is this file."""
        ...

    def place_of(self, id: str) -> int:
        """
        Return the place of a permit in the status list; nothing is decrypted.

        Raises:
            RecordNotFoundError: There is none.
        """
        ...

    def places(self, statuses: Collection[PermitStatus]) -> Iterator[tuple[int, PermitStatus | None]]:
        """
        Yield place in the status list and stored status of all permits with one of these, by place.

        A place whose permit is missing, or was changed outside the library, comes with None. Nothing is
        decrypted, and a part is read at a time: there may be millions.
        """
        ...


class OfficerRecords(Protocol):
    """Members of staff, for assignment."""

    def save(self, officer: Officer, *, by: str, at: datetime) -> None:
        """Add an officer or replace what is on record."""
        ...

    def get(self, id: str) -> Officer:
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
        posts: Collection[tuple[str, str | None]] | None = None,
        lock: bool = False,
    ) -> tuple[Officer, ...]:
        """
        Return officers, the one whose last assignment is longest ago first, those never assigned before all.

        One whose record cannot be read is left out and named in the log; `get` says why.

        Args:
            unit: Only those of this unit.
            role: Only those with this role.
            active_only: Leave out those who are away or gone.
            posts: Only those with one of these roles in the unit that goes with it, None for any unit; others
                are neither read nor locked.
            lock: No one else lists them with ``lock`` until this unit of work ends, so that two cases
                assigned at once do not fall to the same officer. Needs a unit of work for writing.
        """
        ...

    def named(self, ids: Collection[str]) -> Mapping[str, Officer]:
        """Return officers by id; one that is not on record, or cannot be read, is left out."""
        ...

    def last_assignments(self, officers: Collection[str]) -> Mapping[str, datetime | None]:
        """Return when each was last assigned a case (UTC), or None."""
        ...

    def note_assignment(self, id: str, *, at: datetime) -> None:
        """
        Remember that an officer was assigned a case.

        Raises:
            RecordNotFoundError: There is no such officer.
        """
        ...
