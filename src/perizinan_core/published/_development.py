"""The mark of certificates that are made for trying things out; who finds it at a root has no permit before him."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

MARKER = "PENGEMBANGAN / DEVELOPMENT - tidak berlaku / not valid"
"""Organisational unit of every certificate of a development CA."""


def is_development(certificate: x509.Certificate) -> bool:
    """Return True when a certificate says of itself that it is for development only."""
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return any(item.value == MARKER for item in units)
