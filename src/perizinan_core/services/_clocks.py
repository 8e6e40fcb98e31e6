"""
Clocks that were wrong: noticing a jump while a program runs, and repairing what one left in the records.

Leases and pauses need no repair: one that ends later than any could is over (`storage.FARTHEST`).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import AheadOfClock, UnitOfWork
from perizinan_core.workflow._clock_repair import repair_moments, repair_permit_moments
from perizinan_core.workflow._transition import SKEW

__all__ = ["ClockRepair", "ClockWatch"]

_log = logging.getLogger(__name__)


@attrs.define
class ClockWatch:
    """
    Notices that a clock jumped, by a second one that only counts seconds.

    After a jump nothing should be decided by the clock until it has been steady for a while: what a law deems
    granted a year too early cannot be taken back.
    """

    hold: timedelta = timedelta(minutes=10)
    """How long it has to be steady."""

    _last: tuple[datetime, float] | None = attrs.field(default=None, init=False)
    _jumped_at: float | None = attrs.field(default=None, init=False)
    jump: timedelta = attrs.field(default=timedelta(0), init=False)
    """The last jump; negative: back."""

    def is_steady(self, now: datetime, elapsed: float) -> bool:
        """
        Return True while the clock can be relied on.

        Args:
            now: What the clock says.
            elapsed: What a clock that never jumps says, in seconds from any beginning (`time.monotonic`).
        """
        if self._last is not None:
            before, seconds = self._last
            jump = now - before - timedelta(seconds=elapsed - seconds)
            if abs(jump) > SKEW:
                self._jumped_at, self.jump = elapsed, jump
        self._last = (now, elapsed)
        if self._jumped_at is not None and elapsed - self._jumped_at >= self.hold.total_seconds():
            self._jumped_at = None
        return self._jumped_at is None


@checked
@attrs.frozen
class ClockRepair:
    """Finds and repairs records that were written by a clock that was ahead; for the operator of the machine."""

    _context: OfficeContext

    def found(self, *, now: datetime | None = None) -> AheadOfClock:
        """Return the ids of the records that were written, or noted as assigned, after the present moment."""
        moment = self._context.moment(now) + SKEW
        with self._context.unit_of_work(read_only=True) as work:
            return work.agenda.ahead_of(moment)

    def repair(
        self, *, actor: Actor, at: datetime | None = None, now: datetime | None = None
    ) -> tuple[int, tuple[str, ...]]:
        """
        Bring the moments that lie after the present one back to ``at``, record by record.

        Each case and permit gets an event that says so. Decisions stay: one that a wrong clock caused is for
        the office to put right.

        Args:
            actor: The host application: an operator on the machine.
            at: When it happened in truth; None: now.
            now: Aware moment of a clock that is right; None asks the clock.

        Returns:
            How many records were repaired, and the ids of those that were not: ``at`` lies before a moment
            that is right, or the record cannot be read.

        Raises:
            AccessDeniedError: for anyone but the host application and the system.
        """
        if actor.kind is not ActorKind.HOST:
            access.require_role(actor, "repair-clock")
        moment = self._context.moment(now)
        found = self.found(now=moment)
        steps = (
            (found.applications, self._case),
            (found.permits, self._permit),
            (found.officers, self._officer),
        )
        repaired, left = 0, []
        for subject, step in [(subject, step) for subjects, step in steps for subject in subjects]:
            try:
                with self._context.unit_of_work() as work:
                    step(work, subject, actor, at or moment, moment)
                    work.commit()
            except PerizinanError as error:
                _log.warning("%s was not repaired: %s", subject, error.code)
                left.append(subject)
            else:
                repaired += 1
        return repaired, tuple(left)

    def _case(self, work: UnitOfWork, subject: str, actor: Actor, at: datetime, now: datetime) -> None:
        context = self._context
        case = context.load(work, subject, lock=True)
        moved = repair_moments(case, at=at, actor=actor, now=now, calendar=context.calendar)
        # Saved although nothing in it may be wrong: the row itself says when it was written.
        context.save(work, moved, actor, now)

    def _permit(self, work: UnitOfWork, subject: str, actor: Actor, at: datetime, now: datetime) -> None:
        context = self._context
        permit, _ = context.lock_permit(work, subject)
        fixed, events = repair_permit_moments(permit, at=at, actor=actor, now=now, calendar=context.calendar)
        work.permits.save(fixed, by=actor.id, at=now)
        context.record(work, events, now)

    def _officer(self, work: UnitOfWork, subject: str, _actor: Actor, at: datetime, _now: datetime) -> None:
        work.officers.note_assignment(subject, at=at)
