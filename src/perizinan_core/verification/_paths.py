"""
Certificate paths from a signer to an allowed root (RFC 5280 section 6), for the profile of permits.

Checked here and not by a general library, because the profile is small and strict: names chain byte
for byte, every signature fits, issuers are CAs that may sign certificates, path lengths hold, no
critical extension is left unread, hash functions and keys are of today. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning

from perizinan_core._pdf._certificates import MIN_RSA_BITS, extension_of, is_ca

UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""Everything that `cryptography` raises on damaged DER and certificates."""

_MAX_LENGTH = 6
_MAX_STEPS = 64
_UNDERSTOOD = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.CertificatePolicies,
    x509.SubjectAlternativeName,
)
_RULES = (x509.NameConstraints, x509.PolicyConstraints, x509.InhibitAnyPolicy)
_SIGNING_PURPOSES = {
    "1.3.6.1.5.5.7.3.4",  # emailProtection
    "1.3.6.1.5.5.7.3.36",  # documentSigning (RFC 9336)
    "1.2.840.113583.1.1.5",  # Adobe authentic documents trust
    "1.3.6.1.4.1.311.10.3.12",  # Microsoft document signing
    "2.5.29.37.0",  # any
}
_WEAK_HASHES = {"md5", "sha1"}
SKEW = timedelta(minutes=5)
"""How far the clock of a signer, a service or an office may run ahead of the checker's."""
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class PathProblem(Enum):
    """Why no path was found."""

    UNKNOWN_ROOT = "chain-unknown-root"
    """No way up, or only one in the name of an issuer that did not sign: anyone can write a name."""
    BROKEN = "chain-broken"
    """The issuer signed, but may not: it has no right to issue, or its key or method is too weak."""


_MOST_KNOWN = 4096
_MOST_PATHS = 512
_known: dict[bytes, bool] = {}
"""SHA-256 of certificate and issuer → whether the issuer signed it: a fact that never changes."""


@attrs.frozen
class CertificatePath:
    """A path, signer first, allowed root last; or why there is none."""

    certificates: tuple[x509.Certificate, ...]
    """As far as it leads."""

    problem: PathProblem | None = None

    @property
    def root(self) -> x509.Certificate:
        """The last certificate."""
        return self.certificates[-1]


def find_path(
    signer: x509.Certificate, others: Iterable[x509.Certificate], roots: Sequence[x509.Certificate]
) -> CertificatePath:
    """Return the path from ``signer`` to one of ``roots``, by way of ``others`` (not trusted)."""
    return _path(signer, tuple(others), tuple(roots))


@lru_cache(maxsize=_MOST_PATHS)
def _path(
    signer: x509.Certificate, others: tuple[x509.Certificate, ...], roots: tuple[x509.Certificate, ...]
) -> CertificatePath:
    """Search once for files of the same signer; times are judged elsewhere, so the answer never changes."""
    with unwarned():
        return _Search(others, roots).from_path((signer,))


class _Search:
    """Depth first, with a budget: certificates can be made so that every one fits every other."""

    def __init__(self, others: tuple[x509.Certificate, ...], roots: tuple[x509.Certificate, ...]) -> None:
        self._others = others
        self._roots = roots
        self._budget = _MAX_STEPS

    def from_path(self, path: tuple[x509.Certificate, ...]) -> CertificatePath:
        last = path[-1]
        if last in self._roots:
            return CertificatePath(path)
        best = CertificatePath(path, PathProblem.UNKNOWN_ROOT)
        for candidate in (*self._roots, *self._others):
            if candidate in path or candidate.subject.public_bytes() != last.issuer.public_bytes():
                continue
            self._budget -= 1
            if self._budget < 0 or len(path) >= _MAX_LENGTH:
                break
            if not is_issued(last, candidate):
                continue
            weak = _is_weakly_signed(last) or key_problem(candidate)
            if weak or not _may_issue(candidate, below=len(path) - 1):
                best = CertificatePath(best.certificates, PathProblem.BROKEN)
                continue
            found = self.from_path((*path, candidate))
            if found.problem is None:
                return found
            if len(found.certificates) > len(best.certificates):
                best = found
        return best


def is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Check one signature; the answers of the last pairs are kept, since most files share their issuers."""
    key = certificate.fingerprint(hashes.SHA256()) + issuer.fingerprint(hashes.SHA256())
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = _is_issued(certificate, issuer)
    return _known[key]


def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if _is_weakly_signed(certificate):
        return True  # not asked, since it is refused in any case
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _is_weakly_signed(certificate: x509.Certificate) -> bool:
    try:
        return not is_strong_hash(certificate.signature_hash_algorithm)
    except UnsupportedAlgorithm:
        return True


def is_strong_hash(function: hashes.HashAlgorithm | None) -> bool:
    """Return True for a hash function of today, and for methods that have none of their own."""
    return function is None or function.name not in _WEAK_HASHES


def key_problem(certificate: x509.Certificate) -> bool:
    """Return True when the key is of a kind or size that is not accepted any more."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return True
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size < MIN_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return not isinstance(key.curve, CURVES)
    return not isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey))


def _may_issue(certificate: x509.Certificate, *, below: int) -> bool:
    """Check the rights of an issuer that has ``below`` other issuers under it on the path."""
    if not _is_read(certificate):
        return False
    constraints = extension_of(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        return False
    if constraints.path_length is not None and constraints.path_length < below:
        return False
    usage = extension_of(certificate, x509.KeyUsage)
    return usage is None or usage.key_cert_sign


@lru_cache(maxsize=_MOST_PATHS)
def usage_problem(certificate: x509.Certificate) -> str | None:
    """
    Return the reason code of what keeps a certificate from signing documents, or None.

    It must allow digital signatures or non-repudiation, may name purposes only if one of them is
    signing documents or mail, and must not be a CA certificate.
    """
    if not _is_read(certificate):
        return "certificate-malformed"
    if is_ca(certificate):
        return "certificate-key-usage"
    if not may_sign(certificate):
        return "certificate-key-usage"
    purposes = extension_of(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and not {item.dotted_string for item in purposes} & _SIGNING_PURPOSES:
        return "certificate-key-usage"
    return None


def may_sign(certificate: x509.Certificate) -> bool:
    """Return False when a certificate names what its key is for, and none of that is signing."""
    usage = extension_of(certificate, x509.KeyUsage)
    return usage is None or usage.digital_signature or usage.content_commitment


@lru_cache(maxsize=_MOST_PATHS)
def is_plain(certificate: x509.Certificate) -> bool:
    """Return True when a certificate sets no rules about names or policies below it, and everything in it is read."""
    return _is_read(certificate) and not any(
        isinstance(item.value, _RULES) for item in certificate.extensions
    )


def _is_read(certificate: x509.Certificate) -> bool:
    """Return True when all extensions can be read, and those that must be understood are."""
    try:
        return not any(
            item.critical and not isinstance(item.value, _UNDERSTOOD) for item in certificate.extensions
        )
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False


@contextmanager
def unwarned() -> Iterator[None]:
    """Let the library warn of nothing: what it only warns about is judged by the path checks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    """Return True when ``moment`` lies within the certificate's time, both ends included."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


@lru_cache(maxsize=_MOST_PATHS)
def subject_of(certificate: x509.Certificate) -> str:
    """Return the subject of a certificate as text (RFC 4514)."""
    return certificate.subject.rfc4514_string()


@lru_cache(maxsize=_MOST_PATHS)
def fingerprints(certificate: x509.Certificate) -> tuple[str, str]:
    """Return the SHA-256 of the certificate and of its public key (SPKI), in lower-case hexadecimal."""
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return certificate.fingerprint(hashes.SHA256()).hex(), hashlib.sha256(spki).hexdigest()
