"""The store itself: an engine, a sealer, and units of work over them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import partial

import sqlalchemy as sa

from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._ports._units import Written
from perizinan_core.storage._probes import PROBES, missing_probes, with_probes
from perizinan_core.storage._records import Foreseen
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._engine import BUSY_SECONDS, Origin, use_wal
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._plugin_tables import find_plugin_revisions
from perizinan_core.storage._sql._revisions import check_revision
from perizinan_core.storage._sql._table_access import PluginTables
from perizinan_core.storage._sql._table_seals import TableSeals
from perizinan_core.storage._sql._unit_of_work import SqlUnitOfWork, WriterQueue, opened
from perizinan_core.storage._table_sets import TableSet, check_tables
from perizinan_core.storage._telling import CommitListeners

__all__ = ["SqlStorage"]


class SqlStorage:
    """
    Records in SQLite or PostgreSQL; implements `perizinan_core.storage._ports.Storage`.

    Safe for many threads, for many processes, and for a process that forks after opening it.
    """

    def __init__(
        self,
        source: str | sa.Engine,
        keys: KeyRing,
        *,
        zone: tzinfo | None = None,
        busy_seconds: float = BUSY_SECONDS,
        pool_size: int = 10,
    ) -> None:
        """
        Open a store whose tables are there.

        Args:
            source: ``sqlite:///path`` or ``postgresql+psycopg://…``, or an engine of the host application.
            keys: The keys that its records were encrypted with.
            zone: Time zone of the authority, for the columns that hold local days; None: moments are taken
                on the day that their own offset tells.
            busy_seconds: How long a unit of work waits for others.
            pool_size: Connections kept open.

        Raises:
            StorageError: ``invalid-database-url``: The address is of no known form.
            StorageError: ``schema-not-migrated``: ``perizinan migrate`` was not run.
            StorageError: ``schema-too-new``: It was, by a newer version.
            StorageError: ``unknown-key``: These are the keys of another store.
            DatabaseUnavailableError: The database does not answer.
        """
        self._origin = Origin.of(source)
        self._make_engine = partial(self._origin.engine, busy_seconds=busy_seconds, pool_size=pool_size)
        self._engine = self._make_engine()
        self._zone = zone
        self._is_sqlite = self._origin.file is not None
        self._busy_seconds = busy_seconds
        self.keys = keys
        """The keys in use."""

        self._sealer = Sealer(keys)
        self._listeners = CommitListeners()
        self._pid = os.getpid()
        self._inherited: tuple[sa.Engine, ...] = ()
        self._writers = WriterQueue(busy_seconds) if self._is_sqlite else None
        try:
            check_revision(self._engine, self._origin.file)
            with translated(), self._engine.connect() as connection:
                use_wal(connection)
            self._check_keys()
        except BaseException:
            self._origin.release(self._engine)
            raise

    @property
    def engine(self) -> sa.Engine:
        """The connections, for tools that measure or look after the database."""
        return self._engine

    works_ahead = True

    def unit_of_work(self, *, read_only: bool = False, foreseen: Iterable[Foreseen] = ()) -> SqlUnitOfWork:
        """See the port."""
        if self._pid != os.getpid():
            self._after_fork()
        return SqlUnitOfWork(
            self._engine,
            sealer=self._sealer,
            zone=self._zone,
            read_only=read_only,
            writers=self._writers,
            foreseen=foreseen,
            listeners=self._listeners,
        )

    def on_commit(self, listener: Callable[[Written], None]) -> None:
        """See `perizinan_core.storage.TellsCommits`."""
        self._listeners.add(listener)

    def plugin_tables(self, tables: TableSet) -> PluginTables:
        """See `perizinan_core.storage.HoldsTables`."""
        check_tables((tables,), self.plugin_revisions())
        return PluginTables(tables.name, self, TableSeals(tables.name, self._sealer))

    def plugin_revisions(self) -> dict[str, str]:
        """See `perizinan_core.storage.HoldsTables`."""
        with self.connected(read_only=True) as connection:
            return find_plugin_revisions(connection)

    @contextmanager
    def connected(self, *, read_only: bool) -> Iterator[sa.Connection]:
        """Give a connection in a transaction, which is undone unless it is committed; writers wait their turn."""
        if self._pid != os.getpid():
            self._after_fork()
        writers = None if read_only else self._writers
        if writers is not None:
            writers.enter()
        try:
            with opened(self._engine, read_only=read_only) as connection:
                yield connection
        finally:
            if writers is not None:
                writers.leave()

    def require_current(self) -> None:
        """See `perizinan_core.storage.ChecksRevision`."""
        if self._pid != os.getpid():
            self._after_fork()
        check_revision(self._engine, self._origin.file)

    def close(self) -> None:
        """See the port."""
        self._origin.release(self._engine)

    def _after_fork(self) -> None:
        # Connections and locks belong to the parent: they may neither be used nor closed here, and a
        # connection that is no longer referred to would close itself.
        self._inherited = (*self._inherited, self._engine)
        self._engine = self._make_engine()
        self._writers = WriterQueue(self._busy_seconds) if self._is_sqlite else None
        self._pid = os.getpid()

    def _check_keys(self) -> None:
        with self.unit_of_work(read_only=True) as unit:
            missing = missing_probes(unit.settings.get(PROBES), self.keys, self._sealer)
        if missing:
            with self.unit_of_work() as unit:
                # Read again: another process may have opened the new store at the same moment.
                seen = unit.settings.get(PROBES)
                missing_probes(seen, self.keys, self._sealer)
                unit.settings.put(PROBES, with_probes(seen, self.keys, self._sealer))
                unit.commit()
