"""Which certificates may sign permits, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._ports import SignatureAlgorithm

__all__ = [
    "algorithms_of",
    "check_certificate",
    "check_validity",
    "is_certificate_authority",
    "ordered_chain",
    "serial_of",
]

_RSA_MINIMUM = 2048
_RSA_MAXIMUM = 4096
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip
_RFC_NAMES = {"content_commitment": "nonRepudiation", "crl_sign": "cRLSign"}


def serial_of(certificate: x509.Certificate) -> str:
    """Return the serial number in hexadecimal: enough to find the certificate, no personal data."""
    return f"{certificate.serial_number:x}"


def algorithms_of(certificate: x509.Certificate) -> tuple[SignatureAlgorithm, ...]:
    """
    Return how the certificate's key may sign, the preferred way first.

    Raises:
        SigningError: ``key-weak``: RSA below 2048 bits.
        SigningError: ``curve-unsupported``: An elliptic curve other than P-256 and P-384.
        SigningError: ``key-unsupported``: Any other kind of key, or RSA above 4096 bits.
    """
    serial = serial_of(certificate)
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _RSA_MINIMUM:
            raise SigningError("key-weak", serial=serial, bits=key.key_size, minimum=_RSA_MINIMUM)
        if key.key_size > _RSA_MAXIMUM:
            raise SigningError("key-unsupported", serial=serial, kind=f"RSA-{key.key_size}")
        return SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.RSA_PSS_SHA256
    if isinstance(key, ec.EllipticCurvePublicKey):
        if isinstance(key.curve, ec.SECP256R1):
            return (SignatureAlgorithm.ECDSA_SHA256,)
        if isinstance(key.curve, ec.SECP384R1):
            return (SignatureAlgorithm.ECDSA_SHA384,)
        raise SigningError("curve-unsupported", serial=serial, kind=key.curve.name)
    raise SigningError(
        "key-unsupported", serial=serial, kind=type(key).__name__.removesuffix("PublicKey").strip("_")
    )


def check_certificate(certificate: x509.Certificate) -> None:
    """
    Check that a certificate is for signing documents and its key strong enough.

    A certificate without a key usage extension is not restricted (RFC 5280 section 4.2.1.3).

    Raises:
        SigningError with the code ``key-weak``, SigningError with the code ``key-unsupported``,
        SigningError: ``key-usage``: It is not.
    """
    algorithms_of(certificate)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        held = (_RFC_NAMES.get(name, _camel(name)) for name in _USAGES if getattr(usage, name))
        raise SigningError("key-usage", serial=serial_of(certificate), usages=tuple(held))


def is_certificate_authority(certificate: x509.Certificate) -> bool:
    """Return True for a certificate that issues others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


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


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
