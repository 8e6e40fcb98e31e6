"""
Files in a folder, named by their content.

::

    root/objects/ab/cdef…      the content, 0600
    root/links/7f/signed+ab…   a write-once name; the file holds the hash
    root/pins/ab/abcd…/signed+ab…   the way back from content to its names
    root/labels/files/7f/…     a name that can be taken away again; the file holds the hash
    root/temporary/…           content on its way in; what a crash leaves is removed by age
    root/lock                  put and link share it, delete takes it alone

Putting is: write a temporary file, fsync it, rename it over its final name, fsync the folder. So a file under
``objects`` is complete whatever happens, and putting content again replaces a damaged copy of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from perizinan_core.documents._folder_access import FILE_MODE, FolderTree, typed_refusal
from perizinan_core.documents._folder_links import FolderLabels, FolderLinks
from perizinan_core.documents._keys import checked_hash
from perizinan_core.documents._ports import StoredDocument, StoreProblem
from perizinan_core.documents._reading import CHUNK_BYTES, IncomingBytes, checked_reader
from perizinan_core.documents._spool import Spool, write_whole
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentNotFoundError,
    DocumentStoreError,
    DocumentStoreUnavailableError,
    DocumentTooLargeError,
    InvalidDocumentHashError,
)

__all__ = ["FolderDocumentStore"]

_DAY_SECONDS = 24 * 60 * 60


class FolderDocumentStore:
    """
    The embedded default `DocumentStore`: one folder on a local disk, any number of threads and processes.

    The folder is made with mode 0700 when it is not there. The file system must know hard links (all of
    Linux's own do).

    Raises:
        DocumentStoreUnavailableError: The folder cannot be made or entered, or other accounts may write to
        it.
    """

    def __init__(self, root: Path | str, *, temporary_age_seconds: float = _DAY_SECONDS) -> None:
        """
        Open the store.

        Args:
            root: The folder.
            temporary_age_seconds: Unfinished files older than this are removed at the first `put`.
        """
        self._tree = FolderTree(Path(root))
        self._links = FolderLinks(self._tree, self._write_temporary)
        self._labels = FolderLabels(self._tree, self._write_temporary)
        self._temporary_age_seconds = temporary_age_seconds
        self._tidied = False

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """See `DocumentStore.put`."""
        if expected_sha256 is not None:
            checked_hash(expected_sha256)
        if not self._tidied:
            self._tidied = True
            self.remove_unfinished(self._temporary_age_seconds)
        incoming = IncomingBytes(stream, max_bytes=max_bytes)
        with self._write_temporary(iter(incoming)) as (temporaries, name):
            sha256 = incoming.sha256(expected_sha256)
            self._keep(temporaries, name, sha256)
        return StoredDocument(sha256, incoming.size)

    def new_spool(self, *, max_bytes: int | None = None) -> Spool:
        """See `SpoolingStore.new_spool`."""
        with typed_refusal("put"), self._tree.folder("temporary", create=True) as folder:
            return Spool(max_bytes=max_bytes, folder=self._tree.root / "temporary", descriptor=folder)

    def take_over(self, spool: Spool, *, expected_sha256: str) -> StoredDocument:
        """See `SpoolingStore.take_over`."""
        checked_hash(expected_sha256)
        with spool.reader() as reader:
            incoming = IncomingBytes(reader, max_bytes=None)
            for _ in incoming:  # read again: what was inspected, and not what someone made of it since
                pass
            sha256 = incoming.sha256(expected_sha256)
            try:
                with self._link_temporary(spool) as (temporaries, name):
                    self._keep(temporaries, name, sha256)
            except _NoLinkError:
                reader.seek(0)
                return self.put(reader, expected_sha256=expected_sha256)
        return StoredDocument(sha256, incoming.size)

    def open(self, sha256: str) -> BinaryIO:
        """See `DocumentStore.open`."""
        with typed_refusal("open"):
            descriptor = self._descriptor(sha256)
            raw = os.fdopen(descriptor, "rb", buffering=0)
            return checked_reader(raw, sha256, os.fstat(descriptor).st_size)

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
        with typed_refusal("look up"):
            descriptor = self._descriptor(sha256)
            try:
                return os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)

    def delete(self, sha256: str) -> bool:
        """See `DocumentStore.delete`."""
        checked_hash(sha256)
        with typed_refusal("delete"), self._tree.lock(exclusive=True):
            names = self._links.names_of(sha256)
            if names:
                raise DocumentStoreError("document-in-use", sha256=sha256, names=names)
            try:
                with self._tree.folder("objects", sha256[:2]) as folder:
                    os.unlink(sha256[2:], dir_fd=folder)
                    os.fsync(folder)
            except FileNotFoundError:
                return False
            return True

    def link(self, name: str, sha256: str) -> None:
        """See `DocumentStore.link`."""
        with self._links_allowed(sha256):
            self._links.set(name, sha256)

    def resolve(self, name: str) -> str | None:
        """See `DocumentStore.resolve`."""
        with typed_refusal("look up"):
            return self._links.get(name)

    def documents(self) -> Iterator[StoredDocument]:
        """See `DocumentStore.documents`."""
        for sha256, odd in self._entries():
            if not odd:
                with contextlib.suppress(DocumentNotFoundError):  # deleted meanwhile
                    yield StoredDocument(sha256, self.size(sha256))

    def links(self) -> Iterator[tuple[str, str]]:
        """See `DocumentStore.links`."""
        with typed_refusal("list"):
            found = sorted(self._links.all())
        yield from found

    def verify(self) -> Iterator[StoreProblem]:
        """See `DocumentStore.verify`."""
        for name, odd in self._entries():
            if odd:
                yield StoreProblem("odd-file", name)
            elif not self._is_sound(name):
                yield StoreProblem("damaged", name)
        for name, sha256 in self.links():
            if not self.exists(sha256):
                yield StoreProblem("dangling-link", name)

    def beginning(self, sha256: str, count: int) -> bytes:
        """See `SealableStore.beginning`."""
        with typed_refusal("read"):
            descriptor = self._descriptor(sha256)
            try:
                return os.read(descriptor, count)
            finally:
                os.close(descriptor)

    def label(self, name: str, sha256: str) -> None:
        """See `SealableStore.label`."""
        with typed_refusal("link"):
            self._labels.set(name, checked_hash(sha256))

    def labelled(self, name: str) -> str | None:
        """See `SealableStore.labelled`."""
        with typed_refusal("look up"):
            return self._labels.get(name)

    def unlabel(self, name: str) -> None:
        """See `SealableStore.unlabel`."""
        with typed_refusal("delete"):
            self._labels.remove(name)

    def labels(self, folder: str) -> Iterator[tuple[str, str]]:
        """See `SealableStore.labels`."""
        with typed_refusal("list"):
            found = sorted(self._labels.all(folder))
        yield from found

    def relink(self, name: str, old: str, new: str) -> None:
        """See `SealableStore.relink`."""
        with typed_refusal("link"), self._tree.lock(exclusive=True):
            self.size(new)
            self._links.move(name, old, new)

    def remove_unfinished(self, older_than_seconds: float) -> int:
        """
        Remove what crashed writers left, and return how many files that were.

        Args:
            older_than_seconds: Age since the last byte was written; a slow upload must not be older.
        """
        removed = 0
        limit = time.time() - older_than_seconds
        with typed_refusal("tidy up"), self._tree.folder("temporary", create=True) as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - by descriptor, which a path cannot be
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and status.st_mtime <= limit:
                        os.unlink(name, dir_fd=folder)
                        removed += 1
        return removed

    @contextlib.contextmanager
    def _write_temporary(self, pieces: Iterator[bytes]) -> Iterator[tuple[int, str]]:
        # Gives (folder descriptor, name) of a complete, synced file; removes it unless it was renamed away.
        name = secrets.token_hex(16)
        with contextlib.ExitStack() as stack:
            with typed_refusal("put"):
                folder = stack.enter_context(self._tree.folder("temporary", create=True))
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                descriptor = os.open(name, flags, FILE_MODE, dir_fd=folder)
            stack.callback(_remove_quietly, name, folder)
            try:
                for piece in pieces:  # errors of the source are the caller's own and pass as they are
                    with typed_refusal("put"):
                        write_whole(descriptor, piece)
                with typed_refusal("put"):
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            yield folder, name

    @contextlib.contextmanager
    def _link_temporary(self, spool: Spool) -> Iterator[tuple[int, str]]:
        # As `_write_temporary`, for a file that is there already.
        name = secrets.token_hex(16)
        with contextlib.ExitStack() as stack:
            with typed_refusal("put"):
                folder = stack.enter_context(self._tree.folder("temporary", create=True))
            try:
                spool.link(name, folder)
            except OSError as error:
                raise _NoLinkError from error
            stack.callback(_remove_quietly, name, folder)
            with typed_refusal("put"):
                os.fsync(spool.descriptor)
            yield folder, name

    def _keep(self, temporaries: int, name: str, sha256: str) -> None:
        with (
            typed_refusal("put"),
            self._tree.lock(exclusive=False),
            self._tree.folder("objects", sha256[:2], create=True) as folder,
        ):
            os.rename(name, sha256[2:], src_dir_fd=temporaries, dst_dir_fd=folder)
            os.fsync(folder)

    @contextlib.contextmanager
    def _links_allowed(self, sha256: str) -> Iterator[None]:
        with typed_refusal("link"), self._tree.lock(exclusive=False):
            self.size(sha256)  # raises when there is nothing to name; delete() waits for the lock
            yield

    def _descriptor(self, sha256: str) -> int:
        checked_hash(sha256)
        try:
            return self._tree.open_file(sha256[2:], "objects", sha256[:2])
        except FileNotFoundError:
            raise DocumentNotFoundError(sha256) from None

    def _entries(self) -> Iterator[tuple[str, bool]]:
        # (hash, False) for content, (place, True) for what the store did not put there.
        with typed_refusal("list"):
            prefixes = self._tree.names("objects")
        for prefix in prefixes:
            try:
                names = self._tree.names("objects", prefix)
            except OSError:
                yield f"objects/{prefix}", True
                continue
            for name in names:
                try:
                    os.close(self._descriptor(prefix + name))
                except DocumentNotFoundError:
                    continue
                except (OSError, InvalidDocumentHashError):
                    yield f"objects/{prefix}/{name}", True
                else:
                    yield prefix + name, False

    def _is_sound(self, sha256: str) -> bool:
        try:
            with self.open(sha256) as reader:
                while reader.read(CHUNK_BYTES):
                    pass
        except (DocumentDamagedError, DocumentStoreUnavailableError, OSError):
            return False
        except DocumentNotFoundError:  # deleted meanwhile
            return True
        return True


class _NoLinkError(Exception):
    """The spool lies in another file system, or in one without hard links."""


def _remove_quietly(name: str, folder: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)
