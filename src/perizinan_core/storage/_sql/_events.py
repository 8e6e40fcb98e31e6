"""History in SQL; events as they stand in a row."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError, StorageError, StoredValueError
from perizinan_core.model._events import Event, EventKind
from perizinan_core.storage._codec import decode
from perizinan_core.storage._records import HistoryFilter, Page
from perizinan_core.storage._sql._listing import Ordered, any_of, choice, page_of
from perizinan_core.storage._sql._seals import Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import rows_with, the
from perizinan_core.storage._sql._tables import history

__all__ = ["SqlHistory", "event_rows", "history_problem", "load_event", "readable_event"]

_INSERT = history.insert()
_OF_SUBJECT = rows_with(history, "subject").order_by(history.c.position)

_log = logging.getLogger(__name__)


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
            self._session.notes.events.append(event)

    def of(self, subject: str) -> tuple[Event, ...]:
        """See the port."""
        self.flush()
        rows = self._session.read(_OF_SUBJECT, the(subject=subject))
        problem = history_problem(self._session, subject, rows)
        if problem is not None:
            raise _not_as_written(subject, problem)
        return tuple(_named(row) for row in rows)

    def since(
        self, moment: datetime, kinds: Collection[EventKind], *, after: str | None = None, limit: int = 500
    ) -> Page[Event]:
        """See the port."""
        self.flush()
        wanted = HistoryFilter(since=moment, kinds=frozenset(kinds))
        # No kind at all wants nothing here, and everything there.
        return self.find(wanted, after=after, limit=limit, newest_first=False) if kinds else Page(())

    def find(
        self, filter: HistoryFilter, *, after: str | None = None, limit: int = 50, newest_first: bool = True
    ) -> Page[Event]:
        """See the port."""
        self.flush()
        row = history.c
        order = Ordered(row.id, row.at, newest_first)
        ids, following = page_of(
            self._session, order, list(_wanted(filter)), _choices(filter), limit=limit, after=after
        )
        rows = self._session.read(sa.select(history).where(row.id.in_(ids))) if ids else ()
        place = {id_: number for number, id_ in enumerate(ids)}
        page = sorted(rows, key=lambda one: place[one.id])
        found = []
        for one in self._session.seals.sound(history, page):
            event, unreadable = readable_event(one)
            if event is None:
                _log.error("the event %s of %s was left out: %s", one.id, history.name, unreadable)
            elif filter.actor is None or event.actor == str(filter.actor):
                found.append(_with_name(event, one))
        return Page(tuple(found), following)

    def those_with(self, kind: EventKind, subjects: Collection[str]) -> frozenset[str]:
        """See the port."""
        self.flush()
        if not subjects:
            return frozenset()
        wanted = sa.and_(history.c.subject.in_(sorted(subjects)), _unindexed(history.c.kind) == kind.value)
        rows = self._session.read(sa.select(history).where(wanted))
        return frozenset(row.subject for row in self._session.seals.sound(history, rows))

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
        return tuple((row.position, _named(row)) for row in rows)

    def flush(self, *, at_end: bool = False) -> None:
        """
        Write the events that were added.

        Args:
            at_end: Nothing but marks and tally is written after them.
        """
        session = self._session
        waiting, self._waiting = self._waiting, {}
        names = {subject: row_name(subject) for subject in sorted(waiting)}
        for name in names.values():
            session.wait_for(f"history/{name}")
        marks = (session.seals.last_marks_of if at_end else session.seals.marks_of)(history, names.values())
        written: list[dict[str, Any]] = []
        for subject, name in names.items():
            mark = marks.get(name, Mark(None, 0))
            rows = event_rows(session, subject, waiting[subject], after=mark.size)
            session.seals.note(history, name, Mark(rows[-1]["seal"], mark.size + len(rows)))
            written += rows
        if written:
            session.write(_INSERT, written)


def _wanted(filter: HistoryFilter) -> Iterator[sa.ColumnElement[bool]]:
    if filter.since is not None:
        yield history.c.at >= filter.since
    if filter.until is not None:
        yield history.c.at < filter.until
    if filter.actor is not None:
        yield history.c.actor == str(filter.actor)


def _choices(filter: HistoryFilter) -> list[list[sa.ColumnElement[bool]]]:
    """Return subjects and kinds, piece by piece where an index gives the pieces in order, else each as one."""
    named = {kind.value for kind in filter.kinds} or None
    if filter.subjects:
        kinds = [any_of(choice(_unindexed(history.c.kind), named))]
        return [choice(history.c.subject, filter.subjects), kinds]
    return [[sa.true()], choice(history.c.kind, named)]


def _unindexed(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return a column as what no index has: a history is a few events, and a kind has those of all histories."""
    return sa.func.coalesce(column, "")


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
                "event": session.foreseen.text(event),
                "position": position,
                "actor": event.actor,
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


def readable_event(row: Any) -> tuple[Event | None, str | None]:
    """Return the event of a row, or what keeps this version from reading it."""
    try:
        return load_event(row), None
    except (StorageError, ValueError) as error:
        return None, error.code if isinstance(error, StorageError) else StoredValueError.code


def load_event(row: Any) -> Event:
    """Return the event of a row."""
    return decode(Event, json.loads(row.event), name="record", id=str(row.id))


def _named(row: Any) -> Event:
    return _with_name(load_event(row), row)


def _with_name(event: Event, row: Any) -> Event:
    """Return an event with its name; one from before events had names is named by its place."""
    return event if event.id else attrs.evolve(event, id=f"{row.subject}/{row.position}")
