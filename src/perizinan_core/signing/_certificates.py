"""Which certificates may sign permits, when, and by which schemes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from perizinan_core._pdf._certificates import MIN_RSA_BITS, extension_of
from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._ports import SignatureAlgorithm

_RSA_MAXIMUM = 4096
_FOR_RSA = (SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.RSA_PSS_SHA256)
_FOR_CURVES = {
    "secp256r1": (SignatureAlgorithm.ECDSA_SHA256,),
    "secp384r1": (SignatureAlgorithm.ECDSA_SHA384,),
}
_OTHER_USAGES = {
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
"""What a certificate may be for that signs no documents, as RFC 5280 names it."""

SALT_LENGTH = 32
"""Bytes, for RSASSA-PSS."""

_SHA256 = hashes.SHA256()
SCHEMES: Mapping[SignatureAlgorithm, tuple[Any, ...]] = {
    SignatureAlgorithm.RSA_SHA256: (padding.PKCS1v15(), _SHA256),
    SignatureAlgorithm.RSA_PSS_SHA256: (padding.PSS(padding.MGF1(_SHA256), SALT_LENGTH), _SHA256),
    SignatureAlgorithm.ECDSA_SHA256: (ec.ECDSA(_SHA256),),
    SignatureAlgorithm.ECDSA_SHA384: (ec.ECDSA(hashes.SHA384()),),
}
"""The ways to sign as `cryptography` takes them: arguments of ``sign`` and ``verify`` after the data."""


def serial_of(certificate: x509.Certificate) -> str:
    """Return the serial number in hexadecimal: enough to find the certificate, no personal data."""
    return f"{certificate.serial_number:x}"


def check_certificate(certificate: x509.Certificate) -> tuple[SignatureAlgorithm, ...]:
    """
    Check that a certificate is for signing documents; return how its key may sign, the preferred way first.

    A certificate without a key usage extension is not restricted (RFC 5280 section 4.2.1.3).

    Raises:
        SigningError: ``key-weak``: RSA below 2048 bits.
        SigningError: ``key-unsupported``: Any other key but RSA up to 4096 bits, P-256 and P-384.
        SigningError: ``key-usage``: It is for something else.
    """
    serial, key = serial_of(certificate), certificate.public_key()
    kind = type(key).__name__.removesuffix("PublicKey").strip("_")
    algorithms: tuple[SignatureAlgorithm, ...] = ()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            raise SigningError("key-weak", serial=serial, bits=key.key_size, minimum=MIN_RSA_BITS)
        kind = f"RSA-{key.key_size}"
        algorithms = _FOR_RSA if key.key_size <= _RSA_MAXIMUM else ()
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind = key.curve.name
        algorithms = _FOR_CURVES.get(kind, ())
    if not algorithms:
        raise SigningError("key-unsupported", serial=serial, kind=kind)
    usage = extension_of(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        held = tuple(name for field, name in _OTHER_USAGES.items() if getattr(usage, field))
        raise SigningError("key-usage", serial=serial, usages=held)
    return algorithms


def check_validity(certificate: x509.Certificate, moment: datetime) -> None:
    """
    Check that a certificate is valid at ``moment``.

    Raises:
        SigningError: ``certificate-not-valid``: It is not yet, or no longer.
    """
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= moment <= last:
        raise SigningError(
            "certificate-not-valid",
            serial=serial_of(certificate),
            signed_at=moment.isoformat(),
            not_before=first.isoformat(),
            not_after=last.isoformat(),
        )


def ordered_chain(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return those of ``others`` that lead up from ``leaf``, nearest first; the rest is left out."""
    rest = [certificate for certificate in others if certificate != leaf]
    chain: list[x509.Certificate] = []
    current = leaf
    while current.issuer != current.subject:
        above = next((c for c in rest if c.subject == current.issuer and _issued(c, current)), None)
        if above is None:
            break
        rest.remove(above)
        chain.append(above)
        current = above
    return tuple(chain)


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - several kinds for "no", and a key of an unknown kind is a no as well
        return False
    return True
