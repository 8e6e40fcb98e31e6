"""
The structure tree of a tagged PDF: a visible field must be in it (PDF/UA-1 section 7.18.4).

(ISO 32000-1 section 14.7; number trees: section 7.9.7.)
"""

from __future__ import annotations

from typing import Any

from perizinan_core._pdf._syntax import Ref
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, parsed, text_string

_DEPTH = 32


def is_tagged(pdf: PdfFile) -> bool:
    """Return whether the document says that it is tagged and has a structure tree."""
    catalog = pdf.catalog()
    marked = pdf.resolve(pdf.dictionary(catalog.get("MarkInfo"), {}).get("Marked"))
    return marked is True and isinstance(catalog.get("StructTreeRoot"), Ref)


def tag_widget(
    update: IncrementalUpdate, catalog: RawDictionary, widget: int, page: Ref, description: str
) -> bytes:
    """
    Put a widget into the structure tree as a ``Form`` element at the end of the document.

    Returns:
        The value for the widget's ``/StructParent``.

    Raises:
        PdfStructureError: The structure tree is malformed.
    """
    pdf = update.pdf
    above = pdf.target(parsed(catalog.raw("StructTreeRoot")))
    root = parent = update.edit(above.number)
    kids = pdf.dictionary(above).get("K")
    found = pdf.resolve(kids)
    only = found[0] if isinstance(found, list) and len(found) == 1 else kids
    if isinstance(only, Ref) and _is_document(pdf, only):
        above, parent = only, update.edit(only.number)
    element = update.add(
        b"<</Type /StructElem /S /Form /P %d %d R /Pg %d %d R /Alt %b\n"
        b"/K <</Type /OBJR /Obj %d %d R /Pg %d %d R>>>>"
        % (*above, *page, text_string(description), *update.ref(widget), *page)
    )
    _append_kid(update, parent, element)
    return b"%d" % _register(update, root, element)


def _is_document(pdf: PdfFile, element: Ref) -> bool:
    found = pdf.resolve(element)
    return isinstance(found, dict) and pdf.resolve(found.get("S")) == "Document"


def _append_kid(update: IncrementalUpdate, parent: RawDictionary, element: bytes) -> None:
    kids = parent.raw("K")
    found = update.pdf.resolve(parsed(kids))
    if found is not None and not isinstance(found, list):
        parent["K"] = b"[%b]" % kids
    update.append(parent, "K", element)


def _register(update: IncrementalUpdate, root: RawDictionary, element: bytes) -> int:
    """Enter an element into the parent tree under the next free key; return the key."""
    pdf = update.pdf
    tree = update.child(root, "ParentTree")
    stated = pdf.resolve(parsed(root.raw("ParentTreeNextKey")))
    key = max(stated if isinstance(stated, int) else 0, _largest(pdf, parsed(tree.to_bytes()), 0) + 1)
    if "Kids" in tree:
        entry = update.add(b"<</Limits [%d %d] /Nums [%d %b]>>" % (key, key, key, element))
        update.append(tree, "Kids", entry)
    else:
        update.append(tree, "Nums", b"%d %b" % (key, element))
    root["ParentTreeNextKey"] = b"%d" % (key + 1)
    return key


def _largest(pdf: PdfFile, node: Any, depth: int) -> int:
    if depth > _DEPTH:
        raise PdfStructureError("a number tree is too deep, or goes round in a circle", 0)
    entries = pdf.dictionary(node, {})
    keys = [pdf.resolve(key) for key in pdf.array(entries.get("Nums"))[::2]]
    if not all(isinstance(key, int) for key in keys):
        raise PdfStructureError("a number tree has a key that is not a number", 0)
    keys += [_largest(pdf, kid, depth + 1) for kid in pdf.array(entries.get("Kids"))]
    return max(keys, default=-1)
