"""Batches in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.model import quoted
from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.model._batch import Batch, BatchCounts, BatchItem, BatchItemState
from perizinan_core.storage._records import LastChange, Page, is_leased
from perizinan_core.storage.memory._listing import page_of
from perizinan_core.storage.memory._state import Access, BatchItemRow, Stored, utc

__all__ = ["MemoryBatches"]


class MemoryBatches:
    """Implements `perizinan_core.storage._ports.BatchRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """See the port."""
        rows = self._access.write().batches
        if batch.id in rows:
            self._access.refuse_duplicate("batch", "id")
        return self._keep(attrs.evolve(batch, version=1), by, at)

    def get(self, id: str, *, lock: bool = False) -> Batch:
        """See the port."""
        if lock:
            self._access.write()
        return self._row(id).read()

    def save(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """See the port."""
        known = self._row(batch.id)
        if known.value.version != batch.version:
            last = LastChange(version=known.value.version, by=known.by, at=known.at)
            raise last.stale(kind="batch", id=batch.id, expected_version=batch.version)
        return self._keep(attrs.evolve(batch, version=batch.version + 1), by, at)

    def find(self, *, account: str | None = None, limit: int = 50, after: str | None = None) -> Page[Batch]:
        """See the port."""
        rows = self._access.read().batches
        found = [row.value for row in rows.values() if account in (None, row.value.account)]
        ids, following = page_of(found, None, limit=limit, after=after, newest_first=True)
        return Page(tuple(rows[id_].read() for id_ in ids), following)

    def to_fill(self) -> tuple[str, ...]:
        """See the port."""
        return tuple(sorted(id_ for id_, row in self._access.read().batches.items() if not row.value.filled))

    def add_items(self, items: Sequence[BatchItem], *, at: datetime) -> None:
        """See the port."""
        rows = self._access.write().batch_items
        for item in items:
            if (item.batch, item.place) in rows:
                self._access.refuse_duplicate("batch item", "batch_id, place")
            rows[item.batch, item.place] = BatchItemRow(item=item, available_at=utc(at))

    def due(
        self, *, now: datetime, batch: str | None = None, limit: int = 1000
    ) -> tuple[tuple[str, int], ...]:
        """See the port."""
        found = [
            (row.available_at, key)
            for key, row in self._access.read().batch_items.items()
            if row.available_at is not None
            and not is_leased(row.available_at, now)
            and batch in (None, key[0])
        ]
        return tuple(key for _, key in sorted(found)[:limit])

    def claim(
        self, batch: str, place: int, *, worker: str, now: datetime, lease: timedelta
    ) -> tuple[BatchItem, int] | None:
        """See the port."""
        rows = self._access.write().batch_items
        row = rows.get((batch, place))
        if row is None or row.available_at is None or is_leased(row.available_at, now):
            return None
        if row.item.state is not BatchItemState.WAITING:
            return None
        attempts = row.attempts + 1
        rows[batch, place] = attrs.evolve(
            row, available_at=utc(now) + lease, worker=worker, attempts=attempts
        )
        return row.item, attempts

    def release(self, batch: str, place: int, *, worker: str, due_at: datetime | None, error: str) -> bool:
        """See the port."""
        rows = self._access.write().batch_items
        row = rows.get((batch, place))
        if row is None or row.worker != worker:
            return False
        until = None if due_at is None else utc(due_at)
        rows[batch, place] = attrs.evolve(row, available_at=until, worker=None, last_error=error[:500])
        return True

    def finish(self, item: BatchItem, *, worker: str) -> bool:
        """See the port."""
        rows = self._access.write().batch_items
        row = rows.get((item.batch, item.place))
        if row is None or row.worker != worker:
            return False
        kept = item if item.at is None else attrs.evolve(item, at=utc(item.at))
        rows[item.batch, item.place] = attrs.evolve(row, item=kept, available_at=None, worker=None)
        return True

    def stop(self, batch: str, *, now: datetime) -> int:
        """See the port."""
        rows = self._access.write().batch_items
        waiting = [
            key
            for key, row in rows.items()
            if key[0] == batch
            and row.available_at is not None
            and (row.worker is None or not is_leased(row.available_at, now))
        ]
        for key in waiting:
            rows[key] = attrs.evolve(rows[key], available_at=None, worker=None)
        return len(waiting)

    def counts(self, batches: Collection[str], *, now: datetime) -> Mapping[str, BatchCounts]:
        """See the port."""
        found = dict.fromkeys(sorted(set(batches)), BatchCounts())
        for (batch, _), row in self._access.read().batch_items.items():
            if batch in found:
                found[batch] = _counted(found[batch], row, now)
        return found

    def items(
        self, batch: str, *, state: BatchItemState | None = None, limit: int = 50, after: str | None = None
    ) -> Page[BatchItem]:
        """See the port."""
        if after is not None and not (after.isascii() and after.isdecimal() and len(after) < 10):
            raise StorageError("unknown-cursor", received=quoted(after))
        last = 0 if after is None else int(after)
        found = sorted(
            (
                row.item
                for (of, place), row in self._access.read().batch_items.items()
                if of == batch and place > last and state in (None, row.item.state)
            ),
            key=lambda item: item.place,
        )
        following = str(found[limit - 1].place) if len(found) > limit else None
        return Page(tuple(found[:limit]), following)

    def forget(self, *, before: datetime, limit: int = 1000) -> int:
        """See the port."""
        state, gone = self._access.write(), 0
        old = sorted(
            (row.value.begun_at, id_) for id_, row in state.batches.items() if row.value.begun_at < before
        )
        for _, id_ in old:
            for key in [key for key in state.batch_items if key[0] == id_][: limit - gone]:
                del state.batch_items[key]
                gone += 1
            if gone >= limit:
                return gone
            del state.batches[id_]
            gone += 1
        return gone

    def _keep(self, stored: Batch, by: str, at: datetime) -> Batch:
        rows = self._access.write().batches
        rows[stored.id] = Stored.of(stored, name="batch", id=stored.id, by=by, at=at)
        return stored

    def _row(self, id: str) -> Stored[Batch]:
        try:
            return self._access.read().batches[id]
        except KeyError as error:
            raise RecordNotFoundError(kind="batch", key=id) from error


def _counted(known: BatchCounts, row: BatchItemRow, now: datetime) -> BatchCounts:
    match row.item.state:
        case BatchItemState.DONE:
            return attrs.evolve(known, done=known.done + 1)
        case BatchItemState.FAILED:
            return attrs.evolve(known, failed=known.failed + 1)
    if row.available_at is None:
        return attrs.evolve(known, stopped=known.stopped + 1)
    at_work = row.worker is not None and is_leased(row.available_at, now)
    return attrs.evolve(known, waiting=known.waiting + 1, at_work=known.at_work + at_work)
