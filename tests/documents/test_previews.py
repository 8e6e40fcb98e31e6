"""Pages of uploads drawn as pictures of ours."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image

from perizinan_core.documents import page_picture
from perizinan_core.errors.documents import DocumentError
from perizinan_core.testing import small_png

PDF = "application/pdf"


def _pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _photograph(width: int, height: int, orientation: int | None = None) -> bytes:
    kept, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.new("RGB", (width, height), "teal").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def _size(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as found:
        assert found.format == "JPEG"
        return found.size


def test_a_page_of_a_pdf_is_drawn_with_the_number_of_pages_beside_it():
    """A4 at the side that was asked for."""
    drawn = page_picture(_pdf(3), PDF, page=3, side=842)
    assert (3, 3, (595, 842)) == (drawn.page, drawn.pages, _size(drawn.jpeg))


def test_a_photograph_is_drawn_upright_and_not_larger_than_asked_for():
    """Telephones say by a mark how they were held."""
    drawn = page_picture(_photograph(800, 400, orientation=6), "image/jpeg", side=200)
    assert (1, (100, 200)) == (drawn.pages, _size(drawn.jpeg))


def test_a_picture_with_transparency_is_drawn_too():
    """JPEG knows none."""
    kept = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(kept, "PNG")
    assert (10, 10) == _size(page_picture(kept.getvalue(), "image/png").jpeg)


@pytest.mark.parametrize(
    ("data", "kind", "page"),
    [
        (_pdf(1), PDF, 2),
        (_pdf(1), PDF, 0),
        (b"%PDF-1.7 and then nothing", PDF, 1),
        (b"", "image/png", 1),
        (small_png(1), "image/png", 2),
        (small_png(1)[:40], "image/png", 1),
    ],
)
def test_what_cannot_be_drawn_is_one_error_whatever_the_reason(data, kind, page):
    """The page of the portal then offers the download."""
    with pytest.raises(DocumentError) as caught:
        page_picture(data, kind, page=page)
    assert "page-not-drawn" == caught.value.code


def test_a_file_that_ends_its_process_does_not_end_the_next_one():
    """Here by a picture of more pixels than a child may draw."""
    kept = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(kept, "PNG")
    with pytest.raises(DocumentError):
        page_picture(kept.getvalue(), "image/png")
    assert (8, 8) == _size(page_picture(small_png(2), "image/png").jpeg)
