"""
PDF files: the outline in bytes first, then every object, then the pages.

The reader is used in its strict mode: a file whose cross-reference table has to be guessed is shown
differently by different programs, so it is refused rather than repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError

from perizinan_core.documents.inspection.observations import Limits, Observations
from perizinan_core.documents.inspection.pdf_objects import inspect_objects, resolved
from perizinan_core.documents.inspection.sniffing import is_also_archive, is_also_document

__all__ = ["inspect_pdf"]

_HEAD_BYTES = 1024
_TAIL_BYTES = 64 * 1024
_MAX_PADDING = 4096
_PADDING = b"\0 \t\r\n\f"
_MAX_PARSED_STREAM = 64 * 1024 * 1024
_MAX_TREE_DEPTH = 100


def inspect_pdf(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    """
    Look closely at a PDF.

    Raises:
        StopInspectionError: Something was noted that makes looking further pointless.
        Exception: What the reader raises on malformed structure.
    """
    _inspect_outline(file, size, notes)
    budget = min(_MAX_PARSED_STREAM, limits.max_unpacked_bytes)
    with apply_configuration(
        zlib_maximum_output_length=budget,
        lzw_maximum_output_length=budget,
        run_length_maximum_output_length=budget,
        brotli_maximum_output_length=budget,
        maximum_declared_stream_length=max(size, 1),
        jbig2dec_binary=None,
        disable_legacy_handling=True,
    ):
        try:
            file.seek(0)
            reader = PdfReader(file, strict=True)
            _inspect_encryption(reader, limits, notes)
            _inspect_pages(reader, limits, notes)
            inspect_objects(reader, limits, notes)
            notes.reading, notes.looked_through = "strict", True
        except LimitReachedError as error:
            raise notes.stop("bomb") from error


def _inspect_outline(file: BinaryIO, size: int, notes: Observations) -> None:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head.startswith(b"%PDF-"):
        raise notes.stop("leading-data")
    if is_also_archive(file) or is_also_document(lambda _: -1, lambda pattern: pattern.search(head)):
        raise notes.stop("polyglot", type="application/pdf")
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    before, marker, rest = tail.rpartition(b"%%EOF")
    if not marker or not before or b" obj" in rest:
        raise notes.stop("damaged")  # cut off: the end, or the end of the last revision, is missing
    if len(rest) > _MAX_PADDING or rest.strip(_PADDING):
        raise notes.stop("trailing-data", extra_bytes=len(rest))


def _inspect_encryption(reader: PdfReader, limits: Limits, notes: Observations) -> None:
    if not reader.is_encrypted:
        return
    if reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise notes.stop("pdf-password")
    if not limits.allow_restricted_pdf:
        raise notes.stop("pdf-restricted")
    notes.note("pdf-restricted-accepted")


def _inspect_pages(reader: PdfReader, limits: Limits, notes: Observations) -> None:
    root = resolved(reader.trailer.get("/Root"))
    if not isinstance(root, dict):
        raise notes.stop("damaged")
    pages = 0
    for _page in _leaves(root.get("/Pages"), notes):
        pages += 1
        if pages > limits.max_pages:
            raise notes.stop("pdf-too-many-pages", limit=limits.max_pages)
    notes.pages = pages
    if not pages:
        raise notes.stop("pdf-no-pages")


def _leaves(tree: Any, notes: Observations) -> Iterator[dict[str, Any]]:
    # Depth first; the path to the current node shows a circle, the page limit stops a tree that shares
    # branches.
    waiting: list[tuple[Any, frozenset[int]]] = [(tree, frozenset())]
    empty_nodes = 0
    while waiting:
        reference, path = waiting.pop()
        node = resolved(reference)
        if not isinstance(node, dict):
            raise notes.stop("damaged")
        if id(node) in path or len(path) > _MAX_TREE_DEPTH:
            raise notes.stop("pdf-page-loop")
        kids = resolved(node.get("/Kids"))
        if kids is None:
            yield node
        elif not isinstance(kids, list):
            raise notes.stop("damaged")
        else:
            empty_nodes += not kids
            if empty_nodes > _MAX_PADDING:
                raise notes.stop("damaged")
            inner = path | {id(node)}
            waiting.extend((kid, inner) for kid in reversed(list.copy(kids)))
