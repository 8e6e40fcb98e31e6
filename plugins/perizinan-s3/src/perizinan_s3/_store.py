"""
Documents in a bucket.

::

    objects/ab/abcd…       the content; the key is its SHA-256, so a second put can only bring the same bytes
    links/signed+ab…       a write-once name; the object holds the hash (`_names`)
    pins/abcd…/signed+ab…  the way back from content to its names
    leaving/abcd…          content that is being deleted
    labels/files/…/abcd…   a name that can be taken away again, for the content whose hash stands behind it

There is no lock in a bucket. Who names content puts a pin and then looks whether it is leaving; who deletes says that
it leaves and then looks for pins: of two at least one sees the other. Who puts content looks afterwards whether it was
leaving meanwhile, waits, and puts it again.
"""

from __future__ import annotations

import string
import time
from collections.abc import Iterator
from typing import BinaryIO

import attrs

from perizinan_core.documents import (
    IncomingBytes,
    Spool,
    StoredDocument,
    StoreProblem,
    checked_hash,
    checked_label,
    checked_link_name,
    checked_reader,
)
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentNotFoundError,
    DocumentStoreError,
    DocumentTooLargeError,
)
from perizinan_s3._bucket import PIECE, Bucket, Entry
from perizinan_s3._names import STALE, Names, plain, written

__all__ = ["S3DocumentStore"]

_OBJECTS, _PINS, _LEAVING, _LABELS = "objects", "pins", "leaving", "labels"
_POLL = 0.1


@attrs.frozen
class S3DocumentStore:
    """
    A `perizinan_core.documents.DocumentStore` in a bucket, for any number of machines.

    Args:
        bucket: Where it is.
        refuses: Whether the service was shown to refuse to overwrite; see `perizinan_s3._proof`.
    """

    bucket: Bucket
    refuses: bool

    @property
    def _names(self) -> Names:
        return Names(self.bucket, self.refuses)

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """See `DocumentStore.put`."""
        if expected_sha256 is not None:
            checked_hash(expected_sha256)
        incoming = IncomingBytes(stream, max_bytes=max_bytes)
        with Spool() as spool:
            for piece in incoming:
                spool.write(piece)
            spool.seal()
            sha256 = incoming.sha256(expected_sha256)
            with spool.reader() as reader:
                told = _told(reader, sha256)
                self.bucket.put(_object(sha256), reader, attributes=told)
                if self._waited_while_leaving(sha256) and not self.exists(sha256):
                    reader.seek(0)
                    self.bucket.put(_object(sha256), reader, attributes=told)
        return StoredDocument(sha256, incoming.size)

    def open(self, sha256: str) -> BinaryIO:
        """See `DocumentStore.open`."""
        size = self.size(sha256)
        return checked_reader(self.bucket.raw(_object(sha256), size), sha256, size)

    def read(self, sha256: str, max_bytes: int) -> bytes:
        """See `DocumentStore.read`."""
        if self.size(sha256) > max_bytes:
            raise DocumentTooLargeError(limit_bytes=max_bytes)
        with self.open(sha256) as reader:
            return reader.read()

    def exists(self, sha256: str) -> bool:
        """See `DocumentStore.exists`."""
        return self.bucket.head(_object(checked_hash(sha256))) is not None

    def size(self, sha256: str) -> int:
        """See `DocumentStore.size`."""
        found = self.bucket.head(_object(checked_hash(sha256)))
        if found is None:
            raise DocumentNotFoundError(sha256)
        return found.size

    def delete(self, sha256: str) -> bool:
        """See `DocumentStore.delete`."""
        if not self.exists(sha256):
            return False
        leaving = f"{_LEAVING}/{sha256}"
        self.bucket.put(leaving, b"", action="delete")
        try:
            names = self._pinned(sha256)
            if names:
                raise DocumentStoreError("document-in-use", sha256=sha256, names=names)
            self.bucket.delete(_object(sha256))
        finally:
            self.bucket.delete(leaving)
        return True

    def link(self, name: str, sha256: str) -> None:
        """See `DocumentStore.link`."""
        pin = f"{_PINS}/{checked_hash(sha256)}/{written(checked_link_name(name))}"
        self.size(sha256)
        self.bucket.put(pin, b"", action="link")
        try:
            self._waited_while_leaving(sha256)
            self.size(sha256)
            self._names.write(name, sha256)
        finally:
            if self._names.resolve(name) != sha256:
                self.bucket.delete(pin, action="link")

    def resolve(self, name: str) -> str | None:
        """See `DocumentStore.resolve`."""
        return self._names.resolve(checked_link_name(name))

    def documents(self) -> Iterator[StoredDocument]:
        """See `DocumentStore.documents`."""
        for key, sha256, size in self._entries():
            if key is None:
                yield StoredDocument(sha256, size)

    def links(self) -> Iterator[tuple[str, str]]:
        """See `DocumentStore.links`."""
        for name in self._names.all():
            sha256 = self._names.resolve(name)
            if sha256 is not None:
                yield name, sha256

    def verify(self) -> Iterator[StoreProblem]:
        """See `DocumentStore.verify`."""
        for key, sha256, _ in self._entries():
            if key is not None:
                yield StoreProblem("odd-file", key)
            elif not self._is_sound(sha256):
                yield StoreProblem("damaged", sha256)
        for name, sha256 in self.links():
            if not _is_hash(sha256) or not self.exists(sha256):
                yield StoreProblem("dangling-link", name)

    def beginning(self, sha256: str, count: int) -> bytes:
        """See `SealableStore.beginning`."""
        found = self.bucket.beginning(_object(checked_hash(sha256)), count)
        if found is None:
            raise DocumentNotFoundError(sha256)
        return found

    def label(self, name: str, sha256: str) -> None:
        """See `SealableStore.label`."""
        place = f"{_LABELS}/{checked_label(name)}"
        self.bucket.put(f"{place}/{checked_hash(sha256)}", b"", action="link")
        for entry in list(self.bucket.listed(place, action="link")):
            if entry.key.rpartition("/")[2] != sha256:
                self.bucket.delete(entry.key, action="link")

    def labelled(self, name: str) -> str | None:
        """See `SealableStore.labelled`."""
        found = [*self.bucket.listed(f"{_LABELS}/{checked_label(name)}", action="look up")]
        newest = max(found, key=lambda entry: (entry.modified, entry.key), default=None)
        return None if newest is None else newest.key.rpartition("/")[2]

    def unlabel(self, name: str) -> None:
        """See `SealableStore.unlabel`."""
        for entry in list(self.bucket.listed(f"{_LABELS}/{checked_label(name)}", action="delete")):
            self.bucket.delete(entry.key)

    def labels(self, folder: str) -> Iterator[tuple[str, str]]:
        """See `SealableStore.labels`."""
        found: dict[str, Entry] = {}
        for entry in self.bucket.listed(f"{_LABELS}/{folder}"):
            name = "/".join(entry.key.split("/")[-3:-1])
            if name not in found or entry.modified > found[name].modified:
                found[name] = entry
        for name, entry in sorted(found.items()):
            yield name, entry.key.rpartition("/")[2]

    def relink(self, name: str, old: str, new: str) -> None:
        """See `SealableStore.relink`."""
        pin = f"{written(checked_link_name(name))}"
        self.size(new)
        if self._names.resolve(name) != old:
            return
        self.bucket.put(f"{_PINS}/{checked_hash(new)}/{pin}", b"", action="link")
        self._waited_while_leaving(new)
        self.size(new)
        self._names.replace(name, new)
        self.bucket.delete(f"{_PINS}/{old}/{pin}", action="link")

    def address(self, sha256: str, seconds: int) -> str:
        """
        Return an address at the service under which anyone can read content for some seconds.

        Only for what the public may read, e.g. issued permits: the service checks no rights and no hash.

        Args:
            sha256: Content of the store.
            seconds: How long the address is good, 1 to 604,800 (7 days).

        Raises:
            DocumentNotFoundError: There is no such content.
        """
        self.size(sha256)
        return self.bucket.sign(_object(sha256), max(1, min(seconds, 604_800)))

    def _entries(self) -> Iterator[tuple[str | None, str, int]]:
        """Yield (None, hash, size) for content, and (key, "", 0) for what the store did not put there."""
        for folder in self.bucket.folders(_OBJECTS):
            for entry in sorted(self.bucket.listed(f"{_OBJECTS}/{folder}"), key=lambda one: one.key):
                name = entry.key.rpartition("/")[2]
                if _is_hash(name) and entry.key == _object(name):
                    yield None, name, entry.size
                else:
                    yield entry.key, "", 0

    def _pinned(self, sha256: str) -> tuple[str, ...]:
        """Return the names that stand for content, and those that someone is about to write."""
        now = self.bucket.head(f"{_LEAVING}/{sha256}")
        names = []
        for entry in self.bucket.listed(f"{_PINS}/{sha256}", action="delete"):
            name = plain(entry.key.rpartition("/")[2])
            is_new = now is None or now.modified - entry.modified <= STALE
            if is_new or self._names.resolve(name) == sha256:
                names.append(name)
        return tuple(sorted(names))

    def _waited_while_leaving(self, sha256: str) -> bool:
        """Wait until no one deletes the content; return whether someone did."""
        key = f"{_LEAVING}/{sha256}"
        if self.bucket.head(key) is None:
            return False
        end = time.monotonic() + STALE.total_seconds()
        while self.bucket.head(key) is not None:
            if time.monotonic() > end:
                # Who began to delete it ended in the middle: nothing of its way is left to be waited for.
                self.bucket.delete(key)
            time.sleep(_POLL)
        return True

    def _is_sound(self, sha256: str) -> bool:
        try:
            with self.open(sha256) as reader:
                while reader.read(PIECE):
                    pass
        except DocumentDamagedError:
            return False
        except DocumentNotFoundError:  # deleted meanwhile
            return True
        return True


_PDF = b"%PDF-"
_DIGITS = string.hexdigits[:16]


def _told(reader: BinaryIO, sha256: str) -> dict[str, str] | None:
    """
    Return what the service tells a browser that fetches content by a signed address; the reader is at its start again.

    Sealed content begins otherwise. The name tells nothing, not even the number of the permit.
    """
    beginning = reader.read(len(_PDF))
    reader.seek(0)
    if beginning != _PDF:
        return None
    return {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="{sha256[:16]}.pdf"',
        "Cache-Control": "private, no-store",
    }


def _object(sha256: str) -> str:
    return f"{_OBJECTS}/{sha256[:2]}/{sha256}"


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not set(text) - set(_DIGITS)
