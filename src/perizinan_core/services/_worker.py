"""
What happens by itself: a list of jobs, run one after the other.

Any number of workers may run at once: the outbox and the signatures are leased, records are locked when they
are changed, and every job is safe to repeat. No record stops another, and no job stops another: what fails is
named in the report, noted with the records, and tried again. See docs/explanation/invariants.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from perizinan_core.hooks._notification import NotificationChannel
from perizinan_core.hooks._timed_calls import TimedCalls
from perizinan_core.hooks._work_queue import EVERYTHING, WorkHint, WorkQueue
from perizinan_core.services._arguments import checked
from perizinan_core.services._batch_jobs import ForgetBatches, RunBatches
from perizinan_core.services._batch_work import BatchWork
from perizinan_core.services._case_jobs import (
    Assign,
    IssueDeemed,
    LapseCorrections,
    LookAfterStaff,
    MissNotices,
    RecordSilence,
    Recount,
)
from perizinan_core.services._checks import AskChecksAgain
from perizinan_core.services._clocks import ClockWatch
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._delivery import Deliver
from perizinan_core.services._digests import Collect, DigestRules
from perizinan_core.services._held_uploads import HeldUploads
from perizinan_core.services._issuance import Issuance
from perizinan_core.services._permit_jobs import Extend, PublishStatus, Sign
from perizinan_core.services._readiness import RoundNotes
from perizinan_core.services._retention_jobs import (
    AnnounceDrafts,
    ForgetDelivered,
    RemoveDrafts,
    RemoveUnusedFiles,
    RetentionRules,
)
from perizinan_core.services._status_list import StatusLists
from perizinan_core.services._targets import (
    OpenConsumer,
    Target,
    ToChannel,
    ToConsumer,
    ToMessages,
    ToStatusList,
)
from perizinan_core.services._upload_jobs import ForgetIncoming, InspectUploads, JudgeIncoming
from perizinan_core.services._work import Divided, EachRecord, Job, Moment, RecordJob, WorkDone, run_all
from perizinan_core.storage import JobFailure, OutboxEntry

__all__ = ["Worker", "library_worker"]


@checked
@attrs.frozen
class Worker:
    """One worker of an office."""

    _context: OfficeContext
    jobs: tuple[Job, ...]
    """What is done in a round, in this order."""

    def run_once(self, *, now: datetime | None = None) -> WorkDone:
        """Do everything that is due now, once; never raises for what is wrong with a record or a job."""
        done = run_all(self.jobs, self._moment(now))
        RoundNotes(self._context).note()
        return done

    def run(
        self,
        stop: threading.Event,
        *,
        interval: float = 10.0,
        concurrency: int = 1,
        told: Callable[[WorkDone], None] = lambda _: None,
        jumped: Callable[[ClockWatch], None] = lambda _: None,
    ) -> None:
        """
        Do what happens by itself until ``stop`` is set; what is under way then is finished.

        Args:
            stop: Ends the work.
            interval: Seconds between two looks at everything, when there is nothing to do.
            concurrency: How many things may be done at once, where the queue of the office can do that.
            told: Called with what was done, and what failed; from several threads where several work.
            jumped: Called when nothing is done because the clock of the machine jumped.
        """
        watch, turn = ClockWatch(), threading.Lock()

        def look(hint: WorkHint) -> bool:
            with turn:
                is_steady = watch.is_steady(self._context.clock(), time.monotonic())
            if not is_steady:
                jumped(watch)
                return False
            done = self.look(hint)
            told(done)
            return not done.is_idle

        self._context.work_queue.run(look, stop=stop, interval=interval, concurrency=concurrency)

    def look(self, hint: WorkHint, *, now: datetime | None = None) -> WorkDone:
        """
        Do what is due where a hint says; never raises for what is wrong with a record or a job.

        Everything is done here and now, or is given to all workers where the queue of the office spreads work.
        """
        if hint == EVERYTHING and not self._context.work_queue.spreads:
            return self.run_once(now=now)
        if hint == EVERYTHING:
            done = self._spread(self._moment(now))
            RoundNotes(self._context).note()
            return done
        chosen = [job for job in self.jobs if job.name == hint.job]
        if not hint.subject:
            return self._divided(chosen, self._moment(now))
        places = [_Place(job, hint.subject) for job in chosen if isinstance(job, Divided)]
        return run_all(places, self._moment(now))

    def deliver(self, *, now: datetime | None = None) -> tuple[int, int]:
        """Deliver what is in the outbox; return how many were delivered and how many failed."""
        done = run_all([job for job in self.jobs if isinstance(job, Deliver)], self._moment(now))
        return done.delivered, done.failed

    def watch(self, *, now: datetime | None = None) -> WorkDone:
        """Do what concerns single records only: deadlines, silence, officers, signatures."""
        return run_all([job for job in self.jobs if isinstance(job, EachRecord)], self._moment(now))

    def failures(self, *, limit: int = 1000) -> tuple[JobFailure, ...]:
        """Return what the jobs could not do and what was given up in the outbox, oldest first; no personal data."""
        with self._context.unit_of_work(read_only=True) as work:
            noted = work.failures.all(limit=limit)
            given_up = work.outbox.given_up(limit=limit)
        return (*noted, *(_as_failure(entry) for entry in given_up))[:limit]

    def retry(self, failure: JobFailure, *, now: datetime | None = None) -> bool:
        """Let something that failed be tried in the next round; False when it is no longer on record."""
        moment = self._context.moment(now)
        with self._context.unit_of_work() as work:
            if failure.job == Deliver.name:
                found = failure.subject.isdecimal() and work.outbox.revive(int(failure.subject), at=moment)
            else:
                found = work.failures.retry(failure.job, failure.subject, at=moment)
            work.commit()
        return found

    def _spread(self, moment: Moment) -> WorkDone:
        """Give the work that is due to all workers, with what each job is; what cannot be divided is one piece."""
        self._context.work_queue.hint(
            [WorkHint(job.name) for job in self.jobs if not isinstance(job, Divided)]
        )
        return self._divided([job for job in self.jobs if isinstance(job, Divided)], moment)

    def _divided(self, jobs: Iterable[Job], moment: Moment) -> WorkDone:
        queue = self._context.work_queue
        divide = queue.spreads
        return run_all(
            [_Dividing(job, queue) if divide and isinstance(job, Divided) else job for job in jobs], moment
        )

    def _moment(self, now: datetime | None) -> Moment:
        return self._context.clock if now is None else lambda: now


@attrs.frozen
class _Place:
    """One place of a job, as a job."""

    _job: Divided
    _subject: str

    @property
    def name(self) -> str:
        """See `Job`."""
        return self._job.name

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        return self._job.look(self._subject, moment)


@attrs.frozen
class _Dividing:
    """Gives the work of a job to all workers."""

    _job: Divided
    _queue: WorkQueue

    @property
    def name(self) -> str:
        """See `Job`."""
        return self._job.name

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        self._queue.hint(self._job.hints(moment))
        return WorkDone()


def _as_failure(entry: OutboxEntry) -> JobFailure:
    return JobFailure(
        job=Deliver.name,
        subject=str(entry.id),
        error=": ".join(part for part in (entry.channel or entry.consumer, entry.last_error) if part),
        attempts=entry.attempts,
        first_at=entry.written_at,
        last_at=entry.written_at,
        not_before=None,
    )


_USUAL = RetentionRules()
_DIGESTS = DigestRules()


def library_worker(
    context: OfficeContext,
    issuance: Issuance,
    channels: tuple[tuple[str, NotificationChannel], ...],
    *,
    consumers: tuple[OpenConsumer, ...] = (),
    retention: RetentionRules = _USUAL,
    status_lists: StatusLists | None = None,
    uploads: HeldUploads | None = None,
    digests: DigestRules = _DIGESTS,
    batches: BatchWork | None = None,
) -> Worker:
    """
    Return a worker with the jobs of the library.

    Args:
        context: The office.
        issuance: Issues and signs.
        channels: Where messages go, by name.
        consumers: What wants to know what happened.
        retention: How long drafts, files without a record and deliveries stay.
        status_lists: Published again when something happened, and before the list gets old.
        uploads: Held uploads, inspected again after an update.
        digests: How often officers are written to, and when what waited is brought together.
        batches: What was asked for many records at once.
    """
    assign = Assign(context)
    records: tuple[RecordJob, ...] = (
        Recount(context),
        LapseCorrections(context),
        MissNotices(context),
        AskChecksAgain(context),
        AnnounceDrafts(context, retention),
        RemoveDrafts(context),
        RecordSilence(context),
        assign,
        LookAfterStaff(context, assign),
        IssueDeemed(context, issuance),
        *([InspectUploads(context, uploads)] if uploads is not None else []),
        Sign(context, issuance),
        # Without a timestamp service what waits for one keeps waiting.
        *([Extend(context, issuance.long_term)] if context.timestamps is not None else []),
    )
    jobs: list[Job] = [EachRecord(context, job) for job in records]
    calls = TimedCalls()
    targets: list[Target] = [ToMessages(context, dict(channels), digests)]
    targets += [ToStatusList(status_lists)] if status_lists is not None else []
    targets += [ToChannel(context, name, channel, calls) for name, channel in channels]
    targets += [ToConsumer(consumer, calls) for consumer in consumers]
    jobs.append(Collect(context, dict(channels)))
    jobs.append(Deliver(context, tuple(targets)))
    if status_lists is not None:
        jobs.append(PublishStatus(status_lists))
    if batches is not None:
        # After what people wait for one by one.
        jobs += [
            EachRecord(context, RunBatches(context, batches)),
            ForgetBatches(context, retention.messages),
        ]
    jobs += [
        ForgetDelivered(context, retention),
        JudgeIncoming(context),
        ForgetIncoming(context),
        RemoveUnusedFiles(context, retention),
    ]
    return Worker(context, tuple(jobs))
