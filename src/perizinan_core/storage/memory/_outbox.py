"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.storage import StoredValueError
from perizinan_core.storage._records import (
    MESSAGES,
    Backoff,
    OutboxCounts,
    OutboxEntry,
    OutboxItem,
    TargetCounts,
    consumer_target,
    is_leased,
)
from perizinan_core.storage.memory._events import copied_event, readable_event
from perizinan_core.storage.memory._state import Access, OutboxRow, utc

__all__ = ["MemoryOutbox"]

_BACKOFF = Backoff()


class MemoryOutbox:
    """Implements `perizinan_core.storage._ports.Outbox`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, items: Iterable[OutboxItem], *, at: datetime) -> None:
        """See the port."""
        state = self._access.write()
        for item in items:
            state.outbox_last += 1
            state.outbox[state.outbox_last] = OutboxRow(
                event=copied_event(item.event),
                written_at=utc(at),
                available_at=utc(at),
                target=item.target,
                case=item.case,
                message=item.message,
                recipient=item.recipient,
            )

    def claim(
        self,
        worker: str,
        *,
        target: str = MESSAGES,
        now: datetime,
        lease: timedelta,
        limit: int = 100,
        max_attempts: int = 50,
        in_order: bool = False,
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        state = self._access.write()
        mine = {entry: row for entry, row in state.outbox.items() if row.target == target}
        due = [
            (entry if in_order else 0, row.available_at, entry)
            for entry, row in mine.items()
            if _is_due(row, now) and not (in_order and _is_behind(entry, row, mine, now))
        ]
        claimed = []
        for _, _, entry in sorted(due)[:limit]:
            row = state.outbox[entry]
            if row.attempts >= max_attempts:
                self._change(entry, available_at=None, worker=None, last_error="worker-died")
                continue
            changed = self._change(
                entry, available_at=utc(now + lease), worker=worker, attempts=row.attempts + 1
            )
            claimed.append(_entry(entry, changed, leased_until=now + lease))
        return tuple(claimed)

    def is_due(self, *, now: datetime) -> bool:
        """See the port."""
        return bool(self.due_targets(now=now))

    def due_targets(self, *, now: datetime) -> tuple[str, ...]:
        """See the port."""
        rows = self._access.read().outbox.values()
        return tuple(sorted({row.target for row in rows if _is_due(row, now)}))

    def mark_done(self, entry: int, *, worker: str, at: datetime, answer: str | None = None) -> bool:
        """See the port."""
        return self._held(entry, worker) is not None and self._done(entry, at, answer)

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = _BACKOFF
    ) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is None:
            return False
        pause = backoff.delay(row.attempts)
        available = None if pause is None else utc(at) + pause
        self._change(entry, available_at=available, worker=None, last_error=error[:500])
        return True

    def release(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is not None:
            self._change(entry, available_at=utc(at), worker=None, attempts=row.attempts - 1)
        return row is not None

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if item[1].available_at is not None)[:limit]

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if _is_given_up(item[1]))[:limit]

    def revive(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        row = self._access.write().outbox.get(entry)
        if row is None or not _is_given_up(row):
            return False
        self._change(entry, available_at=utc(at), attempts=0)
        return True

    def drop(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        row = self._access.write().outbox.get(entry)
        return row is not None and row.done_at is None and self._done(entry, at, "dropped")

    def withdraw(self, target: str, case: str) -> int:
        """See the port."""
        state = self._access.write()
        gone = [
            entry
            for entry, row in state.outbox.items()
            if (row.target, row.case) == (target, case) and row.done_at is None
        ]
        for entry in gone:
            del state.outbox[entry]
        return len(gone)

    def of_case(self, case: str) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if item[1].case == case)

    def counts(self) -> OutboxCounts:
        """See the port."""
        rows = self._access.read().outbox.values()
        waiting = [row.written_at for row in rows if row.available_at is not None]
        return OutboxCounts(
            waiting=len(waiting),
            given_up=sum(1 for row in rows if _is_given_up(row)),
            oldest_waiting=min(waiting, default=None),
        )

    def by_target(self) -> tuple[TargetCounts, ...]:
        """See the port."""
        rows = [row for row in self._access.read().outbox.values() if row.done_at is None]
        return tuple(
            TargetCounts(
                target=target,
                waiting=sum(1 for row in rows if row.target == target and row.available_at is not None),
                given_up=sum(1 for row in rows if row.target == target and row.available_at is None),
                oldest_waiting=min(
                    (row.written_at for row in rows if row.target == target and row.available_at is not None),
                    default=None,
                ),
            )
            for target in sorted({row.target for row in rows})
        )

    def forget_done(self, *, before: datetime, consumed: bool | None = None, limit: int = 1000) -> int:
        """See the port."""
        state = self._access.write()
        old = [
            entry
            for entry, row in state.outbox.items()
            if row.done_at is not None
            and row.done_at < before
            and consumed in (None, row.target.startswith(consumer_target("")))
        ][:limit]
        for entry in old:
            del state.outbox[entry]
        return len(old)

    def _rows(self) -> Iterator[tuple[int, OutboxRow]]:
        yield from sorted(self._access.read().outbox.items())

    def _change(self, entry: int, **values: Any) -> OutboxRow:
        outbox = self._access.write().outbox
        outbox[entry] = attrs.evolve(outbox[entry], **values)
        return outbox[entry]

    def _done(self, entry: int, at: datetime, answer: str | None) -> bool:
        self._change(entry, done_at=utc(at), available_at=None, worker=None, last_error=None, answer=answer)
        return True

    def _held(self, entry: int, worker: str) -> OutboxRow | None:
        row = self._access.write().outbox.get(entry)
        return row if row is not None and row.worker == worker and row.done_at is None else None


def _is_due(row: OutboxRow, now: datetime) -> bool:
    return row.available_at is not None and not is_leased(row.available_at, now)


def _is_behind(entry: int, row: OutboxRow, rows: dict[int, OutboxRow], now: datetime) -> bool:
    """Return whether an earlier entry of the same case is not delivered and not due."""
    return any(
        other < entry and earlier.case == row.case and earlier.done_at is None and not _is_due(earlier, now)
        for other, earlier in rows.items()
    )


def _is_given_up(row: OutboxRow) -> bool:
    return row.available_at is None and row.done_at is None


def _entry(entry: int, row: OutboxRow, leased_until: datetime | None = None) -> OutboxEntry:
    event = readable_event(row.event)
    return OutboxEntry(
        id=entry,
        event=event,
        unreadable=StoredValueError.code if event is None else None,
        target=row.target,
        case=row.case,
        message=row.message,
        recipient=row.recipient,
        attempts=row.attempts,
        written_at=row.written_at,
        leased_until=leased_until,
        last_error=row.last_error,
        due_at=row.available_at,
        done_at=row.done_at,
        answer=row.answer,
    )
