"""
The open stages that officers work on, as rows beside the applications: they are found by them quickly.

The rows follow from the applications, so none of them is trusted. They stand in two tables, of which the first is
sealed: a page is read from both, and a row that only one of them has was lost, added or changed. Then, and only
then, all rows are held against the applications, which say how many there are; where they disagree, the stages are
read from the application itself, so that no case disappears from a queue.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.model._application import ApplicationState
from perizinan_core.storage._records import QueueCounts, QueueEntry, QueueFront, fronts_of, queue_counts_of
from perizinan_core.storage._sql._rows import open_application, open_stage_rows, read_sound
from perizinan_core.storage._sql._seals import checked_columns
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import applications, open_stages, queue_places

__all__ = ["InQueue", "OpenStages"]

_IN_WORK = (ApplicationState.SUBMITTED.value, ApplicationState.IN_REVIEW.value)
_NAMES = tuple(column.name for column in queue_places.columns)

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class InQueue:
    """Which open stages; what is None does not narrow."""

    stages: frozenset[str] | None = None
    permit_type: str | None = None
    assignees: frozenset[str] | None = None
    held_up: bool | None = None
    among: frozenset[tuple[str, str]] | None = None
    """Permit types, each with a stage."""

    after: QueueEntry | None = None

    def conditions(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on one of the two tables."""
        row = table.c
        found: list[sa.ColumnElement[bool] | None] = [
            None if self.stages is None else row.stage.in_(sorted(self.stages)),
            None if self.permit_type is None else row.permit_type == self.permit_type,
            None if self.assignees is None else _among(row.assignee, self.assignees),
            # Named in any case, because SQLite goes into an index only by a comparison.
            row.held_up >= sa.literal(value=False)
            if self.held_up is None
            else row.held_up == sa.literal(self.held_up),
            None if self.among is None else _of_types(table, self.among),
            None if self.after is None else _comes_after(_order(table), _place(self.after)),
        ]
        return [condition for condition in found if condition is not None]

    def fits(self, entry: QueueEntry) -> bool:
        """Return whether the same conditions hold for an entry."""
        return (
            (self.stages is None or entry.stage in self.stages)
            and self.permit_type in (None, entry.permit_type)
            and (self.assignees is None or entry.assignee in self.assignees)
            and self.held_up in (None, entry.held_up)
            and (self.among is None or (entry.permit_type, entry.stage) in self.among)
            and (self.after is None or _place(self.after) < _place(entry))
        )


class OpenStages:
    """Reads open stages, and holds them against their applications."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def queue(self, wanted: InQueue, *, limit: int | None = None) -> tuple[QueueEntry, ...]:
        """
        Return open stages in the order of the queue.

        Args:
            wanted: Which.
            limit: At most so many.
        """
        apart: set[str] = set()
        walked = False
        while True:
            rows = self._rows(open_stages, wanted, apart, limit)
            cases = self._cases(rows)
            broken = self._broken(rows, cases)
            if not walked and (
                broken or _values(rows) != _values(self._rows(queue_places, wanted, apart, limit))
            ):
                broken |= self._unlike()
                walked = True
            if broken <= apart:
                break
            apart |= broken
        entries = [_entry(row, cases[row.application_id]) for row in rows]
        entries += [entry for entry in self._read(apart) if wanted.fits(entry)]
        return tuple(sorted(entries, key=_place)[:limit])

    def counts(
        self, wanted: InQueue, today: date, *, soon: date | None = None, since: datetime | None = None
    ) -> QueueCounts:
        """Count what `queue` would give in all."""
        due, number = applications.c.due, sa.func.count()
        late = number.filter(due < today).label("late")
        near = number.filter(sa.false() if soon is None else due.between(today, soon)).label("soon")
        fresh = sa.false() if since is None else open_stages.c.opened_at >= since
        new = number.filter(fresh).label("new")
        joined = sa.select(*_counted(open_stages), late, near, new).join_from(open_stages, applications)
        (mine,) = self._session.read(joined.where(*wanted.conditions(open_stages)))
        query = sa.select(*_counted(queue_places)).where(*wanted.conditions(queue_places))
        (other,) = self._session.read(query)
        if (mine.waiting, mine.held_up) != (other.waiting, other.held_up):
            return queue_counts_of(self.queue(wanted), today, soon=soon, since=since)
        return QueueCounts(
            waiting=mine.waiting, held_up=mine.held_up, late=mine.late, soon=mine.soon, new=mine.new
        )

    def fronts(self, courses: frozenset[str] | None) -> tuple[QueueFront, ...]:
        """Return the number of open stages in each step, and the one that has waited longest."""
        rows = self._fronts(open_stages, courses)
        cases = self._cases(rows)
        others = self._fronts(queue_places, courses)
        same = _values(rows) == _values(others) and [one.waiting for one in rows] == [
            one.waiting for one in others
        ]
        if not same or self._broken(rows, cases):
            entries = self.queue(InQueue())
            allowed = self._of_courses({entry.application for entry in entries}, courses)
            return fronts_of(entry for entry in entries if entry.application in allowed)
        found = (QueueFront(_entry(row, cases[row.application_id]), row.waiting) for row in rows)
        return tuple(sorted(found, key=lambda front: (front.oldest.permit_type, front.oldest.stage)))

    def _fronts(self, table: sa.Table, courses: frozenset[str] | None) -> Sequence[Any]:
        row = table.c
        step = (row.permit_type, row.stage)
        first = sa.func.row_number().over(partition_by=step, order_by=(row.opened_at, row.application_id))
        ranked = sa.select(
            table, first.label("place"), sa.func.count().over(partition_by=step).label("waiting")
        )
        if courses is not None:
            ranked = ranked.join_from(table, applications).where(applications.c.course.in_(sorted(courses)))
        of_step = ranked.subquery()
        query = sa.select(of_step).where(of_step.c.place == 1)
        return self._session.read(query.order_by(of_step.c.permit_type, of_step.c.stage))

    def _of_courses(self, ids: set[str], courses: frozenset[str] | None) -> set[str]:
        if courses is None:
            return ids
        query = sa.select(applications.c.id).where(
            applications.c.id.in_(sorted(ids)), applications.c.course.in_(sorted(courses))
        )
        return {row.id for row in self._session.read(query)}

    def workloads(self, officers: Collection[str]) -> Mapping[str, int]:
        """Return how many open stages each officer holds; 0 is in the answer too."""
        wanted = frozenset(officers)
        counts: list[Counter[str]] = []
        for table in (open_stages, queue_places):
            query = sa.select(table.c.assignee, sa.func.count().label("number"))
            query = query.where(_among(table.c.assignee, wanted)).group_by(table.c.assignee)
            counts.append(Counter({row.assignee: row.number for row in self._session.read(query)}))
        if counts[0] != counts[1]:
            entries = self.queue(InQueue(assignees=wanted))
            counts[0] = Counter(entry.assignee for entry in entries if entry.assignee is not None)
        return {officer: counts[0][officer] for officer in officers}

    def those_with(self, assignee: str | None, stages: Collection[str]) -> sa.ColumnElement[bool]:
        """Return the condition that an application has such a stage; what rows cannot say is let in."""

        def mine(table: sa.Table) -> sa.Select[Any]:
            row = table.c
            query = sa.select(row.application_id, row.stage, row.version).where(
                row.held_up >= sa.literal(value=False)
            )
            query = query if assignee is None else query.where(row.assignee == assignee)
            return query.where(row.stage.in_(sorted(stages))) if stages else query

        one, other = mine(open_stages), mine(queue_places)
        differing = sa.union_all(
            sa.select(one.except_(other).subquery().c.application_id),
            sa.select(other.except_(one).subquery().c.application_id),
        )
        apart = self._unlike() if self._session.first(differing.limit(1)) is not None else set()
        found = applications.c.id.in_(sa.select(one.subquery().c.application_id))
        return sa.or_(found, applications.c.id.in_(apart)) if apart else found

    def _rows(
        self, table: sa.Table, wanted: InQueue, apart: Collection[str], limit: int | None
    ) -> Sequence[Any]:
        query = sa.select(table).where(*wanted.conditions(table))
        if apart:
            query = query.where(table.c.application_id.not_in(sorted(apart)))
        return self._session.read(query.order_by(*_order(table)).limit(limit))

    def _cases(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """Return the own rows of the applications, without their payloads, that are as they were written."""
        ids = sorted({row.application_id for row in rows})
        if not ids:
            return {}
        query = sa.select(*checked_columns(applications)).where(applications.c.id.in_(ids))
        return {row.id: row for row in self._session.seals.sound(applications, self._session.read(query))}

    def _broken(self, rows: Sequence[Any], cases: Mapping[str, Any]) -> set[str]:
        """Return the applications whose rows, here or of their own, do not pass: what they say is not shown."""
        broken = {rows[index].application_id for index, _ in self._session.seals.problems(open_stages, rows)}
        for row in rows:
            case = cases.get(row.application_id)
            if case is None or case.version != row.version:
                broken.add(row.application_id)
        return broken

    def _unlike(self) -> set[str]:
        """Return the applications that do not have the rows they should have; all rows are looked at."""
        _log.error("the two tables of open stages disagree; run: perizinan records check --repair")
        rows = self._session.read(sa.select(open_stages))
        broken = {rows[index].application_id for index, _ in self._session.seals.problems(open_stages, rows)}
        held = (
            sa.select(open_stages.c.application_id, sa.func.count().label("held"))
            .join_from(open_stages, applications)
            .where(open_stages.c.version == applications.c.version)
            .group_by(open_stages.c.application_id)
            .subquery()
        )
        every = (
            sa.select(open_stages.c.application_id, sa.func.count().label("rows"))
            .group_by(open_stages.c.application_id)
            .subquery()
        )
        expected = sa.func.coalesce(applications.c.open_count, 0)
        query = (
            sa.select(applications.c.id)
            .outerjoin(held, held.c.application_id == applications.c.id)
            .outerjoin(every, every.c.application_id == applications.c.id)
            .where(
                sa.or_(applications.c.state.in_(_IN_WORK), every.c.rows.is_not(None)),
                sa.or_(
                    expected != sa.func.coalesce(held.c.held, 0),
                    expected != sa.func.coalesce(every.c.rows, 0),
                ),
            )
        )
        return broken | {row.id for row in self._session.read(query)}

    def _read(self, ids: Collection[str]) -> list[QueueEntry]:
        """Read the open stages from the applications themselves."""
        if not ids:
            return []
        rows = self._session.read(sa.select(applications).where(applications.c.id.in_(sorted(ids))))
        cases = read_sound(self._session, applications, rows, open_application)
        return [
            QueueEntry(
                application=case.id,
                stage=stage["stage"],
                permit_type=case.permit_type,
                receipt_number=case.receipt_number,
                assignee=stage["assignee"],
                opened_at=stage["opened_at"],
                due=case.clock.due,
                held_up=stage["held_up"],
            )
            for case in cases
            for stage in open_stage_rows(case)
        ]


def _counted(table: sa.Table) -> tuple[sa.ColumnElement[Any], ...]:
    number = sa.func.count()
    return number.label("waiting"), number.filter(table.c.held_up).label("held_up")


def _values(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what rows of both tables have in common."""
    return [tuple(row._mapping[name] for name in _NAMES) for row in rows]


def _entry(row: Any, case: Any) -> QueueEntry:
    return QueueEntry(
        application=row.application_id,
        stage=row.stage,
        permit_type=row.permit_type,
        receipt_number=case.receipt_number,
        assignee=row.assignee,
        opened_at=row.opened_at,
        due=case.due,
        held_up=row.held_up,
    )


def _order(table: sa.Table) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the order of the queue: what can be judged now before what cannot, each the oldest first."""
    return table.c.held_up, table.c.opened_at, table.c.application_id, table.c.stage


def _place(entry: QueueEntry) -> tuple[bool, datetime, str, str]:
    """Return what entries are ordered by, as `_order` does."""
    return entry.held_up, entry.opened_at, entry.application, entry.stage


def _among(column: sa.ColumnElement[Any], values: frozenset[str]) -> sa.ColumnElement[bool]:
    """Compare with one value as such: an index is in order then."""
    return column == next(iter(values)) if len(values) == 1 else column.in_(sorted(values))


def _of_types(table: sa.Table, among: frozenset[tuple[str, str]]) -> sa.ColumnElement[bool]:
    stages: dict[str, list[str]] = {}
    for permit_type, stage in sorted(among):
        stages.setdefault(permit_type, []).append(stage)
    row = table.c
    return sa.or_(
        sa.false(), *(sa.and_(row.permit_type == code, row.stage.in_(of)) for code, of in stages.items())
    )


def _comes_after(order: tuple[sa.ColumnElement[Any], ...], last: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    """Compare several columns as one: what SQL calls a row value comparison, with each value's own type."""
    values = (sa.literal(value, column.type) for column, value in zip(order, last, strict=True))
    return sa.tuple_(*order) > sa.tuple_(*values)
