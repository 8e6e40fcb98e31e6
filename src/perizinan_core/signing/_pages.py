"""Finding a page and how it is shown (ISO 32000-1 sections 7.7.3 and 14.11.2)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.errors.signing import DamagedPdfError, MarkOutsidePageError, PageNotFoundError
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, decoded_name, numbers, reference
from perizinan_core.signing._request import Placement

__all__ = ["Page", "find_page", "page_of"]

_DEPTH = 64
_INHERITED = (b"/MediaBox", b"/CropBox", b"/Rotate")
_MATRICES = {
    0: b"[1 0 0 1 0 0]",
    90: b"[0 1 -1 0 0 0]",
    180: b"[-1 0 0 -1 0 0]",
    270: b"[0 -1 1 0 0 0]",
}
# Half a point: sizes given in millimetres are rounded by everybody.
_TOLERANCE = 0.5


@attrs.frozen
class Page:
    """One page."""

    number: int
    """Object number."""

    dictionary: RawDictionary = attrs.field(repr=False)
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
            MarkOutsidePageError: It does not lie on the page.
        """
        left, bottom, right, top = self.box
        width, height = right - left, top - bottom
        if self.rotation in (90, 270):
            width, height = height, width
        u, v = placement.x, placement.y
        u_end, v_end = u + placement.width, v + placement.height
        if u_end > width + _TOLERANCE or v_end > height + _TOLERANCE:
            raise MarkOutsidePageError(round(width, 1), round(height, 1))
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


def find_page(pdf: PdfFile, catalog: RawDictionary, wanted: int) -> Page:
    """
    Return the page counted from 1, or from the end with a negative number.

    Raises:
        PageNotFoundError: There is no such page.
        DamagedPdfError: The page tree is incomplete or circular.
    """
    # The whole tree is walked, also for the first page: a document with a broken tree is not signed.
    pages = list(_pages(pdf, catalog))
    if not -len(pages) <= wanted <= len(pages):
        raise PageNotFoundError(wanted, len(pages))
    return _page(pdf, *pages[wanted - 1 if wanted > 0 else wanted])


def page_of(pdf: PdfFile, catalog: RawDictionary, widget: int, holder: bytes) -> Page:
    """
    Return the page that shows ``widget``: the one its ``/P`` names, else the one whose ``/Annots`` list it.

    Raises:
        DamagedPdfError: No page does.
    """
    named = reference(holder)
    found = None
    for node in _pages(pdf, catalog):
        number, dictionary, _ = node
        listed = pdf.array(dictionary.raw(b"/Annots")) if named is None else []
        if (named and number == named[0]) or (widget, pdf.generation(widget)) in map(reference, listed):
            found = node
    if found is None:
        raise DamagedPdfError("pages", widget)
    return _page(pdf, *found)


_Node = tuple[int, RawDictionary, dict[bytes, bytes]]
"""Object number, page object and inherited entries."""


def _pages(pdf: PdfFile, catalog: RawDictionary) -> Iterator[_Node]:
    seen: set[int] = set()
    waiting: list[tuple[bytes, dict[bytes, bytes], int]] = [(catalog.raw(b"/Pages"), {}, 0)]
    while waiting:
        raw, inherited, depth = waiting.pop()
        found = reference(raw)
        if found is None or found[0] in seen or depth > _DEPTH:
            raise DamagedPdfError("pages", found[0] if found else None)
        seen.add(found[0])
        node = pdf.dictionary(raw)
        inherited = inherited | {key: node.raw(key) for key in _INHERITED if key in node}
        if b"/Kids" in node:
            waiting += ((kid, inherited, depth + 1) for kid in reversed(pdf.array(node.raw(b"/Kids"))))
        elif decoded_name(pdf.resolve(node.raw(b"/Type"))) == b"/Page":
            yield found[0], node, inherited
        else:
            raise DamagedPdfError("pages", found[0])


def _page(pdf: PdfFile, number: int, node: RawDictionary, inherited: dict[bytes, bytes]) -> Page:
    media = _box(pdf, inherited.get(b"/MediaBox", b"null"))
    if media is None:
        raise DamagedPdfError("pages", number)
    crop = _box(pdf, inherited.get(b"/CropBox", b"null")) or media
    # What lies outside the medium is not shown (ISO 32000-1 section 14.11.2).
    shown = (max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3]))
    turn = inherited.get(b"/Rotate", b"null")
    rotation = 0 if pdf.resolve(turn) == b"null" else pdf.number(turn, "pages") % 360
    if rotation not in _MATRICES:
        raise DamagedPdfError("pages", number)
    return Page(number, node, shown, rotation)


def _box(pdf: PdfFile, raw: bytes) -> tuple[float, float, float, float] | None:
    value = pdf.resolve(raw)
    if value == b"null":
        return None
    corners = numbers(b"[%b]" % b" ".join(pdf.resolve(item) for item in pdf.array(value)))
    if len(corners) != 4:
        raise DamagedPdfError("pages")
    x1, y1, x2, y2 = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
