"""Finding QR codes in a photo. Runs in a judging process only: pictures are hostile input."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageOps

__all__ = ["PhotoError", "read_qr_codes"]

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_MAX_PIXELS = 80_000_000
_DRAFT = 3000
"""Longest side that a JPEG is decoded to, in pixels: a code of 30 mm on a page still has 4 pixels a module."""
_SMALL = 1200
_MAX_CODES = 16


class PhotoError(Exception):
    """A file that is no picture, or is too large a one; the text is a reason code."""


def read_qr_codes(data: bytes) -> list[str]:
    """
    Return the texts of the QR codes in a picture (JPEG, PNG, WebP or HEIF), an empty list when there are none.

    Raises:
        PhotoError: ``photo-unreadable`` or ``photo-too-large``.
    """
    picture = _open(data)
    for variant in _variants(picture):
        found = zxingcpp.read_barcodes(
            variant, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
        )
        texts = [item.text for item in found if item.valid][:_MAX_CODES]
        if texts:
            return texts
    return []


def _open(data: bytes) -> Image.Image:
    import pillow_heif

    pillow_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > _MAX_PIXELS:
                raise PhotoError("photo-too-large")
            picture.draft("L", (_DRAFT, _DRAFT))
            flat = Image.new("RGBA", picture.size, "white") if "A" in picture.getbands() else None
            if flat is not None:  # a transparent code stands on paper
                flat.alpha_composite(picture.convert("RGBA"))
            return (flat or picture).convert("L")
        except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
            raise PhotoError("photo-unreadable") from error


def _variants(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture as it is, then with what helps against bad light, blur and small codes."""
    yield picture
    yield ImageOps.autocontrast(picture, cutoff=2)
    if max(picture.size) <= _SMALL:
        yield picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
    else:
        yield picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
