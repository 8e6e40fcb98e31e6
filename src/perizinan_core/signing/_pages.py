"""Finding a page and how it is shown (ISO 32000-1 sections 7.7.3 and 14.11.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from perizinan_core._pdf._syntax import Ref
from perizinan_core._pdf._tree import page_tree
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import UnsignablePdfError
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._request import Placement

_MATRICES = {
    0: b"[1 0 0 1 0 0]",
    90: b"[0 1 -1 0 0 0]",
    180: b"[-1 0 0 -1 0 0]",
    270: b"[0 -1 1 0 0 0]",
}
# Half a point: sizes given in millimetres are rounded by everyone.
_TOLERANCE = 0.5


@attrs.frozen
class Page:
    """One page."""

    ref: Ref
    """The page object."""

    box: tuple[float, float, float, float]
    """What is shown, in default user space: left, bottom, right, top."""

    rotation: int
    """Clockwise turn for showing: 0, 90, 180 or 270 degrees."""

    @property
    def matrix(self) -> bytes:
        """Matrix of an appearance that stands upright on the page as shown."""
        return _MATRICES[self.rotation]

    def rectangle(self, placement: Placement) -> tuple[float, float, float, float]:
        """
        Return where a placement on the page as shown lies in default user space.

        Raises:
            UnsignablePdfError: ``mark-outside``: It does not lie on the page.
        """
        left, bottom, right, top = self.box
        width, height = right - left, top - bottom
        if self.rotation in (90, 270):
            width, height = height, width
        u, v = placement.x, placement.y
        u_end, v_end = u + placement.width, v + placement.height
        if u_end > width + _TOLERANCE or v_end > height + _TOLERANCE:
            raise UnsignablePdfError("mark-outside", width=round(width, 1), height=round(height, 1))
        match self.rotation:
            case 90:
                return right - v_end, bottom + u, right - v, bottom + u_end
            case 180:
                return right - u_end, top - v_end, right - u, top - v
            case 270:
                return left + v, top - u_end, left + v_end, top - u
            case _:
                return left + u, bottom + v, left + u_end, bottom + v_end

    def shown_size(self, rectangle: tuple[float, ...]) -> tuple[float, float]:
        """Return width and height, as shown, of a rectangle in default user space."""
        left, bottom, right, top = rectangle
        width, height = abs(right - left), abs(top - bottom)
        return (height, width) if self.rotation in (90, 270) else (width, height)


def find_page(pdf: PdfFile, wanted: int) -> Page:
    """
    Return the page counted from 1, or from the end with a negative number.

    Raises:
        UnsignablePdfError: ``page-missing``: There is no such page.
        PdfStructureError: The page tree is incomplete or circular.
    """
    # The whole tree is walked, also for the first page: a document with a broken tree is not signed.
    pages = list(_pages(pdf))
    if not -len(pages) <= wanted <= len(pages):
        raise UnsignablePdfError("page-missing", page=wanted, pages=len(pages))
    return _page(pdf, *pages[wanted - 1 if wanted > 0 else wanted])


def page_of(pdf: PdfFile, widget: Ref) -> Page:
    """
    Return the page that shows ``widget``: the one its ``/P`` names, else the one whose ``/Annots`` list it.

    Raises:
        PdfStructureError: No page does.
    """
    named = pdf.dictionary(widget).get("P")
    showing = [
        (ref, node)
        for ref, node in _pages(pdf)
        if (ref == named if isinstance(named, Ref) else widget in pdf.array(node.get("Annots")))
    ]
    if not showing:
        raise PdfStructureError("a field is on no page", 0)
    return _page(pdf, *showing[-1])


def _pages(pdf: PdfFile) -> Iterator[tuple[Ref, dict[str, Any]]]:
    for value, node in page_tree(pdf, len(pdf.numbers())):
        if "Kids" in node:
            continue
        if not isinstance(value, Ref) or pdf.resolve(node.get("Type")) != "Page":
            raise PdfStructureError("the page tree holds something that is not a page", 0)
        yield value, node


def _page(pdf: PdfFile, ref: Ref, node: dict[str, Any]) -> Page:
    media = rectangle_of(pdf, node.get("MediaBox"))
    if media is None:
        raise PdfStructureError("a page does not state its size", 0)
    crop = rectangle_of(pdf, node.get("CropBox")) or media
    # What lies outside the medium is not shown (ISO 32000-1 section 14.11.2).
    shown = (max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3]))
    turn = pdf.resolve(node.get("Rotate", 0)) or 0
    if not isinstance(turn, int) or turn % 360 not in _MATRICES:
        raise PdfStructureError("a page is turned in a way that cannot be shown", 0)
    return Page(ref, shown, turn % 360)


def rectangle_of(pdf: PdfFile, value: Any) -> tuple[float, float, float, float] | None:
    """
    Return a rectangle as left, bottom, right, top; nothing gives None.

    Raises:
        PdfStructureError: It is something else than four numbers.
    """
    if pdf.resolve(value) is None:
        return None
    corners = [pdf.resolve(item) for item in pdf.array(value)]
    if len(corners) != 4 or not all(isinstance(item, int | float) for item in corners):
        raise PdfStructureError("a rectangle does not have four numbers", 0)
    x1, y1, x2, y2 = map(float, corners)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
