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
from typing import Any

import attrs
from cryptography import x509

from perizinan_core.errors.ltv import CertificateRevokedError, RevocationUnavailableError
from perizinan_core.signing.ltv.engine import context, serial_text
from perizinan_core.signing.ltv.examine import Examined, ProvenPath, examine
from perizinan_core.signing.ltv.exchange import run
from perizinan_core.signing.ltv.levels import Level
from perizinan_core.signing.ltv.revocation import Revocation, RevocationClient
from perizinan_core.signing.ltv.timestamps import TimestampClient
from perizinan_core.signing.ltv.writing import reserve_stamp, with_store

__all__ = ["extend"]

_SPARE = 512
"""Bytes by which the next timestamp may be larger than one that did not fit."""


def extend(
    pdf: bytes,
    *,
    level: Level,
    tsa: TimestampClient | str,
    roots: Sequence[x509.Certificate],
    now: datetime,
    revocation: RevocationClient | Revocation | None = None,
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
        NotExtendableError: the file is not sound, or it is too late.
        TimestampServiceError: no usable timestamp came.
        RevocationUnavailableError: nobody says whether a certificate was revoked.
        CertificateRevokedError: one was.
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
    return run(work.raised(pdf, level, renew=renew))


@attrs.frozen(kw_only=True)
class _Additions:
    """What the long-term data of a file lacks."""

    certificates: tuple[bytes, ...] = ()
    revocation: Revocation = Revocation()

    def __bool__(self) -> bool:
        return bool(self.certificates or self.revocation.ocsps or self.revocation.crls)


@attrs.frozen
class _Extension:
    client: TimestampClient
    roots: tuple[x509.Certificate, ...]
    now: datetime
    revocation: RevocationClient | Revocation

    async def raised(self, pdf: bytes, level: Level, *, renew: bool) -> bytes:
        found = await self._examined(pdf)
        if level.reaches(Level.B_T) and not found.all_timed:
            pdf = await self._stamped(pdf, _Additions())
            found = await self._examined(pdf)
        if not level.reaches(Level.B_LT) or (found.archived and not renew):
            return pdf
        missing = await self._missing(found)
        if level is Level.B_LTA:
            return await self._stamped(pdf, missing)
        if not missing:
            return pdf
        return with_store(
            pdf,
            certificates=missing.certificates,
            ocsps=missing.revocation.ocsps,
            crls=missing.revocation.crls,
        )

    async def _examined(self, pdf: bytes) -> Examined:
        return await examine(pdf, roots=self.roots, stamp_roots=self.client.roots, now=self.now)

    async def _missing(self, found: Examined) -> _Additions:
        """Return what must be added so that every path is proven by the file itself."""
        fetched = Revocation()
        for proven in found.paths:
            if not await self._is_proven(proven, found, fetched):
                fetched = fetched.joined(await self._about(proven))
                await self._require_proof(proven, found, fetched)
        known = {item.dump() for item in found.certificates}
        needed = dict.fromkeys(item.dump() for proven in found.paths for item in _below_root(proven))
        return _Additions(
            certificates=tuple(item for item in needed if item not in known),
            revocation=Revocation(
                ocsps=tuple(item for item in fetched.ocsps if item not in found.ocsps),
                crls=tuple(item for item in fetched.crls if item not in found.crls),
            ),
        )

    async def _about(self, proven: ProvenPath) -> Revocation:
        if isinstance(self.revocation, Revocation):
            return self.revocation
        path = [x509.load_der_x509_certificate(item.dump()) for item in reversed(list(proven.path))]
        return await self.revocation.collect(path, moment=proven.moment, now=self.now)

    async def _is_proven(self, proven: ProvenPath, found: Examined, fetched: Revocation) -> bool:
        return await self._problem(proven, found, fetched) is None

    async def _require_proof(self, proven: ProvenPath, found: Examined, fetched: Revocation) -> None:
        problem = await self._problem(proven, found, fetched)
        if problem is not None:
            raise problem

    async def _problem(
        self, proven: ProvenPath, found: Examined, fetched: Revocation
    ) -> RevocationUnavailableError | CertificateRevokedError | None:
        """Return why revocation of a path is not settled, or None."""
        from pyhanko_certvalidator.errors import PathValidationError, RevokedError
        from pyhanko_certvalidator.validate import async_validate_path

        settled = context(
            (*self.roots, *self.client.roots),
            proven.moment,
            others=found.certificates,
            ocsps=_ocsp_objects((*found.ocsps, *fetched.ocsps)),
            crls=_crl_objects((*found.crls, *fetched.crls)),
            required=True,
        )
        serial = serial_text(proven.path.leaf)
        try:
            await async_validate_path(settled, proven.path)
        except RevokedError as error:
            return CertificateRevokedError(serial, error.revocation_dt.isoformat())
        except PathValidationError as error:
            return RevocationUnavailableError(serial, type(error).__name__)
        return None

    async def _stamped(self, pdf: bytes, data: _Additions) -> bytes:
        """Return the file with ``data`` and a document timestamp, in one incremental update."""
        try:
            return await self._stamped_within(self.client.room, pdf, data)
        except OverflowError as error:
            return await self._stamped_within(int(error.args[0]) + _SPARE, pdf, data)

    async def _stamped_within(self, room: int, pdf: bytes, data: _Additions) -> bytes:
        reserved = reserve_stamp(
            pdf,
            room=room,
            now=self.now,
            certificates=data.certificates,
            ocsps=data.revocation.ocsps,
            crls=data.revocation.crls,
        )
        token = await self.client.fetch(reserved.digest(self.client.hash_name), self.now)
        return reserved.filled(token.dump())


def _below_root(proven: ProvenPath) -> list[Any]:
    return list(proven.path)[1:]


def _ocsp_objects(answers: Sequence[bytes]) -> list[Any]:
    from asn1crypto.ocsp import OCSPResponse

    return [OCSPResponse.load(item) for item in answers]


def _crl_objects(lists: Sequence[bytes]) -> list[Any]:
    from asn1crypto.crl import CertificateList

    return [CertificateList.load(item) for item in lists]
