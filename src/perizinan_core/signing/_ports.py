"""
The two kinds of signers, and nothing about how they work.

A `DigestSigner` owns a key (file, PKCS#11 token, key management service) and signs bytes; this
room makes the PDF around it. A `DocumentSigner` is a service that takes a PDF and returns it
signed (BSrE); it makes its own signature container.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from cryptography import x509

from perizinan_core.signing._request import SigningRequest


class SignatureAlgorithm(enum.Enum):
    """How a digest signer signs, and with which hash function."""

    RSA_SHA256 = "rsa-pkcs1v15-sha256"
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2)."""

    RSA_PSS_SHA256 = "rsa-pss-sha256"
    """RSASSA-PSS with SHA-256, MGF1 with SHA-256, 32 bytes of salt (RFC 4056)."""

    ECDSA_SHA256 = "ecdsa-sha256"
    """ECDSA with SHA-256, for P-256 (RFC 5758)."""

    ECDSA_SHA384 = "ecdsa-sha384"
    """ECDSA with SHA-384, for P-384 (RFC 5758)."""

    @property
    def hash_name(self) -> str:
        """Name of the hash function as `hashlib` knows it."""
        return "sha384" if self is SignatureAlgorithm.ECDSA_SHA384 else "sha256"


@runtime_checkable
class DigestSigner(Protocol):
    """Something that signs bytes with a key it keeps."""

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""
        ...

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """Certificates above it, nearest first; the root may be left out."""
        ...

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How `sign` signs."""
        ...

    def sign(self, data: bytes) -> bytes:
        """
        Return the signature over ``data``, the DER of the signed attributes (RFC 5652 section 5.4).

        ECDSA signatures are DER as well (RFC 3279 section 2.2.3).
        """
        ...


@runtime_checkable
class DocumentSigner(Protocol):
    """A service that takes a PDF and returns it signed."""

    def sign_document(self, pdf: bytes, request: SigningRequest) -> bytes:
        """Return ``pdf`` signed as ``request`` says; never called twice for one document by this library."""
        ...


class TimestampSource(Protocol):
    """Something that gives timestamps (RFC 3161), e.g. `perizinan_core.signing.ltv.TimestampClient`."""

    @property
    def room(self) -> int:
        """Bytes that one timestamp needs at most, as far as is known; more is asked for if that is wrong."""
        ...

    def token(self, data: bytes, now: datetime) -> bytes:
        """Return the DER of a checked timestamp of ``data``; ``now`` is the present moment."""
        ...


Signer = DigestSigner | DocumentSigner
"""Whatever can sign a permit."""

SecretCallback = Callable[[str], "str | bytes | None"]
"""Asked with the name of a key file; answers its passphrase, or ``None``. The answer is never kept."""
