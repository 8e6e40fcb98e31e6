"""Writing a file whole or not at all, also through a crash, and one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """
    Hold the lock that belongs to a file: ``.NAME.lock`` beside it; waits for other threads and processes.

    The lock file stays: removing it would let two processes hold locks of the same name.
    """
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """
    Put ``data`` in the place of a file: readers see the old content or the new, also after a crash.

    Args:
        path: The file; its folder must exist.
        data: New content.
        mode: Permissions of the new file.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    with _written(path, data, mode) as fresh:
        fresh.replace(path)


def create_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """
    Write a file unless there is one: the first writer wins, and no reader finds half of it.

    Args:
        path: The file; its folder must exist.
        data: Its content.
        mode: Its permissions.

    Raises:
        OSError: it cannot be written.
    """
    with _written(path, data, mode) as fresh, contextlib.suppress(FileExistsError):
        os.link(fresh, path)


@contextlib.contextmanager
def _written(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Give a complete file of another name, which is removed where it still is; then make the folder durable."""
    # A name of its own for each attempt: a second writer must not write into what the first puts in place.
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
