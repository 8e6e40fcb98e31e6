"""Applications in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.storage._lookups import lookups_of
from perizinan_core.storage._records import (
    ApplicationFilter,
    Course,
    LastChange,
    ListOrder,
    Page,
    QueueCounts,
    QueueEntry,
    QueueFront,
)
from perizinan_core.storage._sql._listing import Ordered, any_of, choice, distinct_values, page_of
from perizinan_core.storage._sql._number_parts import with_number_part, write_number_parts
from perizinan_core.storage._sql._open_stages import InQueue, OpenStages
from perizinan_core.storage._sql._permits import move_permits
from perizinan_core.storage._sql._rows import (
    application_row,
    open_application,
    open_stage_rows,
    payment_rows,
    read_application,
    read_sound,
    same_as_row,
)
from perizinan_core.storage._sql._seals import Lock, checked_columns, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import removal_of, rows_with, the
from perizinan_core.storage._sql._tables import applications, lookups, open_stages, payments, queue_places

__all__ = ["SqlApplications", "lookup_rows"]

_EVERY = ApplicationFilter()

_INSERT = applications.insert()
_REMOVAL = removal_of(applications, "id", "version")
_BY_RECEIPT = rows_with(applications, "receipt_number")
_LOOKUPS = rows_with(lookups, "application_id")
_LOOKUPS_GONE = removal_of(lookups, "application_id").where(
    lookups.c.digest.in_(sa.bindparam("the_digests", type_=lookups.c.digest.type, expanding=True))
)

_ORDERS = {
    ListOrder.BEGUN: None,
    ListOrder.SUBMITTED: applications.c.submitted_at,
    ListOrder.DUE: applications.c.due,
    ListOrder.UNNOTIFIED: applications.c.unnotified_since,
}


class SqlApplications:
    """Implements `perizinan_core.storage._ports.ApplicationRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._locked: dict[str, Application] = {}
        """As they were read to be changed: what did not change beside them need not be written again."""

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(application, version=1)
        row = self._sealed(stored, by=by, at=at)
        self._session.write(_INSERT, row, kind="application")
        self._session.seals.written(applications, row)
        self._write_parts(stored, fresh=True)
        return stored

    def get(self, id: str, *, lock: bool = False, known: Application | None = None) -> Application:
        """See the port."""
        row = self._session.seals.row(applications, id, lock=Lock.KEPT if lock else Lock.NONE)
        if row is None:
            raise RecordNotFoundError(kind="application", key=id)
        application = same_as_row(known, row) or open_application(self._session, row)
        if lock:
            self._locked[id] = application
        return application

    def named(self, ids: Collection[str]) -> Mapping[str, Application]:
        """See the port."""
        rows = self._by_id(sorted(set(ids)))
        return {case.id: case for case in read_sound(self._session, applications, rows, open_application)}

    def receipt_numbers(self, ids: Collection[str]) -> Mapping[str, str]:
        """See the port."""
        if not ids:
            return {}
        query = sa.select(*checked_columns(applications)).where(applications.c.id.in_(sorted(set(ids))))
        rows = self._session.seals.sound(applications, self._session.read(query))
        return {row.id: row.receipt_number for row in rows if row.receipt_number is not None}

    def get_by_receipt(self, receipt_number: str) -> Application:
        """See the port."""
        row = self._session.first(_BY_RECEIPT, the(receipt_number=receipt_number))
        if row is None:
            # A receipt number is not a row's name: whether one was removed is not known.
            raise RecordNotFoundError(kind="application", key=receipt_number)
        return read_application(self._session, row)

    def save(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(application, version=application.version + 1)
        row = self._sealed(stored, by=by, at=at)
        if not self._session.change(applications, row, version=application.version, kind="application"):
            found = self.last_change(application.id)
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        self._session.seals.written(applications, row)
        self._write_parts(stored, fresh=False)
        return stored

    def remove(self, application: Application) -> None:
        """See the port."""
        self._session.check_writable()
        for table in (open_stages, queue_places, lookups, payments):
            self._session.write(removal_of(table, "application_id"), the(application_id=application.id))
        mine = the(id=application.id, version=application.version)
        if self._session.write(_REMOVAL, mine).rowcount == 0:
            found = self.last_change(application.id)
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        self._session.seals.note(applications, row_name(application.id), None)

    def last_change(self, id: str) -> LastChange:
        """See the port."""
        row = self._session.seals.row(applications, id)
        if row is None:
            raise RecordNotFoundError(kind="application", key=id)
        return LastChange(version=row.version, by=row.changed_by, at=row.changed_at)

    def find(
        self,
        filter: ApplicationFilter = _EVERY,
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
        order: ListOrder = ListOrder.BEGUN,
    ) -> Page[Application]:
        """See the port."""
        conditions, choices = self._conditions(filter), _choices(filter, order)
        place = Ordered(applications.c.id, _ORDERS[order], newest_first)
        ids, following = page_of(self._session, place, conditions, choices, limit=limit, after=after)
        rows = self._by_id(ids)
        items = read_sound(self._session, applications, rows, open_application)
        # Rows beside the application's own may have been changed: what they led to is looked at.
        fitting = tuple(item for item in items if _is_found_rightly(item, filter))
        return Page(fitting, following)

    def count(self, filter: ApplicationFilter = _EVERY) -> int:
        """See the port."""
        return sum(self.counts(filter).values())

    def counts(self, filter: ApplicationFilter = _EVERY) -> Mapping[ApplicationState, int]:
        """See the port."""
        query = sa.select(applications.c.state, sa.func.count().label("number"))
        query = query.where(*self._conditions(filter), *map(any_of, _choices(filter, ListOrder.BEGUN)))
        query = query.group_by(applications.c.state)
        return {ApplicationState(row.state): row.number for row in self._session.read(query)}

    def courses(self) -> tuple[str, ...]:
        """See the port."""
        return distinct_values(self._session, applications.c.course)

    def queue(
        self,
        stages: Collection[str] | None = None,
        *,
        permit_type: str | None = None,
        assignee: str | None = None,
        held_up: bool | None = None,
        among: Collection[tuple[str, str]] | None = None,
        limit: int = 50,
        after: QueueEntry | None = None,
    ) -> tuple[QueueEntry, ...]:
        """See the port."""
        wanted = InQueue(
            stages=None if stages is None else frozenset(stages),
            permit_type=permit_type,
            assignees=None if assignee is None else frozenset({assignee}),
            held_up=held_up,
            among=None if among is None else frozenset(among),
            after=after,
        )
        return self._open.queue(wanted, limit=limit)

    def queue_counts(
        self,
        *,
        today: date,
        soon: date | None = None,
        since: datetime | None = None,
        assignee: str | None = None,
        among: Collection[tuple[str, str]] | None = None,
    ) -> QueueCounts:
        """See the port."""
        wanted = InQueue(
            assignees=None if assignee is None else frozenset({assignee}),
            among=None if among is None else frozenset(among),
        )
        return self._open.counts(wanted, today, soon=soon, since=since)

    def fronts(self, *, courses: Collection[str] | None = None) -> tuple[QueueFront, ...]:
        """See the port."""
        return self._open.fronts(None if courses is None else frozenset(courses))

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """See the port."""
        return self._open.workloads(officers)

    @property
    def _open(self) -> OpenStages:
        return OpenStages(self._session)

    def _by_id(self, ids: Sequence[str]) -> list[Any]:
        """Return the rows with these ids, in their order."""
        if not ids:
            return []
        rows = self._session.read(sa.select(applications).where(applications.c.id.in_(ids)))
        found = {row.id: row for row in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def _sealed(self, application: Application, *, by: str, at: datetime) -> dict[str, Any]:
        columns = {**application_row(self._session, application), "changed_by": by, "changed_at": at}
        return self._session.seals.sealed(applications, columns)

    def _write_parts(self, application: Application, *, fresh: bool) -> None:
        """Bring the rows beside the application's own in line with it."""
        before = self._locked.pop(application.id, None)
        rows = list(open_stage_rows(application))
        for table in (open_stages, queue_places):
            if not fresh and (before is None or before.stages_in_work()):
                self._session.write(removal_of(table, "application_id"), the(application_id=application.id))
            sealed = (
                [self._session.seals.sealed(table, row) for row in rows] if table is open_stages else rows
            )
            if sealed:
                self._session.write(table.insert(), sealed)
        if application.receipt_number is not None and (before is None or before.receipt_number is None):
            write_number_parts(self._session, "application", application.id, application.receipt_number)
        if not fresh and (before is None or Course.of(before) != Course.of(application)):
            move_permits(self._session, application)
        if before is None or _found_by(before) != _found_by(application):
            self._write_lookups(application, fresh=fresh)
        if application.payments:
            self._write_payments(application, fresh=fresh)

    def _write_lookups(self, application: Application, *, fresh: bool) -> None:
        wanted = {row["digest"]: row for row in lookup_rows(self._session, application)}
        mine = the(application_id=application.id)
        found = set() if fresh else {row.digest for row in self._session.read(_LOOKUPS, mine)}
        if gone := found - wanted.keys():
            self._session.write(_LOOKUPS_GONE, {**mine, **the(digests=sorted(gone))})
        if added := [row for digest, row in wanted.items() if digest not in found]:
            self._session.write(lookups.insert(), added)

    def _write_payments(self, application: Application, *, fresh: bool) -> None:
        mine = the(application_id=application.id)
        known = () if fresh else self._session.read(rows_with(payments, "application_id"), mine)
        found = {row.digest for row in known}
        added = []
        for row, payment in zip(payment_rows(self._session, application), application.payments, strict=True):
            digests = self._session.sealer.blind_payment(payment.reference)
            if found.isdisjoint(digests):
                self._refuse_known_payment(digests[1:])
                added.append(row)
        if added:
            self._session.write(payments.insert(), added, kind="payment")

    def _refuse_known_payment(self, digests: Sequence[bytes]) -> None:
        """Raise when a reference is on record under an older key; under the current one the database does."""
        query = sa.select(payments.c.digest).where(payments.c.digest.in_(digests))
        if digests and self._session.first(query) is not None:
            self._session.close()
            raise AlreadyExistsError(kind="payment", field="reference")

    def _conditions(self, wanted: ApplicationFilter) -> list[sa.ColumnElement[bool]]:
        case = applications.c
        found: list[sa.ColumnElement[bool] | None] = [
            case.owner == str(wanted.owner) if wanted.owner is not None else None,
            case.permit_type.in_(sorted(wanted.permit_types)) if wanted.permit_types else None,
            case.previous_permit == wanted.previous_permit if wanted.previous_permit is not None else None,
            case.due < wanted.due_before if wanted.due_before is not None else None,
            case.submitted_day >= wanted.submitted_from if wanted.submitted_from is not None else None,
            case.submitted_day <= wanted.submitted_to if wanted.submitted_to is not None else None,
            case.state != ApplicationState.DRAFT.value if wanted.handed_in else None,
        ]
        if wanted.receipt_part is not None:
            found.append(case.id.in_(with_number_part("application", wanted.receipt_part)))
        if wanted.holding_uploads:
            # Not "is not NULL", which SQLite finds in no index; and few, so they are found first and sorted then.
            held = applications.alias()
            found.append(case.id.in_(sa.select(held.c.id).where(held.c.held_inspections >= "")))
        if wanted.not_inspected_with is not None:
            found.append(case.held_inspections != wanted.not_inspected_with)
        if wanted.assignee is not None or wanted.open_stages:
            found.append(self._open.those_with(wanted.assignee, wanted.open_stages))
        if wanted.lookup is not None:
            digests = self._session.sealer.blind_all(wanted.lookup)
            found.append(
                case.id.in_(sa.select(lookups.c.application_id).where(lookups.c.digest.in_(digests)))
            )
        return [condition for condition in found if condition is not None]


def _found_by(application: Application) -> tuple[object, ...]:
    """Return what blind indexes are made from, see `lookups_of`."""
    case = application
    return case.applicant, case.representative, case.documents, case.held_uploads, case.stages


def _choices(wanted: ApplicationFilter, order: ListOrder) -> list[list[sa.ColumnElement[bool]]]:
    """Return courses and states, piece by piece where an index gives the pieces in order, else each as one."""
    courses = choice(applications.c.course, wanted.courses)
    states = choice(applications.c.state, {state.value for state in wanted.states} or None)
    chosen = wanted.owner, wanted.assignee, wanted.lookup, wanted.receipt_part, wanted.previous_permit
    if any(item is not None for item in chosen) or wanted.open_stages:
        return [[any_of(courses)], [any_of(states)]]
    if order is ListOrder.SUBMITTED:
        return [courses, states]
    if order in (ListOrder.DUE, ListOrder.UNNOTIFIED):
        # Few cases have what these are ordered by: no index of states, with all the closed ones, is to be preferred.
        loose = sa.func.coalesce(applications.c.state, "")
        return [courses, [any_of(choice(loose, {state.value for state in wanted.states} or None))]]
    return [[any_of(courses)], states]


def lookup_rows(session: Session, application: Application) -> list[dict[str, Any]]:
    """Return the blind index rows of an application, under the current key."""
    return [
        {
            "application_id": application.id,
            "kind": lookup.kind.value,
            "digest": session.sealer.blind(lookup),
            "key_id": session.sealer.index_key_id,
        }
        for lookup in lookups_of(application)
    ]


def _is_found_rightly(application: Application, wanted: ApplicationFilter) -> bool:
    """Hold an application against the conditions that rows beside its own have answered."""
    open_ = application.stages_in_work() if wanted.assignee is not None or wanted.open_stages else ()
    return (
        (wanted.assignee is None or any(stage.assignee == wanted.assignee for stage in open_))
        and (not wanted.open_stages or any(stage.stage in wanted.open_stages for stage in open_))
        and (wanted.lookup is None or wanted.lookup in lookups_of(application))
    )
