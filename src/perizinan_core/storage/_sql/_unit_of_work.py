"""The unit of work over one transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import tzinfo
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.i18n import N_
from perizinan_core.storage._records import Foreseen
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._agenda import SqlAgenda, SqlFailures
from perizinan_core.storage._sql._applications import SqlApplications
from perizinan_core.storage._sql._batches import SqlBatches
from perizinan_core.storage._sql._complaints import SqlComplaints
from perizinan_core.storage._sql._contacts import SqlContacts
from perizinan_core.storage._sql._engine import WRITE
from perizinan_core.storage._sql._events import SqlHistory
from perizinan_core.storage._sql._failures import committing, translated
from perizinan_core.storage._sql._figures import SqlFigures
from perizinan_core.storage._sql._foreseen import ForeseenRecords
from perizinan_core.storage._sql._numbers import SqlNumbers, SqlStatusIndexes
from perizinan_core.storage._sql._officers import SqlOfficers
from perizinan_core.storage._sql._outbox import SqlOutbox
from perizinan_core.storage._sql._permits import SqlPermits
from perizinan_core.storage._sql._requests import SqlIdempotency, SqlSettings, SqlSigningAttempts
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._surveys import SqlSurveys
from perizinan_core.storage._sql._tracking import SqlTrackingSecrets
from perizinan_core.storage._telling import CommitListeners

__all__ = ["SqlUnitOfWork", "WriterQueue", "opened"]

_READ_POSTGRESQL = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def opened(engine: sa.Engine, *, read_only: bool) -> sa.Connection:
    """Return a connection in a transaction; closing it undoes what was not committed."""
    connection = _connected(engine, read_only=read_only)
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(engine: sa.Engine, *, read_only: bool) -> sa.Connection:
    """Return a connection on which a transaction can be begun."""
    options: dict[str, Any] = {WRITE: not read_only}
    if read_only and engine.dialect.name == "postgresql":
        options.update(_READ_POSTGRESQL)
    connection = engine.connect()
    try:
        return connection.execution_options(**options)
    except BaseException:
        connection.close()
        raise


class WriterQueue:
    """
    Lets the threads of one process write to a SQLite file one after the other, in a queue.

    SQLite itself only knows polling, by which one of fifty waiting threads can starve.
    """

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._seconds = seconds
        self._holder: int | None = None

    def enter(self) -> None:
        """
        Wait for one's turn.

        Raises:
            DatabaseUnavailableError: ``database-busy``: It took longer than the store may wait, or this thread is
                writing already, and would wait for itself.
        """
        if self._holder == threading.get_ident():
            raise DatabaseUnavailableError("database-busy", reason=N_("this thread is writing already"))
        if not self._lock.acquire(timeout=self._seconds):
            raise DatabaseUnavailableError("database-busy", reason="another unit of work is writing")
        self._holder = threading.get_ident()

    def leave(self) -> None:
        """Let the next one in."""
        self._holder = None
        self._lock.release()


class SqlUnitOfWork(AbstractContextManager["SqlUnitOfWork"]):
    """Implements `perizinan_core.storage._ports.UnitOfWork`; made by `SqlStorage.unit_of_work`."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        sealer: Sealer,
        zone: tzinfo | None,
        read_only: bool,
        writers: WriterQueue | None,
        foreseen: Iterable[Foreseen] = (),
        listeners: CommitListeners | None = None,
    ) -> None:
        self._engine = engine
        self._listeners = listeners
        self._sealer = sealer
        self._zone = zone
        self._read_only = read_only
        self._foreseen = tuple(foreseen)
        self._writers = None if read_only else writers
        self._connection: sa.Connection | None = None
        self._session: Session | None = None

    def __enter__(self) -> Self:
        # Before others have to wait.
        foreseen = ForeseenRecords(self._foreseen, self._sealer)
        if self._writers is not None:
            self._writers.enter()
        try:
            self._open(foreseen)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def hold(self, name: str) -> None:
        """See the port."""
        self.session.check_writable()
        self.session.wait_for(name)

    def commit(self) -> None:
        """See the port."""
        session, connection = self._session, self._connection
        if session is None or connection is None or not session.is_open:
            raise StorageError("unit-of-work-closed")
        try:
            self.numbers.check_explained()
            if not self._read_only:
                self.history.flush(at_end=True)
                session.seals.flush()
            with committing():
                connection.commit()
        finally:
            session.close()
        if self._listeners is not None:
            self._listeners.tell(session.notes.written())

    def _open(self, foreseen: ForeseenRecords) -> None:
        with translated():
            connection = self._connection = _connected(self._engine, read_only=self._read_only)
        session = Session(
            connection,
            sealer=self._sealer,
            zone=self._zone,
            writable=not self._read_only,
            foreseen=foreseen,
        )
        self._session = session
        self.applications = SqlApplications(session)
        self.permits = SqlPermits(session)
        self.numbers = SqlNumbers(session)
        self.status_indexes = SqlStatusIndexes(session)
        self.outbox = SqlOutbox(session)
        self.history = SqlHistory(session)
        self.officers = SqlOfficers(session)
        self.idempotency = SqlIdempotency(session)
        self.signing_attempts = SqlSigningAttempts(session)
        self.settings = SqlSettings(session)
        self.tracking = SqlTrackingSecrets(session)
        self.figures = SqlFigures(session)
        self.complaints = SqlComplaints(session)
        self.contacts = SqlContacts(session)
        self.batches = SqlBatches(session)
        self.surveys = SqlSurveys(session)
        self.agenda = SqlAgenda(session)
        self.failures = SqlFailures(session)
        # The last thing: from here on others have to wait.
        with translated():
            connection.begin()

    @property
    def session(self) -> Session:
        """The transaction itself, for work on whole tables such as a change of keys."""
        if self._session is None:
            raise StorageError("unit-of-work-closed")
        return self._session

    def _leave(self) -> None:
        """Undo what was not committed, give the connection back, let the next writer in."""
        connection, self._connection = self._connection, None
        if self._session is not None:
            self._session.close()
        try:
            if connection is not None:
                with translated():
                    connection.close()
        finally:
            writers, self._writers = self._writers, None
            if writers is not None:
                writers.leave()
