"""
Judging a signed file before anything is added to it: long-term data must never dignify a broken signature.

For every signature and timestamp: is it intact, does its certificate lead to a trusted root at the time
that is proven for it, and was nothing forbidden added later? The time of a signature is the earliest
timestamp over it; that of a timestamp is the next document timestamp after it; without one, it is now.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from cryptography import x509

from perizinan_core.errors.ltv import LongTermError, NotExtendableError, TooLateError
from perizinan_core.errors.signing import EncryptedPdfError, UnsignablePdfError
from perizinan_core.signing.ltv.engine import context, quiet, serial_text
from perizinan_core.signing.pdf_file import PdfFile

__all__ = ["Examined", "ProvenPath", "examine", "known_service", "signer_of"]


@attrs.frozen
class ProvenPath:
    """A certificate path (pyHanko's), and when it must have been valid."""

    path: Any
    moment: datetime


@attrs.frozen(kw_only=True)
class Examined:
    """A sound file, and what is in it."""

    paths: tuple[ProvenPath, ...]
    """Of all signers and timestamp services."""

    all_timed: bool
    """True when a timestamp proves the time of every signature."""

    archived: bool
    """True when the file ends with a document timestamp over long-term data."""

    certificates: tuple[Any, ...]
    """Certificates of the file's long-term data (asn1crypto)."""

    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


async def examine(
    pdf: bytes, *, roots: Sequence[x509.Certificate], stamp_roots: Sequence[x509.Certificate], now: datetime
) -> Examined:
    """
    Examine a signed file.

    Args:
        pdf: The file.
        roots: Where signers must lead.
        stamp_roots: Where timestamp services must lead.
        now: Present moment.

    Raises:
        NotExtendableError: it is not sound.
        TooLateError: a certificate ended before anything proved the time.
    """
    quiet()
    try:
        PdfFile.read(pdf)
    except EncryptedPdfError as error:
        raise NotExtendableError("encrypted") from error
    except UnsignablePdfError as error:
        raise NotExtendableError("unreadable") from error
    try:
        return await _Examination.of(pdf, roots, stamp_roots, now).result()
    except LongTermError:
        raise
    except Exception as error:  # a foreign parser on what may be a hostile file raises what it likes
        raise NotExtendableError("unreadable") from error


async def known_service(
    token: Any, roots: Sequence[x509.Certificate], now: datetime
) -> tuple[ProvenPath, ...]:
    """Return the path of the service that made a token (asn1crypto ``ContentInfo``), if it is valid now."""
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    if token is None:
        return ()
    found = extract_certificate_info(token["content"])
    validator: Any = CertificateValidator(
        found.signer_cert, intermediate_certs=found.other_certs, validation_context=context(roots, now)
    )
    try:
        return (ProvenPath(await validator.async_validate_usage(set(), {"time_stamping"}), now),)
    except (PathBuildingError, ValidationError):
        return ()


def signer_of(token: Any) -> bytes:
    """Return the DER of the certificate that made a token."""
    from pyhanko.sign.general import extract_certificate_info

    der: bytes = extract_certificate_info(token["content"]).signer_cert.dump()
    return der


@attrs.define
class _Examination:
    length: int
    roots: Sequence[x509.Certificate]
    stamp_roots: Sequence[x509.Certificate]
    now: datetime
    signatures: list[Any]
    stamps: list[Any]
    store: Any
    certificates: list[Any]
    _paths: list[ProvenPath] = attrs.field(factory=list, init=False)

    @classmethod
    def of(
        cls,
        pdf: bytes,
        roots: Sequence[x509.Certificate],
        stamp_roots: Sequence[x509.Certificate],
        now: datetime,
    ) -> _Examination:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import DocumentSecurityStore
        from pyhanko.sign.validation.errors import NoDSSFoundError

        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        if reader.encrypted:
            raise NotExtendableError("encrypted")
        signatures = list(reader.embedded_regular_signatures)
        if not signatures:
            raise NotExtendableError("no-signature")
        stamps = sorted(reader.embedded_timestamp_signatures, key=lambda item: item.signed_revision)
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            store = None
        known = list(store.load_certs()) if store is not None else []
        return cls(len(pdf), roots, stamp_roots, now, signatures, stamps, store, known)

    async def result(self) -> Examined:
        times = [_stated_time(item.signed_data) for item in self.stamps]
        timed = [await self._signature(item, times) for item in self.signatures]
        for stamp, moment in zip(self.stamps, [*times[1:], self.now], strict=False):
            await self._stamp(stamp, moment)
        ends = [int(item.byte_range[2]) + int(item.byte_range[3]) for item in self.stamps]
        return Examined(
            paths=tuple(self._paths),
            all_timed=all(timed),
            archived=self.store is not None and bool(ends) and ends[-1] == self.length,
            certificates=tuple(self.certificates),
            ocsps=_streams(self.store.ocsps) if self.store is not None else (),
            crls=_streams(self.store.crls) if self.store is not None else (),
        )

    async def _signature(self, signature: Any, stamp_times: list[datetime]) -> bool:
        """Judge one signature; return whether a timestamp proves its time."""
        from pyhanko.sign.validation import async_validate_pdf_signature
        from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

        over = [
            time
            for stamp, time in zip(self.stamps, stamp_times, strict=True)
            if stamp.signed_revision >= signature.signed_revision
        ]
        own = [_stated_time(item) for item in extract_tst_data_iter(signature.signer_info, signed=False)]
        moment = min([*own, *over], default=self.now)
        status = await async_validate_pdf_signature(
            signature,
            signer_validation_context=self._context(self.roots, moment),
            ts_validation_context=self._context(self.stamp_roots, min(over, default=self.now)),
        )
        if not (status.intact and status.valid):
            raise NotExtendableError("signature-broken")
        if not _only_signed_later(status):
            raise NotExtendableError("changed")
        if not status.trusted:
            raise _distrust(signature.signer_cert, moment)
        self._paths.append(ProvenPath(status.validation_path, moment))
        inner = status.timestamp_validity
        if inner is not None:
            self._take_stamp(inner, min(over, default=self.now))
        return bool(own or over)

    async def _stamp(self, stamp: Any, moment: datetime) -> None:
        from pyhanko.sign.validation import async_validate_pdf_timestamp

        status = await async_validate_pdf_timestamp(stamp, self._context(self.stamp_roots, moment))
        self._take_stamp(status, moment)

    def _take_stamp(self, status: Any, moment: datetime) -> None:
        if not (status.intact and status.valid):
            raise NotExtendableError("timestamp-broken")
        if not status.trusted:
            raise _distrust(status.signing_cert, moment)
        self._paths.append(ProvenPath(status.validation_path, moment))

    def _context(self, roots: Sequence[x509.Certificate], moment: datetime) -> Any:
        return context(roots, moment, others=self.certificates)


def _only_signed_later(status: Any) -> bool:
    """Return True when nothing but signatures, timestamps and long-term data was added after a signature."""
    from pyhanko.sign.diff_analysis import ModificationLevel

    level = status.modification_level
    return level is not None and level <= ModificationLevel.FORM_FILLING and status.docmdp_ok


def _distrust(certificate: Any, moment: datetime) -> NotExtendableError:
    if certificate.not_valid_after < moment:
        return TooLateError(
            "untrusted",
            serial=serial_text(certificate),
            ended_at=certificate.not_valid_after.isoformat(),
        )
    return NotExtendableError("untrusted")


def _stated_time(signed_data: Any) -> datetime:
    time: datetime = signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return time


def _streams(references: Sequence[Any]) -> tuple[bytes, ...]:
    return tuple(bytes(item.get_object().data) for item in references)
