"""The worker's questions and notes in memory."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date, datetime

import attrs

from perizinan_core.model._application import Application, ApplicationState, OwnStep
from perizinan_core.model._case import StageState
from perizinan_core.storage._lookups import held_inspections
from perizinan_core.storage._records import AheadOfClock, Backoff, JobFailure, is_leased
from perizinan_core.storage.memory._state import Access, utc

__all__ = ["MemoryAgenda", "MemoryFailures"]

_BACKOFF = Backoff()


class MemoryAgenda:
    """Implements `perizinan_core.storage._ports.Agenda`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def unanswered(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.lapses_after is not None and case.lapses_after < day)

    def unnotified(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.unnotified_since is not None)

    def unasked(self, before: datetime) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.unasked_since is not None and case.unasked_since <= before)

    def unchecked(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.unchecked_since is not None)

    def idle_drafts(self, before: datetime) -> tuple[str, ...]:
        """See the port."""
        rows = self._access.read().applications
        return tuple(
            sorted(
                id_
                for id_, row in rows.items()
                if row.value.state is ApplicationState.DRAFT
                and row.at < before
                and row.value.draft_end is None
            )
        )

    def ended_drafts(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.removed_after is not None and case.removed_after < day)

    def counted_otherwise(self, calendar: str) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.counted_on not in (None, calendar))

    def silent(self, day: date) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.silence_after is not None and case.silence_after < day)

    def unassigned(self) -> tuple[str, ...]:
        """See the port."""
        return self._stages(lambda stage: stage.assignee is None)

    def held_by(self, officer: str) -> tuple[str, ...]:
        """See the port."""
        return self._stages(lambda stage: stage.assignee == officer)

    def changed_officers(self) -> tuple[str, ...]:
        """See the port."""
        rows = self._access.read().officers
        return tuple(sorted(id_ for id_, row in rows.items() if row.look_after is not None))

    def officer_looked_after(self, officer: str, *, changed: datetime) -> None:
        """See the port."""
        officers = self._access.write().officers
        row = officers.get(officer)
        if row is not None and row.look_after == changed:
            officers[officer] = attrs.evolve(row, look_after=None)

    def officer_changed(self, officer: str) -> datetime | None:
        """See the port."""
        row = self._access.read().officers.get(officer)
        return None if row is None else row.look_after

    def uploads_to_inspect(self, inspection: str) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: held_inspections(case) not in (None, inspection))

    def to_issue(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.own_step is OwnStep.ISSUE)

    def ahead_of(self, moment: datetime) -> AheadOfClock:
        """See the port."""
        state = self._access.read()
        officers = (
            id_
            for id_, row in state.officers.items()
            if row.assigned_at is not None and row.assigned_at > moment
        )
        return AheadOfClock(
            applications=tuple(sorted(id_ for id_, row in state.applications.items() if row.at > moment)),
            permits=tuple(sorted(id_ for id_, row in state.permits.items() if row.at > moment)),
            officers=tuple(sorted(officers)),
        )

    def to_sign(self) -> tuple[str, ...]:
        """See the port."""
        return self._cases(lambda case: case.own_step is OwnStep.SIGN)

    def _cases(self, wanted: Callable[[Application], bool]) -> tuple[str, ...]:
        rows = self._access.read().applications
        return tuple(sorted(id_ for id_, row in rows.items() if wanted(row.value)))

    def _stages(self, wanted: Callable[[StageState], bool]) -> tuple[str, ...]:
        return self._cases(lambda case: any(wanted(stage) for stage in case.stages_in_work()))


class MemoryFailures:
    """Implements `perizinan_core.storage._ports.Failures`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def note(
        self, job: str, subject: str, *, error: str, at: datetime, backoff: Backoff = _BACKOFF
    ) -> JobFailure:
        """See the port."""
        failures = self._access.write().failures
        known = failures.get((job, subject))
        attempts = 1 if known is None else known.attempts + 1
        pause = backoff.delay(attempts)
        found = JobFailure(
            job=job,
            subject=subject,
            error=error[:500],
            attempts=attempts,
            first_at=utc(at) if known is None else known.first_at,
            last_at=utc(at),
            not_before=None if pause is None else utc(at) + pause,
        )
        failures[job, subject] = found
        return found

    def settle(self, job: str, subject: str) -> bool:
        """See the port."""
        return self._access.write().failures.pop((job, subject), None) is not None

    def of(self, job: str) -> tuple[JobFailure, ...]:
        """See the port."""
        return tuple(item for item in self.all(limit=len(self._access.read().failures)) if item.job == job)

    def resting(self, job: str, *, now: datetime) -> AbstractSet[str]:
        """See the port."""
        return {
            item.subject
            for item in self.of(job)
            if item.not_before is None or is_leased(item.not_before, now)
        }

    def due(self, job: str, *, now: datetime) -> tuple[str, ...]:
        """See the port."""
        resting = self.resting(job, now=now)
        return tuple(item.subject for item in self.of(job) if item.subject not in resting)

    def all(self, *, limit: int = 1000) -> tuple[JobFailure, ...]:
        """See the port."""
        found = self._access.read().failures.values()
        return tuple(sorted(found, key=lambda item: (item.first_at, item.job, item.subject)))[:limit]

    def retry(self, job: str, subject: str, *, at: datetime) -> bool:
        """See the port."""
        failures = self._access.write().failures
        known = failures.get((job, subject))
        if known is None:
            return False
        failures[job, subject] = attrs.evolve(known, not_before=utc(at), attempts=0)
        return True
