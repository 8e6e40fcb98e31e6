"""Small pieces of DER (X.690) that `cryptography` reads and writes only inside larger structures."""

from __future__ import annotations

from cryptography.hazmat import asn1


@asn1.sequence
class _Elements:
    elements: list[asn1.TLV]


def elements_of(der: bytes) -> list[asn1.TLV]:
    """Return the elements of a SEQUENCE."""
    return asn1.decode_der(_Elements, wrap(0x30, der)).elements


def wrap(tag: int, content: bytes) -> bytes:
    """Return ``content`` with tag and length before it."""
    return bytes([tag]) + asn1.encode_der(content)[1:]
