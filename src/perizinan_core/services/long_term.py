"""
Long-term data of issued permits: extending them, and renewing archive timestamps in bulk.

The signed file of a permit is write-once, and `Permit.signed_sha256` stays its hash for good. An
extended version is content of its own, which begins with the signed file's bytes, under the write-once
name ``extended/<signed_sha256>/<n>`` (n = 1, 2, …); the newest one is what people get. Whoever checks a
version compares the hash of its first signed revision with the office's records.

Every version is verified before it gets its name. A crash in between leaves content without a name and
changes nothing else; the next try makes the version anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any

import attrs

from perizinan_core.documents import DocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import LinkConflictError
from perizinan_core.errors.ltv import (
    ExtensionRefusedError,
    TimestampServiceError,
    TimestampsOffError,
)
from perizinan_core.model.permit import Permit, PermitStatus
from perizinan_core.services.context import OfficeContext
from perizinan_core.services.publication import Publication
from perizinan_core.signing import DigestSigner, Signer, TimestampSource
from perizinan_core.signing.ltv import Level, OnFailure, TimestampClient, TimestampPolicy, extend, read_state
from perizinan_core.storage import PermitFilter
from perizinan_core.verification import Report, Verdict, verify_permit

__all__ = ["LongTerm", "Renewal", "RenewalOutcome", "newest_version"]

MAX_PERMIT_BYTES = 64 * 1024 * 1024
_PENDING = "long-term:"
_CURSOR = "long-term-renewal"
_RETRY = timedelta(minutes=5)
_PAGE = 100
_CURSOR_LIFE = timedelta(days=7)
_ISSUED = frozenset(PermitStatus) - {PermitStatus.AWAITING_SIGNATURE, PermitStatus.EXPIRED}
_SOUND = (Verdict.VALID, Verdict.NOT_IN_FORCE)

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


def newest_version(documents: DocumentStore, signed_sha256: str) -> str:
    """Return the hash of the newest version of a signed file: itself, or the last extended one."""
    return _versions(documents, signed_sha256)[-1]


def _versions(documents: DocumentStore, signed_sha256: str) -> list[str]:
    found = [signed_sha256]
    while (following := documents.resolve(_name(signed_sha256, len(found)))) is not None:
        found.append(following)
    return found


def _name(signed_sha256: str, number: int) -> str:
    return f"extended/{signed_sha256}/{number}"


@attrs.frozen
class _OfficeTimestamps:
    """The office's timestamp service, asked by its clock: a round of work may last longer than its moment."""

    _client: TimestampClient
    _context: OfficeContext

    @property
    def room(self) -> int:
        return self._client.room

    def token(self, data: bytes, now: datetime) -> bytes:
        return self._client.token(data, max(now, self._context.clock()))


@attrs.frozen
class LongTerm:
    """Extends the office's permits; does nothing by itself when the office has no timestamp service."""

    _context: OfficeContext
    _publication: Publication

    @property
    def policy(self) -> TimestampPolicy | None:
        """What the office wants; None: no timestamps."""
        return self._context.timestamps

    def may_go_on(self) -> bool:
        """Return True when a permit is issued although its timestamp could not be had."""
        return self.policy is not None and self.policy.on_failure is OnFailure.CONTINUE

    def source(self, now: datetime) -> TimestampSource | None:
        """Return what is asked for a timestamp while signing, or None."""
        if self.policy is None or not self.policy.level.reaches(Level.B_T):
            return None
        return _OfficeTimestamps(self._client(self.policy, now), self._context)

    def versions(self, permit: Permit) -> tuple[str, ...]:
        """Return the hashes of the signed file and all extended ones, oldest first."""
        if permit.signed_sha256 is None:
            return ()
        return tuple(_versions(self._context.documents, permit.signed_sha256))

    def raise_to_level(self, signed_sha256: str, now: datetime) -> str:
        """
        Bring a signed file to the office's level; return the hash of its newest version.

        Raises:
            LongTermError: it could not be; what is there stays.
        """
        policy, documents = self.policy, self._context.documents
        versions = _versions(documents, signed_sha256)
        if policy is None:
            return versions[-1]
        pdf = documents.read(versions[-1], MAX_PERMIT_BYTES)
        if read_state(pdf).level.reaches(policy.level):
            return versions[-1]
        self._extend(versions, pdf, policy.level, now, renew=False)
        return newest_version(documents, signed_sha256)

    def outlives_certificate(self, permit: Permit, signer: Signer | None) -> datetime | None:
        """
        Return the end of the signer's certificate, if the permit outlives it without long-term data.

        Args:
            permit: A signed permit.
            signer: What signed it, when that is known: saves reading the file.
        """
        if permit.signed_sha256 is None:
            return None
        if self.policy is None and isinstance(signer, DigestSigner):
            ends: datetime | None = signer.certificate.not_valid_after_utc
        else:
            documents = self._context.documents
            newest = newest_version(documents, permit.signed_sha256)
            state = read_state(documents.read(newest, MAX_PERMIT_BYTES))
            ends = None if state.level.reaches(Level.B_LT) else state.signer_ends
        if ends is None:
            return None
        outlives = permit.valid_until is None or permit.valid_until > self._context.local_day(ends)
        return ends if outlives else None

    # What was issued without, to be done later

    def remember(self, permit: Permit, error: PerizinanError, now: datetime) -> None:
        """Write down that a permit is still to be extended; `extend_pending` does it."""
        entry = {"error": error.code, "not_before": (now + _RETRY).isoformat()}
        with self._context.storage.unit_of_work() as work:
            work.settings.put(f"{_PENDING}{permit.id}", entry)
            work.commit()

    def pending(self) -> tuple[str, ...]:
        """Return the ids of the permits that are still to be extended."""
        with self._context.storage.unit_of_work(read_only=True) as work:
            return tuple(key.removeprefix(_PENDING) for key in work.settings.all(_PENDING))

    def extend_pending(self, now: datetime) -> tuple[int, tuple[str, ...]]:
        """
        Extend what was issued below its level; return how many, and the numbers that failed in this round.

        A failure is tried again after five minutes. When the timestamp service fails, the rest of the
        round waits as well: it would fail alike.
        """
        if self.policy is None:
            return 0, ()
        extended, failed = 0, []
        with self._context.storage.unit_of_work(read_only=True) as work:
            waiting = work.settings.all(_PENDING)
        for key, entry in waiting.items():
            if datetime.fromisoformat(entry["not_before"]) > now:
                continue
            permit = self._permit(key.removeprefix(_PENDING))
            try:
                self.raise_to_level(permit.signed_sha256 or "", now)
            except PerizinanError as error:
                self.remember(permit, error, now)
                failed.append(permit.number)
                _log.warning("permit %s was not extended: %s", permit.id, error.code)
                if isinstance(error, TimestampServiceError):
                    break
                continue
            with self._context.storage.unit_of_work() as work:
                work.settings.delete(key)
                work.commit()
            extended += 1
        return extended, tuple(failed)

    # Renewal in bulk

    def renew(
        self,
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
            within: Renew when the timestamp service's certificate ends within this span.
            lift: Extend also permits that are below the office's level, or have no long-term data.
            jobs: Permits that are worked on at a time; most of the time goes into waiting for the service.
            from_start: Look at every permit again.
            now: Aware moment; None asks the clock for every permit.

        Raises:
            TimestampsOffError: the office has no timestamp service.
        """
        if self.policy is None:
            raise TimestampsOffError
        begun = self._context.moment(now)
        cursor = {} if from_start else self._cursor(begun)
        wanted = PermitFilter(statuses=_ISSUED)
        with self._context.storage.unit_of_work(read_only=True) as work:
            total = max(work.permits.count(wanted), cursor.get("done", 0))
        after, done = cursor.get("after"), cursor.get("done", 0)
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            while True:
                with self._context.storage.unit_of_work(read_only=True) as work:
                    page = work.permits.find(wanted, limit=_PAGE, after=after, newest_first=False)
                steps = pool.map(lambda item: self._renew_one(item, within, now, lift=lift), page.items)
                for permit, (outcome, error) in zip(page.items, steps, strict=True):
                    done += 1
                    yield Renewal(number=permit.number, outcome=outcome, error=error, done=done, total=total)
                after = page.next
                self._set_cursor(after, done, begun)
                if after is None:
                    return

    def _renew_one(
        self, permit: Permit, within: timedelta, now: datetime | None, *, lift: bool
    ) -> tuple[RenewalOutcome, PerizinanError | None]:
        moment = self._context.moment(now)
        try:
            return self._renewed(permit, within, moment, lift=lift), None
        except PerizinanError as error:
            _log.warning("permit %s was not renewed: %s", permit.id, error.code)
            return RenewalOutcome.FAILED, error

    def _renewed(self, permit: Permit, within: timedelta, now: datetime, *, lift: bool) -> RenewalOutcome:
        documents = self._context.documents
        if self.policy is None or permit.signed_sha256 is None:
            return RenewalOutcome.FRESH
        versions = _versions(documents, permit.signed_sha256)
        pdf = documents.read(versions[-1], MAX_PERMIT_BYTES)
        state = read_state(pdf)
        if state.is_due(now, within):
            level, outcome = Level.B_LTA, RenewalOutcome.RENEWED
        elif lift and not state.level.reaches(self.policy.level):
            level, outcome = self.policy.level, RenewalOutcome.LIFTED
        else:
            return RenewalOutcome.FRESH
        kept = self._extend(versions, pdf, level, now, renew=outcome is RenewalOutcome.RENEWED)
        return outcome if kept else RenewalOutcome.ELSEWHERE

    def _cursor(self, now: datetime) -> dict[str, Any]:
        with self._context.storage.unit_of_work(read_only=True) as work:
            found: dict[str, Any] = work.settings.get(_CURSOR) or {}
        stale = not found or datetime.fromisoformat(found["begun"]) + _CURSOR_LIFE < now
        return {} if stale else found

    def _set_cursor(self, after: str | None, done: int, begun: datetime) -> None:
        with self._context.storage.unit_of_work() as work:
            if after is None:
                work.settings.delete(_CURSOR)
            else:
                work.settings.put(_CURSOR, {"after": after, "done": done, "begun": begun.isoformat()})
            work.commit()

    # One file

    def _extend(self, versions: list[str], pdf: bytes, level: Level, now: datetime, *, renew: bool) -> bool:
        """Extend a file, verify it, keep it; False when somebody else was faster."""
        policy = self.policy
        if policy is None:
            raise TimestampsOffError
        moment = max(now, self._context.clock())
        longer = extend(
            pdf,
            level=level,
            tsa=self._client(policy, now),
            roots=self._publication.document(now).roots,
            now=moment,
            revocation=policy.revocation,
            renew=renew,
        )
        if longer == pdf:
            return True
        self._require_sound(longer, pdf, moment)
        documents = self._context.documents
        stored = documents.put(BytesIO(longer))
        try:
            # The number that followed when the file was read: what came meanwhile is never passed over.
            documents.link(_name(versions[0], len(versions)), stored.sha256)
        except LinkConflictError:
            documents.delete(stored.sha256)
            return False
        return True

    def _require_sound(self, longer: bytes, before: bytes, now: datetime) -> None:
        report = self._judged(longer, now)
        if report.verdict in _SOUND or report.verdict is self._judged(before, now).verdict:
            return
        reasons = ", ".join(reason.code for reason in report.reasons) or report.verdict.value
        raise ExtensionRefusedError(reasons)

    def _judged(self, pdf: bytes, now: datetime) -> Report:
        return verify_permit(pdf, authority=self._publication.document(now), at=now)

    def _client(self, policy: TimestampPolicy, now: datetime) -> TimestampClient:
        return policy.client.trusting(self._publication.document(now).roots)

    def _permit(self, permit_id: str) -> Permit:
        with self._context.storage.unit_of_work(read_only=True) as work:
            return self._context.load_permit(work, permit_id)
