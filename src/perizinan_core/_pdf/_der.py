"""Small pieces of DER (X.690) that `cryptography` reads and writes only inside larger structures."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat import asn1

__all__ = ["elements_of", "oid_of", "whole", "wrap"]


@asn1.sequence
class _OneOid:
    oid: x509.ObjectIdentifier


@asn1.sequence
class _Elements:
    elements: list[asn1.TLV]


def oid_of(value: asn1.TLV) -> x509.ObjectIdentifier:
    """Return the object identifier that ``value`` is."""
    return asn1.decode_der(_OneOid, wrap(0x30, whole(value))).oid


def elements_of(der: bytes) -> list[asn1.TLV]:
    """Return the elements of a SEQUENCE."""
    return asn1.decode_der(_Elements, wrap(0x30, der)).elements


def whole(value: asn1.TLV) -> bytes:
    """Return tag, length and content again."""
    return value.tag_bytes + _length(len(value.data)) + value.data


def wrap(tag: int, content: bytes) -> bytes:
    """Return ``content`` with tag and length before it."""
    return bytes([tag]) + _length(len(content)) + content


def _length(size: int) -> bytes:
    """DER length: one byte below 128, else the number of length bytes and the length."""
    if size < 0x80:
        return bytes([size])
    text = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(text)]) + text
