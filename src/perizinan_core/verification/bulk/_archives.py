"""
The members of zip and tar archives, read one after the other into memory, never onto the disk.

A name inside an archive is a label and nothing else: no path is made from it. Every read is bounded,
and so is the sum; links and devices inside a tar are not files. Unpacked are zip, tar, and tar under
gzip, bzip2, xz and (from Python 3.14) zstandard.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any, BinaryIO, cast

import attrs

from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification.bulk._limits import BulkLimits

_ENDINGS = (
    *(".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst"),
    *(".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"),
)
_END = bytes(512)
_EMPTY_TAR = tarfile.RECORDSIZE
"""Size of a tar without files, packed or not, in bytes."""

_TICK = 16 * 1024 * 1024
_ZSTANDARD: Any = importlib.import_module("compression.zstd") if sys.version_info >= (3, 14) else None
_DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, RuntimeError, NotImplementedError, struct.error, KeyError, IndexError, OverflowError),
    *([_ZSTANDARD.ZstdError] if _ZSTANDARD is not None else []),
)
"""What the standard library raises on damaged, encrypted and strange archives."""


@attrs.frozen
class Member:
    """One ordinary file of an archive, in the archive's own order."""

    place: int
    """Its number among the members, from 0."""

    name: str
    """Label; may hold anything."""

    read: Callable[[int], bytes]
    """Return at most so many bytes and one more, so that the caller sees what is too large."""


@attrs.define
class Budget:
    """What is left of an archive file's unpacked bytes; shared with the archives inside it."""

    left: int
    limit: int
    tick: Callable[[], None]
    """Called between members, now and then: it is work, and not an endless loop."""
    _since: int = 0

    def spend(self, count: int) -> None:
        """
        Note that ``count`` bytes were unpacked.

        Raises:
            RefusedError: when there are more than allowed.
        """
        self.left -= count
        self._since += count
        if self.left < 0:
            raise RefusedError("archive-limit", limit=f"{self.limit} bytes")

    def between(self) -> None:
        """
        Give a sign of life between two members, when there was much to unpack since the last one.

        None comes from within a member: a bomb that unpacks for minutes is to be taken for what it is.
        """
        if self._since >= _TICK:
            self._since = 0
            self.tick()


def is_archive_name(name: str) -> bool:
    """Return True when the name ends as that of an archive."""
    return name.lower().endswith(_ENDINGS)


def members(file: BinaryIO, limits: BulkLimits, budget: Budget) -> Iterator[Member]:
    """
    Yield the ordinary files of an archive; its kind is recognised by its first bytes, not by its name.

    Raises:
        RefusedError: when it is not an archive, damaged, encrypted, or beyond the limits.
    """
    try:
        head = file.read(6)
        file.seek(0)
        found = _zip(file, budget) if head.startswith(b"PK") else _tar(file, head, budget)
        for place, (name, read) in enumerate(found):
            if place >= limits.max_members:
                raise RefusedError("archive-limit", limit=f"{limits.max_members} files")
            yield Member(place, name, _guarded(read))
    except _DAMAGE as error:
        raise RefusedError("archive-unreadable") from error


def _guarded(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def guarded(most: int) -> bytes:
        try:
            return read(most)
        except _DAMAGE as error:
            raise RefusedError("archive-unreadable") from error

    return guarded


def _zip(file: BinaryIO, budget: Budget) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue

            def read(most: int, info: zipfile.ZipInfo = info) -> bytes:
                with archive.open(info) as member:
                    data = member.read(most + 1)
                budget.spend(len(data))
                return data

            yield info.filename, read


def _tar(file: BinaryIO, head: bytes, budget: Budget) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    counted = _Counted(_unpacked(file, head), budget)
    with tarfile.open(fileobj=cast("IO[bytes]", counted), mode="r|", errors="surrogateescape") as archive:
        begun = False
        for info in archive:
            begun = True
            budget.between()
            if not info.isreg():
                continue

            def read(most: int, info: tarfile.TarInfo = info) -> bytes:
                member = archive.extractfile(info)
                return member.read(most + 1) if member is not None else b""

            yield info.name, read
            archive.members = []  # type: ignore[attr-defined]  # else every header stays in memory
    if counted.tail != _END:
        # The library takes a cut header for the end; whole archives end with blocks of zeros.
        raise tarfile.ReadError("the end is missing")
    if not begun and file.seek(0, io.SEEK_END) > _EMPTY_TAR:
        # Space that was set aside for a download that never came reads as a tar without files.
        raise tarfile.ReadError("nothing but zeros")


def _unpacked(file: BinaryIO, head: bytes) -> Any:
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file, mode="rb")
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(file)
    if head.startswith(b"\x28\xb5\x2f\xfd") and _ZSTANDARD is not None:
        return _ZSTANDARD.ZstdFile(file)
    return file


class _Counted(io.RawIOBase):
    """Passes on what is read, and counts it."""

    def __init__(self, inner: Any, budget: Budget) -> None:
        super().__init__()
        self._inner = inner
        self._budget = budget
        self.tail = b""
        """The last bytes that were read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        data: bytes = self._inner.read(size)
        self._budget.spend(len(data))
        self.tail = (self.tail + data)[-len(_END) :] if len(data) < len(_END) else data[-len(_END) :]
        return data
