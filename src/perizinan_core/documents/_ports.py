"""
Ports of the documents room: what a store of files promises, and what an upload scanner does.

The rules of a `DocumentStore`:

1. Content is named by its SHA-256 (64 lower-case hexadecimal digits); putting it twice is one file.
2. `put()` either returns and the bytes are durable, or raises and nothing is left behind.
3. No one reads wrong bytes unnoticed: a reader checks the hash before it hands out its last chunk.
4. A *link* is a write-once name for content. It never changes, and what it names cannot be deleted.

A store that is `SealableStore` as well can hold its documents sealed (`SealedDocumentStore`).

``perizinan_core.testing._document_store.DocumentStoreSuite`` holds any store to these rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

import attrs

from perizinan_core.documents._report import Finding, UploadReport
from perizinan_core.documents._spool import Spool

__all__ = [
    "AddressingStore",
    "CheckedScanner",
    "DocumentStore",
    "PublishingStore",
    "SealableStore",
    "SpoolingStore",
    "StoreProblem",
    "StoredDocument",
    "UploadScanner",
    "keep_spool",
    "public_address",
    "put_public",
    "spool_for",
]


@attrs.frozen
class StoredDocument:
    """Content that the store holds."""

    sha256: str
    """Its name: SHA-256 in 64 lower-case hexadecimal digits."""

    size: int
    """Number of bytes."""


@attrs.frozen
class StoreProblem:
    """Something that a sweep over the whole store found wrong."""

    code: str
    """``"damaged"``, ``"odd-file"`` (not put there by the store) or ``"dangling-link"``."""

    name: str
    """The content hash, the link name, or the odd file's place inside the store."""


@runtime_checkable
class DocumentStore(Protocol):
    """Keeps files by content. Implementations are safe to use from many threads at once."""

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """
        Read ``stream`` to its end in small pieces and keep its bytes durably.

        Args:
            stream: Where the bytes come from; not closed.
            max_bytes: Stop and refuse as soon as more bytes than this have come.
            expected_sha256: Refuse unless the bytes have this hash.

        Raises:
            DocumentTooLargeError: More than ``max_bytes`` came.
            DocumentStoreError: ``document-hash-mismatch``: The bytes are not those announced.
            DocumentStoreUnavailableError: Disk or service refused; `DocumentStoreUnavailableError` with the
                code ``document-store-full`` when out of room.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """
        Return a reader whose hash is checked while it is read.

        The reader raises `DocumentDamagedError` instead of handing out the last piece of wrong bytes. Closing
        early, or the first ``seek()``, reads the rest for the check; after it ``seek()`` is free.

        Raises:
            DocumentNotFoundError: There is no such content.
        """
        ...

    def read(self, sha256: str, max_bytes: int) -> bytes:
        """
        Return the whole content, its hash checked.

        Raises:
            DocumentNotFoundError: There is no such content.
            DocumentTooLargeError: It has more than ``max_bytes`` bytes.
            DocumentDamagedError: The bytes do not match the hash.
        """
        ...

    def exists(self, sha256: str) -> bool:
        """Return whether the content is there; does not read it."""
        ...

    def size(self, sha256: str) -> int:
        """
        Return the number of bytes.

        Raises:
            DocumentNotFoundError: There is no such content.
        """
        ...

    def delete(self, sha256: str) -> bool:
        """
        Remove content (a draft's, or after retention) and return whether it was there.

        The store does not know which records point to content: the caller deletes only what no record needs.

        Raises:
            DocumentStoreError: ``document-in-use``: A write-once name stands for it.
        """
        ...

    def link(self, name: str, sha256: str) -> None:
        """
        Make ``name`` stand for content, once and for good; atomic, and repeating it changes nothing.

        Args:
            name: One to four parts of ``[a-z0-9][a-z0-9._-]*`` joined by ``/``, at most 200 characters,
                e.g. ``"signed/<sha256 of the unsigned file>"``.
            sha256: Content that the store holds.

        Raises:
            LinkConflictError: The name stands for other content.
            DocumentNotFoundError: There is no such content.
        """
        ...

    def resolve(self, name: str) -> str | None:
        """Return the hash that ``name`` stands for, or None."""
        ...

    def documents(self) -> Iterator[StoredDocument]:
        """Yield all content, in the order of the hashes."""
        ...

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield all links as (name, hash), in the order of the names."""
        ...

    def verify(self) -> Iterator[StoreProblem]:
        """
        Read everything and yield what is wrong; an empty answer means that all bytes are as they were
        put.
        """
        ...


@runtime_checkable
class SpoolingStore(DocumentStore, Protocol):
    """A store that keeps an upload without copying it, because the spool lies in its own file system."""

    def new_spool(self, *, max_bytes: int | None = None) -> Spool:
        """
        Return an empty spool for an upload that may be kept here.

        Args:
            max_bytes: Most bytes that it takes.

        Raises:
            DocumentStoreUnavailableError: Disk or service refused.
        """
        ...

    def take_over(self, spool: Spool, *, expected_sha256: str) -> StoredDocument:
        """
        Keep what a spool holds durably; copied only where it lies in another file system.

        Args:
            spool: A sealed spool; it is still to be closed.
            expected_sha256: Refuse unless the bytes have this hash.

        Raises:
            DocumentStoreError: ``document-hash-mismatch``: The bytes are not those announced.
            DocumentStoreUnavailableError: Disk or service refused.
        """
        ...


@runtime_checkable
class SealableStore(DocumentStore, Protocol):
    """
    A store that can hold sealed documents, because it finds content by labels and gives single beginnings.

    A *label* is a name for content that can be taken away again, and does not keep the content. Labels are two parts of
    a link name (``files/…``); the first part is their folder.
    """

    def beginning(self, sha256: str, count: int) -> bytes:
        """
        Return the first bytes of content, as many as there are up to ``count``; their hash is not checked.

        Raises:
            DocumentNotFoundError: There is no such content.
        """
        ...

    def label(self, name: str, sha256: str) -> None:
        """
        Make a label stand for content, in place of what it stood for; durable, and repeating it changes nothing.

        Raises:
            DocumentStoreError: ``invalid-link-name``: It is not a label of two parts.
        """
        ...

    def labelled(self, name: str) -> str | None:
        """Return the hash that a label stands for, or None; whether that content is there is not said."""
        ...

    def unlabel(self, name: str) -> None:
        """Take a label away; one that is not there is gone already."""
        ...

    def labels(self, folder: str) -> Iterator[tuple[str, str]]:
        """Yield the labels of a folder as (name, hash), in the order of the names."""
        ...

    def relink(self, name: str, old: str, new: str) -> None:
        """
        Let a write-once name that stands for ``old`` stand for ``new``: the same document in another form.

        Only sealing may do this, after it has read ``new`` back. A name that stands for something else stays as it is.

        Raises:
            DocumentNotFoundError: There is no content ``new``.
        """
        ...


@runtime_checkable
class AddressingStore(DocumentStore, Protocol):
    """A store at a service that hands content out itself, to anyone who has a signed address."""

    def address(self, sha256: str, seconds: int) -> str:
        """
        Return an address under which content can be read as it is stored, without a key, for some seconds.

        The service checks no rights and no hash.

        Raises:
            DocumentNotFoundError: There is no such content.
        """
        ...


@runtime_checkable
class PublishingStore(DocumentStore, Protocol):
    """A store that keeps what is given out anyway apart from what is private."""

    def put_public(self, stream: BinaryIO, *, expected_sha256: str | None = None) -> StoredDocument:
        """Keep a document that the office gives out, e.g. an issued permit; otherwise as `DocumentStore.put`."""
        ...

    def public_address(self, sha256: str, seconds: int) -> str | None:
        """Return an address of `AddressingStore` for content that is kept in plain; None: there is no such address."""
        ...


def put_public(
    store: DocumentStore, stream: BinaryIO, *, expected_sha256: str | None = None
) -> StoredDocument:
    """Keep an issued permit; in plain where the store seals and the office chose so. Raises as `DocumentStore.put`."""
    put = store.put_public if isinstance(store, PublishingStore) else store.put
    return put(stream, expected_sha256=expected_sha256)


def public_address(store: DocumentStore, sha256: str, seconds: int) -> str | None:
    """Return an address at the service of a store under which content can be read, or None."""
    if isinstance(store, PublishingStore):
        return store.public_address(sha256, seconds)
    return store.address(sha256, seconds) if isinstance(store, AddressingStore) else None


def spool_for(store: DocumentStore, *, max_bytes: int | None = None) -> Spool:
    """
    Return an empty spool for an upload that a store may keep.

    Args:
        store: Where the upload shall go.
        max_bytes: Most bytes that the spool takes.

    Raises:
        DocumentStoreUnavailableError: Disk or service refused.
    """
    return (
        store.new_spool(max_bytes=max_bytes)
        if isinstance(store, SpoolingStore)
        else Spool(max_bytes=max_bytes)
    )


def keep_spool(spool: Spool, store: DocumentStore, *, expected_sha256: str) -> StoredDocument:
    """
    Keep what a spool holds in a store.

    Args:
        spool: A sealed spool; it is still to be closed.
        store: Where it goes.
        expected_sha256: Refuse unless the bytes have this hash, e.g. that of the report of their inspection.

    Raises:
        DocumentStoreError: ``document-hash-mismatch``: The bytes are not those announced.
        DocumentStoreUnavailableError: Disk or service refused; `DocumentStoreUnavailableError` with the code
            ``document-store-full`` when out of room.
    """
    if isinstance(store, SpoolingStore):
        return store.take_over(spool, expected_sha256=expected_sha256)
    with spool.reader() as reader:
        return store.put(reader, expected_sha256=expected_sha256)


@runtime_checkable
class UploadScanner(Protocol):
    """
    Looks at an upload after our own inspection; plugins add e.g. a virus scanner.

    Called only for files that nothing refused so far, at most once a file, possibly from several threads.
    An exception leaves the file without a verdict (`"scanner-failed"`): it is held, and looked at again later.
    """

    @property
    def name(self) -> str:
        """Short name for operators, e.g. ``"clamav"``; it is read only, so a frozen class will do."""
        ...

    def scan(self, path: Path, report: UploadReport) -> Iterable[Finding]:
        """
        Return what this scanner found; nothing when all is well.

        Args:
            path: The file to read; it is gone or moved after the call. Its name tells nothing.
            report: What is known so far: content type, hash, size, findings.
        """
        ...


@runtime_checkable
class CheckedScanner(Protocol):
    """A scanner that can say whether the service behind it is there; ``perizinan doctor`` asks it."""

    def check(self) -> None:
        """Return when the service answers and knows what to look for; raise what is wrong otherwise."""
        ...
