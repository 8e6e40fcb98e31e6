"""What is to be done by itself, and what of it failed: the questions and the notes of the worker."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Protocol

from perizinan_core.storage._records import AheadOfClock, Backoff, JobFailure

__all__ = ["Agenda", "Failures"]


class Agenda(Protocol):
    """
    Which records a job of the worker has to look at: one question for each job.

    Every answer holds ids only, comes from an index, and opens no record, so that one that cannot be read
    keeps no other from being found. What to do with a record is decided when it is loaded.
    """

    def unanswered(self, day: date) -> tuple[str, ...]:
        """Return the applications whose correction, of which they were notified, had to be answered before this day."""
        ...

    def unnotified(self) -> tuple[str, ...]:
        """Return the applications whose applicant waits to be notified of something that time runs from."""
        ...

    def unasked(self, before: datetime) -> tuple[str, ...]:
        """Return those of `unnotified` that waited before this moment, and about which no supervisor was asked."""
        ...

    def unchecked(self) -> tuple[str, ...]:
        """Return the applications about which an outside system has not answered."""
        ...

    def idle_drafts(self, before: datetime) -> tuple[str, ...]:
        """Return the drafts that were not saved since a moment, and of which no end was announced."""
        ...

    def ended_drafts(self, day: date) -> tuple[str, ...]:
        """Return the drafts whose last day, of which they were notified, lies before this local day."""
        ...

    def counted_otherwise(self, calendar: str) -> tuple[str, ...]:
        """Return the applications with an open deadline that was counted on another version of the calendar."""
        ...

    def silent(self, day: date) -> tuple[str, ...]:
        """Return the applications whose time limit ended before this local day, where silence has an effect."""
        ...

    def unassigned(self) -> tuple[str, ...]:
        """Return the applications with an open stage that no one holds."""
        ...

    def held_by(self, officer: str) -> tuple[str, ...]:
        """Return the applications with an open stage that this officer holds."""
        ...

    def changed_officers(self) -> tuple[str, ...]:
        """Return the officers whose record was saved since `officer_looked_after`."""
        ...

    def officer_looked_after(self, officer: str, *, changed: datetime) -> None:
        """Note that the stages of an officer were looked at, unless the record was saved again meanwhile."""
        ...

    def officer_changed(self, officer: str) -> datetime | None:
        """Return when an officer's record was saved that no one has looked after yet, or None."""
        ...

    def uploads_to_inspect(self, inspection: str) -> tuple[str, ...]:
        """Return the applications that hold an upload which this version of the inspection has not settled."""
        ...

    def to_issue(self) -> tuple[str, ...]:
        """Return the applications that continue to their signature by themselves."""
        ...

    def ahead_of(self, moment: datetime) -> AheadOfClock:
        """Return what was written after a moment, when that is the present one: by a clock that was ahead."""
        ...

    def to_sign(self) -> tuple[str, ...]:
        """Return the applications whose letter awaits its signature."""
        ...


class Failures(Protocol):
    """
    What a job could not do, by job and record: named until it works, tried again after a pause.

    Holds codes and ids only. A pause that ends later than any could was counted by a wrong clock, and is over.
    """

    def note(self, job: str, subject: str, *, error: str, at: datetime, backoff: Backoff = ...) -> JobFailure:
        """
        Write down a failure and return how it stands; the pause grows from one to the next.

        Args:
            job: Name of the job.
            subject: Id of the record.
            error: Stable code or class of the failure; no personal data.
            at: Now; the pause counts from here.
            backoff: How long to wait, and when to give up.
        """
        ...

    def settle(self, job: str, subject: str) -> bool:
        """Forget a failure: it worked, or there is nothing left to do. False when there is none."""
        ...

    def of(self, job: str) -> tuple[JobFailure, ...]:
        """Return what a job failed at, oldest first."""
        ...

    def resting(self, job: str, *, now: datetime) -> AbstractSet[str]:
        """Return the records that a job leaves alone for now: in their pause, or given up."""
        ...

    def due(self, job: str, *, now: datetime) -> tuple[str, ...]:
        """Return the records whose pause is over."""
        ...

    def all(self, *, limit: int = 1000) -> tuple[JobFailure, ...]:
        """Return the failures of all jobs, oldest first."""
        ...

    def retry(self, job: str, subject: str, *, at: datetime) -> bool:
        """Let a record be tried at once, also one that was given up; False when there is no such failure."""
        ...
