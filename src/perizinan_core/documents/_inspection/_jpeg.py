"""The outline of a JPEG file (ITU-T T.81 Annex B): where the picture ends, and its size in pixels."""

from __future__ import annotations

import re
from typing import Protocol

__all__ = ["JpegOutline", "is_arithmetic", "jpeg_end", "jpeg_size", "samsung_start"]

_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_STANDALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ARITHMETIC = frozenset(range(0xC9, 0xD0)) - {0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_MAX_SEGMENTS = 100_000


class JpegOutline(Protocol):
    """What bytes and memory maps have in common here."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...


def jpeg_end(data: JpegOutline, start: int = 0) -> int | None:
    """Return the offset just behind the end-of-image marker of the picture at ``start``, or None when there is none."""
    position = start + 2
    for _ in range(_MAX_SEGMENTS):
        marker = data[position : position + 2]
        if len(marker) < 2 or marker[0] != 0xFF:
            return None
        kind = marker[1]
        if kind == 0xFF:  # fill byte
            position += 1
        elif kind == _END_OF_IMAGE:
            return position + 2
        elif kind in _STANDALONE:
            position += 2
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
            if kind == _START_OF_SCAN:
                found = _MARKER_IN_SCAN.search(data, position)  # type: ignore[call-overload]
                if found is None:
                    return None
                position = found.end() - 2
    return None


def samsung_start(data: JpegOutline) -> int | None:
    """
    Return where the block begins that Samsung's cameras append, or None when there is none.

    It ends with a directory: ``SEFH``, version, count, twelve bytes for each entry (the last eight are how far in front
    of the directory it begins, and its length), the directory's length and ``SEFT``.
    """
    size = len(data)
    if data[max(0, size - 4) : size] != b"SEFT":
        return None
    length = int.from_bytes(data[size - 8 : size - 4], "little")
    directory = size - 8 - length
    if directory < 0 or data[directory : directory + 4] != b"SEFH":
        return None
    entries = data[directory + 12 : size - 8]
    back = [int.from_bytes(entries[at + 4 : at + 8], "little") for at in range(0, len(entries) - 11, 12)]
    start = directory - max(back, default=0)
    return start if start > 0 else None


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of the first frame header, or None."""
    position = _frame_header(data)
    if position is None:
        return None
    height, width = data[position + 5 : position + 7], data[position + 7 : position + 9]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")


def is_arithmetic(data: JpegOutline) -> bool:
    """Return whether the picture is packed by arithmetic coding, whose last bytes may be left out."""
    position = _frame_header(data)
    return position is not None and data[position + 1 : position + 2][0] in _ARITHMETIC


def _frame_header(data: JpegOutline) -> int | None:
    position = 2
    while position + 9 <= len(data):
        marker = data[position : position + 2]
        if marker[0] != 0xFF:
            return None
        if marker[1] in _FRAME_HEADERS:
            return position
        if marker[1] == 0xFF:
            position += 1
        elif marker[1] in _STANDALONE:
            position += 2
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None
