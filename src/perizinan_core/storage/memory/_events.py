"""History and outbox in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.storage import StoredValueError
from perizinan_core.model._events import Event
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import Backoff, OutboxCounts, OutboxEntry, is_leased
from perizinan_core.storage.memory._state import Access, OutboxRow, utc

__all__ = ["MemoryHistory", "MemoryOutbox"]

_BACKOFF = Backoff()


class MemoryHistory:
    """Implements `perizinan_core.storage._ports.History`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, events: Iterable[Event]) -> None:
        """See the port."""
        state = self._access.write()
        for event in events:
            state.history[event.subject] = (*state.history.get(event.subject, ()), _copy(event))

    def of(self, subject: str) -> tuple[Event, ...]:
        """See the port."""
        return tuple(_copy(event) for event in self._access.read().history.get(subject, ()))

    def part(
        self, subject: str, *, after: int | None = None, limit: int = 50, newest_first: bool = False
    ) -> tuple[tuple[int, Event], ...]:
        """See the port."""
        found = list(enumerate(self.of(subject), 1))
        if newest_first:
            found = [item for item in reversed(found) if after is None or item[0] < after]
        else:
            found = [item for item in found if item[0] > (after or 0)]
        return tuple(found[:limit])


class MemoryOutbox:
    """Implements `perizinan_core.storage._ports.Outbox`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, events: Iterable[Event], *, at: datetime) -> None:
        """See the port."""
        state = self._access.write()
        for event in events:
            state.outbox_last += 1
            row = OutboxRow(event=_copy(event), written_at=utc(at), available_at=utc(at))
            state.outbox[state.outbox_last] = row

    def claim(
        self, worker: str, *, now: datetime, lease: timedelta, limit: int = 100, max_attempts: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        state = self._access.write()
        due = sorted(
            (row.available_at, entry)
            for entry, row in state.outbox.items()
            if row.available_at is not None and not is_leased(row.available_at, now)
        )
        claimed = []
        for _, entry in due[:limit]:
            row = state.outbox[entry]
            if row.attempts >= max_attempts:
                state.outbox[entry] = attrs.evolve(
                    row, available_at=None, worker=None, last_error="worker-died"
                )
                continue
            changed = attrs.evolve(
                row, available_at=utc(now + lease), worker=worker, attempts=row.attempts + 1
            )
            state.outbox[entry] = changed
            claimed.append(_entry(entry, changed, leased_until=now + lease))
        return tuple(claimed)

    def is_due(self, *, now: datetime) -> bool:
        """See the port."""
        rows = self._access.read().outbox.values()
        return any(row.available_at is not None and not is_leased(row.available_at, now) for row in rows)

    def mark_done(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is None:
            return False
        done = attrs.evolve(row, done_at=utc(at), available_at=None, worker=None, last_error=None)
        self._access.write().outbox[entry] = done
        return True

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = _BACKOFF
    ) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is None:
            return False
        pause = backoff.delay(row.attempts)
        available = None if pause is None else utc(at) + pause
        changed = attrs.evolve(row, available_at=available, worker=None, last_error=error[:500])
        self._access.write().outbox[entry] = changed
        return True

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        rows = sorted(self._access.read().outbox.items())
        return tuple(_entry(entry, row) for entry, row in rows if row.available_at is not None)[:limit]

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        rows = sorted(self._access.read().outbox.items())
        return tuple(_entry(entry, row) for entry, row in rows if _is_given_up(row))[:limit]

    def revive(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        state = self._access.write()
        row = state.outbox.get(entry)
        if row is None or not _is_given_up(row):
            return False
        state.outbox[entry] = attrs.evolve(row, available_at=utc(at), attempts=0)
        return True

    def counts(self) -> OutboxCounts:
        """See the port."""
        rows = self._access.read().outbox.values()
        waiting = [row.written_at for row in rows if row.available_at is not None]
        return OutboxCounts(
            waiting=len(waiting),
            given_up=sum(1 for row in rows if _is_given_up(row)),
            oldest_waiting=min(waiting, default=None),
        )

    def forget_done(self, *, before: datetime) -> int:
        """See the port."""
        state = self._access.write()
        old = [
            entry for entry, row in state.outbox.items() if row.done_at is not None and row.done_at < before
        ]
        for entry in old:
            del state.outbox[entry]
        return len(old)

    def _held(self, entry: int, worker: str) -> OutboxRow | None:
        row = self._access.write().outbox.get(entry)
        return row if row is not None and row.worker == worker and row.done_at is None else None


def _is_given_up(row: OutboxRow) -> bool:
    return row.available_at is None and row.done_at is None


def _entry(entry: int, row: OutboxRow, leased_until: datetime | None = None) -> OutboxEntry:
    event = _read(row.event)
    return OutboxEntry(
        id=entry,
        event=event,
        unreadable=StoredValueError.code if event is None else None,
        attempts=row.attempts,
        written_at=row.written_at,
        leased_until=leased_until,
        last_error=row.last_error,
    )


def _read(event: Event) -> Event | None:
    """Return a copy, or None for one that this version cannot read."""
    try:
        return _copy(event)
    except StoredValueError:
        return None


def _copy(event: Event) -> Event:
    """Store and load: what cannot be stored fails, and no one shares the mutable data."""
    data = json.loads(json.dumps(encode(event), allow_nan=False))
    return decode(Event, data, name="record", id=event.subject)
