"""The documents of a backup, put back: sealed ones as they are, plain ones as the settings want them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Self

import attrs

from perizinan_core.documents import DocumentStore, SealedDocumentStore
from perizinan_core.documents._sealing import HEADER_BYTES, is_sealed
from perizinan_core.errors.documents import DocumentStoreError

__all__ = ["SavedDocuments"]


@attrs.frozen
class SavedDocuments:
    """Files of a backup by their hashes."""

    files: Mapping[str, Path]
    contents: Mapping[str, str]
    """Of those that are sealed: the SHA-256 of their content."""

    @classmethod
    def of(cls, files: Mapping[str, Path], target: DocumentStore, keys: Collection[str]) -> Self:
        """
        Return the files, and what is in those that are sealed.

        Args:
            files: By their hashes.
            target: Where they are to be put back.
            keys: What the backup says that they are sealed with.

        Raises:
            DocumentStoreError: ``documents-sealed``: The target is not one that seals.
            DocumentStoreError: ``document-key-missing``: A key is missing.
        """
        headers = {sha256: _header(path) for sha256, path in files.items()}
        sealed = {sha256: header for sha256, header in headers.items() if is_sealed(header)}
        if not sealed:
            return cls(files, {})
        if not isinstance(target, SealedDocumentStore):
            raise DocumentStoreError("documents-sealed", key=", ".join(keys) or "?")
        for lost in sorted(set(keys) - set(target.keys.names)):
            raise DocumentStoreError("document-key-missing", key=lost, known=target.keys.names)
        known = {sha256: target.keys.of_header(header) for sha256, header in sealed.items()}
        return cls(files, {sha256: found[1] for sha256, found in known.items() if found is not None})

    def are_all_of(self, store: DocumentStore) -> bool:
        """Return whether a store holds nothing but these."""
        known = {self.contents.get(sha256, sha256) for sha256 in self.files}
        return all(document.sha256 in known for document in store.documents())

    def put_back(self, target: DocumentStore) -> int:
        """
        Put back what a store lacks; return how many that were.

        A plain file is sealed where all documents are to be. Raises as `DocumentStore.put`.
        """
        added = 0
        for sha256, path in self.files.items():
            content = self.contents.get(sha256, sha256)
            if target.exists(content):
                continue
            added += 1
            with path.open("rb") as stream:
                if not isinstance(target, SealedDocumentStore):
                    target.put(stream, expected_sha256=sha256)
                elif sha256 in self.contents:
                    target.below.put(stream, expected_sha256=sha256)
                    target.relabel(sha256)
                elif target.public_in_plain:
                    target.below.put(stream, expected_sha256=sha256)
                else:
                    target.put(stream, expected_sha256=sha256)
        return added


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)
