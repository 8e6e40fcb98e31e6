"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.storage import StoredValueError
from perizinan_core.storage import _delivery_rules as rules
from perizinan_core.storage._records import (
    MESSAGES,
    Backoff,
    OutboxCounts,
    OutboxEntry,
    OutboxFilter,
    OutboxItem,
    TargetCounts,
    collected_spans,
    consumer_target,
)
from perizinan_core.storage.memory._events import copied_event, readable_event
from perizinan_core.storage.memory._state import Access, OutboxRow, utc

__all__ = ["MemoryOutbox"]

_BACKOFF = Backoff()


class MemoryOutbox:
    """Implements `perizinan_core.storage._ports.Outbox`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, items: Iterable[OutboxItem], *, at: datetime) -> tuple[int, ...]:
        """See the port."""
        state = self._access.write()
        added = []
        for item in items:
            self._access.notes.targets.add(item.target)
            state.outbox_last += 1
            state.outbox[state.outbox_last] = OutboxRow(
                event=copied_event(item.event),
                written_at=utc(at),
                available_at=utc(at),
                target=item.target,
                case=item.case,
                message=item.message,
                recipient=item.recipient,
                holder=item.holder,
                collect_at=None if item.collect_at is None else utc(item.collect_at),
            )
            added.append(state.outbox_last)
        return tuple(added)

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
        holder: str | None = None,
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        state = self._access.write()
        open_ = [
            rules.Delivery(entry, row.case, row.attempts, row.available_at)
            for entry, row in state.outbox.items()
            if row.target == target and holder in (None, row.holder) and rules.fits(row, rules.OPEN)
        ]
        due = [one for one in open_ if rules.is_due(one.available_at, now)]
        claim = rules.claim_of(due, open_, limit=limit, max_attempts=max_attempts, in_order=in_order)
        for one in claim.died:
            self._change(one.id, rules.died())
        return tuple(
            _entry(
                one.id,
                self._change(one.id, rules.claimed(one.attempts, worker=worker, now=now, lease=lease)),
                leased_until=now + lease,
            )
            for one in claim.claimed
        )

    def is_due(self, *, now: datetime) -> bool:
        """See the port."""
        return bool(self.due_targets(now=now))

    def due_targets(self, *, now: datetime) -> tuple[str, ...]:
        """See the port."""
        rows = self._access.read().outbox.values()
        return tuple(sorted({row.target for row in rows if rules.is_due(row.available_at, now)}))

    def holders_due(self, target: str, *, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """See the port."""
        due = [
            row
            for row in self._access.read().outbox.values()
            if row.target == target
            and rules.fits(row, rules.WAITING)
            and any(
                row.collect_at is not None and span.holds(row.collect_at) for span in collected_spans(now)
            )
        ]
        due.sort(key=lambda row: (row.collect_at, row.holder))
        return tuple(dict.fromkeys(row.holder for row in due))[:limit]

    def mark_collected(self, entry: int, *, worker: str, at: datetime, into: int) -> bool:
        """See the port."""
        held = self._held(entry, worker) is not None
        if held:
            self._change(entry, rules.collected(at=at, into=into))
        return held

    def mark_done(self, entry: int, *, worker: str, at: datetime, answer: str | None = None) -> bool:
        """See the port."""
        held = self._held(entry, worker) is not None
        if held:
            self._change(entry, rules.done(at=at, answer=answer))
        return held

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = _BACKOFF
    ) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is None:
            return False
        self._change(entry, rules.failed(row.attempts, at=at, error=error, backoff=backoff))
        return True

    def release(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        row = self._held(entry, worker)
        if row is not None:
            self._change(entry, rules.released(row.attempts, at=at))
        return row is not None

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if rules.fits(item[1], rules.WAITING))[:limit]

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if rules.fits(item[1], rules.GIVEN_UP))[:limit]

    def find(
        self, filter: OutboxFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        found = (
            _entry(entry, row)
            for entry, row in sorted(self._access.read().outbox.items(), reverse=True)
            if (before is None or entry < before) and _is_wanted(row, filter)
        )
        return tuple(found)[:limit]

    def named(self, entries: Collection[int]) -> tuple[OutboxEntry, ...]:
        """See the port."""
        return tuple(_entry(*item) for item in self._rows() if item[0] in entries)

    def revive(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        row = self._access.write().outbox.get(entry)
        if row is None or not rules.fits(row, rules.GIVEN_UP):
            return False
        self._change(entry, rules.revived(at=at))
        return True

    def drop(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        row = self._access.write().outbox.get(entry)
        if row is None or not rules.fits(row, rules.OPEN):
            return False
        self._change(entry, rules.dropped(at=at))
        return True

    def withdraw(self, target: str, case: str) -> int:
        """See the port."""
        state = self._access.write()
        gone = [
            entry
            for entry, row in state.outbox.items()
            if (row.target, row.case) == (target, case) and rules.fits(row, rules.OPEN)
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
        waiting = [row.written_at for row in rows if rules.fits(row, rules.WAITING)]
        return OutboxCounts(
            waiting=len(waiting),
            given_up=sum(1 for row in rows if rules.fits(row, rules.GIVEN_UP)),
            oldest_waiting=min(waiting, default=None),
        )

    def by_target(self) -> tuple[TargetCounts, ...]:
        """See the port."""
        rows = [row for row in self._access.read().outbox.values() if rules.fits(row, rules.OPEN)]
        return tuple(
            _counted(target, [row for row in rows if row.target == target])
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

    def _change(self, entry: int, values: Mapping[str, Any]) -> OutboxRow:
        outbox = self._access.write().outbox
        stored: dict[str, Any] = {
            name: utc(value) if isinstance(value, datetime) else value for name, value in values.items()
        }
        outbox[entry] = attrs.evolve(outbox[entry], **stored)
        return outbox[entry]

    def _held(self, entry: int, worker: str) -> OutboxRow | None:
        row = self._access.write().outbox.get(entry)
        return row if row is not None and row.worker == worker and rules.fits(row, rules.OPEN) else None


def _counted(target: str, rows: Sequence[OutboxRow]) -> TargetCounts:
    waiting = [row.written_at for row in rows if rules.fits(row, rules.WAITING)]
    return TargetCounts(
        target=target,
        waiting=len(waiting),
        given_up=sum(1 for row in rows if rules.fits(row, rules.GIVEN_UP)),
        oldest_waiting=min(waiting, default=None),
    )


def _is_wanted(row: OutboxRow, filter: OutboxFilter) -> bool:
    return (
        (filter.state is None or rules.fits(row, rules.STANDINGS[filter.state]))
        and filter.target in (None, row.target)
        and filter.case in (None, row.case)
    )


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
        holder=row.holder,
        collect_at=row.collect_at,
        collected_into=row.collected_into,
        attempts=row.attempts,
        written_at=row.written_at,
        leased_until=leased_until,
        last_error=row.last_error,
        due_at=row.available_at,
        done_at=row.done_at,
        answer=row.answer,
    )
