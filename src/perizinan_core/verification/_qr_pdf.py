"""
The codes of a PDF that somebody wants judged by its code, not by its signature: a scan, a print to file.

The codes are read from the drawing (`pdf.drawn_codes`). Where that finds none, and pypdfium2 happens to
be installed, the first pages are rendered and searched like photos. The printed text is read too, so that
a genuine code of one permit is found on the page of another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification._pdf._drawn_codes import drawn_codes
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._qr_image import ImageLimits, find_codes

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["codes_of_pdf", "is_pdf", "text_of_pdf"]

_MAX_PAGES = 5
_SIDE = 2400
"""Pixels of the longer side of a rendered page: 200 dpi on A4."""


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
    for page in _rendered(data) if not any(map(wanted, texts)) else ():
        texts.update(
            dict.fromkeys(find_codes(page, wanted=wanted, is_over=lambda: time.monotonic() > end).texts)
        )
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


def _rendered(data: bytes) -> Iterator[Image]:
    """Yield the first pages in grey; none without pypdfium2, or from a file that it cannot read."""
    try:
        import pypdfium2  # type: ignore[import-untyped]
    except ImportError:
        return
    document: Any = None
    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(min(len(document), _MAX_PAGES)):
            page = document[number]
            scale = _SIDE / max(1.0, *page.get_size())
            yield page.render(scale=scale, grayscale=True).to_pil().convert("L")
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        return
    finally:
        if document is not None:
            document.close()
