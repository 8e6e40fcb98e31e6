"""
The open stages that officers work on, as rows beside the applications: they are found by them quickly.

The rows follow from the applications, so none of them is trusted: each has a seal and the version of its
application, and an application says how many there are. Where a row was changed, added or lost, the stages are
read from the application itself, so that no case disappears from a queue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from perizinan_core.model._application import ApplicationState
from perizinan_core.storage._records import QueueEntry
from perizinan_core.storage._sql._rows import open_application, open_stage_rows, read_sound
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import applications, open_stages

__all__ = ["QUEUE_ORDER", "OpenStages", "place_in_queue"]

_IN_WORK = (ApplicationState.SUBMITTED.value, ApplicationState.IN_REVIEW.value)

QUEUE_ORDER = (open_stages.c.held_up, open_stages.c.opened_at, applications.c.id, open_stages.c.stage)
"""Order of the queue: what can be judged now before what cannot, each the oldest first."""


class OpenStages:
    """Reads open stages, and holds them against their applications."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def queue(
        self,
        conditions: Sequence[sa.ColumnElement[bool]],
        *,
        fits: Callable[[QueueEntry], bool],
        limit: int | None = None,
    ) -> tuple[QueueEntry, ...]:
        """
        Return open stages in the order of the queue.

        Args:
            conditions: On `open_stages` and `applications`.
            fits: The same conditions, for an entry.
            limit: At most so many.
        """
        apart = self.unlike()
        while True:
            query = sa.select(open_stages, *_of_case()).join_from(open_stages, applications)
            query = (
                query.where(*conditions, applications.c.id.not_in(apart)).order_by(*QUEUE_ORDER).limit(limit)
            )
            rows = self._session.read(query)
            broken = self._broken_cases(rows)
            if not broken:
                break
            apart |= broken
        entries = [_entry(row) for row in rows] + [entry for entry in self._read(apart) if fits(entry)]
        return tuple(sorted(entries, key=place_in_queue)[:limit])

    def unlike(self) -> set[str]:
        """
        Return the applications that do not have the rows they should have.

        All rows are looked at, some microseconds each: a search would not find one whose column was changed.
        """
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

    def those_with(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Return the condition that an application has such a stage; what rows cannot say is let in."""
        found = sa.exists().where(open_stages.c.application_id == applications.c.id, condition)
        apart = self.unlike()
        return sa.or_(found, applications.c.id.in_(apart)) if apart else found

    def _broken_cases(self, rows: Sequence[Any]) -> set[str]:
        """Return the applications among these whose own row does not pass: what it says is not shown."""
        ids = sorted({row.application_id for row in rows})
        cases = self._session.read(sa.select(applications).where(applications.c.id.in_(ids)))
        return {cases[index].id for index, _ in self._session.seals.problems(applications, cases)}

    def _read(self, ids: set[str]) -> list[QueueEntry]:
        """Read the open stages from the applications themselves."""
        rows = self._session.read(sa.select(applications).where(applications.c.id.in_(ids)))
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


def _of_case() -> tuple[sa.ColumnElement[Any], ...]:
    case = applications.c
    return case.permit_type, case.receipt_number, case.due


def _entry(row: Any) -> QueueEntry:
    return QueueEntry(
        application=row.application_id,
        stage=row.stage,
        permit_type=row.permit_type,
        receipt_number=row.receipt_number,
        assignee=row.assignee,
        opened_at=row.opened_at,
        due=row.due,
        held_up=row.held_up,
    )


def place_in_queue(entry: QueueEntry) -> tuple[bool, datetime, str, str]:
    """Return what entries are ordered by, as `QUEUE_ORDER` does."""
    return entry.held_up, entry.opened_at, entry.application, entry.stage
