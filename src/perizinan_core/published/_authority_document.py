"""
The authority document (``authority.json``): who may sign which permits, and with which keys.

A TUF-like envelope: ``signed`` holds the statements, ``signatures`` the signatures over the
canonical form (RFC 8785) of ``signed``, by keys that ``signed`` itself lists. The document is
trusted because of where it came from (first use), or because its key is pinned by the caller.

The reader is strict and reports every problem at once. Fields that it does not know are kept and
ignored (docs/decisions/0021): an older checker must be able to read a newer document.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import MAXYEAR, date, datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import urlsplit

import attrs
from cryptography import x509

from perizinan_core.i18n import N_
from perizinan_core.published._development import is_development
from perizinan_core.published._keys import PublicKey, thumbprint
from perizinan_core.published._wire import (
    Certificates,
    Fingerprint,
    HttpsAddress,
    Keys,
    Kid,
    Positive,
    Region,
    Rule,
    unstructured,
)

__all__ = [
    "DOCUMENT_TYPE",
    "SPEC_VERSION",
    "ZONES",
    "AuthorityDocument",
    "Contact",
    "Dated",
    "PublishedType",
    "QrKey",
    "RegisteredDelegation",
    "Signatory",
]

DOCUMENT_TYPE = "perizinan-authority"
SPEC_VERSION = "1"
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
class AuthorityDocument:
    """What a local government states about itself to those who check its permits."""

    slug: str
    name: str
    region: Region | None = None
    """Kemendagri code of the region, e.g. ``"35.72"``; None in documents of before."""

    contact: Contact | None = None
    """How people reach the office, or None."""

    time_zone: _Zone
    """``WIB``, ``WITA`` or ``WIT``: whose calendar day counts."""

    version: Positive = attrs.field(validator=attrs.validators.ge(1))
    """Rises with every change."""

    issued: datetime
    expires: datetime
    """After this moment the document is too old to judge by."""

    verification_url: HttpsAddress
    roots: Certificates
    """Certificates in which a signer's chain may end."""

    intermediates: tuple[x509.Certificate, ...] = ()
    """Certificates between, for files that do not carry them; not trusted by themselves."""

    signatories: tuple[Signatory, ...]
    qr_keys: tuple[QrKey, ...] = ()
    permit_types: tuple[PublishedType, ...] = ()
    """What the numbers of permit types in QR codes mean."""

    keys: Keys
    """Keys that sign this document."""

    status_list: Mapping[str, Any] | None = None
    """Address and keys of the status list, kept as they are."""

    log: Mapping[str, Any] | None = None
    """Address and keys of the public log, kept as they are."""

    unknown: Mapping[str, Any] = attrs.field(factory=dict, metadata={"omit": True})
    """Fields of a newer version: kept, ignored."""

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

    @cached_property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints (RFC 7638) of the keys."""
        return tuple(thumbprint(key) for key in self.keys)

    def to_json(self) -> dict[str, Any]:
        """Return the ``signed`` part."""
        return {
            **self.unknown,
            "document_type": DOCUMENT_TYPE,
            "spec_version": SPEC_VERSION,
            **unstructured(self),
        }

    @property
    def contradiction(self) -> tuple[str, str] | None:
        """The field that cannot be beside the others, and why."""
        return ("expires", N_("lies before issued")) if self.expires <= self.issued else None
