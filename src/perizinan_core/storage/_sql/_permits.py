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
from perizinan_core.storage._sql._rows import open_permit, permit_row, place_of, read_permit, read_sound
from perizinan_core.storage._sql._seals import checked_columns
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import applications, lookups, permits

__all__ = ["SqlPermits", "move_permits"]

_EVERY = PermitFilter()
_PLACES = 5_000
"""How many places are read at a time."""

_ORDERS = {PermitOrder.NUMBERED: None, PermitOrder.EXPIRY: permits.c.valid_until}
_STANDING = (PermitStatus.IN_FORCE.value, PermitStatus.SUSPENDED.value)


class SqlPermits:
    """Implements `perizinan_core.storage._ports.PermitRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._courses: dict[str, str | None] = {}
        """Of the permits that were read or added here."""

    def add(self, permit: Permit, *, by: str, at: datetime) -> Permit:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(permit, version=1)
        course = self._courses[stored.id] = self._course_of(stored)
        row = self._sealed(stored, by=by, at=at, course=course)
        parent = ("application", permit.application_id)
        self._session.write(permits.insert(), row, kind="permit", parent=parent)
        self._session.seals.written(permits, row)
        write_number_parts(self._session, "permit", stored.id, stored.number)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Permit:
        """See the port."""
        return self._one(permits.c.id == id, id, lock=lock, by_id=True)

    def get_by_number(self, number: str) -> Permit:
        """See the port."""
        return self._one(permits.c.number == number, number)

    def get_by_status_index(self, index: int) -> Permit:
        """See the port."""
        return self._one(permits.c.status_index == index, str(index))

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
        course = self._courses.get(permit.id) or self._course_of(permit)
        row = self._sealed(stored, by=by, at=at, course=course)
        mine = (permits.c.id == permit.id) & (permits.c.version == permit.version)
        result = self._session.write(
            permits.update().where(mine),
            row,
            kind="permit",
            parent=("application", permit.application_id),
        )
        if result.rowcount == 0:
            found = self.last_change(permit.id)
            raise found.stale(kind="permit", id=permit.id, expected_version=permit.version)
        self._session.seals.written(permits, row)
        return stored

    def last_change(self, id: str) -> LastChange:
        """See the port."""
        row = self._session.first(sa.select(permits).where(permits.c.id == id))
        if row is None:
            self._session.seals.require_absent(permits, id)
            raise RecordNotFoundError(kind="permit", key=id)
        self._session.seals.require(permits, row)
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
        row = self._session.first(sa.select(permits).where(permits.c.id == id))
        if row is None:
            self._session.seals.require_absent(permits, id)
            raise RecordNotFoundError(kind="permit", key=id)
        self._session.seals.require(permits, row)
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
        mine = applications.c.id == permit.application_id
        found: str | None = self._session.scalar(sa.select(applications.c.course).where(mine))
        return found

    def _sealed(self, permit: Permit, *, by: str, at: datetime, course: str | None) -> dict[str, Any]:
        columns = {**permit_row(self._session, permit), "course": course, "changed_by": by, "changed_at": at}
        return self._session.seals.sealed(permits, columns)

    def _one(
        self, condition: sa.ColumnElement[bool], key: str, *, lock: bool = False, by_id: bool = False
    ) -> Permit:
        query = sa.select(permits).where(condition)
        row = self._session.first(self._session.kept(query) if lock else query)
        if row is None:
            if by_id:
                # A number or a place is not a row's name, so that an id finds nothing here.
                self._session.seals.require_absent(permits, key)
            raise RecordNotFoundError(kind="permit", key=key)
        self._courses[row.id] = row.course
        return read_permit(self._session, row)


def move_permits(session: Session, application: Application) -> None:
    """Write the course of an application down for its permits."""
    course = str(Course.of(application))
    mine = permits.c.application_id == application.id, permits.c.course.is_distinct_from(course)
    for row in session.seals.sound(permits, session.read(session.locked(sa.select(permits).where(*mine)))):
        kept = {name: value for name, value in row._mapping.items() if name not in ("key_id", "seal")}
        place = place_of(permits, row.id)
        payload = session.sealer.seal(session.sealer.open(row.payload, place), place)
        sealed = session.seals.sealed(permits, {**kept, "payload": payload, "course": course})
        session.write(permits.update().where(permits.c.id == row.id).values(sealed))
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
