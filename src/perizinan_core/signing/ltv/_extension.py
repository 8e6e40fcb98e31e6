"""
Raising a signed file to B-T, B-LT or B-LTA, and renewing its archive timestamp; see `extend`.

The signed bytes stay the beginning of the file: everything is added by incremental updates, so the hash
of the file as it was signed can always be taken from the extended one. In this order:

1. the file is judged (`examine`); 2. B-T: a document timestamp, unless every signature has proof of its
time; 3. B-LT: certificates and revocation data of all signers and timestamp services, as far as the
file does not have them; 4. B-LTA: one more document timestamp over all that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.errors.signing import LongTermError
from perizinan_core.signing._reserved_space import fitted
from perizinan_core.signing.ltv._examine import (
    Examined,
    ProvenPath,
    certificate_revoked,
    examine,
    known_service,
    signer_of,
)
from perizinan_core.signing.ltv._policy import Level
from perizinan_core.signing.ltv._revocation import RevocationClient
from perizinan_core.signing.ltv._timestamps import TimestampClient
from perizinan_core.signing.ltv._writing import reserve_stamp, with_store
from perizinan_core.verification._revocation import Evidence, responder_certificates, statements

_TRIES = 3


def extend(
    pdf: bytes,
    *,
    level: Level,
    tsa: TimestampClient | str,
    roots: Sequence[x509.Certificate],
    now: datetime,
    revocation: RevocationClient | Evidence | None = None,
    renew: bool = False,
) -> bytes:
    """
    Return a signed PDF raised to ``level``; the same bytes when it is there already.

    Args:
        pdf: A signed file.
        level: What is wanted; B-B changes nothing.
        tsa: The timestamp service, or its address.
        roots: Certificates in which signers may end, and timestamp services whose client has no roots.
        now: Present moment, with time zone.
        revocation: Who is asked about revocation; or the answers, when the caller has them: then
            nothing but the timestamp is fetched.
        renew: Add an archive timestamp even if there is one (B-LTA).

    Raises:
        LongTermError: ``not-extendable``: the file is not sound, or it is too late.
        TimestampServiceError: no usable timestamp came.
        LongTermError: ``revocation-unavailable``: no one says whether a certificate was revoked.
        LongTermError: ``certificate-revoked``: one was.
    """
    if now.utcoffset() is None:
        raise ValueError("expected a moment with a time zone, got one without")
    client = tsa if isinstance(tsa, TimestampClient) else TimestampClient(url=tsa)
    work = _Extension(
        client.trusting(roots),
        tuple(roots),
        now,
        RevocationClient() if revocation is None else revocation,
    )
    return work.raised(pdf, level, renew=renew)


@attrs.frozen
class _Extension:
    client: TimestampClient
    roots: tuple[x509.Certificate, ...]
    now: datetime
    revocation: RevocationClient | Evidence

    def raised(self, pdf: bytes, level: Level, *, renew: bool) -> bytes:
        found = self._examined(pdf)
        if level.reaches(Level.B_T) and not found.all_timed:
            pdf = self._stamped(pdf, Evidence())
            found = self._examined(pdf)
        if not level.reaches(Level.B_LT) or (found.archived and not renew):
            return pdf
        if level is Level.B_LTA:
            return self._archived(pdf, found)
        missing = self._missing(found)
        return with_store(pdf, missing) if missing else pdf

    def _archived(self, pdf: bytes, found: Examined) -> bytes:
        """
        Return the file with an archive timestamp, whose own certificate is proven below it.

        The certificate is known only from a timestamp; when the service has another one than last time,
        the file is made again.
        """
        expected = self.client.latest
        for _ in range(_TRIES):
            used = known_service(expected, self.client.roots, self.now)
            stamped = self._stamped(pdf, self._missing(found, used))
            before, expected = expected, self.client.latest
            if used and signer_of(before) == signer_of(expected):
                break
        # A service that changes its certificate with every answer: anyone who checks asks for the rest.
        return stamped

    def _examined(self, pdf: bytes) -> Examined:
        return examine(pdf, roots=self.roots, stamp_roots=self.client.roots, now=self.now)

    def _missing(self, found: Examined, further: Sequence[ProvenPath] = ()) -> Evidence:
        """Return what must be added so that every path is proven by the file itself."""
        given = Evidence() if isinstance(self.revocation, RevocationClient) else self.revocation
        fetched = given
        paths = (*found.paths, *further)
        for proven in paths:
            for certificate, issuer in pairwise(proven.path):
                if _is_settled(certificate, issuer, proven.moment, found.evidence + given):
                    continue
                if isinstance(self.revocation, RevocationClient):
                    fetched += self.revocation.about(certificate, issuer, now=self.now)
                if not _is_settled(certificate, issuer, proven.moment, found.evidence + fetched):
                    serial = f"{certificate.serial_number:x}"
                    raise LongTermError("revocation-unavailable", serial=serial, reason="not conclusive")
        # The root and the responders' certificates too: pyHanko 0.38 proves the time of what stands in the
        # store itself, not of what is nested in its objects.
        needed = dict.fromkeys(item.public_bytes(Encoding.DER) for proven in paths for item in proven.path)
        needed |= dict.fromkeys(item for answer in fetched.answers for item in responder_certificates(answer))
        return fetched + Evidence(certificates=tuple(needed)) - found.evidence

    def _stamped(self, pdf: bytes, data: Evidence) -> bytes:
        """Return the file with ``data`` and a document timestamp, in one incremental update."""

        def within(room: int) -> bytes:
            reserved = reserve_stamp(pdf, room=room, now=self.now, data=data)
            token = self.client.fetch(reserved.digest(self.client.hash_name), self.now)
            return reserved.filled(token)

        return fitted(within, self.client.room)


def _is_settled(
    certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime, evidence: Evidence
) -> bool:
    """Return whether it is proven that a certificate was not revoked at a moment."""
    found = statements(certificate, issuer, evidence)
    for item in found:
        if item.revoked_at is not None and item.revoked_at <= moment:
            raise certificate_revoked(certificate, item.revoked_at)
    return any(item.clears and item.until >= moment for item in found)
