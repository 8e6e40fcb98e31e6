"""
The frame of the worker's jobs: what a job is, what a round reports, and how one bad record stops no other.

A job is anything with a name and ``run``. Most look after single records: they are a `RecordJob` (a question
to the storage, and what to do with one record) inside `EachRecord`, which isolates and counts the failures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._work_queue import WorkHint
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import Backoff, UnitOfWork

__all__ = [
    "MOST_HINTS",
    "PATIENT",
    "Divided",
    "EachRecord",
    "Job",
    "Moment",
    "RecordJob",
    "WorkDone",
    "WorkFailure",
    "name_of",
    "run_all",
]

Moment = Callable[[], datetime]
"""Gives the present moment: asked again for each record, because a round may last long."""

PATIENT = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=15), max_attempts=None, at_once=3)
"""A case is never given up: the law counts its days. It is tried three times in a row, then less and less often."""

MOST_HINTS = 1000
"""Records of a job for which hints are given at once."""

_PAUSE = timedelta(minutes=1)

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class WorkFailure:
    """Something that was not done in a round."""

    job: str
    subject: str
    """Id of the record; empty: the job as a whole."""

    error: str
    """Stable code or class; no personal data."""


@attrs.frozen(kw_only=True)
class WorkDone:
    """What one round did."""

    delivered: int = 0
    failed: int = 0
    """Deliveries that failed; they are tried again."""

    signed: int = 0
    in_doubt: tuple[str, ...] = ()
    """Numbers of permits whose signing needs a person."""

    lapsed: int = 0
    unnotified: int = 0
    """Cases about which a supervisor was asked, because their applicant could not be notified of something."""

    deemed_granted: int = 0
    deadlines_changed: int = 0
    assigned: int = 0
    extended: int = 0
    """Permits that were issued below their level and have reached it."""

    unextended: tuple[str, ...] = ()
    """Numbers of permits that could not be extended in this round; they are tried again."""

    outliving: tuple[str, ...] = ()
    """Numbers of permits signed in this round that outlive their signer's certificate without long-term data."""

    removed: int = 0
    """Drafts whose time was over, and files that no record named for long."""

    inspected: int = 0
    """Uploads that were held and have been inspected again, and files that had arrived whole and have been judged."""

    batched: int = 0
    """Records of batches that were done, or found to have a problem; and pages of them that were looked up."""

    failures: tuple[WorkFailure, ...] = ()
    """What was not done, by job and record; `Worker.failures` lists what is still open."""

    def __add__(self, other: WorkDone) -> WorkDone:
        """Return what both did together."""
        names = [field.name for field in attrs.fields(WorkDone)]
        return WorkDone(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def is_idle(self) -> bool:
        """True when nothing was done; what waits for a person or a pause is not a reason to look again at once."""
        return attrs.evolve(self, in_doubt=(), unextended=(), outliving=(), failures=()) == WorkDone()


class Job(Protocol):
    """Something that happens by itself; safe to repeat, and safe to run in several workers at once."""

    @property
    def name(self) -> str:
        """Stable name, for reports."""
        ...

    def run(self, moment: Moment) -> WorkDone:
        """Do all that is due; raise only what keeps the job as a whole from running."""
        ...


class RecordJob(Protocol):
    """A job that looks after single records."""

    @property
    def name(self) -> str:
        """Stable name, for reports."""
        ...

    @property
    def backoff(self) -> Backoff:
        """How long a record rests that failed."""
        ...

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Return the ids of the records to look after: one indexed question, in a unit that only reads."""
        ...

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Look after one record; what it raises is noted, and keeps no other waiting."""
        ...

    def is_over(self, error: Exception) -> bool:
        """Return True when the other records would fail alike, e.g. because a service is down."""
        ...

    def told(self, subject: str) -> WorkDone:
        """Return what else the report says about a record that failed."""
        ...


@runtime_checkable
class Divided(Job, Protocol):
    """A job whose work several workers can share."""

    def hints(self, moment: Moment) -> tuple[WorkHint, ...]:
        """Return where there is work at this moment."""
        ...

    def look(self, subject: str, moment: Moment) -> WorkDone:
        """Do what is due at one place; raise only what keeps the job as a whole from running."""
        ...


class OneByOne:
    """What most jobs answer: what is wrong with one record is wrong with that record only, and that says it all."""

    def is_over(self, error: Exception) -> bool:
        """See `RecordJob`."""
        del error
        return False

    def told(self, subject: str) -> WorkDone:
        """See `RecordJob`."""
        del subject
        return WorkDone()


@attrs.define
class _Pause:
    """Leaves a job alone for a while, in this process."""

    _since: datetime | None = None

    def begin(self, now: datetime) -> None:
        """Leave it alone from now on."""
        self._since = now

    def lasts(self, now: datetime) -> bool:
        """Return whether it is still to be left alone."""
        return self._since is not None and self._since <= now < self._since + _PAUSE


@attrs.frozen
class EachRecord:
    """Runs a `RecordJob`, record by record."""

    _context: OfficeContext
    _job: RecordJob
    _pause: _Pause = attrs.field(factory=_Pause, init=False, eq=False)

    @property
    def name(self) -> str:
        """Name of the job."""
        return self._job.name

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        due, failing = self._due(moment)
        done = WorkDone()
        for subject in due:
            step, is_over = self._one(subject, moment, failing=subject in failing)
            done += step
            if is_over:
                return done
        return done

    def hints(self, moment: Moment) -> tuple[WorkHint, ...]:
        """See `Divided`; of very many the first, and the job itself to find the rest once these are done."""
        due, _ = self._due(moment)
        found = tuple(WorkHint(self.name, subject) for subject in due[:MOST_HINTS])
        return found if len(due) <= MOST_HINTS else (*found, WorkHint(self.name))

    def look(self, subject: str, moment: Moment) -> WorkDone:
        """See `Divided`; what would fail alike is left alone for a while, and found again by a later look."""
        now = moment()
        if self._pause.lasts(now):
            return WorkDone()
        with self._context.unit_of_work(read_only=True) as work:
            failing = {item.subject for item in work.failures.of(self.name)}
            resting = work.failures.resting(self.name, now=now)
        if subject in resting:
            return WorkDone()
        done, is_over = self._one(subject, moment, failing=subject in failing)
        if is_over:
            self._pause.begin(now)
        return done

    def _due(self, moment: Moment) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return what is to be looked after, and what of the job failed before."""
        job, now = self._job, moment()
        with self._context.unit_of_work(read_only=True) as work:
            due = tuple(job.due(work, now))
            failing = frozenset(item.subject for item in work.failures.of(job.name))
            resting = work.failures.resting(job.name, now=now)
        for subject in failing - resting - set(due):
            # Someone else did it, or there is nothing left to do.
            self._settle(subject)
        return tuple(subject for subject in due if subject not in resting), failing

    def _one(self, subject: str, moment: Moment, *, failing: bool) -> tuple[WorkDone, bool]:
        """Look after one record; return what was done, and whether the others would fail alike."""
        try:
            done = self._job.do(subject, moment())
        except Exception as error:  # noqa: BLE001 - one record must not keep the others waiting
            return self._failed(subject, error, moment()), self._job.is_over(error)
        if failing:
            self._settle(subject)
        return done, False

    def _failed(self, subject: str, error: Exception, now: datetime) -> WorkDone:
        """Note a failure; raises what keeps it from being noted: the database is gone, and with it the job."""
        name = name_of(error)
        _log.warning("%s: %s was not looked after: %s", self.name, subject, name)
        with self._context.unit_of_work() as work:
            work.failures.note(self.name, subject, error=name, at=now, backoff=self._job.backoff)
            work.commit()
        failure = WorkFailure(job=self.name, subject=subject, error=name)
        return self._job.told(subject) + WorkDone(failures=(failure,))

    def _settle(self, subject: str) -> None:
        with self._context.unit_of_work() as work:
            work.failures.settle(self.name, subject)
            work.commit()


def run_all(jobs: Iterable[Job], moment: Moment) -> WorkDone:
    """Run the jobs one after the other; one that fails as a whole is named, and the next one runs."""
    done = WorkDone()
    for job in jobs:
        try:
            done += job.run(moment)
        except Exception as error:  # noqa: BLE001 - one job must not keep the others waiting
            name = name_of(error)
            _log.warning("%s did not run: %s", job.name, name)
            done += WorkDone(failures=(WorkFailure(job=job.name, subject="", error=name),))
    return done


def name_of(error: BaseException) -> str:
    """Return a name that can be logged: texts of errors may hold personal data."""
    return error.code if isinstance(error, PerizinanError) else type(error).__name__
