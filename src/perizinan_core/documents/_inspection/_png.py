"""
The chunks of a PNG file (ISO/IEC 15948), walked and unpacked piece by piece without drawing the
picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

import attrs

__all__ = ["BrokenPngError", "PngOutline", "outline"]

_SIGNATURE_BYTES = 8
_PIECE = 256 * 1024
_SLACK_BYTES = 64 * 1024  # some writers pack a few bytes too many
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = frozenset({1, 2, 4, 8, 16})
# Adam7 passes: first column and row, and steps (ISO/IEC 15948, 8.2).
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


class BrokenPngError(Exception):
    """A chunk is missing, cut or has a wrong checksum, or the pixel data is too short."""


@attrs.frozen
class PngOutline:
    """What the chunks say."""

    width: int
    """Pixels across."""

    height: int
    """Pixels down."""

    animated: bool
    """Whether it is an animation (APNG)."""

    oversized: bool
    """Whether the pixel data unpacks to more than the picture needs."""

    end: int
    """Offset behind the last chunk."""


def outline(file: BinaryIO, size: int, max_pixels: int) -> PngOutline:
    """
    Walk the chunks, check each checksum, and unpack the pixel data without keeping it.

    A picture with more than ``max_pixels`` is only measured, not unpacked.

    Raises:
        BrokenPngError: The file is damaged.
    """
    file.seek(_SIGNATURE_BYTES)
    name, header = _chunk(file, size)
    if name != b"IHDR" or len(header) != 13:
        raise BrokenPngError
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    expected = _pixel_bytes(width, height, header)
    if width * height > max_pixels:
        return PngOutline(width, height, animated=False, oversized=False, end=0)
    most = expected + _SLACK_BYTES
    unpacked, animated, inflater = 0, False, zlib.decompressobj()
    while True:
        name, content = _chunk(file, size)
        if name == b"IDAT":
            unpacked += sum(_inflated(inflater, content, most + 1 - unpacked))
        animated = animated or name == b"acTL"
        if unpacked > most or name == b"IEND":
            break
    if unpacked < expected:
        raise BrokenPngError
    return PngOutline(width, height, animated, oversized=unpacked > most, end=file.tell())


def _chunk(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    head = file.read(8)
    length = int.from_bytes(head[:4], "big")
    if length > size:
        raise BrokenPngError
    content = file.read(length)
    checksum = file.read(4)
    if len(head) != 8 or len(content) != length or len(checksum) != 4:
        raise BrokenPngError
    if zlib.crc32(content, zlib.crc32(head[4:])) != int.from_bytes(checksum, "big"):
        raise BrokenPngError
    return head[4:], content


def _inflated(inflater: zlib._Decompress, content: bytes, wanted: int) -> Iterator[int]:
    # Yields lengths; stops early once more than wanted has come.
    total = 0
    pending = content
    try:
        while pending and total < wanted and not inflater.eof:
            piece = inflater.decompress(pending, _PIECE)
            pending = inflater.unconsumed_tail
            total += len(piece)
            yield len(piece)
    except zlib.error as error:
        raise BrokenPngError from error


def _pixel_bytes(width: int, height: int, header: bytes) -> int:
    depth, colour, interlaced = header[8], header[9], header[12]
    if not width or not height or depth not in _DEPTHS or colour not in _CHANNELS or interlaced > 1:
        raise BrokenPngError
    bits = depth * _CHANNELS[colour]

    def rows(across: int, down: int) -> int:
        return down * ((across * bits + 7) // 8 + 1) if across and down else 0

    if not interlaced:
        return rows(width, height)
    return sum(
        rows((width - left + step_x - 1) // step_x, (height - top + step_y - 1) // step_y)
        for left, top, step_x, step_y in _ADAM7
        if width > left and height > top
    )
