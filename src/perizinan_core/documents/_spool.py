"""
An upload on its way in: written once, and hashed and measured while it is written.

The file has no name where the file system allows that (Linux), so it is gone with its last descriptor, also after
``kill -9``; elsewhere it has one until it is closed. Its mode is 0600. A store on the same file system takes it
over as it is (`SpoolingStore`); any other store copies it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from perizinan_core.documents._folder_access import FILE_MODE, typed_refusal
from perizinan_core.documents._reading import CHUNK_BYTES
from perizinan_core.errors.documents import DocumentTooLargeError

__all__ = ["Spool", "write_whole"]


class Spool:
    """
    One upload on its way in; a context manager that leaves nothing behind.

    Args:
        max_bytes: Most bytes that are taken.
        folder: Where it lies; by default the system's folder for temporary files.
        descriptor: An open descriptor of that folder, which may then not be exchanged for another meanwhile.

    Raises:
        DocumentStoreUnavailableError: There is no room, or the folder cannot be used.
    """

    def __init__(
        self, *, max_bytes: int | None = None, folder: Path | None = None, descriptor: int | None = None
    ) -> None:
        self._max_bytes = max_bytes
        self._folder_path = folder or Path(tempfile.gettempdir())
        self._hash = hashlib.sha256()
        self._sealed: tuple[int, int] | None = None
        self._name: str | None = None
        self.size: int = 0
        """Bytes that came, with those that were too many."""

        self.too_large: bool = False
        """Whether more came than is taken; then the file is not whole."""

        with typed_refusal("put"), contextlib.ExitStack() as undo:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
            self._folder = os.open(self._folder_path, flags) if descriptor is None else os.dup(descriptor)
            undo.callback(os.close, self._folder)
            self.descriptor: int = self._open()
            """The open file."""

            undo.pop_all()

    def __enter__(self) -> Self:
        """Return the spool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the file."""
        self.close()

    def fill(self, stream: BinaryIO) -> None:
        """
        Take a stream to its end, or just past the limit.

        Raises:
            DocumentStoreUnavailableError: There is no room for it.
        """
        with contextlib.suppress(DocumentTooLargeError):
            while piece := stream.read(self._most()):
                self.write(piece)
        self.seal()

    def write(self, piece: bytes) -> int:
        """
        Take a piece.

        Raises:
            DocumentTooLargeError: More came than is taken.
            DocumentStoreUnavailableError: There is no room for it.
        """
        if self._sealed is not None:
            raise ValueError("expected a spool that is being filled, got one that is sealed")
        self.size += len(piece)
        if self._max_bytes is not None and self.size > self._max_bytes:
            self.too_large = True
            raise DocumentTooLargeError(limit_bytes=self._max_bytes)
        self._hash.update(piece)
        with typed_refusal("put"):
            write_whole(self.descriptor, piece)
        return len(piece)

    def seal(self) -> None:
        """Take nothing more: from here on the bytes stay as they are."""
        self._sealed = self._sealed or self._state()

    @property
    def sha256(self) -> str:
        """SHA-256 of what was taken, in 64 lower-case hexadecimal digits."""
        return self._hash.hexdigest()

    @property
    def changed(self) -> bool:
        """Whether someone changed the file since it was sealed."""
        return self._sealed is not None and self._sealed != self._state()

    def reader(self) -> BinaryIO:
        """Return a stream over what was taken, from its start; one at a time."""
        stream = os.fdopen(os.dup(self.descriptor), "rb")
        stream.seek(0)
        return stream

    def named(self) -> Path:
        """
        Return a path of the file, for those who need one; its name tells nothing, and goes with the spool.

        Raises:
            DocumentStoreUnavailableError: The folder takes no name.
        """
        if self._name is None:
            name = _new_name()
            with typed_refusal("put"):
                self.link(name, self._folder)
            self._name = name  # kept: a file that lost its only name cannot be given another one
        return self._folder_path / self._name

    def link(self, name: str, folder: int) -> None:
        """
        Give the file a name in a folder of the same file system.

        Raises:
            OSError: It is another file system, or one without hard links.
        """
        source = f"/proc/self/fd/{self.descriptor}"
        # A descriptor of the folder is named, because only then is the link in /proc followed.
        os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)

    def close(self) -> None:
        """Remove the file; harmless when it is closed already."""
        if self.descriptor < 0:
            return
        os.close(self.descriptor)
        if self._name is not None:
            _remove_quietly(self._name, self._folder)
        os.close(self._folder)
        self.descriptor = -1

    def _open(self) -> int:
        if hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").is_dir():
            # What fails here fails again below, unless this file system knows no files without a name.
            with contextlib.suppress(OSError):
                flags = os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC
                return os.open(".", flags, FILE_MODE, dir_fd=self._folder)
        self._name = _new_name()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self._name, flags, FILE_MODE, dir_fd=self._folder)

    def _most(self) -> int:
        # One byte more than allowed is enough to know that it is too large.
        return CHUNK_BYTES if self._max_bytes is None else min(CHUNK_BYTES, self._max_bytes + 1 - self.size)

    def _state(self) -> tuple[int, int]:
        status = os.fstat(self.descriptor)
        return status.st_size, status.st_mtime_ns


def write_whole(descriptor: int, piece: bytes) -> None:
    """Write all of a piece."""
    view = memoryview(piece)
    while view:
        written = os.write(descriptor, view)
        if written == 0:
            raise OSError(errno.EIO, "nothing more is taken")
        view = view[written:]


def _new_name() -> str:
    return f"upload-{secrets.token_hex(16)}"


def _remove_quietly(name: str, folder: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)
