"""
The authority document (``authority.json``): who may sign which permits, and with which keys.

A TUF-like envelope: ``signed`` holds the statements, ``signatures`` the signatures over the
canonical form (RFC 8785) of ``signed``, by keys that ``signed`` itself lists. The document is
trusted because of where it came from (first use), or because its key is pinned by the caller.

The reader is strict and reports every problem at once. Fields that it does not know are kept and
ignored (docs/decisions/0021): an older checker must be able to read a newer document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, date, datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

import attrs
from cryptography import x509

from perizinan_core.i18n import N_
from perizinan_core.published._development import is_development
from perizinan_core.published._envelope import SignedDocument, read_envelope, sign_envelope
from perizinan_core.published._keys import PublicKey
from perizinan_core.published._wire import (
    Certificates,
    Fingerprint,
    HttpsAddress,
    Kid,
    Region,
    Rule,
)

ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
"""Hours ahead of UTC."""

_Zone = Annotated[str, Rule(ZONES.__contains__, N_("expected one of WIB, WITA, WIT"))]
_TypeNumber = Annotated[
    int, Rule(range(2**32).__contains__, N_("expected a whole number from 0 to 4294967295"))
]


@attrs.frozen(kw_only=True)
class Dated:
    """What holds on some days, both included."""

    start: date | None = None
    """First day, or None."""

    end: date | None = None
    """Last day, or None: until further notice."""

    def holds_on(self, day: date) -> bool:
        """Return True when it holds on ``day``."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    @property
    def contradiction(self) -> tuple[str, str] | None:
        """The field that cannot be beside the others, and why."""
        if self.start is not None and self.end is not None and self.end < self.start:
            return "to", N_("lies before from")
        return None


@attrs.frozen(kw_only=True)
class RegisteredDelegation(Dated):
    """For which permit types a signatory may sign, and when (both days included)."""

    code: str
    permit_types: frozenset[str]
    """Codes of permit types; ``*`` stands for all."""

    acting: str = "definitive"
    """`ActingKind` value."""

    def covers(self, permit_type: str, day: date) -> bool:
        """Return True when permits of this type may be signed under it on ``day``."""
        return self.holds_on(day) and not self.permit_types.isdisjoint(("*", permit_type))


@attrs.frozen(kw_only=True)
class Signatory(Dated):
    """A certificate or key, the position it belongs to, and what it entitles to."""

    position: str
    """Code of the position."""

    title: str
    certificate_sha256: Fingerprint | None = None
    """SHA-256 of the certificate (hexadecimal); binds this certificate alone."""

    spki_sha256: Fingerprint | None = None
    """SHA-256 of the public key (SPKI, hexadecimal); survives the renewal of a certificate."""

    delegations: tuple[RegisteredDelegation, ...] = ()

    def is_bound_to(self, certificate_sha256: str, spki_sha256: str) -> bool:
        """Return True when the entry means the certificate with these fingerprints."""
        return self.certificate_sha256 == certificate_sha256 or self.spki_sha256 == spki_sha256

    def may_sign(self, permit_type: str, day: date, *, delegation: str | None = None) -> bool:
        """
        Return True when permits of a type may be signed on ``day``.

        Args:
            permit_type: Code of the permit type.
            day: Local day of the signature.
            delegation: Code of the delegation that must allow it; None: any.
        """
        return self.holds_on(day) and any(
            item.covers(permit_type, day) for item in self.delegations if delegation in (None, item.code)
        )

    @property
    def contradiction(self) -> tuple[str, str] | None:
        """The field that cannot be beside the others, and why."""
        if self.certificate_sha256 is None and self.spki_sha256 is None:
            return "", N_("expected certificate_sha256 or spki_sha256")
        return super().contradiction


@attrs.frozen(kw_only=True)
class QrKey(Dated):
    """A key that signs QR claims."""

    kid: Kid
    """Key identifier in the claims, 1 to 8 bytes."""

    key: PublicKey


@attrs.frozen(kw_only=True)
class PublishedType:
    """A permit type, as QR codes mean it by its number."""

    number: _TypeNumber
    """From 0 to 2³² - 1; see `perizinan_core.published._qr_claims.type_number`."""

    code: str
    name: str


@attrs.frozen(kw_only=True)
class Contact:
    """How people reach the office: what "ask the office" means."""

    address: str | None = None
    """Where its counter is."""

    phone: str | None = None
    email: str | None = None
    web: str | None = None

    @property
    def line(self) -> str:
        """All of it in one line."""
        return ", ".join(filter(None, (self.address, self.phone, self.email, self.web)))


@attrs.frozen(kw_only=True)
class AuthorityDocument(SignedDocument):
    """What a local government states about itself to those who check its permits."""

    document_type: ClassVar[str] = "perizinan-authority"
    refusal: ClassVar[str] = "authority-document"

    slug: str
    name: str
    region: Region | None = None
    """Kemendagri code of the region, e.g. ``"35.72"``; None in documents of before."""

    contact: Contact | None = None
    """How people reach the office, or None."""

    time_zone: _Zone
    """``WIB``, ``WITA`` or ``WIT``: whose calendar day counts."""

    verification_url: HttpsAddress
    roots: Certificates
    """Certificates in which a signer's chain may end."""

    intermediates: tuple[x509.Certificate, ...] = ()
    """Certificates between, for files that do not carry them; not trusted by themselves."""

    signatories: tuple[Signatory, ...]
    qr_keys: tuple[QrKey, ...] = ()
    permit_types: tuple[PublishedType, ...] = ()
    """What the numbers of permit types in QR codes mean."""

    status_list: Mapping[str, Any] | None = None
    """Address and keys of the status list, kept as they are."""

    log: Mapping[str, Any] | None = None
    """Address and keys of the public log, kept as they are."""

    pinned: bool = attrs.field(default=False, metadata={"omit": True})
    """True when the caller named the key; False: trusted as given (first use)."""

    def local_day(self, moment: datetime) -> date:
        """Return the authority's calendar day at ``moment``; the last and first days of all stay within them."""
        try:
            return moment.astimezone(timezone(timedelta(hours=ZONES[self.time_zone]))).date()
        except OverflowError:  # a file or a document may state any time
            return date.max if moment.year == MAXYEAR else date.min

    @property
    def address(self) -> str:
        """Where the office publishes this document: the fixed place on the site of its verification page."""
        parts = urlsplit(self.verification_url)
        return f"{parts.scheme}://{parts.netloc}/.well-known/perizinan.json"

    @cached_property
    def is_development(self) -> bool:
        """True when every root is one for development: what this office signs is a test, and not a permit."""
        return bool(self.roots) and all(map(is_development, self.roots))


def sign_authority_document(
    document: AuthorityDocument, *, key: PublicKey, sign: Callable[[bytes], bytes]
) -> bytes:
    """
    Return ``authority.json``: the document in canonical JSON with one signature.

    Args:
        document: What to state; ``key`` must be among its ``keys``.
        key: Public half of the signing key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.

    Raises:
        AuthorityDocumentError: when the document breaks a rule of the reader, or the signature does not fit.
    """
    return sign_envelope(document, key=key, sign=sign)


def read_authority_document(data: bytes, *, authority_key: str | None = None) -> AuthorityDocument:
    """
    Read and check ``authority.json``.

    Args:
        data: The file.
        authority_key: Fingerprint (RFC 7638 thumbprint) of the key that must have signed it; None
            trusts the document as it was given.

    Raises:
        AuthorityDocumentError: with every problem and its path.
        AuthorityDocumentError: ``authority-key``: when it is not signed by ``authority_key``.
    """
    document = read_envelope(data, AuthorityDocument, authority_key)
    return attrs.evolve(document, pinned=authority_key is not None)
