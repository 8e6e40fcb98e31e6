"""
The room that a file keeps for a signature or timestamp: everything around it is hashed, then it is filled.

(ISO 32000-1 section 12.8.1: ``/ByteRange`` covers the file but for the string of ``/Contents``.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Self

import attrs

_SPARE = 512
"""Bytes by which the next timestamp may be larger than one that did not fit."""


def fitted(make: Callable[[int], bytes], room: int) -> bytes:
    """Make a file with ``room`` bytes for its container; once more when that needs more than was thought."""
    try:
        return make(room)
    except OverflowError as error:
        return make(int(error.args[0]) + _SPARE)


def empty_room(size: int) -> bytes:
    """Return the entries ``/ByteRange``, with room for its numbers, and ``/Contents``, with room for ``size`` bytes."""
    return b"/ByteRange [0 0 0 0]%b\n/Contents <%b>" % (b" " * 48, b"0" * (2 * size))


@attrs.frozen(eq=False)
class ReservedRoom:
    """A file that is complete but for one container."""

    _pdf: bytes = attrs.field(repr=False)
    _tail: bytearray = attrs.field(repr=False)
    _opening: int
    _closing: int

    @classmethod
    def of(cls, pdf: bytes, tail: bytes, signature_at: int) -> Self:
        """
        Write the byte range into an incremental update.

        Args:
            pdf: The file as it was.
            tail: What is appended to it.
            signature_at: Where in ``tail`` the signature dictionary begins.
        """
        update = bytearray(tail)
        opening = update.index(b"/Contents <", signature_at) + len(b"/Contents ")
        closing = update.index(b">", opening) + 1
        covered = b"[0 %d %d %d]" % (len(pdf) + opening, len(pdf) + closing, len(update) - closing)
        range_at = update.index(b"/ByteRange ", signature_at) + len(b"/ByteRange ")
        update[range_at : range_at + len(covered)] = covered
        return cls(pdf, update, opening, closing)

    @property
    def size(self) -> int:
        """Number of bytes that fit."""
        return (self._closing - self._opening - 2) // 2

    def digest(self, hash_name: str) -> bytes:
        """Return the digest of everything but the room."""
        found = hashlib.new(hash_name, self._pdf)
        found.update(self._tail[: self._opening])
        found.update(self._tail[self._closing :])
        return found.digest()

    def filled(self, container: bytes) -> bytes:
        """
        Return the whole file with ``container`` in its room.

        Raises:
            OverflowError: it does not fit.
        """
        if len(container) > self.size:
            raise OverflowError(len(container))
        digits = container.hex().encode()
        self._tail[self._opening + 1 : self._opening + 1 + len(digits)] = digits
        return self._pdf + self._tail
