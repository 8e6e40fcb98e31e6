"""Tables of plugins for a store in memory: a SQLite database that lives as long as the store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._migrating import make_plugin_tables
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._plugin_tables import find_plugin_revisions
from perizinan_core.storage._sql._table_access import PluginTables
from perizinan_core.storage._sql._table_seals import TableSeals
from perizinan_core.storage._table_sets import TableSet, plan_tables

__all__ = ["MemoryTables"]


class MemoryTables:
    """Makes tables when they are asked for first; one transaction at a time."""

    def __init__(self, busy_seconds: float) -> None:
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        # What is sealed here is read here alone.
        self._sealer = Sealer(KeyRing.generate())
        self._engine = sa.create_engine(
            "sqlite+pysqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False}
        )
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    def open(self, tables: TableSet) -> PluginTables:
        """Return access to a plugin's tables, which are there afterwards."""
        with self.connected(read_only=False) as connection:
            (steps,) = plan_tables((tables,), find_plugin_revisions(connection))
            make_plugin_tables(connection, tables.migrations, steps)
            connection.commit()
        return PluginTables(tables.name, self, TableSeals(tables.name, self._sealer))

    def revisions(self) -> dict[str, str]:
        """Return the revisions of all tables, by name."""
        with self.connected(read_only=True) as connection:
            return find_plugin_revisions(connection)

    @contextmanager
    def connected(self, *, read_only: bool) -> Iterator[sa.Connection]:
        """Give the connection in a transaction, which is undone unless it is committed."""
        del read_only
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise DatabaseUnavailableError("database-busy", reason="another unit of work is writing")
        try:
            with self._engine.connect() as connection:
                connection.begin()
                yield connection
        finally:
            self._lock.release()


def _prepare(connection: object, _record: object) -> None:
    # The driver would begin transactions by itself, and too late.
    connection.isolation_level = None  # type: ignore[attr-defined]
    connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]
