"""
Judging answers about revocation: is it proven that a certificate was not revoked at a moment?

An OCSP response or list counts for a certificate when, in this order: 1. it is about it; 2. its issuer
signed it, or (OCSP) a responder that the issuer made for that (RFC 6960 section 4.2.2.2); 3. it reaches
to the moment: it had not run out then; 4. it was made before the certificate ended, because afterwards
revocations may be left out; 5. it says "good", or a revocation later than the moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

__all__ = ["Settlement", "responder_certificates", "settle"]

_OPEN_ENDED = timedelta(hours=1)
"""How long an answer without an end counts."""


@attrs.frozen
class Settlement:
    """What the answers say about one certificate."""

    proven: bool
    """True when one proves that it was not revoked at the moment."""

    revoked_at: datetime | None = None
    """When it was revoked, if that was by the moment."""


@attrs.frozen
class _Statement:
    made_at: datetime
    until: datetime | None
    revoked_at: datetime | None


def settle(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    moment: datetime,
    *,
    ocsps: Sequence[bytes],
    crls: Sequence[bytes],
) -> Settlement:
    """
    Judge a certificate by DER answers, whoever they are about.

    Args:
        certificate: The certificate.
        issuer: Its issuer, on a path that was checked.
        moment: When it must not have been revoked.
        ocsps: OCSP responses.
        crls: Revocation lists.
    """
    proven = False
    for statement in (
        *(_from_ocsp(item, certificate, issuer) for item in ocsps),
        *(_from_crl(item, certificate, issuer) for item in crls),
    ):
        if statement is None:
            continue
        if statement.revoked_at is not None and statement.revoked_at <= moment:
            return Settlement(proven=False, revoked_at=statement.revoked_at)
        until = statement.until or statement.made_at + _OPEN_ENDED
        proven = proven or (until >= moment and statement.made_at <= certificate.not_valid_after_utc)
    return Settlement(proven)


def responder_certificates(answer: bytes) -> list[bytes]:
    """Return the DER of the certificates in an OCSP response that was judged before."""
    try:
        return [item.public_bytes(Encoding.DER) for item in _ocsp(answer).certificates]
    except (ValueError, x509.InvalidVersion):
        return []


def _from_ocsp(data: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> _Statement | None:
    try:
        response = _ocsp(data)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        for single in response.responses:
            if not _is_about(single, certificate, issuer):
                continue
            if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN or not _is_answer_of(
                response, issuer, single.this_update_utc
            ):
                continue
            return _Statement(single.this_update_utc, single.next_update_utc, single.revocation_time_utc)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return None


def _is_about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    name = hashlib.new(single.hash_algorithm.name, issuer.subject.public_bytes(), usedforsecurity=False)
    return name.digest() == single.issuer_name_hash


def _is_answer_of(response: ocsp.OCSPResponse, issuer: x509.Certificate, moment: datetime) -> bool:
    responders = (item for item in response.certificates if _may_answer(item, issuer, moment))
    return any(_fits(response, key) for key in (issuer, *responders))


def _may_answer(responder: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    try:
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        responder.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    in_time = responder.not_valid_before_utc <= moment <= responder.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _fits(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, scheme = signer.public_key(), response.signature_hash_algorithm
    if scheme is None or scheme.name in ("md5", "sha1"):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), scheme)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(scheme))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _from_crl(data: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> _Statement | None:
    try:
        crl = _crl(data)
        if crl.issuer != issuer.subject or not _is_complete(crl, certificate):
            return None
        key = issuer.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not crl.is_signature_valid(
            key
        ):
            return None
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    revoked_at = entry.revocation_date_utc if entry is not None else None
    return _Statement(crl.last_update_utc, crl.next_update_utc, revoked_at)


def _is_complete(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Return True when the list would hold this certificate for whatever reason it was revoked."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return False
        if isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs:
                return False
            if value.only_contains_ca_certs != _is_ca(certificate) and (
                value.only_contains_ca_certs or value.only_contains_user_certs
            ):
                return False
        elif extension.critical:
            return False
    return True


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


@lru_cache(maxsize=64)
def _ocsp(data: bytes) -> ocsp.OCSPResponse:
    return ocsp.load_der_ocsp_response(data)


@lru_cache(maxsize=16)
def _crl(data: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(data)
