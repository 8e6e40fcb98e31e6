"""The envelope of what is published as JSON: ``signed``, and ``signatures`` over its canonical form (RFC 8785)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import attrs
import rfc8785

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.i18n import N_, Clause
from perizinan_core.published._keys import PublicKey, algorithm_name, fits, thumbprint
from perizinan_core.published._strict_json import load_json
from perizinan_core.published._wire import Keys, Positive, ProblemsError, problem_at, structured, unstructured

MAX_BYTES = 4 * 1024 * 1024
"""Largest file that is read, in bytes."""

_SPEC_VERSION = "1"
_FRAME = {"document_type", "spec_version"}


@attrs.frozen(kw_only=True)
class SignedDocument:
    """What is published in an envelope, and lists the keys that sign it."""

    document_type: ClassVar[str]
    refusal: ClassVar[str]
    """Code of the error when it cannot be used."""

    version: Positive = attrs.field(validator=attrs.validators.ge(1))
    """Rises with every change."""

    issued: datetime
    expires: datetime
    """After this moment it is too old to judge by."""

    keys: Keys
    """Keys that sign it."""

    unknown: Mapping[str, Any] = attrs.field(factory=dict, metadata={"omit": True})
    """Fields of a newer version: kept, ignored."""

    @cached_property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints (RFC 7638) of the keys."""
        return tuple(thumbprint(key) for key in self.keys)

    def to_json(self) -> dict[str, Any]:
        """Return the ``signed`` part."""
        frame = {"document_type": self.document_type, "spec_version": _SPEC_VERSION}
        return {**self.unknown, **frame, **unstructured(self)}

    @property
    def contradiction(self) -> tuple[str, str] | None:
        """The field that cannot be beside the others, and why."""
        return ("expires", N_("lies before issued")) if self.expires <= self.issued else None


T = TypeVar("T", bound=SignedDocument)


@attrs.frozen(kw_only=True)
class _Envelope:
    signed: Mapping[str, Any]
    signatures: tuple[Mapping[str, Any], ...]


def sign_statement(signed: Mapping[str, Any], *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return a statement of the office that lists no keys, with one signature; see `signed_by`.

    Args:
        signed: JSON values.
        key: Public half of the signing key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.
    """
    return _with_signature({"signed": signed, "signatures": []}, key=key, sign=sign)


def sign_envelope(made: SignedDocument, *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return the file with one signature.

    Args:
        made: What to state; ``key`` must be among its ``keys``.
        key: Public half of the signing key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.

    Raises:
        AuthorityDocumentError: it breaks a rule of the reader, or the signature does not fit.
    """
    data = _with_signature({"signed": made.to_json(), "signatures": []}, key=key, sign=sign)
    read_envelope(data, type(made))
    return data


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
    canonical = rfc8785.dumps(envelope["signed"])
    entry = {"keyid": thumbprint(key), "alg": algorithm_name(key), "sig": sign(canonical).hex()}
    return rfc8785.dumps({**envelope, "signatures": [*envelope["signatures"], entry]}) + b"\n"


def read_envelope(data: bytes, made: type[T], wanted: str | None = None) -> T:
    """
    Return what ``signed`` describes, when a key that it lists signed it.

    Args:
        data: The file.
        made: Class of what it describes.
        wanted: Fingerprint (RFC 7638) of the key that must have signed it, or None.

    Raises:
        AuthorityDocumentError: with every problem and its path.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``wanted``.
    """
    try:
        found, signers = _read(data, made)
    except ProblemsError as error:
        raise AuthorityDocumentError(made.refusal, problems=error.problems) from error
    if wanted is not None and wanted not in signers:
        raise AuthorityDocumentError("authority-key", expected=wanted, received=", ".join(sorted(signers)))
    return found


def _read(data: bytes, made: type[T]) -> tuple[T, set[str]]:
    if len(data) > MAX_BYTES:
        raise ProblemsError(Clause("it is larger than {limit} bytes", limit=MAX_BYTES))
    try:
        content = load_json(data)
    except ValueError as error:
        raise ProblemsError(Clause("it is not JSON, or a key comes twice")) from error
    envelope = structured(_Envelope, content)
    signed = dict(envelope.signed)
    kind = made.document_type
    if signed.get("document_type") != kind or signed.get("spec_version") != _SPEC_VERSION:
        expected = Clause(
            "expected document_type {kind} and spec_version {version}", kind=kind, version=_SPEC_VERSION
        )
        raise ProblemsError(problem_at("$.signed", expected))
    found = structured(made, signed, "$.signed")
    try:
        canonical = rfc8785.dumps(signed)
    except (ValueError, RecursionError) as error:
        problem = Clause("{path} holds numbers or texts that have no canonical form", path="$.signed")
        raise ProblemsError(problem) from error
    known = {field.name for field in attrs.fields(made)} | _FRAME
    unknown = {name: value for name, value in signed.items() if name not in known}
    return attrs.evolve(found, unknown=unknown), _signers(found.keys, envelope.signatures, canonical)


def signed_by(data: bytes, keys: Iterable[PublicKey]) -> bool:
    """Return True when a readable file carries a sound signature by one of ``keys``."""
    envelope: dict[str, Any] = json.loads(data)
    judged = _judged(keys, envelope["signatures"], rfc8785.dumps(envelope["signed"]))
    return any(is_sound for _, _, is_sound in judged)


def _judged(
    keys: Iterable[PublicKey], signatures: Sequence[Mapping[str, Any]], canonical: bytes
) -> list[tuple[int, str, bool]]:
    """Return place, key id, and whether it is sound, for each signature by one of the keys."""
    known = {thumbprint(key): key for key in keys}
    named = [(place, str(entry.get("keyid")), entry) for place, entry in enumerate(signatures)]
    # A key of a later version, or of someone else, says nothing either way.
    return [
        (place, name, _is_sound(entry, known[name], canonical))
        for place, name, entry in named
        if name in known
    ]


def _is_sound(entry: Mapping[str, Any], key: PublicKey, canonical: bytes) -> bool:
    try:
        return entry["alg"] == algorithm_name(key) and fits(key, bytes.fromhex(entry["sig"]), canonical)
    except (KeyError, TypeError, ValueError):
        return False


def _signers(
    keys: Iterable[PublicKey], signatures: Sequence[Mapping[str, Any]], canonical: bytes
) -> set[str]:
    judged = _judged(keys, signatures, canonical)
    problems = [
        problem_at(f"$.signatures[{place}]", Clause("the signature does not fit the document"))
        for place, _, is_sound in judged
        if not is_sound
    ]
    if not judged:
        problems.append(problem_at("$.signatures", Clause("no signature by a key of the document")))
    if problems:
        raise ProblemsError(*problems)
    return {name for _, name, _ in judged}
