"""Undoing what lies around the data of streams (ISO 32000-1 section 7.4): PNG predictors and the ASCII filters."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from perizinan_core._pdf._syntax import BLANKS
from perizinan_core.errors.pdf import PdfStructureError

ASCII_FILTERS = ("ASCIIHexDecode", "ASCII85Decode")


def from_ascii(name: str, raw: bytes, offset: int) -> bytes:
    """
    Undo one of `ASCII_FILTERS`.

    Raises:
        PdfStructureError: when the data is damaged.
    """
    try:
        if name == "ASCIIHexDecode":
            digits = raw.partition(b">")[0].translate(None, BLANKS)
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        return base64.a85decode(raw.partition(b"~>")[0], ignorechars=BLANKS)
    except ValueError as error:
        raise PdfStructureError("a stream is damaged", offset) from error


def undo_png(data: bytes, width: int, distance: int, offset: int) -> bytes:
    """
    Undo the PNG filters (RFC 2083 section 6).

    Args:
        data: Rows, each with the number of its filter before it.
        width: Bytes of a row.
        distance: Bytes of a pixel.
        offset: Where the stream lies, for errors.

    Raises:
        PdfStructureError: when the last row is not whole, or a row has another filter.
    """
    if len(data) % (width + 1):
        raise PdfStructureError("a stream with predictor has a broken last row", offset)
    above, result = bytes(width), bytearray()
    for start in range(0, len(data), width + 1):
        kind, row = data[start], data[start + 1 : start + 1 + width]
        if kind == 2:
            row = bytes((a + b) & 0xFF for a, b in zip(row, above, strict=True))
        elif kind in _GUESSES:
            row = _guessed(row, above, distance, _GUESSES[kind])
        elif kind != 0:
            raise PdfStructureError("a stream uses a predictor that is not read here", offset)
        above = row
        result += row
    return bytes(result)


def _guessed(row: bytes, above: bytes, distance: int, guess: Callable[[int, int, int], int]) -> bytes:
    done = bytearray(row)
    for at, value in enumerate(row):
        left, corner = (done[at - distance], above[at - distance]) if at >= distance else (0, 0)
        done[at] = (value + guess(left, above[at], corner)) & 0xFF
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    """Return the nearest of the three to ``left + up - corner``; of equals, the first."""
    return min((left, up, corner), key=lambda near: abs(left + up - corner - near))


_GUESSES: Mapping[int, Callable[[int, int, int], int]] = {
    1: lambda left, _up, _corner: left,
    3: lambda left, up, _corner: (left + up) // 2,
    4: _paeth,
}
"""What the filters that look to the left guess from the bytes at the left, above, and above the left."""
