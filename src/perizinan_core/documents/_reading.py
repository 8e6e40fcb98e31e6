"""Reading and writing with the hash in view: wrong bytes are never handed out, or taken in, to their end."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from perizinan_core.documents._folder_access import typed_refusal
from perizinan_core.errors.documents import DocumentDamagedError, DocumentStoreError, DocumentTooLargeError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["CHUNK_BYTES", "IncomingBytes", "checked_reader"]

CHUNK_BYTES = 256 * 1024
"""How much is held in memory at a time."""


def checked_reader(raw: BinaryIO, sha256: str, size: int) -> BinaryIO:
    """
    Return a buffered reader over ``raw`` that raises instead of ending when the content is not ``sha256``.

    Args:
        raw: An unbuffered, seekable stream at its beginning; closed together with the reader.
        sha256: The hash that the content must have.
        size: Number of bytes that ``raw`` is thought to have, to know which piece is the last one.
    """
    return cast("BinaryIO", io.BufferedReader(_CheckedRaw(raw, sha256, size), CHUNK_BYTES))


class _CheckedRaw(io.RawIOBase):
    def __init__(self, raw: BinaryIO, sha256: str, size: int) -> None:
        super().__init__()
        self._raw = raw
        self._sha256 = sha256
        self._size = size
        self._hash = hashlib.sha256()
        self._taken = 0
        self._sound = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            with typed_refusal("read"):
                count = self._raw.readinto(view)  # type: ignore[attr-defined]
        except DocumentDamagedError:
            self._sound = True  # raised once, a later close() stays quiet
            raise
        if not self._sound and len(view):
            self._hash.update(view[:count])
            self._taken += count
            # The last piece is held back until the whole is known to be right.
            if count == 0 or self._taken >= self._size:
                self._finish()
        return int(count)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if not self._sound:
            position = self._raw.tell()
            self._drain()
            self._raw.seek(position)
        return self._raw.seek(offset, whence)

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not self._sound:
                self._drain()
        finally:
            self._raw.close()
            super().close()

    def __del__(self) -> None:
        # No one is left to be notified, and no one took the end of the content.
        self._sound = True
        super().__del__()

    def _drain(self) -> None:
        buffer = bytearray(CHUNK_BYTES)
        while not self._sound:
            self.readinto(buffer)

    def _finish(self) -> None:
        position = self._raw.tell()
        with typed_refusal("read"):
            while more := self._raw.read(CHUNK_BYTES):  # only when the content grew
                self._hash.update(more)
        self._sound = True  # raised once, a later close() stays quiet
        if self._hash.hexdigest() != self._sha256:
            raise DocumentDamagedError(self._sha256, self._hash.hexdigest())
        self._raw.seek(position)


class IncomingBytes:
    """The bytes that come to be stored: counted, limited and hashed while they pass."""

    def __init__(self, stream: BinaryIO, *, max_bytes: int | None) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self.size: int = 0
        """Bytes that have passed."""

    def __iter__(self) -> Iterator[bytes]:
        """
        Yield the pieces.

        Raises:
            DocumentTooLargeError: More than the limit came.
        """
        while piece := self._stream.read(CHUNK_BYTES):
            self.size += len(piece)
            if self._max_bytes is not None and self.size > self._max_bytes:
                raise DocumentTooLargeError(limit_bytes=self._max_bytes)
            self._hash.update(piece)
            yield piece

    def sha256(self, expected: str | None = None) -> str:
        """
        Return the hash of what passed.

        Raises:
            DocumentStoreError: ``document-hash-mismatch``: It is not ``expected``.
        """
        found = self._hash.hexdigest()
        if expected is not None and expected != found:
            raise DocumentStoreError("document-hash-mismatch", expected=expected, found=found)
        return found
