"""
The directory of offices: a signed list of who publishes an authority document, where, and with which key.

An envelope like that of the authority document (``docs/reference/directory.md``): ``signed`` holds the list,
``signatures`` the signatures over its canonical form by keys that it lists itself. Whoever knows the directory's
key need not be told the key of every office by itself, and a document that is not signed by the key of its
entry is not used. An entry names one key; an office that changes its key signs with both for a while.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

import attrs

from perizinan_core.errors.authorities import DirectoryError
from perizinan_core.errors.verification import AuthorityDocumentError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._envelope import read_envelope, sign_envelope
from perizinan_core.published._keys import PublicKey, key_to_jwk, thumbprint
from perizinan_core.published._strict_json import FieldReader

__all__ = ["SLUG", "Directory", "DirectoryEntry", "is_local_http", "read_directory", "sign_directory"]

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Form of an office's short name; nothing else names a file."""

_KIND, _SPEC = "perizinan-directory", "1"
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


@attrs.frozen(kw_only=True)
class DirectoryEntry:
    """One office."""

    slug: str
    name: str
    region: str | None = None
    """Kemendagri code, e.g. ``"35.72"``."""

    key: str
    """Fingerprint (RFC 7638) of a key that signs its authority document."""

    address: str
    """Where it publishes its authority document."""

    @classmethod
    def of(cls, document: AuthorityDocument) -> Self:
        """Return the entry of an office whose document is trusted already."""
        return cls(
            slug=document.slug,
            name=document.name,
            region=document.region,
            key=document.key_ids[0],
            address=document.address,
        )


@attrs.frozen(kw_only=True)
class Directory:
    """A signed list of offices."""

    name: str
    """Who keeps it."""

    version: int = attrs.field(validator=attrs.validators.ge(1))
    """Rises with every issue."""

    issued: datetime
    expires: datetime
    """After this moment nothing is judged by it any more."""

    offices: tuple[DirectoryEntry, ...]
    keys: tuple[PublicKey, ...]
    """Keys that sign it."""

    @cached_property
    def by_slug(self) -> Mapping[str, DirectoryEntry]:
        """The entries by short name."""
        return {item.slug: item for item in self.offices}

    @cached_property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints (RFC 7638) of the keys."""
        return tuple(thumbprint(key) for key in self.keys)

    def to_json(self) -> dict[str, Any]:
        """Return the ``signed`` part."""
        return {
            "document_type": _KIND,
            "spec_version": _SPEC,
            "name": self.name,
            "version": self.version,
            "issued": self.issued.isoformat(),
            "expires": self.expires.isoformat(),
            "offices": [attrs.asdict(item) for item in self.offices],
            "keys": [key_to_jwk(item) for item in self.keys],
        }


def sign_directory(made: Directory, *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return ``directory.json``.

    Args:
        made: What to state; ``key`` must be among its ``keys``.
        key: Public half of the signing key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.

    Raises:
        DirectoryError: it breaks a rule of the reader, or the signature does not fit.
    """
    data = sign_envelope(made.to_json(), key=key, sign=sign)
    read_directory(data)
    return data


def read_directory(data: bytes, *, directory_key: str | None = None) -> Directory:
    """
    Read and check ``directory.json``; whether it has expired is the caller's matter.

    Args:
        data: The file.
        directory_key: Fingerprint of the key that must have signed it; None trusts it as it was given.

    Raises:
        DirectoryError: with every problem and its path.
        AuthorityKeyError: it is not signed by ``directory_key``.
    """
    try:
        return read_envelope(
            data, _read, keys=lambda item: item.keys, wanted=directory_key, kind=_KIND, spec=_SPEC
        )
    except AuthorityDocumentError as error:
        if type(error) is not AuthorityDocumentError:
            raise
        raise DirectoryError(error.problems) from error


def is_local_http(address: str) -> bool:
    """Return True for a plain-http address of this very machine, which no network can change."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _read(reader: FieldReader, signed: Mapping[str, Any]) -> Directory:
    path = "$.signed"
    issued, expires = reader.period(signed, path)
    offices = reader.each(signed, "offices", path, lambda item, place: _entry(reader, item, place))
    slugs = [item.slug for item in offices]
    if len(set(slugs)) != len(slugs):
        reader.problem(f"{path}.offices", "names an office twice")
    return Directory(
        name=reader.text(signed.get("name"), f"{path}.name"),
        version=reader.positive(signed.get("version"), f"{path}.version"),
        issued=issued,
        expires=expires,
        offices=offices,
        keys=reader.keys(signed, path),
    )


def _entry(reader: FieldReader, item: Any, path: str) -> DirectoryEntry:
    entry = reader.mapping(item, path)
    told = {
        name: reader.text(entry.get(name), f"{path}.{name}") for name in ("slug", "name", "key", "address")
    }
    if SLUG.fullmatch(told["slug"]) is None:
        reader.problem(f"{path}.slug", "expected a short name such as kota-contoh")
    if _THUMBPRINT.fullmatch(told["key"]) is None:
        reader.problem(f"{path}.key", "expected the fingerprint of a key (RFC 7638)")
    if not told["address"].startswith("https://") and not is_local_http(told["address"]):
        reader.problem(f"{path}.address", "expected an https address")
    return DirectoryEntry(**told, region=reader.region(entry.get("region"), f"{path}.region"))
