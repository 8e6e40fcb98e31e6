"""History and outbox in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError, StorageError, StoredValueError
from perizinan_core.model._events import Event
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import FARTHEST, Backoff, OutboxCounts, OutboxEntry
from perizinan_core.storage._sql._seals import Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import history, outbox

__all__ = ["SqlHistory", "SqlOutbox", "event_rows", "history_problem"]

_BACKOFF = Backoff()


class SqlHistory:
    """
    Implements `perizinan_core.storage._ports.History`.

    Each event has its position in the history of its subject, and the mark of the history says how many there
    are: an event that is missing, added or exchanged is noticed. Events are written when the unit of work
    commits, one subject after the other, so that two units never wait for each other.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[str, list[Event]] = {}

    def add(self, events: Iterable[Event]) -> None:
        """See the port."""
        self._session.check_writable()
        for event in events:
            self._waiting.setdefault(event.subject, []).append(event)

    def of(self, subject: str) -> tuple[Event, ...]:
        """See the port."""
        self.flush()
        query = sa.select(history).where(history.c.subject == subject).order_by(history.c.position)
        rows = self._session.read(query)
        problem = history_problem(self._session, subject, rows)
        if problem is not None:
            raise _not_as_written(subject, problem)
        return tuple(_load(row) for row in rows)

    def part(
        self, subject: str, *, after: int | None = None, limit: int = 50, newest_first: bool = False
    ) -> tuple[tuple[int, Event], ...]:
        """See the port."""
        self.flush()
        name, place = row_name(subject), history.c.position
        mark = self._session.seals.marks_of(history, [name]).get(name, Mark(None, 0))
        first = (
            (mark.size if newest_first else 1)
            if after is None
            else (after - 1 if newest_first else after + 1)
        )
        step = -1 if newest_first else 1
        query = sa.select(history).where(
            history.c.subject == subject, place <= first if newest_first else place >= first
        )
        rows = self._session.read(query.order_by(place.desc() if newest_first else place).limit(limit))
        # The mark says how many there are, and what the last one is: of a part the same can be known.
        expected = [first + step * number for number in range(limit)]
        expected = [number for number in expected if 1 <= number <= mark.size]
        if any(True for _ in self._session.seals.problems(history, rows)):
            raise _not_as_written(subject, "changed")
        if [row.position for row in rows] != expected:
            raise _not_as_written(subject, "removed")
        if any(row.position == mark.size and row.seal != mark.row_seal for row in rows):
            raise _not_as_written(subject, "put-back")
        return tuple((row.position, _load(row)) for row in rows)

    def flush(self) -> None:
        """Write the events that were added."""
        waiting, self._waiting = self._waiting, {}
        for subject in sorted(waiting):
            self._append(subject, waiting[subject])

    def _append(self, subject: str, events: Sequence[Event]) -> None:
        session, name = self._session, row_name(subject)
        session.wait_for(f"history/{name}")
        mark = session.seals.marks_of(history, [name]).get(name, Mark(None, 0))
        rows = event_rows(session, subject, events, after=mark.size)
        session.write(history.insert(), rows)
        session.seals.note(history, name, Mark(rows[-1]["seal"], mark.size + len(rows)))


def event_rows(
    session: Session, subject: str, events: Sequence[Event], *, after: int
) -> list[dict[str, Any]]:
    """Return the sealed rows of events that follow so many others of their subject."""
    return [
        session.seals.sealed(
            history,
            {
                "subject": subject,
                "kind": event.kind.value,
                "at": event.at,
                "event": _dump(event),
                "position": position,
            },
        )
        for position, event in enumerate(events, after + 1)
    ]


def _not_as_written(subject: str, problem: str) -> SealBrokenError:
    return SealBrokenError(
        "record-not-as-written",
        table=history.name,
        row=row_name(subject),
        column="seal",
        fault=problem,
    )


def history_problem(session: Session, subject: str, rows: Sequence[Any]) -> str | None:
    """Return what happened to a history outside the library, or None; ``rows`` are in order."""
    if any(True for _ in session.seals.problems(history, rows)):
        return "changed"
    name = row_name(subject)
    mark = session.seals.marks_of(history, [name]).get(name, Mark(None, 0))
    if [row.position for row in rows] != list(range(1, len(rows) + 1)) or len(rows) < mark.size:
        return "removed"
    return None if mark == Mark(rows[-1].seal if rows else None, len(rows)) else "put-back"


class SqlOutbox:
    """
    Implements `perizinan_core.storage._ports.Outbox`.

    ``available_at`` says from when on an entry may be claimed; a claim moves it to the end of the lease.
    Delivered and given-up entries have none.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Iterable[Event], *, at: datetime) -> None:
        """See the port."""
        self._session.check_writable()
        seals = self._session.seals
        rows = [
            {
                **seals.sealed(outbox, {"event": _dump(event), "written_at": at}),
                "available_at": at,
                "attempts": 0,
            }
            for event in events
        ]
        if rows:
            insert = outbox.insert().returning(outbox.c.id, sort_by_parameter_order=True)
            for made, row in zip(self._session.write(insert, rows).all(), rows, strict=True):
                seals.note(outbox, row_name(made.id), Mark(row["seal"]))

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
        return self._entries(chosen, more_attempts=1, leased_until=until)

    def is_due(self, *, now: datetime) -> bool:
        """See the port."""
        return any(self._session.first(sa.select(outbox.c.id).where(due).limit(1)) for due in _due(now))

    def mark_done(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        change = {"done_at": at, "available_at": None, "worker": None, "last_error": None}
        done = self._session.write(outbox.update().where(*_held(entry, worker)).values(change)).rowcount == 1
        if done:
            self._session.seals.note(outbox, row_name(entry), None)
        return done

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

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(outbox.c.available_at.is_not(None)).order_by(outbox.c.id)
        return self._entries(self._session.read(query.limit(limit)))

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(*_given_up()).order_by(outbox.c.id).limit(limit)
        return self._entries(self._session.read(query))

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

    def _entries(
        self, rows: Sequence[sa.Row[Any]], *, more_attempts: int = 0, leased_until: datetime | None = None
    ) -> tuple[OutboxEntry, ...]:
        """Return the entries of rows; one that is not as it was written comes without its event."""
        sound = {row.id for row in self._session.seals.sound(outbox, rows)}
        found = []
        for row in rows:
            event, unreadable = _event(row) if row.id in sound else (None, "record-not-as-written")
            found.append(
                OutboxEntry(
                    id=row.id,
                    event=event,
                    unreadable=unreadable,
                    attempts=row.attempts + more_attempts,
                    written_at=row.written_at,
                    leased_until=leased_until,
                    last_error=row.last_error,
                )
            )
        return tuple(found)

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
