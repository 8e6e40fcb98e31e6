"""
Long-term data of issued permits: extending them, and keeping the versions (`renewal` does it in bulk).

The signed file of a permit is write-once, and `Permit.signed_sha256` stays its hash for good. An
extended version is content of its own, which begins with the signed file's bytes, under the write-once
name ``extended/<signed_sha256>/<n>`` (n = 1, 2, …); the newest one is what people get. Anyone who checks a
version compares the hash of its first signed revision with the office's records.

Every version is verified before it gets its name. A crash in between leaves content without a name and
changes nothing else; the next try makes the version again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from io import BytesIO

import attrs

from perizinan_core.documents import DocumentStore
from perizinan_core.documents._ports import put_public
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import LinkConflictError
from perizinan_core.errors.services import ArgumentError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.model._permit import Permit
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._own_check import look_at
from perizinan_core.services._publication import Publication
from perizinan_core.services._renewal import MAX_PERMIT_BYTES, Renewal, renew
from perizinan_core.signing import DigestSigner, TimestampSource
from perizinan_core.signing.ltv import (
    Level,
    OnFailure,
    TimestampClient,
    TimestampPolicy,
    extend,
    read_state,
)
from perizinan_core.storage import Backoff

__all__ = ["EVERY_FIVE_MINUTES", "EXTENDED", "EXTENDING", "LongTerm", "newest_version"]

EXTENDING = "extend"
"""Name of the worker's job that extends what was issued below its level."""

EXTENDED = "extended"
"""First part of the write-once names of later versions of signed files."""

EVERY_FIVE_MINUTES = Backoff(first=timedelta(minutes=5), longest=timedelta(minutes=5), max_attempts=None)
"""How long such a permit rests."""


_log = logging.getLogger(__name__)


def newest_version(documents: DocumentStore, signed_sha256: str) -> str:
    """Return the hash of the newest version of a signed file: itself, or the last extended one."""
    return _versions(documents, signed_sha256)[-1]


def _versions(documents: DocumentStore, signed_sha256: str) -> list[str]:
    found = [signed_sha256]
    while (following := documents.resolve(_name(signed_sha256, len(found)))) is not None:
        found.append(following)
    return found


def _name(signed_sha256: str, number: int) -> str:
    return f"{EXTENDED}/{signed_sha256}/{number}"


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


@checked
@attrs.frozen
class LongTerm:
    """Extends the office's permits; does nothing by itself when the office has no timestamp service."""

    _context: OfficeContext = attrs.field(repr=False)
    _publication: Publication = attrs.field(repr=False)

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
        self.keep(versions, self.lengthened(pdf, policy.level, now))
        return newest_version(documents, signed_sha256)

    def outlives_certificate(self, permit: Permit) -> datetime | None:
        """
        Return the end of the signer's certificate, if the permit outlives it without long-term data.

        None also when that cannot be found out: a warning must not keep a permit from being issued.
        """
        try:
            ends = self._unprotected_end(permit)
        except PerizinanError as error:
            _log.warning("the end of the certificate of permit %s is unknown: %s", permit.id, error.code)
            return None
        if ends is None:
            return None
        outlives = permit.valid_until is None or permit.valid_until > self._context.local_day(ends)
        return ends if outlives else None

    def _unprotected_end(self, permit: Permit) -> datetime | None:
        if permit.signed_sha256 is None:
            return None
        if self.policy is None:
            signer = self._context.signers.signer_for(permit.position)
            if isinstance(signer, DigestSigner):
                # It signs B-B, so the file need not be read.
                ends: datetime = signer.certificate.not_valid_after_utc
                return ends
        documents = self._context.documents
        newest = newest_version(documents, permit.signed_sha256)
        state = read_state(documents.read(newest, MAX_PERMIT_BYTES))
        return None if state.level.reaches(Level.B_LT) else state.signer_ends

    # What was issued without, to be done later

    def remember(self, permit: Permit, error: PerizinanError, now: datetime) -> None:
        """Write down that a permit is still to be extended; the worker does it, see `jobs.Extend`."""
        with self._context.unit_of_work() as work:
            work.failures.note(EXTENDING, permit.id, error=error.code, at=now, backoff=EVERY_FIVE_MINUTES)
            work.commit()

    def pending(self) -> tuple[str, ...]:
        """Return the ids of the permits that are still to be extended."""
        with self._context.unit_of_work(read_only=True) as work:
            return tuple(item.subject for item in work.failures.of(EXTENDING))

    def extend_issued(self, permit_id: str, now: datetime) -> None:
        """
        Extend a permit that was issued below its level.

        Raises:
            LongTermError: it could not be; what is there stays.
        """
        permit = self._permit(permit_id)
        self.raise_to_level(permit.signed_sha256 or "", now)

    # One file

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
        seven days ago continues after the last hundred that it finished.

        Args:
            within: Renew when the timestamp service's certificate ends within this span.
            lift: Extend also permits that are below the office's level, or have no long-term data.
            jobs: Permits that are worked on at a time; most of the time goes into waiting for the service.
            from_start: Look at every permit again.
            now: Aware moment; None asks the clock for every permit.

        Raises:
            TimestampsOffError: the office has no timestamp service.
        """
        return renew(self._context, self, within=within, lift=lift, jobs=jobs, from_start=from_start, now=now)

    def lengthened(self, pdf: bytes, level: Level, now: datetime, *, renew: bool = False) -> bytes:
        """
        Return a signed file extended to a level, and verified; nothing is kept yet.

        Raises:
            LongTermError: ``timestamps-off``: the office has no timestamp service.
            LongTermError: it could not be extended, or does not verify afterwards.
        """
        policy = self.policy
        if policy is None:
            raise LongTermError("timestamps-off")
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
        if longer != pdf:
            self._require_sound(longer, pdf, moment)
        return longer

    def keep(self, versions: Sequence[str], longer: bytes) -> bool:
        """
        Keep a version under the number that follows; False when someone else was faster.

        Raises:
            ArgumentError: there is no version to follow.
        """
        if not versions:
            raise ArgumentError("versions", "a list", "NoneType")
        documents = self._context.documents
        stored = put_public(documents, BytesIO(longer))
        if stored.sha256 == versions[-1]:
            return True
        try:
            # The number that followed when the file was read: what came meanwhile is never passed over.
            documents.link(_name(versions[0], len(versions)), stored.sha256)
        except LinkConflictError:
            documents.delete(stored.sha256)
            return False
        return True

    def _require_sound(self, longer: bytes, before: bytes, now: datetime) -> None:
        authority = self._publication.document(now)
        found = look_at(longer, authority, now)
        if not found.is_sound and found.verdict != look_at(before, authority, now).verdict:
            raise LongTermError("extension-refused", reason=found.reasons)

    def _client(self, policy: TimestampPolicy, now: datetime) -> TimestampClient:
        return policy.client.trusting(self._publication.document(now).roots)

    def _permit(self, permit_id: str) -> Permit:
        with self._context.unit_of_work(read_only=True) as work:
            return self._context.load_permit(work, permit_id)
