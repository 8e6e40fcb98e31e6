"""One transaction as the repositories see it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._seals import Seals

__all__ = ["Session"]


class Session:
    """
    Runs statements in the one transaction of a unit of work.

    After a failure of the database the transaction is lost (PostgreSQL would turn a later COMMIT into a
    silent ROLLBACK), so the session closes itself and nothing more can be done in it.
    """

    def __init__(
        self, connection: sa.Connection, *, sealer: Sealer, zone: tzinfo | None, writable: bool
    ) -> None:
        self._connection: sa.Connection | None = connection
        self._writable = writable
        self._zone = zone
        self.sealer = sealer
        """Encrypts and decrypts payloads."""

        self.seals = Seals(self)
        """Shows whether rows are as the library wrote them."""

        self.is_sqlite = connection.dialect.name == "sqlite"
        """Whether row locks are needless, because there is one writer at a time."""

    @property
    def is_open(self) -> bool:
        """Whether statements can be run."""
        return self._connection is not None

    def close(self) -> None:
        """Refuse any further statement."""
        self._connection = None

    def check_writable(self) -> None:
        """Raise unless the unit of work is open, and open for writing."""
        if self._connection is None:
            raise StorageError("unit-of-work-closed")
        if not self._writable:
            raise StorageError("unit-of-work-read-only")

    def read(self, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Return all rows of a query."""
        return self._run(statement, "record", None, None).fetchall()

    def first(self, statement: sa.Executable) -> sa.Row[Any] | None:
        """Return the first row of a query, or None."""
        return self._run(statement, "record", None, None).first()

    def scalar(self, statement: sa.Executable) -> Any:
        """Return the first value of the first row, or None."""
        return self._run(statement, "record", None, None).scalar()

    def write(
        self,
        statement: sa.Executable,
        rows: Sequence[dict[str, Any]] | dict[str, Any] | None = None,
        *,
        kind: str = "record",
        parent: tuple[str, str] | None = None,
    ) -> sa.CursorResult[Any]:
        """
        Run an INSERT, UPDATE or DELETE.

        Args:
            statement: What to run.
            rows: Values of the row, or of several. Inside the statement each would be an expression of its own.
            kind: What is written, for the error when it exists already.
            parent: Kind and id of the record it belongs to, for the error when that is missing.
        """
        self.check_writable()
        return self._run(statement, kind, rows, parent)

    def local_day(self, moment: datetime | None) -> date | None:
        """Return the local day of a moment: in the store's zone, else as the moment's own offset tells it."""
        if moment is None:
            return None
        return (moment if self._zone is None else moment.astimezone(self._zone)).date()

    def locked(self, statement: sa.Select[Any], *, skip: bool = False) -> sa.Select[Any]:
        """Return the query with its rows locked until the end of the unit; SQLite has one writer anyway."""
        return statement if self.is_sqlite else statement.with_for_update(skip_locked=skip)

    def kept(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Like `locked`, for a row that others may still refer to by its key (e.g. add a permit of a case)."""
        self.check_writable()
        return statement if self.is_sqlite else statement.with_for_update(key_share=True)

    def wait_for(self, name: str) -> None:
        """Wait until no other unit of work has this name; it is this one's until it ends."""
        if not self.is_sqlite:
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
            self.read(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that can say ``ON CONFLICT``; both databases write it the same way."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def insert_if_absent(self, table: sa.Table, values: dict[str, Any]) -> bool:
        """
        Insert a row unless its key is taken, and say whether it was inserted.

        Waits while another unit of work has inserted the same key and is not yet over.
        """
        key = table.primary_key.columns[0]
        statement = self.insert(table).on_conflict_do_nothing().returning(key)
        return self.write(statement, values).first() is not None

    def _run(
        self,
        statement: sa.Executable,
        kind: str,
        rows: Sequence[dict[str, Any]] | dict[str, Any] | None,
        parent: tuple[str, str] | None,
    ) -> sa.CursorResult[Any]:
        if self._connection is None:
            raise StorageError("unit-of-work-closed")
        try:
            with translated(kind, parent):
                return self._connection.execute(statement, rows)
        except Exception:
            self.close()
            raise
