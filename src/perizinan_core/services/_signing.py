"""
Printing and signing one letter: from what was frozen with its number, asked for once, verified by other code.

The second step of the saga in `_issuance`; all of it happens under the lease of the letter, and outside any unit of
work. A key of our own signs in memory, and the signed file is the first thing that reaches the store: a crash before
leaves nothing behind, and is followed by another print of the same letter. A service is another matter: what it was
asked to sign is stored under a write-once name before it is asked, and its answer under another one at once.
"""

from __future__ import annotations

import hashlib
import logging
import os
from abc import abstractmethod
from datetime import datetime, timedelta
from io import BytesIO

import attrs

from perizinan_core._converters import canonical_json
from perizinan_core.documents._ports import put_public
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.rendering import RenderingError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.signing import LongTermError, NothingSignedError
from perizinan_core.i18n import Clause
from perizinan_core.model._application import Application
from perizinan_core.model._letter import Letter
from perizinan_core.model._permit import Permit
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._own_check import look_at
from perizinan_core.services._publication import Publication
from perizinan_core.services._rehearsal import MAX_LETTER_BYTES, signing_request
from perizinan_core.services._renewal import MAX_PERMIT_BYTES
from perizinan_core.signing import DigestSigner, Signer, SigningRequest, sign_pdf
from perizinan_core.storage import SigningAttempt, SigningState, UnitOfWork

__all__ = [
    "LEASE",
    "Lease",
    "SigningSteps",
    "acquire_lease",
    "hash_of",
    "name_of_signed",
    "name_of_unsigned",
    "new_holder",
]

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than any signer takes; after it a crashed attempt is taken over."""


class SigningSteps:
    """What `Issuance` does to have a letter signed."""

    __slots__ = ()
    _context: OfficeContext
    _publication: Publication

    @property
    @abstractmethod
    def long_term(self) -> LongTerm:
        """Timestamps and long-term data of the permits."""

    def _sign(self, permit: Permit, lease: Lease, moment: datetime) -> str:
        """Return the hash of the signed file, which is stored."""
        signer = self._context.signers.signer_for(permit.position)
        # A key of our own can sign again: an earlier signature left this machine in no case.
        here = isinstance(signer, DigestSigner)
        asked = None if here else self._context.documents.resolve(name_of_unsigned(permit))
        if asked is not None and lease.attempt.interrupted:
            raise self._in_doubt(permit, lease, lease.attempt.error or "interrupted", moment)
        request = signing_request(self._context, permit.number, moment)
        if isinstance(signer, DigestSigner):
            return self._sign_here(permit, signer, request, lease)
        try:
            self._publication.note_use(permit, signer, moment)
            unsigned = self._to_be_asked(permit, asked)
        except PerizinanError as error:
            self._release(permit, lease, error, moment)
            raise
        return self._sign_there(permit, unsigned, signer, request, lease)

    def _printed(self, permit: Permit) -> bytes:
        """
        Return the letter that the number was taken for.

        Raises:
            ServiceError: ``letter-changed``: the record does not hold it.
            ServiceError: ``letter-not-printed``: the template does not work any more.
        """
        letter = permit.letter
        if letter is None or hash_of(letter) != permit.unsigned_sha256:
            raise ServiceError("letter-changed", reason="record-not-as-written")
        try:
            return self._context.renderer.render(letter)
        except RenderingError as error:
            told = Clause(error.sentence, **error.wording("en"))
            raise ServiceError("letter-not-printed", number=permit.number, reason=told) from error

    def _to_be_asked(self, permit: Permit, stored: str | None) -> bytes:
        """Return what a service is to sign; stored, so that no one ever asks it for another file."""
        documents = self._context.documents
        if stored is None:
            unsigned = self._printed(permit)
            documents.link(name_of_unsigned(permit), documents.put(BytesIO(unsigned)).sha256)
            return unsigned
        try:
            return documents.read(stored, MAX_LETTER_BYTES)
        except PerizinanError as error:
            raise ServiceError("letter-changed", reason=error.code) from error

    def _sign_here(self, permit: Permit, signer: DigestSigner, request: SigningRequest, lease: Lease) -> str:
        """Sign with a key of our own: when it fails, it can be tried again at once."""
        moment = request.signed_at
        try:
            self._publication.note_use(permit, signer, moment)
            unsigned = self._printed(permit)
            signed_pdf = self._timestamped(unsigned, signer, request)
            self._verify(signed_pdf, permit, moment)
            return put_public(self._context.documents, BytesIO(signed_pdf)).sha256
        except PerizinanError as error:
            self._fail(permit, lease, error, moment)
            raise
        except Exception as error:
            # Tokens and key services of plugins raise what they like.
            failure = ServiceError("issuance", reason=type(error).__name__)
            self._fail(permit, lease, failure, moment)
            raise failure from error

    def _timestamped(self, unsigned: bytes, signer: DigestSigner, request: SigningRequest) -> bytes:
        """Sign, with a timestamp where the office wants one; without, where it continues without."""
        source = self.long_term.source(request.signed_at)
        try:
            return sign_pdf(unsigned, signer, request, timestamps=source)
        except LongTermError:
            if not self.long_term.may_go_on():
                raise
            return sign_pdf(unsigned, signer, request)

    def _lengthen(self, permit: Permit, signed: str, lease: Lease, moment: datetime) -> None:
        """Bring the signed file to the office's level, or note that the worker has to."""
        try:
            self.long_term.raise_to_level(signed, moment)
        except LongTermError as error:
            if self.long_term.may_go_on():
                self.long_term.remember(permit, error, moment)
                return
            if lease.attempt.state is not SigningState.FINISHED:
                self._fail(permit, lease, error, moment)
            raise

    def _sign_there(
        self, permit: Permit, unsigned: bytes, signer: Signer, request: SigningRequest, lease: Lease
    ) -> str:
        """Let a service sign: it is asked once, and whatever goes wrong then is for a person to look at."""
        moment = request.signed_at
        try:
            signed_pdf = sign_pdf(unsigned, signer, request)
        except NothingSignedError as error:
            self._fail(permit, lease, error, moment)
            raise
        except Exception as error:
            reason = error.code if isinstance(error, PerizinanError) else type(error).__name__
            raise self._in_doubt(permit, lease, reason, moment) from error
        # Kept before it is judged: the service will not be asked for it again.
        stored = put_public(self._context.documents, BytesIO(signed_pdf))
        try:
            self._verify(signed_pdf, permit, moment)
        except PerizinanError as error:
            reason = f"{error.message('en')} kept as {stored.sha256}"
            raise self._in_doubt(permit, lease, reason, moment) from error
        return self._keep(signed_pdf, permit)

    def _in_doubt(self, permit: Permit, lease: Lease, reason: str, moment: datetime) -> ServiceError:
        """Give the lease back without saying that nothing was signed, and return the error to raise."""
        with self._context.unit_of_work() as work:
            work.signing_attempts.renew(permit.unsigned_sha256, holder=lease.holder, until=moment)
            work.commit()
        return ServiceError("signing-in-doubt", reason=reason, number=permit.number)

    def _keep(self, signed_pdf: bytes, permit: Permit) -> str:
        """Store the signed file at once and give it its write-once name: from here on it cannot be lost."""
        stored = put_public(self._context.documents, BytesIO(signed_pdf))
        self._context.documents.link(name_of_signed(permit), stored.sha256)
        return stored.sha256

    def _verify(self, signed_pdf: bytes, permit: Permit, moment: datetime) -> None:
        # A timestamp made in a long round of work may be later than the round's moment.
        at = moment if self._context.timestamps is None else max(moment, self._context.clock())
        found = look_at(signed_pdf, self._publication.document(moment), at)
        if not found.is_sound:
            raise ServiceError("signed-letter-invalid", reason=found.reasons)
        if found.number != permit.number:
            raise ServiceError("signed-letter-invalid", reason="the file is another permit's")

    def _release(self, permit: Permit, lease: Lease, error: PerizinanError, moment: datetime) -> None:
        """Give the lease back without touching what an earlier attempt left: it may have signed."""
        if not lease.attempt.interrupted:
            self._fail(permit, lease, error, moment)
            return
        with self._context.unit_of_work() as work:
            work.signing_attempts.renew(permit.unsigned_sha256, holder=lease.holder, until=moment)
            work.commit()

    def _verify_found(self, permit: Permit, signed: str, lease: Lease, moment: datetime) -> None:
        """Judge a file that an earlier attempt left behind like one that was just signed."""
        try:
            self._verify(self._context.documents.read(signed, MAX_PERMIT_BYTES), permit, moment)
        except PerizinanError as error:
            if lease.attempt.state is not SigningState.FINISHED:
                self._fail(permit, lease, error, moment)
            raise

    def _fail(self, permit: Permit, lease: Lease, error: PerizinanError, moment: datetime) -> None:
        with self._context.unit_of_work() as work:
            work.signing_attempts.fail(
                permit.unsigned_sha256, holder=lease.holder, error=error.code, at=moment
            )
            work.commit()


@attrs.frozen
class Lease:
    """The right to sign one letter, for a while."""

    holder: str
    attempt: SigningAttempt
    case: Application | None = None
    """As the unit of work left it that took the number and the lease together."""


def acquire_lease(
    context: OfficeContext,
    work: UnitOfWork,
    permit: Permit,
    moment: datetime,
    *,
    case: Application | None = None,
) -> Lease:
    """
    Take the lease of a letter; it holds from the commit on.

    Raises:
        LeaseHeldError: someone else is signing it at this moment.
    """
    # From the present moment on: since the request began, a letter was rehearsed, or others were signed.
    present, holder = max(moment, context.clock()), new_holder()
    attempt = work.signing_attempts.acquire(
        permit.unsigned_sha256, holder=holder, now=present, until=present + LEASE
    )
    return Lease(holder, attempt, case)


def hash_of(letter: Letter) -> str:
    """Return the SHA-256 of all that a letter says, in canonical form."""
    return hashlib.sha256(canonical_json(letter)).hexdigest()


def new_holder() -> str:
    return f"{os.getpid()}-{new_id()}"


def name_of_unsigned(permit: Permit) -> str:
    """Return the write-once name of the file that a service is asked to sign."""
    return f"unsigned/{permit.unsigned_sha256}"


def name_of_signed(permit: Permit) -> str:
    """Return the write-once name of what a service, or a person, gave back."""
    return f"signed/{permit.unsigned_sha256}"
