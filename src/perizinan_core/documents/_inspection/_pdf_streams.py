"""What the streams of a PDF unpack to: counted piece by piece, never held whole."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf.errors import LimitReachedError
from pypdf.filters import ASCII85Decode, ASCIIHexDecode, LZWDecode, RunLengthDecode
from pypdf.generic import DictionaryObject, IndirectObject, NullObject, StreamObject

from perizinan_core.documents._inspection._blame import is_damage
from perizinan_core.documents._inspection._jpeg import jpeg_size
from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._inspection._pdf_reading import TooMuchError

__all__ = ["SlowWork", "StreamMeter", "decoded"]

_PIECE = 256 * 1024
_ZLIB_HEAD = 2
_LINE_ENDS = b"\r\n"
_MAX_FILTERS = 4
_MAX_PLAIN_STREAM = 64 * 1024 * 1024
_MAX_SLOW_BYTES = 48 * 1024 * 1024
_IMAGE_SLACK = 1024 * 1024
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_PICTURE_FILTERS = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"})
_COMPONENTS = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}
_MOST_COMPONENTS = 4
_JPX_SIZE_MARKER = b"\xff\x4f\xff\x51"


class SlowWork:
    """Bytes that decoders without compiled code may still be given, over all streams of a file."""

    def __init__(self) -> None:
        self._left = _MAX_SLOW_BYTES

    def spend(self, count: int) -> None:
        """
        Count some of them.

        Raises:
            TooMuchError: They are used up.
        """
        self._left -= count
        if self._left < 0:
            raise TooMuchError


class _UnknownFilterError(Exception):
    pass


class StreamMeter:
    """Adds up what all streams of one file unpack to."""

    def __init__(self, limits: Limits, notes: Observations) -> None:
        self._limits = limits
        self._notes = notes
        self._left = limits.max_unpacked_bytes
        self._work = SlowWork()

    def measure(self, stream: StreamObject) -> None:
        """
        Unpack one stream without keeping it.

        Raises:
            StopInspectionError: It is a bomb; that is noted.
            TooMuchError: Unpacking all streams costs too much.
        """
        limit = _MAX_PLAIN_STREAM
        if _value(stream, "/Subtype") == "/Image" or _is_size(_value(stream, "/Width")):
            limit = self._picture_limit(stream)
        limit = min(limit, self._left)
        total = 0
        try:
            total = self._counted(stream, limit)
        except LimitReachedError:
            total = limit + 1
        except Exception as error:
            if not isinstance(error, _UnknownFilterError) and not is_damage(error):
                raise
            self._notes.note("damaged")  # and on: the other objects are still to be searched
        if total > limit:
            raise self._notes.stop("bomb")
        self._left -= total

    def _counted(self, stream: StreamObject, limit: int) -> int:
        total = 0
        for piece in _unpacked(stream, limit, self._work):
            total += len(piece)
            if total > limit:
                break
        return total

    def _picture_limit(self, stream: StreamObject) -> int:
        width, height = _value(stream, "/Width"), _value(stream, "/Height")
        if not _is_size(width) or not _is_size(height):
            return _MAX_PLAIN_STREAM
        coded = _coded_size(stream)
        if max(width * height, coded[0] * coded[1]) > self._limits.max_pixels:
            raise self._notes.stop("too-many-pixels", limit=self._limits.max_pixels)
        bits = _value(stream, "/BitsPerComponent")
        components = _components(_value(stream, "/ColorSpace"))
        row = (width * components * (bits if bits in (1, 2, 4, 8, 16) else 8) + 7) // 8 + 1
        return int(row * height + _IMAGE_SLACK)


def decoded(stream: StreamObject, limit: int, work: SlowWork) -> bytes | None:
    """Return what a stream unpacks to, or None when that is more than ``limit`` bytes or a picture."""
    if set(_filters(stream)) & _PICTURE_FILTERS:
        return None
    content = bytearray()
    with contextlib.suppress(_UnknownFilterError):
        for piece in _unpacked(stream, limit, work):
            content += piece
            if len(content) > limit:
                return None
        return bytes(content)
    return None


def _unpacked(stream: StreamObject, limit: int, work: SlowWork) -> Iterator[bytes]:
    filters = _filters(stream)
    if len(filters) > _MAX_FILTERS:
        yield from _too_much(limit)
        return
    pieces: Iterator[bytes] = iter((_stored(stream),))
    for name in filters:
        if name in _FLATE:
            pieces = _inflated(pieces)
        elif name in _PICTURE_FILTERS:
            return  # judged by its pixels
        elif name != "/Crypt":
            pieces = _by_library(name, pieces, limit, work)
    yield from pieces


def _too_much(limit: int) -> Iterator[bytes]:
    # No one honest stacks this many filters: let the caller find more bytes than it allows.
    for _ in range(limit // _PIECE + 2):
        yield b"\0" * _PIECE


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    # The checksum at the end is not looked at: no viewer does, and scanners exist that write a wrong one. So the
    # two bytes in front, which say that a checksum follows, are taken off (RFC 1950, 2.2).
    inflater: zlib._Decompress | None = None
    pending = b""
    for piece in pieces:
        pending += piece
        if inflater is None:
            pending = pending.lstrip(_LINE_ENDS)
            if len(pending) < _ZLIB_HEAD:
                continue
            wrapped = pending[0] & 0x0F == zlib.DEFLATED and int.from_bytes(pending[:2], "big") % 31 == 0
            inflater = zlib.decompressobj(
                -zlib.MAX_WBITS if wrapped and not pending[1] & 0x20 else zlib.MAX_WBITS
            )
            pending = pending[_ZLIB_HEAD:] if wrapped else pending
        while pending and not inflater.eof:
            yield inflater.decompress(pending, _PIECE)
            pending = inflater.unconsumed_tail
        if inflater.eof:
            return


def _by_library(name: str, pieces: Iterator[bytes], limit: int, work: SlowWork) -> Iterator[bytes]:
    packed = bytearray()
    for piece in pieces:
        work.spend(len(piece))
        packed += piece
        if len(packed) > limit:
            yield from _too_much(limit)
            return
    if name in {"/ASCIIHexDecode", "/AHx"}:
        yield ASCIIHexDecode.decode(bytes(packed))
    elif name in {"/ASCII85Decode", "/A85"}:
        yield ASCII85Decode.decode(bytes(packed))
    elif name in {"/LZWDecode", "/LZW"}:
        yield LZWDecode.decode(bytes(packed), DictionaryObject())
    elif name in {"/RunLengthDecode", "/RL"}:
        yield RunLengthDecode.decode(bytes(packed))
    else:
        raise _UnknownFilterError


def _filters(stream: StreamObject) -> list[str]:
    found = _value(stream, "/Filter")
    if found is None:
        return []
    names = found if isinstance(found, list) else [found]
    return [str(name.get_object() if isinstance(name, IndirectObject) else name) for name in names]


def _stored(stream: StreamObject) -> bytes:
    return bytes(stream._data)  # noqa: SLF001 - the bytes as stored have no public name; get_data() unpacks whole


def _coded_size(stream: StreamObject) -> tuple[int, int]:
    # The size that the compressed picture itself claims, which a viewer believes more than the dictionary.
    filters = _filters(stream)
    if len(filters) != 1 or filters[0] not in {"/DCTDecode", "/DCT", "/JPXDecode"}:
        return 0, 0
    content = _stored(stream)
    if filters[0] != "/JPXDecode":
        return jpeg_size(content) or (0, 0)
    at = content.find(_JPX_SIZE_MARKER)
    if at < 0:
        return 0, 0
    sizes = content[at + 8 : at + 16]
    return int.from_bytes(sizes[:4], "big"), int.from_bytes(sizes[4:], "big")


def _value(stream: StreamObject, key: str) -> Any:
    value = stream.get(key)
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return None if isinstance(value, NullObject) else value


def _components(space: Any) -> int:
    # ISO 32000-1, 8.6: a name, or an array that begins with one; never fewer than the picture has.
    if isinstance(space, str):
        return _COMPONENTS.get(space, _MOST_COMPONENTS)
    if not isinstance(space, list) or not space:
        return _MOST_COMPONENTS
    parts = [item.get_object() if isinstance(item, IndirectObject) else item for item in list.copy(space[:2])]
    if parts[0] == "/DeviceN" and isinstance(parts[-1], list):
        return max(len(parts[-1]), _MOST_COMPONENTS)
    return 1 if parts[0] in ("/Indexed", "/I", "/Separation", "/CalGray") else _MOST_COMPONENTS


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0
