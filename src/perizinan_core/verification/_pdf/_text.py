"""
The text that the pages of a PDF print, read back through the fonts' ``ToUnicode`` tables.

Made for letters in PDF/A level A, in which every glyph must have such a table (ISO 19005-3 section
6.2.11.7). What stands outside the content (headers, page numbers: ``/Artifact``) is left out, so
that a value that runs over a page break stays in one piece. ``/ActualText`` replaces what it spans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Name, Parser, Ref, Stream, decode_text, in_octal_digits, unescape
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._pdf._pages import contents_of, pages, parted

_MAX_CHARACTERS = 1_000_000
_MAX_FORMS = 64
_STRING = rb"\((?:[^\\()]++|\\[\s\S]|\((?:[^\\()]++|\\[\s\S]|\((?:[^\\()]++|\\[\s\S])*+\))*+\))*+\)"
_HEXADECIMAL = rb"<[0-9A-Fa-f\s]*+>"
_INSIDE = rb"(?:[^()<>]++|" + _STRING + rb"|" + _HEXADECIMAL + rb"%b)*+"
_PARTS = {
    b"name": rb"[^\s/<>\[\]()]++",
    b"string": _STRING,
    b"properties": rb"<<" + _INSIDE % (rb"|<<" + _INSIDE % b"" + rb">>") + rb">>",
    b"end": rb"(?![A-Za-z])",
    b"pair": rb"\\[0-3][0-7][0-7] (?: \\[0-3][0-7][0-7] | [^\\()] | \\[()\\nrtbf] )",
}
_PARTS[b"pairs"] = rb"(?: [-+.\d\s]++ | \( (?: %(pair)b )*+ \) )*+" % _PARTS
_PARTS[b"marked"] = rb"/(?!Artifact)%(name)b \s*+ << \s*+ /MCID \s++ \d++ \s*+ >> \s*+ BDC %(end)b" % _PARTS
_PARTS[b"dull"] = rb"(?: [^(</BEqQ\[]++ | [BE]T %(end)b | /%(name)b \s++ cs %(end)b )*+" % _PARTS
"""What says nothing goes by at once: no token below starts with another character."""

_TOKEN = re.compile(
    # Most text is a line by itself, in codes of two bytes, the first in octal digits: taken in one piece, with the
    # mark around it.
    rb"""
    %(dull)b (?:
      (?: (?P<marked>%(marked)b) %(dull)b )?
        q %(end)b %(dull)b /(?P<face>%(name)b) \s++ [-+.\d]++ \s++ Tf %(end)b %(dull)b
        (?P<line> \[? %(pairs)b \]?) \s*+ T[Jj] \s*+ ET \s*+ Q %(end)b
        (?(marked) \s*+ EMC %(end)b )
    | (?P<plain>%(marked)b)
    | \[ (?P<pairs> %(pairs)b ) \]
    | (?P<text> %(string)b | <[0-9A-Fa-f\s]++> )
    | /(?P<name>%(name)b) \s*+ (?:
        (?P<properties> %(properties)b | /%(name)b )? \s*+ (?P<begin>B[DM]C)
      | [-+.\d]++ \s++ (?P<font>Tf)
      | (?P<do>Do)
      ) %(end)b
    | (?<![A-Za-z/]) (?: (?P<save>q) | (?P<restore>Q) | (?P<end>EMC) | B[DM]C ) %(end)b
    | (?<![A-Za-z/]) BI \s [\s\S]*? \s EI %(end)b
    | [\s\S]
    | \Z
    )"""
    % _PARTS,
    re.VERBOSE,
)
_SEAM = rb"(\377\377\377\377)"
"""Codes between texts that are decoded together; no usual font has them."""

_BETWEEN = re.compile(rb"\)[^(]*+\(")
_ACTUAL = re.compile(rb"/ActualText\s*+(" + _STRING + rb"|" + _HEXADECIMAL + rb")")
_BLOCK = re.compile(rb"beginbf(char|range)([\s\S]*?)endbf")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[([^\]]*)\])")
_HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
_SPAN = 0x10000
_SMALL_TABLE = 16 * 1024


def printed_text(pdf: PdfStructure, *, artifacts: bool = False) -> str:
    """
    Return the text of all pages in the order of their content.

    Args:
        pdf: The file.
        artifacts: True: with what stands outside the content, to tell that a value stands only there.

    Raises:
        PdfStructureError: when a page cannot be read, or a font has no ``ToUnicode`` table.
    """
    reader = _Reader(pdf, artifacts=artifacts)
    for page in pages(pdf):
        reader.page(page)
    return "".join(reader.parts)


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
        return self._characters(codes).translate(self._table)

    def decode_all(self, arrays: Sequence[bytes]) -> list[str]:
        """Return the texts of arrays of strings; together they cost a third of what they do one by one."""
        seam = "\xff" * 4 if self.width == 1 else "\uffff" * 2
        together = self._characters(_joined(_SEAM.join(arrays)))
        if together.count(seam[0]) != len(seam) * (len(arrays) - 1):  # a text has the sign of the seam, too
            return [self.decode(_joined(array)) for array in arrays]
        return [text.translate(self._table) for text in together.split(seam)]

    def _characters(self, codes: bytes) -> str:
        """Return one character for each code, of the same number."""
        if self.width == 1:
            return codes.decode("latin-1")
        count = len(codes) // 2
        units = codes[: 2 * count].decode("utf-16-be", "surrogatepass")
        if len(units) != count:
            # Two codes look like one character of UTF-16.
            units = "".join(chr(high << 8 | low) for high, low in zip(codes[::2], codes[1::2], strict=False))
        return units


class _Reader:
    """Collects the text of pages; fonts are shared among them."""

    def __init__(self, pdf: PdfStructure, *, artifacts: bool = False) -> None:
        self.artifacts = artifacts
        self._pdf = pdf
        self._fonts: dict[Any, _Font] = {}
        self._forms = 0
        self._characters = 0
        self.parts: list[str] = []

    def page(self, page: Mapping[str, Any]) -> None:
        _Content(self, self._pdf.dictionary(page.get("Resources"))).read(
            contents_of(self._pdf, page).operators
        )

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
        _Content(self, own).read(parted(self._pdf.stream_data(stream)).operators)

    def font(self, resources: dict[str, Any], name: bytes) -> _Font:
        """Return the font of that name."""
        fonts = self._pdf.dictionary(resources.get("Font", {}))
        value = fonts.get(Name(name.decode("latin-1")))
        key = value if isinstance(value, Ref) else id(value)
        if key not in self._fonts:
            self._fonts[key] = _Font(self._pdf, self._pdf.dictionary(value))
        return self._fonts[key]

    def keep(self) -> int:
        """Keep a place for text that is decoded later."""
        self.parts.append("")
        return len(self.parts) - 1

    def say(self, text: str, place: int | None = None) -> None:
        """Add text, at a place that was kept or at the end."""
        self._characters += len(text)
        if self._characters > _MAX_CHARACTERS:
            raise PdfStructureError("the pages hold too much text", 0)
        self.parts[self.keep() if place is None else place] = text


class _Content:
    """One content stream: which font holds, and what is marked as not to be read."""

    def __init__(self, reader: _Reader, resources: dict[str, Any]) -> None:
        self._reader = reader
        self._resources = resources
        self._fonts: dict[bytes, _Font] = {}
        self._font: _Font | None = None
        self._saved: list[_Font | None] = []
        self._marks: list[bool] = []
        self._hidden = 0
        self._face = b""
        self._lines: list[bytes] = []
        self._waiting: dict[bytes, list[tuple[int, bytes]]] = {}

    def read(self, content: bytes) -> None:
        """Go through the operators."""
        for token in _TOKEN.finditer(content):
            kind = token.lastgroup
            if kind == "line":
                if token["face"] != self._face:
                    self._end_lines()
                    self._face = token["face"]
                if not self._hidden:
                    self._lines.append(token["line"])
            elif kind == "plain":
                self._marks.append(False)
            elif kind == "end":
                self._hidden -= self._marks.pop() if self._marks else 0
            elif kind is not None:
                self._operate(kind, token)
        self._end_lines()
        self._say_lines()

    def _operate(self, kind: str, token: re.Match[bytes]) -> None:
        if kind == "pairs":
            self._say(_joined(token["pairs"]))
        elif kind == "text":
            self._say(_string(token["text"]))
        elif kind == "save":
            self._saved.append(self._font)
        elif kind == "restore":
            self._font = self._saved.pop() if self._saved else None
        elif kind == "font":
            self._font = self._named(token["name"])
        elif kind == "begin":
            self._begin(token["name"], token["properties"] or b"")
        elif not self._hidden:
            self._end_lines()
            self._reader.form(self._resources, token["name"])

    def _named(self, name: bytes) -> _Font:
        found = self._fonts.get(name)
        if found is None:
            found = self._fonts[name] = self._reader.font(self._resources, name)
        return found

    def _say(self, codes: bytes) -> None:
        if self._font is not None and not self._hidden:
            self._end_lines()
            self._reader.say(self._font.decode(codes))

    def _end_lines(self) -> None:
        """Keep the place of lines of one font."""
        if self._lines:
            self._waiting.setdefault(self._face, []).append((self._reader.keep(), b"".join(self._lines)))
            self._lines.clear()

    def _say_lines(self) -> None:
        for face, waiting in self._waiting.items():
            texts = self._named(face).decode_all([lines for _, lines in waiting])
            for (place, _), text in zip(waiting, texts, strict=True):
                self._reader.say(text, place)

    def _begin(self, tag: bytes, properties: bytes) -> None:
        actual = _ACTUAL.search(properties) if b"/ActualText" in properties else None
        if actual is not None and not self._hidden:
            self._end_lines()
            self._reader.say(decode_text(_string(actual[1])))
        hides = (tag == b"Artifact" and not self._reader.artifacts) or actual is not None
        self._marks.append(hides)
        self._hidden += hides


def _joined(arrays: bytes) -> bytes:
    """Return the codes of the strings in arrays, without the spaces between them."""
    return _BETWEEN.sub(b"", b")" + in_octal_digits(arrays) + b"(").decode("unicode_escape").encode("latin-1")


def _string(token: bytes) -> bytes:
    return unescape(token[1:-1]) if token.startswith(b"(") else bytes(Parser(token, 1).value(0)[0])


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
