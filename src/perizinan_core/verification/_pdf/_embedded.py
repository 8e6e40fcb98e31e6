"""Files embedded in a PDF and addresses linked from its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Ref, decode_text
from perizinan_core._pdf._tree import page_tree
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._pdf._pages import MAX_NODES


def embedded_files(pdf: PdfStructure, name: str) -> list[bytes]:
    """
    Return the contents of every embedded file called ``name``: from the name tree, ``/AF``, and attachments
    that hang on annotations of the pages.

    Two entries that share one object count once.

    Raises:
        PdfStructureError: when the tree or a file is not as the standard says.
    """
    catalog = pdf.catalog()
    candidates = list(pdf.array(catalog.get("AF")))
    names = pdf.resolve(catalog.get("Names"))
    if names is not None:
        tree = pdf.resolve(pdf.dictionary(names).get("EmbeddedFiles"))
        candidates += _leaves(pdf, tree) if tree is not None else []
    candidates += [
        annotation["FS"]
        for annotation in _annotations(pdf)
        if annotation.get("Subtype") == "FileAttachment" and "FS" in annotation
    ]
    streams: dict[Any, Any] = {}
    for candidate in candidates:
        specification = pdf.dictionary(candidate)
        if name not in (decode_text(pdf.resolve(specification.get(key))) for key in ("UF", "F")):
            continue
        files = pdf.dictionary(specification.get("EF"))
        for key in ("UF", "F"):
            if key in files:
                value = files[key]
                streams[value if isinstance(value, Ref) else id(value)] = value
    return [pdf.stream_data(value) for value in streams.values()]


def _leaves(pdf: PdfStructure, tree: Any) -> list[Any]:
    result, pending, visited = list[Any](), [tree], 0
    while pending:
        visited += 1
        if visited > MAX_NODES:
            raise PdfStructureError("a name tree is too large", 0)
        node = pdf.dictionary(pending.pop())
        result += pdf.array(node.get("Names"))[1::2]
        pending += pdf.array(node.get("Kids"))
    return result


def link_addresses(pdf: PdfStructure) -> tuple[str, ...]:
    """
    Return the addresses that links on the pages open, in page order.

    Raises:
        PdfStructureError: when the page tree is not as the standard says.
    """
    found: list[str] = []
    for annotation in _annotations(pdf):
        action = pdf.resolve(annotation.get("A"))
        address = pdf.resolve(action.get("URI")) if isinstance(action, dict) else None
        if isinstance(address, bytes):
            found.append(address.decode("utf-8", "replace"))
    return tuple(found)


def _annotations(pdf: PdfStructure) -> Iterator[dict[str, Any]]:
    """Yield the annotations of all pages, in page order."""
    for _, node in page_tree(pdf, MAX_NODES):
        for annotation in pdf.array(node.get("Annots")):
            yield pdf.dictionary(annotation)
