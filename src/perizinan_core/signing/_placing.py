"""Adding a signature field to a PDF, or filling an existing one, and what the file says about it."""

from __future__ import annotations

from perizinan_core._pdf._form import FormField
from perizinan_core.errors.signing import UnsignablePdfError
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._mark import add_appearance, empty_appearance
from perizinan_core.signing._pages import Page, find_page, page_of, rectangle_of
from perizinan_core.signing._pdf_syntax import RawDictionary, parsed, text_string
from perizinan_core.signing._request import SigningRequest
from perizinan_core.signing._reserved_space import ReservedRoom
from perizinan_core.signing._structure import tag_widget

# Print and Locked (ISO 32000-1 table 165): PDF/A asks for the first, the second keeps it in place.
_FLAGS = b"132"
_PRINT = 4
_HIDING = 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_SIGNATURES_EXIST = 1
_APPEND_ONLY = 2


def reserved(
    update: IncrementalUpdate, catalog: RawDictionary, signature: int, dictionary: bytes
) -> ReservedRoom:
    """Finish the file with an empty signature: its form holds signatures, and it is only ever appended to."""
    form = update.own_child(catalog, "AcroForm")
    flags = _bits(update, form, "SigFlags")
    form["SigFlags"] = b"%d" % (flags | _SIGNATURES_EXIST | _APPEND_ONLY)
    _declare_extension(update, catalog)
    update.put(signature, dictionary)
    tail, positions = update.write()
    return ReservedRoom.of(update.pdf.data, tail, positions[signature])


def _bits(update: IncrementalUpdate, holder: RawDictionary, key: str) -> int:
    value = update.pdf.resolve(parsed(holder.raw(key)))
    return value if isinstance(value, int) else 0


def _declare_extension(update: IncrementalUpdate, catalog: RawDictionary) -> None:
    """Say that the file uses PAdES, which PDF 1.7 does not know by itself (the ESIC extension of ETSI)."""
    if update.pdf.data.startswith(b"%PDF-2.") or catalog.raw("Version").startswith(b"/2."):
        return
    extensions = update.child(catalog, "Extensions")
    if "ESIC" not in extensions:
        extensions["ESIC"] = b"<</BaseVersion /1.7 /ExtensionLevel 1>>"


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
    page, rectangle, appearance = _new_place(update, request)
    entries = RawDictionary({
        "Type": b"/Annot",
        "Subtype": b"/Widget",
        "FT": b"/Sig",
        "T": text_string(name),
        "TU": text_string(request.description),
        "F": _FLAGS,
        "P": b"%d %d R" % page.ref,
        "Rect": b"[%b]" % b" ".join(b"%.4f" % edge for edge in rectangle),
        "V": b"%d 0 R" % signature,
    })  # fmt: skip
    node = update.edit(page.ref.number)
    if appearance:
        entries["AP"] = b"<</N %b>>" % appearance
        if tagged:
            entries["StructParent"] = tag_widget(update, catalog, widget, page.ref, request.description)
    if tagged and "Tabs" not in node:
        # Reading order follows the structure (PDF/UA-1 section 7.18.3).
        node["Tabs"] = b"/S"
    update.put(widget, entries.to_bytes())
    update.append(node, "Annots", b"%d 0 R" % widget)
    update.append(update.own_child(catalog, "AcroForm"), "Fields", b"%d 0 R" % widget)


def _new_place(
    update: IncrementalUpdate, request: SigningRequest
) -> tuple[Page, tuple[float, ...], bytes | None]:
    """Return page and rectangle of a new field, and the reference to its form XObject, if it has one."""
    if request.mark is None:
        # The corner of the page: without size it needs no appearance (ISO 19005-3 section 6.3.3), and
        # touching the edge from outside it needs no structure element (PDF/UA-1 section 7.18.1).
        page = find_page(update.pdf, 1)
        left, bottom, _, _ = page.box
        return page, (left, bottom, left, bottom), None
    placement = request.mark.placement
    if placement is None:
        raise UnsignablePdfError("mark-placement")
    page = find_page(update.pdf, placement.page)
    rectangle = page.rectangle(placement)
    appearance = add_appearance(update, request.mark, page.shown_size(rectangle), page.matrix)
    return page, rectangle, appearance


def fill_field(
    update: IncrementalUpdate, request: SigningRequest, field: FormField, signature: int
) -> RawDictionary:
    """Put the signature into an existing empty field and let its widget show it; return the field."""
    pdf = update.pdf
    own = update.edit(field.refs[0].number)
    own["V"] = b"%d 0 R" % signature
    # The first widget below the field, if they are apart.
    shown = pdf.target(field.refs[min(1, len(field.refs) - 1)])
    widget = update.edit(shown.number)
    widget["F"] = b"%d" % ((_bits(update, widget, "F") | _PRINT) & ~_HIDING)
    rectangle = rectangle_of(pdf, pdf.dictionary(shown).get("Rect"))
    if rectangle is None or rectangle[0] == rectangle[2] or rectangle[1] == rectangle[3]:
        if request.mark is not None:
            raise UnsignablePdfError("mark-placement")
        return own
    page = page_of(pdf, shown)
    size = page.shown_size(rectangle)
    if request.mark is not None:
        widget["AP"] = b"<</N %b>>" % add_appearance(update, request.mark, size, page.matrix)
    elif "AP" not in widget:
        widget["AP"] = b"<</N %b>>" % empty_appearance(update, size, page.matrix)
    return own
