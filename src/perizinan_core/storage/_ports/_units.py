"""The unit of work and the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import attrs

from perizinan_core.model._events import Event
from perizinan_core.storage._ports._agenda import Agenda, Failures
from perizinan_core.storage._ports._batches import BatchRecords
from perizinan_core.storage._ports._books import Numbers, SettingRecords, StatusIndexes
from perizinan_core.storage._ports._cases import ApplicationRecords, OfficerRecords, PermitRecords
from perizinan_core.storage._ports._complaints import ComplaintRecords
from perizinan_core.storage._ports._contacts import ContactRecords
from perizinan_core.storage._ports._events import History, Outbox
from perizinan_core.storage._ports._figures import Figures
from perizinan_core.storage._ports._requests import Idempotency, SigningAttempts, TrackingSecrets
from perizinan_core.storage._ports._surveys import SurveyRecords
from perizinan_core.storage._records import Foreseen

__all__ = ["ForeseeingStorage", "Storage", "TellsCommits", "UnitOfWork", "Written"]


@runtime_checkable
class UnitOfWork(Protocol):
    """Everything that is done together or not at all."""

    @property
    def applications(self) -> ApplicationRecords:
        """Applications."""
        ...

    @property
    def permits(self) -> PermitRecords:
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
    def officers(self) -> OfficerRecords:
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
    def tracking(self) -> TrackingSecrets:
        """Secrets with which applicants follow their cases."""
        ...

    @property
    def figures(self) -> Figures:
        """What closed cases took, for statistics."""
        ...

    @property
    def complaints(self) -> ComplaintRecords:
        """Complaints about the office's service."""
        ...

    @property
    def contacts(self) -> ContactRecords:
        """What people agreed to be sent."""
        ...

    @property
    def batches(self) -> BatchRecords:
        """What was asked for many records at once."""
        ...

    @property
    def surveys(self) -> SurveyRecords:
        """Answers to the satisfaction survey."""
        ...

    @property
    def agenda(self) -> Agenda:
        """What is to be done by itself."""
        ...

    @property
    def failures(self) -> Failures:
        """What could not be done by itself."""
        ...

    @property
    def settings(self) -> SettingRecords:
        """Facts about the store."""
        ...

    def hold(self, name: str) -> None:
        """Wait until no other unit of work for writing holds this name; it is this one's until it ends."""
        ...

    def commit(self) -> None:
        """
        Make everything durable and end the unit of work.

        Raises:
            StorageError: ``number-book``: A number was taken but neither recorded nor cancelled; nothing is
                written.
            DatabaseUnavailableError: The database refused; nothing is written.
            StorageError: ``commit-unknown``: The connection broke during the commit: all is written or
                nothing.
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

        Args:
            read_only: Nothing is written.

        Raises:
            DatabaseUnavailableError: ``database-busy``: Others were writing for too long (on entering, or
                later).
        """
        ...

    def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""
        ...


@runtime_checkable
class ForeseeingStorage(Storage, Protocol):
    """A store that brings what will probably be written into its stored form before others have to wait."""

    works_ahead: bool
    """True; stores without it are never told what is foreseen."""

    def unit_of_work(
        self, *, read_only: bool = False, foreseen: Iterable[Foreseen] = ()
    ) -> AbstractContextManager[UnitOfWork]:
        """
        Return a unit of work; see `Storage.unit_of_work`.

        Args:
            read_only: Nothing is written.
            foreseen: Applications and permits as they will probably be given to ``add`` or ``save``, and events as
                they will be given to history and outbox. What is written is what the unit gives, in any case.
        """
        ...


@attrs.frozen(kw_only=True)
class Written:
    """What a commit made that others may want to act on."""

    targets: frozenset[str] = frozenset()
    """Targets for which there are new entries in the outbox."""

    events: tuple[Event, ...] = ()
    """What was added to histories."""


@runtime_checkable
class TellsCommits(Protocol):
    """A store that says, in this process, what was committed."""

    def on_commit(self, listener: Callable[[Written], None]) -> None:
        """
        Call a function after each commit that made something, in the thread that committed.

        It comes after the commit and so may never come, when the process ends in between. It does not wait for
        anything; what it raises is logged.
        """
        ...
