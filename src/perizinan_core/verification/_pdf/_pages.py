"""The pages of a PDF and their contents, with long drawings set apart from all else; files embedded, and links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Ref, decode_text
from perizinan_core._pdf._tree import page_tree
from perizinan_core.errors.pdf import PdfStructureError

MAX_PAGES = 64
MAX_NODES = 4096
_PATH_BYTES = b"-+0123456789. \t\n\r\f\vmlhref*"
"""Numbers and the operators of paths, and nothing else."""

_PROBE = 400
"""Bytes; the path of the smallest code has more than twice as many."""


@attrs.frozen
class Content:
    """A content stream in two parts, each read by those who need it."""

    operators: bytes
    """Everything but the long paths."""

    paths: tuple[bytes, ...]
    """Long stretches of path operators: drawn codes, among others."""


def pages(pdf: PdfStructure) -> Iterator[Mapping[str, Any]]:
    """
    Yield the pages in order, with the resources that they inherit.

    Raises:
        PdfStructureError: when the tree is damaged, or after `MAX_PAGES` pages.
    """
    found = 0
    for _, node in page_tree(pdf, MAX_NODES):
        if node.get("Type") == "Page":
            found += 1
            if found > MAX_PAGES:
                raise PdfStructureError("the file has too many pages", 0)
            yield node


def contents_of(pdf: PdfStructure, page: Mapping[str, Any]) -> Content:
    """
    Return the content of a page.

    Raises:
        PdfStructureError: when a stream of it cannot be read.
    """
    found = pdf.resolve(page.get("Contents"))
    streams = found if isinstance(found, list) else [] if found is None else [found]
    return parted(b"\n".join(map(pdf.stream_data, streams)))


@lru_cache(maxsize=4)
def parted(content: bytes) -> Content:
    """Part a content stream; the last ones are kept, since text and codes are looked for one after the other."""
    operators, paths, done = list[bytes](), list[bytes](), 0
    for start, end in _runs(content):
        operators.append(content[done:start])
        paths.append(content[start:end])
        done = end
    operators.append(content[done:])
    return Content(b"\n".join(operators), tuple(paths))


def _runs(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the stretches of path operators are that are long enough for a code."""
    place = 0
    while place + _PROBE <= len(content):
        # Whatever is twice as long as a probe holds a whole one, wherever it begins.
        if content[place : place + _PROBE].translate(None, _PATH_BYTES):
            place += _PROBE
            continue
        before = content[max(0, place - _PROBE) : place]
        start = place - len(before) + len(before.rstrip(_PATH_BYTES))
        end = place + _PROBE
        while end + _PROBE <= len(content) and not content[end : end + _PROBE].translate(None, _PATH_BYTES):
            end += _PROBE
        after = content[end : end + _PROBE]
        end += len(after) - len(after.lstrip(_PATH_BYTES))
        if end - start >= 2 * _PROBE:
            yield start, end
        place = end


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
