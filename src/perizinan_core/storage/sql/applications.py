"""Applications in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model.application import Application
from perizinan_core.storage.lookups import lookups_of
from perizinan_core.storage.records import ApplicationFilter, LastChange, Page, QueueEntry
from perizinan_core.storage.sql.rows import application_row, open_stage_rows, payment_rows, read_application
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.tables import applications, lookups, open_stages, payments

__all__ = ["SqlApplications", "lookup_rows"]

_EVERY = ApplicationFilter()
_LOADED = (applications.c.id, applications.c.version, applications.c.payload)


class SqlApplications:
    """Implements `perizinan_core.storage.ports.Applications`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(application, version=1)
        row = {**application_row(self._session, stored), "changed_by": by, "changed_at": at}
        self._session.write(applications.insert().values(row), kind="application")
        self._write_parts(stored, fresh=True)
        return stored

    def get(self, id: str, *, lock: bool = False) -> Application:  # noqa: A002
        """See the port."""
        return self._one(applications.c.id == id, id, lock=lock)

    def get_by_receipt(self, receipt_number: str) -> Application:
        """See the port."""
        return self._one(applications.c.receipt_number == receipt_number, receipt_number)

    def save(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(application, version=application.version + 1)
        row = {**application_row(self._session, stored), "changed_by": by, "changed_at": at}
        mine = (applications.c.id == application.id) & (applications.c.version == application.version)
        result = self._session.write(applications.update().where(mine).values(row), kind="application")
        if result.rowcount == 0:
            found = self.last_change(application.id)
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        self._write_parts(stored, fresh=False)
        return stored

    def last_change(self, id: str) -> LastChange:  # noqa: A002
        """See the port."""
        columns = (applications.c.version, applications.c.changed_by, applications.c.changed_at)
        row = self._session.first(sa.select(*columns).where(applications.c.id == id))
        if row is None:
            raise RecordNotFoundError(kind="application", key=id)
        return LastChange(version=row.version, by=row.changed_by, at=row.changed_at)

    def find(
        self,
        filter: ApplicationFilter = _EVERY,  # noqa: A002
        *,
        limit: int = 50,
        after: str | None = None,
        newest_first: bool = True,
    ) -> Page[Application]:
        """See the port."""
        query = sa.select(*_LOADED).where(*self._conditions(filter))
        id_ = applications.c.id
        if after is not None:
            query = query.where(id_ < after if newest_first else id_ > after)
        query = query.order_by(id_.desc() if newest_first else id_).limit(limit + 1)
        rows = self._session.read(query)
        items = tuple(read_application(self._session, row) for row in rows[:limit])
        return Page(items, items[-1].id if len(rows) > limit else None)

    def count(self, filter: ApplicationFilter = _EVERY) -> int:  # noqa: A002
        """See the port."""
        query = sa.select(sa.func.count()).select_from(applications).where(*self._conditions(filter))
        return int(self._session.scalar(query))

    def queue(
        self,
        stages: Collection[str] | None = None,
        *,
        permit_type: str | None = None,
        assignee: str | None = None,
        held_up: bool | None = None,
        limit: int = 50,
        after: QueueEntry | None = None,
    ) -> tuple[QueueEntry, ...]:
        """See the port."""
        case, open_ = applications.c, open_stages.c
        query = sa.select(
            case.id.label("application"), open_.stage, case.permit_type, case.receipt_number,
            open_.assignee, open_.opened_at, case.due, open_.held_up,
        ).join_from(open_stages, applications)  # fmt: skip
        if stages is not None:
            query = query.where(open_.stage.in_(stages))
        if permit_type is not None:
            query = query.where(case.permit_type == permit_type)
        if assignee is not None:
            query = query.where(open_.assignee == assignee)
        if held_up is not None:
            query = query.where(open_.held_up == sa.literal(held_up))
        order = (open_.held_up, open_.opened_at, case.id, open_.stage)
        if after is not None:
            last = (after.held_up, after.opened_at, after.application, after.stage)
            query = query.where(_comes_after(order, last))
        rows = self._session.read(query.order_by(*order).limit(limit))
        return tuple(QueueEntry(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """See the port."""
        assignee = open_stages.c.assignee
        query = (
            sa.select(assignee, sa.func.count().label("held"))
            .where(assignee.in_(officers))
            .group_by(assignee)
        )
        counted = {row.assignee: row.held for row in self._session.read(query)}
        return {officer: counted.get(officer, 0) for officer in officers}

    def _one(self, condition: sa.ColumnElement[bool], key: str, *, lock: bool = False) -> Application:
        query = sa.select(*_LOADED).where(condition)
        row = self._session.first(self._session.kept(query) if lock else query)
        if row is None:
            raise RecordNotFoundError(kind="application", key=key)
        return read_application(self._session, row)

    def _write_parts(self, application: Application, *, fresh: bool) -> None:
        """Bring the rows beside the application's own in line with it."""
        if not fresh:
            self._session.write(open_stages.delete().where(open_stages.c.application_id == application.id))
        if stages := list(open_stage_rows(application)):
            self._session.write(open_stages.insert(), stages)
        self._write_lookups(application, fresh=fresh)
        if application.payments:
            self._write_payments(application, fresh=fresh)

    def _write_lookups(self, application: Application, *, fresh: bool) -> None:
        wanted = {row["digest"]: row for row in lookup_rows(self._session, application)}
        mine = lookups.c.application_id == application.id
        found = (
            set()
            if fresh
            else {row.digest for row in self._session.read(sa.select(lookups.c.digest).where(mine))}
        )
        if gone := found - wanted.keys():
            self._session.write(lookups.delete().where(mine, lookups.c.digest.in_(gone)))
        if added := [row for digest, row in wanted.items() if digest not in found]:
            self._session.write(lookups.insert(), added)

    def _write_payments(self, application: Application, *, fresh: bool) -> None:
        query = sa.select(payments.c.reference).where(payments.c.application_id == application.id)
        found = set() if fresh else {row.reference for row in self._session.read(query)}
        added = [row for row in payment_rows(self._session, application) if row["reference"] not in found]
        if added:
            self._session.write(payments.insert(), added, kind="payment")

    def _conditions(self, wanted: ApplicationFilter) -> list[sa.ColumnElement[bool]]:
        case = applications.c
        found: list[sa.ColumnElement[bool] | None] = [
            case.owner == str(wanted.owner) if wanted.owner is not None else None,
            case.state.in_(sorted(wanted.states)) if wanted.states else None,
            case.permit_type.in_(sorted(wanted.permit_types)) if wanted.permit_types else None,
            case.previous_permit == wanted.previous_permit if wanted.previous_permit is not None else None,
            case.due < wanted.due_before if wanted.due_before is not None else None,
            case.submitted_day >= wanted.submitted_from if wanted.submitted_from is not None else None,
            case.submitted_day <= wanted.submitted_to if wanted.submitted_to is not None else None,
        ]
        if wanted.receipt_contains is not None:
            found.append(case.receipt_number.icontains(wanted.receipt_contains, autoescape=True))
        if wanted.holding_uploads:
            found.append(case.held_inspections.is_not(None))
        if wanted.not_inspected_with is not None:
            found.append(case.held_inspections != wanted.not_inspected_with)
        if wanted.assignee is not None:
            found.append(_with(open_stages, open_stages.c.assignee == wanted.assignee))
        if wanted.open_stages:
            found.append(_with(open_stages, open_stages.c.stage.in_(sorted(wanted.open_stages))))
        if wanted.lookup is not None:
            digests = self._session.sealer.blind_all(wanted.lookup)
            found.append(_with(lookups, lookups.c.digest.in_(digests)))
        return [condition for condition in found if condition is not None]


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


def _with(table: sa.Table, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.application_id == applications.c.id, condition)


def _comes_after(order: tuple[sa.ColumnElement[Any], ...], last: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    """Compare several columns as one: what SQL calls a row value comparison, with each value's own type."""
    values = (sa.literal(value, column.type) for column, value in zip(order, last, strict=True))
    return sa.tuple_(*order) > sa.tuple_(*values)
