"""The worker's questions and notes in SQL."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from perizinan_core.model._application import OwnStep
from perizinan_core.storage._records import AheadOfClock, Backoff, JobFailure, is_leased
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import applications, job_failures, officers, open_stages, permits

__all__ = ["SqlAgenda", "SqlFailures"]

_BACKOFF = Backoff()
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any moment on record: SQLite finds "not NULL" in an index only as a comparison."""


class SqlAgenda:
    """Implements `perizinan_core.storage._ports.Agenda`; every question is answered by one index."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def unanswered(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.answer_by < day)

    def unnotified(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.unnotified_since >= _EVER)

    def unasked(self, before: datetime) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.unasked_since <= before)

    def unchecked(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.unchecked_since >= _EVER)

    def idle_drafts(self, before: datetime) -> tuple[str, ...]:
        """See the port."""
        case = applications.c
        # Said in so many words: SQLite takes a partial index only for a condition that it can read.
        is_draft = case.state == sa.literal_column("'draft'")
        unannounced = case.unnotified_since.is_(None) & case.removed_after.is_(None)
        return self._cases(is_draft & (case.changed_at < before) & unannounced)

    def ended_drafts(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.removed_after < day)

    def counted_otherwise(self, calendar: str) -> tuple[str, ...]:
        """See the port."""
        counted = applications.c.counted_on
        # Not "<>", which no index answers.
        return self._cases(sa.or_(counted < calendar, counted > calendar))

    def silent(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.silence_after < day)

    def unassigned(self) -> tuple[str, ...]:
        """See the port."""
        return self._stages(open_stages.c.assignee.is_(None))

    def held_by(self, officer: str) -> tuple[str, ...]:
        """See the port."""
        return self._stages(open_stages.c.assignee == officer)

    def changed_officers(self) -> tuple[str, ...]:
        """See the port."""
        return self._ids(sa.select(officers.c.id).where(officers.c.look_after >= _EVER))

    def officer_looked_after(self, officer: str, *, changed: datetime) -> None:
        """See the port."""
        mine = (officers.c.id == officer) & (officers.c.look_after == changed)
        self._session.write(officers.update().where(mine).values(look_after=None))

    def officer_changed(self, officer: str) -> datetime | None:
        """See the port."""
        found: datetime | None = self._session.scalar(
            sa.select(officers.c.look_after).where(officers.c.id == officer)
        )
        return found

    def uploads_to_inspect(self, inspection: str) -> tuple[str, ...]:
        """See the port."""
        held = applications.c.held_inspections
        return self._cases(sa.or_(held < inspection, held > inspection))

    def to_issue(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.own_step == OwnStep.ISSUE.value)

    def ahead_of(self, moment: datetime) -> AheadOfClock:
        """See the port."""
        return AheadOfClock(
            applications=self._cases(applications.c.changed_at > moment),
            permits=self._ids(sa.select(permits.c.id).where(permits.c.changed_at > moment)),
            officers=self._ids(sa.select(officers.c.id).where(officers.c.assigned_at > moment)),
        )

    def to_sign(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(applications.c.own_step == OwnStep.SIGN.value)

    def _cases(self, condition: sa.ColumnElement[bool]) -> tuple[str, ...]:
        return self._ids(sa.select(applications.c.id).where(condition))

    def _stages(self, condition: sa.ColumnElement[bool]) -> tuple[str, ...]:
        return self._ids(sa.select(open_stages.c.application_id).where(condition).distinct())

    def _ids(self, query: sa.Select[Any]) -> tuple[str, ...]:
        # Sorted here: asked to sort by id, a database might walk the primary key instead of the index.
        return tuple(sorted(row[0] for row in self._session.read(query)))


class SqlFailures:
    """Implements `perizinan_core.storage._ports.Failures`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(
        self, job: str, subject: str, *, error: str, at: datetime, backoff: Backoff = _BACKOFF
    ) -> JobFailure:
        """See the port."""
        self._session.check_writable()
        first = {
            "job": job,
            "subject": subject,
            "error": error[:500],
            "attempts": 0,
            "first_at": at,
            "last_at": at,
        }
        self._session.insert_if_absent(job_failures, first)
        query = self._session.locked(sa.select(job_failures).where(*_is(job, subject)))
        attempts = self._session.read(query)[0].attempts + 1
        pause = backoff.delay(attempts)
        change = {
            "error": error[:500],
            "attempts": attempts,
            "last_at": at,
            "not_before": None if pause is None else at + pause,
        }
        self._session.write(job_failures.update().where(*_is(job, subject)).values(change))
        return _failure(self._session.read(sa.select(job_failures).where(*_is(job, subject)))[0])

    def settle(self, job: str, subject: str) -> bool:
        """See the port."""
        return self._session.write(job_failures.delete().where(*_is(job, subject))).rowcount == 1

    def of(self, job: str) -> tuple[JobFailure, ...]:
        """See the port."""
        return self._found(sa.select(job_failures).where(job_failures.c.job == job))

    def resting(self, job: str, *, now: datetime) -> AbstractSet[str]:
        """See the port."""
        rows = self._session.read(sa.select(job_failures).where(job_failures.c.job == job))
        return {row.subject for row in rows if _rests(row.not_before, now)}

    def due(self, job: str, *, now: datetime) -> tuple[str, ...]:
        """See the port."""
        resting = self.resting(job, now=now)
        return tuple(failure.subject for failure in self.of(job) if failure.subject not in resting)

    def all(self, *, limit: int = 1000) -> tuple[JobFailure, ...]:
        """See the port."""
        return self._found(sa.select(job_failures).order_by(job_failures.c.first_at).limit(limit))

    def retry(self, job: str, subject: str, *, at: datetime) -> bool:
        """See the port."""
        change = {"not_before": at, "attempts": 0}
        return (
            self._session.write(job_failures.update().where(*_is(job, subject)).values(change)).rowcount == 1
        )

    def _found(self, query: sa.Select[Any]) -> tuple[JobFailure, ...]:
        found = [_failure(row) for row in self._session.read(query)]
        return tuple(sorted(found, key=lambda item: (item.first_at, item.job, item.subject)))


def _is(job: str, subject: str) -> tuple[sa.ColumnElement[bool], ...]:
    return job_failures.c.job == job, job_failures.c.subject == subject


def _rests(not_before: datetime | None, now: datetime) -> bool:
    return not_before is None or is_leased(not_before, now)


def _failure(row: Any) -> JobFailure:
    return JobFailure(**row._mapping)
