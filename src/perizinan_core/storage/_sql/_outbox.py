"""The outbox in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

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
    over_spans,
)
from perizinan_core.storage._sql._events import readable_event
from perizinan_core.storage._sql._listing import Ordered, page_of
from perizinan_core.storage._sql._seals import Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import in_span
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

    def add(self, items: Iterable[OutboxItem], *, at: datetime) -> tuple[int, ...]:
        """See the port."""
        self._session.check_writable()
        seals = self._session.seals
        rows = [
            {
                **seals.sealed(
                    outbox,
                    {
                        "event": self._session.foreseen.text(item.event),
                        "written_at": at,
                        "target": item.target,
                        "case_id": item.case,
                        "message": item.message or None,
                        "recipient": item.recipient or None,
                        "holder": item.holder or None,
                        "collect_at": item.collect_at,
                    },
                ),
                "available_at": at,
                "attempts": 0,
            }
            for item in items
        ]
        made = self._session.write(_INSERT, rows).all() if rows else ()
        for one, row in zip(made, rows, strict=True):
            seals.note(outbox, row_name(one.id), Mark(row["seal"]))
            self._session.notes.targets.add(row["target"] or MESSAGES)
        return tuple(one.id for one in made)

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
        self._session.check_writable()
        rows = {row.id: row for row in self._found(target, now, limit, in_order=in_order, holder=holder)}
        due = [_delivery(row) for row in rows.values()]
        others = self._open_of_cases(target, {one.case for one in due}) if in_order and due else ()
        claim = rules.claim_of(due, others, limit=limit, max_attempts=max_attempts, in_order=in_order)
        self._change_all(claim.died, rules.died())
        taken = rules.claimed(outbox.c.attempts, worker=worker, now=now, lease=lease)
        self._change_all(claim.claimed, taken)
        return self._entries(
            [rows[one.id] for one in claim.claimed], more_attempts=1, leased_until=taken["available_at"]
        )

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

    def holders_due(self, target: str, *, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """See the port."""
        since = sa.func.min(outbox.c.collect_at)
        found: list[str] = []
        for span in collected_spans(now):
            due = in_span(outbox.c.collect_at, span), *_standing(rules.WAITING)
            query = sa.select(outbox.c.holder).where(outbox.c.target == target, *due)
            query = query.group_by(outbox.c.holder).order_by(since, outbox.c.holder).limit(limit)
            found += [row.holder or "" for row in self._session.read(query)]
        return tuple(dict.fromkeys(found))[:limit]

    def mark_collected(self, entry: int, *, worker: str, at: datetime, into: int) -> bool:
        """See the port."""
        return self._done(_held(entry, worker), entry, rules.collected(at=at, into=into))

    def mark_done(self, entry: int, *, worker: str, at: datetime, answer: str | None = None) -> bool:
        """See the port."""
        return self._done(_held(entry, worker), entry, rules.done(at=at, answer=answer))

    def mark_failed(
        self, entry: int, *, worker: str, at: datetime, error: str, backoff: Backoff = _BACKOFF
    ) -> bool:
        """See the port."""
        self._session.check_writable()
        query = self._session.locked(sa.select(outbox.c.attempts).where(*_held(entry, worker)))
        row = self._session.first(query)
        if row is None:
            return False
        change = rules.failed(row.attempts, at=at, error=error, backoff=backoff)
        self._session.write(outbox.update().where(outbox.c.id == entry).values(change))
        return True

    def release(self, entry: int, *, worker: str, at: datetime) -> bool:
        """See the port."""
        change = rules.released(outbox.c.attempts, at=at)
        query = outbox.update().where(*_held(entry, worker)).values(change)
        return self._session.write(query).rowcount == 1

    def waiting(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(*_standing(rules.WAITING)).order_by(outbox.c.id)
        return self._entries(self._session.read(query.limit(limit)))

    def given_up(self, *, limit: int = 100) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(*_standing(rules.GIVEN_UP)).order_by(outbox.c.id).limit(limit)
        return self._entries(self._session.read(query))

    def find(
        self, filter: OutboxFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[OutboxEntry, ...]:
        """See the port."""
        row = outbox.c
        targets = [sa.true()] if filter.target is None else list(_of(filter.target))
        after = None if before is None else str(before)
        # Compared in any case: what was delivered is nearly all, and is looked through from its end.
        conditions = [row.id >= 0, *_wanted(filter)]
        ids, _ = page_of(self._session, Ordered(row.id), conditions, [targets], limit=limit, after=after)
        rows = self._session.read(sa.select(outbox).where(row.id.in_(ids))) if ids else ()
        return self._entries(sorted(rows, key=lambda one: -one.id))

    def named(self, entries: Collection[int]) -> tuple[OutboxEntry, ...]:
        """See the port."""
        query = sa.select(outbox).where(outbox.c.id.in_(entries)).order_by(outbox.c.id)
        return self._entries(self._session.read(query)) if entries else ()

    def revive(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        mine = outbox.c.id == entry, *_standing(rules.GIVEN_UP)
        return self._session.write(outbox.update().where(*mine).values(rules.revived(at=at))).rowcount == 1

    def drop(self, entry: int, *, at: datetime) -> bool:
        """See the port."""
        return self._done((outbox.c.id == entry, *_standing(rules.OPEN)), entry, rules.dropped(at=at))

    def withdraw(self, target: str, case: str) -> int:
        """See the port."""
        mine = outbox.c.case_id == case, outbox.c.target == target, *_standing(rules.OPEN)
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
        waits, given_up = sa.and_(*_standing(rules.WAITING)), sa.and_(*_standing(rules.GIVEN_UP))
        query = (
            sa.select(
                outbox.c.target,
                sa.func.count(sa.case((waits, 1))).label("waiting"),
                sa.func.count(sa.case((given_up, 1))).label("given_up"),
                sa.func.min(sa.case((waits, outbox.c.written_at))).label("oldest"),
            )
            .where(*_standing(rules.OPEN))
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
                given_up=known.given_up + row.given_up,
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

    def _done(self, mine: Sequence[sa.ColumnElement[bool]], entry: int, change: Mapping[str, Any]) -> bool:
        done = self._session.write(outbox.update().where(*mine).values(change)).rowcount == 1
        if done:
            self._session.seals.note(outbox, row_name(entry), None)
        return done

    def _change_all(self, entries: Sequence[rules.Delivery], change: Mapping[str, Any]) -> None:
        if entries:
            mine = outbox.c.id.in_([entry.id for entry in entries])
            self._session.write(outbox.update().where(mine).values(change))

    def _found(
        self, target: str, now: datetime, limit: int, *, in_order: bool, holder: str | None
    ) -> list[sa.Row[Any]]:
        entry = outbox.c
        rows: list[sa.Row[Any]] = []
        for mine in _of(target):
            for due in _due(now):
                query = sa.select(outbox).where(mine, due)
                if in_order:
                    query = query.where(~_is_behind(now)).order_by(entry.id)
                else:
                    query = query.order_by(entry.available_at, entry.id)
                if holder is not None:
                    query = query.where(entry.holder == holder)
                # Those of a holder are waited for: who skipped some would make a second message of the rest.
                query = self._session.locked(query.limit(limit - len(rows)), skip=holder is None)
                rows += self._session.read(query) if len(rows) < limit else []
        return rows

    def _open_of_cases(self, target: str, cases: Collection[str | None]) -> list[rules.Delivery]:
        mine = outbox.c.case_id.in_(cases), outbox.c.target == target, *_standing(rules.OPEN)
        entry = outbox.c
        query = sa.select(entry.id, entry.case_id, entry.attempts, entry.available_at).where(*mine)
        return [_delivery(row) for row in self._session.read(query)]

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
                    holder=row.holder or "",
                    collect_at=row.collect_at,
                    collected_into=row.collected_into,
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


def _delivery(row: Any) -> rules.Delivery:
    return rules.Delivery(row.id, row.case_id, row.attempts, row.available_at)


def _wanted(filter: OutboxFilter) -> Iterator[sa.ColumnElement[bool]]:
    if filter.state is not None:
        yield from _standing(rules.STANDINGS[filter.state])
    if filter.case is not None:
        yield outbox.c.case_id == filter.case


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is due; several questions, because each is a range of the index."""
    return tuple(in_span(outbox.c.available_at, span) for span in over_spans(now))


def _standing(
    standing: Mapping[str, bool], table: sa.FromClause = outbox
) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the condition that an entry stands so, see `storage._delivery_rules`."""
    return tuple(
        table.c[name].is_not(None) if holds else table.c[name].is_(None) for name, holds in standing.items()
    )


def _of(target: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what goes to a target; two questions for messages, of which old ones name none."""
    yield outbox.c.target == target
    if target == MESSAGES:
        yield outbox.c.target.is_(None)


def _is_behind(now: datetime) -> sa.ColumnElement[bool]:
    """Return whether an earlier open entry of the same case and target is not due, so that no limit is used up."""
    earlier = outbox.alias("earlier")
    from_when = earlier.c.available_at
    is_due = sa.or_(*(in_span(from_when, span) for span in over_spans(now)))
    return (
        sa.exists()
        .where(
            earlier.c.case_id == outbox.c.case_id,
            earlier.c.id < outbox.c.id,
            earlier.c.target == outbox.c.target,
            *_standing(rules.OPEN, earlier),
            sa.or_(from_when.is_(None), sa.not_(is_due)),
        )
        .correlate(outbox)
    )


def _held(entry: int, worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.id == entry, outbox.c.worker == worker, *_standing(rules.OPEN)
