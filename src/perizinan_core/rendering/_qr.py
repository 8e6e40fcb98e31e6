"""The QR code of a letter: drawn as one vector path, large enough to be read from paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs
import zxingcpp

from perizinan_core.errors.rendering import QrTextTooLongError

__all__ = ["MAX_VERSION", "MIN_MODULE_MM", "MIN_SIZE_MM", "QrDrawing", "draw_qr"]

MIN_SIZE_MM = 30.0
"""Side of the code on paper without its quiet zone, in millimetres."""

MIN_MODULE_MM = 0.5
"""Smallest module in millimetres: three pixels in a scan at 150 dpi."""

MAX_VERSION = 20
"""97 modules; at `MIN_MODULE_MM` a code of 49 mm."""

_Point = tuple[int, int]
_DIGITS = bytes.maketrans(b"\0\xff", b"10")
_BIT = re.compile("1")

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
        QrTextTooLongError: the code would be larger than `MAX_VERSION`.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise QrTextTooLongError(length=len(text), limit=MAX_VERSION) from error
    matrix = _matrix(code)
    modules = len(matrix)
    version = (modules - 17) // 4
    if version > MAX_VERSION:
        raise QrTextTooLongError(length=len(text), limit=MAX_VERSION)
    module = max(MIN_SIZE_MM / modules, MIN_MODULE_MM)
    return QrDrawing(_svg(matrix), module * (modules + 2 * _QUIET), module * _QUIET, version)


def _matrix(code: zxingcpp.Barcode) -> list[bytes]:
    """Return the pixels row by row, 0 for black."""
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    side: int = image.shape[0]
    pixels = bytes(image)
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def _svg(matrix: list[bytes]) -> str:
    side = len(matrix) + 2 * _QUIET
    # One path around all modules: separate shapes would leave hairlines between them on screens.
    path = "".join(_outlines(matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" fill-rule="evenodd" d="{path}"/></svg>'
    )


def _outlines(matrix: list[bytes]) -> Iterator[str]:
    """
    Yield closed paths whose insides, by the even-odd rule, are the black modules.

    Corners are the grid points of which one or three of the four modules around are black. Along every line
    and column of the grid, borders lead from the first corner to the second, from the third to the fourth.
    """
    across: dict[_Point, _Point] = {}
    columns: dict[int, list[_Point]] = {}
    above = 0
    for y, row in enumerate([*matrix, b""]):
        modules = int(row.translate(_DIGITS) or b"0", 2)
        border, above = modules ^ above, modules
        bits = f"{border << 1 ^ border:0{len(matrix) + 1}b}"
        corners = [(found.start(), y) for found in _BIT.finditer(bits)]
        across |= _both_ways(corners)
        for corner in corners:
            columns.setdefault(corner[0], []).append(corner)
    along = {start: end for corners in columns.values() for start, end in _both_ways(corners).items()}
    while across:
        first = here = next(iter(across))
        steps = []
        while True:
            beside = across.pop(here)
            del across[beside]
            steps.append(f"h{beside[0] - here[0]}")
            here = along[beside]
            if here == first:
                break
            steps.append(f"v{here[1] - beside[1]}")
        yield f"M{first[0] + _QUIET} {first[1] + _QUIET}{''.join(steps)}z"


def _both_ways(corners: list[_Point]) -> dict[_Point, _Point]:
    pairs = dict(zip(corners[::2], corners[1::2], strict=True))
    return pairs | {end: start for start, end in pairs.items()}
