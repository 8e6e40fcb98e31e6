"""Complaints in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime

import attrs

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._complaint import Complaint, ComplaintCount, ComplaintState
from perizinan_core.storage._records import LastChange, Page
from perizinan_core.storage.memory._listing import page_of
from perizinan_core.storage.memory._state import Access, Stored

__all__ = ["MemoryComplaints"]


class MemoryComplaints:
    """Implements `perizinan_core.storage._ports.ComplaintRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """See the port."""
        state = self._access.write()
        stored = attrs.evolve(complaint, version=1)
        taken = {row.value.number for row in state.complaints.values()}
        if stored.id in state.complaints or stored.number in taken:
            self._access.refuse_duplicate("complaint", "number")
        state.complaints[stored.id] = Stored.of(stored, name="complaint", id=stored.id, by=by, at=at)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Complaint:
        """See the port."""
        if lock:
            self._access.write()
        return self._row(id).read()

    def get_by_number(self, number: str) -> Complaint:
        """See the port."""
        for row in self._access.read().complaints.values():
            if row.value.number == number:
                return row.read()
        raise RecordNotFoundError(kind="complaint", key=number)

    def save(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """See the port."""
        known = self._row(complaint.id)
        if known.value.version != complaint.version:
            last = LastChange(version=known.value.version, by=known.by, at=known.at)
            raise last.stale(kind="complaint", id=complaint.id, expected_version=complaint.version)
        stored = attrs.evolve(complaint, version=complaint.version + 1)
        row = Stored.of(stored, name="complaint", id=stored.id, by=by, at=at)
        self._access.write().complaints[stored.id] = row
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
        found = [
            row.value
            for row in self._access.read().complaints.values()
            if (not states or row.value.state in states)
            and holder in (None, row.value.holder)
            and (due_before is None or row.value.due < due_before)
        ]
        ids, following = page_of(found, lambda one: one.due, limit=limit, after=after, newest_first=False)
        return Page(tuple(self._row(id_).read() for id_ in ids), following)

    def counts(self, first: date, last: date) -> tuple[ComplaintCount, ...]:
        """See the port."""
        counted = Counter(
            (row.value.kind, bool(row.value.on_time))
            for row in self._access.read().complaints.values()
            if row.value.answered_day is not None and first <= row.value.answered_day <= last
        )
        return tuple(
            ComplaintCount(kind=kind, on_time=on_time, number=number)
            for (kind, on_time), number in sorted(counted.items())
        )

    def _row(self, id: str) -> Stored[Complaint]:
        try:
            return self._access.read().complaints[id]
        except KeyError as error:
            raise RecordNotFoundError(kind="complaint", key=id) from error
