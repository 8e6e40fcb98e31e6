"""The page tree (ISO 32000-1 section 7.7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError

_INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")


def page_tree(pdf: PdfStructure, most: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """
    Yield the nodes of the page tree in order: what names each, and its entries with those that it inherits.

    Raises:
        PdfStructureError: when a node is not a dictionary, or there are more than ``most``.
    """
    kept = pdf.page_nodes
    yield from _walked(pdf, most) if kept is None or len(kept) > most else kept


def _walked(pdf: PdfStructure, most: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Walk through the tree, and keep what was found once it is whole: text, codes, files and links all need it."""
    pending: list[tuple[Any, dict[str, Any]]] = [(pdf.catalog().get("Pages"), {})]
    found: list[tuple[Any, dict[str, Any]]] = []
    visited = 0
    while pending:
        visited += 1
        if visited > most:
            raise PdfStructureError("the page tree is too large, or goes round in a circle", 0)
        value, inherited = pending.pop()
        node = {**inherited, **pdf.dictionary(value)}
        found.append((value, node))
        yield value, node
        passed_on = {key: node[key] for key in _INHERITED if key in node}
        pending += [(kid, passed_on) for kid in reversed(pdf.array(node.get("Kids")))]
    pdf.page_nodes = found
