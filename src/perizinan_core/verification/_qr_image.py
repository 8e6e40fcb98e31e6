"""
Reading QR codes from a picture: a photo of a paper on a wall, a scan, a page drawn as image.

1. The kind is recognised by the first bytes: PNG, JPEG, WebP or HEIC, nothing else is opened. 2. Size and
pixels are compared with the limits before any pixel is unpacked. 3. The picture is made grey; what its
EXIF data says about turning does not matter, codes are found in any position. 4. zxing-cpp looks for
codes: first in the picture as it is, then, until a wanted code is found or the time is over, in versions
with other thresholds, even light, less noise, sharper edges, more pixels, other angles; and again, larger
and sharper, where a code was seen but not understood.

Pillow, pillow-heif and zxing-cpp are loaded by the first picture and not before.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from perizinan_core._parts import office_part
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification._sources import picture_kind

if TYPE_CHECKING:
    from PIL.Image import Image

_MEGA = 1_000_000
_FIRST_SIDE = 2000
"""Longest side of the first version: a code of 30 mm on a page that fills it has 3 pixels a module."""

_LARGE_SIDE = 4000
_TINY_SIDE = 1400
_LEAST_SIDE = 40
_MAX_CLOSER = 3
_QUICK = 2
_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
_TURNS = (30, 60, 45, 15, 75)
"""Degrees; beside the right angles, which the reader tries by itself."""


@attrs.frozen(kw_only=True)
class ImageLimits:
    """How much one picture may cost; a picture beyond the limits is refused."""

    max_bytes: int = attrs.field(default=40 * 1024 * 1024, validator=attrs.validators.gt(0))
    """Largest file, in bytes."""

    max_pixels: int = attrs.field(default=64 * _MEGA, validator=attrs.validators.gt(0))
    """Most pixels; telephones make 12 to 50 million."""

    max_seconds: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Time after which no further version of the picture is tried."""


DEFAULT_IMAGE_LIMITS = ImageLimits()
"""40 MiB, 64 megapixels, 10 seconds."""


@attrs.frozen
class CodesFound:
    """What was read from the pages of a file, or from a picture."""

    texts: tuple[str, ...] = attrs.field(default=(), repr=False)
    """Texts of QR codes, each once, in the order in which they were found."""

    printed: str | None = attrs.field(default=None, repr=False)
    """What the pages print, where it can be read."""

    others: tuple[str, ...] = ()
    """Kinds of other codes, e.g. ``"EAN-13"``; filled when there is no QR code."""

    damaged: bool = False
    """True when a code was seen whose content could not be restored, and none that could."""


def read_codes(
    data: bytes,
    *,
    wanted: Callable[[str], bool] = bool,
    limits: ImageLimits = DEFAULT_IMAGE_LIMITS,
    clock: Callable[[], float] = time.monotonic,
) -> CodesFound:
    """
    Find the QR codes of a picture.

    Args:
        data: The file.
        wanted: Returns True for a text that ends the search; other codes are reported, but do not end it.
        limits: How much the picture may cost.
        clock: Seconds of a clock that never goes back.

    Raises:
        RefusedError: when the file is not a picture of these kinds, is damaged, or has too many pixels.
    """
    end = clock() + limits.max_seconds
    return find_codes(_open(data, limits), wanted=wanted, is_over=lambda: clock() > end)


def find_codes(
    picture: Image,
    *,
    wanted: Callable[[str], bool] = bool,
    is_over: Callable[[], bool] = bool,
    quick: bool = False,
) -> CodesFound:
    """
    Find the QR codes of a picture in grey (mode ``L``).

    Args:
        picture: The picture.
        wanted: Returns True for a text that ends the search.
        is_over: Returns True when no further version of the picture is to be tried.
        quick: Give up when the first versions show no code at all: for drawings, which are sharp.
    """
    texts: dict[str, None] = {}
    damaged = False
    for tried, (version, binarizer) in enumerate(_versions(picture), 1):
        codes = _read(version, binarizer)
        for code in (*codes, *_closer(version, codes)):
            if code.valid:
                texts.setdefault(code.text)
            else:
                damaged = True
        if any(map(wanted, texts)) or is_over() or (quick and tried == _QUICK and not (texts or damaged)):
            break
    others = () if texts else _other_kinds(picture)
    return CodesFound(texts=tuple(texts), others=others, damaged=damaged and not texts and not others)


def _read(picture: Image, binarizer: str) -> list[Any]:
    import zxingcpp

    return list(
        zxingcpp.read_barcodes(
            picture,
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            binarizer=getattr(zxingcpp.Binarizer, binarizer),
            text_mode=zxingcpp.TextMode.Plain,
            return_errors=True,
        )
    )


def _closer(picture: Image, codes: list[Any]) -> Iterator[Any]:
    """Look again, enlarged and sharpened, where a code was seen but not understood."""
    from PIL import Image, ImageFilter, ImageOps

    for code in [item for item in codes if not item.valid][:_MAX_CLOSER]:
        corners = [getattr(code.position, name) for name in _CORNERS]
        left, right = min(item.x for item in corners), max(item.x for item in corners)
        top, bottom = min(item.y for item in corners), max(item.y for item in corners)
        side = max(right - left, bottom - top)
        if not _LEAST_SIDE <= side <= _FIRST_SIDE // 2:
            continue
        edge = side // 4
        box = (max(0, left - edge), max(0, top - edge), right + edge, bottom + edge)
        box = (*box[:2], min(box[2], picture.width), min(box[3], picture.height))
        part = ImageOps.autocontrast(picture.crop(box), cutoff=1)
        times = min(4, max(2, _TINY_SIDE // side))
        part = part.resize((part.width * times, part.height * times), Image.Resampling.LANCZOS)
        for radius in (1.5, 2.5, 3.5):
            sharper = part.filter(ImageFilter.UnsharpMask(radius * times, 350, 0))
            for binarizer in ("LocalAverage", "GlobalHistogram"):
                found = [item for item in _read(sharper, binarizer) if item.valid]
                if found:
                    yield from found
                    return


def _other_kinds(picture: Image) -> tuple[str, ...]:
    import zxingcpp

    found = zxingcpp.read_barcodes(_fitted(picture, _FIRST_SIDE))
    return tuple(sorted({str(code.format) for code in found if code.valid}))


def _versions(picture: Image) -> Iterator[tuple[Image, str]]:
    """Yield what the reader is to look at, cheap and promising first."""
    from PIL import Image, ImageFilter, ImageOps

    small = _fitted(picture, _FIRST_SIDE)
    yield small, "LocalAverage"
    yield small, "GlobalHistogram"
    if small is not picture:
        yield _fitted(picture, _LARGE_SIDE), "LocalAverage"
    even = _evenly_lit(small)
    yield even, "GlobalHistogram"
    yield even.filter(ImageFilter.GaussianBlur(1)), "LocalAverage"
    yield even.filter(ImageFilter.MedianFilter(3)), "GlobalHistogram"
    yield even.filter(ImageFilter.GaussianBlur(2)), "GlobalHistogram"
    for radius in (2, 4):
        yield even.filter(ImageFilter.UnsharpMask(radius, 300, 0)), "LocalAverage"
    if max(small.size) <= _TINY_SIDE:
        double = small.resize((small.width * 2, small.height * 2), Image.Resampling.BICUBIC)
        yield double, "LocalAverage"
        yield double.filter(ImageFilter.UnsharpMask(3, 250, 0)), "LocalAverage"
    half = _fitted(ImageOps.autocontrast(small), _FIRST_SIDE // 2)
    yield half, "LocalAverage"
    for angle in _TURNS:
        turned = small.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_paper(small))
        yield turned, "LocalAverage"


def _fitted(picture: Image, side: int) -> Image:
    """Return the picture with no side longer than ``side`` pixels."""
    from PIL import Image

    longest = max(picture.size)
    if longest <= side:
        return picture
    size = tuple(max(1, length * side // longest) for length in picture.size)
    return picture.resize((size[0], size[1]), Image.Resampling.BOX)


def _evenly_lit(picture: Image) -> Image:
    """Take out shadows: subtract what a strong blur leaves, then spread the contrast."""
    from PIL import ImageChops, ImageFilter, ImageOps

    radius = max(8, max(picture.size) // 40)
    return ImageOps.autocontrast(
        ImageChops.subtract(picture, picture.filter(ImageFilter.BoxBlur(radius)), 1, 128), cutoff=1
    )


def _paper(picture: Image) -> int:
    """Return the grey of the paper: what nine pixels in ten do not exceed."""
    counts, seen = picture.histogram(), 0
    for grey, count in enumerate(counts):
        seen += count
        if seen * 10 >= sum(counts) * 9:
            return grey
    return 255


# -- opening ---------------------------------------------------------------------------------


def _open(data: bytes, limits: ImageLimits) -> Image:
    """Return the picture in grey."""
    opener = _opener(data)
    if opener is None:
        raise RefusedError("image-unknown-kind")
    if data.startswith(b"RIFF"):
        # The decoder takes memory for the whole canvas before it tells the size.
        _measure(*_webp_size(data), limits)
    try:
        with opener(io.BytesIO(data)) as picture:
            _measure(picture.width, picture.height, limits)
            return _grey(picture)
    except RefusedError:
        raise
    except (
        OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, ArithmeticError,
        AttributeError, RuntimeError, MemoryError,
    ) as error:  # fmt: skip
        # Pillow and its plugins raise any of these on damaged data.
        raise RefusedError("image-damaged") from error


def _opener(data: bytes) -> Callable[[io.BytesIO], Any] | None:
    """Return the decoder by the first bytes; only these four are ever run."""
    from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    kind = picture_kind(data)
    if kind == "heic":
        opener: Callable[[io.BytesIO], Any] = office_part("pillow_heif").HeifImageFile
        return opener
    return {
        "png": PngImagePlugin.PngImageFile,
        "jpeg": JpegImagePlugin.JpegImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
    }.get(kind or "")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the canvas of a WebP picture (RFC 9649 section 2.5 to 2.7), or 0 × 0."""
    kind, bits = data[12:16], int.from_bytes(data[21:25], "little")
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
    return width & 0x3FFF, height & 0x3FFF


def _measure(width: int, height: int, limits: ImageLimits) -> None:
    if width * height > limits.max_pixels:
        size, limit = -(-width * height // _MEGA), limits.max_pixels // _MEGA
        raise RefusedError("image-too-many-pixels", limit=limit, size=size)


def _grey(picture: Image) -> Image:
    """Decode to grey on white; a large JPEG is decoded at half or a quarter of its size."""
    from PIL import Image

    picture.draft("L", (_LARGE_SIDE, _LARGE_SIDE))
    picture.load()
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.point(lambda grey: grey / 256).convert("L")
    elif picture.mode not in {"L", "1"}:
        colours = picture.convert("RGBA")
        paper = Image.new("RGBA", colours.size, "white")
        return Image.alpha_composite(paper, colours).convert("L")
    return picture.convert("L")
