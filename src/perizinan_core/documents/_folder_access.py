"""
Careful access to one folder tree: no symbolic link is followed, every refusal is a typed error.

All paths are opened piece by piece below a folder descriptor (``O_NOFOLLOW``), so that a link planted in
the tree cannot lead a read or a write outside it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.i18n import N_

__all__ = ["FILE_MODE", "FOLDER_MODE", "FolderTree", "typed_refusal"]

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def typed_refusal(action: str) -> Iterator[None]:
    """
    Turn what the operating system refuses into our errors.

    Raises:
        DocumentStoreUnavailableError: ``document-store-full``: No room, quota reached, or file too big for
            the file system.
        DocumentStoreUnavailableError: Anything else that the operating system said.
    """
    try:
        yield
    except OSError as error:
        raise DocumentStoreUnavailableError(
            "document-store-full" if error.errno in _OUT_OF_ROOM else "document-store-unavailable",
            action=action,
            reason=error.strerror or type(error).__name__,
        ) from error


class FolderTree:
    """One folder and what is below it."""

    def __init__(self, root: Path) -> None:
        with typed_refusal("open"):
            root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._root = root.resolve(strict=True)
            if stat.S_IMODE(self._root.stat().st_mode) & 0o022:
                raise DocumentStoreUnavailableError(
                    "document-store-unavailable",
                    action="open",
                    reason=N_("the folder is writable by other accounts"),
                )

    @property
    def root(self) -> Path:
        """Where it is."""
        return self._root

    @contextlib.contextmanager
    def folder(self, *parts: str, create: bool = False) -> Iterator[int]:
        """
        Give a descriptor of a folder below the root.

        Raises:
            FileNotFoundError: It is not there and ``create`` is false.
            OSError: Something on the way is not a folder, or may not be entered.
        """
        descriptor = os.open(self._root, _FOLDER_FLAGS)
        try:
            for part in parts:
                child = self._child(descriptor, part, create=create)
                os.close(descriptor)
                descriptor = child
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def lock(self, *, exclusive: bool) -> Iterator[None]:
        """Hold the tree's lock between threads and processes; the system frees it when a process dies."""
        with self.folder() as root:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open("lock", flags, FILE_MODE, dir_fd=root)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def names(self, *parts: str) -> list[str]:
        """Return the sorted names in a folder; nothing when the folder is not there."""
        try:
            with self.folder(*parts) as folder:
                return sorted(os.listdir(folder))  # noqa: PTH208 - by descriptor, which a path cannot be
        except FileNotFoundError:
            return []

    def open_file(self, name: str, *parts: str) -> int:
        """
        Return a descriptor of an ordinary file, for reading.

        Raises:
            FileNotFoundError: It is not there.
            OSError: It is a link, a pipe or otherwise not an ordinary file.
        """
        with self.folder(*parts) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, N_("what lies there is not an ordinary file"))
        return descriptor

    @staticmethod
    def _child(parent: int, name: str, *, create: bool) -> int:
        flags = _FOLDER_FLAGS | os.O_NOFOLLOW
        try:
            return os.open(name, flags, dir_fd=parent)
        except FileNotFoundError:
            if not create:
                raise
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.mkdir(name, FOLDER_MODE, dir_fd=parent)
            os.fsync(parent)
        return os.open(name, flags, dir_fd=parent)
