"""
QR codes that the pages of a PDF draw, read from the drawing itself.

A code of a letter is one path of black rectangles; its rectangles are the module matrix, and zxing-cpp
decodes that matrix directly. Codes that are placed as a picture are read from the picture. No page
is rendered: the whole check takes about 2 ms a letter instead of 60, needs no PDF renderer, and
cannot be blurred by one. Not seen are codes of strokes, curves, patterns or inline pictures.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from operator import add, sub
from typing import Any

import attrs

from perizinan_core.errors.qr import QrImageError
from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.pdf.structure import PdfStructure
from perizinan_core.verification.pdf.syntax import Stream
from perizinan_core.verification.qr_image import ImageLimits, find_codes, read_codes

__all__ = ["drawn_codes"]

_MAX_NODES = 4096
_MAX_PAGES = 64
_MAX_FORMS = 64
_MAX_PICTURES = 16
_MAX_PIXELS = 16_000_000
_MAX_REMEMBERED = 64
_MAX_MATRICES = 32
_MODULES = range(21, 178, 4)
"""Modules on a side (ISO/IEC 18004)."""

_MOST_RECTANGLES = 177 * 177
_QUIET = 4
_SCALE = 3
_SHADES = (b"\xff" * _SCALE, b"\0" * _SCALE)
_FARTHEST = 1e6
_OFF_GRID = 0.15
"""How far an edge may lie beside the grid, in modules."""

_RUN = re.compile(rb"[-+\d.\smlhref*]{600,}+")
"""Numbers and the operators of paths, and nothing else: the smallest code has more of them."""

_DRAWN = re.compile(rb"/([^\s/<>\[\]()]++)\s++Do(?![A-Za-z])")

_remembered: OrderedDict[bytes, tuple[str, ...]] = OrderedDict()
"""Texts by the hash of a picture: the logo of an office stands on every letter."""


def drawn_codes(pdf: PdfStructure) -> tuple[str, ...]:
    """
    Return the texts of the QR codes that the pages draw, each once.

    Raises:
        PdfStructureError: when a page cannot be read.
    """
    reader = _Reader(pdf)
    for page in _pages(pdf):
        contents = pdf.resolve(page.get("Contents"))
        streams = contents if isinstance(contents, list) else [] if contents is None else [contents]
        reader.read(b"\n".join(map(pdf.stream_data, streams)), pdf.dictionary(page.get("Resources") or {}))
    return tuple(reader.texts)


def _pages(pdf: PdfStructure) -> Iterator[Mapping[str, Any]]:
    pending: list[tuple[Any, Any]] = [(pdf.catalog().get("Pages"), None)]
    visited = found = 0
    while pending and visited < _MAX_NODES and found < _MAX_PAGES:
        visited += 1
        value, resources = pending.pop()
        node = pdf.dictionary(value)
        resources = node.get("Resources", resources)
        if node.get("Type") == "Page":
            found += 1
            yield {**node, "Resources": resources}
        pending += [(kid, resources) for kid in reversed(pdf.array(node.get("Kids")))]


class _Reader:
    """Collects codes; forms, pictures and matrices are counted over the whole file."""

    def __init__(self, pdf: PdfStructure) -> None:
        self._pdf = pdf
        self._forms = self._pictures = self._matrices = 0
        self.texts: dict[str, None] = {}

    def read(self, content: bytes, resources: Mapping[str, Any]) -> None:
        """Look through one content stream and what it draws."""
        for boxes in _groups(content):
            matrix = _matrix(boxes)
            if matrix is not None and self._matrices < _MAX_MATRICES:
                self._matrices += 1
                self.texts.update(dict.fromkeys(_decode(matrix)))
        names = dict.fromkeys(_DRAWN.findall(content))
        objects = self._pdf.dictionary(resources.get("XObject") or {}) if names else {}
        for name in names:
            self._object(self._pdf.resolve(objects.get(name.decode("latin-1"))), resources)

    def _object(self, stream: Any, resources: Mapping[str, Any]) -> None:
        if not isinstance(stream, Stream):
            return
        kind = stream.dictionary.get("Subtype")
        if kind == "Form" and self._forms < _MAX_FORMS:
            self._forms += 1
            own = self._pdf.dictionary(stream.dictionary.get("Resources") or resources)
            self.read(self._pdf.stream_data(stream), own)
        elif kind == "Image" and self._pictures < _MAX_PICTURES:
            self._pictures += 1
            self.texts.update(dict.fromkeys(_picture(self._pdf, stream)))


# -- rectangles ------------------------------------------------------------------------------


@attrs.frozen
class _Boxes:
    """Upright rectangles, edge by edge."""

    left: list[float]
    lower: list[float]
    right: list[float]
    upper: list[float]


def _groups(content: bytes) -> Iterator[_Boxes]:
    """Yield runs of rectangles: as four corners (``m l l l h``) or by their size (``re``), each painted or all."""
    for run in _RUN.finditer(content):
        words = run[0].translate(None, b"f*").split()
        try:
            boxes = _by_sizes(words) if b"re" in words else _by_corners(words)
        except ValueError:
            continue
        if boxes is not None and len(boxes.left) <= _MOST_RECTANGLES:
            yield boxes


def _by_corners(words: list[bytes]) -> _Boxes | None:
    whole = len(words) // 13 * 13
    operators = [set(words[place:whole:13]) for place in (2, 5, 8, 11, 12)]
    if operators != [{b"m"}, {b"l"}, {b"l"}, {b"l"}, {b"h"}]:
        return None
    ax, ay, bx, by, cx, cy, dx, dy = (words[place:whole:13] for place in (0, 1, 3, 4, 6, 7, 9, 10))
    # Opposite corners say it all when the others repeat them; one program writes one number one way.
    upright = (ax, ay, bx, cy) == (dx, by, cx, dy) or (ax, ay, by, cx) == (bx, dy, cy, dx)
    return _sorted(*map(_numbers, (ax, ay, cx, cy))) if upright else None


def _by_sizes(words: list[bytes]) -> _Boxes | None:
    whole = len(words) // 5 * 5
    if set(words[4:whole:5]) != {b"re"}:
        return None
    x, y, width, height = (_numbers(words[place:whole:5]) for place in range(4))
    return _sorted(x, y, list(map(add, x, width)), list(map(add, y, height)))


def _numbers(words: list[bytes]) -> list[float]:
    """
    Return numbers.

    Raises:
        ValueError: when a word is none, or beyond every page.
    """
    numbers = list(map(float, words))
    if max(map(abs, numbers)) > _FARTHEST:
        raise ValueError("beyond every page")
    return numbers


def _sorted(ax: list[float], ay: list[float], cx: list[float], cy: list[float]) -> _Boxes:
    return _Boxes(*(list(map(pick, one, other)) for pick, one, other in (
        (min, ax, cx), (min, ay, cy), (max, ax, cx), (max, ay, cy),
    )))  # fmt: skip


def _matrix(boxes: _Boxes) -> list[bytearray] | None:
    """Return the modules that the rectangles draw, 1 for dark; None when they lie on no grid of a code."""
    left, lower = min(boxes.left), min(boxes.lower)
    width, height = max(boxes.right) - left, max(boxes.upper) - lower
    unit = min(*map(sub, boxes.right, boxes.left), *map(sub, boxes.upper, boxes.lower))
    if unit <= 0 or max(width, height) > unit * 2 * _MODULES[-1]:
        return None
    side = round(width / unit)
    if side not in _MODULES or round(height / unit) != side:
        return None
    unit = width / side  # the mean module is more exact than the smallest one
    places = [
        _on_grid(edges, start, unit)
        for edges, start in (
            (boxes.left, left), (boxes.lower, lower), (boxes.right, left), (boxes.upper, lower),
        )
    ]  # fmt: skip
    if None in places:
        return None
    matrix = [bytearray(side) for _ in range(side)]
    dark = b"\1" * side
    for x0, y0, x1, y1 in zip(*places, strict=True):
        for row in matrix[y0:y1]:
            row[x0:x1] = dark[x0:x1]
    return matrix


def _on_grid(edges: list[float], start: float, unit: float) -> list[int] | None:
    """Return the grid lines of edges; None when one lies too far beside."""
    lines = {}
    for edge in set(edges):
        exact = (edge - start) / unit
        lines[edge] = round(exact)
        if abs(exact - lines[edge]) > _OFF_GRID:
            return None
    return [lines[edge] for edge in edges]


def _decode(matrix: Sequence[bytearray]) -> tuple[str, ...]:
    import zxingcpp

    side = (len(matrix) + 2 * _QUIET) * _SCALE
    white = b"\xff" * (_QUIET * _SCALE)
    pixels = bytearray(b"\xff" * (side * _QUIET * _SCALE))
    for row in matrix:
        line = b"".join(map(_SHADES.__getitem__, row))
        pixels += (white + line + white) * _SCALE
    pixels += b"\xff" * (side * _QUIET * _SCALE)
    codes = zxingcpp.read_barcodes(
        memoryview(pixels).cast("B", (side, side)),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
        try_downscale=False,
        try_rotate=False,
    )
    return tuple(code.text for code in codes)


# -- pictures --------------------------------------------------------------------------------


def _picture(pdf: PdfStructure, stream: Stream) -> tuple[str, ...]:
    """Return the texts of the codes in a picture; one that is packed in another way is not read."""
    length = pdf.resolve(stream.dictionary.get("Length"))
    raw = pdf.data[stream.start : stream.start + length] if isinstance(length, int) and length > 0 else b""
    key = hashlib.sha256(raw).digest()
    if key not in _remembered:
        try:
            _remembered[key] = _texts_of(pdf, stream, raw)
        except (PdfStructureError, QrImageError):
            _remembered[key] = ()
        while len(_remembered) > _MAX_REMEMBERED:
            _remembered.popitem(last=False)
    return _remembered.get(key, ())


def _texts_of(pdf: PdfStructure, stream: Stream, raw: bytes) -> tuple[str, ...]:
    filters = pdf.resolve(stream.dictionary.get("Filter"))
    names = [pdf.resolve(item) for item in filters] if isinstance(filters, list) else [filters]
    if names == ["DCTDecode"]:
        return read_codes(raw, limits=ImageLimits(max_pixels=_MAX_PIXELS, max_seconds=1.0)).texts
    width, height, bits = (
        pdf.resolve(stream.dictionary.get(item)) for item in ("Width", "Height", "BitsPerComponent")
    )
    if not isinstance(width, int) or not isinstance(height, int) or not 0 < width * height <= _MAX_PIXELS:
        return ()
    mode = _mode(pdf, stream, bits)
    if mode is None:
        return ()
    from PIL import Image

    try:
        picture = Image.frombytes(mode, (width, height), pdf.stream_data(stream)).convert("L")
    except ValueError:
        return ()
    return find_codes(picture).texts


def _mode(pdf: PdfStructure, stream: Stream, bits: Any) -> str | None:
    """Return Pillow's name of how the pixels are written, or None."""
    space = pdf.resolve(stream.dictionary.get("ColorSpace"))
    parts = [pdf.resolve(item) for item in space] if isinstance(space, list) else [space]
    if parts[0] == "ICCBased" and len(parts) == 2 and isinstance(parts[1], Stream):
        count = pdf.resolve(parts[1].dictionary.get("N"))
    else:
        count = {"DeviceGray": 1, "CalGray": 1, "DeviceRGB": 3, "CalRGB": 3, "DeviceCMYK": 4}.get(
            str(parts[0])
        )
    if bits == 1 and (count == 1 or stream.dictionary.get("ImageMask") is True):
        return "1"
    return {1: "L", 3: "RGB", 4: "CMYK"}.get(count or 0) if bits == 8 else None
