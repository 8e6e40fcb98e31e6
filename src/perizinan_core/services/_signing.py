"""
Signing one letter: asked for once, verified by other code, and kept under a name that is written once.

The second step of the saga in `_issuance`; all of it happens under the lease of the document.
"""

from __future__ import annotations

import logging
import os
from abc import abstractmethod
from datetime import datetime, timedelta
from io import BytesIO

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.model._permit import Permit
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._own_check import look_at
from perizinan_core.services._publication import Publication
from perizinan_core.services._rehearsal import MAX_LETTER_BYTES, signing_request
from perizinan_core.services._renewal import MAX_PERMIT_BYTES
from perizinan_core.signing import DigestSigner, Signer, SigningRequest, sign_pdf
from perizinan_core.storage import SigningAttempt, SigningState

__all__ = ["LEASE", "SigningSteps", "name_of_signed", "new_holder"]

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

    def _acquire(self, permit: Permit, holder: str, moment: datetime) -> SigningAttempt:
        # From the present moment on: since the request began, a letter was made, or others were signed.
        present = max(moment, self._context.clock())
        with self._context.storage.unit_of_work() as work:
            attempt = work.signing_attempts.acquire(
                permit.unsigned_sha256, holder=holder, now=present, until=present + LEASE
            )
            work.commit()
        return attempt

    def _sign(self, permit: Permit, attempt: SigningAttempt, holder: str, moment: datetime) -> str:
        signer = self._context.signers.signer_for(permit.position)
        if attempt.interrupted and not isinstance(signer, DigestSigner):
            # A key of our own can sign again: the earlier signature left this machine in no case.
            raise self._in_doubt(permit, holder, attempt.error or "interrupted", moment)
        try:
            unsigned = self._context.documents.read(permit.unsigned_sha256, MAX_LETTER_BYTES)
        except PerizinanError as error:
            self._fail(permit, holder, error, moment)
            raise ServiceError("letter-changed", reason=error.code) from error
        try:
            self._publication.note_use(permit, signer, moment)
        except ServiceError as error:
            self._fail(permit, holder, error, moment)
            raise
        request = signing_request(self._context, permit.number, moment)
        if isinstance(signer, DigestSigner):
            return self._sign_here(permit, unsigned, signer, request, holder)
        return self._sign_there(permit, unsigned, signer, request, holder)

    def _sign_here(
        self, permit: Permit, unsigned: bytes, signer: DigestSigner, request: SigningRequest, holder: str
    ) -> str:
        """Sign with a key of our own: when it fails, it can be tried again at once."""
        moment = request.signed_at
        try:
            signed_pdf = self._timestamped(unsigned, signer, request)
            self._verify(signed_pdf, permit, moment)
        except PerizinanError as error:
            self._fail(permit, holder, error, moment)
            raise
        except Exception as error:
            # Tokens and key services of plugins raise what they like.
            failure = ServiceError("issuance", reason=type(error).__name__)
            self._fail(permit, holder, failure, moment)
            raise failure from error
        return self._keep(signed_pdf, permit)

    def _timestamped(self, unsigned: bytes, signer: DigestSigner, request: SigningRequest) -> bytes:
        """Sign, with a timestamp where the office wants one; without, where it continues without."""
        source = self.long_term.source(request.signed_at)
        try:
            return sign_pdf(unsigned, signer, request, timestamps=source)
        except LongTermError:
            if not self.long_term.may_go_on():
                raise
            return sign_pdf(unsigned, signer, request)

    def _lengthen(
        self, permit: Permit, signed: str, attempt: SigningAttempt, holder: str, moment: datetime
    ) -> None:
        """Bring the signed file to the office's level, or note that the worker has to."""
        try:
            self.long_term.raise_to_level(signed, moment)
        except LongTermError as error:
            if self.long_term.may_go_on():
                self.long_term.remember(permit, error, moment)
                return
            if attempt.state is not SigningState.FINISHED:
                self._fail(permit, holder, error, moment)
            raise

    def _sign_there(
        self, permit: Permit, unsigned: bytes, signer: Signer, request: SigningRequest, holder: str
    ) -> str:
        """Let a service sign: it is asked once, and whatever goes wrong then is for a person to look at."""
        moment = request.signed_at
        try:
            signed_pdf = sign_pdf(unsigned, signer, request)
        except Exception as error:
            reason = error.code if isinstance(error, PerizinanError) else type(error).__name__
            raise self._in_doubt(permit, holder, reason, moment) from error
        # Kept before it is judged: the service will not be asked for it again.
        stored = self._context.documents.put(BytesIO(signed_pdf))
        try:
            self._verify(signed_pdf, permit, moment)
        except PerizinanError as error:
            reason = f"{error.message('en')} kept as {stored.sha256}"
            raise self._in_doubt(permit, holder, reason, moment) from error
        return self._keep(signed_pdf, permit)

    def _in_doubt(self, permit: Permit, holder: str, reason: str, moment: datetime) -> ServiceError:
        """Give the lease back without saying that nothing was signed, and return the error to raise."""
        with self._context.storage.unit_of_work() as work:
            work.signing_attempts.renew(permit.unsigned_sha256, holder=holder, until=moment)
            work.commit()
        return ServiceError("signing-in-doubt", reason=reason, number=permit.number)

    def _keep(self, signed_pdf: bytes, permit: Permit) -> str:
        """Store the signed file at once and give it its write-once name: from here on it cannot be lost."""
        stored = self._context.documents.put(BytesIO(signed_pdf))
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

    def _release(
        self,
        permit: Permit,
        attempt: SigningAttempt,
        holder: str,
        error: PerizinanError,
        moment: datetime,
    ) -> None:
        """Give the lease back without touching what an earlier attempt left: it may have signed."""
        if not attempt.interrupted:
            self._fail(permit, holder, error, moment)
            return
        with self._context.storage.unit_of_work() as work:
            work.signing_attempts.renew(permit.unsigned_sha256, holder=holder, until=moment)
            work.commit()

    def _verify_found(
        self, permit: Permit, signed: str, attempt: SigningAttempt, holder: str, moment: datetime
    ) -> None:
        """Judge a file that an earlier attempt left behind like one that was just signed."""
        try:
            self._verify(self._context.documents.read(signed, MAX_PERMIT_BYTES), permit, moment)
        except PerizinanError as error:
            if attempt.state is not SigningState.FINISHED:
                self._fail(permit, holder, error, moment)
            raise

    def _fail(self, permit: Permit, holder: str, error: PerizinanError, moment: datetime) -> None:
        with self._context.storage.unit_of_work() as work:
            work.signing_attempts.fail(permit.unsigned_sha256, holder=holder, error=error.code, at=moment)
            work.commit()


def new_holder() -> str:
    return f"{os.getpid()}-{new_id()}"


def name_of_signed(permit: Permit) -> str:
    return f"signed/{permit.unsigned_sha256}"
