"""The pages of a PDF and their contents, with long drawings set apart from all else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
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
