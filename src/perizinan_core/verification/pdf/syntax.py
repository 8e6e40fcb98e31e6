"""Objects of PDF syntax (ISO 32000-1 section 7.3) read strictly from bytes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from perizinan_core.errors.verification import PdfStructureError

__all__ = ["HexString", "Name", "Parser", "Ref", "Stream", "decode_text", "unescape"]

_SPACE = re.compile(rb"(?:[\x00\t\n\x0c\r ]++|%[^\r\n]*+)*+")
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)")
_REF = re.compile(
    rb"(\d{1,10}+)[\x00\t\n\x0c\r ]++(\d{1,5}+)[\x00\t\n\x0c\r ]++R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_NUMBER = re.compile(rb"([+-]?(?:\d{1,18}+(?:\.\d*+)?|\.\d++))(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])")
_WORD = re.compile(rb"(true|false|null)(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])")
_OBJ = re.compile(
    rb"(\d{1,10}+)[\x00\t\n\x0c\r ]++(\d{1,5}+)[\x00\t\n\x0c\r ]++obj(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_HEX = re.compile(rb"[0-9A-Fa-f\x00\t\n\x0c\r ]*+")
_HEX_SPACE = b"\x00\t\n\x0c\r "
_LITERAL_PART = re.compile(rb"[^()\\]++")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_RARE_ESCAPE = re.compile(rb"\\(?![0-3][0-7]{2}|[nrtbf])")
_BYTES = tuple(bytes([value]) for value in range(256))
_OCTAL = re.compile(rb"[0-7]{1,3}+")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_MAX_VALUES = 2_000_000
"""Values that one file may make this reader build: about 200 MB of memory."""

_WORDS = {b"true": True, b"false": False, b"null": None}


class Name(str):
    """A name such as ``/Type``, without the slash."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


class HexString(bytes):
    """A string that was written in hexadecimal, with its place in the file."""

    start: int
    """Position of ``<``."""

    end: int
    """Position after ``>``."""


class Stream(NamedTuple):
    """A stream: its dictionary and where its data starts."""

    dictionary: dict[str, Any]
    start: int


class Parser:
    """Reads objects at given positions of one buffer."""

    def __init__(self, data: bytes, max_depth: int) -> None:
        self._data = data
        self._max_depth = max_depth
        self._left = _MAX_VALUES

    def indirect(self, offset: int) -> tuple[int, int, Any, int]:
        """
        Read ``N G obj … endobj`` at exactly ``offset``.

        Returns:
            Number, generation, value (a `Stream` when data follows) and the position after the value.

        Raises:
            PdfStructureError: when there is no object at that position.
        """
        match = _OBJ.match(self._data, offset)
        if match is None:
            raise PdfStructureError("there is no object where the table says", offset)
        value, end = self.value(match.end())
        position = self.skip(end)
        stream = _STREAM.match(self._data, position)
        if stream is not None:
            if not isinstance(value, dict):
                raise PdfStructureError("a stream has no dictionary", position)
            return int(match[1]), int(match[2]), Stream(value, stream.end()), stream.end()
        if not self._data.startswith(b"endobj", position):
            raise PdfStructureError("an object does not end with endobj", position)
        return int(match[1]), int(match[2]), value, position

    def skip(self, offset: int) -> int:
        """Return the position after white space and comments."""
        match = _SPACE.match(self._data, offset)
        return match.end() if match is not None else offset

    def value(self, offset: int, depth: int = 0) -> tuple[Any, int]:
        """
        Read one object; return it and the position after it.

        Raises:
            PdfStructureError: for anything that is no object, and for nesting beyond the limit.
        """
        data = self._data
        self._left -= 1
        if depth > self._max_depth or self._left < 0:
            raise PdfStructureError("objects are nested too deep or are too many", offset)
        position = self.skip(offset)
        match data[position : position + 1]:
            case b"/":
                return self._name(position)
            case b"<" if data.startswith(b"<<", position):
                return self._dictionary(position + 2, depth)
            case b"<":
                return self._hex(position)
            case b"(":
                return self._literal(position)
            case b"[":
                return self._array(position + 1, depth)
        for pattern in (_REF, _NUMBER, _WORD):
            found = pattern.match(data, position)
            if found is not None:
                return _scalar(pattern, found), found.end()
        raise PdfStructureError("there is something that is no PDF object", position)

    def _name(self, position: int) -> tuple[Name, int]:
        found = _NAME.match(self._data, position)
        if found is None:  # pragma: no cover - the caller saw the slash
            raise PdfStructureError("a name does not start with a slash", position)
        raw = found[1]
        if b"#" in raw:
            raw = _NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), raw)
        return Name(raw.decode("latin-1")), found.end()

    def _dictionary(self, position: int, depth: int) -> tuple[dict[str, Any], int]:
        result: dict[str, Any] = {}
        while True:
            position = self.skip(position)
            if self._data.startswith(b">>", position):
                return result, position + 2
            if not self._data.startswith(b"/", position):
                raise PdfStructureError("a dictionary key is no name", position)
            key, after = self._name(position)
            if key in result:
                # Readers disagree about which of two values counts: that is how forgeries hide.
                raise PdfStructureError("a dictionary has the same key twice", position)
            result[key], position = self.value(after, depth + 1)

    def _array(self, position: int, depth: int) -> tuple[list[Any], int]:
        result: list[Any] = []
        while True:
            position = self.skip(position)
            if self._data.startswith(b"]", position):
                return result, position + 1
            item, position = self.value(position, depth + 1)
            result.append(item)

    def _hex(self, position: int) -> tuple[HexString, int]:
        found = _HEX.match(self._data, position + 1)
        end = found.end() if found is not None else position + 1
        if not self._data.startswith(b">", end):
            raise PdfStructureError("a hexadecimal string does not end", end)
        digits = self._data[position + 1 : end].translate(None, _HEX_SPACE)
        text = HexString(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")))
        text.start, text.end = position, end + 1
        return text, end + 1

    def _literal(self, position: int) -> tuple[bytes, int]:
        data, parts, depth = self._data, list[bytes](), 1
        position += 1
        while position < len(data):
            part = _LITERAL_PART.match(data, position)
            if part is not None:
                parts.append(part[0])
                position = part.end()
                continue
            character = data[position : position + 1]
            position += 1
            if character == b"\\":
                text, position = self._escape(position)
                parts.append(text)
                continue
            depth += 1 if character == b"(" else -1
            if depth == 0:
                return b"".join(parts), position
            parts.append(character)
        raise PdfStructureError("a text string does not end", min(position, len(data)))

    def _escape(self, position: int) -> tuple[bytes, int]:
        octal = _OCTAL.match(self._data, position)
        if octal is not None:
            return bytes([int(octal[0], 8) & 0xFF]), octal.end()
        if self._data.startswith(b"\r\n", position):
            return b"", position + 2
        character = self._data[position : position + 1]
        if character in {b"\r", b"\n"}:
            return b"", position + 1
        return _ESCAPES.get(character, character), position + 1


def _scalar(pattern: re.Pattern[bytes], found: re.Match[bytes]) -> Any:
    if pattern is _REF:
        return Ref(int(found[1]), int(found[2]))
    if pattern is _WORD:
        return _WORDS[found[1]]
    text = found[1]
    return float(text) if b"." in text else int(text)


def unescape(body: bytes) -> bytes:
    """Return what the inside of a ``(…)`` string stands for (section 7.3.4.2)."""
    if b"\\" not in body:
        return body
    # Octal escapes by the thousand are usual; Python's own codec reads them, and the few names that it shares.
    if _RARE_ESCAPE.search(body) is not None:
        body = body.replace(b"\\\\", b"\\134").replace(b"\\(", b"\\050").replace(b"\\)", b"\\051")
        if _RARE_ESCAPE.search(body) is not None:
            return _ESCAPE.sub(_replacement, body)
    return body.decode("unicode_escape").encode("latin-1")


def _replacement(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if text[0] in b"01234567":
        return _BYTES[int(text, 8) & 0xFF]
    return b"" if text[0] in b"\r\n" else _ESCAPES.get(text, text)


def decode_text(value: Any) -> str:
    """Return a text string (section 7.9.2) as text; anything else than a string gives ``""``."""
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("latin-1")
