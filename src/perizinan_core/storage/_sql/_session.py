"""One transaction as the repositories see it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._foreseen import ForeseenRecords
from perizinan_core.storage._sql._seals import Seals
from perizinan_core.storage._sql._statements import (
    change_of,
    for_update,
    insertion_of_absent,
    key_names,
    new_or_changed,
    the,
)
from perizinan_core.storage._telling import WrittenNotes

__all__ = ["Session"]

_WAIT = sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("the_number", type_=sa.BigInteger())))


class Session:
    """
    Runs statements in the one transaction of a unit of work.

    After a failure of the database the transaction is lost (PostgreSQL would turn a later COMMIT into a
    silent ROLLBACK), so the session closes itself and nothing more can be done in it.
    """

    def __init__(
        self,
        connection: sa.Connection,
        *,
        sealer: Sealer,
        zone: tzinfo | None,
        writable: bool,
        foreseen: ForeseenRecords | None = None,
    ) -> None:
        self._connection: sa.Connection | None = connection
        self._writable = writable
        self._zone = zone
        self._held: dict[tuple[str, ...], Mapping[Any, Any]] = {}
        self.sealer = sealer
        """Encrypts and decrypts payloads."""

        self.foreseen = ForeseenRecords((), sealer) if foreseen is None else foreseen
        """Gives records and events the form in which they are stored."""

        self.notes = WrittenNotes()
        """What others learn after the commit."""

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

    def read(self, statement: sa.Executable, values: dict[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        """Return all rows of a query, with the values that it asks for."""
        return self._run(statement, "record", values, None).fetchall()

    def first(self, statement: sa.Executable, values: dict[str, Any] | None = None) -> sa.Row[Any] | None:
        """Return the first row of a query, or None."""
        return self._run(statement, "record", values, None).first()

    def scalar(self, statement: sa.Executable, values: dict[str, Any] | None = None) -> Any:
        """Return the first value of the first row, or None."""
        return self._run(statement, "record", values, None).scalar()

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
            rows: Values of the row, or of several, and what the statement asks for. Inside the statement each would
                be an expression of its own.
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
        return statement if self.is_sqlite else for_update(statement, skip=skip)

    def kept(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Like `locked`, for a row that others may still refer to by its key (e.g. add a permit of a case)."""
        self.check_writable()
        return statement if self.is_sqlite else for_update(statement, key_share=True)

    def wait_for(self, name: str) -> None:
        """Wait until no other unit of work has this name; it is this one's until it ends."""
        if not self.is_sqlite:
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
            self.read(_WAIT, the(number=number))

    def held(self, table: sa.Table, row: sa.Row[Any]) -> None:
        """Note a row that no one else changes until the end of the unit: it was read under a lock."""
        self._held[_place(table, row._mapping)] = row._mapping

    def known(self, table: sa.Table, *key: str) -> Mapping[Any, Any] | None:
        """Return a row that is `held`, as it stands now."""
        return self._held.get((table.name, *key))

    def change(
        self,
        table: sa.Table,
        row: Mapping[str, Any],
        *,
        version: int | None = None,
        kind: str = "record",
        parent: tuple[str, str] | None = None,
    ) -> bool:
        """
        Write over a row, and say whether it was there.

        Of one that is `held` only what differs is named: a database writes every index that has a named column.

        Args:
            table: Its table.
            row: Its values, those of the primary key among them.
            version: Which it has to have.
            kind: As for `write`.
            parent: As for `write`.
        """
        place, key = _place(table, row), key_names(table)
        before = self._held.get(place, {})
        values = {
            name: value
            for name, value in row.items()
            if name not in key and (name not in before or before[name] != value)
        }
        if not values:
            return True
        values |= the(**{name: row[name] for name in key})
        statement = change_of(table)
        if version is not None:
            statement, values = change_of(table, *key, "version"), values | the(version=version)
        if self.write(statement, values, kind=kind, parent=parent).rowcount == 0:
            return False
        self._held[place] = {**before, **row}
        return True

    def put(self, table: sa.Table, rows: Sequence[dict[str, Any]] | dict[str, Any]) -> None:
        """Insert rows, all with the same columns, or change those whose primary key is taken."""
        columns = rows if isinstance(rows, dict) else rows[0]
        names = tuple(name for name in columns if name not in key_names(table))
        self.write(new_or_changed(table, *names, is_sqlite=self.is_sqlite), rows)

    def add_absent(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, but none whose primary key is taken."""
        self.write(insertion_of_absent(table, is_sqlite=self.is_sqlite), rows)

    def insert_if_absent(self, table: sa.Table, values: dict[str, Any]) -> bool:
        """
        Insert a row unless its key is taken, and say whether it was inserted.

        Waits while another unit of work has inserted the same key and is not yet over.
        """
        statement = insertion_of_absent(table, is_sqlite=self.is_sqlite, telling=True)
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
            return self._connection.execute(statement, rows)
        except Exception:
            self.close()
            with translated(kind, parent):
                raise


def _place(table: sa.Table, row: Mapping[Any, Any]) -> tuple[str, ...]:
    return (table.name, *(row[name] for name in key_names(table)))
