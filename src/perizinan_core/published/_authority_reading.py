"""Signing ``authority.json`` and reading it again, strictly: every problem at once, with its path."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from cryptography import x509

from perizinan_core.errors.verification import AuthorityDocumentError, AuthorityKeyError
from perizinan_core.i18n import Clause
from perizinan_core.published._authority_document import (
    DOCUMENT_TYPE,
    SPEC_VERSION,
    ZONES,
    AuthorityDocument,
    PublishedType,
    QrKey,
    RegisteredDelegation,
    Signatory,
)
from perizinan_core.published._keys import PublicKey, algorithm_name, fits, key_from_jwk, thumbprint
from perizinan_core.published._strict_json import FieldReader, parse_json

__all__ = ["MAX_BYTES", "read_authority_document", "sign_authority_document"]

MAX_BYTES = 4 * 1024 * 1024
"""Largest authority document that is read, in bytes."""

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
        raise AuthorityDocumentError((Clause("it is larger than {limit} bytes", limit=MAX_BYTES),))
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
            (Clause("{path} holds numbers or texts that have no canonical form", path="$.signed"),)
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
        told = Clause(
            "expected document_type {kind} and spec_version {version}",
            kind=DOCUMENT_TYPE,
            version=SPEC_VERSION,
        )
        reader.problem(path, told)
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
