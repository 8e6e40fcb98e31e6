"""
Signing with a key from a file: PKCS#12, or PEM with key and certificates.

The passphrase is asked for through a callback when it is needed, used once and not kept; the
open key lives in this process only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, pkcs12

from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._certificates import SCHEMES, check_certificate, ordered_chain, serial_of
from perizinan_core.signing._ports import SecretCallback, SignatureAlgorithm

# Two letters at least: a single one is a drive of Windows.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_PEM_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def no_secret(_: str) -> None:
    """Answer that there is no passphrase: for files that need none."""


@attrs.frozen(eq=False)
class FileKeySigner:
    """A digest signer whose key is in memory."""

    _key: _PrivateKey = attrs.field(repr=False)

    certificate: x509.Certificate = attrs.field(repr=False)
    """The signer's certificate."""

    chain: tuple[x509.Certificate, ...] = attrs.field(repr=False)
    """Certificates above it, nearest first."""

    algorithm: SignatureAlgorithm
    """How it signs: RSA with SHA-256, ECDSA with the hash that fits the curve."""

    @classmethod
    def from_key(
        cls,
        key: object,
        certificate: x509.Certificate,
        others: Iterable[x509.Certificate] = (),
        *,
        pss: bool = False,
    ) -> Self:
        """
        Make a signer from objects of `cryptography`.

        Args:
            key: The private key that belongs to ``certificate``.
            certificate: The signer's certificate.
            others: Certificates of the chain, in any order.
            pss: Sign with RSASSA-PSS instead of PKCS #1 v1.5; only for RSA keys.

        Raises:
            SigningError: Key or certificate are not fit for signing permits.
        """
        algorithms = check_certificate(certificate)
        wanted = SignatureAlgorithm.RSA_PSS_SHA256 if pss else algorithms[0]
        if wanted not in algorithms or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise SigningError("key-unsupported", serial=serial_of(certificate), kind=wanted.value)
        return cls(key, certificate, ordered_chain(certificate, others), wanted)

    @classmethod
    def open(
        cls, path: Path, secret: SecretCallback = no_secret, *, chain: Path | None = None, pss: bool = False
    ) -> Self:
        """
        Open a key file.

        Args:
            path: PKCS#12 or PEM file with the key, and the certificates unless ``chain`` has them.
            secret: Asked for the passphrase, with the file's name, only if one is needed.
            chain: PEM file with the signer's certificate and those above it.
            pss: Sign with RSASSA-PSS; only for RSA keys.

        Raises:
            SigningError: The file cannot be used; the code says why.
            SigningError: Key or certificate are not fit for signing permits.
        """
        key, certificates = _opened(_content(path), path.name, secret)
        if chain is not None:
            certificates += _chain(_content(chain), chain.name)
        if key is None:
            raise SigningError("key-missing", file=path.name)
        if not certificates:
            raise SigningError("certificate-missing", file=path.name)
        own = _spki(key.public_key())
        certificate = next((c for c in certificates if _spki(c.public_key()) == own), None)
        if certificate is None:
            raise SigningError("key-mismatch", file=path.name)
        return cls.from_key(key, certificate, certificates, pss=pss)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over ``data``."""
        key: Any = self._key
        signature: bytes = key.sign(data, *SCHEMES[self.algorithm])
        return signature


def open_file_signer(address: str, secret: SecretCallback) -> FileKeySigner:
    """
    Open ``file:/path/key.p12`` or ``file:/path/key.pem?chain=/path/chain.pem&pss=1``, or a plain path.

    Raises:
        SigningError: ``signer-address``: The address cannot be understood.
        SigningError: See `FileKeySigner.open`.
    """
    if _SCHEME.match(address) is None:
        return FileKeySigner.open(Path(address), secret)
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    chain, pss = options.pop("chain", None), options.pop("pss", "0")
    unknown = options or parts.fragment or pss not in ("0", "1")
    if unknown or not parts.path or parts.netloc not in ("", "localhost"):
        raise SigningError("signer-address", address=address.partition("?")[0])
    return FileKeySigner.open(
        Path(unquote(parts.path)), secret, chain=Path(chain) if chain else None, pss=pss == "1"
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise SigningError("key-file-unreadable", file=path.name) from cause


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


_Content = tuple[PrivateKeyTypes | None, list[x509.Certificate]]


def _opened(data: bytes, file: str, secret: SecretCallback) -> _Content:
    """Return key and certificates of a file; the passphrase is asked for when one is needed."""
    try:
        return _read(data, None)
    except _UNREADABLE as cause:
        if "password" not in str(cause).lower():
            raise SigningError("key-file-unreadable", file=file) from cause
    given = secret(file)
    if given is None:
        raise SigningError("passphrase-needed", file=file)
    try:
        return _read(data, given.encode() if isinstance(given, str) else given)
    except _UNREADABLE as wrong:
        raise SigningError("passphrase-wrong", file=file) from wrong


def _read(data: bytes, passphrase: bytes | None) -> _Content:
    if b"-----BEGIN " not in data:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
        return key, [*filter(None, (certificate,)), *others]
    key = load_pem_private_key(data, passphrase) if b"PRIVATE KEY-----" in data else None
    return key, _certificates(data)


def _chain(data: bytes, file: str) -> list[x509.Certificate]:
    try:
        return _certificates(data)
    except _UNREADABLE as cause:
        raise SigningError("key-file-unreadable", file=file) from cause


def _certificates(data: bytes) -> list[x509.Certificate]:
    # One by one: an old encrypted key beside them keeps the library from reading all at once.
    return [x509.load_pem_x509_certificate(found[0]) for found in _PEM_CERTIFICATE.finditer(data)]
