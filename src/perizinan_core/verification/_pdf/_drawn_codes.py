"""
QR codes that the pages of a PDF draw, read from the drawing itself.

A code of a letter is one path that outlines its black modules; the corners of the path give the module
matrix, and zxing-cpp decodes that matrix directly. Codes that are placed as a picture are read from the
picture. No page is rendered: the whole check takes less than a millisecond a letter instead of 60, needs no
PDF renderer, and cannot be blurred by one. Not seen are codes of strokes, curves, patterns or inline pictures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from itertools import accumulate, islice, pairwise
from operator import or_, xor
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Stream
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification._pdf._pages import MAX_PAGES, Content, contents_of, pages, parted
from perizinan_core.verification._qr_image import ImageLimits, find_codes, read_codes

_Word = bytes | tuple[bytes, bytes]

_MAX_FORMS = 64
_MAX_PICTURES = 16
_MAX_PIXELS = 16_000_000
_MAX_REMEMBERED = 64
_MAX_MATRICES = 32
_MODULES = range(21, 178, 4)
"""Modules on a side (ISO/IEC 18004)."""

_QUIET = 4
_SCALE = 3
_SHADES = bytes.maketrans(b"01", b"\xff\0")
_FARTHEST = 1e6
_OFF_GRID = 0.15
"""How far an edge may lie beside the grid, in modules."""

_NO_OPERATORS = b"-+0123456789. \t\n\r\f\v"
_NO_NUMBERS = b"mlhref*"
_ALL_LINES, _NO_LINES = bytes.maketrans(b"m", b"l"), b"hf*\n\r"
_LEFT_OF = tuple((1 << 192) - (1 << 192 - line) for line in range(193))
"""What lies to the left of a line, for the largest code with its quiet zone."""
_POLYGONS = re.compile(rb"(?:mlll++h(?:f\*?)?+)++")
_RECTANGLES = re.compile(rb"(?:re(?:f\*?)?+)++")
_FEWEST_CORNERS, _MOST_CORNERS = 80, 4 * 177 * 177
"""Of the smallest code, outlined; of the largest, module by module."""

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
    for page in islice(pages(pdf), MAX_PAGES):
        reader.read(contents_of(pdf, page), pdf.dictionary(page.get("Resources") or {}))
    return tuple(reader.texts)


class _Reader:
    """Collects codes; forms, pictures and matrices are counted over the whole file."""

    def __init__(self, pdf: PdfStructure) -> None:
        self._pdf = pdf
        self._forms = self._pictures = self._matrices = 0
        self.texts: dict[str, None] = {}

    def read(self, content: Content, resources: Mapping[str, Any]) -> None:
        """Look through one content stream and what it draws."""
        for run in content.paths:
            for matrix in _matrices(run):
                if self._matrices < _MAX_MATRICES:
                    self._matrices += 1
                    self.texts.update(dict.fromkeys(_decode(matrix)))
        names = dict.fromkeys(_DRAWN.findall(content.operators))
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
            self.read(parted(self._pdf.stream_data(stream)), own)
        elif kind == "Image" and self._pictures < _MAX_PICTURES:
            self._pictures += 1
            self.texts.update(dict.fromkeys(_picture(self._pdf, stream)))


# -- outlines --------------------------------------------------------------------------------


def _matrices(run: bytes) -> Iterator[list[int]]:
    """Yield the rows of modules of every shape that may be a code, as binary numbers, 1 for dark."""
    whole = _whole_matrix(run)
    if whole is not None:
        yield whole
        return
    for corners in _corners(run):
        matrix = _matrix(corners)
        if matrix is not None:
            yield matrix


def _whole_matrix(run: bytes) -> list[int] | None:
    """
    Return what `_matrix` does, in half the time, of a code that is written as our letters do.

    Its modules are one unit wide, its corners are small whole numbers, and every shape begins along a line. Of
    anything else, None.
    """
    operators = run.translate(None, _NO_OPERATORS)
    if b"-" in run or _POLYGONS.fullmatch(operators) is None:
        return None
    # Four thousand small numbers: the reader of JSON makes no object for any of them.
    points = run.translate(_ALL_LINES, _NO_LINES).strip(b" l").replace(b" l ", b",").replace(b" ", b",")
    try:
        numbers = json.loads(f"[{points.decode('ascii')}]")
    except ValueError:
        return None
    x, y = numbers[::2], numbers[1::2]
    if (
        not (_FEWEST_CORNERS <= len(x) == len(y) == _count(operators) // 2 <= _MOST_CORNERS)
        or y[::2] != y[1::2]
    ):
        return None
    turned = [0] * len(_LEFT_OF)
    try:
        for line, start, end in zip(y[::2], x[::2], x[1::2], strict=True):
            turned[line] ^= _LEFT_OF[start] ^ _LEFT_OF[end]
    except (IndexError, TypeError):
        return None  # too far out, or no whole number
    return _trimmed(turned)


def _trimmed(turned: Sequence[int]) -> list[int] | None:
    """Return the rows between the first and the last line, without empty columns; None when that is not a code."""
    lines = [place for place, mask in enumerate(turned) if mask]
    if not any(after - before == 1 for before, after in pairwise(lines)):
        return None  # the modules may be wider
    rows = list(accumulate(turned[lines[0] : lines[-1]], xor))
    dark = reduce(or_, rows)
    right = (dark & -dark).bit_length() - 1
    side = dark.bit_length() - right
    return [row >> right for row in rows] if side == len(rows) and side in _MODULES else None


@attrs.frozen
class _Corners:
    """The corners of what a stretch of path operators outlines, as they are written there."""

    x: Sequence[_Word]
    y: Sequence[_Word]
    x_places: Mapping[_Word, float]
    y_places: Mapping[_Word, float]


def _corners(run: bytes) -> Iterator[_Corners]:
    """Yield the corners of shapes: polygons (``m l l … h``) and rectangles (``re``), each painted or all together."""
    operators = run.translate(None, _NO_OPERATORS)
    words = run.translate(None, _NO_NUMBERS).split()
    for shape in (_POLYGONS, _RECTANGLES):
        for found in shape.finditer(operators):
            before = _count(operators[: found.start()])
            numbers = words[before : before + _count(found[0])]
            try:
                corners = _of_polygons(numbers) if shape is _POLYGONS else _of_rectangles(numbers)
            except ValueError:
                continue
            if _FEWEST_CORNERS <= len(corners.x) <= _MOST_CORNERS:
                yield corners


def _count(operators: bytes) -> int:
    """Return how many numbers belong to path operators."""
    return 2 * (operators.count(b"m") + operators.count(b"l")) + 4 * operators.count(b"re")


def _of_polygons(numbers: Sequence[bytes]) -> _Corners:
    x, y = numbers[::2], numbers[1::2]
    return _Corners(x, y, _places(x), _places(y))


def _of_rectangles(numbers: Sequence[bytes]) -> _Corners:
    x, y, width, height = (numbers[place::4] for place in range(4))
    right, upper = list(zip(x, width, strict=True)), list(zip(y, height, strict=True))
    return _Corners(
        [*x, *right, *x, *right],
        [*y, *y, *upper, *upper],
        _with_ends(x, width, right),
        _with_ends(y, height, upper),
    )


def _places(words: Sequence[bytes]) -> dict[_Word, float]:
    """
    Read numbers.

    Raises:
        ValueError: when a word is not a number, or beyond every page.
    """
    places: dict[_Word, float] = {word: float(word) for word in set(words)}
    if max(map(abs, places.values()), default=0.0) > _FARTHEST:
        raise ValueError("beyond every page")
    return places


def _with_ends(
    starts: Sequence[bytes], sizes: Sequence[bytes], ends: Sequence[tuple[bytes, bytes]]
) -> dict[_Word, float]:
    places, lengths = _places(starts), _places(sizes)
    return places | {(start, size): places[start] + lengths[size] for start, size in set(ends)}


def _matrix(corners: _Corners) -> list[int] | None:
    """
    Return the rows of modules as binary numbers, 1 for dark; None when the corners lie on no grid of a code.

    Of upright shapes the corners alone say what is inside, by the even-odd rule: each turns over everything
    to its left and above, and what was turned an odd number of times is dark.
    """
    columns, rows = _Axis.of(corners.x_places.values()), _Axis.of(corners.y_places.values())
    unit = min(columns.narrowest(), rows.narrowest())
    side = round(columns.length / unit) if unit > 0 else 0
    if side not in _MODULES or round(rows.length / unit) != side:
        return None
    unit = columns.length / side  # the mean module is more exact than the smallest one
    x_of, y_of = columns.on_grid(corners.x_places, unit), rows.on_grid(corners.y_places, unit)
    if x_of is None or y_of is None:
        return None
    left_of = {word: (1 << side) - (1 << side - line) for word, line in x_of.items()}
    turned = dict.fromkeys(y_of, 0)
    for word, mask in zip(corners.y, map(left_of.__getitem__, corners.x), strict=True):
        turned[word] ^= mask
    lines = [0] * (side + 1)
    for word, mask in turned.items():
        lines[y_of[word]] ^= mask
    return list(accumulate(lines[:side], xor))


@attrs.frozen
class _Axis:
    """Where corners lie along one axis: in few places, in a code."""

    places: Sequence[float]
    start: float
    length: float

    @classmethod
    def of(cls, places: Collection[float]) -> _Axis:
        ordered = sorted(set(places))
        return cls(ordered, ordered[0], ordered[-1] - ordered[0])

    def narrowest(self) -> float:
        """Return the least distance of two places, unless it is too small for a module."""
        gaps = (after - before for before, after in pairwise(self.places))
        return min((gap for gap in gaps if gap * 2 * _MODULES[-1] > self.length), default=0.0)

    def on_grid(self, places: Mapping[_Word, float], unit: float) -> dict[_Word, int] | None:
        """Return the grid line of every word; None when one lies too far beside."""
        lines = {}
        for word, place in places.items():
            exact = (place - self.start) / unit
            lines[word] = round(exact)
            if abs(exact - lines[word]) > _OFF_GRID:
                return None
        return lines


def _decode(matrix: Sequence[int]) -> tuple[str, ...]:
    """Read the matrix as the exact code that it should be; else, perhaps mirrored, as a picture."""
    import zxingcpp

    for scale, exact in ((1, True), (1, False), (_SCALE, False)):
        side = (len(matrix) + 2 * _QUIET) * scale
        codes = zxingcpp.read_barcodes(
            memoryview(_pixels(matrix, scale)).cast("B", (side, side)),
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            text_mode=zxingcpp.TextMode.Plain,
            binarizer=zxingcpp.Binarizer.BoolCast,
            try_downscale=False,
            try_rotate=False,
            is_pure=exact,
        )
        texts = tuple(code.text for code in codes if code.valid)
        if texts:
            return texts
    return ()


def _pixels(matrix: Sequence[int], scale: int) -> bytes:
    quiet = b"\xff" * (_QUIET * scale)
    margin = b"\xff" * ((len(matrix) + 2 * _QUIET) * scale) * (_QUIET * scale)
    lines = [margin]
    for row in matrix:
        line = f"{row:0{len(matrix)}b}".encode("ascii").translate(_SHADES)
        if scale > 1:
            line = b"".join(line[place : place + 1] * scale for place in range(len(line)))
        lines.append((quiet + line + quiet) * scale)
    lines.append(margin)
    return b"".join(lines)


# -- pictures --------------------------------------------------------------------------------


def _picture(pdf: PdfStructure, stream: Stream) -> tuple[str, ...]:
    """Return the texts of the codes in a picture; one that is packed in another way is not read."""
    length = pdf.resolve(stream.dictionary.get("Length"))
    raw = pdf.data[stream.start : stream.start + length] if isinstance(length, int) and length > 0 else b""
    key = hashlib.sha256(raw).digest()
    if key not in _remembered:
        try:
            _remembered[key] = _texts_of(pdf, stream, raw)
        except (PdfStructureError, RefusedError):
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
