"""
What a reader that repairs files would show of an unfinished addition behind the last complete signed revision.

Readers for people rebuild the list of objects when the end of a file is missing, and then show the newest object of
every number: also those that someone put behind a signature without finishing the file ("incremental saving attack").
So the file is read by qpdf in the same way, and compared with the signed revision: pages, all that they draw from, and
annotations that can be seen. Widgets of signatures are left aside: an interrupted signing leaves one.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Parser, Ref
from perizinan_core.errors.pdf import PdfStructureError

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_OWN = ("/Contents", "/UserUnit", "/Group")
_NOT_SHOWN = {"/Parent", "/P", "/StructParent", "/StructParents", "/Length", "/M", "/NM"}
_HIDDEN = 0b10_0010
"""Flags Hidden and NoView of an annotation (ISO 32000-1 table 165)."""

_DEEPEST = 64
_MOST = 200_000
_SIZE = re.compile(rb"(trailer[\x00\t\n\x0c\r ]{0,8}<<[^>]{0,999}?/)Size")
_HEADER = re.compile(rb"(?:\A|[\x00\t\n\x0c\r ])\d{1,10}[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+obj")


def shows_more(data: bytes, end: int, limits: Limits) -> bool:
    """
    Return True when a repairing reader shows something else than the signed revision.

    Args:
        data: The file.
        end: Where the last complete signed revision ends.
        limits: How deep objects may be nested.
    """
    signed = _looks(data[:end])
    if signed is None:
        return False
    whole, before = _without_end(_readable(data, end, limits)), _without_end(data[:end])
    # Some readers go by the last trailer that is there, others by the catalogue that was signed.
    for trailer in (b"", b"\nxref\ntrailer\n<</Root %b>>\n" % _root(data[:end], limits)):
        shown = _looks(whole + trailer)
        # What the repair itself makes of the signed revision is not a change.
        if shown not in (None, signed) and shown != _looks(before + trailer):
            return True
    return False


def _root(data: bytes, limits: Limits) -> bytes:
    try:
        root = PdfStructure(data, limits).trailer.get("Root")
    except PdfStructureError:
        root = None
    return b"%d %d R" % (root.number, root.generation) if isinstance(root, Ref) else b"null"


def _readable(data: bytes, end: int, limits: Limits) -> bytes:
    """Cut off a last object that breaks off before its value is there: no reader makes anything of it."""
    headers = list(_HEADER.finditer(data, end))
    if not headers:
        return data
    last = headers[-1]
    try:
        Parser(data, limits.max_depth).value(last.end())
    except PdfStructureError:
        return data[: last.start()]
    return data


def _without_end(data: bytes) -> bytes:
    """
    Return the file without the words that lead to its tables, so that these are made from the objects.

    A stated size goes, too: qpdf passes over objects beyond it, and other readers do not.
    """
    return _SIZE.sub(rb"\1Sizf", data.replace(b"startxref", b"         "))


def _looks(data: bytes) -> list[bytes] | None:
    """Return a digest of what every page shows, or None when the file cannot be read at all."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            walk = _Walk()
            found = [walk.page(page.obj) for page in pdf.pages]
            return [walk.digest(pdf.Root.get("/OCProperties")), *found]
    except Exception:  # noqa: BLE001 - a foreign parser on hostile input: whatever it raises means no
        return None


class _Walk:
    """Follows what a page refers to; every object once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}
        self._left = _MOST

    def page(self, page: Any) -> bytes:
        parts = [self.digest(page.get(key)) for key in _OWN]
        parts += [self.digest(_inherited(page, key)) for key in _INHERITED]
        annotations = page.get("/Annots")
        parts += (
            [self.digest(item) for item in annotations if _is_seen(item)] if annotations is not None else []
        )
        return _hash(b"page", *parts)

    def digest(self, value: Any, depth: int = 0) -> bytes:
        import pikepdf

        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            return b"too much"
        if not isinstance(value, pikepdf.Object):
            return repr(value).encode()
        if not value.is_indirect:
            return _hash(*self._parts(value, depth))
        if value.objgen not in self._known:
            self._known[value.objgen] = b"circle"  # as long as it is looked into
            self._known[value.objgen] = _hash(*self._parts(value, depth))
        return self._known[value.objgen]

    def _parts(self, value: Any, depth: int) -> Iterator[bytes]:
        import pikepdf

        if isinstance(value, pikepdf.Stream):
            yield hashlib.sha256(value.read_raw_bytes()).digest()
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            for key in sorted(value.keys()):
                if key not in _NOT_SHOWN:
                    yield key.encode()
                    yield self.digest(value[key], depth + 1)
        elif isinstance(value, pikepdf.Array):
            yield from (self.digest(item, depth + 1) for item in value)
        else:
            yield value.unparse()


def _inherited(page: Any, key: str) -> Any:
    for _ in range(_DEEPEST):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None


def _is_seen(annotation: Any) -> bool:
    """Return True for an annotation that takes up room and is neither hidden nor the widget of a signature."""
    import pikepdf

    if not isinstance(annotation, pikepdf.Dictionary) or int(annotation.get("/F", 0)) & _HIDDEN:
        return False
    if annotation.get("/Subtype") == "/Widget" and _inherited(annotation, "/FT") == "/Sig":
        return False
    box = [float(item) for item in annotation.get("/Rect", ())]
    return len(box) != 4 or (box[0] != box[2] and box[1] != box[3])


def _hash(*parts: bytes) -> bytes:
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(len(part).to_bytes(4, "big") + part)
    return hasher.digest()
