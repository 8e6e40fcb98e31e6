"""
The directory of offices: a signed list of who publishes an authority document, where, and with which key.

An envelope like that of the authority document (``docs/reference/directory.md``): ``signed`` holds the list,
``signatures`` the signatures over its canonical form by keys that it lists itself. Anyone who knows the directory's
key need not be given the key of every office by itself, and a document that is not signed by the key of its
entry is not used. An entry names one key; an office that changes its key signs with both for a while.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, ClassVar, Self

import attrs

from perizinan_core._exchange import is_local_http
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._envelope import SignedDocument, read_envelope, sign_envelope
from perizinan_core.published._keys import PublicKey
from perizinan_core.published._wire import Region, Rule

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Form of an office's short name; nothing else names a file."""

_Slug = Annotated[str, Rule(SLUG.fullmatch, N_("expected a short name such as kota-contoh"))]
_Thumbprint = Annotated[
    str,
    Rule(re.compile("[A-Za-z0-9_-]{43}").fullmatch, N_("expected the fingerprint of a key (RFC 7638)")),
]
_Address = Annotated[
    str,
    Rule(lambda text: text.startswith("https://") or is_local_http(text), N_("expected an https address")),
]


@attrs.frozen(kw_only=True)
class DirectoryEntry:
    """One office."""

    slug: _Slug
    name: str
    region: Region | None = None
    """Kemendagri code, e.g. ``"35.72"``."""

    key: _Thumbprint
    """Fingerprint (RFC 7638) of a key that signs its authority document."""

    address: _Address
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
class Directory(SignedDocument):
    """A signed list of offices."""

    document_type: ClassVar[str] = "perizinan-directory"
    refusal: ClassVar[str] = "directory"

    name: str
    """Who keeps it."""

    offices: tuple[DirectoryEntry, ...]

    @cached_property
    def by_slug(self) -> Mapping[str, DirectoryEntry]:
        """The entries by short name."""
        return {item.slug: item for item in self.offices}

    @property
    def contradiction(self) -> tuple[str, str] | None:
        """The field that cannot be beside the others, and why."""
        if len(self.by_slug) != len(self.offices):
            return "offices", N_("names an office twice")
        return super().contradiction


def sign_directory(made: Directory, *, key: PublicKey, sign: Callable[[bytes], bytes]) -> bytes:
    """
    Return ``directory.json``.

    Args:
        made: What to state; ``key`` must be among its ``keys``.
        key: Public half of the signing key.
        sign: Returns the signature over its argument; see `keys.signing_callback`.

    Raises:
        AuthorityDocumentError: ``directory``: it breaks a rule of the reader, or the signature does not fit.
    """
    return sign_envelope(made, key=key, sign=sign)


def read_directory(data: bytes, *, directory_key: str | None = None) -> Directory:
    """
    Read and check ``directory.json``; whether it has expired is the caller's matter.

    Args:
        data: The file.
        directory_key: Fingerprint of the key that must have signed it; None trusts it as it was given.

    Raises:
        AuthorityDocumentError: ``directory``: with every problem and its path.
        AuthorityDocumentError: ``authority-key``: it is not signed by ``directory_key``.
    """
    return read_envelope(data, Directory, directory_key)
