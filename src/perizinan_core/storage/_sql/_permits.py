"""Permits in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.storage._records import LastChange, Page, PermitFilter
from perizinan_core.storage._sql._numbers import SqlStatusIndexes
from perizinan_core.storage._sql._rows import open_permit, permit_row, read_permit, read_sound
from perizinan_core.storage._sql._seals import TAG_BYTES
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import permits

__all__ = ["SqlPermits"]

_EVERY = PermitFilter()
_PLACES = 5_000
"""How many places are read at a time."""

_TAGS = sa.func.substr(permits.c.payload, sa.func.length(permits.c.payload) - (TAG_BYTES - 1))
"""What the seal covers of a payload, so that places can be checked without reading all payloads."""

_STANDING = (PermitStatus.IN_FORCE.value, PermitStatus.SUSPENDED.value)


class SqlPermits:
    """Implements `perizinan_core.storage._ports.PermitRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(permit, version=1)
        row = self._sealed(stored, by=by, at=at)
        parent = ("application", permit.application_id)
        self._session.write(permits.insert().values(row), kind="permit", parent=parent)
        self._session.seals.written(permits, row)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Permit:  # noqa: A002
        """See the port."""
        return self._one(permits.c.id == id, id, lock=lock)

    def get_by_number(self, number: str) -> Permit:
        """See the port."""
        return self._one(permits.c.number == number, number)

    def get_by_status_index(self, index: int) -> Permit:
        """See the port."""
        return self._one(permits.c.status_index == index, str(index))

    def of_application(self, application: str) -> tuple[Permit, ...]:
        """See the port."""
        query = sa.select(permits).where(permits.c.application_id == application).order_by(permits.c.id)
        return read_sound(self._session, permits, self._session.read(query), open_permit)

    def save(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(permit, version=permit.version + 1)
        row = self._sealed(stored, by=by, at=at)
        mine = (permits.c.id == permit.id) & (permits.c.version == permit.version)
        result = self._session.write(
            permits.update().where(mine).values(row),
            kind="permit",
            parent=("application", permit.application_id),
        )
        if result.rowcount == 0:
            found = self.last_change(permit.id)
            raise found.stale(kind="permit", id=permit.id, expected_version=permit.version)
        self._session.seals.written(permits, row)
        return stored

    def last_change(self, id: str) -> LastChange:  # noqa: A002
        """See the port."""
        row = self._session.first(sa.select(permits).where(permits.c.id == id))
        if row is None:
            self._session.seals.require_absent(permits, id)
            raise RecordNotFoundError(kind="permit", key=id)
        self._session.seals.require(permits, row)
        return LastChange(version=row.version, by=row.changed_by, at=row.changed_at)

    def find(
        self,
        filter: PermitFilter = _EVERY,  # noqa: A002
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
    ) -> Page[Permit]:
        """See the port."""
        query = sa.select(permits).where(*_conditions(filter))
        id_ = permits.c.id
        if after is not None:
            query = query.where(id_ < after if newest_first else id_ > after)
        rows = self._session.read(query.order_by(id_.desc() if newest_first else id_).limit(limit + 1))
        items = read_sound(self._session, permits, rows[:limit], open_permit)
        return Page(items, rows[limit - 1].id if len(rows) > limit else None)

    def count(self, filter: PermitFilter = _EVERY) -> int:  # noqa: A002
        """See the port."""
        query = sa.select(sa.func.count()).select_from(permits).where(*_conditions(filter))
        return int(self._session.scalar(query))

    def expiring_between(self, first: date, last: date) -> tuple[Permit, ...]:
        """See the port."""
        ends = permits.c.valid_until
        query = (
            sa.select(permits)
            .where(permits.c.status.in_(_STANDING), ends >= first, ends <= last)
            .order_by(ends, permits.c.id)
        )
        return read_sound(self._session, permits, self._session.read(query), open_permit)

    def place_of(self, id: str) -> int:  # noqa: A002
        """See the port."""
        row = self._session.first(sa.select(permits).where(permits.c.id == id))
        if row is None:
            self._session.seals.require_absent(permits, id)
            raise RecordNotFoundError(kind="permit", key=id)
        self._session.seals.require(permits, row)
        return int(row.status_index)

    def places(self, statuses: Collection[PermitStatus]) -> Iterator[tuple[int, PermitStatus | None]]:
        """See the port."""
        columns = [column for column in permits.columns if column.name != "payload"]
        wanted = {PermitStatus(status) for status in statuses}
        size = SqlStatusIndexes(self._session).size()
        after, expected = -1, 0
        while True:
            # A place that was never given cannot be a permit's of ours.
            asked = permits.c.status_index > after, permits.c.status_index < size
            query = sa.select(*columns, _TAGS.label("payload")).where(*asked)
            rows = self._session.read(query.order_by(permits.c.status_index).limit(_PLACES))
            broken = {rows[index].id for index, _ in self._session.seals.problems(permits, rows)}
            for row in rows:
                yield from ((place, None) for place in range(expected, row.status_index))
                expected = row.status_index + 1
                if row.id in broken:
                    yield row.status_index, None
                elif (status := PermitStatus(row.status)) in wanted:
                    yield row.status_index, status
            if len(rows) < _PLACES:
                break
            after = rows[-1].status_index
        yield from ((place, None) for place in range(expected, size))

    def _sealed(self, permit: Permit, *, by: str, at: datetime) -> dict[str, Any]:
        columns = {**permit_row(self._session, permit), "changed_by": by, "changed_at": at}
        return self._session.seals.sealed(permits, columns)

    def _one(self, condition: sa.ColumnElement[bool], key: str, *, lock: bool = False) -> Permit:
        query = sa.select(permits).where(condition)
        row = self._session.first(self._session.kept(query) if lock else query)
        if row is None:
            # A number or a place is not a row's name, so that nothing is found under it here.
            self._session.seals.require_absent(permits, key)
            raise RecordNotFoundError(kind="permit", key=key)
        return read_permit(self._session, row)


def _conditions(wanted: PermitFilter) -> list[sa.ColumnElement[bool]]:
    permit = permits.c
    found: list[sa.ColumnElement[bool] | None] = [
        permit.status.in_(sorted(wanted.statuses)) if wanted.statuses else None,
        permit.permit_type.in_(sorted(wanted.permit_types)) if wanted.permit_types else None,
        permit.register == wanted.register if wanted.register is not None else None,
        permit.register_year == wanted.register_year if wanted.register_year is not None else None,
        permit.valid_until >= wanted.valid_until_from if wanted.valid_until_from is not None else None,
        permit.valid_until <= wanted.valid_until_to if wanted.valid_until_to is not None else None,
        permit.previous_permit == wanted.previous_permit if wanted.previous_permit is not None else None,
    ]
    if wanted.number_contains is not None:
        found.append(permit.number.icontains(wanted.number_contains, autoescape=True))
    return [condition for condition in found if condition is not None]
