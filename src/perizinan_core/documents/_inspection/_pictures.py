"""
JPEG, PNG, WebP and HEIC pictures.

Every picture is first measured, then checked to its last pixel without keeping more of it in memory than
needed: a PNG is only unpacked, most JPEGs are decoded at an eighth of their size, which still reads all their data.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from mmap import ACCESS_READ, mmap
from typing import BinaryIO

import attrs
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from perizinan_core._parts import office_part
from perizinan_core.documents._inspection import _png as png
from perizinan_core.documents._inspection._jpeg import is_arithmetic, jpeg_end, samsung_start
from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._inspection._sniffing import MESSAGE_END, is_also_archive, is_also_document

__all__ = ["inspect_picture"]

_PADDING = b"\0 \t\r\n"
_MAX_PADDING = 64 * 1024
_REDUCTION = 8
_FILLER = 4096
_JPEG_END = b"\xff\xd9"
# Also a second end mark. Possessive, so that a long run costs no memory.
_FILL = re.compile(rb"(?:[\0 \t\r\n]++|\xff(?!\xd8)|(?<=\xff)\xd9)*+")
_MAX_PICTURES = 32
_MAX_DECODED_PIXELS = 64_000_000


def inspect_picture(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    """
    Look closely at a picture whose kind is in ``notes.content_type``.

    Raises:
        StopInspectionError: Something was noted that makes looking further pointless.
        Exception: What the library raises on damaged pictures.
    """
    _find_other_kinds(file, notes)
    inspect = {
        "image/jpeg": _inspect_jpeg,
        "image/png": _inspect_png,
        "image/webp": _inspect_webp,
        "image/heic": _inspect_heic,
    }[notes.content_type or ""]
    Image.MAX_IMAGE_PIXELS = None  # our own limit comes before any decoding
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inspect(file, size, limits, notes)


def _find_other_kinds(file: BinaryIO, notes: Observations) -> None:
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:

        def search(pattern: re.Pattern[bytes]) -> object:
            return pattern.search(data)

        hidden = is_also_document(data.find, search)
    if hidden or is_also_archive(file):
        raise notes.stop("polyglot", type=notes.content_type)
    file.seek(0)


def _measure(width: int, height: int, limits: Limits, notes: Observations) -> None:
    notes.width, notes.height = width, height
    if width * height > limits.max_pixels:
        raise notes.stop("too-many-pixels", limit=limits.max_pixels)


def _inspect_jpeg(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        end = jpeg_end(data)
        if end is not None:
            _judge_tail(data, end, size, notes)
            content = data[: end - 2]
        else:  # panoramas of some telephones lack the end mark
            trailer = samsung_start(data)
            if trailer is not None:
                notes.note("image-camera-extras", extra_bytes=size - trailer)
            content = data[: trailer if trailer is not None else size].rstrip(b"\0\xff")
    # An end mark proves nothing: programs that repair a half picture write one. Whether all is there shows when the
    # picture is decoded twice, with different bytes where a missing rest would be: what they change is not there.
    fillers = (b"",) if end is not None and is_arithmetic(content) else (b"\0", b"\xa5")
    if len({_look_of_jpeg(content + filler * _FILLER, limits, notes) for filler in fillers}) > 1:
        raise notes.stop("damaged")


def _look_of_jpeg(content: bytes, limits: Limits, notes: Observations) -> bytes:
    with JpegImagePlugin.JpegImageFile(io.BytesIO(content + _JPEG_END)) as picture:
        _measure(*picture.size, limits, notes)
        # A progressive one has its finer parts at the end, which do not count at an eighth.
        if "progressive" not in picture.info or picture.width * picture.height > _MAX_DECODED_PIXELS:
            picture.draft(picture.mode, (picture.width // _REDUCTION or 1, picture.height // _REDUCTION or 1))
        picture.load()
        return hashlib.sha256(picture.tobytes()).digest()


def _judge_tail(data: mmap, end: int, size: int, notes: Observations) -> None:
    # Telephones append to a picture: more pictures (MPF, and how bright each place is), a film, or Samsung's own block.
    extra = size - end
    start = _behind_fill(data, end)  # some write zeros up to a round address before the next picture
    if start == size or MESSAGE_END.match(data, end):
        return
    pictures = 0
    while data[start : start + 3] == b"\xff\xd8\xff" and pictures < _MAX_PICTURES:
        pictures += 1
        end = jpeg_end(data, start) or size
        start = _behind_fill(data, end)
    from_camera = start == size or data[end + 4 : end + 8] == b"ftyp" or data[-4:] == b"SEFT"
    notes.note("image-camera-extras" if from_camera else "trailing-data", extra_bytes=extra)


def _behind_fill(data: mmap, start: int) -> int:
    found = _FILL.match(data, start)
    return found.end() if found else start


def _inspect_png(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    try:
        found = png.outline(file, size, limits.max_pixels)
    except png.BrokenPngError as error:
        raise notes.stop("damaged") from error
    _measure(found.width, found.height, limits, notes)
    if found.oversized:
        raise notes.stop("bomb")
    if found.animated:
        notes.note("image-several")
    _note_rest(file, found.end, size, notes)
    file.seek(0)
    with PngImagePlugin.PngImageFile(
        file
    ) as picture:  # reads the text and colour chunks under its own limits
        picture.verify()


def _inspect_webp(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    file.seek(4)
    length = int.from_bytes(file.read(4), "little")
    end = 8 + length + length % 2
    if end > size + 1:
        raise notes.stop("damaged")
    _note_rest(file, end, size, notes)
    _measure(
        *_webp_size(file), _narrowed(limits), notes
    )  # the decoder takes its memory before it tells the size
    file.seek(0)
    with WebPImagePlugin.WebPImageFile(file) as picture:
        _decode(picture, limits, notes)


def _inspect_heic(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    heif = office_part("pillow_heif")
    _walk_boxes(file, size, notes)
    file.seek(0)
    with heif.HeifImageFile(file) as picture:
        _decode(picture, _narrowed(limits), notes)


def _narrowed(limits: Limits) -> Limits:
    # WebP and HEIC can only be checked by decoding them whole, at 8 bytes a pixel and more.
    return attrs.evolve(limits, max_pixels=min(limits.max_pixels, _MAX_DECODED_PIXELS))


def _webp_size(file: BinaryIO) -> tuple[int, int]:
    # RFC 9649: the first chunk is VP8X (sizes less one in 24 bits), VP8L (in 14 bits) or VP8 (in 14 bits).
    file.seek(12)
    head = file.read(18)
    kind, content = head[:4], head[8:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(content[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return (
        int.from_bytes(content[6:8], "little") & 0x3FFF,
        int.from_bytes(content[8:10], "little") & 0x3FFF,
    )


def _decode(picture: ImageFile.ImageFile, limits: Limits, notes: Observations) -> None:
    _measure(*picture.size, limits, notes)
    if getattr(picture, "n_frames", 1) > 1:
        raise notes.stop("image-several")
    picture.load()


def _walk_boxes(file: BinaryIO, size: int, notes: Observations) -> None:
    # ISO/IEC 14496-12, 4.2: a box is its length, its type and its content; they fill the file exactly.
    position = 0
    while position < size:
        file.seek(position)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - position
        plausible = len(head) >= 8 and length >= 8 and head[4:8].isalnum()
        if not plausible and position:
            _note_rest(file, position, size, notes)
            return
        if not plausible or position + length > size:
            raise notes.stop("damaged")
        position += length


def _note_rest(file: BinaryIO, end: int, size: int, notes: Observations) -> None:
    file.seek(end)
    rest = file.read(_MAX_PADDING + 1)
    if len(rest) > _MAX_PADDING or rest.strip(_PADDING):
        notes.note("trailing-data", extra_bytes=size - end)
