"""
Revocation data (CRLs, OCSP answers) and spare certificates: from the file's DSS, its signatures, and the caller.

pyHanko asks only for lists that a certificate announces, and drops those that are old. A list that
names a certificate as revoked counts here whatever its age: revocation is not undone by time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.signatures.structure import ForeignStructure

__all__ = ["Evidence", "read_dss", "revoked_since"]

_MAX_ITEMS = 2000


@attrs.frozen(kw_only=True)
class Evidence:
    """What may prove something about certificates; each item proves itself by its own signature."""

    certificates: tuple[bytes, ...] = ()
    """DER."""

    answers: tuple[bytes, ...] = ()
    """OCSP answers, DER."""

    lists: tuple[bytes, ...] = ()
    """CRLs, DER."""

    def __add__(self, other: Evidence) -> Evidence:
        """Join, each item once."""
        return Evidence(
            certificates=tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            answers=tuple(dict.fromkeys((*self.answers, *other.answers))),
            lists=tuple(dict.fromkeys((*self.lists, *other.lists))),
        )

    @property
    def has_revocation(self) -> bool:
        """True when there is any CRL or OCSP answer."""
        return bool(self.answers or self.lists)

    @property
    def key(self) -> bytes:
        """Digest of everything, for caches."""
        hasher = hashlib.sha256()
        for group in (self.certificates, self.answers, self.lists):
            for item in group:
                hasher.update(hashlib.sha256(item).digest())
            hasher.update(b"|")
        return hasher.digest()


def read_dss(pdf: ForeignStructure) -> Evidence:
    """
    Read the document security store (EN 319 142-1 section 5.4.2).

    Raises:
        PdfStructureError: when it is there and damaged.
    """
    raw = pdf.resolve(pdf.catalog().get("DSS"))
    if raw is None:
        return Evidence()
    store = pdf.dictionary(raw)
    groups = [_streams(pdf, store.get(name)) for name in ("Certs", "OCSPs", "CRLs")]
    return Evidence(certificates=groups[0], answers=groups[1], lists=groups[2])


def _streams(pdf: ForeignStructure, value: object) -> tuple[bytes, ...]:
    items = pdf.array(value)
    if len(items) > _MAX_ITEMS:
        raise PdfStructureError("the document security store holds too much", 0)
    return tuple(pdf.stream_data(item) for item in items)


def revoked_since(
    certificate: x509.Certificate, issuer: x509.Certificate, evidence: Evidence
) -> datetime | None:
    """Return since when a certificate is revoked by any of the evidence that its issuer (or its responder) signed."""
    found = [
        *_from_lists(certificate, issuer, evidence.lists),
        *_from_answers(certificate, issuer, evidence.answers),
    ]
    return min(found, default=None)


def _from_lists(
    certificate: x509.Certificate, issuer: x509.Certificate, lists: Sequence[bytes]
) -> Iterable[datetime]:
    for der in lists:
        try:
            crl = x509.load_der_x509_crl(der)
            if crl.issuer != issuer.subject:
                continue
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is None or not _is_supported(crl, issuer):
                continue
            yield entry.revocation_date_utc
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion):
            continue


def _is_supported(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)


def _from_answers(
    certificate: x509.Certificate, issuer: x509.Certificate, answers: Sequence[bytes]
) -> Iterable[datetime]:
    for der in answers:
        try:
            answer = ocsp.load_der_ocsp_response(der)
            if (
                answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL
                or answer.serial_number != certificate.serial_number
                or answer.certificate_status is not ocsp.OCSPCertStatus.REVOKED
                or answer.revocation_time_utc is None
                or not _answered_for(answer, issuer)
            ):
                continue
            yield answer.revocation_time_utc
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion):
            continue


def _answered_for(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Check that the issuer, or a responder that it certified, signed the answer."""
    for signer in (issuer, *answer.certificates):
        try:
            if signer is not issuer:
                signer.verify_directly_issued_by(issuer)
                purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
                if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes:
                    continue
            if _verifies(signer, answer):
                return True
        except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            continue
    return False


def _verifies(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> bool:
    key, function = signer.public_key(), answer.signature_hash_algorithm
    signature, data = answer.signature, answer.tbs_response_bytes
    if function is None or isinstance(function, hashes.MD5):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), function)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(function))
    else:
        return False
    return True
