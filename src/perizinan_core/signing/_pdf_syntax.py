"""
PDF syntax (ISO 32000-1 section 7.3) without loss: values stay the bytes they were.

A signature update rewrites a few dictionaries of somebody else's file. An object model that
decodes names, strings and numbers and encodes them again changes what it only meant to carry
along (pypdf 7.1 does so with names outside UTF-8 and with long decimals), and signatures made
earlier are judged by such changes. So dictionaries are read one level deep into
`RawDictionary`, whose values are the source bytes, and only what is asked for is understood.
"""

from __future__ import annotations

import re
from datetime import datetime

from perizinan_core.errors.signing import DamagedPdfError

__all__ = [
    "RawDictionary",
    "array_items",
    "date_string",
    "decoded_name",
    "integer",
    "name",
    "numbers",
    "parse_dictionary",
    "reference",
    "references",
    "text",
    "text_string",
    "value_span",
]

_SPACE = rb"\x00\t\n\x0c\r "
_DELIMITER = rb"()<>\[\]{}/%"
_SKIP = rb"(?>(?:[" + _SPACE + rb"]++|%[^\r\n]*+)*+)"
_TOKEN = re.compile(
    _SKIP
    + rb"(?:(?P<open><<)|(?P<close>>>)|(?P<array>\[)|(?P<end>\])|(?P<string>\()"
    + rb"|(?P<hex><[0-9A-Fa-f" + _SPACE + rb"]*+>)"
    + rb"|(?P<name>/[^" + _SPACE + _DELIMITER + rb"]*+)"
    + rb"|(?P<word>[^" + _SPACE + _DELIMITER + rb"]++))"
)  # fmt: skip
_REFERENCE = re.compile(
    rb"(\d{1,10})[" + _SPACE + rb"]++(\d{1,5})[" + _SPACE + rb"]++R(?![^" + _SPACE + _DELIMITER + rb"])"
)
# Most entries of a dictionary: a name and a reference, number, keyword or name. Only for speed.
_PLAIN_ENTRY = re.compile(
    _SKIP
    + rb"(/[^" + _SPACE + _DELIMITER + rb"]*+)"
    + rb"[" + _SPACE + rb"]*+"
    + rb"(\d{1,10}[" + _SPACE + rb"]++\d{1,5}[" + _SPACE + rb"]++R(?![^" + _SPACE + _DELIMITER + rb"])"
    + rb"|/?[^" + _SPACE + _DELIMITER + rb"]++)"
)  # fmt: skip
_IN_STRING = re.compile(rb"[()\\]")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME_IRREGULAR = re.compile(rb"[^!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]")
_INTEGER = re.compile(rb"[+-]?\d{1,12}")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)")


class RawDictionary(dict[bytes, "bytes | RawDictionary"]):
    """
    One PDF dictionary: names without escapes (``b"/Type"``) to values as source bytes.

    A value may itself be a `RawDictionary` while it is being changed.
    """

    def raw(self, key: bytes) -> bytes:
        """Return the source bytes of the value under ``key``; ``b"null"`` if there is none."""
        value = self.get(key, b"null")
        return value.to_bytes() if isinstance(value, RawDictionary) else value

    def to_bytes(self) -> bytes:
        """Return the dictionary as PDF source."""
        parts = [b"<<"]
        for key in self:
            parts += (_escaped_name(key), b" ", self.raw(key), b"\n")
        parts.append(b">>")
        return b"".join(parts)


def _token(data: bytes, position: int) -> re.Match[bytes]:
    match = _TOKEN.match(data, position)
    if match is None:
        raise DamagedPdfError("syntax")
    return match


def _string_end(data: bytes, position: int) -> int:
    """Return the end of the literal string whose opening parenthesis ends at ``position``."""
    depth = 1
    while depth:
        match = _IN_STRING.search(data, position)
        if match is None:
            raise DamagedPdfError("syntax")
        position = match.end()
        if match[0] == b"\\":
            position += 1
        else:
            depth += 1 if match[0] == b"(" else -1
    return position


def value_span(data: bytes, position: int) -> tuple[int, int]:
    """
    Return where the next value after ``position`` begins and ends.

    Raises:
        DamagedPdfError: There is no complete value.
    """
    closers: list[str] = []
    start = -1
    while True:
        match = _token(data, position)
        kind = match.lastgroup or ""
        if start < 0:
            start = match.start(kind)
        position = match.end()
        if kind == "string":
            position = _string_end(data, position)
        elif kind in ("open", "array"):
            closers.append("close" if kind == "open" else "end")
        elif kind in ("close", "end"):
            if not closers or closers.pop() != kind:
                raise DamagedPdfError("syntax")
        elif kind == "word" and not closers:
            whole = _REFERENCE.match(data, match.start("word"))
            position = whole.end() if whole else position
        if not closers:
            return start, position


def parse_dictionary(data: bytes, position: int = 0) -> tuple[RawDictionary, int]:
    """
    Read the dictionary that begins at ``position``; return it and where it ends.

    Raises:
        DamagedPdfError: It is malformed, or names a key twice.
    """
    match = _token(data, position)
    if match.lastgroup != "open":
        raise DamagedPdfError("syntax")
    position = match.end()
    found = RawDictionary()
    while True:
        plain = _PLAIN_ENTRY.match(data, position)
        if plain:
            raw, value = plain.groups()
            position = plain.end()
        else:
            match = _token(data, position)
            if match.lastgroup == "close":
                return found, match.end()
            if match.lastgroup != "name":
                raise DamagedPdfError("syntax")
            raw = match["name"]
            start, position = value_span(data, match.end())
            value = data[start:position]
        key = decoded_name(raw)
        if key in found:
            raise DamagedPdfError("duplicate-key")
        found[key] = value


def array_items(raw: bytes) -> list[bytes]:
    """
    Return the items of an array, each as source bytes.

    Raises:
        DamagedPdfError: ``raw`` is not an array.
    """
    match = _token(raw, 0)
    if match.lastgroup != "array":
        raise DamagedPdfError("syntax")
    position = match.end()
    items: list[bytes] = []
    while True:
        match = _token(raw, position)
        if match.lastgroup == "end":
            return items
        start, position = value_span(raw, position)
        items.append(raw[start:position])


def reference(raw: bytes) -> tuple[int, int] | None:
    """Return object and generation number if ``raw`` is a reference (``12 0 R``)."""
    match = _REFERENCE.fullmatch(raw)
    return (int(match[1]), int(match[2])) if match else None


def references(raw: bytes) -> list[tuple[int, int, int, int]]:
    """Return every reference inside a value: start, end, object and generation number."""
    found = []
    position = 0
    while match := _TOKEN.match(raw, position):
        position = match.end()
        if match.lastgroup == "string":
            position = _string_end(raw, position)
        elif match.lastgroup == "word" and (whole := _REFERENCE.match(raw, match.start("word"))):
            position = whole.end()
            found.append((whole.start(), position, int(whole[1]), int(whole[2])))
    return found


def integer(raw: bytes) -> int | None:
    """Return a direct integer, or ``None`` if the value is something else."""
    return int(raw) if _INTEGER.fullmatch(raw) else None


def numbers(raw: bytes) -> list[float]:
    """
    Return the numbers of an array, e.g. a rectangle.

    Raises:
        DamagedPdfError: It is not an array of direct numbers.
    """
    items = array_items(raw)
    if not all(_NUMBER.fullmatch(item) for item in items):
        raise DamagedPdfError("syntax")
    return [float(item) for item in items]


def decoded_name(raw: bytes) -> bytes:
    """Return a name with its ``#xx`` escapes undone, slash included."""
    if b"#" not in raw:
        return raw
    return _NAME_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw)


def _escaped_name(key: bytes) -> bytes:
    return b"/" + _NAME_IRREGULAR.sub(lambda match: b"#%02X" % match[0][0], key[1:])


def name(value: str) -> bytes:
    """Return ``value`` as a PDF name."""
    return _escaped_name(b"/" + value.encode())


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_IN_LITERAL = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape is None:
        return b"\n"
    if escape[:1].isdigit() and escape[0] < ord("8"):
        return bytes([int(escape, 8) & 0xFF])
    return b"" if escape in (b"\r", b"\n", b"\r\n") else _ESCAPES.get(escape, escape)


def text(raw: bytes) -> str:
    """
    Return a PDF text string (ISO 32000-1 section 7.9.2.2) as text.

    Raises:
        DamagedPdfError: ``raw`` is not a string.
    """
    if raw[:1] == b"(":
        data = _IN_LITERAL.sub(_unescaped, raw[1:-1])
    elif raw[:1] == b"<" and raw[:2] != b"<<":
        digits = re.sub(rb"[" + _SPACE + rb"]", b"", raw[1:-1])
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        raise DamagedPdfError("syntax")
    if data.isascii():
        return data.decode()
    for mark, encoding in (
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    # The table of PDFDocEncoding is pypdf's; a field name rarely needs it, and pypdf loads slowly.
    from pypdf.generic import decode_pdfdocencoding

    try:
        return decode_pdfdocencoding(data)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def text_string(value: str) -> bytes:
    """Return ``value`` as a PDF text string: plain if ASCII, UTF-16BE otherwise."""
    if value.isascii():
        escaped = re.sub(r"[()\\]", lambda match: "\\" + match[0], value)
        return b"(" + escaped.replace("\r", "\\r").encode() + b")"
    return b"<FEFF" + value.encode("utf-16-be", "replace").hex().upper().encode() + b">"


def date_string(moment: datetime) -> bytes:
    """Return an aware time as a PDF date (ISO 32000-1 section 7.9.4), e.g. ``(D:20261125101500+07'00')``."""
    zone = moment.strftime("%z")
    return f"(D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}')".encode()
