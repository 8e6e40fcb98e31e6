"""Moving records from old keys to the current ones, while the office works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError
from perizinan_core.storage._sql._resealing import move_row, write_derived
from perizinan_core.storage._sql._rows import read_application
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._table_seals import TableSeals, plugin_tables_of, reblinded, resealed
from perizinan_core.storage._sql._tables import (
    SEALED_TABLES,
    applications,
    lookups,
    marks,
    payments,
    tallies,
)
from perizinan_core.storage._table_sets import TableSet, set_of, table_name

__all__ = ["RotationProgress", "rotate_keys"]

_RECORDS = tuple(table for table in SEALED_TABLES if table is not marks)
# The marks last: most of them are written again together with their rows, and so is the tally.
_BY_DATA_KEY = (*_RECORDS, marks, tallies)
_BY_INDEX_KEY = (lookups, payments)


@attrs.frozen(kw_only=True)
class RotationProgress:
    """How far a change of keys has come."""

    table: str
    done: int
    """Rows of this run that were moved so far, in all tables."""

    total: int
    """Rows that stood under old keys when this run began."""


def rotate_keys(
    storage: SqlStorage,
    *,
    batch: int = 200,
    progress: Callable[[RotationProgress], None] | None = None,
    tables: Iterable[TableSet] = (),
) -> int:
    """
    Encrypt and seal everything under the current data key, and make blind indexes under the current index
    key.

    Every batch is a unit of work of its own, short enough that others hardly wait. A run that was
    interrupted, or during which others wrote under the old key, is simply repeated: what is done is not
    done again. Versions and dates of change stay as they are.

    Args:
        storage: Opened with a ring that holds the old and the new keys.
        batch: Rows moved at a time.
        progress: Called after every batch.
        tables: Those of plugins that are loaded. What others sealed is moved too; their blind indexes are not.

    Returns:
        How many rows were moved; 0 means that the old keys are not needed any more.

    Raises:
        StorageError: ``unknown-key``: A row needs a key that is not in the ring.
        SealBrokenError: A row is not as the library wrote it; all others are moved.
    """
    run = _Run(storage, batch, progress)
    for table in _BY_DATA_KEY:
        run.move(table)
    run.move_indexes()
    run.move_plugins({item.name: item for item in tables})
    if run.broken is not None:
        raise run.broken
    return run.done


class _Run:
    """One run of a rotation."""

    def __init__(
        self, storage: SqlStorage, batch: int, progress: Callable[[RotationProgress], None] | None
    ) -> None:
        self.done = 0
        self.broken: SealBrokenError | None = None
        self._storage = storage
        self._batch = batch
        self._progress = progress
        self._total = sum(_count(storage, table) for table in _RECORDS) + _count_indexed(storage)

    def move(self, table: sa.Table) -> None:
        """Move the rows of a table, in the order of their keys; what does not pass is left where it is."""
        after: Sequence[Any] | None = None
        while True:
            with self._storage.unit_of_work() as work:
                rows = work.session.read(
                    work.session.locked(_old_rows(work.session, table, after, self._batch))
                )
                moved = sum(self._move_row(work.session, table, row) for row in rows)
                work.commit()
            if not rows:
                return
            after = [rows[-1]._mapping[column.name] for column in table.primary_key.columns]
            self._tell(table, moved)

    def move_indexes(self) -> None:
        """Make the blind indexes again of all applications that have an old one."""
        after = ""
        while True:
            with self._storage.unit_of_work() as work:
                ids = [
                    row.application_id
                    for row in work.session.read(_old_ids(work.session, after, self._batch))
                ]
                moved = sum(self._index(work.session, row) for row in _applications(work.session, ids))
                work.commit()
            if not ids:
                return
            after = ids[-1]
            self._tell(lookups, moved)

    def move_plugins(self, sets: Mapping[str, TableSet]) -> None:
        """Move what plugins sealed in tables of their own, and make their blind indexes again."""
        with self._storage.connected(read_only=True) as connection:
            found = plugin_tables_of(connection)
        for table in found:
            self._move_table(table, sets.get(set_of(table.name)))

    def _move_table(self, table: sa.Table, tables: TableSet | None) -> None:
        key, after = list(table.primary_key.columns), None
        while True:
            query = sa.select(table).order_by(*key).limit(self._batch)
            if after is not None:
                last = (sa.literal(after[column.name], column.type) for column in key)
                query = query.where(sa.tuple_(*key) > sa.tuple_(*last))
            with self._storage.unit_of_work() as work:
                rows = [dict(row._mapping) for row in work.session.read(work.session.locked(query))]
                moved = sum(self._move_plugin_row(work.session, table, tables, row) for row in rows)
                work.commit()
            if not rows:
                return
            after = rows[-1]
            self._tell(table, moved)

    def _move_plugin_row(
        self, session: Session, table: sa.Table, tables: TableSet | None, row: Mapping[str, Any]
    ) -> bool:
        try:
            changed: dict[str, bytes | None] = {**resealed(session.sealer, table, row)}
            if tables is not None:
                indexes = [item for item in tables.blind if table_name(tables.name, item.table) == table.name]
                seals = TableSeals(tables.name, session.sealer)
                changed.update(reblinded(session.sealer, seals, indexes, table, row))
        except SealBrokenError as error:
            self.broken = self.broken or error
            return False
        if changed:
            this = sa.and_(*(column == row[column.name] for column in table.primary_key.columns))
            session.write(sa.update(table).where(this).values(changed))
        return bool(changed)

    def _move_row(self, session: Session, table: sa.Table, row: Any) -> bool:
        try:
            move_row(session, table, row)
        except SealBrokenError as error:
            self.broken = self.broken or error
            return False
        return True

    def _index(self, session: Session, row: Any) -> bool:
        try:
            write_derived(session, read_application(session, row))
        except SealBrokenError as error:
            self.broken = self.broken or error
            return False
        return True

    def _tell(self, table: sa.Table, moved: int) -> None:
        if table in (marks, tallies):
            return
        self.done += moved
        if moved and self._progress is not None:
            self._progress(
                RotationProgress(table=table.name, done=self.done, total=max(self._total, self.done))
            )


def _old_rows(session: Session, table: sa.Table, after: Sequence[Any] | None, batch: int) -> sa.Select[Any]:
    key = list(table.primary_key.columns)
    query = sa.select(table).where(_old(table, session.sealer.data_key_id)).order_by(*key).limit(batch)
    if after is None:
        return query
    last = (sa.literal(value, column.type) for column, value in zip(key, after, strict=True))
    return query.where(sa.tuple_(*key) > sa.tuple_(*last))


def _old_ids(session: Session, after: str, batch: int) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    current = session.sealer.index_key_id
    parts = [
        sa.select(table.c.application_id).where(_old(table, current), table.c.application_id > after)
        for table in _BY_INDEX_KEY
    ]
    every = sa.union(*parts).subquery()
    return sa.select(every.c.application_id).order_by(every.c.application_id).limit(batch)


def _applications(session: Session, ids: Sequence[str]) -> Sequence[Any]:
    query = sa.select(applications).where(applications.c.id.in_(ids)).order_by(applications.c.id)
    return session.read(session.locked(query))


def _old(table: sa.Table, current: str) -> sa.ColumnElement[bool]:
    return table.c.key_id != current


def _count(storage: SqlStorage, table: sa.Table) -> int:
    current = storage.keys.data.current.id
    with storage.unit_of_work(read_only=True) as work:
        query = sa.select(sa.func.count()).select_from(table).where(_old(table, current))
        return int(work.session.scalar(query))


def _count_indexed(storage: SqlStorage) -> int:
    with storage.unit_of_work(read_only=True) as work:
        every = sa.union(
            *(
                sa.select(table.c.application_id).where(_old(table, storage.keys.index.current.id))
                for table in _BY_INDEX_KEY
            )
        ).subquery()
        return int(work.session.scalar(sa.select(sa.func.count()).select_from(every)))
