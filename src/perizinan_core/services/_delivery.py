"""
The worker's job on the outbox: each entry to its target, at least once.

Every entry stands for itself. A target that raises, hangs or is gone keeps no other from being served; of a
consumer, only the later events of the same case wait.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from perizinan_core.errors.hooks import DeliveryError
from perizinan_core.hooks._timed_calls import CallError, StillHangingError, TimeLimitError
from perizinan_core.hooks._work_queue import WorkHint
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._targets import Delivered, Target
from perizinan_core.services._work import Moment, WorkDone, WorkFailure, name_of
from perizinan_core.storage import Backoff, OutboxEntry

__all__ = ["LEASE", "PATIENT", "Deliver"]

LEASE = timedelta(minutes=5)
PATIENT = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=90), max_attempts=120)
"""A failed delivery is tried again for seven days, at least every 90 minutes; then it is given up and named."""

_FINAL = Backoff(first=PATIENT.first, longest=PATIENT.longest, max_attempts=1)
"""What was refused for good is given up at once: only a person can change what would be sent again."""

_DEADLY = 200
"""Claims after which an entry seems to kill its workers; more than `PATIENT` makes."""

_BATCH = 20
"""So few that a slow target is through with them before their lease ends."""

_MOST_LATE = 3
"""Calls of one target in a round that may run into their time limit; the rest waits for the next round."""

_log = logging.getLogger(__name__)


@attrs.frozen
class _Outcome:
    """How the delivery of an entry ended."""

    entry: OutboxEntry
    delivered: Delivered | None = None
    error: str | None = None
    """Stable code or class; None with nothing delivered: it was not tried."""

    final: bool = False
    """True: it would fail again."""


@attrs.frozen
class Deliver:
    """Delivers what is in the outbox."""

    _context: OfficeContext
    _targets: tuple[Target, ...]
    """In the order in which they are served: what makes entries for others comes first."""

    name: ClassVar[str] = "deliver"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`; an entry whose lease ended before its turn is left to the worker that has it then."""
        worker, done = new_id(), WorkDone()
        for target in self._targets:
            if target.target in self._due(moment()):
                done += self._serve(target, worker, moment)
        return done

    def hints(self, moment: Moment) -> tuple[WorkHint, ...]:
        """See `Divided`: one place for each target."""
        due = self._due(moment())
        return tuple(WorkHint(self.name, target.target) for target in self._targets if target.target in due)

    def look(self, subject: str, moment: Moment) -> WorkDone:
        """See `Divided`; where there is much, others are called to help."""
        worker, done = new_id(), WorkDone()
        for target in self._targets:
            if target.target == subject:
                done += self._serve(target, worker, moment)
        return done

    def _due(self, now: datetime) -> tuple[str, ...]:
        with self._context.unit_of_work(read_only=True) as work:
            return work.outbox.due_targets(now=now)

    def _serve(self, target: Target, worker: str, moment: Moment) -> WorkDone:
        done, late = WorkDone(), 0
        while entries := self._claim(target, worker, moment):
            if len(entries) == _BATCH:
                self._context.work_queue.hint((WorkHint(self.name, target.target),))
            outcomes: list[_Outcome] = []
            behind: set[str] = set()
            for entry in entries:
                if entry.leased_until is not None and entry.leased_until <= moment():
                    break
                untried = late >= _MOST_LATE or (target.in_order and entry.case in behind)
                outcome = _Outcome(entry) if untried else self._tried(target, entry, moment)
                late += outcome.error in (TimeLimitError.code, StillHangingError.code)
                if outcome.delivered is None:
                    behind.add(entry.case)
                outcomes.append(outcome)
                if not target.batched:
                    done += self._settled([outcomes.pop()], worker, moment)
            done += self._settled(outcomes, worker, moment)
            if late >= _MOST_LATE:
                break
        return done

    def _claim(self, target: Target, worker: str, moment: Moment) -> tuple[OutboxEntry, ...]:
        with self._context.unit_of_work() as work:
            entries = work.outbox.claim(
                worker,
                target=target.target,
                now=moment(),
                lease=LEASE,
                limit=_BATCH,
                max_attempts=_DEADLY,
                in_order=target.in_order,
            )
            work.commit()
        return entries

    def _tried(self, target: Target, entry: OutboxEntry, moment: Moment) -> _Outcome:
        if entry.event is None:
            _log.warning("outbox entry %s cannot be read: %s", entry.id, entry.unreadable)
            return _Outcome(entry, error=entry.unreadable or "unreadable")
        try:
            return _Outcome(entry, target.deliver(entry, entry.event, moment()))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a target of a plugin must not stop the others
            code = error.code if isinstance(error, CallError) else name_of(error)
            _log.warning("outbox entry %s was not delivered to %s: %s", entry.id, target.target, code)
            return _Outcome(entry, error=code, final=isinstance(error, DeliveryError) and error.is_final)

    def _settled(self, outcomes: Iterable[_Outcome], worker: str, moment: Moment) -> WorkDone:
        """Write down how deliveries ended, all at once, and return them for the report."""
        done, chosen = WorkDone(), tuple(outcomes)
        if not chosen:
            return done
        now = moment()
        with self._context.unit_of_work() as work:
            for outcome in chosen:
                entry, delivered = outcome.entry.id, outcome.delivered
                if delivered is not None:
                    held = work.outbox.mark_done(entry, worker=worker, at=now, answer=delivered.answer)
                    # Another worker that has it now makes its entries itself.
                    work.outbox.add(delivered.items if held else (), at=now)
                    done += WorkDone(delivered=int(delivered.counts))
                elif outcome.error is not None:
                    backoff = _FINAL if outcome.final else PATIENT
                    work.outbox.mark_failed(
                        entry, worker=worker, at=now, error=outcome.error, backoff=backoff
                    )
                    failure = WorkFailure(job=self.name, subject=str(entry), error=_named(outcome))
                    done += WorkDone(failed=1, failures=(failure,))
                else:
                    work.outbox.release(entry, worker=worker, at=now)
            work.commit()
        return done


def _named(outcome: _Outcome) -> str:
    """Return what failed, with whose delivery it was."""
    entry = outcome.entry
    where = entry.channel or entry.consumer
    return f"{where}: {outcome.error}" if where else str(outcome.error)
