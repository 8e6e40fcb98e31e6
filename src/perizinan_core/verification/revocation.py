"""
Whether a certificate of a signer's path was revoked, by the proofs that the file itself carries.

Revocation lists (RFC 5280) and OCSP answers (RFC 6960) lie in the document security store (EN 319 142-1
section 5.4). A proof counts when the issuer of the certificate signed it, or a responder to whom the issuer
gave that right. Nothing is fetched. What follows from a revocation: ``docs/reference/truth-table.md``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.pdf.structure import PdfStructure

__all__ = ["PathRevocation", "RevocationProofs", "path_revocation", "proofs_in"]

_MAX_PROOFS = 64
_WEAK_HASHES = {"md5", "sha1"}


@attrs.frozen(kw_only=True)
class RevocationProofs:
    """What a file carries; not yet believed."""

    crls: tuple[x509.CertificateRevocationList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


@attrs.frozen(kw_only=True)
class PathRevocation:
    """What the proofs say about a path."""

    revoked_at: datetime | None = None
    """Earliest moment from which a certificate of the path is revoked."""

    good_as_of: datetime | None = None
    """Up to this moment every certificate but the root is known not to be revoked; None: not all are known."""


def proofs_in(pdf: PdfStructure) -> RevocationProofs:
    """Return the readable proofs in the document security store; unreadable ones prove nothing."""
    try:
        store = pdf.resolve(pdf.catalog().get("DSS"))
        if store is None:
            return RevocationProofs()
        dictionary = pdf.dictionary(store)
        lists, answers = (
            [pdf.stream_data(item) for item in pdf.array(dictionary.get(key))[:_MAX_PROOFS]]
            for key in ("CRLs", "OCSPs")
        )
    except PdfStructureError:
        return RevocationProofs()
    return RevocationProofs(crls=tuple(_crls(lists)), ocsps=tuple(_ocsps(answers)))


def path_revocation(
    path: Sequence[x509.Certificate], proofs: RevocationProofs, at: datetime
) -> PathRevocation:
    """
    Return what the proofs say about a path.

    Args:
        path: Signer first, root last.
        proofs: What the file carries.
        at: Moment of the check: a revocation that lies ahead of it is none yet.
    """
    revoked: list[datetime] = []
    good: list[datetime | None] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for certificate, issuer in pairwise(path):
            known = [*_from_lists(certificate, issuer, proofs), *_from_answers(certificate, issuer, proofs)]
            revoked += [moment for is_revoked, moment in known if is_revoked and moment <= at]
            good.append(max((moment for is_revoked, moment in known if not is_revoked), default=None))
    complete = [moment for moment in good if moment is not None]
    return PathRevocation(
        revoked_at=min(revoked, default=None),
        good_as_of=min(complete) if complete and len(complete) == len(good) else None,
    )


def _crls(found: Sequence[bytes]) -> Iterator[x509.CertificateRevocationList]:
    for der in found:
        try:
            yield x509.load_der_x509_crl(der)
        except (ValueError, x509.InvalidVersion):
            continue


def _ocsps(found: Sequence[bytes]) -> Iterator[ocsp.OCSPResponse]:
    for der in found:
        try:
            answer = ocsp.load_der_ocsp_response(der)
        except (ValueError, x509.InvalidVersion):
            continue
        if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            yield answer


def _from_lists(
    certificate: x509.Certificate, issuer: x509.Certificate, proofs: RevocationProofs
) -> Iterator[tuple[bool, datetime]]:
    """Yield whether a list says revoked, with since when, or else up to when it knows."""
    for crl in proofs.crls:
        try:
            hash_function = crl.signature_hash_algorithm
            sound = (
                crl.issuer == certificate.issuer
                and (hash_function is None or hash_function.name not in _WEAK_HASHES)
                and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
            )
            # Of lists of parts, and of changes, what is not in them says nothing.
            partial = any(
                isinstance(item.value, (x509.IssuingDistributionPoint, x509.DeltaCRLIndicator))
                for item in crl.extensions
            )
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
            continue
        if not sound:
            continue
        if entry is not None and not (partial and _is_foreign(crl)):
            yield True, entry.revocation_date_utc
        elif entry is None and not partial:
            yield False, crl.last_update_utc


def _is_foreign(crl: x509.CertificateRevocationList) -> bool:
    """Return True for indirect lists, whose entries may be another issuer's, and lists of changes."""
    for item in crl.extensions:
        if isinstance(item.value, x509.DeltaCRLIndicator):
            return True
        if isinstance(item.value, x509.IssuingDistributionPoint) and item.value.indirect_crl:
            return True
    return False


def _from_answers(
    certificate: x509.Certificate, issuer: x509.Certificate, proofs: RevocationProofs
) -> Iterator[tuple[bool, datetime]]:
    for answer in proofs.ocsps:
        try:
            if not _is_entitled(answer, issuer):
                continue
            for single in answer.responses:
                if not _is_about(single, certificate, issuer):
                    continue
                if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
                    yield False, single.this_update_utc
                elif single.revocation_time_utc is not None:
                    yield True, single.revocation_time_utc
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
            continue


def _is_about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm)
    asked = builder.build()
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (
        single.issuer_name_hash,
        single.issuer_key_hash,
    )


def _is_entitled(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Return True when the issuer signed the answer, or one whom it made its responder (RFC 6960 4.2.2.2)."""
    if _signed(answer, issuer):
        return True
    for candidate in answer.certificates[:_MAX_PROOFS]:
        try:
            candidate.verify_directly_issued_by(issuer)
            purposes = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (InvalidSignature, x509.ExtensionNotFound, ValueError, TypeError):
            continue
        good_then = candidate.not_valid_before_utc <= answer.produced_at_utc <= candidate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in purposes and good_then and _signed(answer, candidate):
            return True
    return False


def _signed(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    hash_function, key = answer.signature_hash_algorithm, certificate.public_key()
    if hash_function is None or hash_function.name in _WEAK_HASHES:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hash_function)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hash_function))
        else:
            return False
    except InvalidSignature:
        return False
    return True
