"""
The codes of a PDF that someone wants judged by its code, not by its signature: a scan, a print to file.

The codes are read from the drawing (`pdf.drawn_codes`). Where that finds none, and pypdfium2 happens to
be installed, the first pages are rendered and searched like photos. The printed text is read too, so that
a genuine code of one permit is found on the page of another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._pdf._drawn_codes import drawn_codes
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._qr_image import ImageLimits, find_codes

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_PAGES = 5
_SIDE = 2400
"""Pixels of the longer side of a rendered page: 200 dpi on A4."""

_MUCH = 0.2
"""Part of a page that a picture takes for the page to be searched like a photo; a drawn code is sharp, or none."""


def is_pdf(data: bytes) -> bool:
    """Return True when a file begins like a PDF."""
    return b"%PDF-" in data[:1024]


def codes_of_pdf(data: bytes, *, wanted: Callable[[str], bool], limits: ImageLimits) -> tuple[str, ...]:
    """
    Return the texts of the QR codes on the pages, each once.

    Args:
        data: The file.
        wanted: Returns True for a text that ends the search.
        limits: How much a rendered page may cost.
    """
    try:
        texts = dict.fromkeys(drawn_codes(PdfStructure(data)))
    except PdfStructureError:
        texts = {}
    end = time.monotonic() + limits.max_seconds
    for page, is_photo in _rendered(data) if not any(map(wanted, texts)) else ():
        found = find_codes(page, wanted=wanted, is_over=lambda: time.monotonic() > end, quick=not is_photo)
        texts.update(dict.fromkeys(found.texts))
        if any(map(wanted, texts)) or time.monotonic() > end:
            break
    return tuple(texts)


def text_of_pdf(data: bytes) -> str | None:
    """Return the printed text; None when there is none or it cannot be read."""
    try:
        text = printed_text(PdfStructure(data))
    except PdfStructureError:
        return None
    return text if text.strip() else None


def _rendered(data: bytes) -> Iterator[tuple[Image, bool]]:
    """
    Yield the first pages in grey that show more than text, and whether a picture takes much of them, as in a scan.

    None without pypdfium2, or from a file that it cannot read.
    """
    try:
        import pypdfium2  # type: ignore[import-untyped]
        import pypdfium2.raw  # type: ignore[import-untyped]
    except ImportError:
        return
    document: Any = None
    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(min(len(document), _MAX_PAGES)):
            page = document[number]
            shown = [item for item in page.get_objects() if item.type != pypdfium2.raw.FPDF_PAGEOBJ_TEXT]
            if not shown:
                continue
            width, height = page.get_size()
            pictures = [item for item in shown if item.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
            is_photo = any(_area(item.get_bounds()) > _MUCH * width * height for item in pictures)
            scale = _SIDE / max(1.0, width, height)
            yield page.render(scale=scale, grayscale=True).to_pil().convert("L"), is_photo
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        return
    finally:
        if document is not None:
            document.close()


def _area(bounds: tuple[float, float, float, float]) -> float:
    left, bottom, right, top = bounds
    return (right - left) * (top - bottom)
