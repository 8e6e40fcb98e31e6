"""
Renewing archive timestamps in bulk, before the certificates of their timestamp services end.

Every permit is read and, if its newest document timestamp ends soon or has become weak, given another
one over everything before (ETSI EN 319 142-1 section 5.4.3). Each is done by itself: what is finished
stays finished whatever happens to the run, and a cursor remembers how far it came.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.services._context import OfficeContext
from perizinan_core.signing.ltv import Level, LongTermState, TimestampPolicy, read_state
from perizinan_core.storage import PermitFilter

__all__ = [
    "MAX_PERMIT_BYTES",
    "Extending",
    "Renewal",
    "RenewalOutcome",
    "RenewalRun",
    "renew",
    "renew_one",
]

MAX_PERMIT_BYTES = 64 * 1024 * 1024
"""Largest version that is read."""

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
    """Someone else extended it at the same moment."""
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


class Extending(Protocol):
    """What a renewal needs of `perizinan_core.services.LongTerm`."""

    @property
    def policy(self) -> TimestampPolicy | None:
        """What the office wants."""
        ...

    def versions(self, permit: Permit) -> tuple[str, ...]:
        """Return the documents of a permit, the newest last."""
        ...

    def lengthened(self, pdf: bytes, level: Level, now: datetime, *, renew: bool = False) -> bytes:
        """Return a file at a level."""
        ...

    def keep(self, versions: Sequence[str], longer: bytes) -> bool:
        """Keep a longer file; False when someone else did."""
        ...


@attrs.define
class RenewalRun:
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
    context: OfficeContext,
    long_term: Extending,
    *,
    within: timedelta,
    lift: bool = False,
    jobs: int = 4,
    from_start: bool = False,
    now: datetime | None = None,
) -> Iterator[Renewal]:
    """Renew in bulk; see `perizinan_core.services.LongTerm.renew`."""
    if long_term.policy is None:
        raise LongTermError("timestamps-off")
    begun = context.moment(now)
    cursor = {} if from_start else _cursor(context, begun)
    wanted = PermitFilter(statuses=_ISSUED)
    with context.unit_of_work(read_only=True) as work:
        total = max(work.permits.count(wanted), cursor.get("done", 0))
    after, done = cursor.get("after"), cursor.get("done", 0)
    run = RenewalRun(within, lift, now)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        while True:
            with context.unit_of_work(read_only=True) as work:
                page = work.permits.find(wanted, limit=_PAGE, after=after, newest_first=False)
            steps = pool.map(lambda item: _tried(context, long_term, item, run), page.items)
            for permit, (outcome, error) in zip(page.items, steps, strict=True):
                done += 1
                yield Renewal(number=permit.number, outcome=outcome, error=error, done=done, total=total)
            after = page.next
            _set_cursor(context, after, done, begun)
            if after is None:
                return


def _tried(
    context: OfficeContext, long_term: Extending, permit: Permit, run: RenewalRun
) -> tuple[RenewalOutcome, PerizinanError | None]:
    try:
        return renew_one(context, long_term, permit, run, context.moment(run.now)), None
    except PerizinanError as error:
        _log.warning("permit %s was not renewed: %s", permit.id, error.code)
        return RenewalOutcome.FAILED, error


def renew_one(
    context: OfficeContext, long_term: Extending, permit: Permit, run: RenewalRun, now: datetime
) -> RenewalOutcome:
    """Renew the archive timestamp of one permit where it is due; raises what keeps it from being renewed."""
    policy, versions = long_term.policy, long_term.versions(permit)
    if policy is None or not versions:
        return RenewalOutcome.FRESH
    pdf = context.documents.read(versions[-1], MAX_PERMIT_BYTES)
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


def _cursor(context: OfficeContext, now: datetime) -> dict[str, Any]:
    with context.unit_of_work(read_only=True) as work:
        found: dict[str, Any] = work.settings.get(_CURSOR) or {}
    stale = not found or datetime.fromisoformat(found["begun"]) + _CURSOR_LIFE < now
    return {} if stale else found


def _set_cursor(context: OfficeContext, after: str | None, done: int, begun: datetime) -> None:
    with context.unit_of_work() as work:
        if after is None:
            work.settings.delete(_CURSOR)
        else:
            work.settings.put(_CURSOR, {"after": after, "done": done, "begun": begun.isoformat()})
        work.commit()
