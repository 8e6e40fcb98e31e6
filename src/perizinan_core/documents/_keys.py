"""The two kinds of names that a document store knows: content hashes and write-once link names."""

from __future__ import annotations

import re

from perizinan_core.errors.documents import DocumentStoreError, InvalidDocumentHashError

__all__ = ["checked_hash", "checked_label", "checked_link_name"]

_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*){0,3}")
_MAX_NAME = 200


def checked_hash(sha256: str) -> str:
    """
    Return ``sha256`` when it is 64 lower-case hexadecimal digits.

    Raises:
        InvalidDocumentHashError: It is not.
    """
    if not _HASH.fullmatch(sha256):
        raise InvalidDocumentHashError
    return sha256


def checked_link_name(name: str) -> str:
    """
    Return ``name`` when every kind of store can keep it as a link name.

    Raises:
        DocumentStoreError: ``invalid-link-name``: It cannot be kept.
    """
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise DocumentStoreError("invalid-link-name")
    return name


def checked_label(name: str) -> str:
    """
    Return ``name`` when every kind of store can keep it as a label: two parts of a link name.

    Raises:
        DocumentStoreError: ``invalid-link-name``: It cannot be kept.
    """
    if name.count("/") != 1:
        raise DocumentStoreError("invalid-link-name")
    return checked_link_name(name)
