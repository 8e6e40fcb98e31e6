"""
The authority document (``authority.json``): who may sign which permits, and with which keys.

A TUF-like envelope: ``signed`` holds the statements, ``signatures`` the signatures over the
canonical form (RFC 8785) of ``signed``, by keys that ``signed`` itself lists. The document is
trusted because of where it came from (first use), or because its key is pinned by the caller.

The reader is strict and reports every problem at once. Fields that it does not know are kept and
ignored (docs/decisions/0021): an older checker must be able to read a newer document.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import MAXYEAR, date, datetime, timedelta, timezone
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from perizinan_core.published._keys import (
    PublicKey,
    key_to_jwk,
    thumbprint,
)

__all__ = [
    "DOCUMENT_TYPE",
    "SPEC_VERSION",
    "ZONES",
    "AuthorityDocument",
    "Contact",
    "PublishedType",
    "QrKey",
    "RegisteredDelegation",
    "Signatory",
]

DOCUMENT_TYPE = "perizinan-authority"
SPEC_VERSION = "1"
ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
"""Hours ahead of UTC."""


@attrs.frozen(kw_only=True)
class RegisteredDelegation:
    """For which permit types a signatory may sign, and when (both days included)."""

    code: str
    permit_types: frozenset[str]
    """Codes of permit types; ``*`` stands for all."""

    start: date | None = None
    end: date | None = None
    acting: str = "definitive"
    """`ActingKind` value."""

    def covers(self, permit_type: str, day: date) -> bool:
        """Return True when permits of this type may be signed under it on ``day``."""
        return _within(self.start, self.end, day) and (
            "*" in self.permit_types or permit_type in self.permit_types
        )


@attrs.frozen(kw_only=True)
class Signatory:
    """A certificate or key, the position it belongs to, and what it entitles to."""

    position: str
    """Code of the position."""

    title: str
    certificate_sha256: str | None = None
    """SHA-256 of the certificate (hexadecimal); binds this certificate alone."""

    spki_sha256: str | None = None
    """SHA-256 of the public key (SPKI, hexadecimal); survives the renewal of a certificate."""

    start: date | None = None
    """First day of the binding, or None."""

    end: date | None = None
    """Last day of the binding, or None: until further notice. Set when an officer leaves."""

    delegations: tuple[RegisteredDelegation, ...] = ()

    def is_bound_to(self, certificate_sha256: str, spki_sha256: str) -> bool:
        """Return True when the entry means the certificate with these fingerprints."""
        return self.certificate_sha256 == certificate_sha256 or self.spki_sha256 == spki_sha256

    def holds_on(self, day: date) -> bool:
        """Return True when the binding holds on ``day``."""
        return _within(self.start, self.end, day)


@attrs.frozen(kw_only=True)
class QrKey:
    """A key that signs QR claims."""

    kid: bytes
    """Key identifier in the claims, 1 to 8 bytes."""

    key: PublicKey
    start: date | None = None
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return True when claims of that day may be signed with it."""
        return _within(self.start, self.end, day)


@attrs.frozen(kw_only=True)
class PublishedType:
    """A permit type, as QR codes mean it by its number."""

    number: int
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
    region: str | None = None
    """Kemendagri code of the region, e.g. ``"35.72"``; None in documents of before."""

    contact: Contact | None = None
    """How people reach the office, or None."""

    time_zone: str
    """``WIB``, ``WITA`` or ``WIT``: whose calendar day counts."""

    version: int = attrs.field(validator=attrs.validators.ge(1))
    """Rises with every change."""

    issued: datetime
    expires: datetime
    """After this moment the document is too old to judge by."""

    verification_url: str
    roots: tuple[x509.Certificate, ...]
    """Certificates in which a signer's chain may end."""

    intermediates: tuple[x509.Certificate, ...] = ()
    """Certificates between, for files that do not carry them; not trusted by themselves."""

    signatories: tuple[Signatory, ...]
    qr_keys: tuple[QrKey, ...] = ()
    permit_types: Mapping[int, PublishedType] = attrs.field(factory=dict)
    """What the numbers of permit types in QR codes mean."""

    keys: tuple[PublicKey, ...]
    """Keys that sign this document."""

    status_list: Mapping[str, Any] | None = None
    """Address and keys of the status list, kept as they are."""

    log: Mapping[str, Any] | None = None
    """Address and keys of the public log, kept as they are."""

    unknown: Mapping[str, Any] = attrs.field(factory=dict)
    """Fields of a newer version: kept, ignored."""

    pinned: bool = False
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
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints (RFC 7638) of the keys."""
        return tuple(thumbprint(key) for key in self.keys)

    def to_json(self) -> dict[str, Any]:
        """Return the ``signed`` part."""
        return {
            **self.unknown,
            "document_type": DOCUMENT_TYPE,
            "spec_version": SPEC_VERSION,
            "slug": self.slug,
            "name": self.name,
            "region": self.region,
            "contact": attrs.asdict(self.contact) if self.contact is not None else None,
            "time_zone": self.time_zone,
            "version": self.version,
            "issued": self.issued.isoformat(),
            "expires": self.expires.isoformat(),
            "verification_url": self.verification_url,
            "roots": [{"certificate": _der_text(item)} for item in self.roots],
            "intermediates": [{"certificate": _der_text(item)} for item in self.intermediates],
            "signatories": [_signatory_json(item) for item in self.signatories],
            "qr_keys": [
                {"kid": item.kid.hex(), "key": key_to_jwk(item.key), **_span(item.start, item.end)}
                for item in self.qr_keys
            ],
            "permit_types": [
                {"number": item.number, "code": item.code, "name": item.name}
                for _number, item in sorted(self.permit_types.items())
            ],
            "keys": [key_to_jwk(item) for item in self.keys],
            "status_list": dict(self.status_list) if self.status_list is not None else None,
            "log": dict(self.log) if self.log is not None else None,
        }


def _within(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _signatory_json(item: Signatory) -> dict[str, Any]:
    return {
        "position": item.position,
        "title": item.title,
        "certificate_sha256": item.certificate_sha256,
        "spki_sha256": item.spki_sha256,
        **_span(item.start, item.end),
        "delegations": [
            {
                "code": delegation.code,
                "permit_types": sorted(delegation.permit_types),
                "acting": delegation.acting,
                **_span(delegation.start, delegation.end),
            }
            for delegation in item.delegations
        ],
    }


def _span(start: date | None, end: date | None) -> dict[str, str | None]:
    return {"from": start.isoformat() if start else None, "to": end.isoformat() if end else None}


def _der_text(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")
