"""
The CMS signature of a PAdES baseline B-B or B-T signature (RFC 5652, ETSI EN 319 122-1 and EN 319 142-1).

Signed attributes are content-type, message-digest and signing-certificate-v2 (RFC 5035), and
nothing else: the signing time stands in the PDF's ``/M`` (EN 319 142-1 section 6.3).
`cryptography`'s PKCS#7 builder cannot add signing-certificate-v2, so the structures are declared
here and encoded by `cryptography.hazmat.asn1`, which also sorts sets as DER demands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.errors.signing import SignatureMismatchError, UnsupportedKeyError
from perizinan_core.signing._certificates import algorithms_of, check_certificate, serial_of
from perizinan_core.signing._ports import SignatureAlgorithm

__all__ = ["CmsProfile", "SignedAttributes", "cms_profile"]

_SIGNED_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.1")
_CONTENT_TYPE = x509.ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
_SIGNATURE_TIMESTAMP = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.14")
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_SHA384 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.2")
_MGF1 = x509.ObjectIdentifier("1.2.840.113549.1.1.8")
_RSA_SHA256 = x509.ObjectIdentifier("1.2.840.113549.1.1.11")
_RSA_PSS = x509.ObjectIdentifier("1.2.840.113549.1.1.10")
_ECDSA_SHA256 = x509.ObjectIdentifier("1.2.840.10045.4.3.2")
_ECDSA_SHA384 = x509.ObjectIdentifier("1.2.840.10045.4.3.3")
_SALT_LENGTH = 32


@asn1.sequence
class _HashAlgorithm:
    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _MaskAlgorithm:
    algorithm: x509.ObjectIdentifier
    parameters: _HashAlgorithm


@asn1.sequence
class _PssParameters:
    hash_algorithm: Annotated[_HashAlgorithm, asn1.Explicit(0)]
    mask_gen_algorithm: Annotated[_MaskAlgorithm, asn1.Explicit(1)]
    salt_length: Annotated[int, asn1.Explicit(2)]


@asn1.sequence
class _AlgorithmIdentifier:
    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | _PssParameters | None


@asn1.sequence
class _Attribute:
    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _EssCertIdV2:
    # hashAlgorithm DEFAULT sha256 is left out, as DER demands; so is issuerSerial (EN 319 122-1 5.2.2).
    cert_hash: bytes


@asn1.sequence
class _SigningCertificateV2:
    certs: list[_EssCertIdV2]


@asn1.sequence
class _IssuerAndSerialNumber:
    issuer: asn1.TLV
    serial_number: int


@asn1.sequence
class _SignerInfo:
    version: int
    sid: _IssuerAndSerialNumber
    digest_algorithm: _AlgorithmIdentifier
    signed_attrs: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    signature_algorithm: _AlgorithmIdentifier
    signature: bytes
    unsigned_attrs: Annotated[asn1.SetOf[_Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class _EncapsulatedContentInfo:
    content_type: x509.ObjectIdentifier


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[_AlgorithmIdentifier]
    encap_content_info: _EncapsulatedContentInfo
    certificates: Annotated[asn1.SetOf[x509.Certificate], asn1.Implicit(0)]
    signer_infos: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    content_type: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _TbsCertificate:
    version: Annotated[int, asn1.Explicit(0), asn1.Default(0)]
    serial_number: int
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: asn1.TLV
    subject: asn1.TLV
    public_key: asn1.TLV
    issuer_unique_id: Annotated[asn1.BitString | None, asn1.Implicit(1)]
    subject_unique_id: Annotated[asn1.BitString | None, asn1.Implicit(2)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Explicit(3)]


_Verify = Callable[[bytes, bytes], None]


@attrs.frozen
class SignedAttributes:
    """The attributes of one signature, ready to be signed."""

    attributes: asn1.SetOf[_Attribute] = attrs.field(repr=False)
    """For the container."""

    der: bytes
    """DER of the SET OF (RFC 5652 section 5.4): what the key signs."""


@attrs.frozen(eq=False)
class CmsProfile:
    """Everything about a signer's containers that does not change from one document to the next."""

    algorithm: SignatureAlgorithm
    """How the key signs."""

    largest: int
    """Size of the largest container, in bytes."""

    _serial: str
    _digest_algorithm: _AlgorithmIdentifier = attrs.field(repr=False)
    _signature_algorithm: _AlgorithmIdentifier = attrs.field(repr=False)
    _sid: _IssuerAndSerialNumber = attrs.field(repr=False)
    _certificates: asn1.SetOf[x509.Certificate] = attrs.field(repr=False)
    _fixed: tuple[_Attribute, _Attribute] = attrs.field(repr=False)
    _verify: _Verify = attrs.field(repr=False)

    def attributes(self, digest: bytes) -> SignedAttributes:
        """Return the signed attributes for a document whose covered bytes have ``digest``."""
        found = asn1.SetOf([*self._fixed, _attribute(_MESSAGE_DIGEST, digest)])
        return SignedAttributes(found, asn1.encode_der(found))

    def container(
        self,
        attributes: SignedAttributes,
        signature: bytes,
        timestamp: Callable[[bytes], bytes] | None = None,
    ) -> bytes:
        """
        Return the DER of the whole CMS structure.

        Args:
            attributes: What was signed.
            signature: The signature over them.
            timestamp: Gives the DER of a timestamp of the signature, which is then put in
                (EN 319 122-1 section 5.3); asked only when the signature is good.

        Raises:
            SignatureMismatchError: The certificate does not confirm ``signature``.
        """
        try:
            self._verify(signature, attributes.der)
        except InvalidSignature as cause:
            raise SignatureMismatchError(self._serial) from cause
        token = None if timestamp is None else timestamp(signature)
        return self.encoded(attributes.attributes, signature, token)

    def encoded(
        self, attributes: asn1.SetOf[_Attribute], signature: bytes, token: bytes | None = None
    ) -> bytes:
        """Return the container around a signature that nobody has checked."""
        unsigned = None
        if token is not None:
            stamp = asn1.SetOf([asn1.decode_der(asn1.TLV, token)])
            unsigned = asn1.SetOf([_Attribute(type=_SIGNATURE_TIMESTAMP, values=stamp)])
        info = _SignerInfo(
            version=1,
            sid=self._sid,
            digest_algorithm=self._digest_algorithm,
            signed_attrs=attributes,
            signature_algorithm=self._signature_algorithm,
            signature=signature,
            unsigned_attrs=unsigned,
        )
        signed = _SignedData(
            version=1,
            digest_algorithms=asn1.SetOf([self._digest_algorithm]),
            encap_content_info=_EncapsulatedContentInfo(content_type=_DATA),
            certificates=self._certificates,
            signer_infos=asn1.SetOf([info]),
        )
        return asn1.encode_der(_ContentInfo(content_type=_SIGNED_DATA, content=signed))


@lru_cache(maxsize=64)
def cms_profile(
    certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], algorithm: SignatureAlgorithm
) -> CmsProfile:
    """
    Check a signer's certificate and prepare its containers; the last 64 are remembered.

    A self-signed root is left out of the container: who trusts it has it.

    Raises:
        CertificateError: The certificate cannot sign permits, or not with ``algorithm``.
    """
    check_certificate(certificate)
    if algorithm not in algorithms_of(certificate):
        raise UnsupportedKeyError(serial_of(certificate), algorithm.value)
    der = certificate.public_bytes(Encoding.DER)
    tbs = asn1.decode_der(_TbsCertificate, certificate.tbs_certificate_bytes)
    ess = _SigningCertificateV2(certs=[_EssCertIdV2(cert_hash=hashlib.sha256(der).digest())])
    digest_oid = _SHA384 if algorithm.hash_name == "sha384" else _SHA256
    verify, longest = _verification(certificate, algorithm)
    profile = CmsProfile(
        algorithm,
        0,
        serial_of(certificate),
        _AlgorithmIdentifier(algorithm=digest_oid, parameters=None),
        _signature_algorithm(algorithm),
        _IssuerAndSerialNumber(issuer=tbs.issuer, serial_number=tbs.serial_number),
        asn1.SetOf([certificate, *(c for c in chain if c.issuer != c.subject)]),
        (_attribute(_CONTENT_TYPE, _DATA), _attribute(_SIGNING_CERTIFICATE_V2, ess)),
        verify,
    )
    attributes = profile.attributes(bytes(hashlib.new(algorithm.hash_name).digest_size))
    return attrs.evolve(profile, largest=len(profile.encoded(attributes.attributes, bytes(longest))))


def _attribute(oid: x509.ObjectIdentifier, value: object) -> _Attribute:
    return _Attribute(type=oid, values=asn1.SetOf([asn1.decode_der(asn1.TLV, asn1.encode_der(value))]))


def _signature_algorithm(algorithm: SignatureAlgorithm) -> _AlgorithmIdentifier:
    match algorithm:
        case SignatureAlgorithm.RSA_SHA256:
            return _AlgorithmIdentifier(algorithm=_RSA_SHA256, parameters=asn1.Null())
        case SignatureAlgorithm.RSA_PSS_SHA256:
            sha256 = _HashAlgorithm(algorithm=_SHA256, parameters=asn1.Null())
            parameters = _PssParameters(
                hash_algorithm=sha256,
                mask_gen_algorithm=_MaskAlgorithm(algorithm=_MGF1, parameters=sha256),
                salt_length=_SALT_LENGTH,
            )
            return _AlgorithmIdentifier(algorithm=_RSA_PSS, parameters=parameters)
        case SignatureAlgorithm.ECDSA_SHA256:
            return _AlgorithmIdentifier(algorithm=_ECDSA_SHA256, parameters=None)
        case SignatureAlgorithm.ECDSA_SHA384:
            return _AlgorithmIdentifier(algorithm=_ECDSA_SHA384, parameters=None)


def _verification(certificate: x509.Certificate, algorithm: SignatureAlgorithm) -> tuple[_Verify, int]:
    """Return how to check a signature of this key, and the longest one in bytes."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        pad: padding.AsymmetricPadding = padding.PKCS1v15()
        if algorithm is SignatureAlgorithm.RSA_PSS_SHA256:
            pad = padding.PSS(padding.MGF1(hashes.SHA256()), _SALT_LENGTH)
        rsa_key, sha256 = key, hashes.SHA256()
        return lambda signature, data: rsa_key.verify(signature, data, pad, sha256), key.key_size // 8
    if not isinstance(
        key, ec.EllipticCurvePublicKey
    ):  # pragma: no cover - `algorithms_of` let only these pass
        raise UnsupportedKeyError(serial_of(certificate), algorithm.value)
    curve_key = key
    scheme = ec.ECDSA(hashes.SHA384() if algorithm.hash_name == "sha384" else hashes.SHA256())
    # DER of two integers, each with a leading zero at most.
    longest = 2 + 2 * (2 + 1 + (key.curve.key_size + 7) // 8)
    return lambda signature, data: curve_key.verify(signature, data, scheme), longest
