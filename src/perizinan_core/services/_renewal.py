"""
Renewing archive timestamps in bulk, before the certificates of their timestamp services end.

Every permit is read and, if its newest document timestamp ends soon or has become weak, given another
one over everything before (ETSI EN 319 142-1 section 5.4.3). Each is done by itself: what is finished
stays finished whatever happens to the run, and a cursor remembers how far it came.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.services._long_term import MAX_PERMIT_BYTES, LongTerm
from perizinan_core.signing.ltv import Level, LongTermState, read_state
from perizinan_core.storage import PermitFilter

__all__ = ["Renewal", "RenewalOutcome", "renew"]

_CURSOR = "long-term-renewal"
_PAGE = 100
_CURSOR_LIFE = timedelta(days=7)
_ISSUED = frozenset(PermitStatus) - {PermitStatus.AWAITING_SIGNATURE, PermitStatus.EXPIRED}

_log = logging.getLogger(__name__)


class RenewalOutcome(StrEnum):
    """What became of one permit in a renewal."""

    FRESH = "fresh"
    """Nothing was due."""
    RENEWED = "renewed"
    """It has a new archive timestamp."""
    LIFTED = "lifted"
    """It was below the office's level and has reached it."""
    ELSEWHERE = "elsewhere"
    """Somebody else extended it at the same moment."""
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Renewal:
    """One step of a renewal."""

    number: str
    """The permit's number."""

    outcome: RenewalOutcome
    error: PerizinanError | None = None
    done: int
    """Permits looked at so far, those of an interrupted run included."""

    total: int
    """Permits on record when the run began."""


@attrs.define
class _Run:
    """One renewal in bulk, and what it learned about the timestamp service."""

    within: timedelta
    lift: bool
    now: datetime | None
    _service_ends: datetime | None = None

    def note(self, state: LongTermState) -> None:
        """Remember when the certificate of the service ends."""
        if state.newest is not None:
            self._service_ends = state.newest.certificate_ends

    def require_gain(self, state: LongTermState) -> None:
        """Raise when a new timestamp would end no later; the service is asked once, not for every permit."""
        old, ends = state.newest, self._service_ends
        if old is not None and not old.is_weak and ends is not None and ends <= old.certificate_ends:
            raise LongTermError("renewal-useless", ends_at=ends.isoformat())


def renew(
    long_term: LongTerm,
    *,
    within: timedelta,
    lift: bool = False,
    jobs: int = 4,
    from_start: bool = False,
    now: datetime | None = None,
) -> Iterator[Renewal]:
    """
    Renew the archive timestamps that end soon or have become weak; yield one step per permit.

    It can be interrupted at any point, by ``kill -9`` too: a run that was interrupted less than
    seven days ago goes on after the last hundred that it finished.

    Args:
        long_term: Of the office, `Office.long_term`.
        within: Renew when the timestamp service's certificate ends within this span.
        lift: Extend also permits that are below the office's level, or have no long-term data.
        jobs: Permits that are worked on at a time; most of the time goes into waiting for the service.
        from_start: Look at every permit again.
        now: Aware moment; None asks the clock for every permit.

    Raises:
        LongTermError: ``timestamps-off``: the office has no timestamp service.
    """
    if long_term.policy is None:
        raise LongTermError("timestamps-off")
    begun = long_term.context.moment(now)
    cursor = {} if from_start else _cursor(long_term, begun)
    wanted = PermitFilter(statuses=_ISSUED)
    with long_term.context.storage.unit_of_work(read_only=True) as work:
        total = max(work.permits.count(wanted), cursor.get("done", 0))
    after, done = cursor.get("after"), cursor.get("done", 0)
    run = _Run(within, lift, now)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        while True:
            with long_term.context.storage.unit_of_work(read_only=True) as work:
                page = work.permits.find(wanted, limit=_PAGE, after=after, newest_first=False)
            steps = pool.map(lambda item: _renew_one(long_term, item, run), page.items)
            for permit, (outcome, error) in zip(page.items, steps, strict=True):
                done += 1
                yield Renewal(number=permit.number, outcome=outcome, error=error, done=done, total=total)
            after = page.next
            _set_cursor(long_term, after, done, begun)
            if after is None:
                return


def _renew_one(
    long_term: LongTerm, permit: Permit, run: _Run
) -> tuple[RenewalOutcome, PerizinanError | None]:
    try:
        return _renewed(long_term, permit, run, long_term.context.moment(run.now)), None
    except PerizinanError as error:
        _log.warning("permit %s was not renewed: %s", permit.id, error.code)
        return RenewalOutcome.FAILED, error


def _renewed(long_term: LongTerm, permit: Permit, run: _Run, now: datetime) -> RenewalOutcome:
    policy, versions = long_term.policy, long_term.versions(permit)
    if policy is None or not versions:
        return RenewalOutcome.FRESH
    pdf = long_term.context.documents.read(versions[-1], MAX_PERMIT_BYTES)
    state = read_state(pdf)
    if state.is_due(now, run.within):
        run.require_gain(state)
        longer = long_term.lengthened(pdf, Level.B_LTA, now, renew=True)
        run.note(read_state(longer))
        run.require_gain(state)
        outcome = RenewalOutcome.RENEWED
    elif run.lift and not state.level.reaches(policy.level):
        longer = long_term.lengthened(pdf, policy.level, now)
        outcome = RenewalOutcome.LIFTED
    else:
        return RenewalOutcome.FRESH
    return outcome if long_term.keep(versions, longer) else RenewalOutcome.ELSEWHERE


def _cursor(long_term: LongTerm, now: datetime) -> dict[str, Any]:
    with long_term.context.storage.unit_of_work(read_only=True) as work:
        found: dict[str, Any] = work.settings.get(_CURSOR) or {}
    stale = not found or datetime.fromisoformat(found["begun"]) + _CURSOR_LIFE < now
    return {} if stale else found


def _set_cursor(long_term: LongTerm, after: str | None, done: int, begun: datetime) -> None:
    with long_term.context.storage.unit_of_work() as work:
        if after is None:
            work.settings.delete(_CURSOR)
        else:
            work.settings.put(_CURSOR, {"after": after, "done": done, "begun": begun.isoformat()})
        work.commit()
