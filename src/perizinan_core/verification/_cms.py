"""
The signature container of PAdES: CMS signed data (RFC 5652) in strict DER, read and checked by `cryptography`.

Strict on purpose, because everything that is not covered by the byte range lies in here. Whatever a
change of one byte could leave undetected is refused: lengths that are not minimal, sets out of
order, parameters that no one needs, certificates that lead nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from perizinan_core._pdf._certificates import MIN_RSA_BITS
from perizinan_core._pdf._cms import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    Attribute,
    ContentInfo,
    SignedData,
)
from perizinan_core._pdf._der import elements_of, wrap
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.i18n import Clause
from perizinan_core.verification._paths import CURVES, UNREADABLE, unwarned

_OID = x509.ObjectIdentifier
_SIGNING_TIME = _OID("1.2.840.113549.1.9.5")
_PLAIN = {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2, _SIGNING_TIME}
_RSA = _OID("1.2.840.113549.1.1.1")
_RSA_PSS = _OID("1.2.840.113549.1.1.10")
_MGF1 = _OID("1.2.840.113549.1.1.8")
_NULL = b"\x05\x00"

_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_ARC, _RSA_ARC, _ECDSA_ARC = "2.16.840.1.101.3.4.2", "1.2.840.113549.1.1", "1.2.840.10045.4.3"
_DIGESTS = {_OID(f"{_ARC}.{number}"): name for number, name in enumerate(_HASHES, 1)}
_RSA_WITH = {_OID(f"{_RSA_ARC}.{number}"): name for number, name in enumerate(_HASHES, 11)}
_ECDSA_WITH = {_OID(f"{_ECDSA_ARC}.{number}"): name for number, name in enumerate(_HASHES, 2)}
_MOST_TOUCHED = 512
_MAX_CERTIFICATES = 16


@attrs.frozen(kw_only=True)
class SignedContainer:
    """What one CMS container says, before anything of it is believed."""

    digest: str
    """Hash function of the content, as `hashlib` names it."""

    message_digest: bytes
    """Digest of the signed bytes that the signer stated."""

    signed_attributes: bytes = attrs.field(repr=False)
    """DER of the signed attributes, as the signature covers them."""

    certificate: x509.Certificate
    """The certificate of the signer; see `names_certificate`."""

    others: tuple[x509.Certificate, ...]
    """The other certificates in the container."""

    signature: bytes = attrs.field(repr=False)
    algorithm: _OID
    parameters: bytes
    """DER of the signature algorithm's parameters, or empty."""

    names_certificate: bool
    """True when the signed attributes name the signer's certificate, so that no other one can be put in its place."""

    is_plain: bool
    """True without unsigned attributes (timestamps), and with no signed ones but those that permits have."""

    @property
    def algorithm_name(self) -> str:
        """Name the method, e.g. ``RSA 2048 with sha256``."""
        key = self.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return f"RSA {key.key_size} with {self.digest}"
        if isinstance(key, ec.EllipticCurvePublicKey):
            return f"ECDSA {key.curve.name} with {self.digest}"
        return type(key).__name__

    @property
    def weakness(self) -> str | None:
        """Name the part that is below today's minimum, or None."""
        key = self.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
            return f"RSA {key.key_size}"
        if isinstance(key, ec.EllipticCurvePublicKey) and not isinstance(key.curve, CURVES):
            return str(key.curve.name)
        return None


@asn1.sequence
class _Attributes:
    attributes: asn1.SetOf[Attribute]


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


def parse_container(contents: bytes, *, certificate_named: bool = True) -> SignedContainer:
    """
    Read the CMS container in a ``/Contents`` string; zero bytes may follow it, nothing else.

    Args:
        contents: The bytes of the string.
        certificate_named: PAdES (``ETSI.CAdES.detached``) asks that the signed attributes name the
            signer's certificate; the older ``adbe.pkcs7.detached`` does not.

    Raises:
        CmsStructureError: for anything that is not one signer's detached signed data with the
            attributes that are asked for (EN 319 122-1, EN 319 142-1).
    """
    try:
        with unwarned():
            outer = asn1.decode_der(ContentInfo, without_padding(contents))
            if outer.content_type != SIGNED_DATA:
                raise CmsStructureError("it holds something else than signed data")
            return _read(outer.content, certificate_named=certificate_named)
    except UNREADABLE as error:
        raise CmsStructureError("its bytes are not valid DER") from error


def _read(data: SignedData, *, certificate_named: bool) -> SignedContainer:
    signers = data.signers.as_list()
    certificates = data.certificates.as_list() if data.certificates is not None else []
    if len(signers) != 1 or data.version != 1 or signers[0].version != 1:
        raise CmsStructureError("it does not have exactly one signer named by issuer and serial number")
    if data.content.content is not None or data.content.content_type != DATA:
        raise CmsStructureError("it is not detached from the document")
    if not 1 <= len(certificates) <= _MAX_CERTIFICATES:
        raise CmsStructureError(Clause("it holds {count} certificates", count=len(certificates)))
    certificates = [_touched(item) for item in certificates]
    info = signers[0]
    digest = _digest_name(info.digest_algorithm)
    if [_digest_name(item) for item in data.digest_algorithms.as_list()] != [digest]:
        raise CmsStructureError("its list of hash functions differs from the signer's")
    if info.signed_attributes.tag_bytes != b"\xa0":
        raise CmsStructureError("it has no signed attributes")
    attributes = wrap(0x31, bytes(info.signed_attributes.data))
    values = _attribute_values(attributes)
    certificate = _named_certificate(info.signer, certificates)
    _check_certificate_reference(values.get(SIGNING_CERTIFICATE_V2), certificate, needed=certificate_named)
    algorithm, parameters = _algorithm(info.signature_algorithm)
    return SignedContainer(
        digest=digest,
        message_digest=_string(values, MESSAGE_DIGEST),
        signed_attributes=attributes,
        certificate=certificate,
        others=tuple(item for item in certificates if item is not certificate),
        signature=info.signature,
        algorithm=algorithm,
        parameters=parameters,
        names_certificate=SIGNING_CERTIFICATE_V2 in values,
        is_plain=info.unsigned_attributes is None and values.keys() <= _PLAIN,
    )


@lru_cache(maxsize=_MOST_TOUCHED)
def _touched(certificate: x509.Certificate) -> x509.Certificate:
    """
    Read every part that is used later: the library reads certificates piece by piece, on demand.

    Of equal certificates the first one is returned, whose parts are read already: most files share theirs.
    The library also passes over the count of unused bits before a certificate's signature, which nothing
    covers; signatures are whole bytes, so any count but 0 is a change.
    """
    parts = elements_of(_der(certificate))
    if bytes(parts[2].data[:1]) != b"\0":
        raise CmsStructureError("the signature of a certificate is not in whole bytes")
    certificate.public_key()
    for value in (certificate.subject, certificate.issuer, certificate.extensions):
        list(value)
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.signature_algorithm_oid
    return certificate


def verify_container(container: SignedContainer) -> bool:
    """Return True when the signature over the signed attributes was made with the certificate's key."""
    key = container.certificate.public_key()
    data, signature = container.signed_attributes, container.signature
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme = _rsa_scheme(container)
            if scheme is None:
                return False
            key.verify(signature, data, scheme, _HASHES[container.digest]())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if _ECDSA_WITH.get(container.algorithm) != container.digest or container.parameters:
                return False
            key.verify(signature, data, ec.ECDSA(_HASHES[container.digest]()))
        else:
            return False
    except (InvalidSignature, CmsStructureError, *UNREADABLE):
        # The parameters of the method are not signed: whatever cannot be read in them does not fit.
        return False
    return True


def _rsa_scheme(container: SignedContainer) -> padding.AsymmetricPadding | None:
    if container.algorithm == _RSA_PSS:
        return _pss(container)
    stated = container.digest if container.algorithm == _RSA else _RSA_WITH.get(container.algorithm)
    plain = stated == container.digest and container.parameters in {b"", _NULL}
    return padding.PKCS1v15() if plain else None


def _pss(container: SignedContainer) -> padding.PSS | None:
    """Read RSASSA-PSS-params (RFC 4055 section 3.1): both hash functions must be the signer's."""
    parts: dict[int, bytes] = {
        part.tag_bytes[0]: bytes(part.data) for part in elements_of(container.parameters)
    }
    if set(parts) != {0xA0, 0xA1, 0xA2}:
        return None
    mask = elements_of(parts[0xA1])
    if len(mask) != 2 or mask[0].parse(_OID) != _MGF1:
        return None
    hash_names = (_digest_name(elements_of(parts[0xA0])), _digest_name(_elements(mask[1])))
    if set(hash_names) != {container.digest}:
        return None
    salt = asn1.decode_der(int, parts[0xA2])
    return padding.PSS(padding.MGF1(_HASHES[container.digest]()), salt_length=salt)


def _attribute_values(attributes: bytes) -> dict[Any, asn1.TLV]:
    values: dict[Any, asn1.TLV] = {}
    for attribute in asn1.decode_der(_Attributes, wrap(0x30, attributes)).attributes.as_list():
        items = attribute.values.as_list()
        if len(items) != 1 or attribute.kind in values:
            raise CmsStructureError("a signed attribute is there twice or has not exactly one value")
        values[attribute.kind] = items[0]
    if CONTENT_TYPE not in values or values[CONTENT_TYPE].parse(_OID) != DATA:
        raise CmsStructureError("its signed attributes do not state the content type")
    return values


def _named_certificate(signer: asn1.TLV, certificates: list[x509.Certificate]) -> x509.Certificate:
    try:
        named = signer.parse(_IssuerAndSerial)
    except ValueError as error:
        raise CmsStructureError("its signer is not named by issuer and serial number") from error
    issuer, serial = asn1.encode_der(named.issuer), named.serial
    found = [
        item for item in certificates if item.serial_number == serial and item.issuer.public_bytes() == issuer
    ]
    if len(found) != 1:
        raise CmsStructureError("the certificate of its signer is missing")
    return found[0]


def _check_certificate_reference(
    value: asn1.TLV | None, certificate: x509.Certificate, *, needed: bool
) -> None:
    """Check ESSCertIDv2 (RFC 5035 section 4): a hash that ties the signature to one certificate."""
    if value is None:
        if needed:
            raise CmsStructureError("its signed attributes do not name the certificate")
        return
    references = _elements(value)
    first = _elements(_elements(references[0])[0]) if references else []
    digest = "sha256"
    if first and first[0].tag_bytes == b"\x30":
        digest = _digest_name(_elements(first.pop(0)))
    if not first or first[0].tag_bytes != b"\x04":
        raise CmsStructureError("its signed attributes do not name the certificate")
    if hashlib.new(digest, _der(certificate)).digest() != first[0].data:
        raise CmsStructureError("its certificate is not the one that was signed")


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _elements(value: asn1.TLV) -> list[asn1.TLV]:
    return elements_of(asn1.encode_der(value))


def _digest_name(algorithm: list[asn1.TLV]) -> str:
    oid, parameters = _algorithm(algorithm)
    if oid not in _DIGESTS or parameters not in {b"", _NULL}:
        raise CmsStructureError("it uses a hash function other than SHA-256, SHA-384 or SHA-512")
    return _DIGESTS[oid]


def _algorithm(parts: list[asn1.TLV]) -> tuple[x509.ObjectIdentifier, bytes]:
    if not 1 <= len(parts) <= 2:
        raise CmsStructureError("an algorithm is not stated in two parts")
    return parts[0].parse(_OID), asn1.encode_der(parts[1]) if len(parts) == 2 else b""


def _string(values: dict[Any, asn1.TLV], kind: x509.ObjectIdentifier) -> bytes:
    if kind not in values:
        raise CmsStructureError("its signed attributes do not state the digest")
    return bytes(values[kind].parse(bytes))


def without_padding(contents: bytes) -> bytes:
    """
    Cut off the zero bytes that fill the reserved room.

    Raises:
        CmsStructureError: when other bytes are there, or no container.
    """
    if len(contents) < 4 or contents[0] != 0x30 or contents[1] & 0x80 == 0:
        raise CmsStructureError("it does not start as a container does")
    width = contents[1] & 0x7F
    if not 1 <= width <= 4:
        raise CmsStructureError("its length is not stated in DER")
    end = 2 + width + int.from_bytes(contents[2 : 2 + width], "big")
    if end > len(contents):
        raise CmsStructureError("it is cut off")
    if contents[end:].strip(b"\0"):
        raise CmsStructureError("other bytes follow it in the reserved room")
    return contents[:end]
