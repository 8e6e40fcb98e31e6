"""
The structures of a signature container (CMS, RFC 5652) as `cryptography` reads and writes them in DER.

What is one of several things, or what a reader looks at closely, stays as it is encoded (``TLV``).
"""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

_OID = x509.ObjectIdentifier
SIGNED_DATA = _OID("1.2.840.113549.1.7.2")
DATA = _OID("1.2.840.113549.1.7.1")
CONTENT_TYPE = _OID("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = _OID("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE_V2 = _OID("1.2.840.113549.1.9.16.2.47")
SIGNATURE_TIMESTAMP = _OID("1.2.840.113549.1.9.16.2.14")


@asn1.sequence
class Content:
    content_type: _OID
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class Attribute:
    kind: _OID
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class SignerInfo:
    version: int
    signer: asn1.TLV
    digest_algorithm: list[asn1.TLV]
    signed_attributes: asn1.TLV
    signature_algorithm: list[asn1.TLV]
    signature: bytes
    unsigned_attributes: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class SignedData:
    version: int
    digest_algorithms: asn1.SetOf[list[asn1.TLV]]
    content: Content
    certificates: Annotated[asn1.SetOf[x509.Certificate] | None, asn1.Implicit(0)]
    signers: asn1.SetOf[SignerInfo]


@asn1.sequence
class ContentInfo:
    content_type: _OID
    content: Annotated[SignedData, asn1.Explicit(0)]
