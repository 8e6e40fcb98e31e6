"""A plugin's own tables in an open store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sql._failures import committing, translated
from perizinan_core.storage._sql._table_seals import TableSeals
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
    _seals: TableSeals

    def table_name(self, table: str) -> str:
        """Return the name of a table in the database: ``accounts`` is ``perizinan_plugin_NAME_accounts``."""
        return table_name(self.name, table)

    def seal(self, value: Any, *, table: str, row: str, column: str) -> bytes:
        """
        Encrypt personal data with the keys of the office's records, for a column of bytes.

        ``perizinan keys rotate`` moves it to the new keys.

        Args:
            value: What JSON can hold.
            table: As in `table_name`: ``accounts``.
            row: The primary key of its row as text; the parts of a longer one with ``/`` between.
            column: Where it stands. In another place it does not open.
        """
        return self._seals.seal(value, table=table, row=row, column=column)

    def open(self, sealed: bytes, *, table: str, row: str, column: str) -> Any:
        """
        Decrypt what `seal` encrypted for this place.

        Raises:
            StorageError: ``unknown-key``: its key is not at hand.
            SealBrokenError: it was changed, damaged, or belongs elsewhere.
        """
        return self._seals.open(bytes(sealed), table=table, row=row, column=column)

    def blind(self, text: str, *, table: str, column: str) -> bytes:
        """
        Return a blind index of 32 bytes, by which a sealed value is found: nothing can be read from it.

        Bring the text into one form first (small letters, no spaces around): only equal texts are found. Name the
        column in `perizinan_core.hooks.TablesEntry`, so that a change of keys makes it again.
        """
        return self._seals.blind_all(text, table=table, column=column)[0]

    def blind_all(self, text: str, *, table: str, column: str) -> tuple[bytes, ...]:
        """Return the blind index under every key at hand, to look up with ``IN`` while keys are being changed."""
        return self._seals.blind_all(text, table=table, column=column)

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
    # Past SQLAlchemy, which would begin a transaction for each of them.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA query_only=ON")
    try:
        yield
    finally:
        driver.execute("PRAGMA query_only=OFF")


def _is_lost(connection: sa.Connection) -> bool:
    """Return whether PostgreSQL would turn the COMMIT into a silent ROLLBACK."""
    if connection.closed or connection.dialect.name != "postgresql":
        return False
    import psycopg

    driver: Any = connection.connection.dbapi_connection
    return bool(driver.info.transaction_status == psycopg.pq.TransactionStatus.INERROR)
