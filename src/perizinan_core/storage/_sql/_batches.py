"""Batches in SQL: sealed rows; of an item only its lease can be changed without its seal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.model import quoted
from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.model._batch import Batch, BatchCounts, BatchItem, BatchItemState
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import LastChange, Page, is_leased, over_spans
from perizinan_core.storage._sql._listing import Ordered, page_of
from perizinan_core.storage._sql._rows import place_of, read_sound
from perizinan_core.storage._sql._seals import row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import in_span
from perizinan_core.storage._sql._tables import batch_items, batches

__all__ = ["SqlBatches"]

_FILL = "fill"
_WAITING = BatchItemState.WAITING.value


class SqlBatches:
    """Implements `perizinan_core.storage._ports.BatchRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """See the port."""
        stored = attrs.evolve(batch, version=1)
        row = self._row(stored, by=by, at=at)
        self._session.write(batches.insert(), row, kind="batch")
        self._session.seals.written(batches, row)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Batch:
        """See the port."""
        query = sa.select(batches).where(batches.c.id == id)
        if lock:
            self._session.check_writable()
            query = self._session.locked(query)
        row = self._session.first(query)
        if row is None:
            self._session.seals.require_absent(batches, id)
            raise RecordNotFoundError(kind="batch", key=id)
        self._session.seals.require(batches, row)
        return _opened(self._session, row)

    def save(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """See the port."""
        stored = attrs.evolve(batch, version=batch.version + 1)
        row = self._row(stored, by=by, at=at)
        mine = (batches.c.id == batch.id) & (batches.c.version == batch.version)
        if self._session.write(batches.update().where(mine), row, kind="batch").rowcount == 0:
            found = self._session.first(sa.select(batches).where(batches.c.id == batch.id))
            if found is None:
                raise RecordNotFoundError(kind="batch", key=batch.id)
            last = LastChange(version=found.version, by=found.changed_by, at=found.changed_at)
            raise last.stale(kind="batch", id=batch.id, expected_version=batch.version)
        self._session.seals.written(batches, row)
        return stored

    def find(self, *, account: str | None = None, limit: int = 50, after: str | None = None) -> Page[Batch]:
        """See the port."""
        mine = [] if account is None else [batches.c.account == account]
        ids, following = page_of(self._session, Ordered(batches.c.id), mine, [], limit=limit, after=after)
        rows = self._session.read(sa.select(batches).where(batches.c.id.in_(ids))) if ids else ()
        ordered = sorted(rows, key=lambda row: str(row.id), reverse=True)
        return Page(read_sound(self._session, batches, ordered, _opened), following)

    def to_fill(self) -> tuple[str, ...]:
        """See the port."""
        rows = self._session.read(sa.select(batches.c.id).where(batches.c.to_do == _FILL))
        return tuple(sorted(row.id for row in rows))

    def add_items(self, items: Sequence[BatchItem], *, at: datetime) -> None:
        """See the port."""
        self._session.check_writable()
        rows = [
            {**self._item_row(item), "available_at": at, "attempts": 0, "worker": None, "last_error": None}
            for item in items
        ]
        if rows:
            self._session.write(batch_items.insert(), rows, kind="batch item")

    def due(
        self, *, now: datetime, batch: str | None = None, limit: int = 1000
    ) -> tuple[tuple[str, int], ...]:
        """See the port."""
        item = batch_items.c
        mine = [] if batch is None else [item.batch_id == batch]
        found: list[Any] = []
        for span in over_spans(now):
            query = (
                sa.select(item.batch_id, item.place, item.available_at)
                .where(*mine, in_span(item.available_at, span))
                .order_by(item.available_at)
                .limit(limit)
            )
            found += self._session.read(query)
        ordered = sorted(found, key=lambda row: (row.available_at, row.batch_id, row.place))
        return tuple((row.batch_id, row.place) for row in ordered[:limit])

    def claim(
        self, batch: str, place: int, *, worker: str, now: datetime, lease: timedelta
    ) -> tuple[BatchItem, int] | None:
        """See the port."""
        self._session.check_writable()
        query = self._session.locked(sa.select(batch_items).where(*_is(batch, place)), skip=True)
        row = self._session.first(query)
        if row is None or row.available_at is None or is_leased(row.available_at, now):
            return None
        item = self._opened_item(row)
        if item.state is not BatchItemState.WAITING:
            return None
        taken = {"available_at": now + lease, "worker": worker, "attempts": row.attempts + 1}
        self._session.write(batch_items.update().where(*_is(batch, place)).values(taken))
        return item, row.attempts + 1

    def release(self, batch: str, place: int, *, worker: str, due_at: datetime | None, error: str) -> bool:
        """See the port."""
        change = {"available_at": due_at, "worker": None, "last_error": error[:500]}
        query = batch_items.update().where(*_is(batch, place), batch_items.c.worker == worker).values(change)
        return self._session.write(query).rowcount == 1

    def finish(self, item: BatchItem, *, worker: str) -> bool:
        """See the port."""
        self._session.check_writable()
        row = {**self._item_row(item), "available_at": None, "worker": None}
        mine = (*_is(item.batch, item.place), batch_items.c.worker == worker)
        return self._session.write(batch_items.update().where(*mine).values(row)).rowcount == 1

    def stop(self, batch: str, *, now: datetime) -> int:
        """See the port."""
        item, stopped = batch_items.c, 0
        unheld = sa.and_(item.available_at.is_not(None), item.worker.is_(None))
        for which in (unheld, *(in_span(item.available_at, span) for span in over_spans(now))):
            query = batch_items.update().where(item.batch_id == batch, which)
            stopped += self._session.write(query.values({"available_at": None, "worker": None})).rowcount
        return stopped

    def counts(self, batches: Collection[str], *, now: datetime) -> Mapping[str, BatchCounts]:
        """See the port."""
        item, wanted = batch_items.c, sorted(set(batches))
        if not wanted:
            return {}
        is_over = sa.or_(*(in_span(item.available_at, span) for span in over_spans(now)))
        held = sa.case((item.available_at.is_(None), 0), (is_over, 1), else_=2).label("held")
        query = (
            sa.select(item.batch_id, item.state, held, sa.func.count(item.worker).label("workers"))
            .add_columns(sa.func.count().label("number"))
            .where(item.batch_id.in_(wanted))
            .group_by(item.batch_id, item.state, held)
        )
        found = dict.fromkeys(wanted, BatchCounts())
        for row in self._session.read(query):
            found[row.batch_id] = _counted(found[row.batch_id], row)
        return found

    def items(
        self, batch: str, *, state: BatchItemState | None = None, limit: int = 50, after: str | None = None
    ) -> Page[BatchItem]:
        """See the port."""
        item = batch_items.c
        last = _place(after)
        mine = [item.batch_id == batch, item.place > last]
        mine += [] if state is None else [item.state == state.value]
        query = sa.select(batch_items).where(*mine).order_by(item.place).limit(limit + 1)
        rows = self._session.read(query)
        following = str(rows[limit - 1].place) if len(rows) > limit else None
        sound = self._session.seals.sound(batch_items, rows[:limit])
        return Page(tuple(self._decoded(row) for row in sound), following)

    def forget(self, *, before: datetime, limit: int = 1000) -> int:
        """See the port."""
        self._session.check_writable()
        old = self._session.read(
            sa.select(batches.c.id).where(batches.c.begun_at < before).order_by(batches.c.begun_at).limit(10)
        )
        gone = 0
        for row in old:
            places = self._session.read(
                sa.select(batch_items.c.place).where(batch_items.c.batch_id == row.id).limit(limit - gone)
            )
            if places:
                mine = (
                    batch_items.c.batch_id == row.id,
                    batch_items.c.place.in_([one.place for one in places]),
                )
                gone += self._session.write(batch_items.delete().where(*mine)).rowcount
            if gone >= limit:
                return gone
            self._session.write(batches.delete().where(batches.c.id == row.id))
            self._session.seals.note(batches, row_name(row.id), None)
            gone += 1
        return gone

    def _row(self, batch: Batch, *, by: str, at: datetime) -> dict[str, Any]:
        session = self._session
        session.check_writable()
        columns = {
            "id": batch.id,
            "version": batch.version,
            "account": batch.account,
            "begun_at": batch.begun_at,
            "to_do": None if batch.filled else _FILL,
            "changed_by": by,
            "changed_at": at,
            "payload": session.sealer.seal(encode(batch), place_of(batches, batch.id)),
        }
        return session.seals.sealed(batches, columns)

    def _item_row(self, item: BatchItem) -> dict[str, Any]:
        session = self._session
        columns = {
            "batch_id": item.batch,
            "place": item.place,
            "state": item.state.value,
            "payload": session.sealer.seal(encode(item), place_of(batch_items, item.batch, item.place)),
        }
        return session.seals.sealed(batch_items, columns)

    def _opened_item(self, row: Any) -> BatchItem:
        self._session.seals.require(batch_items, row)
        return self._decoded(row)

    def _decoded(self, row: Any) -> BatchItem:
        data = self._session.sealer.open(row.payload, place_of(batch_items, row.batch_id, row.place))
        return decode(BatchItem, data, name="batch item", id=f"{row.batch_id}/{row.place}")


def _is(batch: str, place: int) -> tuple[sa.ColumnElement[bool], ...]:
    return batch_items.c.batch_id == batch, batch_items.c.place == place


def _place(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isascii() or not after.isdecimal() or len(after) > 9:
        raise StorageError("unknown-cursor", received=quoted(after))
    return int(after)


def _counted(known: BatchCounts, row: Any) -> BatchCounts:
    match row.state, row.held:
        case BatchItemState.DONE.value, _:
            return attrs.evolve(known, done=known.done + row.number)
        case BatchItemState.FAILED.value, _:
            return attrs.evolve(known, failed=known.failed + row.number)
        case _, 0:
            return attrs.evolve(known, stopped=known.stopped + row.number)
        case _, 2:
            at_work = known.at_work + row.workers
            return attrs.evolve(known, waiting=known.waiting + row.number, at_work=at_work)
        case _:
            return attrs.evolve(known, waiting=known.waiting + row.number)


def _opened(session: Session, row: Any) -> Batch:
    data = session.sealer.open(row.payload, place_of(batches, row.id))
    return attrs.evolve(decode(Batch, data, name="batch", id=row.id), version=row.version)
