"""The envelope of what is published as JSON: ``signed``, and ``signatures`` over its canonical form (RFC 8785)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from perizinan_core.errors.verification import AuthorityDocumentError, AuthorityKeyError
from perizinan_core.i18n import Clause
from perizinan_core.published._keys import PublicKey, algorithm_name, fits, thumbprint
from perizinan_core.published._strict_json import FieldReader, parse_json

__all__ = ["MAX_BYTES", "countersign", "read_envelope", "sign_envelope", "signed_by"]

T = TypeVar("T")

MAX_BYTES = 4 * 1024 * 1024
"""Largest file that is read, in bytes."""


def sign_envelope(signed: Mapping[str, Any], *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the file with one signature."""
    return _with_signature({"signed": signed, "signatures": []}, key=key, sign=sign)


def countersign(data: bytes, *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return a signed file with one more signature, by a key that need not be listed in it.

    Args:
        data: A signed file.
        key: Public half of the further key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.
    """
    return _with_signature(json.loads(data), key=key, sign=sign)


def _with_signature(envelope: Mapping[str, Any], *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    import rfc8785

    canonical = rfc8785.dumps(envelope["signed"])
    entry = {"keyid": thumbprint(key), "alg": algorithm_name(key), "sig": sign(canonical).hex()}
    return rfc8785.dumps({**envelope, "signatures": [*envelope["signatures"], entry]}) + b"\n"


def read_envelope(
    data: bytes,
    read: Callable[[FieldReader, Mapping[str, Any]], T],
    *,
    keys: Callable[[T], Iterable[PublicKey]],
    wanted: str | None,
    kind: str,
    spec: str,
) -> T:
    """
    Return what ``read`` makes of ``signed``, when a key that it lists signed it.

    Args:
        data: The file.
        read: Reads ``signed`` and notes its problems.
        keys: Returns the keys that the result lists.
        wanted: Fingerprint (RFC 7638) of the key that must have signed it, or None.
        kind: Its ``document_type``.
        spec: Its ``spec_version``.

    Raises:
        AuthorityDocumentError: with every problem and its path.
        AuthorityKeyError: it is not signed by ``wanted``.
    """
    import rfc8785

    if len(data) > MAX_BYTES:
        raise AuthorityDocumentError((Clause("it is larger than {limit} bytes", limit=MAX_BYTES),))
    reader = FieldReader()
    top = reader.mapping(parse_json(data), "$")
    signed = reader.mapping(top.get("signed"), "$.signed")
    signatures = reader.sequence(top.get("signatures"), "$.signatures")
    reader.stop_on_problems()
    if signed.get("document_type") != kind or signed.get("spec_version") != spec:
        told = Clause("expected document_type {kind} and spec_version {version}", kind=kind, version=spec)
        reader.problem("$.signed", told)
    made = read(reader, signed)
    reader.stop_on_problems()
    try:
        canonical = rfc8785.dumps(dict(signed))
    except (ValueError, RecursionError) as error:
        raise AuthorityDocumentError(
            (Clause("{path} holds numbers or texts that have no canonical form", path="$.signed"),)
        ) from error
    signers = _signers(reader, {thumbprint(key): key for key in keys(made)}, signatures, canonical)
    reader.stop_on_problems()
    if wanted is not None and wanted not in signers:
        raise AuthorityKeyError(expected=wanted, received=", ".join(sorted(signers)))
    return made


def signed_by(data: bytes, keys: Iterable[PublicKey]) -> bool:
    """Return True when a readable file carries a sound signature by one of ``keys``."""
    import rfc8785

    envelope: dict[str, Any] = json.loads(data)
    canonical = rfc8785.dumps(envelope["signed"])
    known = {thumbprint(key): key for key in keys}
    for entry in envelope["signatures"]:
        key = known.get(str(entry.get("keyid")))
        try:
            if key is None or entry["alg"] != algorithm_name(key):
                continue
            if fits(key, bytes.fromhex(entry["sig"]), canonical):
                return True
        except (KeyError, TypeError, ValueError):
            continue
    return False


def _signers(
    reader: FieldReader, keys: Mapping[str, PublicKey], signatures: Sequence[Any], canonical: bytes
) -> set[str]:
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
