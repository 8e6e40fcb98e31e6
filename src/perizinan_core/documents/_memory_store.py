"""
A `DocumentStore` that keeps everything in memory: for tests and examples, with all the rules of the real
ones.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import BinaryIO

from perizinan_core.documents._keys import checked_hash, checked_label, checked_link_name
from perizinan_core.documents._ports import StoredDocument, StoreProblem
from perizinan_core.documents._reading import IncomingBytes, checked_reader
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentNotFoundError,
    DocumentStoreError,
    DocumentTooLargeError,
    LinkConflictError,
)

__all__ = ["InMemoryDocumentStore"]


class InMemoryDocumentStore:
    """Nothing outlives the process; otherwise the same as `FolderDocumentStore`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._content: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._labels: dict[str, str] = {}

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """See `DocumentStore.put`."""
        if expected_sha256 is not None:
            checked_hash(expected_sha256)
        incoming = IncomingBytes(stream, max_bytes=max_bytes)
        content = b"".join(incoming)
        sha256 = incoming.sha256(expected_sha256)
        with self._lock:
            self._content[sha256] = content
        return StoredDocument(sha256, len(content))

    def open(self, sha256: str) -> BinaryIO:
        """See `DocumentStore.open`."""
        content = self._found(sha256)
        return checked_reader(io.BytesIO(content), sha256, len(content))

    def read(self, sha256: str, max_bytes: int) -> bytes:
        """See `DocumentStore.read`."""
        if self.size(sha256) > max_bytes:
            raise DocumentTooLargeError(limit_bytes=max_bytes)
        with self.open(sha256) as reader:
            return reader.read()

    def exists(self, sha256: str) -> bool:
        """See `DocumentStore.exists`."""
        return checked_hash(sha256) in self._content

    def size(self, sha256: str) -> int:
        """See `DocumentStore.size`."""
        return len(self._found(sha256))

    def delete(self, sha256: str) -> bool:
        """See `DocumentStore.delete`."""
        checked_hash(sha256)
        with self._lock:
            names = tuple(sorted(name for name, target in self._names.items() if target == sha256))
            if names:
                raise DocumentStoreError("document-in-use", sha256=sha256, names=names)
            return self._content.pop(sha256, None) is not None

    def link(self, name: str, sha256: str) -> None:
        """See `DocumentStore.link`."""
        checked_link_name(name)
        with self._lock:
            self._found(sha256)
            existing = self._names.setdefault(name, sha256)
        if existing != sha256:
            raise LinkConflictError(name, existing, sha256)

    def resolve(self, name: str) -> str | None:
        """See `DocumentStore.resolve`."""
        return self._names.get(checked_link_name(name))

    def documents(self) -> Iterator[StoredDocument]:
        """See `DocumentStore.documents`."""
        for sha256, content in sorted(self._content.items()):
            yield StoredDocument(sha256, len(content))

    def links(self) -> Iterator[tuple[str, str]]:
        """See `DocumentStore.links`."""
        yield from sorted(self._names.items())

    def verify(self) -> Iterator[StoreProblem]:
        """See `DocumentStore.verify`."""
        for document in self.documents():
            try:
                self.read(document.sha256, document.size)
            except DocumentDamagedError:
                yield StoreProblem("damaged", document.sha256)
            except DocumentNotFoundError:  # deleted meanwhile
                continue

    def beginning(self, sha256: str, count: int) -> bytes:
        """See `SealableStore.beginning`."""
        return self._found(sha256)[:count]

    def label(self, name: str, sha256: str) -> None:
        """See `SealableStore.label`."""
        self._labels[checked_label(name)] = checked_hash(sha256)

    def labelled(self, name: str) -> str | None:
        """See `SealableStore.labelled`."""
        return self._labels.get(checked_label(name))

    def unlabel(self, name: str) -> None:
        """See `SealableStore.unlabel`."""
        self._labels.pop(checked_label(name), None)

    def labels(self, folder: str) -> Iterator[tuple[str, str]]:
        """See `SealableStore.labels`."""
        with self._lock:
            found = sorted(self._labels.items())
        yield from (item for item in found if item[0].startswith(f"{folder}/"))

    def relink(self, name: str, old: str, new: str) -> None:
        """See `SealableStore.relink`."""
        with self._lock:
            self._found(new)
            if self._names.get(checked_link_name(name)) == old:
                self._names[name] = new

    def damage(self, sha256: str) -> None:
        """
        Change one byte of stored content behind the store's back, so that tests can watch it being
        noticed.
        """
        content = bytearray(self._found(sha256))
        content[-1] ^= 1
        self._content[sha256] = bytes(content)

    def _found(self, sha256: str) -> bytes:
        content = self._content.get(checked_hash(sha256))
        if content is None:
            raise DocumentNotFoundError(sha256)
        return content
