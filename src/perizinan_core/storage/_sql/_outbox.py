"""The outbox in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from perizinan_core.storage._records import (
    FARTHEST,
    MESSAGES,
    Backoff,
    OutboxCounts,
    OutboxEntry,
    OutboxItem,
    TargetCounts,
    consumer_target,
)
from perizinan_core.storage._sql._events import dump_event, readable_event
from perizinan_core.storage._sql._seals import Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import outbox

__all__ = ["SqlOutbox"]

_BACKOFF = Backoff()
_INSERT = outbox.insert().returning(outbox.c.id, sort_by_parameter_order=True)


class SqlOutbox:
    """
    Implements `perizinan_core.storage._ports.Outbox`.

    ``available_at`` says from when on an entry may be claimed; a claim moves it to the end of the lease.
    Delivered and given-up entries have none.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, items: Iterable[OutboxItem], *, at: datetime) -> None:
        """See the port."""
        self._session.check_writable()
        seals = self._session.seals
        rows = [
            {
                **seals.sealed(
                    outbox,
                    {
                        "event": dump_event(item.event),
                        "written_at": at,
                        "target": item.target,
                        "case_id": item.case,
                        "message": item.message or None,
                        "recipient": item.recipient or None,
                    },
                ),
                "available_at": at,
                "attempts": 0,
            }
            for item in items
        ]
        if rows:
            for made, row in zip(self._session.write(_INSERT, rows).all(), rows, strict=True):
                seals.note(outbox, row_name(made.id), Mark(row["seal"]))

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
        self._session.check_writable()
        rows = self._found(target, now, limit, in_order=in_order)
        deadly = [row.id for row in rows if row.attempts >= max_attempts]
        chosen = [row for row in rows if row.attempts < max_attempts]
        if in_order:
            chosen = self._in_order(target, chosen)
        entry = outbox.c
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

    def due_targets(self, *, now: datetime) -> tuple[str, ...]:
        """See the port."""
        # Not the column itself: for its different values SQLite would walk the index that begins with it.
        target = sa.func.coalesce(outbox.c.target, MESSAGES)
        found = {
            row[0] for due in _due(now) for row in self._session.read(sa.select(target).where(due).distinct())
        }
        return tuple(sorted(found))

    def mark_done(self, entry: int, *, worker: str, at: datetime, answer: str | None = None) -> bool:
        """See the port."""
        return self._done(_held(entry, worker), entry, at, answer)

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

    def release(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        change = {"available_at": at, "worker": None, "attempts": outbox.c.attempts - 1}
        query = outbox.update().where(*_held(entry, worker)).values(change)
        return self._session.write(query).rowcount == 1

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

    def drop(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        return self._done((outbox.c.id == entry, outbox.c.done_at.is_(None)), entry, at, "dropped")

    def withdraw(self, target: str, case: str) -> int:
        """See the port."""
        mine = outbox.c.case_id == case, outbox.c.target == target, outbox.c.done_at.is_(None)
        gone = self._session.write(outbox.delete().where(*mine).returning(outbox.c.id)).all()
        for row in gone:
            self._session.seals.note(outbox, row_name(row.id), None)
        return len(gone)

    def of_case(self, case: str) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(outbox.c.case_id == case).order_by(outbox.c.id)
        return self._entries(self._session.read(query))

    def counts(self) -> OutboxCounts:
        """See the port."""
        found = self.by_target()
        oldest = (item.oldest_waiting for item in found if item.oldest_waiting is not None)
        return OutboxCounts(
            waiting=sum(item.waiting for item in found),
            given_up=sum(item.given_up for item in found),
            oldest_waiting=min(oldest, default=None),
        )

    def by_target(self) -> tuple[TargetCounts, ...]:
        """See the port."""
        waits = outbox.c.available_at.is_not(None)
        query = (
            sa.select(
                outbox.c.target,
                sa.func.count(outbox.c.available_at).label("waiting"),
                sa.func.count().label("all"),
                sa.func.min(sa.case((waits, outbox.c.written_at))).label("oldest"),
            )
            .where(outbox.c.done_at.is_(None))
            .group_by(outbox.c.target)
        )
        found: dict[str, TargetCounts] = {}
        for row in self._session.read(query):
            target = row.target or MESSAGES
            known = found.get(target) or TargetCounts(
                target=target, waiting=0, given_up=0, oldest_waiting=None
            )
            oldest = [item for item in (known.oldest_waiting, row.oldest) if item is not None]
            found[target] = TargetCounts(
                target=target,
                waiting=known.waiting + row.waiting,
                given_up=known.given_up + row.all - row.waiting,
                oldest_waiting=min(oldest, default=None),
            )
        return tuple(found[target] for target in sorted(found))

    def forget_done(self, *, before: datetime, consumed: bool | None = None, limit: int = 1000) -> int:
        """See the port."""
        old = sa.select(outbox.c.id).where(outbox.c.done_at < before)
        if consumed is not None:
            mine = outbox.c.target.startswith(consumer_target(""), autoescape=True)
            old = old.where(mine if consumed else sa.or_(outbox.c.target.is_(None), ~mine))
        chosen = [row.id for row in self._session.read(old.order_by(outbox.c.done_at).limit(limit))]
        if not chosen:
            return 0
        return self._session.write(outbox.delete().where(outbox.c.id.in_(chosen))).rowcount

    def _done(
        self, mine: Sequence[sa.ColumnElement[bool]], entry: int, at: datetime, answer: str | None
    ) -> bool:
        change = {"done_at": at, "available_at": None, "worker": None, "last_error": None, "answer": answer}
        done = self._session.write(outbox.update().where(*mine).values(change)).rowcount == 1
        if done:
            self._session.seals.note(outbox, row_name(entry), None)
        return done

    def _found(self, target: str, now: datetime, limit: int, *, in_order: bool) -> list[sa.Row[Any]]:
        entry = outbox.c
        rows: list[sa.Row[Any]] = []
        for mine in _of(target):
            for due in _due(now):
                query = sa.select(outbox).where(mine, due)
                if in_order:
                    query = query.where(~_is_behind(now)).order_by(entry.id)
                else:
                    query = query.order_by(entry.available_at, entry.id)
                query = self._session.locked(query.limit(limit - len(rows)), skip=True)
                rows += self._session.read(query) if len(rows) < limit else []
        return rows

    def _in_order(self, target: str, rows: Sequence[sa.Row[Any]]) -> list[sa.Row[Any]]:
        """Leave out what stands behind an entry that another worker has at this moment."""
        if not rows:
            return []
        open_: dict[str, list[int]] = defaultdict(list)
        mine = outbox.c.case_id.in_({row.case_id for row in rows}), outbox.c.target == target
        query = sa.select(outbox.c.case_id, outbox.c.id).where(*mine, outbox.c.done_at.is_(None))
        for row in self._session.read(query):
            open_[row.case_id].append(row.id)
        chosen = {row.id for row in rows}
        return [
            row
            for row in sorted(rows, key=lambda row: row.id)
            if all(other in chosen for other in open_[row.case_id] if other < row.id)
        ]

    def _entries(
        self, rows: Sequence[sa.Row[Any]], *, more_attempts: int = 0, leased_until: datetime | None = None
    ) -> tuple[OutboxEntry, ...]:
        """Return the entries of rows; one that is not as it was written comes without its event."""
        sound = {row.id for row in self._session.seals.sound(outbox, rows)}
        found = []
        for row in rows:
            event, unreadable = readable_event(row) if row.id in sound else (None, "record-not-as-written")
            found.append(
                OutboxEntry(
                    id=row.id,
                    event=event,
                    unreadable=unreadable,
                    target=row.target or MESSAGES,
                    case=row.case_id or "",
                    message=row.message or "",
                    recipient=row.recipient or "",
                    attempts=row.attempts + more_attempts,
                    written_at=row.written_at,
                    leased_until=leased_until,
                    last_error=row.last_error,
                    due_at=row.available_at,
                    done_at=row.done_at,
                    answer=row.answer,
                )
            )
        return tuple(found)


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is due, and what a wrong clock put off; two questions, because each is a range of the index."""
    from_when = outbox.c.available_at
    return from_when <= now, from_when > now + FARTHEST


def _of(target: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what goes to a target; two questions for messages, of which old ones name none."""
    yield outbox.c.target == target
    if target == MESSAGES:
        yield outbox.c.target.is_(None)


def _is_behind(now: datetime) -> sa.ColumnElement[bool]:
    """Return whether an earlier entry of the same case and target is not delivered and not due."""
    earlier = outbox.alias("earlier")
    waits = sa.and_(earlier.c.available_at > now, earlier.c.available_at <= now + FARTHEST)
    return (
        sa.exists()
        .where(
            earlier.c.case_id == outbox.c.case_id,
            earlier.c.id < outbox.c.id,
            earlier.c.target == outbox.c.target,
            earlier.c.done_at.is_(None),
            sa.or_(earlier.c.available_at.is_(None), waits),
        )
        .correlate(outbox)
    )


def _held(entry: int, worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.id == entry, outbox.c.worker == worker, outbox.c.done_at.is_(None)


def _given_up() -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.available_at.is_(None), outbox.c.done_at.is_(None)
