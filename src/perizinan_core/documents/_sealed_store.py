"""
Any document store, with its documents sealed under the office's key.

To everyone else it is a `DocumentStore`: content is named by its SHA-256. In the store below lies what `_sealing` makes
of it, named by the SHA-256 of the sealed bytes, and these labels::

    files/KEY-DIGEST   which sealed document a content is; DIGEST is the content's SHA-256, encrypted
    keys/KEY           that documents are sealed with this key, so that another key is refused at once

A label goes with its document. Write-once names are those of the store below, and stand for sealed documents there.
Documents from before the store was sealed are read as they are, and `seal_documents` seals them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, TypeVar

from perizinan_core.documents._keys import checked_hash, checked_link_name
from perizinan_core.documents._ports import (
    AddressingStore,
    DocumentStore,
    SealableStore,
    StoredDocument,
    StoreProblem,
)
from perizinan_core.documents._reading import IncomingBytes, checked_reader
from perizinan_core.documents._sealing import (
    HEADER_BYTES,
    SealingStream,
    SealKey,
    SealKeys,
    is_sealed,
    opened,
    plain_size,
)
from perizinan_core.documents._spool import Spool
from perizinan_core.errors.documents import (
    DocumentNotFoundError,
    DocumentStoreError,
    DocumentStoreUnavailableError,
    DocumentTooLargeError,
    LinkConflictError,
)
from perizinan_core.i18n import N_

__all__ = ["FILES", "KEYS", "SealedDocumentStore", "key_marks", "lies_sealed", "require_unsealed"]

T = TypeVar("T")

FILES, KEYS = "files", "keys"
_MOST_REMEMBERED = 4096
_MOST_MARK_BYTES = 1000


class SealedDocumentStore:
    """
    A `DocumentStore` that seals what another one keeps.

    Args:
        store: Keeps the sealed documents.
        keys: Of the office.
        public_in_plain: Whether what `put_public` is given is kept as it is.

    Raises:
        DocumentStoreError: ``store-not-sealable``, ``document-key-missing``.
    """

    def __init__(self, store: DocumentStore, keys: SealKeys, *, public_in_plain: bool = False) -> None:
        if not isinstance(store, SealableStore):
            raise DocumentStoreError("store-not-sealable")
        self.below: SealableStore = store
        """The store that keeps what is sealed."""

        self.keys: SealKeys = keys
        """What seals and opens."""

        self.public_in_plain: bool = public_in_plain
        """Whether issued permits are kept in plain."""

        self._marked: set[str] = set()
        # Which sealed document a content is never changes, so that it can be remembered as long as one likes.
        self._stored: dict[tuple[str, str], str] = {}
        self._contents: dict[str, str] = {}
        self.require_keys()

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """See `DocumentStore.put`."""
        if expected_sha256 is not None:
            return self._sealed(stream, checked_hash(expected_sha256), max_bytes)
        incoming = IncomingBytes(stream, max_bytes=max_bytes)
        if stream.seekable():
            start = stream.tell()
            for _ in incoming:  # read twice: the key of a document follows from its hash
                pass
            stream.seek(start)
            return self._sealed(stream, incoming.sha256(), max_bytes)
        with Spool() as spool:
            for piece in incoming:
                spool.write(piece)
            spool.seal()
            with spool.reader() as reader:
                return self._sealed(reader, incoming.sha256(), max_bytes)

    def put_public(self, stream: BinaryIO, *, expected_sha256: str | None = None) -> StoredDocument:
        """See `PublishingStore.put_public`."""
        put = self.below.put if self.public_in_plain else self.put
        return put(stream, expected_sha256=expected_sha256)

    def public_address(self, sha256: str, seconds: int) -> str | None:
        """See `PublishingStore.public_address`."""
        if not isinstance(self.below, AddressingStore) or not self.below.exists(sha256):
            return None
        # Sealed bytes are of no use to anyone; a name that stands for some is not handed out.
        if self.keys.of_header(self.below.beginning(sha256, HEADER_BYTES)) is not None:
            return None
        return self.below.address(sha256, seconds)

    def open(self, sha256: str) -> BinaryIO:
        """See `DocumentStore.open`."""

        def of(key: SealKey | None, stored: str) -> BinaryIO:
            if key is None:
                return self.below.open(stored)
            size = self.below.size(stored)
            raw = opened(self.below.open(stored), size, key, sha256, stored)
            return checked_reader(raw, sha256, plain_size(size))

        return self._first(sha256, of)

    def read(self, sha256: str, max_bytes: int) -> bytes:
        """See `DocumentStore.read`."""
        if self.size(sha256) > max_bytes:
            raise DocumentTooLargeError(limit_bytes=max_bytes)
        with self.open(sha256) as reader:
            return reader.read()

    def exists(self, sha256: str) -> bool:
        """See `DocumentStore.exists`."""
        try:
            self.size(sha256)
        except DocumentNotFoundError:
            return False
        return True

    def size(self, sha256: str) -> int:
        """See `DocumentStore.size`."""

        def of(key: SealKey | None, stored: str) -> int:
            size = self.below.size(stored)
            return size if key is None else plain_size(size)

        return self._first(sha256, of)

    def delete(self, sha256: str) -> bool:
        """See `DocumentStore.delete`."""
        removed = False
        for key, stored in self.candidates(sha256):
            if key is None and self._is_unlabelled(stored):
                self.relabel(stored)
                continue
            try:
                removed |= self.below.delete(stored)
            except DocumentStoreError as error:
                if error.code != "document-in-use":
                    raise
                names = error.details()["names"]
                raise DocumentStoreError("document-in-use", sha256=sha256, names=names) from error
            if key is not None:
                self.unlabel(key, sha256, stored)
        return removed

    def link(self, name: str, sha256: str) -> None:
        """See `DocumentStore.link`."""
        checked_link_name(name)
        try:
            self._first(sha256, lambda _, stored: self._linked(name, stored))
        except LinkConflictError as error:
            existing = self.content_of(error.existing)
            if existing != sha256:
                raise LinkConflictError(name, existing, sha256) from error

    def resolve(self, name: str) -> str | None:
        """See `DocumentStore.resolve`."""
        stored = self.below.resolve(name)
        return None if stored is None else self.content_of(stored)

    def documents(self) -> Iterator[StoredDocument]:
        """See `DocumentStore.documents`."""
        contents, marks = self.labelled_contents(), self.marks()
        found: dict[str, int] = {}
        for document in self.below.documents():
            if document.sha256 in contents:
                found[contents[document.sha256]] = plain_size(document.size)
            elif document.sha256 not in marks:
                found.setdefault(document.sha256, document.size)
        for sha256, size in sorted(found.items()):
            yield StoredDocument(sha256, size)

    def links(self) -> Iterator[tuple[str, str]]:
        """See `DocumentStore.links`."""
        contents = self.labelled_contents()
        for name, stored in self.below.links():
            yield name, contents.get(stored) or self.content_of(stored)

    def verify(self) -> Iterator[StoreProblem]:
        """See `DocumentStore.verify`."""
        contents = self.labelled_contents()
        damaged = set()
        for problem in self.below.verify():
            damaged.add(problem.name)
            yield StoreProblem(problem.code, contents.get(problem.name, problem.name))
        for label, stored in self.below.labels(FILES):
            known = self.keys.of_label(label.partition("/")[2])
            if known is None or stored in damaged:
                continue
            with suppress(DocumentNotFoundError):  # deleted meanwhile
                if self._content(stored) != known[1]:
                    yield StoreProblem("damaged", known[1])

    # What follows is for those who move documents: sealing, backups, `perizinan doctor`.

    def require_keys(self) -> None:
        """
        See that the office has all keys that documents here are sealed with.

        Raises:
            DocumentStoreError: ``document-key-missing``: One of them is another, or was lost.
        """
        known = {key.id for key in self.keys.all}
        for label, mark in self.below.labels(KEYS):
            if label.partition("/")[2] not in known:
                raise _missing(self.below, label, mark, self.keys.names)

    def candidates(self, sha256: str) -> Iterator[tuple[SealKey | None, str]]:
        """Yield under which names content may lie below, with the key that sealed it; in plain last."""
        checked_hash(sha256)
        for key in self.keys.all:
            place = (key.id, sha256)
            stored = self._stored.get(place) or self.below.labelled(f"{FILES}/{key.label(sha256)}")
            if stored is not None:
                self._remember(self._stored, place, stored)
                yield key, stored
        yield None, sha256

    def content_of(self, stored: str) -> str:
        """Return the SHA-256 of the content of a document below; its own, where it is not sealed or not there."""
        try:
            return self._contents.get(stored) or self._content(stored)
        except DocumentNotFoundError:
            return stored

    def labelled_contents(self) -> dict[str, str]:
        """
        Return the SHA-256 of the content of every sealed document, by its name below.

        Raises:
            DocumentStoreError: ``document-key-missing``: One is sealed with a key that the office does not have.
        """
        found = {}
        for name, stored in self.below.labels(FILES):
            known = self.keys.of_label(name.partition("/")[2])
            if known is None:
                key_id = name.partition("/")[2].partition("-")[0]
                raise DocumentStoreError("document-key-missing", key=key_id, known=self.keys.names)
            found[stored] = known[1]
        return found

    def marks(self) -> dict[str, str]:
        """Return the key ids of which documents here say that they are sealed with them, by the mark's name below."""
        return {mark: label.partition("/")[2] for label, mark in self.below.labels(KEYS)}

    def relabel(self, stored: str) -> tuple[SealKey, str] | None:
        """Give a sealed document whose label was lost its label again; return its key and content; None: not sealed."""
        found = self.keys.of_header(self.below.beginning(stored, HEADER_BYTES))
        if found is None:
            return None
        key, sha256 = found
        self._mark(key)
        self.below.label(f"{FILES}/{key.label(sha256)}", stored)
        return key, sha256

    def unlabel(self, key: SealKey, sha256: str, stored: str) -> None:
        """Take the label of a document that was deleted away; one that was put again meanwhile keeps it."""
        self._stored.pop((key.id, sha256), None)
        if self.below.exists(stored):
            return
        label = f"{FILES}/{key.label(sha256)}"
        self.below.unlabel(label)
        if self.below.exists(stored):
            self.below.label(label, stored)

    def _sealed(self, stream: BinaryIO, sha256: str, max_bytes: int | None) -> StoredDocument:
        key = self.keys.current
        self._mark(key)
        with SealingStream(stream, key, sha256, max_bytes=max_bytes) as sealing:
            stored = self.below.put(sealing).sha256  # type: ignore[arg-type]
            size = sealing.plain_size
        self.below.label(f"{FILES}/{key.label(sha256)}", stored)
        if not self.below.exists(stored):
            raise DocumentStoreUnavailableError(
                "document-store-unavailable", action="put", reason=N_("the same file was deleted meanwhile")
            )
        self._remember(self._stored, (key.id, sha256), stored)
        self._remember(self._contents, stored, sha256)
        return StoredDocument(sha256, size)

    def _mark(self, key: SealKey) -> None:
        """Say that documents here are sealed with a key, before the first one is."""
        if key.id in self._marked:
            return
        text = json.dumps(
            {"algorithm": "AES-256-GCM-SIV", "format": 1, "id": key.id, "key": key.name}
        ).encode()
        mark, label = hashlib.sha256(text).hexdigest(), f"{KEYS}/{key.id}"
        if self.below.labelled(label) != mark:
            # The label first: a mark without one would look like a document.
            self.below.label(label, mark)
        if not self.below.exists(mark):
            self.below.put(io.BytesIO(text))
        self._marked.add(key.id)

    def _linked(self, name: str, stored: str) -> None:
        existing = self.below.resolve(name)
        if existing not in {None, stored}:
            self.below.size(stored)
            raise LinkConflictError(name, existing or "", stored)
        self.below.link(name, stored)

    def _first(self, sha256: str, ask: Callable[[SealKey | None, str], T]) -> T:
        """Return the answer of the first of the names under which content is there."""
        for key, stored in self.candidates(sha256):
            try:
                return ask(key, stored)
            except DocumentNotFoundError:
                if key is not None:
                    self._stored.pop((key.id, sha256), None)
        self.require_keys()  # another process may have begun to use a key that this one does not have
        raise DocumentNotFoundError(sha256)

    def _content(self, stored: str) -> str:
        found = self.keys.of_header(self.below.beginning(stored, HEADER_BYTES))
        sha256 = stored if found is None else found[1]
        self._remember(self._contents, stored, sha256)
        return sha256

    def _is_unlabelled(self, stored: str) -> bool:
        try:
            return self.keys.of_header(self.below.beginning(stored, HEADER_BYTES)) is not None
        except DocumentNotFoundError:
            return False

    @staticmethod
    def _remember(memory: dict[T, str], name: T, value: str) -> None:
        if len(memory) >= _MOST_REMEMBERED:
            memory.clear()
        memory[name] = value


def require_unsealed(store: DocumentStore) -> None:
    """
    See that a store that is to be used as it is holds nothing sealed.

    Raises:
        DocumentStoreError: ``documents-sealed``: It does; swept as it is, what is sealed would look like waste.
    """
    if isinstance(store, SealableStore):
        for label, mark in store.labels(KEYS):
            raise DocumentStoreError("documents-sealed", key=_key_name(store, label, mark))


def lies_sealed(store: DocumentStore, sha256: str) -> bool:
    """
    Return whether a store that is used as it is holds a sealed document under this name.

    It holds some without saying so when it was copied without its labels, or sealed while a process still had old
    settings. No record names such a file, and it is not waste.
    """
    if isinstance(store, SealedDocumentStore) or not isinstance(store, SealableStore):
        return False
    try:
        return is_sealed(store.beginning(sha256, HEADER_BYTES))
    except DocumentNotFoundError:
        return False


def key_marks(store: DocumentStore) -> dict[str, str]:
    """Return what the office calls the keys that documents are sealed with, by the file in the store that says so."""
    if not isinstance(store, SealableStore):
        return {}
    return {mark: _key_name(store, label, mark) for label, mark in store.labels(KEYS)}


def _missing(store: SealableStore, label: str, mark: str, known: tuple[str, ...]) -> DocumentStoreError:
    return DocumentStoreError("document-key-missing", key=_key_name(store, label, mark), known=known)


def _key_name(store: SealableStore, label: str, mark: str) -> str:
    """Return what the office that sealed calls its key, as far as it can be read."""
    try:
        said = json.loads(store.read(mark, _MOST_MARK_BYTES))["key"]
    except (DocumentStoreError, ValueError, KeyError, TypeError):
        said = label.partition("/")[2]
    return str(said)[:40]
