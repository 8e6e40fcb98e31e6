"""
The visible mark: drawn by Typst, embedded as a form XObject.

Typst gives what PDF/A and honest text need: embedded font subsets, shaping of every script, and
a refusal when no font has a character. Its page becomes the form; the objects that page uses are
copied under new numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from perizinan_core._parts import office_part
from perizinan_core._pdf._syntax import Ref, Stream
from perizinan_core.errors.signing import UnsignablePdfError
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pages import find_page
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, references
from perizinan_core.signing._request import VisibleMark

_TEMPLATE = Path(__file__).with_name("mark.typ")


def add_appearance(
    update: IncrementalUpdate, mark: VisibleMark, size: tuple[float, float], matrix: bytes
) -> bytes:
    """
    Draw ``mark`` in ``size`` points and add it to ``update``; return the reference to the form.

    Raises:
        UnsignablePdfError: ``mark-not-drawable``: A character has no font, the picture is broken or all is
            too large.
    """
    drawn = _draw(mark, size)
    page = find_page(drawn, 1).ref
    content = drawn.target(drawn.dictionary(page).get("Contents"))
    copier = ObjectCopier(update, drawn)
    header = RawDictionary.of(copier.copied(drawn.source(content)))
    header.update(_form(size, matrix, copier.copied(RawDictionary.of(drawn.source(page)).raw("Resources"))))
    return update.add(header.to_bytes() + copier.data_of(content))


def empty_appearance(update: IncrementalUpdate, size: tuple[float, float], matrix: bytes) -> bytes:
    """Add a form that shows nothing: PDF/A wants an appearance for every field that has a size."""
    header = RawDictionary(_form(size, matrix, b"<<>>"), Length=b"0")
    return update.add(b"%b\nstream\n\nendstream" % header.to_bytes())


def _form(size: tuple[float, float], matrix: bytes, resources: bytes) -> dict[str, bytes]:
    return {
        "Type": b"/XObject",
        "Subtype": b"/Form",
        "BBox": b"[0 0 %.4f %.4f]" % size,
        "Matrix": matrix,
        "Resources": resources,
    }


def _draw(mark: VisibleMark, size: tuple[float, float]) -> PdfFile:
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
        said = " ".join(str(cause).split())[:200]
        raise UnsignablePdfError("mark-not-drawable", reason=said) from cause
    return PdfFile(cast("bytes", drawn))


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
        for start, end, ref in references(raw):
            parts += (raw[position:start], b"%d 0 R" % self._copy(ref))
            position = end
        return b"".join([*parts, raw[position:]])

    def data_of(self, ref: Ref) -> bytes:
        """Return what follows the dictionary of a stream; of another object, nothing."""
        value = self._source.resolve(ref)
        return b"\nstream\n%b\nendstream" % self._source.stored(value) if isinstance(value, Stream) else b""

    def _copy(self, ref: Ref) -> int:
        if ref.number not in self._numbers:
            self._numbers[ref.number] = copy = self._update.allocate()
            self._update.put(copy, self.copied(self._source.source(ref)) + self.data_of(ref))
        return self._numbers[ref.number]
