"""Signing ``authority.json`` and reading it again, strictly: every problem at once, with its path."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from cryptography import x509

from perizinan_core.published._authority_document import (
    DOCUMENT_TYPE,
    SPEC_VERSION,
    ZONES,
    AuthorityDocument,
    Contact,
    PublishedType,
    QrKey,
    RegisteredDelegation,
    Signatory,
)
from perizinan_core.published._envelope import MAX_BYTES, read_envelope, sign_envelope
from perizinan_core.published._keys import PublicKey
from perizinan_core.published._strict_json import FieldReader

__all__ = ["MAX_BYTES", "read_authority_document", "sign_authority_document"]

_TYPE_NUMBERS = 2**32
_KID_BYTES = 8


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
    data = sign_envelope(document.to_json(), key=key, sign=sign)
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
    document = read_envelope(
        data,
        _read_signed,
        keys=lambda item: item.keys,
        wanted=authority_key,
        kind=DOCUMENT_TYPE,
        spec=SPEC_VERSION,
    )
    return attrs.evolve(document, pinned=authority_key is not None)


def _read_signed(reader: FieldReader, signed: Mapping[str, Any]) -> AuthorityDocument:
    path = "$.signed"
    issued, expires = reader.period(signed, path)
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
        region=reader.region(signed.get("region"), f"{path}.region"),
        contact=_contact(reader, signed.get("contact"), f"{path}.contact"),
        time_zone=reader.choice(signed.get("time_zone"), f"{path}.time_zone", tuple(ZONES)),
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
        permit_types={
            item.number: item
            for item in reader.each(
                signed, "permit_types", path, lambda item, place: _type(reader, item, place), needed=False
            )
            if item is not None
        },
        keys=reader.keys(signed, path),
        status_list=reader.optional_mapping(signed.get("status_list"), f"{path}.status_list"),
        log=reader.optional_mapping(signed.get("log"), f"{path}.log"),
        unknown={name: value for name, value in signed.items() if name not in known},
    )
    return document  # noqa: RET504 - the long call reads better with a name


def _contact(reader: FieldReader, item: Any, path: str) -> Contact | None:
    entry = reader.optional_mapping(item, path)
    if entry is None:
        return None
    names = [field.name for field in attrs.fields(Contact)]
    return Contact(
        **{name: reader.text(entry[name], f"{path}.{name}") for name in names if entry.get(name) is not None}
    )


def _certificate(reader: FieldReader, item: Any, path: str) -> x509.Certificate | None:
    text = reader.text(reader.mapping(item, path).get("certificate"), f"{path}.certificate")
    try:
        if text.startswith("-----BEGIN"):
            return x509.load_pem_x509_certificate(text.encode("ascii"))
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except (ValueError, x509.InvalidVersion):
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


def _type(reader: FieldReader, item: Any, path: str) -> PublishedType | None:
    entry = reader.mapping(item, path)
    number = entry.get("number")
    code, name = (
        reader.text(entry.get("code"), f"{path}.code"),
        reader.text(entry.get("name"), f"{path}.name"),
    )
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _TYPE_NUMBERS:
        reader.problem(f"{path}.number", "expected a whole number from 0 to 4294967295")
        return None
    return PublishedType(number=number, code=code, name=name)


def _qr_key(reader: FieldReader, item: Any, path: str) -> QrKey | None:
    entry = reader.mapping(item, path)
    kid = reader.hexadecimal(entry.get("kid"), f"{path}.kid")
    key = reader.key(entry.get("key"), f"{path}.key")
    start, end = reader.span(entry, path)
    if not 1 <= len(kid) <= _KID_BYTES:
        reader.problem(f"{path}.kid", "expected 1 to 8 bytes in hexadecimal")
    return None if key is None else QrKey(kid=kid, key=key, start=start, end=end)
