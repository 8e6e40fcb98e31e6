"""
Decoding cross-reference and object streams (ISO 32000-1 section 7.4), strictly.

pypdf's filters rescue what they can from damaged data; a file whose objects were rescued must not
be signed. So Flate and the PNG predictors, which practically all such streams use, are decoded
here, and pypdf decodes what else there is (ASCII hexadecimal, ASCII 85, LZW …).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from perizinan_core.errors.signing import DamagedPdfError

__all__ = ["PREDICTOR_SETTINGS", "decoded"]

PREDICTOR_SETTINGS = (b"/Predictor", b"/Colors", b"/BitsPerComponent", b"/Columns")
"""Decode parameters that are understood (ISO 32000-1 table 8)."""

_LARGEST = 64 * 1024 * 1024


def decoded(filters: Sequence[bytes], settings: Mapping[bytes, int], stored: bytes) -> bytes:
    """
    Return the decoded data of a stream.

    Args:
        filters: Names of the filters, in order.
        settings: The predictor's settings of the first filter.
        stored: Data as stored.

    Raises:
        DamagedPdfError: The data cannot be decoded completely, or would be larger than 64 MiB.
    """
    if not filters:
        return stored
    if list(filters) == [b"/FlateDecode"]:
        return _unpredicted(_inflated(stored), settings)
    if settings:
        raise DamagedPdfError("stream")
    return _decoded_by_pypdf(filters, stored)


def _inflated(stored: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(stored, _LARGEST)
    except zlib.error as cause:
        raise DamagedPdfError("stream") from cause
    if not inflater.eof:
        raise DamagedPdfError("stream")
    return data


def _unpredicted(data: bytes, settings: Mapping[bytes, int]) -> bytes:
    """Undo a PNG predictor (RFC 2083 section 6); TIFF predictors are for pictures."""
    predictor = settings.get(b"/Predictor", 1)
    if predictor == 1:
        return data
    bits = settings.get(b"/Colors", 1) * settings.get(b"/BitsPerComponent", 8)
    width = (settings.get(b"/Columns", 1) * bits + 7) // 8
    if not 10 <= predictor <= 15 or bits < 1 or width < 1 or len(data) % (width + 1):
        raise DamagedPdfError("stream")
    above, rows = bytes(width), []
    for at in range(0, len(data), width + 1):
        above = _png_row(data[at], data[at + 1 : at + 1 + width], above, max(1, bits // 8))
        rows.append(above)
    return b"".join(rows)


def _png_row(kind: int, row: bytes, above: bytes, distance: int) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes((a + b) & 0xFF for a, b in zip(row, above, strict=True))
    if kind > 4:
        raise DamagedPdfError("stream")
    done = bytearray(row)
    for at, value in enumerate(row):
        left, corner = (done[at - distance], above[at - distance]) if at >= distance else (0, 0)
        up = above[at]
        match kind:
            case 1:
                guess = left
            case 3:
                guess = (left + up) // 2
            case _:
                guess = _paeth(left, up, corner)
        done[at] = (value + guess) & 0xFF
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    """Return the nearest of the three to ``left + up - corner``; of equals, the first."""
    middle = left + up - corner
    return min((left, up, corner), key=lambda near: abs(middle - near))


def _decoded_by_pypdf(filters: Sequence[bytes], stored: bytes) -> bytes:
    # pypdf takes long to load, and object streams in other than Flate coding are hardly ever seen.
    from pypdf.errors import DeprecationError, PyPdfError
    from pypdf.generic import ArrayObject, EncodedStreamObject, NameObject

    stream = EncodedStreamObject()
    stream[NameObject("/Filter")] = ArrayObject([NameObject(item.decode("latin-1")) for item in filters])
    stream._data = stored  # noqa: SLF001 - the only way in without a file
    try:
        return stream.get_data()
    except (PyPdfError, DeprecationError, ValueError, TypeError, NotImplementedError) as cause:
        raise DamagedPdfError("stream") from cause
