"""Copying one document store into another, by hash."""

from __future__ import annotations

from perizinan_core.documents._ports import DocumentStore
from perizinan_core.errors.documents import DocumentDamagedError, DocumentNotFoundError

__all__ = ["copy_documents"]


def copy_documents(source: DocumentStore, target: DocumentStore) -> tuple[str, ...]:
    """
    Copy the content that the target lacks; every byte is checked against its hash on the way.

    Content that someone deletes meanwhile is passed over.

    Returns:
        Hashes of content that is damaged in the source, and therefore not in the target.
    """
    damaged = []
    for document in source.documents():
        if target.exists(document.sha256):
            continue
        try:
            with source.open(document.sha256) as reader:
                target.put(reader, expected_sha256=document.sha256)
        except DocumentNotFoundError:
            continue
        except DocumentDamagedError:
            damaged.append(document.sha256)
    return tuple(damaged)
