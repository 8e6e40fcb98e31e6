"""Applications in memory."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime

import attrs

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._fees import reference_key
from perizinan_core.storage._lookups import held_inspections, lookups_of
from perizinan_core.storage._records import (
    ApplicationFilter,
    Course,
    LastChange,
    ListOrder,
    Page,
    QueueCounts,
    QueueEntry,
    QueueFront,
    fronts_of,
    queue_counts_of,
)
from perizinan_core.storage.memory._listing import has_part, page_of
from perizinan_core.storage.memory._state import Access, Stored, utc

__all__ = ["MemoryApplications"]

_EVERY = ApplicationFilter()

_PLACES: Mapping[ListOrder, Callable[[Application], date | None] | None] = {
    ListOrder.BEGUN: None,
    ListOrder.SUBMITTED: lambda case: case.submitted_at and utc(case.submitted_at),
    ListOrder.DUE: lambda case: case.clock.due,
    ListOrder.UNNOTIFIED: lambda case: case.unnotified_since and utc(case.unnotified_since),
}


class MemoryApplications:
    """Implements `perizinan_core.storage._ports.ApplicationRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        state = self._access.write()
        stored = attrs.evolve(application, version=1)
        row = Stored.of(stored, name="application", id=stored.id, by=by, at=at)
        if stored.id in state.applications:
            self._access.refuse_duplicate("application", "id")
        self._check_unique(stored)
        state.applications[stored.id] = row
        return stored

    def get(self, id: str, *, lock: bool = False, known: Application | None = None) -> Application:
        """See the port."""
        del known
        if lock:
            # One unit of work writes at a time.
            self._access.write()
        return self._row(id).read()

    def named(self, ids: Collection[str]) -> Mapping[str, Application]:
        """See the port."""
        known = self._access.read().applications
        return {id_: known[id_].read() for id_ in sorted(set(ids)) if id_ in known}

    def receipt_numbers(self, ids: Collection[str]) -> Mapping[str, str]:
        """See the port."""
        found = {id_: case.receipt_number for id_, case in self.named(ids).items()}
        return {id_: number for id_, number in found.items() if number is not None}

    def get_by_receipt(self, receipt_number: str) -> Application:
        """See the port."""
        for row in self._access.read().applications.values():
            if row.value.receipt_number == receipt_number:
                return row.read()
        raise RecordNotFoundError(kind="application", key=receipt_number)

    def save(self, application: Application, *, by: str, at: datetime) -> Application:
        """See the port."""
        state = self._access.write()
        stored = attrs.evolve(application, version=application.version + 1)
        row = Stored.of(stored, name="application", id=stored.id, by=by, at=at)
        found = self.last_change(application.id)
        if found.version != application.version:
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        self._check_unique(stored)
        state.applications[stored.id] = row
        return stored

    def remove(self, application: Application) -> None:
        """See the port."""
        known = self._row(application.id)
        if known.value.version != application.version:
            found = self.last_change(application.id)
            raise found.stale(kind="application", id=application.id, expected_version=application.version)
        del self._access.write().applications[application.id]

    def last_change(self, id: str) -> LastChange:
        """See the port."""
        row = self._row(id)
        return LastChange(version=row.value.version, by=row.by, at=row.at)

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
        place = _PLACES[order]
        cases = [row.value for row in self._matching(filter) if place is None or place(row.value) is not None]
        ids, following = page_of(cases, place, limit=limit, after=after, newest_first=newest_first)
        return Page(tuple(self.get(id_) for id_ in ids), following)

    def count(self, filter: ApplicationFilter = _EVERY) -> int:
        """See the port."""
        return sum(self.counts(filter).values())

    def counts(self, filter: ApplicationFilter = _EVERY) -> Mapping[ApplicationState, int]:
        """See the port."""
        return Counter(row.value.state for row in self._matching(filter))

    def courses(self) -> tuple[str, ...]:
        """See the port."""
        return tuple(sorted({str(Course.of(row.value)) for row in self._access.read().applications.values()}))

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
        entries = sorted(
            (
                entry
                for entry in self._open_stages()
                if (stages is None or entry.stage in stages)
                and (permit_type is None or entry.permit_type == permit_type)
                and (assignee is None or entry.assignee == assignee)
                and (held_up is None or entry.held_up is held_up)
                and (among is None or (entry.permit_type, entry.stage) in among)
            ),
            key=_queue_order,
        )
        if after is not None:
            entries = [entry for entry in entries if _queue_order(entry) > _queue_order(after)]
        return tuple(entries[:limit])

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
        return queue_counts_of(
            self.queue(assignee=assignee, among=among, limit=sys.maxsize), today, soon=soon, since=since
        )

    def fronts(self, *, courses: Collection[str] | None = None) -> tuple[QueueFront, ...]:
        """See the port."""
        cases = self._access.read().applications
        return fronts_of(
            entry
            for entry in self._open_stages()
            if courses is None or str(Course.of(cases[entry.application].value)) in courses
        )

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """See the port."""
        held = [entry.assignee for entry in self._open_stages()]
        return {officer: held.count(officer) for officer in officers}

    def _row(self, id: str) -> Stored[Application]:
        row = self._access.read().applications.get(id)
        if row is None:
            raise RecordNotFoundError(kind="application", key=id)
        return row

    def _check_unique(self, application: Application) -> None:
        mine = _references(application)
        if len(mine) < len(application.payments):
            self._access.refuse_duplicate("payment", "reference")
        for row in self._access.read().applications.values():
            if row.value.id == application.id:
                continue
            if (
                application.receipt_number is not None
                and row.value.receipt_number == application.receipt_number
            ):
                self._access.refuse_duplicate("application", "receipt_number")
            if mine & _references(row.value):
                self._access.refuse_duplicate("payment", "reference")

    def _open_stages(self) -> Iterator[QueueEntry]:
        for row in self._access.read().applications.values():
            case = row.value
            for stage in case.stages_in_work():
                yield QueueEntry(
                    application=case.id,
                    stage=stage.stage,
                    permit_type=case.permit_type,
                    receipt_number=case.receipt_number,
                    assignee=stage.assignee,
                    opened_at=utc(stage.opened_at or case.submitted_at or case.created_at),
                    due=case.clock.due,
                    held_up=case.is_held_up(stage.stage),
                )

    def _matching(self, wanted: ApplicationFilter) -> Iterator[Stored[Application]]:
        for row in self._access.read().applications.values():
            if self._matches(row.value, wanted):
                yield row

    def _matches(self, case: Application, wanted: ApplicationFilter) -> bool:
        opened = case.stages_in_work()
        day, due = self._access.local_day(case.submitted_at), case.clock.due
        part, inspections = wanted.receipt_part, held_inspections(case)
        return all(
            (
                wanted.owner is None or case.owner == wanted.owner,
                not wanted.states or case.state in wanted.states,
                not wanted.permit_types or case.permit_type in wanted.permit_types,
                wanted.assignee is None or any(stage.assignee == wanted.assignee for stage in opened),
                not wanted.open_stages or any(stage.stage in wanted.open_stages for stage in opened),
                wanted.lookup is None or wanted.lookup in lookups_of(case),
                part is None or has_part(case.receipt_number, part),
                wanted.courses is None or str(Course.of(case)) in wanted.courses,
                not wanted.handed_in or case.state is not ApplicationState.DRAFT,
                wanted.previous_permit is None or case.previous_permit == wanted.previous_permit,
                wanted.due_before is None or (due is not None and due < wanted.due_before),
                wanted.submitted_from is None or (day is not None and day >= wanted.submitted_from),
                wanted.submitted_to is None or (day is not None and day <= wanted.submitted_to),
                not wanted.holding_uploads or inspections is not None,
                wanted.not_inspected_with is None or inspections not in (None, wanted.not_inspected_with),
            )
        )


def _references(application: Application) -> set[str]:
    return {reference_key(payment.reference) for payment in application.payments}


def _queue_order(entry: QueueEntry) -> tuple[bool, datetime, str, str]:
    return entry.held_up, entry.opened_at, entry.application, entry.stage
