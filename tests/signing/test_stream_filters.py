"""Filters of cross-reference and object streams."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from perizinan_core.errors.signing import DamagedPdfError
from perizinan_core.signing._stream_filters import decoded

FLATE = [b"/FlateDecode"]


@given(
    data=st.binary(min_size=24, max_size=24 * 9), kinds=st.lists(st.integers(0, 4), min_size=9, max_size=9)
)
def test_png_predictors_are_undone(data, kinds):
    """Every predictor, mixed row by row, with one and three bytes a pixel: Pillow reads the same as a PNG."""
    rows = len(data) // 24
    body = b"".join(bytes([kinds[n]]) + data[n * 24 : n * 24 + 24] for n in range(rows))
    for colours, colour_type, mode in ((1, 0, "L"), (3, 2, "RGB")):
        columns = 24 // colours
        found = decoded(
            FLATE, {b"/Predictor": 15, b"/Columns": columns, b"/Colors": colours}, zlib.compress(body)
        )

        assert png(columns, rows, colour_type, body).convert(mode).tobytes() == found


def png(width, height, colour_type, body):
    """The same rows as a PNG picture, read by Pillow."""

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, colour_type, 0, 0, 0])
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b""))
    return Image.open(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts)))


def test_without_filter_or_predictor_data_stays():
    """Nothing to undo."""
    assert b"abc" == decoded([], {}, b"abc")
    assert b"abc" == decoded(FLATE, {b"/Predictor": 1}, zlib.compress(b"abc"))


def test_other_filters_are_decoded_by_pypdf():
    """ASCII 85 around Flate."""
    import base64

    stored = base64.a85encode(zlib.compress(b"abc" * 9)) + b"~>"

    assert b"abc" * 9 == decoded([b"/ASCII85Decode", b"/FlateDecode"], {}, stored)


@pytest.mark.parametrize(
    ("filters", "settings", "stored"),
    [
        (FLATE, {}, b"x"),
        (FLATE, {}, zlib.compress(b"abc" * 99)[:-6]),
        (FLATE, {b"/Predictor": 2}, zlib.compress(b"abc")),
        (FLATE, {b"/Predictor": 12, b"/Columns": 0}, zlib.compress(b"abc")),
        (FLATE, {b"/Predictor": 12, b"/Colors": 0}, zlib.compress(b"abc")),
        (FLATE, {b"/Predictor": 12, b"/Columns": 3}, zlib.compress(b"abc")),
        (FLATE, {b"/Predictor": 12, b"/Columns": 2}, zlib.compress(b"\x09bc")),
        ([b"/LZWDecode"], {b"/Predictor": 12}, b""),
        ([b"/Fl"], {}, b"x"),
        ([b"/Unknown"], {}, b"x"),
    ],
)
def test_what_cannot_be_decoded_completely_is_refused(filters, settings, stored):
    """Cut data, predictors for pictures, wrong widths, unknown filters."""
    with pytest.raises(DamagedPdfError):
        decoded(filters, settings, stored)


def test_bombs_are_refused():
    """A small stream that would fill the memory."""
    with pytest.raises(DamagedPdfError):
        decoded(FLATE, {}, zlib.compress(bytes(65 * 1024 * 1024), 9))
