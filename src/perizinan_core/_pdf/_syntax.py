"""Objects of PDF syntax (ISO 32000-1 section 7.3) read strictly from bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from perizinan_core.errors.pdf import PdfStructureError

BLANKS = b"\x00\t\n\x0c\r "
"""White space (section 7.2.2)."""


_BLANKS = rb"(?:[\x00\t\n\x0c\r ]++|%[^\r\n]*+)*+"
_SPACE = re.compile(_BLANKS)
_BLANK = re.compile(rb"[\x00\t\n\x0c\r ]*+")
_END = rb"(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
_NAME = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]*+"
_REF = rb"(?P<number>\d{1,10}+)[\x00\t\n\x0c\r ]++(?P<generation>\d{1,5}+)[\x00\t\n\x0c\r ]++R"
_REAL = rb"[+-]?(?:\d{1,18}+\.\d*+|\.\d++)"
_ANY = (
    rb"(?:/(?P<name>%b)|(?:(?P<ref>%b)|(?P<integer>[+-]?\d{1,18}+)|(?P<real>%b)|(?P<word>true|false|null))%b"
    rb"|(?P<dictionary><<)|(?P<hex><)|(?P<text>\()|(?P<array>\[))"
) % (_NAME, _REF, _REAL, _END)
_VALUE = re.compile(_BLANKS + _ANY)
_ITEM = re.compile(_BLANKS + rb"(?:(?P<close>\])|" + _ANY + rb")")
_ENTRY = re.compile(_BLANKS + rb"(?:(?P<close>>>)|/(?P<key>" + _NAME + rb")" + _BLANKS + _ANY + rb")")
_OBJ = rb"(\d{1,10}+)[\x00\t\n\x0c\r ]++(\d{1,5}+)[\x00\t\n\x0c\r ]++obj" + _END
_HEX = re.compile(rb"<([0-9A-Fa-f\x00\t\n\x0c\r ]*+)>")
_BRACKET = re.compile(rb"(?:[^()\\]++|\\[\s\S])*+([()])")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_ESCAPED_MARK = re.compile(rb"\\[\\()]")
_RARE_ESCAPE = re.compile(rb"\\(?![0-3][0-7]{2}|[nrtbf])")
_BYTES = tuple(bytes([value]) for value in range(256))
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_USUAL_NAME = 64
_MAX_VALUES = 2_000_000
"""Values that one file may make this reader build: about 200 MB of memory."""

_NO_OBJECT = "there is something that is not a PDF object"
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

    _object = re.compile(_OBJ)
    _after = re.compile(_BLANKS + rb"(?:(?P<stream>stream(?:\r\n|\n))|endobj)")

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
        match = self.header(offset)
        value, end = self.value(match.end())
        after = self._after.match(self._data, end)
        if after is None:
            raise PdfStructureError("an object does not end with endobj", self.skip(end))
        if after["stream"] is not None:
            if not isinstance(value, dict):
                raise PdfStructureError("a stream has no dictionary", after.start("stream"))
            value, end = Stream(value, after.end()), after.end()
        return int(match[1]), int(match[2]), value, end

    def header(self, offset: int) -> re.Match[bytes]:
        """Return ``N G obj`` at ``offset``, with the two numbers as groups; raises as `indirect`."""
        match = self._object.match(self._data, offset)
        if match is None:
            raise PdfStructureError("there is no object where the table says", offset)
        return match

    def named(self, offset: int) -> Ref:
        """Return the numbers of the object at ``offset``; raises as `indirect`."""
        return Ref(*map(int, self.header(offset).groups()))

    def skip(self, offset: int) -> int:
        """Return the position after white space and comments."""
        match = _SPACE.match(self._data, offset)
        return match.end() if match is not None else offset

    def value(self, offset: int, depth: int = 0) -> tuple[Any, int]:
        """
        Read one object; return it and the position after it.

        Raises:
            PdfStructureError: for anything that is not an object, and for nesting beyond the limit.
        """
        found = _VALUE.match(self._data, offset)
        if found is None:
            raise PdfStructureError(_NO_OBJECT, self.skip(offset))
        return self._read(found, depth)

    def source(self, offset: int) -> bytes:
        """
        Return the bytes of the object that begins at ``offset``, after white space.

        Raises:
            PdfStructureError: as `value`.
        """
        return self._data[self.skip(offset) : self.value(offset)[1]]

    def _read(self, found: re.Match[bytes], depth: int) -> tuple[Any, int]:
        """Finish the value whose beginning was found."""
        kind, end = found.lastgroup or "", found.end()
        self._left -= 1
        if depth > self._max_depth or self._left < 0:
            raise PdfStructureError("objects are nested too deep or are too many", end)
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            return scalar(found), end
        if kind == "dictionary":
            return self._dictionary(end, depth)
        if kind == "array":
            return self._array(end, depth)
        return self._literal(end) if kind == "text" else self._hex(end - 1)

    def _dictionary(self, position: int, depth: int) -> tuple[dict[str, Any], int]:
        result: dict[str, Any] = {}
        while True:
            found = _ENTRY.match(self._data, position)
            if found is None:
                position = self.skip(position)
                named = self._data.startswith(b"/", position)
                problem = _NO_OBJECT if named else "a dictionary key is not a name"
                raise PdfStructureError(problem, position)
            if found.lastgroup == "close":
                return result, found.end()
            key = _name(found["key"])
            if key in result:
                # Readers disagree about which of two values counts: that is how forgeries hide.
                raise PdfStructureError("a dictionary has the same key twice", found.start("key"))
            result[key], position = self._read(found, depth + 1)

    def _array(self, position: int, depth: int) -> tuple[list[Any], int]:
        result: list[Any] = []
        while True:
            found = _ITEM.match(self._data, position)
            if found is None:
                raise PdfStructureError(_NO_OBJECT, self.skip(position))
            if found.lastgroup == "close":
                return result, found.end()
            item, position = self._read(found, depth + 1)
            result.append(item)

    def _hex(self, position: int) -> tuple[HexString, int]:
        found = _HEX.match(self._data, position)
        if found is None:
            raise PdfStructureError("a hexadecimal string does not end", position)
        digits = found[1].translate(None, BLANKS)
        text = HexString(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")))
        text.start, text.end = found.span()
        return text, text.end

    def _literal(self, start: int) -> tuple[bytes, int]:
        position, depth = start, 1
        while depth:
            found = _BRACKET.match(self._data, position)
            if found is None:
                raise PdfStructureError("a text string does not end", len(self._data))
            position = found.end()
            depth += 1 if found[1] == b"(" else -1
        # A line end in a string is one line feed, however it is written.
        body = self._data[start : position - 1].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return unescape(body), position


def after_blanks(data: bytes, offset: int) -> int:
    """Return the position after the white space at ``offset``; comments are not passed over."""
    blank = _BLANK.match(data, offset) if offset > 0 else None
    return blank.end() if blank is not None else offset


class BlankParser(Parser):
    """Takes white space before an object for part of it, as every reader does."""

    _object = re.compile(_BLANK.pattern + _OBJ)


class LooseParser(BlankParser):
    """
    Takes spaces after ``stream`` as well, or a carriage return alone, which old producers write.

    ISO 32000-1 section 7.3.8.1 rules both out; the stated length and ``endstream`` tell whether the data was
    understood.
    """

    _after = re.compile(_BLANKS + rb"(?:(?P<stream>stream *+(?:\r\n?|\n))|endobj)")


def _name(raw: bytes) -> Name:
    return _usual_name(raw) if len(raw) <= _USUAL_NAME else _read_name(raw)


def _read_name(raw: bytes) -> Name:
    if b"#" in raw:
        raw = _NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), raw)
    return Name(raw.decode("latin-1"))


_usual_name = lru_cache(maxsize=4096)(_read_name)
"""Every file has the same names; long ones are not kept, so that no file fills the memory."""


@lru_cache(maxsize=4096)
def _ref(number: bytes, generation: bytes) -> Ref:
    """Read a reference; every file names the same few numbers."""
    return Ref(int(number), int(generation))


_SCALARS: Mapping[str, Callable[[re.Match[bytes]], Any]] = {
    "name": lambda found: _name(found["name"]),
    "ref": lambda found: _ref(*found.group("number", "generation")),
    "integer": lambda found: int(found["integer"]),
    "real": lambda found: float(found["real"]),
    "word": lambda found: _WORDS[found["word"]],
}


def unescape(body: bytes) -> bytes:
    """Return what the inside of a ``(…)`` string stands for (section 7.3.4.2)."""
    if b"\\" not in body:
        return body
    # Octal escapes by the thousand are usual; Python's own codec reads them, and the few names that it shares.
    body = in_octal_digits(body)
    if _RARE_ESCAPE.search(body) is not None:
        return _ESCAPE.sub(_replacement, body)
    return body.decode("unicode_escape").encode("latin-1")


def in_octal_digits(body: bytes) -> bytes:
    """
    Write escaped brackets and backslashes as their numbers, so that what is left of them has its own meaning.

    Text in two-byte codes is full of backslashes: three calls of `bytes.replace` take four times as long.
    """
    return _ESCAPED_MARK.sub(_digits_of_mark, body)


_DIGITS = {b"\\" + mark: b"\\%03o" % ord(mark) for mark in (b"\\", b"(", b")")}


def _digits_of_mark(found: re.Match[bytes]) -> bytes:
    return _DIGITS[found[0]]


def _replacement(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if text[0] in b"01234567":
        return _BYTES[int(text, 8) & 0xFF]
    return b"" if text[0] in b"\r\n" else _ESCAPES.get(text, text)


_MARKS = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8"))


def decode_text(value: Any) -> str:
    """Return a text string (section 7.9.2) as text; anything else than a string gives ``""``."""
    if not isinstance(value, bytes):
        return ""
    for mark, encoding in _MARKS:
        if value.startswith(mark):
            return value[len(mark) :].decode(encoding, "replace")
    if value.isascii():
        return value.decode("ascii")
    # The table of PDFDocEncoding is pypdf's; it is rarely needed, and pypdf loads slowly.
    from pypdf.generic import decode_pdfdocencoding

    try:
        return decode_pdfdocencoding(value)
    except UnicodeDecodeError:
        return value.decode("latin-1")
