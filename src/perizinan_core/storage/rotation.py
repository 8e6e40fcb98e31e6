"""Moving records from old keys to the current ones, while the office works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.storage.sealing import Place
from perizinan_core.storage.sql.applications import lookup_rows
from perizinan_core.storage.sql.rows import place_of, read_application
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.store import SqlStorage
from perizinan_core.storage.sql.tables import SEALED_TABLES, applications, lookups

__all__ = ["RotationProgress", "keys_in_use", "rotate_keys"]


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
) -> int:
    """
    Encrypt everything under the current data key, and make blind indexes under the current index key.

    Every batch is a unit of work of its own, short enough that others hardly wait. A run that was
    interrupted, or during which others wrote under the old key, is simply repeated: what is done is not
    done again. Versions and dates of change stay as they are.

    Args:
        storage: Opened with a ring that holds the old and the new keys.
        batch: Rows moved at a time.
        progress: Called after every batch.

    Returns:
        How many rows were moved; 0 means that the old keys are not needed any more.

    Raises:
        UnknownKeyError: A row needs a key that is not in the ring.
        SealBrokenError: A row was tampered with; the rows before it are moved.
    """
    total = sum(_count(storage, table) for table in SEALED_TABLES) + _count_indexed(storage)
    done = 0
    for table in (*SEALED_TABLES, lookups):
        move = _move_lookups if table is lookups else _move_payloads
        while True:
            with storage.unit_of_work() as work:
                moved = move(work.session, table, batch)
                work.commit()
            if not moved:
                break
            done += moved
            if progress is not None:
                progress(RotationProgress(table=table.name, done=done, total=max(total, done)))
    return done


def keys_in_use(storage: SqlStorage) -> frozenset[str]:
    """Return the ids of all keys that some record still needs: those and the current ones must be kept."""
    with storage.unit_of_work(read_only=True) as work:
        found = [
            row.key_id
            for table in (*SEALED_TABLES, lookups)
            for row in work.session.read(sa.select(table.c.key_id).distinct())
        ]
    return frozenset(key for key in found if key is not None)


def _old(table: sa.Table, current: str) -> sa.ColumnElement[bool]:
    # Rows without a payload have no key at all, and compare as neither.
    return table.c.key_id != current


def _count(storage: SqlStorage, table: sa.Table) -> int:
    current = storage.keys.data.current.id
    with storage.unit_of_work(read_only=True) as work:
        query = sa.select(sa.func.count()).select_from(table).where(_old(table, current))
        return int(work.session.scalar(query))


def _count_indexed(storage: SqlStorage) -> int:
    old = _old(lookups, storage.keys.index.current.id)
    with storage.unit_of_work(read_only=True) as work:
        query = sa.select(sa.func.count(lookups.c.application_id.distinct())).where(old)
        return int(work.session.scalar(query))


def _move_payloads(session: Session, table: sa.Table, batch: int) -> int:
    current = session.sealer.data_key_id
    key = list(table.primary_key.columns)
    query = sa.select(*key, table.c.payload).where(_old(table, current)).order_by(*key).limit(batch)
    rows = session.read(session.locked(query))
    for row in rows:
        parts = [getattr(row, column.name) for column in key]
        place: Place = place_of(table, *parts)
        sealed = session.sealer.seal(session.sealer.open(row.payload, place), place)
        this = [column == part for column, part in zip(key, parts, strict=True)]
        session.write(table.update().where(*this).values(key_id=current, payload=sealed))
    return len(rows)


def _move_lookups(session: Session, table: sa.Table, batch: int) -> int:
    """Make the blind indexes of some applications anew; returns how many applications."""
    old = sa.select(table.c.application_id).where(_old(table, session.sealer.index_key_id)).distinct()
    ids = [row.application_id for row in session.read(old.order_by(table.c.application_id).limit(batch))]
    columns = (applications.c.id, applications.c.version, applications.c.payload)
    query = sa.select(*columns).where(applications.c.id.in_(ids)).order_by(applications.c.id)
    added: list[dict[str, Any]] = []
    for row in session.read(session.locked(query)):
        added += lookup_rows(session, read_application(session, row))
    if ids:
        session.write(table.delete().where(table.c.application_id.in_(ids)))
    if added:
        session.write(table.insert(), added)
    return len(ids)
