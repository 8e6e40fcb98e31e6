"""The worker's job on batches: one place for each record, so that any number of workers share them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from perizinan_core.hooks._work_queue import WorkHint
from perizinan_core.services._batch_work import BATCHES, BatchWork
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._work import MOST_HINTS, PATIENT, Moment, OneByOne, WorkDone
from perizinan_core.storage import Backoff, UnitOfWork

__all__ = ["ForgetBatches", "RunBatches", "place_named"]

_IN_A_ROUND = 50
"""Records in one round of a worker that does everything by itself: messages do not wait for ten thousand permits."""

_SLICE = 1000
_KEPT = "forget-batches"


def place_named(batch: str, place: int) -> str:
    """Return what a record of a batch is called among the work of all."""
    return f"{batch}/{place}"


@attrs.frozen
class RunBatches(OneByOne):
    """Looks up the records of batches, and does what is asked for each."""

    context: OfficeContext
    _work: BatchWork

    name: ClassVar[str] = BATCHES
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Batches to fill, then the records that wait longest."""
        # One more than hints are given for at once: the job is then looked at again when these are done.
        most = MOST_HINTS + 1 if self.context.work_queue.spreads else _IN_A_ROUND
        places = work.batches.due(now=now, limit=most)
        return (*work.batches.to_fill(), *(place_named(batch, place) for batch, place in places))

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Do one record, or look up the next ones."""
        batch, slash, place = subject.partition("/")
        if slash:
            return self._work.do(batch, int(place), now)
        self._work.fill(batch, now)
        self.context.work_queue.hint((WorkHint(self.name),))
        return WorkDone(batched=1)


@attrs.frozen
class ForgetBatches:
    """Removes batches after their time; looks once a day."""

    _context: OfficeContext
    _days: int

    name: ClassVar[str] = _KEPT

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        now = moment()
        today = self._context.local_day(now).isoformat()
        with self._context.unit_of_work(read_only=True) as work:
            if work.settings.get(_KEPT) == today:
                return WorkDone()
        while self._forget(now - timedelta(days=self._days)) >= _SLICE:
            pass
        with self._context.unit_of_work() as work:
            work.settings.put(_KEPT, today)
            work.commit()
        return WorkDone()

    def _forget(self, before: datetime) -> int:
        with self._context.unit_of_work() as work:
            gone = work.batches.forget(before=before, limit=_SLICE)
            work.commit()
        return gone
