"""The QR code of a letter: drawn as one vector path, large enough to be read from paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_DIGITS = bytes.maketrans(b"\0\xff", b"10")
_BITS = bytes.maketrans(b"01", b"\0\1")
_ONE = re.compile(b"\1")

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
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise RenderingError("qr-text-too-long", length=len(text), limit=MAX_VERSION) from error
    matrix = _matrix(code)
    modules = len(matrix)
    version = (modules - 17) // 4
    if version > MAX_VERSION:
        raise RenderingError("qr-text-too-long", length=len(text), limit=MAX_VERSION)
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
    Points are numbered line by line, which is three times as fast as pairs of coordinates.
    """
    width = len(matrix) + 1
    corners = _corners(matrix)
    across, along = [0] * len(corners), [0] * len(corners)
    for line in range(width):
        start = line * width
        _join(across, [found.start() for found in _ONE.finditer(corners, start, start + width)])
        _join(along, [line + width * found.start() for found in _ONE.finditer(corners[line::width])])
    steps_across = {step: f"h{step}" for step in range(-width, width)}
    steps_along = {step * width: f"v{step}" for step in range(-width, width)}
    first = corners.find(1)
    while first >= 0:
        here = first
        y, x = divmod(first, width)
        steps = [f"M{x + _QUIET} {y + _QUIET}"]
        while True:
            beside = across[here]
            corners[here] = corners[beside] = 0
            steps.append(steps_across[beside - here])
            here = along[beside]
            if here == first:
                break
            steps.append(steps_along[here - beside])
        yield "".join(steps) + "z"
        first = corners.find(1, first)


def _corners(matrix: list[bytes]) -> bytearray:
    """Return 1 for every grid point that is a corner, line by line."""
    width, above = len(matrix) + 1, 0
    found = bytearray()
    for row in [*matrix, b""]:
        modules = int(row.translate(_DIGITS) or b"0", 2)
        border, above = modules ^ above, modules
        found += f"{border << 1 ^ border:0{width}b}".encode().translate(_BITS)
    return found


def _join(pairs: list[int], points: list[int]) -> None:
    for one, other in zip(points[::2], points[1::2], strict=True):
        pairs[one], pairs[other] = other, one
