"""History and outbox in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError, StoredValueError
from perizinan_core.model.events import Event
from perizinan_core.storage.codec import decode, encode
from perizinan_core.storage.records import FARTHEST, Backoff, OutboxCounts, OutboxEntry
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.tables import history, outbox

__all__ = ["SqlHistory", "SqlOutbox"]

_BACKOFF = Backoff()


class SqlHistory:
    """Implements `perizinan_core.storage.ports.History`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Iterable[Event]) -> None:
        """See the port."""
        self._session.check_writable()
        rows = [
            {"subject": event.subject, "kind": event.kind.value, "at": event.at, "event": _dump(event)}
            for event in events
        ]
        if rows:
            self._session.write(history.insert(), rows)

    def of(self, subject: str) -> tuple[Event, ...]:
        """See the port."""
        query = sa.select(history.c.id, history.c.event).where(history.c.subject == subject)
        return tuple(_load(row) for row in self._session.read(query.order_by(history.c.id)))


class SqlOutbox:
    """
    Implements `perizinan_core.storage.ports.Outbox`.

    ``available_at`` says from when on an entry may be claimed; a claim moves it to the end of the lease.
    Delivered and given-up entries have none.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Iterable[Event], *, at: datetime) -> None:
        """See the port."""
        self._session.check_writable()
        rows = [
            {"event": _dump(event), "written_at": at, "available_at": at, "attempts": 0} for event in events
        ]
        if rows:
            self._session.write(outbox.insert(), rows)

    def claim(
        self, worker: str, *, now: datetime, lease: timedelta, limit: int = 100, max_attempts: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        self._session.check_writable()
        entry = outbox.c
        rows: list[sa.Row[Any]] = []
        for due in _due(now):
            query = sa.select(outbox).where(due).order_by(entry.available_at, entry.id)
            query = self._session.locked(query.limit(limit - len(rows)), skip=True)
            rows += self._session.read(query) if len(rows) < limit else []
        deadly = [row.id for row in rows if row.attempts >= max_attempts]
        chosen = [row for row in rows if row.attempts < max_attempts]
        if deadly:
            given_up = {"available_at": None, "worker": None, "last_error": "worker-died"}
            self._session.write(outbox.update().where(entry.id.in_(deadly)).values(given_up))
        if not chosen:
            return ()
        until = now + lease
        change = {"available_at": until, "worker": worker, "attempts": entry.attempts + 1}
        self._session.write(outbox.update().where(entry.id.in_([row.id for row in chosen])).values(change))
        return tuple(_entry(row, attempts=row.attempts + 1, leased_until=until) for row in chosen)

    def is_due(self, *, now: datetime) -> bool:
        """See the port."""
        return any(self._session.first(sa.select(outbox.c.id).where(due).limit(1)) for due in _due(now))

    def mark_done(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        change = {"done_at": at, "available_at": None, "worker": None, "last_error": None}
        return self._session.write(outbox.update().where(*_held(entry, worker)).values(change)).rowcount == 1

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = _BACKOFF
    ) -> bool:
        """See the port."""
        self._session.check_writable()
        query = self._session.locked(sa.select(outbox.c.attempts).where(*_held(entry, worker)))
        row = self._session.first(query)
        if row is None:
            return False
        pause = backoff.delay(row.attempts)
        change = {
            "available_at": None if pause is None else at + pause,
            "worker": None,
            "last_error": error[:500],
        }
        self._session.write(outbox.update().where(outbox.c.id == entry).values(change))
        return True

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(*_given_up()).order_by(outbox.c.id).limit(limit)
        return tuple(_entry(row, attempts=row.attempts) for row in self._session.read(query))

    def revive(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        change = outbox.update().where(outbox.c.id == entry, *_given_up()).values(available_at=at, attempts=0)
        return self._session.write(change).rowcount == 1

    def counts(self) -> OutboxCounts:
        """See the port."""
        waiting = outbox.c.available_at.is_not(None)
        number = sa.select(sa.func.count()).select_from(outbox).where(waiting)
        oldest = sa.select(sa.func.min(outbox.c.written_at)).where(waiting)
        given_up = sa.select(sa.func.count()).select_from(outbox).where(*_given_up())
        return OutboxCounts(
            waiting=int(self._session.scalar(number)),
            given_up=int(self._session.scalar(given_up)),
            oldest_waiting=self._session.scalar(oldest),
        )

    def forget_done(self, *, before: datetime) -> int:
        """See the port."""
        return self._session.write(outbox.delete().where(outbox.c.done_at < before)).rowcount


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is due, and what a wrong clock put off; two questions, because each is a range of the index."""
    from_when = outbox.c.available_at
    return from_when <= now, from_when > now + FARTHEST


def _held(entry: int, worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.id == entry, outbox.c.worker == worker, outbox.c.done_at.is_(None)


def _given_up() -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.available_at.is_(None), outbox.c.done_at.is_(None)


def _entry(row: Any, *, attempts: int, leased_until: datetime | None = None) -> OutboxEntry:
    event, unreadable = _event(row)
    return OutboxEntry(
        id=row.id,
        event=event,
        unreadable=unreadable,
        attempts=attempts,
        written_at=row.written_at,
        leased_until=leased_until,
        last_error=row.last_error,
    )


def _event(row: Any) -> tuple[Event | None, str | None]:
    """Return the event of an entry, or what keeps this version from reading it."""
    try:
        return _load(row), None
    except (StorageError, ValueError) as error:
        return None, error.code if isinstance(error, StorageError) else StoredValueError.code


def _dump(event: Event) -> str:
    return json.dumps(encode(event), separators=(",", ":"), allow_nan=False)


def _load(row: Any) -> Event:
    return decode(Event, json.loads(row.event), name="record", id=str(row.id))
