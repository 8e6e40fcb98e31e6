"""What the tests of letters share: one renderer, and ways to look into a PDF."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from pypdf.generic import ContentStream

from perizinan_core.rendering import TypstRenderer

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 120">'
    '<path d="M5 5h90v60q0 40-45 50Q5 105 5 65z" fill="#1b6e3c"/></svg>'
)


@pytest.fixture(scope="session")
def renderer() -> TypstRenderer:
    """The core's renderer."""
    return TypstRenderer()


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder with a logo of our own drawing."""
    (tmp_path / "logo.svg").write_text(LOGO)
    return tmp_path


@pytest.fixture(scope="session")
def read_pdf() -> Callable[[bytes], pypdf.PdfReader]:
    """Open a PDF with pypdf, strictly."""
    return lambda pdf: pypdf.PdfReader(io.BytesIO(pdf), strict=True)


@pytest.fixture(scope="session")
def printed_text() -> Callable[[bytes], str]:
    """Text of all pages as pdfium reads it: composed letters, no white space (lines may break anywhere)."""

    def read(pdf: bytes) -> str:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages = [page.get_textpage().get_text_bounded() for page in document]
        finally:
            document.close()
        return "".join(unicodedata.normalize("NFC", "".join(pages)).split())

    return read


@pytest.fixture(scope="session")
def missing_glyphs() -> Callable[[bytes], int]:
    """Count the boxes: glyph 0 (.notdef) in the text of all pages."""

    def count(pdf: bytes) -> int:
        reader = pypdf.PdfReader(io.BytesIO(pdf))
        found = 0
        for page in reader.pages:
            stream = ContentStream(page.get_contents(), reader)
            for operands, operator in stream.operations:
                if operator in {b"Tj", b"TJ"}:
                    shown = operands[0] if isinstance(operands[0], list) else [operands[0]]
                    for text in shown:
                        raw = getattr(text, "original_bytes", b"")
                        found += sum(raw[i : i + 2] == b"\0\0" for i in range(0, len(raw), 2))
        return found

    return count
