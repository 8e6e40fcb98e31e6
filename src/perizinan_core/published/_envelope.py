"""The envelope of what is published as JSON: ``signed``, and ``signatures`` over its canonical form (RFC 8785)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import attrs

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.i18n import Clause
from perizinan_core.published._keys import PublicKey, algorithm_name, fits, thumbprint
from perizinan_core.published._strict_json import parse_json
from perizinan_core.published._wire import structured

__all__ = ["MAX_BYTES", "countersign", "read_envelope", "sign_envelope", "signed_by"]

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


@attrs.frozen(kw_only=True)
class _Envelope:
    signed: Mapping[str, Any]
    signatures: tuple[Mapping[str, Any], ...]


class _Signed(Protocol):
    """What lists the keys that sign it."""

    @property
    def keys(self) -> tuple[PublicKey, ...]: ...


T = TypeVar("T", bound=_Signed)


def read_envelope(
    data: bytes, made: type[T], *, wanted: str | None, kind: str, spec: str
) -> tuple[T, Mapping[str, Any]]:
    """
    Return what ``signed`` describes, and its data, when a key that it lists signed it.

    Args:
        data: The file.
        made: Class of what it describes.
        wanted: Fingerprint (RFC 7638) of the key that must have signed it, or None.
        kind: Its ``document_type``.
        spec: Its ``spec_version``.

    Raises:
        AuthorityDocumentError: with every problem and its path.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``wanted``.
    """
    import rfc8785

    if len(data) > MAX_BYTES:
        raise _refused(Clause("it is larger than {limit} bytes", limit=MAX_BYTES))
    envelope = structured(_Envelope, parse_json(data))
    signed = envelope.signed
    if signed.get("document_type") != kind or signed.get("spec_version") != spec:
        told = Clause("expected document_type {kind} and spec_version {version}", kind=kind, version=spec)
        raise _refused(Clause("{path}: {what}", path="$.signed", what=told))
    found = structured(made, signed, "$.signed")
    try:
        canonical = rfc8785.dumps(dict(signed))
    except (ValueError, RecursionError) as error:
        problem = Clause("{path} holds numbers or texts that have no canonical form", path="$.signed")
        raise _refused(problem) from error
    signers = _signers(found.keys, envelope.signatures, canonical)
    if wanted is not None and wanted not in signers:
        raise AuthorityDocumentError("authority-key", expected=wanted, received=", ".join(sorted(signers)))
    return found, signed


def _refused(problem: Clause) -> AuthorityDocumentError:
    return AuthorityDocumentError("authority-document", problems=(problem,))


def signed_by(data: bytes, keys: Iterable[PublicKey]) -> bool:
    """Return True when a readable file carries a sound signature by one of ``keys``."""
    import rfc8785

    envelope: dict[str, Any] = json.loads(data)
    canonical = rfc8785.dumps(envelope["signed"])
    known = {thumbprint(key): key for key in keys}
    return any(
        str(entry.get("keyid")) in known and _is_sound(entry, known[str(entry["keyid"])], canonical)
        for entry in envelope["signatures"]
    )


def _is_sound(entry: Mapping[str, Any], key: PublicKey, canonical: bytes) -> bool:
    try:
        return entry["alg"] == algorithm_name(key) and fits(key, bytes.fromhex(entry["sig"]), canonical)
    except (KeyError, TypeError, ValueError):
        return False


def _signers(
    keys: Iterable[PublicKey], signatures: Sequence[Mapping[str, Any]], canonical: bytes
) -> set[str]:
    known = {thumbprint(key): key for key in keys}
    signers: set[str] = set()
    problems: list[Clause] = []
    for place, entry in enumerate(signatures):
        name = str(entry.get("keyid"))
        if name not in known:
            continue  # a key of a later version, or of someone else: says nothing either way
        if not _is_sound(entry, known[name], canonical):
            what = Clause("the signature does not fit the document")
            problems.append(Clause("{path}: {what}", path=f"$.signatures[{place}]", what=what))
        signers.add(name)
    if not signers:
        what = Clause("no signature by a key of the document")
        problems.append(Clause("{path}: {what}", path="$.signatures", what=what))
    if problems:
        raise AuthorityDocumentError("authority-document", problems=tuple(problems))
    return signers
