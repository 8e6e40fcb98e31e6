"""What signing and verification both ask of a certificate."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509

E = TypeVar("E", bound=x509.ExtensionType)

MIN_RSA_BITS = 2048
"""What is shorter is weak today."""


def extension_of(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """Return the extension of a kind, or None when the certificate has none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def is_ca(certificate: x509.Certificate) -> bool:
    """Return True when a certificate says that it issues others."""
    constraints = extension_of(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca
