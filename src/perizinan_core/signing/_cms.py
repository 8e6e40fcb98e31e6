"""
The CMS signature of a PAdES baseline B-B or B-T signature (RFC 5652, ETSI EN 319 122-1 and EN 319 142-1).

Signed attributes are content-type, message-digest and signing-certificate-v2 (RFC 5035), and
nothing else: the signing time stands in the PDF's ``/M`` (EN 319 142-1 section 6.3).
`cryptography`'s PKCS#7 builder cannot add signing-certificate-v2. What never changes for a signer is encoded
once by asn1crypto, which knows all structures; each container by `cryptography`, which takes a fiftieth of the time.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core._pdf._cms import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNATURE_TIMESTAMP,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    Attribute,
    Content,
    ContentInfo,
    SignedData,
    SignerInfo,
)
from perizinan_core._pdf._der import elements_of
from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._certificates import SALT_LENGTH, SCHEMES, check_certificate, serial_of
from perizinan_core.signing._ports import SignatureAlgorithm


class CmsProfile:
    """
    Everything about a signer's containers that does not change from one document to the next.

    Args:
        certificate: The signer's.
        chain: Certificates above it; a self-signed root is left out of the container: who trusts it has it.
        algorithm: How the key signs.

    Raises:
        SigningError: The certificate cannot sign permits, or not with ``algorithm``.
    """

    def __init__(
        self,
        certificate: x509.Certificate,
        chain: tuple[x509.Certificate, ...],
        algorithm: SignatureAlgorithm,
    ) -> None:
        from asn1crypto import algos, cms, tsp
        from asn1crypto import x509 as asn1_x509

        if algorithm not in check_certificate(certificate):
            raise SigningError("key-unsupported", serial=serial_of(certificate), kind=algorithm.value)
        der = certificate.public_bytes(Encoding.DER)
        own = asn1_x509.Certificate.load(der)
        named = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
        reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(der).digest()}]})
        self.certificate, self.algorithm = certificate, algorithm
        self._certificates = (certificate, *(above for above in chain if above.issuer != above.subject))
        self._signer = _tlv(named.dump())
        self._digest_algorithm = [_tlv(algos.DigestAlgorithmId(algorithm.hash_name).dump())]
        self._signature_algorithm = _signature_algorithm(algorithm)
        self._fixed: tuple[Attribute, ...] = (
            _attribute(CONTENT_TYPE, asn1.encode_der(DATA)),
            _attribute(SIGNING_CERTIFICATE_V2, reference.dump()),
        )
        attributes = self.attributes(bytes(hashlib.new(algorithm.hash_name).digest_size))
        self.largest = len(self.container(attributes, bytes(_longest(certificate))))
        """Size of the largest container without a timestamp, in bytes."""

    def attributes(self, digest: bytes) -> bytes:
        """
        Return the signed attributes for a document whose covered bytes have ``digest``.

        They are the DER of the SET OF (RFC 5652 section 5.4): what the key signs.
        """
        stated = _attribute(MESSAGE_DIGEST, asn1.encode_der(digest))
        return asn1.encode_der(asn1.SetOf([*self._fixed, stated]))

    def checked(self, signature: bytes, attributes: bytes) -> bytes:
        """
        Return a signature over the attributes.

        Raises:
            SigningError: ``signature-mismatch``: The certificate does not confirm it.
        """
        key: Any = self.certificate.public_key()
        try:
            key.verify(signature, attributes, *SCHEMES[self.algorithm])
        except InvalidSignature as cause:
            raise SigningError("signature-mismatch", serial=serial_of(self.certificate)) from cause
        return signature

    def container(self, attributes: bytes, signature: bytes, token: bytes | None = None) -> bytes:
        """Return the DER of the whole CMS structure; ``token`` is a timestamp (EN 319 122-1 section 5.3)."""
        info = SignerInfo(
            version=1,
            signer=self._signer,
            digest_algorithm=self._digest_algorithm,
            # Implicitly tagged: the tag of the SET gives way to [0].
            signed_attributes=_tlv(b"\xa0" + attributes[1:]),
            signature_algorithm=self._signature_algorithm,
            signature=signature,
            unsigned_attributes=None
            if token is None
            else asn1.SetOf([_attribute(SIGNATURE_TIMESTAMP, token)]),
        )
        signed = SignedData(
            version=1,
            digest_algorithms=asn1.SetOf([self._digest_algorithm]),
            content=Content(content_type=DATA, content=None),
            certificates=asn1.SetOf([*self._certificates]),
            signers=asn1.SetOf([info]),
        )
        return asn1.encode_der(ContentInfo(content_type=SIGNED_DATA, content=signed))


cms_profile = lru_cache(maxsize=64)(CmsProfile)
"""Profiles of the last 64 signers are remembered."""


def _signature_algorithm(algorithm: SignatureAlgorithm) -> list[asn1.TLV]:
    from asn1crypto import algos, core

    sha256 = {"algorithm": "sha256", "parameters": core.Null()}
    pss = {
        "hash_algorithm": sha256,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256},
        "salt_length": SALT_LENGTH,
    }
    fields: dict[str, Any] = {
        SignatureAlgorithm.RSA_SHA256: {"algorithm": "sha256_rsa", "parameters": core.Null()},
        SignatureAlgorithm.RSA_PSS_SHA256: {"algorithm": "rsassa_pss", "parameters": pss},
        SignatureAlgorithm.ECDSA_SHA256: {"algorithm": "sha256_ecdsa"},
        SignatureAlgorithm.ECDSA_SHA384: {"algorithm": "sha384_ecdsa"},
    }[algorithm]
    return elements_of(algos.SignedDigestAlgorithm(fields).dump())


def _tlv(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)


def _attribute(kind: x509.ObjectIdentifier, value: bytes) -> Attribute:
    return Attribute(kind=kind, values=asn1.SetOf([_tlv(value)]))


def _longest(certificate: x509.Certificate) -> int:
    """Return the bytes of the longest signature of a key."""
    key: Any = certificate.public_key()
    size = (int(key.key_size) + 7) // 8
    # ECDSA: DER of two integers, each with a leading zero at most.
    return size if isinstance(key, rsa.RSAPublicKey) else 2 + 2 * (2 + 1 + size)
