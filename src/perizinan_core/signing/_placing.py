"""Adding a signature field to a PDF, or filling an existing one, and what the file says about it."""

from __future__ import annotations

import attrs

from perizinan_core.errors.signing import MarkPlacementError
from perizinan_core.signing._form import FoundField
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._mark import add_appearance, empty_appearance
from perizinan_core.signing._pages import Page, find_page, page_of
from perizinan_core.signing._pdf_syntax import RawDictionary, integer, numbers, text_string
from perizinan_core.signing._request import SigningRequest
from perizinan_core.signing._structure import tag_widget

__all__ = ["add_field", "declare_extension", "fill_field", "mark_form"]

# Print and Locked (ISO 32000-1 table 165): PDF/A asks for the first, the second keeps it in place.
_FLAGS = b"132"
_PRINT = 4
_HIDING = 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_SIGNATURES_EXIST = 1
_APPEND_ONLY = 2


def mark_form(update: IncrementalUpdate, catalog: RawDictionary) -> None:
    """Say that the form holds signatures and that the file is only ever appended to."""
    form = update.own_child(catalog, b"/AcroForm")
    flags = integer(update.pdf.resolve(form.raw(b"/SigFlags"))) or 0
    form[b"/SigFlags"] = b"%d" % (flags | _SIGNATURES_EXIST | _APPEND_ONLY)


def declare_extension(update: IncrementalUpdate, catalog: RawDictionary) -> None:
    """Say that the file uses PAdES, which PDF 1.7 does not know by itself (the ESIC extension of ETSI)."""
    if update.pdf.data.startswith(b"%PDF-2.") or catalog.raw(b"/Version").startswith(b"/2."):
        return
    extensions = update.child(catalog, b"/Extensions")
    if b"/ESIC" not in extensions:
        extensions[b"/ESIC"] = b"<</BaseVersion /1.7 /ExtensionLevel 1>>"


@attrs.frozen
class _Place:
    """Where a field shows, and as what."""

    page: Page
    rectangle: tuple[float, ...]
    appearance: bytes | None
    """Reference to its form XObject; ``None`` leaves what is there."""


def add_field(
    update: IncrementalUpdate,
    catalog: RawDictionary,
    request: SigningRequest,
    name: str,
    signature: int,
    *,
    tagged: bool,
) -> None:
    """Make a new field, merged with its widget."""
    widget = update.allocate()
    place = _new_place(update, catalog, request)
    page = place.page
    entries = RawDictionary({
        b"/Type": b"/Annot",
        b"/Subtype": b"/Widget",
        b"/FT": b"/Sig",
        b"/T": text_string(name),
        b"/TU": text_string(request.description),
        b"/F": _FLAGS,
        b"/P": b"%d %d R" % (page.number, update.pdf.generation(page.number)),
        b"/Rect": b"[%b]" % b" ".join(b"%.4f" % edge for edge in place.rectangle),
        b"/V": b"%d 0 R" % signature,
    })  # fmt: skip
    node = update.edit(page.number)
    if place.appearance:
        entries[b"/AP"] = b"<</N %b>>" % place.appearance
        if tagged:
            entries[b"/StructParent"] = tag_widget(update, catalog, widget, page.number, request.description)
    if tagged and b"/Tabs" not in node:
        # Reading order follows the structure (PDF/UA-1 section 7.18.3).
        node[b"/Tabs"] = b"/S"
    update.put(widget, entries.to_bytes())
    update.append(node, b"/Annots", b"%d 0 R" % widget)
    update.append(update.own_child(catalog, b"/AcroForm"), b"/Fields", b"%d 0 R" % widget)


def _new_place(update: IncrementalUpdate, catalog: RawDictionary, request: SigningRequest) -> _Place:
    if request.mark is None:
        # The corner of the page: without size it needs no appearance (ISO 19005-3 section 6.3.3), and
        # touching the edge from outside it needs no structure element (PDF/UA-1 section 7.18.1).
        page = find_page(update.pdf, catalog, 1)
        left, bottom, _, _ = page.box
        return _Place(page, (left, bottom, left, bottom), None)
    placement = request.mark.placement
    if placement is None:
        raise MarkPlacementError
    page = find_page(update.pdf, catalog, placement.page)
    rectangle = page.rectangle(placement)
    appearance = add_appearance(update, request.mark, page.shown_size(rectangle), page.matrix)
    return _Place(page, rectangle, appearance)


def fill_field(
    update: IncrementalUpdate,
    catalog: RawDictionary,
    request: SigningRequest,
    field: FoundField,
    signature: int,
) -> None:
    """Put the signature into an existing empty field and let its widget show it."""
    pdf = update.pdf
    update.edit(field.number)[b"/V"] = b"%d 0 R" % signature
    kids = pdf.array(field.dictionary.raw(b"/Kids"))
    number = field.number
    if kids:
        number = pdf.target(kids[0], "form")
    widget = update.edit(number)
    rectangle = numbers(pdf.resolve(widget.raw(b"/Rect"))) if b"/Rect" in widget else []
    flags = integer(pdf.resolve(widget.raw(b"/F"))) or 0
    widget[b"/F"] = b"%d" % ((flags | _PRINT) & ~_HIDING)
    has_size = len(rectangle) == 4 and rectangle[0] != rectangle[2] and rectangle[1] != rectangle[3]
    if not has_size:
        if request.mark is not None:
            raise MarkPlacementError
        return
    page = page_of(pdf, catalog, number, widget.raw(b"/P"))
    size = page.shown_size(tuple(rectangle))
    if request.mark is not None:
        widget[b"/AP"] = b"<</N %b>>" % add_appearance(update, request.mark, size, page.matrix)
    elif b"/AP" not in widget:
        widget[b"/AP"] = b"<</N %b>>" % empty_appearance(update, size, page.matrix)
