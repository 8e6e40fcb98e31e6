"""
Files that arrive in parts: a folder for each, until all of its bytes are there and were judged.

::

    root/<case>/<upload>/about.json    what was announced; never changed
    root/<case>/<upload>/data          the bytes so far: as many as the file has, no one counts them elsewhere
    root/<case>/<upload>/result.json   what became of it, once it was judged; ``data`` is gone then
    root/<case>/<upload>/lock          held for each piece, and while it is judged

A piece is written under the lock, and only at the very end of what is there: a connection that was thought dead and
wakes up again finds other bytes and is refused. What was acknowledged is on the disk.
All processes of an office use the same folder; on several machines it has to be shared, with locks (``flock``).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from perizinan_core.documents._folder_access import FILE_MODE, FolderTree, typed_refusal
from perizinan_core.documents._spool import write_whole
from perizinan_core.errors.documents import DocumentStoreError

__all__ = ["IncomingFile", "IncomingFolder"]

_ABOUT, _DATA, _RESULT, _LOCK, _JUDGING = "about.json", "data", "result.json", "lock", "judging"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_MOST_NOTES = 256 * 1024
_HALF_MADE_SECONDS = 24 * 3600


@attrs.frozen(kw_only=True)
class IncomingFile:
    """A file on its way in, as it stands."""

    case: str
    id: str
    """Random; what addresses name it by."""

    about: Mapping[str, Any] = attrs.field(repr=False)
    """What was announced."""

    received: int
    """Bytes that are there; of a file that was judged, its size."""

    result: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    """What became of it; None: it was not judged yet."""

    @property
    def size(self) -> int:
        """Bytes that it will have."""
        return int(self.about["size"])


class IncomingFolder:
    """
    The files of an office that are on their way in; safe for any number of threads and processes.

    Args:
        root: The folder, made on first use; None: a temporary one that goes with this object.
    """

    def __init__(self, root: Path | str | None = None) -> None:
        self._root = None if root is None else Path(root)
        self._tree: FolderTree | None = None

    def begin(self, case: str, about: Mapping[str, Any]) -> IncomingFile:
        """
        Make room for a file and return it, empty.

        Args:
            case: Id of what it belongs to.
            about: Anything that JSON can hold; ``size`` is how many bytes will come.

        Raises:
            DocumentStoreUnavailableError: The disk refused.
        """
        upload = secrets.token_urlsafe(18).replace("-", "0").replace("_", "1")
        with typed_refusal("put"), self._opened().folder(_checked(case), upload, create=True) as folder:
            for name in (_LOCK, _JUDGING, _DATA):
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE, dir_fd=folder))
            _write_note(folder, _ABOUT, about)
        return IncomingFile(case=case, id=upload, about=dict(about), received=0)

    def find(self, case: str, upload: str) -> IncomingFile | None:
        """Return a file as it stands, or None."""
        with self._in(case, upload) as folder:
            return None if folder is None else _found(case, upload, folder)

    def of_case(self, case: str) -> tuple[IncomingFile, ...]:
        """Return the files of a case, in no particular order."""
        if not self._is_there():
            return ()
        with typed_refusal("list"):
            names = self._opened().names(_checked(case))
        found = (self.find(case, name) for name in names if _NAME.fullmatch(name))
        return tuple(item for item in found if item is not None)

    def cases(self) -> tuple[str, ...]:
        """Return the cases that have files on their way in."""
        if not self._is_there():
            return ()
        with typed_refusal("list"):
            return tuple(name for name in self._opened().names() if _NAME.fullmatch(name))

    def append(self, case: str, upload: str, offset: int, piece: bytes) -> int:
        """
        Write a piece at the end of what is there, durably, and return how many bytes are there now.

        Args:
            case: Id of what the file belongs to.
            upload: `IncomingFile.id`.
            offset: How many bytes are there, as the sender knows it.
            piece: The bytes that follow.

        Raises:
            DocumentStoreError: ``incoming-unknown``: there is no such file any more; ``incoming-offset``: another
                number of bytes is there; ``incoming-too-long``: more bytes than were announced.
            DocumentStoreUnavailableError: The disk refused; what was written of the piece counts.
        """
        with self._locked(case, upload, _LOCK) as folder:
            about = _read_note(folder, _ABOUT)
            try:
                descriptor = os.open(
                    _DATA, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder
                )
            except FileNotFoundError:
                raise DocumentStoreError("incoming-offset", received=int(about["size"])) from None
            try:
                there = os.fstat(descriptor).st_size
                if there != offset:
                    raise DocumentStoreError("incoming-offset", received=there)
                if there + len(piece) > int(about["size"]):
                    raise DocumentStoreError("incoming-too-long", size=int(about["size"]))
                with typed_refusal("put"):
                    write_whole(descriptor, piece)
                    os.fdatasync(descriptor)
                return there + len(piece)
            finally:
                os.close(descriptor)

    @contextlib.contextmanager
    def judging(self, case: str, upload: str) -> Iterator[IncomingFile]:
        """
        Hold a file while it is judged, so that it is judged once; gives it as it stands then.

        Raises:
            DocumentStoreError: ``incoming-unknown``.
        """
        with self._locked(case, upload, _JUDGING) as folder:
            found = _found(case, upload, folder)
            if found is None:
                raise DocumentStoreError("incoming-unknown")
            yield found

    def open(self, case: str, upload: str) -> BinaryIO:
        """
        Return a reader of what is there.

        Raises:
            DocumentStoreError: ``incoming-unknown``.
        """
        with self._in(case, upload) as folder, typed_refusal("open"):
            if folder is None:
                raise DocumentStoreError("incoming-unknown")
            try:
                descriptor = os.open(_DATA, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            except FileNotFoundError:
                raise DocumentStoreError("incoming-unknown") from None
            return os.fdopen(descriptor, "rb")

    def settle(self, case: str, upload: str, result: Mapping[str, Any]) -> None:
        """Write down what became of a file; its bytes are removed."""
        with self._in(case, upload) as folder, typed_refusal("put"):
            if folder is None:
                return
            _write_note(folder, _RESULT, result)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(_DATA, dir_fd=folder)

    def remove(self, case: str, upload: str) -> bool:
        """Remove a file with everything about it; return whether it was there."""
        with typed_refusal("delete"):
            with self._in(case, upload) as folder:
                if folder is None:
                    return False
                # What was announced goes first: without it nothing is there for anyone.
                for name in (_ABOUT, _DATA, _RESULT, _LOCK, _JUDGING):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=folder)
                for name in os.listdir(folder):  # noqa: PTH208 - by descriptor
                    os.unlink(name, dir_fd=folder)
            with contextlib.suppress(OSError), self._opened().folder(case) as parent:
                os.rmdir(upload, dir_fd=parent)
            with contextlib.suppress(OSError), self._opened().folder() as root:
                os.rmdir(case, dir_fd=root)
        return True

    def remove_case(self, case: str) -> int:
        """Remove all files of a case; return how many."""
        if not self._is_there():
            return 0
        with typed_refusal("list"):
            names = self._opened().names(_checked(case))
        return sum(self.remove(case, name) for name in names if _NAME.fullmatch(name))

    def remove_half_made(self, case: str, *, older_than_seconds: float = _HALF_MADE_SECONDS) -> int:
        """Remove what a crash left before anything was announced; return how many."""
        removed, limit = 0, time.time() - older_than_seconds
        with typed_refusal("tidy up"):
            names = self._opened().names(_checked(case))
        for name in names:
            with self._in(case, name) as folder:
                is_half = (
                    folder is not None
                    and os.fstat(folder).st_mtime <= limit
                    and _found(case, name, folder) is None
                )
            removed += is_half and self.remove(case, name)
        return removed

    def _opened(self) -> FolderTree:
        if self._tree is None:
            if self._root is None:
                self._root = Path(tempfile.mkdtemp(prefix="perizinan-"))
                weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
            self._tree = FolderTree(self._root)
        return self._tree

    def _is_there(self) -> bool:
        """Return whether anything was ever put here; looking makes no folder."""
        return self._root is not None and self._root.exists()

    @contextlib.contextmanager
    def _in(self, case: str, upload: str) -> Iterator[int | None]:
        if not (_NAME.fullmatch(case) and _NAME.fullmatch(upload) and self._is_there()):
            yield None
            return
        with contextlib.ExitStack() as stack:
            try:
                folder = stack.enter_context(self._opened().folder(case, upload))
            except (FileNotFoundError, NotADirectoryError):
                folder = None
            yield folder

    @contextlib.contextmanager
    def _locked(self, case: str, upload: str, lock: str) -> Iterator[int]:
        with self._in(case, upload) as folder:
            if folder is None:
                raise DocumentStoreError("incoming-unknown")
            try:
                descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            except FileNotFoundError:
                raise DocumentStoreError("incoming-unknown") from None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not _exists(folder, _ABOUT):  # removed while we waited
                    raise DocumentStoreError("incoming-unknown")
                yield folder
            finally:
                os.close(descriptor)


def _checked(case: str) -> str:
    if not _NAME.fullmatch(case):
        raise DocumentStoreError("incoming-unknown")
    return case


def _found(case: str, upload: str, folder: int) -> IncomingFile | None:
    try:
        about = _read_note(folder, _ABOUT)
    except (OSError, ValueError):
        return None
    try:
        result = _read_note(folder, _RESULT)
    except FileNotFoundError:
        result = None
    if result is not None:
        return IncomingFile(case=case, id=upload, about=about, received=int(about["size"]), result=result)
    try:
        received = os.stat(_DATA, dir_fd=folder, follow_symlinks=False).st_size
    except FileNotFoundError:
        # Settled between both looks, or being removed.
        return _found(case, upload, folder) if _exists(folder, _RESULT) else None
    return IncomingFile(case=case, id=upload, about=about, received=received)


def _exists(folder: int, name: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _read_note(folder: int, name: str) -> dict[str, Any]:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        text = file.read(_MOST_NOTES + 1)
    if len(text) > _MOST_NOTES:
        raise OSError(errno.EFBIG, "a note is too long")
    found: dict[str, Any] = json.loads(text)
    return found


def _write_note(folder: int, name: str, note: Mapping[str, Any]) -> None:
    """Write a note whole or not at all."""
    temporary = f"{name}-{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, FILE_MODE, dir_fd=folder)
    try:
        write_whole(descriptor, json.dumps(note, ensure_ascii=True).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)
