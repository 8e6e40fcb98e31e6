"""
The structure tree of a tagged PDF: a visible field must be in it (PDF/UA-1 section 7.18.4).

(ISO 32000-1 section 14.7; number trees: section 7.9.7.)
"""

from __future__ import annotations

from perizinan_core.errors.signing import DamagedPdfError
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, decoded_name, integer, reference, text_string

__all__ = ["is_tagged", "tag_widget"]

_DEPTH = 32


def is_tagged(pdf: PdfFile, catalog: RawDictionary) -> bool:
    """Return whether the document says that it is tagged and has a structure tree."""
    marked = pdf.dictionary(catalog.raw(b"/MarkInfo")).raw(b"/Marked")
    return pdf.resolve(marked) == b"true" and reference(catalog.raw(b"/StructTreeRoot")) is not None


def tag_widget(
    update: IncrementalUpdate, catalog: RawDictionary, widget: int, page: int, description: str
) -> bytes:
    """
    Put a widget into the structure tree as a ``Form`` element at the end of the document.

    Returns:
        The value for the widget's ``/StructParent``.

    Raises:
        DamagedPdfError: The structure tree is malformed.
    """
    pdf = update.pdf
    parent_number = pdf.target(catalog.raw(b"/StructTreeRoot"), "syntax")
    root = parent = update.edit(parent_number)
    kids = pdf.resolve(root.raw(b"/K"))
    only = _single(pdf, root.raw(b"/K"), kids)
    if only is not None and decoded_name(pdf.dictionary(b"%d 0 R" % only).raw(b"/S")) == b"/Document":
        parent_number, parent = only, update.edit(only)
    generation = pdf.generation(parent_number)
    element = update.add(
        b"<</Type /StructElem /S /Form /P %d %d R /Pg %d %d R /Alt %b\n"
        b"/K <</Type /OBJR /Obj %d %d R /Pg %d %d R>>>>"
        % (
            *(parent_number, generation, page, pdf.generation(page), text_string(description)),
            *(widget, pdf.generation(widget), page, pdf.generation(page)),
        )
    )
    _append_kid(update, parent, element)
    return b"%d" % _register(update, root, element)


def _single(pdf: PdfFile, raw: bytes, kids: bytes) -> int | None:
    """Return the only child of the root, be it named directly or in an array of one."""
    if kids.startswith(b"["):
        items = pdf.array(kids)
        raw = items[0] if len(items) == 1 else b"null"
    found = reference(raw)
    return found[0] if found else None


def _append_kid(update: IncrementalUpdate, parent: RawDictionary, element: bytes) -> None:
    kids = parent.raw(b"/K")
    resolved = update.pdf.resolve(kids)
    if resolved != b"null" and not resolved.startswith(b"["):
        parent[b"/K"] = b"[%b]" % kids
    update.append(parent, b"/K", element)


def _register(update: IncrementalUpdate, root: RawDictionary, element: bytes) -> int:
    """Enter an element into the parent tree under the next free key; return the key."""
    pdf = update.pdf
    tree = update.child(root, b"/ParentTree")
    key = max(integer(pdf.resolve(root.raw(b"/ParentTreeNextKey"))) or 0, _largest(pdf, tree, 0) + 1)
    if b"/Kids" in tree:
        update.append(
            tree, b"/Kids", update.add(b"<</Limits [%d %d] /Nums [%d %b]>>" % (key, key, key, element))
        )
    else:
        update.append(tree, b"/Nums", b"%d %b" % (key, element))
    root[b"/ParentTreeNextKey"] = b"%d" % (key + 1)
    return key


def _largest(pdf: PdfFile, node: RawDictionary, depth: int) -> int:
    if depth > _DEPTH:
        raise DamagedPdfError("syntax")
    kids = pdf.array(node.raw(b"/Kids"))
    if kids:
        return max(_largest(pdf, pdf.dictionary(kid), depth + 1) for kid in kids)
    return max((pdf.number(key) for key in pdf.array(node.raw(b"/Nums"))[::2]), default=-1)
