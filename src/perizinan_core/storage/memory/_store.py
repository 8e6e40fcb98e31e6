"""The store and its unit of work, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Self

from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.storage._ports import UnitOfWork, Written
from perizinan_core.storage._table_sets import TableSet
from perizinan_core.storage._telling import CommitListeners
from perizinan_core.storage.memory._agenda import MemoryAgenda, MemoryFailures
from perizinan_core.storage.memory._applications import MemoryApplications
from perizinan_core.storage.memory._batches import MemoryBatches
from perizinan_core.storage.memory._complaints import MemoryComplaints
from perizinan_core.storage.memory._contacts import MemoryContacts
from perizinan_core.storage.memory._events import MemoryHistory
from perizinan_core.storage.memory._figures import MemoryFigures
from perizinan_core.storage.memory._numbers import MemoryNumbers, MemoryStatusIndexes
from perizinan_core.storage.memory._outbox import MemoryOutbox
from perizinan_core.storage.memory._permits import MemoryPermits
from perizinan_core.storage.memory._requests import (
    MemoryIdempotency,
    MemoryOfficers,
    MemorySettings,
    MemorySigningAttempts,
    MemoryTrackingSecrets,
)
from perizinan_core.storage.memory._state import Access, State

if TYPE_CHECKING:
    from perizinan_core.storage.memory._tables import MemoryTables
    from perizinan_core.storage.tables import PluginTables
from perizinan_core.storage.memory._surveys import MemorySurveys

__all__ = ["MemoryStorage", "MemoryUnitOfWork"]


class MemoryStorage:
    """Records in memory; implements `perizinan_core.storage.Storage` for the threads of one process."""

    def __init__(self, *, zone: tzinfo | None = None, busy_seconds: float = 30.0) -> None:
        """
        Make an empty store.

        Args:
            zone: Time zone of the authority; see `perizinan_core.storage.open_storage`.
            busy_seconds: How long a unit of work waits for others.
        """
        self._held = _Held(zone, busy_seconds)
        self._tables: MemoryTables | None = None
        self._busy_seconds = busy_seconds

    def unit_of_work(self, *, read_only: bool = False) -> AbstractContextManager[UnitOfWork]:
        """See the port."""
        return MemoryUnitOfWork(self._held, read_only=read_only)

    def plugin_tables(self, tables: TableSet) -> PluginTables:
        """Return access to a plugin's tables, which are made when they are asked for first."""
        if self._tables is None:
            # SQLite is loaded only for those who need it.
            from perizinan_core.storage.memory._tables import MemoryTables

            self._tables = MemoryTables(self._busy_seconds)
        return self._tables.open(tables)

    def plugin_revisions(self) -> dict[str, str]:
        """See `perizinan_core.storage.HoldsTables`."""
        return {} if self._tables is None else self._tables.revisions()

    def on_commit(self, listener: Callable[[Written], None]) -> None:
        """See `perizinan_core.storage.TellsCommits`."""
        self._held.listeners.add(listener)

    def close(self) -> None:
        """See the port; what it held stays readable, since there is nothing to let go of."""


class _Held:
    """What a store holds, and whose turn it is to change it."""

    def __init__(self, zone: tzinfo | None, busy_seconds: float) -> None:
        self._state = State()
        self._zone = zone
        self._busy_seconds = busy_seconds
        self._writing = threading.Lock()
        self.listeners = CommitListeners()
        """Who wants to know what was committed."""

    def begin(self, *, read_only: bool) -> Access:
        """Return a view for one unit of work: a snapshot, or a copy to change once it is this one's turn."""
        if read_only:
            return Access(self._state, writable=False, zone=self._zone)
        if not self._writing.acquire(timeout=self._busy_seconds):
            raise DatabaseUnavailableError("database-busy", reason="another unit of work is writing")
        return Access(self._state.copy(), writable=True, zone=self._zone)

    def replace(self, state: State) -> None:
        """Make a changed copy the state that everyone sees."""
        self._state = state

    def end_writing(self) -> None:
        """Let the next one write."""
        self._writing.release()


class MemoryUnitOfWork(AbstractContextManager["MemoryUnitOfWork"]):
    """Implements `perizinan_core.storage._ports.UnitOfWork`."""

    def __init__(self, held: _Held, *, read_only: bool) -> None:
        self._held = held
        self._read_only = read_only
        self._access: Access | None = None

    def __enter__(self) -> Self:
        access = self._held.begin(read_only=self._read_only)
        self._access = access
        self.applications = MemoryApplications(access)
        self.permits = MemoryPermits(access)
        self.numbers = MemoryNumbers(access)
        self.status_indexes = MemoryStatusIndexes(access)
        self.outbox = MemoryOutbox(access)
        self.history = MemoryHistory(access)
        self.officers = MemoryOfficers(access)
        self.idempotency = MemoryIdempotency(access)
        self.signing_attempts = MemorySigningAttempts(access)
        self.settings = MemorySettings(access)
        self.tracking = MemoryTrackingSecrets(access)
        self.figures = MemoryFigures(access)
        self.complaints = MemoryComplaints(access)
        self.contacts = MemoryContacts(access)
        self.batches = MemoryBatches(access)
        self.surveys = MemorySurveys(access)
        self.agenda = MemoryAgenda(access)
        self.failures = MemoryFailures(access)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        access, self._access = self._access, None
        if access is None:
            return
        access.close()
        if not self._read_only:
            self._held.end_writing()

    def hold(self, name: str) -> None:
        """See the port: one unit of work writes at a time."""
        del name

    def commit(self) -> None:
        """See the port."""
        if self._access is None or not self._access.is_open:
            raise StorageError("unit-of-work-closed")
        try:
            self.numbers.check_explained()
            if not self._read_only:
                self._held.replace(self._access.read())
        finally:
            self._access.close()
        self._held.listeners.tell(self._access.notes.written())
