"""The QR code of a letter: drawn as one vector path, large enough to be read from paper."""

from __future__ import annotations

from functools import lru_cache
from itertools import compress
from typing import Any

import attrs
import zxingcpp

from perizinan_core.errors.rendering import RenderingError

__all__ = ["MAX_VERSION", "MIN_MODULE_MM", "MIN_SIZE_MM", "QrDrawing", "draw_qr"]

MIN_SIZE_MM = 30.0
"""Side of the code on paper without its quiet zone, in millimetres."""

MIN_MODULE_MM = 0.5
"""Smallest module in millimetres: three pixels in a scan at 150 dpi."""

MAX_VERSION = 20
"""97 modules; at `MIN_MODULE_MM` a code of 49 mm."""

_MASK = 3
"""Mask of nearly every code; see `_encode`."""

_LONGEST_RUN = 20
"""Modules of one colour side by side, from which on the encoder looks for a better mask."""

_DIGITS = bytes.maketrans(b"\0\xff", b"10")
_BITS = bytes.maketrans(b"01", b"\0\1")

_QUIET = 4
"""Quiet zone in modules (ISO/IEC 18004)."""


@attrs.frozen
class QrDrawing:
    """A QR code ready to be placed on a page."""

    svg: str
    """Black modules on white, quiet zone included."""

    size_mm: float
    """Side on paper, quiet zone included, in millimetres."""

    quiet_mm: float
    """Width of the quiet zone on each side, in millimetres."""

    version: int
    """Version of the code, 1 to `MAX_VERSION`."""


def draw_qr(text: str) -> QrDrawing:
    """
    Return the QR code of ``text``: error correction M, alphanumeric mode where the text allows it.

    Raises:
        RenderingError: ``qr-text-too-long``: the code would be larger than `MAX_VERSION`.
    """
    matrix = _encode(text)
    modules = len(matrix)
    version = (modules - 17) // 4
    if version > MAX_VERSION:
        raise RenderingError("qr-text-too-long", length=len(text), limit=MAX_VERSION)
    module = max(MIN_SIZE_MM / modules, MIN_MODULE_MM)
    return QrDrawing(_svg(matrix), module * (modules + 2 * _QUIET), module * _QUIET, version)


def _encode(text: str) -> list[bytes]:
    """
    Return the modules row by row, 0 for black.

    To try all eight masks takes seven times as long as to draw one, and signed claims look the same under each
    (decision 90). Only what comes out in long runs, as texts that repeat themselves do, is tried under all.
    """
    matrix = _matrix(text, data_mask=_MASK)
    runs = (b"\0" * _LONGEST_RUN, b"\xff" * _LONGEST_RUN)
    rows = b"".join(matrix)
    lines = b"".join((rows, *(rows[x :: len(matrix)] for x in range(len(matrix)))))
    return _matrix(text) if any(run in lines for run in runs) else matrix


def _matrix(text: str, **options: Any) -> list[bytes]:
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **options)
    except ValueError as error:
        raise RenderingError("qr-text-too-long", length=len(text), limit=MAX_VERSION) from error
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    side: int = image.shape[0]
    pixels = bytes(image)
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def _svg(matrix: list[bytes]) -> str:
    side = len(matrix) + 2 * _QUIET
    # One path around all modules: separate shapes would leave hairlines between them on screens.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="#000" fill-rule="evenodd" d="{_outline(matrix)}"/></svg>'
    )


def _outline(matrix: list[bytes]) -> str:
    """
    Return closed paths whose insides, by the even-odd rule, are the black modules.

    Corners are the grid points of which one or three of the four modules around are black. Along every line
    and column of the grid, borders lead from the first corner to the second, from the third to the fourth.
    Points are numbered line by line, which is faster than pairs of coordinates.
    """
    width = len(matrix) + 1
    grid = _grid(width)
    corners = _corners(matrix)
    starts = list(compress(range(len(corners)), corners))
    across = _joined(starts, len(corners))
    columns = b"".join([corners[x::width] for x in range(width)])
    along = _joined(list(compress(grid.by_column, columns)), len(corners))
    steps: list[str] = []
    add, sideways, upright = steps.append, grid.across, grid.along
    for first in starts:
        if not corners[first]:
            continue
        add(grid.starts[first])
        here = first
        while True:
            beside = across[here]
            corners[here] = corners[beside] = 0
            add(sideways[beside - here])
            here = along[beside]
            if here == first:
                break
            add(upright[here - beside])
        add("z")
    return "".join(steps)


@attrs.frozen
class _Grid:
    """What paths on a grid of one size are written with."""

    by_column: tuple[int, ...]
    starts: tuple[str, ...]
    across: dict[int, str]
    along: dict[int, str]


@lru_cache(maxsize=MAX_VERSION)
def _grid(width: int) -> _Grid:
    points = range(width * width)
    return _Grid(
        by_column=tuple(y * width + x for x in range(width) for y in range(width)),
        starts=tuple(f"M{point % width + _QUIET} {point // width + _QUIET}" for point in points),
        across={step: f"h{step}" for step in range(-width, width)},
        along={step * width: f"v{step}" for step in range(-width, width)},
    )


def _corners(matrix: list[bytes]) -> bytearray:
    """Return 1 for every grid point that is a corner, line by line."""
    width, above = len(matrix) + 1, 0
    found = bytearray()
    for row in [*matrix, b""]:
        modules = int(row.translate(_DIGITS) or b"0", 2)
        border, above = modules ^ above, modules
        found += f"{border << 1 ^ border:0{width}b}".encode().translate(_BITS)
    return found


def _joined(points: list[int], count: int) -> list[int]:
    """Return for each point the one that a border joins it to: the first to the second, the third to the fourth."""
    found = [0] * count
    for one, other in zip(points[::2], points[1::2], strict=True):
        found[one], found[other] = other, one
    return found
