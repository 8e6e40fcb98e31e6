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
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from perizinan_core.errors.verification import AuthorityDocumentError, AuthorityKeyError
from perizinan_core.verification.keys import (
    PublicKey,
    algorithm_name,
    fits,
    key_from_jwk,
    key_to_jwk,
    thumbprint,
)
from perizinan_core.verification.strict_json import FieldReader, parse_json

__all__ = [
    "DOCUMENT_TYPE",
    "SPEC_VERSION",
    "AuthorityDocument",
    "QrKey",
    "RegisteredDelegation",
    "Signatory",
    "read_authority_document",
    "sign_authority_document",
]

DOCUMENT_TYPE = "perizinan-authority"
SPEC_VERSION = "1"
MAX_BYTES = 4 * 1024 * 1024
"""Largest authority document that is read, in bytes."""

_KID_BYTES = 8
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}


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
class AuthorityDocument:
    """What a local government states about itself to those who check its permits."""

    slug: str
    name: str
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
        """Return the authority's calendar day at ``moment``."""
        return moment.astimezone(timezone(timedelta(hours=_ZONES[self.time_zone]))).date()

    @property
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
            "keys": [key_to_jwk(item) for item in self.keys],
            "status_list": dict(self.status_list) if self.status_list is not None else None,
            "log": dict(self.log) if self.log is not None else None,
        }


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
    import rfc8785

    signed = document.to_json()
    envelope: Any = {
        "signed": signed,
        "signatures": [
            {"keyid": thumbprint(key), "alg": algorithm_name(key), "sig": sign(rfc8785.dumps(signed)).hex()}
        ],
    }
    data = rfc8785.dumps(envelope) + b"\n"
    read_authority_document(data)
    return data


def read_authority_document(data: bytes, *, authority_key: str | None = None) -> AuthorityDocument:
    """
    Read and check ``authority.json``.

    Args:
        data: The file.
        authority_key: Fingerprint (RFC 7638 thumbprint) of the key that must have signed it; None
            trusts the document as it was given.

    Raises:
        AuthorityDocumentError: with every problem and its path.
        AuthorityKeyError: when it is not signed by ``authority_key``.
    """
    import rfc8785

    if len(data) > MAX_BYTES:
        raise AuthorityDocumentError((f"$: larger than {MAX_BYTES} bytes",))
    envelope = parse_json(data)
    reader = FieldReader()
    top = reader.mapping(envelope, "$")
    signed = reader.mapping(top.get("signed"), "$.signed")
    signatures = reader.sequence(top.get("signatures"), "$.signatures")
    reader.stop_on_problems()
    document = _read_signed(reader, signed)
    reader.stop_on_problems()
    try:
        canonical = rfc8785.dumps(dict(signed))
    except (ValueError, RecursionError) as error:
        raise AuthorityDocumentError(
            ("$.signed: holds numbers or texts that have no canonical form",)
        ) from error
    signers = _signers(reader, document, signatures, canonical)
    reader.stop_on_problems()
    if authority_key is not None and authority_key not in signers:
        raise AuthorityKeyError(expected=authority_key, received=", ".join(sorted(signers)))
    return attrs.evolve(document, pinned=authority_key is not None)


def _signers(
    reader: FieldReader, document: AuthorityDocument, signatures: Sequence[Any], canonical: bytes
) -> set[str]:
    keys = {thumbprint(key): key for key in document.keys}
    signers: set[str] = set()
    for place, item in enumerate(signatures):
        path = f"$.signatures[{place}]"
        entry = reader.mapping(item, path)
        key = keys.get(str(entry.get("keyid")))
        if key is None:
            continue  # a key of a later version, or of somebody else: says nothing either way
        signature = reader.hexadecimal(entry.get("sig"), f"{path}.sig")
        if entry.get("alg") != algorithm_name(key) or not fits(key, signature, canonical):
            reader.problem(path, "the signature does not fit the document")
        signers.add(thumbprint(key))
    if not signers:
        reader.problem("$.signatures", "no signature by a key of the document")
    return signers


def _read_signed(reader: FieldReader, signed: Mapping[str, Any]) -> AuthorityDocument:
    path = "$.signed"
    if signed.get("document_type") != DOCUMENT_TYPE or signed.get("spec_version") != SPEC_VERSION:
        reader.problem(path, f"expected document_type {DOCUMENT_TYPE!r} and spec_version {SPEC_VERSION!r}")
    keys = reader.each(signed, "keys", path, lambda item, place: _key(reader, item, place))
    issued = reader.moment(signed.get("issued"), f"{path}.issued")
    expires = reader.moment(signed.get("expires"), f"{path}.expires")
    if expires <= issued:
        reader.problem(f"{path}.expires", "lies before issued")
    if not keys:
        reader.problem(f"{path}.keys", "expected at least one key")
    roots = reader.each(signed, "roots", path, lambda item, place: _certificate(reader, item, place))
    if not roots:
        reader.problem(f"{path}.roots", "expected at least one certificate")
    url = reader.text(signed.get("verification_url"), f"{path}.verification_url")
    if not url.startswith("https://"):
        reader.problem(f"{path}.verification_url", "expected an https address")
    known = {field.name for field in attrs.fields(AuthorityDocument)} | {"document_type", "spec_version"}
    document = AuthorityDocument(
        slug=reader.text(signed.get("slug"), f"{path}.slug"),
        name=reader.text(signed.get("name"), f"{path}.name"),
        time_zone=reader.choice(signed.get("time_zone"), f"{path}.time_zone", tuple(_ZONES)),
        version=reader.positive(signed.get("version"), f"{path}.version"),
        issued=issued,
        expires=expires,
        verification_url=url,
        roots=tuple(item for item in roots if item is not None),
        intermediates=tuple(
            item
            for item in reader.each(
                signed,
                "intermediates",
                path,
                lambda item, place: _certificate(reader, item, place),
                needed=False,
            )
            if item is not None
        ),
        signatories=reader.each(
            signed, "signatories", path, lambda item, place: _signatory(reader, item, place)
        ),
        qr_keys=tuple(
            item
            for item in reader.each(
                signed, "qr_keys", path, lambda item, place: _qr_key(reader, item, place), needed=False
            )
            if item is not None
        ),
        keys=tuple(item for item in keys if item is not None),
        status_list=reader.optional_mapping(signed.get("status_list"), f"{path}.status_list"),
        log=reader.optional_mapping(signed.get("log"), f"{path}.log"),
        unknown={name: value for name, value in signed.items() if name not in known},
    )
    return document  # noqa: RET504 - the long call reads better with a name


def _certificate(reader: FieldReader, item: Any, path: str) -> x509.Certificate | None:
    text = reader.text(reader.mapping(item, path).get("certificate"), f"{path}.certificate")
    try:
        if text.startswith("-----BEGIN"):
            return x509.load_pem_x509_certificate(text.encode("ascii"))
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except ValueError:
        reader.problem(f"{path}.certificate", "expected a certificate (PEM, or DER in base64)")
        return None


def _signatory(reader: FieldReader, item: Any, path: str) -> Signatory:
    entry = reader.mapping(item, path)
    certificate = reader.fingerprint(entry.get("certificate_sha256"), f"{path}.certificate_sha256")
    spki = reader.fingerprint(entry.get("spki_sha256"), f"{path}.spki_sha256")
    if certificate is None and spki is None:
        reader.problem(path, "expected certificate_sha256 or spki_sha256")
    start, end = reader.span(entry, path)
    return Signatory(
        position=reader.text(entry.get("position"), f"{path}.position"),
        title=reader.text(entry.get("title"), f"{path}.title"),
        certificate_sha256=certificate,
        spki_sha256=spki,
        start=start,
        end=end,
        delegations=reader.each(
            entry, "delegations", path, lambda value, place: _delegation(reader, value, place)
        ),
    )


def _delegation(reader: FieldReader, item: Any, path: str) -> RegisteredDelegation:
    entry = reader.mapping(item, path)
    start, end = reader.span(entry, path)
    types = reader.each(entry, "permit_types", path, reader.text)
    acting = entry.get("acting", "definitive")
    return RegisteredDelegation(
        code=reader.text(entry.get("code"), f"{path}.code"),
        permit_types=frozenset(types),
        start=start,
        end=end,
        acting=reader.text(acting, f"{path}.acting"),
    )


def _qr_key(reader: FieldReader, item: Any, path: str) -> QrKey | None:
    entry = reader.mapping(item, path)
    kid = reader.hexadecimal(entry.get("kid"), f"{path}.kid")
    key = _key(reader, entry.get("key"), f"{path}.key")
    start, end = reader.span(entry, path)
    if not 1 <= len(kid) <= _KID_BYTES:
        reader.problem(f"{path}.kid", "expected 1 to 8 bytes in hexadecimal")
    return None if key is None else QrKey(kid=kid, key=key, start=start, end=end)


def _key(reader: FieldReader, item: Any, path: str) -> PublicKey | None:
    try:
        return key_from_jwk(item)
    except ValueError as error:
        reader.problem(path, str(error))
        return None


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
