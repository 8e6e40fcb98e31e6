"""Complaints in SQL: sealed rows whose words are encrypted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._complaint import Complaint, ComplaintCount, ComplaintKind, ComplaintState
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import LastChange, Page
from perizinan_core.storage._sql._listing import Ordered, choice, page_of
from perizinan_core.storage._sql._rows import place_of, read_sound
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import complaints

__all__ = ["SqlComplaints"]


class SqlComplaints:
    """Implements `perizinan_core.storage._ports.ComplaintRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """See the port."""
        stored = attrs.evolve(complaint, version=1)
        row = self._row(stored, by=by, at=at)
        self._session.write(complaints.insert(), row, kind="complaint")
        self._session.seals.written(complaints, row)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Complaint:
        """See the port."""
        return self._one(complaints.c.id == id, id, lock=lock)

    def get_by_number(self, number: str) -> Complaint:
        """See the port."""
        return self._one(complaints.c.number == number, number, lock=False)

    def save(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """See the port."""
        stored = attrs.evolve(complaint, version=complaint.version + 1)
        row = self._row(stored, by=by, at=at)
        mine = (complaints.c.id == complaint.id) & (complaints.c.version == complaint.version)
        if self._session.write(complaints.update().where(mine), row, kind="complaint").rowcount == 0:
            found = self._session.first(sa.select(complaints).where(complaints.c.id == complaint.id))
            if found is None:
                raise RecordNotFoundError(kind="complaint", key=complaint.id)
            last = LastChange(version=found.version, by=found.changed_by, at=found.changed_at)
            raise last.stale(kind="complaint", id=complaint.id, expected_version=complaint.version)
        self._session.seals.written(complaints, row)
        return stored

    def find(
        self,
        *,
        states: Collection[ComplaintState] = (),
        holder: str | None = None,
        due_before: date | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page[Complaint]:
        """See the port."""
        row = complaints.c
        conditions = [
            *([] if holder is None else [row.holder == holder]),
            *([] if due_before is None else [row.due < due_before]),
        ]
        chosen = choice(row.state, {state.value for state in states} or None)
        order = Ordered(row.id, row.due, newest_first=False)
        ids, following = page_of(self._session, order, conditions, [chosen], limit=limit, after=after)
        rows = {
            found.id: found
            for found in self._session.read(sa.select(complaints).where(row.id.in_(ids)))
            if ids
        }
        items = read_sound(self._session, complaints, [rows[id_] for id_ in ids if id_ in rows], _opened)
        return Page(items, following)

    def counts(self, first: date, last: date) -> tuple[ComplaintCount, ...]:
        """See the port."""
        row = complaints.c
        query = (
            sa.select(row.kind, row.on_time, sa.func.count().label("number"))
            .where(row.answered_day >= first, row.answered_day <= last)
            .group_by(row.kind, row.on_time)
            .order_by(row.kind, row.on_time)
        )
        return tuple(
            ComplaintCount(kind=ComplaintKind(one.kind), on_time=bool(one.on_time), number=one.number)
            for one in self._session.read(query)
        )

    def _one(self, condition: sa.ColumnElement[bool], key: str, *, lock: bool) -> Complaint:
        query = sa.select(complaints).where(condition)
        if lock:
            self._session.check_writable()
            query = self._session.locked(query)
        row = self._session.first(query)
        if row is None:
            self._session.seals.require_absent(complaints, key)
            raise RecordNotFoundError(kind="complaint", key=key)
        self._session.seals.require(complaints, row)
        return _opened(self._session, row)

    def _row(self, complaint: Complaint, *, by: str, at: datetime) -> dict[str, Any]:
        session = self._session
        session.check_writable()
        columns = {
            "id": complaint.id,
            "version": complaint.version,
            "number": complaint.number,
            "kind": complaint.kind.value,
            "state": complaint.state.value,
            "holder": complaint.holder,
            "due": complaint.due,
            "answered_day": complaint.answered_day,
            "on_time": complaint.on_time,
            "changed_by": by,
            "changed_at": at,
            "payload": session.sealer.seal(encode(complaint), place_of(complaints, complaint.id)),
        }
        return session.seals.sealed(complaints, columns)


def _opened(session: Session, row: Any) -> Complaint:
    data = session.sealer.open(row.payload, place_of(complaints, row.id))
    return attrs.evolve(decode(Complaint, data, name="complaint", id=row.id), version=row.version)
