"""A plugin's own tables in an open store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sql._failures import committing, translated
from perizinan_core.storage._table_sets import table_name

__all__ = ["Connecting", "PluginTables"]


class Connecting(Protocol):
    """Gives connections with a transaction of their own, and takes them back."""

    def connected(self, *, read_only: bool) -> AbstractContextManager[sa.Connection]:
        """Return a connection; leaving it undoes what was not committed."""
        ...


@attrs.frozen(repr=False)
class PluginTables:
    """
    A plugin's own tables, in the database of the office; see ``docs/how-to/keep-own-tables.md``.

    ::

        with office.tables("portal").transaction() as connection:
            connection.execute(sa.insert(accounts).values(id=account, name=name))
    """

    name: str
    """Of the set, as the plugin registered it."""

    _source: Connecting

    def table_name(self, table: str) -> str:
        """Return the name of a table in the database: ``accounts`` is ``perizinan_plugin_NAME_accounts``."""
        return table_name(self.name, table)

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[sa.Connection]:
        """
        Work on the tables in one transaction: committed at the end, undone when something is raised.

        It is a transaction of its own. Inside a unit of work of the office, or inside another transaction, a
        writing one would wait for itself on SQLite: open it before or after.

        Args:
            read_only: One consistent view; nothing can be written.

        Raises:
            AlreadyExistsError: a value that must be unique is taken.
            DatabaseUnavailableError: the database refused, or others have it; nothing was written.
            StorageError: ``unit-of-work-closed``: a statement failed and was passed over, so that nothing can be saved.
        """
        with (
            self._source.connected(read_only=read_only) as connection,
            translated(),
            _unwritten(connection, read_only=read_only),
        ):
            yield connection
            if _is_lost(connection):
                raise StorageError("unit-of-work-closed")
            with committing():
                connection.commit()


@contextmanager
def _unwritten(connection: sa.Connection, *, read_only: bool) -> Iterator[None]:
    """Let SQLite refuse writing meanwhile; PostgreSQL was told when the transaction began."""
    if not read_only or connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA query_only=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA query_only=OFF")


def _is_lost(connection: sa.Connection) -> bool:
    """Return whether PostgreSQL would turn the COMMIT into a silent ROLLBACK."""
    if connection.closed or connection.dialect.name != "postgresql":
        return False
    import psycopg

    driver: Any = connection.connection.dbapi_connection
    return bool(driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR)
