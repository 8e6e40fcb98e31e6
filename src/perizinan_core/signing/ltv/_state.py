"""
How long-lasting a signed file is, read quickly and without judging it: for lists, and to find what is due.

Nothing is believed here: who relies on a file verifies it, and `extend` examines it anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.ltv import NotExtendableError
from perizinan_core.errors.signing import EncryptedPdfError, UnsignablePdfError
from perizinan_core.signing._form import FoundField, form_fields
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, decoded_name, integer, reference
from perizinan_core.signing.ltv._levels import Level

__all__ = ["LongTermState", "StampInfo", "read_state"]

_STRONG = ("sha256", "sha384", "sha512")
_MIN_RSA_BITS = 2048
_MAX_CONTAINER = 1024 * 1024


@attrs.frozen(kw_only=True)
class StampInfo:
    """What a timestamp says about itself."""

    time: datetime
    """The time it states."""

    certificate_ends: datetime
    """Last moment of the timestamp service's certificate."""

    hash_name: str
    """Hash function of what was timestamped."""

    is_weak: bool
    """True when its hash function or key is below today's minimum (SHA-256, RSA of 2048 bits)."""


@attrs.frozen(kw_only=True)
class LongTermState:
    """What is in a file."""

    level: Level
    signer_ends: datetime | None
    """Last moment of the signer's certificate that ends first; None when no container could be read."""

    newest: StampInfo | None
    """The newest document timestamp, or None."""

    @property
    def proven_until(self) -> datetime | None:
        """Moment until which the file can be checked by itself, as far as certificates' ends tell."""
        if self.level is Level.B_LTA and self.newest is not None:
            return self.newest.certificate_ends
        return self.signer_ends

    def is_due(self, now: datetime, within: timedelta) -> bool:
        """Return True when the archive timestamp ends within a span, or is weak by today's measure."""
        return self.newest is not None and (
            self.newest.is_weak or self.newest.certificate_ends <= now + within
        )


def read_state(pdf: bytes) -> LongTermState:
    """
    Read a signed file's state; about a millisecond.

    Raises:
        NotExtendableError: it is no whole PDF, or holds no signature.
    """
    try:
        return _read(PdfFile.read(pdf))
    except EncryptedPdfError as error:
        raise NotExtendableError("encrypted") from error
    except UnsignablePdfError as error:
        raise NotExtendableError("unreadable") from error


@attrs.frozen
class _Found:
    """One signature or document timestamp in the file."""

    end: int
    container: Any
    """asn1crypto ``SignedData``, or None."""


def _read(pdf: PdfFile) -> LongTermState:
    catalog = pdf.dictionary(pdf.trailer.raw(b"/Root"))
    signatures: list[_Found] = []
    stamps: list[_Found] = []
    for field in form_fields(pdf, pdf.dictionary(catalog.raw(b"/AcroForm"))):
        if field.is_signature and field.value != b"null":
            kind, found = _signature(pdf, field)
            (stamps if kind == b"/DocTimeStamp" else signatures).append(found)
    if not signatures:
        raise NotExtendableError("no-signature")
    stamps.sort(key=lambda item: item.end)
    ends = [_certificate_end(item.container) for item in signatures if item.container is not None]
    return LongTermState(
        level=_level(pdf, catalog, signatures, stamps),
        signer_ends=min((item for item in ends if item is not None), default=None),
        newest=_describe(stamps[-1].container) if stamps else None,
    )


def _signature(pdf: PdfFile, field: FoundField) -> tuple[bytes, _Found]:
    value = pdf.dictionary(field.value)
    covered = [integer(pdf.resolve(item)) or 0 for item in pdf.array(value.raw(b"/ByteRange"))]
    kind = decoded_name(pdf.resolve(value.raw(b"/Type")))
    if len(covered) != 4:
        return kind, _Found(0, None)
    gap = pdf.data[covered[0] + covered[1] : covered[2]]
    return kind, _Found(covered[2] + covered[3], _signed_data(gap))


def _signed_data(gap: bytes) -> Any:
    # `tsp` teaches `cms` what a timestamp's content is; without it, none could be read.
    from asn1crypto import cms, tsp

    del tsp
    if len(gap) > 2 * _MAX_CONTAINER:
        return None
    try:
        found = cms.ContentInfo.load(bytes.fromhex(gap.strip(b"<> \r\n").decode("ascii")))["content"]
        return found if isinstance(found, cms.SignedData) else None
    except (ValueError, TypeError, KeyError):
        return None


def _level(pdf: PdfFile, catalog: RawDictionary, signatures: list[_Found], stamps: list[_Found]) -> Level:
    last = stamps[-1].end if stamps else 0
    if not all(last >= item.end or _has_timestamp(item.container) for item in signatures):
        return Level.B_B
    store = reference(catalog.raw(b"/DSS"))
    content = pdf.dictionary(catalog.raw(b"/DSS"))
    if not (pdf.array(content.raw(b"/OCSPs")) or pdf.array(content.raw(b"/CRLs"))):
        return Level.B_T
    # The store's newest version must lie below the newest timestamp to be protected by it.
    kind, where, _ = pdf.entries.get(store[0], (0, 0, 0)) if store else (0, 0, 0)
    return Level.B_LTA if kind == 1 and where < last else Level.B_LT


def _has_timestamp(container: Any) -> bool:
    try:
        unsigned = container["signer_infos"][0]["unsigned_attrs"]
        return any(item["type"].native == "signature_time_stamp_token" for item in unsigned)
    except (ValueError, TypeError, KeyError, IndexError):
        return False


def _signer(container: Any) -> Any:
    """Return the certificate that a container's signature names, or None."""
    try:
        signer = container["signer_infos"][0]["sid"]
        for item in container["certificates"]:
            found = item.chosen
            if signer.name == "subject_key_identifier":
                if found.key_identifier == signer.chosen.native:
                    return found
            elif (found.issuer, found.serial_number) == (
                signer.chosen["issuer"],
                signer.chosen["serial_number"].native,
            ):
                return found
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        pass
    return None


def _certificate_end(container: Any) -> datetime | None:
    certificate = _signer(container)
    return None if certificate is None else certificate.not_valid_after


def _describe(container: Any) -> StampInfo | None:
    certificate = _signer(container)
    if certificate is None:
        return None
    try:
        info = container["encap_content_info"]["content"].parsed
        imprint: str = info["message_imprint"]["hash_algorithm"]["algorithm"].native
        signed: str = container["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        stated: datetime = info["gen_time"].native
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    key = certificate.public_key
    short = key.algorithm == "rsa" and key.bit_size < _MIN_RSA_BITS
    return StampInfo(
        time=stated,
        certificate_ends=certificate.not_valid_after,
        hash_name=imprint,
        is_weak=short or imprint not in _STRONG or signed not in _STRONG,
    )
