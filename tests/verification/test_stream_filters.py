"""PNG predictors of cross-reference and object streams, and the ASCII filters."""

from __future__ import annotations

import base64
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from perizinan_core._pdf._filters import from_ascii, undo_png
from perizinan_core.errors.pdf import PdfStructureError


@given(
    data=st.binary(min_size=24, max_size=24 * 9), kinds=st.lists(st.integers(0, 4), min_size=9, max_size=9)
)
def test_png_predictors_are_undone(data, kinds):
    """Every predictor, mixed row by row, with one and three bytes a pixel: Pillow reads the same as a PNG."""
    rows = len(data) // 24
    body = b"".join(bytes([kinds[n]]) + data[n * 24 : n * 24 + 24] for n in range(rows))
    for colours, colour_type, mode in ((1, 0, "L"), (3, 2, "RGB")):
        found = undo_png(body, 24, colours, 0)

        assert png(24 // colours, rows, colour_type, body).convert(mode).tobytes() == found


def png(width, height, colour_type, body):
    """The same rows as a PNG picture, read by Pillow."""

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, colour_type, 0, 0, 0])
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b""))
    return Image.open(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts)))


@given(data=st.binary(max_size=40))
def test_ascii_filters_are_undone(data):
    """Hexadecimal and base 85, with their end marks."""
    assert data == from_ascii("ASCIIHexDecode", data.hex().encode() + b">", 0)
    assert data == from_ascii("ASCII85Decode", base64.a85encode(data) + b"~>", 0)


@pytest.mark.parametrize(("name", "data"), [("ASCIIHexDecode", b"xx>"), ("ASCII85Decode", b"\x01~>")])
def test_damaged_ascii_is_refused(name, data):
    """Nothing is passed over."""
    with pytest.raises(PdfStructureError):
        from_ascii(name, data, 0)


@pytest.mark.parametrize(("data", "width"), [(b"abc", 3), (b"\x09bc", 2)])
def test_rows_that_cannot_be_are_refused(data, width):
    """A last row that is not whole, and a predictor that does not exist."""
    with pytest.raises(PdfStructureError):
        undo_png(data, width, 1, 0)
