"""Permits in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._application import Application
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.storage._records import Course, LastChange, Page, PermitFilter, PermitOrder
from perizinan_core.storage._sql._listing import Ordered, any_of, choice, page_of
from perizinan_core.storage._sql._number_parts import with_number_part, write_number_parts
from perizinan_core.storage._sql._numbers import SqlStatusIndexes
from perizinan_core.storage._sql._rows import (
    open_permit,
    permit_row,
    place_of,
    read_permit,
    read_sound,
    same_as_row,
)
from perizinan_core.storage._sql._seals import Lock, checked_columns
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import rows_with, the
from perizinan_core.storage._sql._tables import applications, lookups, permits

__all__ = ["SqlPermits", "move_permits"]

_EVERY = PermitFilter()
_PLACES = 5_000
"""How many places are read at a time."""

_ORDERS = {PermitOrder.NUMBERED: None, PermitOrder.EXPIRY: permits.c.valid_until}

_INSERT = permits.insert()
_COURSE = sa.select(applications.c.course).where(applications.c.id == sa.bindparam("the_id"))
_ELSEWHERE = rows_with(permits, "application_id").where(
    permits.c.course.is_distinct_from(sa.bindparam("the_course", type_=permits.c.course.type))
)

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
        self._session.write(_INSERT, row, kind="permit", parent=parent)
        self._session.seals.written(permits, row)
        write_number_parts(self._session, "permit", stored.id, stored.number)
        return stored

    def get(self, id: str, *, lock: bool = False, known: Permit | None = None) -> Permit:
        """See the port."""
        row = self._session.seals.row(permits, id, lock=Lock.KEPT if lock else Lock.NONE)
        if row is None:
            raise RecordNotFoundError(kind="permit", key=id)
        return same_as_row(known, row) or open_permit(self._session, row)

    def get_by_number(self, number: str) -> Permit:
        """See the port."""
        return self._with("number", number)

    def get_by_status_index(self, index: int) -> Permit:
        """See the port."""
        return self._with("status_index", index)

    def of_application(self, application: str) -> tuple[Permit, ...]:
        """See the port."""
        return self.of_applications((application,))

    def of_applications(self, applications: Collection[str]) -> tuple[Permit, ...]:
        """See the port."""
        mine = permits.c.application_id.in_(sorted(set(applications)))
        rows = self._session.read(sa.select(permits).where(mine).order_by(permits.c.id))
        return read_sound(self._session, permits, rows, open_permit)

    def save(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(permit, version=permit.version + 1)
        row = self._sealed(stored, by=by, at=at)
        parent = ("application", permit.application_id)
        if not self._session.change(permits, row, version=permit.version, kind="permit", parent=parent):
            found = self.last_change(permit.id)
            raise found.stale(kind="permit", id=permit.id, expected_version=permit.version)
        self._session.seals.written(permits, row)
        return stored

    def last_change(self, id: str) -> LastChange:
        """See the port."""
        row = self._session.seals.row(permits, id)
        if row is None:
            raise RecordNotFoundError(kind="permit", key=id)
        return LastChange(version=row.version, by=row.changed_by, at=row.changed_at)

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
        place = Ordered(permits.c.id, _ORDERS[order], newest_first)
        ids, following = page_of(
            self._session,
            place,
            _conditions(self._session, filter),
            _choices(filter, order),
            limit=limit,
            after=after,
        )
        if not ids:
            return Page((), following)
        found = {row.id: row for row in self._session.read(sa.select(permits).where(permits.c.id.in_(ids)))}
        items = read_sound(self._session, permits, [found[id_] for id_ in ids], open_permit)
        if wanted := filter.number_part:
            items = tuple(item for item in items if wanted.strip().casefold() in item.number.casefold())
        return Page(items, following)

    def count(self, filter: PermitFilter = _EVERY) -> int:
        """See the port."""
        return sum(self.counts(filter).values())

    def counts(self, filter: PermitFilter = _EVERY) -> Mapping[PermitStatus, int]:
        """See the port."""
        query = sa.select(permits.c.status, sa.func.count().label("number"))
        query = query.where(
            *_conditions(self._session, filter), *map(any_of, _choices(filter, PermitOrder.NUMBERED))
        )
        rows = self._session.read(query.group_by(permits.c.status))
        return {PermitStatus(row.status): row.number for row in rows}

    def expiring_between(self, first: date, last: date) -> tuple[Permit, ...]:
        """See the port."""
        ends = permits.c.valid_until
        query = (
            sa.select(permits)
            .where(permits.c.status.in_(_STANDING), ends >= first, ends <= last)
            .order_by(ends, permits.c.id)
        )
        return read_sound(self._session, permits, self._session.read(query), open_permit)

    def uses_document(self, sha256: str) -> bool:
        """See the port."""
        mine = sa.or_(permits.c.unsigned_sha256 == sha256, permits.c.signed_sha256 == sha256)
        return self._session.first(sa.select(permits.c.id).where(mine).limit(1)) is not None

    def place_of(self, id: str) -> int:
        """See the port."""
        row = self._session.seals.row(permits, id)
        if row is None:
            raise RecordNotFoundError(kind="permit", key=id)
        return int(row.status_index)

    def places(self, statuses: Collection[PermitStatus]) -> Iterator[tuple[int, PermitStatus | None]]:
        """See the port."""
        wanted = {PermitStatus(status) for status in statuses}
        size = SqlStatusIndexes(self._session).size()
        after, expected = -1, 0
        while True:
            # A place that was never given cannot be a permit's of ours.
            asked = permits.c.status_index > after, permits.c.status_index < size
            query = sa.select(*checked_columns(permits)).where(*asked)
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

    def _course_of(self, permit: Permit) -> str | None:
        known = self._session.known(applications, permit.application_id)
        if known is not None:
            course: str | None = known["course"]
            return course
        found: str | None = self._session.scalar(_COURSE, the(id=permit.application_id))
        return found

    def _sealed(self, permit: Permit, *, by: str, at: datetime) -> dict[str, Any]:
        row = permit_row(self._session, permit)
        columns = {**row, "course": self._course_of(permit), "changed_by": by, "changed_at": at}
        return self._session.seals.sealed(permits, columns)

    def _with(self, column: str, value: object) -> Permit:
        row = self._session.first(rows_with(permits, column), the(**{column: value}))
        if row is None:
            # A number or a place is not a row's name: whether one was removed is not known.
            raise RecordNotFoundError(kind="permit", key=str(value))
        return read_permit(self._session, row)


def move_permits(session: Session, application: Application) -> None:
    """Write the course of an application down for its permits."""
    course = str(Course.of(application))
    rows = session.read(session.locked(_ELSEWHERE), the(application_id=application.id, course=course))
    for row in session.seals.sound(permits, rows):
        kept = {name: value for name, value in row._mapping.items() if name not in ("key_id", "seal")}
        place = place_of(permits, row.id)
        payload = session.sealer.seal(session.sealer.open(row.payload, place), place)
        sealed = session.seals.sealed(permits, {**kept, "payload": payload, "course": course})
        session.change(permits, sealed)
        session.seals.written(permits, sealed)


def _choices(wanted: PermitFilter, order: PermitOrder) -> list[list[sa.ColumnElement[bool]]]:
    """Return courses and statuses, piece by piece; by their last day they are in order within a status only."""
    named = wanted.statuses or (frozenset(PermitStatus) if order is PermitOrder.EXPIRY else None)
    statuses = choice(permits.c.status, {status.value for status in named} if named else None)
    found = [choice(permits.c.course, wanted.courses), statuses]
    chosen = wanted.number_part, wanted.lookup, wanted.previous_permit, wanted.register
    if any(item is not None for item in chosen):
        return [[any_of(one)] for one in found]
    return found


def _conditions(session: Session, wanted: PermitFilter) -> list[sa.ColumnElement[bool]]:
    permit = permits.c
    found: list[sa.ColumnElement[bool] | None] = [
        permit.permit_type.in_(sorted(wanted.permit_types)) if wanted.permit_types else None,
        permit.register == wanted.register if wanted.register is not None else None,
        permit.register_year == wanted.register_year if wanted.register_year is not None else None,
        permit.valid_until >= wanted.valid_until_from if wanted.valid_until_from is not None else None,
        permit.valid_until <= wanted.valid_until_to if wanted.valid_until_to is not None else None,
        permit.previous_permit == wanted.previous_permit if wanted.previous_permit is not None else None,
    ]
    if wanted.standing_on is not None:
        ended = permit.valid_until < wanted.standing_on
        found.append(sa.or_(permit.status.not_in(_STANDING), permit.valid_until.is_(None), sa.not_(ended)))
    if wanted.number_part is not None:
        found.append(permit.id.in_(with_number_part("permit", wanted.number_part)))
    if wanted.lookup is not None:
        digests = session.sealer.blind_all(wanted.lookup)
        found.append(
            permit.application_id.in_(
                sa.select(lookups.c.application_id).where(lookups.c.digest.in_(digests))
            )
        )
    return [condition for condition in found if condition is not None]
