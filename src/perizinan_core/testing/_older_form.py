"""Signatures of the older form, as the first generation of the national signing service made them in 2024."""

from __future__ import annotations

from itertools import count

import attrs
from cryptography.hazmat import asn1

from perizinan_core._pdf._cms import CONTENT_TYPE, DATA
from perizinan_core.signing import DigestSigner, SigningRequest
from perizinan_core.signing._cms import CmsProfile, _attribute
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._sign import _reserved
from perizinan_core.signing.ltv import TimestampClient

__all__ = ["OlderFormSigner"]

_ROOM = 16_384
_OURS, _OLDER = b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"
_MILLISECONDS = count(1_717_000_000_000)


class _Profile(CmsProfile):
    """Signed attributes without the one that names the certificate."""

    def __init__(self, key: DigestSigner) -> None:
        super().__init__(key.certificate, tuple(key.chain), key.algorithm)
        self._fixed = (_attribute(CONTENT_TYPE, asn1.encode_der(DATA)),)


@attrs.frozen
class OlderFormSigner:
    """
    Signs as the first generation did in 2024: ``adbe.pkcs7.detached`` with a timestamp, without long-term data.

    A field ``sig_<milliseconds>``, signed attributes that do not name the certificate, 16,384 bytes of room.
    """

    key: DigestSigner
    """What it signs with."""

    stamps: TimestampClient
    """Where its timestamps come from."""

    def sign(self, pdf: bytes, request: SigningRequest) -> bytes:
        """Return the PDF with one more signature."""
        profile = _Profile(self.key)
        named = attrs.evolve(request, field_name=f"sig_{next(_MILLISECONDS)}")
        room = _reserved(PdfFile(pdf), named, _ROOM)
        tail = room._tail  # noqa: SLF001 - the form is changed before anything is hashed
        at = tail.rindex(_OURS)
        tail[at : at + len(_OLDER)] = _OLDER
        attributes = profile.attributes(room.digest(profile.algorithm.hash_name))
        signature = profile.checked(self.key.sign(attributes), attributes)
        token = self.stamps.token(signature, request.signed_at)
        return room.filled(profile.container(attributes, signature, token))
