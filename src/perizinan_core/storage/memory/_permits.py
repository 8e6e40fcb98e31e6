"""Permits in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime

import attrs

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.storage._lookups import lookups_of
from perizinan_core.storage._records import Course, LastChange, Page, PermitFilter, PermitOrder
from perizinan_core.storage.memory._listing import has_part, page_of
from perizinan_core.storage.memory._state import Access, Stored

__all__ = ["MemoryPermits"]

_EVERY = PermitFilter()
_STANDING = frozenset({PermitStatus.IN_FORCE, PermitStatus.SUSPENDED})


class MemoryPermits:
    """Implements `perizinan_core.storage._ports.PermitRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        state = self._access.write()
        stored = attrs.evolve(permit, version=1)
        row = Stored.of(stored, name="permit", id=stored.id, by=by, at=at)
        if stored.id in state.permits:
            self._access.refuse_duplicate("permit", "id")
        self._check(stored)
        state.permits[stored.id] = row
        return stored

    def get(self, id: str, *, lock: bool = False, known: Permit | None = None) -> Permit:
        """See the port."""
        del known
        if lock:
            # One unit of work writes at a time.
            self._access.write()
        return self._row(id).read()

    def get_by_number(self, number: str) -> Permit:
        """See the port."""
        return self._one(lambda permit: permit.number == number, number)

    def get_by_status_index(self, index: int) -> Permit:
        """See the port."""
        return self._one(lambda permit: permit.status_index == index, str(index))

    def of_application(self, application: str) -> tuple[Permit, ...]:
        """See the port."""
        return self.of_applications((application,))

    def of_applications(self, applications: Collection[str]) -> tuple[Permit, ...]:
        """See the port."""
        rows = self._access.read().permits.values()
        found = [row.read() for row in rows if row.value.application_id in applications]
        return tuple(sorted(found, key=lambda permit: permit.id))

    def save(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        state = self._access.write()
        stored = attrs.evolve(permit, version=permit.version + 1)
        row = Stored.of(stored, name="permit", id=stored.id, by=by, at=at)
        found = self.last_change(permit.id)
        if found.version != permit.version:
            raise found.stale(kind="permit", id=permit.id, expected_version=permit.version)
        self._check(stored)
        state.permits[stored.id] = row
        return stored

    def last_change(self, id: str) -> LastChange:
        """See the port."""
        row = self._row(id)
        return LastChange(version=row.value.version, by=row.by, at=row.at)

    def find(
        self,
        filter: PermitFilter = _EVERY,
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
        order: PermitOrder = PermitOrder.NUMBERED,
    ) -> Page[Permit]:
        """See the port."""
        by_end = order is PermitOrder.EXPIRY
        found = [item for item in self._matching(filter) if not by_end or item.valid_until is not None]
        place = (lambda permit: permit.valid_until) if by_end else None
        ids, following = page_of(found, place, limit=limit, after=after, newest_first=newest_first)
        return Page(tuple(self.get(id_) for id_ in ids), following)

    def count(self, filter: PermitFilter = _EVERY) -> int:
        """See the port."""
        return sum(self.counts(filter).values())

    def counts(self, filter: PermitFilter = _EVERY) -> Mapping[PermitStatus, int]:
        """See the port."""
        return Counter(item.status for item in self._matching(filter))

    def expiring_between(self, first: date, last: date) -> tuple[Permit, ...]:
        """See the port."""
        standing = PermitFilter(
            statuses=_STANDING,
            valid_until_from=first,
            valid_until_to=last,
        )
        found = sorted(self._matching(standing), key=lambda permit: (permit.valid_until or last, permit.id))
        return tuple(self.get(permit.id) for permit in found)

    def uses_document(self, sha256: str) -> bool:
        """See the port."""
        rows = self._access.read().permits.values()
        return any(sha256 in (row.value.unsigned_sha256, row.value.signed_sha256) for row in rows)

    def place_of(self, id: str) -> int:
        """See the port."""
        return self._row(id).value.status_index

    def places(self, statuses: Collection[PermitStatus]) -> Iterator[tuple[int, PermitStatus | None]]:
        """See the port."""
        state = self._access.read()
        held = {row.value.status_index: row.value.status for row in state.permits.values()}
        for place in range(max(state.status_size, max(held, default=-1) + 1)):
            if place not in held:
                yield place, None
            elif held[place] in statuses:
                yield place, held[place]

    def _row(self, id: str) -> Stored[Permit]:
        row = self._access.read().permits.get(id)
        if row is None:
            raise RecordNotFoundError(kind="permit", key=id)
        return row

    def _one(self, condition: Callable[[Permit], bool], key: str) -> Permit:
        for row in self._access.read().permits.values():
            if condition(row.value):
                return row.read()
        raise RecordNotFoundError(kind="permit", key=key)

    def _check(self, permit: Permit) -> None:
        state = self._access.read()
        for row in state.permits.values():
            other = row.value
            if other.id == permit.id:
                continue
            if other.number == permit.number:
                self._access.refuse_duplicate("permit", "number")
            if _place(other) == _place(permit):
                self._access.refuse_duplicate("permit", "register, register_year, sequence")
            if other.status_index == permit.status_index:
                self._access.refuse_duplicate("permit", "status_index")
        if permit.application_id not in state.applications:
            self._access.close()
            raise RecordNotFoundError(kind="application", key=permit.application_id)

    def _matching(self, wanted: PermitFilter) -> Iterator[Permit]:
        for row in self._access.read().permits.values():
            if _matches(row.value, wanted) and self._of_such(row.value, wanted):
                yield row.value

    def _of_such(self, permit: Permit, wanted: PermitFilter) -> bool:
        """Hold the application of a permit against the filter."""
        case = self._access.read().applications[permit.application_id].value
        return (wanted.courses is None or str(Course.of(case)) in wanted.courses) and (
            wanted.lookup is None or wanted.lookup in lookups_of(case)
        )


def _place(permit: Permit) -> tuple[str, int, int]:
    return permit.register, permit.register_year, permit.sequence


def _matches(permit: Permit, wanted: PermitFilter) -> bool:
    ends, part = permit.valid_until, wanted.number_part
    return all(
        (
            not wanted.statuses or permit.status in wanted.statuses,
            not wanted.permit_types or permit.permit_type in wanted.permit_types,
            wanted.register is None or permit.register == wanted.register,
            wanted.register_year is None or permit.register_year == wanted.register_year,
            part is None or has_part(permit.number, part),
            wanted.standing_on is None
            or permit.status not in _STANDING
            or ends is None
            or ends >= wanted.standing_on,
            wanted.valid_until_from is None or (ends is not None and ends >= wanted.valid_until_from),
            wanted.valid_until_to is None or (ends is not None and ends <= wanted.valid_until_to),
            wanted.previous_permit is None or permit.previous_permit == wanted.previous_permit,
        )
    )
