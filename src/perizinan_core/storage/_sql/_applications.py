"""Applications in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError
from perizinan_core.model._application import Application
from perizinan_core.storage._lookups import lookups_of
from perizinan_core.storage._records import ApplicationFilter, LastChange, Page, QueueEntry
from perizinan_core.storage._sql._open_stages import QUEUE_ORDER, OpenStages, place_in_queue
from perizinan_core.storage._sql._rows import (
    application_row,
    open_application,
    open_stage_rows,
    payment_rows,
    read_application,
    read_sound,
)
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import applications, lookups, open_stages, payments

__all__ = ["SqlApplications", "lookup_rows"]

_EVERY = ApplicationFilter()


class SqlApplications:
    """Implements `perizinan_core.storage._ports.ApplicationRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        self._session.check_writable()
        stored = attrs.evolve(application, version=1)
        row = self._sealed(stored, by=by, at=at)
        self._session.write(applications.insert().values(row), kind="application")
        self._session.seals.written(applications, row)
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
        row = self._sealed(stored, by=by, at=at)
        mine = (applications.c.id == application.id) & (applications.c.version == application.version)
        result = self._session.write(applications.update().where(mine).values(row), kind="application")
        if result.rowcount == 0:
            found = self.last_change(application.id)
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        self._session.seals.written(applications, row)
        self._write_parts(stored, fresh=False)
        return stored

    def last_change(self, id: str) -> LastChange:  # noqa: A002
        """See the port."""
        row = self._session.first(sa.select(applications).where(applications.c.id == id))
        if row is None:
            self._session.seals.require_absent(applications, id)
            raise RecordNotFoundError(kind="application", key=id)
        self._session.seals.require(applications, row)
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
        query = sa.select(applications).where(*self._conditions(filter))
        id_ = applications.c.id
        if after is not None:
            query = query.where(id_ < after if newest_first else id_ > after)
        query = query.order_by(id_.desc() if newest_first else id_).limit(limit + 1)
        rows = self._session.read(query)
        items = read_sound(self._session, applications, rows[:limit], open_application)
        # Rows beside the application's own may have been changed: what they led to is looked at.
        fitting = tuple(item for item in items if _is_found_rightly(item, filter))
        return Page(fitting, rows[limit - 1].id if len(rows) > limit else None)

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

        def fits(entry: QueueEntry) -> bool:
            return (
                (stages is None or entry.stage in stages)
                and permit_type in (None, entry.permit_type)
                and assignee in (None, entry.assignee)
                and held_up in (None, entry.held_up)
                and (after is None or place_in_queue(after) < place_in_queue(entry))
            )

        return self._open.queue(
            self._queue_conditions(
                stages, permit_type=permit_type, assignee=assignee, held_up=held_up, after=after
            ),
            fits=fits,
            limit=limit,
        )

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """See the port."""
        wanted = set(officers)
        entries = self._open.queue(
            [open_stages.c.assignee.in_(wanted)], fits=lambda entry: entry.assignee in wanted
        )
        counted = Counter(entry.assignee for entry in entries)
        return {officer: counted[officer] for officer in officers}

    @property
    def _open(self) -> OpenStages:
        return OpenStages(self._session)

    def _queue_conditions(
        self,
        stages: Collection[str] | None,
        *,
        permit_type: str | None,
        assignee: str | None,
        held_up: bool | None,
        after: QueueEntry | None,
    ) -> list[sa.ColumnElement[bool]]:
        case, open_ = applications.c, open_stages.c
        found: list[sa.ColumnElement[bool] | None] = [
            open_.stage.in_(stages) if stages is not None else None,
            case.permit_type == permit_type if permit_type is not None else None,
            open_.assignee == assignee if assignee is not None else None,
            open_.held_up == sa.literal(held_up) if held_up is not None else None,
            _comes_after(QUEUE_ORDER, place_in_queue(after)) if after is not None else None,
        ]
        return [condition for condition in found if condition is not None]

    def _sealed(self, application: Application, *, by: str, at: datetime) -> dict[str, Any]:
        columns = {**application_row(self._session, application), "changed_by": by, "changed_at": at}
        return self._session.seals.sealed(applications, columns)

    def _one(self, condition: sa.ColumnElement[bool], key: str, *, lock: bool = False) -> Application:
        query = sa.select(applications).where(condition)
        row = self._session.first(self._session.kept(query) if lock else query)
        if row is None:
            # A receipt number is not a row's name, so that nothing is found under it here.
            self._session.seals.require_absent(applications, key)
            raise RecordNotFoundError(kind="application", key=key)
        return read_application(self._session, row)

    def _write_parts(self, application: Application, *, fresh: bool) -> None:
        """Bring the rows beside the application's own in line with it."""
        if not fresh:
            self._session.write(open_stages.delete().where(open_stages.c.application_id == application.id))
        seals = self._session.seals
        if stages := [seals.sealed(open_stages, row) for row in open_stage_rows(application)]:
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
        query = sa.select(payments.c.digest).where(payments.c.application_id == application.id)
        found = set() if fresh else {row.digest for row in self._session.read(query)}
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
            found.append(self._open.those_with(open_stages.c.assignee == wanted.assignee))
        if wanted.open_stages:
            found.append(self._open.those_with(open_stages.c.stage.in_(sorted(wanted.open_stages))))
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


def _is_found_rightly(application: Application, wanted: ApplicationFilter) -> bool:
    """Hold an application against the conditions that rows beside its own have answered."""
    open_ = application.stages_in_work() if wanted.assignee is not None or wanted.open_stages else ()
    return (
        (wanted.assignee is None or any(stage.assignee == wanted.assignee for stage in open_))
        and (not wanted.open_stages or any(stage.stage in wanted.open_stages for stage in open_))
        and (wanted.lookup is None or wanted.lookup in lookups_of(application))
    )


def _with(table: sa.Table, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.application_id == applications.c.id, condition)


def _comes_after(order: tuple[sa.ColumnElement[Any], ...], last: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    """Compare several columns as one: what SQL calls a row value comparison, with each value's own type."""
    values = (sa.literal(value, column.type) for column, value in zip(order, last, strict=True))
    return sa.tuple_(*order) > sa.tuple_(*values)
