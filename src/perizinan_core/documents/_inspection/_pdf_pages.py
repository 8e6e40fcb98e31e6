"""The pages of a PDF: how many there are, and whether two readings show the same on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    FloatObject,
    IndirectObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._inspection._pdf_reading import Reading, TooMuchError, resolved

__all__ = ["inspect_pages", "look_of_pages"]

_MAX_TREE_DEPTH = 100
_MAX_EMPTY_NODES = 4096
_MAX_VALUES = 5_000_000
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
# What readers take for what a page does not say; qpdf writes it down.
_DEFAULTS = {"/MediaBox": ArrayObject(map(NumberObject, (0, 0, 612, 792)))}
# What leads back up, and what no page shows.
_UNSHOWN = frozenset(
    {"/Parent", "/P", "/StructParent", "/StructParents", "/Metadata", "/PieceInfo", "/Length", "/DL"}
)
_LINE_ENDS = b"\r\n"
_NOTHING = b"null"  # also what stands for a missing object: qpdf writes null there


def inspect_pages(reading: Reading, limits: Limits, notes: Observations) -> None:
    """
    Count the pages.

    Raises:
        StopInspectionError: There are none, too many, or the tree of pages is not a tree.
        Exception: What the reader raises on malformed objects.
    """
    pages = 0
    for _page in _leaves(reading, notes):
        pages += 1
        if pages > limits.max_pages:
            raise notes.stop("pdf-too-many-pages", limit=limits.max_pages)
    notes.pages = pages
    if not pages:
        raise notes.stop("pdf-no-pages")


def look_of_pages(reading: Reading, notes: Observations) -> bytes:
    """
    Return a hash over everything that the pages show: contents, fonts, pictures, annotations, boxes.

    Two readings with the same hash show the same pages in the same order.

    Raises:
        TooMuchError: The pages are made of more values than any document has.
        Exception: What the reader raises on malformed objects.
    """
    look = _Look()
    for page in _leaves(reading, notes):
        look.add(page)
    return look.digest()


def _leaves(reading: Reading, notes: Observations) -> Iterator[dict[str, Any]]:
    # Depth first; the path to the current node shows a circle, the page limit stops a tree that shares
    # branches. What a page inherits is put in front of it.
    root = resolved(reading.trailer.get("/Root"))
    if not isinstance(root, dict):
        raise notes.stop("damaged")
    waiting: list[tuple[Any, frozenset[int], dict[str, Any]]] = [(root.get("/Pages"), frozenset(), {})]
    empty_nodes = 0
    while waiting:
        reference, path, inherited = waiting.pop()
        node = resolved(reference)
        if node is None and path:
            continue  # a removed page is null in the list of its parent (ISO 32000-1, 7.3.10)
        if not isinstance(node, dict):
            raise notes.stop("damaged")
        if id(node) in path or len(path) > _MAX_TREE_DEPTH:
            raise notes.stop("pdf-page-loop")
        kids = resolved(node.get("/Kids"))
        own = inherited | {key: dict.__getitem__(node, key) for key in _INHERITED if key in node}
        if kids is None:
            yield _DEFAULTS | dict(node) | own | {"/Type": "/Page"}
        elif not isinstance(kids, list):
            raise notes.stop("damaged")
        else:
            empty_nodes += not kids
            if empty_nodes > _MAX_EMPTY_NODES:
                raise notes.stop("damaged")
            inner = path | {id(node)}
            waiting.extend((kid, inner, own) for kid in reversed(list.copy(kids)))


class _Look:
    """A hash over values, in which each object counts once and has its number by the order of its visit."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._numbers: dict[tuple[int, int], int] = {}
        self._left = _MAX_VALUES

    def digest(self) -> bytes:
        return self._hash.digest()

    def add(self, page: dict[str, Any]) -> None:
        waiting: list[Any] = [page]
        while waiting:
            self._left -= 1
            if self._left < 0:
                raise TooMuchError
            item = waiting.pop()
            if isinstance(item, IndirectObject):
                key = item.idnum, item.generation
                value = resolved(item)
                if key in self._numbers:
                    self._say(b"ref %d" % self._numbers[key])
                    continue
                if value is None:
                    self._say(_NOTHING)
                    continue
                self._numbers[key] = len(self._numbers)
                item = value
            waiting.extend(self._one(item))

    def _one(self, item: Any) -> list[Any]:
        if isinstance(item, StreamObject):
            self._say(b"stream " + hashlib.sha256(bytes(item._data).strip(_LINE_ENDS)).digest())  # noqa: SLF001
        if isinstance(item, dict):
            keys = sorted(
                key for key in dict.keys(item) if key not in _UNSHOWN and not _is_nothing(item, key)
            )
            self._say(b"dictionary " + " ".join(keys).encode("utf-8", "surrogatepass"))
            return [dict.__getitem__(item, key) for key in keys]
        if isinstance(item, list):
            self._say(b"list %d" % len(item))
            return list(list.__iter__(item))
        self._say(_plain(item))
        return []

    def _say(self, word: bytes) -> None:
        self._hash.update(b"%d:" % len(word) + word)


def _is_nothing(item: dict[str, Any], key: str) -> bool:
    # qpdf gives a page without resources empty ones.
    value = resolved(dict.__getitem__(item, key))
    return value is None or (isinstance(value, dict) and not value and not isinstance(value, StreamObject))


def _plain(item: Any) -> bytes:
    if isinstance(item, (TextStringObject, ByteStringObject)):
        return b"string " + item.original_bytes
    if item is None or isinstance(item, NullObject):
        return _NOTHING
    if isinstance(item, bool):
        return b"%d" % item
    if isinstance(item, (int, float, FloatObject)):
        return b"%.5f" % float(item)
    return str(item).encode("utf-8", "surrogatepass")
