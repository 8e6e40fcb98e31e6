"""
The visible mark: drawn by Typst, embedded as a form XObject.

Typst gives what PDF/A and honest text need: embedded font subsets, shaping of every script, and
a refusal when no font has a character. Its page becomes the form; the objects that page uses are
copied under new numbers.
"""

from __future__ import annotations

import re
from typing import cast

import attrs

from perizinan_core._parts import office_part
from perizinan_core.errors.signing import MarkNotDrawableError
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pages import find_page
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, references
from perizinan_core.signing._request import VisibleMark

__all__ = ["ObjectCopier", "add_appearance", "empty_appearance"]

# The text comes in as data, so nothing in it is markup. An overfull mark makes a second page or
# spills over its edge; both are refused.
_TEMPLATE = b"""\
#let data = json(bytes(sys.inputs.mark))
#set document(title: "mark")
#set page(width: data.width * 1pt, height: data.height * 1pt, margin: 2pt, fill: none)
#set text(size: data.size * 1pt, font: data.fonts, fallback: true)
#set par(leading: 0.35em)
#let has-picture = data.picture.len() > 0
#let words = data.text.split("\\n").join(linebreak())
#let limit = (width: data.width * 1pt - 4pt, height: data.height * 1pt - 4pt)
#let picture(width) = image(bytes(data.picture), width: width, height: limit.height, fit: "contain")
#let content = if has-picture and data.text != "" {
  grid(columns: (limit.height, 1fr), column-gutter: 3pt, align: horizon, picture(limit.height), words)
} else if has-picture { align(center + horizon, picture(limit.width)) } else { words }
#context {
  let size = measure(block(width: limit.width, content))
  // A word is not broken: it has to fit by itself, beside the picture if there is one.
  let room = limit.width - if has-picture { limit.height + 3pt } else { 0pt }
  let widest = data.text.split().map(word => measure(word).width).fold(0pt, calc.max)
  let fits = size.height <= limit.height + 0.01pt and widest <= room + 0.01pt
  assert(fits, message: "it does not fit")
}
#content
"""


@attrs.frozen
class _Artwork:
    """One drawn mark."""

    pdf: PdfFile
    """What Typst made."""

    resources: RawDictionary
    """Resources of its page."""

    content: int
    """Object number of its content stream."""


def add_appearance(
    update: IncrementalUpdate, mark: VisibleMark, size: tuple[float, float], matrix: bytes
) -> bytes:
    """
    Draw ``mark`` in ``size`` points and add it to ``update``; return the reference to the form.

    Raises:
        MarkNotDrawableError: A character has no font, the picture is broken or all is too large.
    """
    art = _draw(mark, size)
    resources = ObjectCopier(update, art.pdf).copied(art.resources.to_bytes())
    header, data = art.pdf.stream(art.content)
    header.update(_form(size, matrix, resources))
    return update.add(b"%b\nstream\n%b\nendstream" % (_with_length(header, data), data))


def empty_appearance(update: IncrementalUpdate, size: tuple[float, float], matrix: bytes) -> bytes:
    """Add a form that shows nothing: PDF/A wants an appearance for every field that has a size."""
    header = RawDictionary(_form(size, matrix, b"<<>>"))
    return update.add(b"%b\nstream\n\nendstream" % _with_length(header, b""))


def _form(size: tuple[float, float], matrix: bytes, resources: bytes) -> dict[bytes, bytes]:
    return {
        b"/Type": b"/XObject",
        b"/Subtype": b"/Form",
        b"/BBox": b"[0 0 %b %b]" % (b"%.4f" % size[0], b"%.4f" % size[1]),
        b"/Matrix": matrix,
        b"/Resources": resources,
    }


def _with_length(header: RawDictionary, data: bytes) -> bytes:
    header[b"/Length"] = b"%d" % len(data)
    return header.to_bytes()


def _draw(mark: VisibleMark, size: tuple[float, float]) -> _Artwork:
    import json

    # A large extension module, and most signatures are invisible.
    typst = office_part("typst")
    data = {
        "text": mark.text.strip(),
        "picture": list(mark.image or b""),
        "width": round(size[0], 4),
        "height": round(size[1], 4),
        "size": mark.font_size,
        "fonts": list(mark.font_families),
    }
    fonts = typst.Fonts(include_system_fonts=False, font_paths=list(mark.font_paths))
    try:
        compiler = typst.Compiler(_TEMPLATE, font_paths=fonts, sys_inputs={"mark": json.dumps(data)})
        drawn = compiler.compile(format="pdf", pdf_standards="a-3b", pdf_tags=False)
    except (typst.TypstError, RuntimeError, ValueError) as cause:
        raise MarkNotDrawableError(_first_line(str(cause))) from cause
    pdf = PdfFile.read(cast("bytes", drawn))
    page = find_page(pdf, pdf.dictionary(b"%d 0 R" % pdf.root), 1)
    content = pdf.target(page.dictionary.raw(b"/Contents"), "stream")
    return _Artwork(pdf, pdf.dictionary(page.dictionary.raw(b"/Resources")), content)


def _first_line(message: str) -> str:
    return re.sub(r"\s+", " ", message).strip()[:200]


class ObjectCopier:
    """Copies objects of another PDF, with everything they refer to, under new numbers."""

    def __init__(self, update: IncrementalUpdate, source: PdfFile) -> None:
        self._update = update
        self._source = source
        self._numbers: dict[int, int] = {}

    def copied(self, raw: bytes) -> bytes:
        """Return ``raw`` with its references turned to copies."""
        parts: list[bytes] = []
        position = 0
        for start, end, number, _ in references(raw):
            parts += (raw[position:start], b"%d 0 R" % self._copy(number))
            position = end
        return b"".join([*parts, raw[position:]])

    def _copy(self, number: int) -> int:
        if number in self._numbers:
            return self._numbers[number]
        copy = self._numbers[number] = self._update.allocate()
        body = self.copied(self._source.body(number))
        if self._source.is_stream(number):
            _, data = self._source.stream(number)
            body += b"\nstream\n%b\nendstream" % data
        self._update.put(copy, body)
        return copy
