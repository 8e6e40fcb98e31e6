"""
A certification authority in memory: for the development CA, tests and demonstrations.

Every subject carries the words PENGEMBANGAN and DEVELOPMENT, so that no one takes a certificate
for a real one. Profiles follow what the Indonesian chains show (key usage digitalSignature and
nonRepudiation, two years), with a root and an issuing certificate above the signer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.published._development import MARKER
from perizinan_core.signing._file_key import FileKeySigner

__all__ = ["KEY_KINDS", "MARKER", "Issued", "PrivateKey", "SyntheticCA", "make_key"]

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

KEY_KINDS = ("rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384")
"""Kinds of keys that permits are signed with."""

_LONGEST_NAME = 48
# Certificates begin a little earlier: the clock of the machine that checks may be slow.
_BEFORE = timedelta(hours=1)
_SIGNER_VALIDITY = timedelta(days=730)
_AUTHORITY_VALIDITY = timedelta(days=3650)


def make_key(kind: str = "rsa-2048") -> PrivateKey:
    """
    Generate a private key.

    Args:
        kind: One of `KEY_KINDS`, or another RSA length such as ``"rsa-1024"`` to test refusals.
    """
    match kind.split("-"):
        case ["p", "256"]:
            return ec.generate_private_key(ec.SECP256R1())
        case ["p", "384"]:
            return ec.generate_private_key(ec.SECP384R1())
        case ["rsa", bits] if bits.isdigit():
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case _:
            message = f"{kind!r} is not one of {', '.join(KEY_KINDS)}"
            raise ValueError(message)


@attrs.frozen(eq=False)
class Issued:
    """A certificate with its private key and the certificates above it."""

    key: PrivateKey = attrs.field(repr=False)
    """The private key."""

    certificate: x509.Certificate
    """The certificate."""

    chain: tuple[x509.Certificate, ...] = ()
    """Certificates above it, nearest first, the root last."""

    def signer(self, *, pss: bool = False) -> FileKeySigner:
        """
        Return a signer with this key.

        Raises:
            SigningError: The certificate cannot sign permits.
        """
        return FileKeySigner.from_key(self.key, self.certificate, self.chain, pss=pss)


@attrs.frozen(eq=False)
class SyntheticCA:
    """A root, an issuing certificate, and whatever they sign."""

    root: Issued
    """The trust anchor."""

    issuing: Issued
    """Signs the signers' certificates."""

    unit: str = MARKER
    """Organisational unit of every certificate made here."""

    @classmethod
    def create(
        cls,
        now: datetime,
        *,
        name: str = "CA",
        kind: str = "p-256",
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        unit: str = MARKER,
    ) -> Self:
        """
        Make a new CA, valid for ten years from ``now``.

        Args:
            now: Present moment, with time zone.
            name: Told apart from other synthetic CAs by this.
            kind: Kind of its keys.
            extensions: Further extensions of the issuing certificate, each with whether it is critical.
            unit: Organisational unit; with another than the marker, permits are judged as those of any office
                (for tests of what checkers say of real ones).
        """
        root_key, issuing_key = make_key(kind), make_key(kind)
        root_name = _subject(f"Root {name}", unit=unit)
        last = now + _AUTHORITY_VALIDITY
        root = _certificate(root_key, root_name, (root_key, root_name), (now - _BEFORE, last), _authority(1))
        issuing = _certificate(
            issuing_key,
            _subject(f"Issuing {name}", unit=unit),
            (root_key, root_name),
            (now - _BEFORE, last),
            [*_authority(0), *extensions],
        )
        return cls(Issued(root_key, root), Issued(issuing_key, issuing, (root,)), unit)

    def issue(
        self,
        name: str,
        *,
        now: datetime,
        kind: str = "rsa-2048",
        organization: str | None = None,
        valid: tuple[datetime, datetime] | None = None,
        usages: Sequence[str] = ("digital_signature", "content_commitment"),
        key: PrivateKey | None = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> Issued:
        """
        Make a signer's certificate.

        Args:
            name: Common name, at most 48 characters; the marker is added.
            now: Present moment, with time zone; the certificate is valid for two years from then.
            kind: Kind of key, one of `KEY_KINDS`.
            organization: Organisation of the subject.
            valid: First and last moment of validity, to make expired or future certificates.
            usages: Key usages by `cryptography`'s names; empty leaves the extension out.
            key: A key to certify instead of a new one.
            extensions: Further extensions, each with whether it is critical, e.g. where revocation is stated.

        Raises:
            BootstrapError: ``development-name``: The name is too long or empty.
        """
        key = key or make_key(kind)
        certificate = _certificate(
            key,
            _subject(name, organization, self.unit),
            (self.issuing.key, self.issuing.certificate.subject),
            valid or (now - _BEFORE, now + _SIGNER_VALIDITY),
            [(x509.BasicConstraints(ca=False, path_length=None), True), *_usage(usages), *extensions],
        )
        return Issued(key, certificate, (self.issuing.certificate, self.root.certificate))


_Extensions = list[tuple[x509.ExtensionType, bool]]


def _subject(name: str, organization: str | None = None, unit: str = MARKER) -> x509.Name:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise BootstrapError("development-name", name=name)
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (PENGEMBANGAN)"),
    ]
    if organization:
        attributes.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _authority(path_length: int) -> _Extensions:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        *_usage(("key_cert_sign", "crl_sign")),
    ]


def _usage(usages: Sequence[str]) -> _Extensions:
    if not usages:
        return []
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return [(x509.KeyUsage(**{usage: usage in usages for usage in every}), True)]


def _certificate(
    key: PrivateKey,
    subject: x509.Name,
    issuer: tuple[PrivateKey, x509.Name],
    valid: tuple[datetime, datetime],
    extensions: _Extensions,
) -> x509.Certificate:
    issuer_key, issuer_name = issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    large = isinstance(issuer_key, ec.EllipticCurvePrivateKey) and issuer_key.curve.key_size > 256
    return builder.sign(issuer_key, hashes.SHA384() if large else hashes.SHA256())
