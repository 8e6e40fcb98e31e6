"""Signing ``authority.json`` and reading it again, strictly: every problem at once, with its path."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from perizinan_core.published._authority_document import (
    DOCUMENT_TYPE,
    SPEC_VERSION,
    AuthorityDocument,
)
from perizinan_core.published._envelope import MAX_BYTES, read_envelope, sign_envelope
from perizinan_core.published._keys import PublicKey

__all__ = ["MAX_BYTES", "read_authority_document", "sign_authority_document"]


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
        AuthorityDocumentError: ``authority-key``: when it is not signed by ``authority_key``.
    """
    document, signed = read_envelope(
        data, AuthorityDocument, wanted=authority_key, kind=DOCUMENT_TYPE, spec=SPEC_VERSION
    )
    known = {field.name for field in attrs.fields(AuthorityDocument)} | {"document_type", "spec_version"}
    unknown = {name: value for name, value in signed.items() if name not in known}
    return attrs.evolve(document, unknown=unknown, pinned=authority_key is not None)
