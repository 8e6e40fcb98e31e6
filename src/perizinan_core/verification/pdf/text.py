"""
The text that the pages of a PDF print, read back through the fonts' ``ToUnicode`` tables.

Made for letters in PDF/A level A, in which every glyph must have such a table (ISO 19005-3 section
6.2.11.7). What stands outside the content (headers, page numbers: ``/Artifact``) is left out, so
that a value that runs over a page break stays in one piece. ``/ActualText`` replaces what it spans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.pdf.structure import PdfStructure
from perizinan_core.verification.pdf.syntax import Name, Parser, Ref, Stream, decode_text, unescape

__all__ = ["printed_text"]

_MAX_PAGES = 64
_MAX_NODES = 4096
_MAX_CHARACTERS = 1_000_000
_MAX_FORMS = 64
_STRING = rb"\((?:[^\\()]++|\\[\s\S]|\((?:[^\\()]++|\\[\s\S]|\((?:[^\\()]++|\\[\s\S])*+\))*+\))*+\)"
_HEXADECIMAL = rb"<[0-9A-Fa-f\s]*+>"
_NAME = rb"[^\s/<>\[\]()]++"
_INSIDE = rb"(?:[^()<>]++|" + _STRING + rb"|" + _HEXADECIMAL + rb"%b)*+"
_PROPERTIES = rb"<<" + _INSIDE % (rb"|<<" + _INSIDE % b"" + rb">>") + rb">>"
_PAIR = rb"\\[0-3][0-7]{2}(?:[^\\()]|\\(?:[0-3][0-7]{2}|[()\\nrtbf]))"
_TOKEN = re.compile(
    # Drawings, which are most of a page, go by at once: nothing below starts with another character.
    rb"(?:[^(</BEqQ\[]++|[BE]T(?![A-Za-z])|/" + _NAME + rb"\s++cs(?![A-Za-z]))*+"
    # Most text is an array of codes of two bytes, the first one written in octal digits: taken in one piece.
    rb"(?:\[(?P<pairs>(?:[-+.\d\s]++|\((?:" + _PAIR + rb")*+\))*+)\]"
    rb"|(?P<text>" + _STRING + rb"|<[0-9A-Fa-f\s]++>)"
    rb"|/(?P<name>"
    + _NAME
    + rb")\s*+(?:(?P<properties>"
    + _PROPERTIES
    + rb"|/"
    + _NAME
    + rb")?\s*+(?P<begin>B[DM]C)"
    rb"|[-+.\d]++\s++(?P<font>Tf)|(?P<do>Do))(?![A-Za-z])"
    rb"|(?<![A-Za-z/])(?:(?P<save>q)|(?P<restore>Q)|(?P<end>EMC)|B[DM]C)(?![A-Za-z])"
    rb"|(?<![A-Za-z/])BI\s[\s\S]*?\sEI(?![A-Za-z])"
    rb"|[\s\S]|\Z)"
)
_BETWEEN = re.compile(rb"\)[^(]*+\(")
_ACTUAL = re.compile(rb"/ActualText\s*+(" + _STRING + rb"|" + _HEXADECIMAL + rb")")
_BLOCK = re.compile(rb"beginbf(char|range)([\s\S]*?)endbf")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[([^\]]*)\])")
_HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
_SPAN = 0x10000
_SMALL_TABLE = 16 * 1024


def printed_text(pdf: PdfStructure) -> str:
    """
    Return the text of all pages in the order of their content.

    Raises:
        PdfStructureError: when a page cannot be read, or a font has no ``ToUnicode`` table.
    """
    reader = _Reader(pdf)
    for page in _pages(pdf):
        reader.page(page)
    return "".join(reader.parts)


def _pages(pdf: PdfStructure) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    pending: list[tuple[Any, Any]] = [(pdf.catalog().get("Pages"), None)]
    visited = 0
    while pending:
        visited += 1
        if visited > _MAX_NODES or len(found) > _MAX_PAGES:
            raise PdfStructureError("the file has too many pages", 0)
        value, resources = pending.pop()
        node = pdf.dictionary(value)
        resources = node.get("Resources", resources)
        kids = pdf.array(node.get("Kids"))
        if node.get("Type") == "Page":
            found.append({**node, "Resources": resources})
        pending += [(kid, resources) for kid in reversed(kids)]
    return found


class _Signs(dict[int, str]):
    """Code → text; a code without one prints the replacement character."""

    def __missing__(self, key: int) -> str:
        return "\ufffd"


class _Font:
    """One font: how many bytes a code has, and what each code means."""

    def __init__(self, pdf: PdfStructure, dictionary: dict[str, Any]) -> None:
        self.width = 2 if dictionary.get("Subtype") == "Type0" else 1
        if "ToUnicode" not in dictionary:
            raise PdfStructureError("a font does not say what its signs mean", 0)
        table = pdf.stream_data(dictionary["ToUnicode"])
        self._table = _known_signs(table) if len(table) <= _SMALL_TABLE else _Signs(_to_unicode(table))

    def decode(self, codes: bytes) -> str:
        """Return the text of codes; half a code at the end is left out."""
        if self.width == 1:
            return codes.decode("latin-1").translate(self._table)
        count = len(codes) // 2
        units = codes[: 2 * count].decode("utf-16-be", "surrogatepass")
        if len(units) == count:
            return units.translate(self._table)
        # Two codes that happen to look like one character of UTF-16.
        pairs = zip(codes[::2], codes[1::2], strict=False)
        return "".join(self._table[high << 8 | low] for high, low in pairs)


class _Reader:
    """Collects the text of pages; fonts are shared among them."""

    def __init__(self, pdf: PdfStructure) -> None:
        self._pdf = pdf
        self._fonts: dict[Any, _Font] = {}
        self._forms = 0
        self._characters = 0
        self.parts: list[str] = []

    def page(self, page: Mapping[str, Any]) -> None:
        contents = self._pdf.resolve(page.get("Contents"))
        streams = contents if isinstance(contents, list) else [] if contents is None else [contents]
        content = b"\n".join(self._pdf.stream_data(item) for item in streams)
        _Content(self, self._pdf.dictionary(page.get("Resources"))).read(content)

    def form(self, resources: dict[str, Any], name: bytes) -> None:
        """Read a form that a page draws."""
        objects = self._pdf.dictionary(resources.get("XObject", {}))
        stream = self._pdf.resolve(objects.get(name.decode("latin-1")))
        if not isinstance(stream, Stream) or stream.dictionary.get("Subtype") != "Form":
            return
        self._forms += 1
        if self._forms > _MAX_FORMS:
            raise PdfStructureError("a page draws too many forms", stream.start)
        own = self._pdf.dictionary(stream.dictionary.get("Resources", resources))
        _Content(self, own).read(self._pdf.stream_data(stream))

    def font(self, resources: dict[str, Any], name: bytes) -> _Font:
        """Return the font of that name."""
        fonts = self._pdf.dictionary(resources.get("Font", {}))
        value = fonts.get(Name(name.decode("latin-1")))
        key = value if isinstance(value, Ref) else id(value)
        if key not in self._fonts:
            self._fonts[key] = _Font(self._pdf, self._pdf.dictionary(value))
        return self._fonts[key]

    def say(self, text: str) -> None:
        """Add text."""
        self._characters += len(text)
        if self._characters > _MAX_CHARACTERS:
            raise PdfStructureError("the pages hold too much text", 0)
        self.parts.append(text)


class _Content:
    """One content stream: which font holds, and what is marked as not to be read."""

    def __init__(self, reader: _Reader, resources: dict[str, Any]) -> None:
        self._reader = reader
        self._resources = resources
        self._fonts: dict[bytes, _Font] = {}
        self._marks: list[bool] = []
        self._hidden = 0

    def read(self, content: bytes) -> None:
        """Go through the operators."""
        font: _Font | None = None
        saved: list[_Font | None] = []
        for token in _TOKEN.finditer(content):
            kind = token.lastgroup
            if kind in {"pairs", "text"}:
                if font is not None and not self._hidden:
                    body = token[kind]
                    self._reader.say(font.decode(_joined(body) if kind == "pairs" else _string(body)))
            elif kind == "save":
                saved.append(font)
            elif kind == "restore":
                font = saved.pop() if saved else None
            elif kind == "font":
                name = token["name"]
                font = self._fonts.get(name) or self._reader.font(self._resources, name)
                self._fonts[name] = font
            elif kind == "begin":
                self._begin(token["name"], token["properties"] or b"")
            elif kind == "end":
                self._hidden -= self._marks.pop() if self._marks else 0
            elif kind == "do" and not self._hidden:
                self._reader.form(self._resources, token["name"])

    def _begin(self, tag: bytes, properties: bytes) -> None:
        actual = _ACTUAL.search(properties) if b"/ActualText" in properties else None
        if actual is not None and not self._hidden:
            self._reader.say(decode_text(_string(actual[1])))
        hides = tag == b"Artifact" or actual is not None
        self._marks.append(hides)
        self._hidden += hides


def _joined(array: bytes) -> bytes:
    """Return the codes of the strings in an array, without the spaces between them."""
    plain = array.replace(b"\\\\", b"\\134").replace(b"\\(", b"\\050").replace(b"\\)", b"\\051")
    return _BETWEEN.sub(b"", b")" + plain + b"(").decode("unicode_escape").encode("latin-1")


def _string(token: bytes) -> bytes:
    if token.startswith(b"("):
        return unescape(token[1:-1])
    value, _ = Parser(token, 1).value(0)
    return bytes(value)


@lru_cache(maxsize=128)
def _known_signs(table: bytes) -> _Signs:
    """Read a table of usual size; letters of one template share theirs."""
    return _Signs(_to_unicode(table))


def _to_unicode(table: bytes) -> dict[int, str]:
    """Read the ``bfchar`` and ``bfrange`` parts of a CMap (section 9.10.3)."""
    result: dict[int, str] = {}
    for block in _BLOCK.finditer(table):
        if block[1] == b"char":
            for source, target in _CHAR.findall(block[2]):
                result[int(source, 16)] = _utf16(target)
            continue
        for first, last, target, listed in _RANGE.findall(block[2]):
            start, end = int(first, 16), int(last, 16)
            if end - start >= _SPAN or len(result) > _SPAN:
                raise PdfStructureError("a font states too many signs", 0)
            if listed:
                texts = [_utf16(item) for item in _HEX.findall(listed)]
                result.update(zip(range(start, end + 1), texts, strict=False))
                continue
            text = _utf16(target)
            for code in range(start, end + 1) if text else ():
                result[code] = text[:-1] + chr(min(ord(text[-1]) + code - start, 0x10FFFF))
    return result


def _utf16(digits: bytes) -> str:
    try:
        return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")
    except ValueError:
        return ""
