"""The QR code: large enough, in the right mode, and read back from paper."""

from __future__ import annotations

import re
from itertools import groupby

import pypdfium2
import pytest
import segno
import zxingcpp

from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering import draw_qr
from perizinan_core.rendering._typst_renderer import PLACEHOLDER_QR
from perizinan_core.testing._letters import SAMPLE_QR_TEXT, sample_letter
from perizinan_core.testing._refusals import raises_code

ALPHANUMERIC = "HTTPS://IZIN.KOTACONTOH.EXAMPLE/V1#" + "A2B3C4D5" * 30
MIXED = "https://izin.kotacontoh.example/v1#" + "aGVsbG8_" * 36


@pytest.mark.parametrize("form", LetterForm)
@pytest.mark.parametrize("text", [SAMPLE_QR_TEXT, ALPHANUMERIC, MIXED, "HTTPS://A.EXAMPLE/1"])
def test_a_page_scanned_at_150_dpi_gives_the_text_back(renderer, form, text):
    """The printed page of every form, as a scanner sees it, holds exactly the text of the letter."""
    document = pypdfium2.PdfDocument(renderer.render(sample_letter(form, qr_text=text)))
    read = [
        (code.text, code.ec_level)
        for page in document
        for code in zxingcpp.read_barcodes(
            page.render(scale=150 / 72, grayscale=True).to_pil(), formats=zxingcpp.BarcodeFormat.QRCode
        )
    ]

    assert [text] == [found for found, _level in read]
    assert {level for _found, level in read} <= {"M", "Q", "H"}


@pytest.mark.parametrize(
    "text", ["HTTPS://IZIN.EXAMPLE/" + "A2B3C4D5" * 30, "HTTPS://A.EXAMPLE", "1234567890"]
)
def test_the_modules_are_those_of_another_encoder(text):
    """Some mask of segno's code is, module for module, the code we draw (ISO/IEC 18004)."""
    drawing = draw_qr(text)
    ours = _modules(drawing.svg)
    theirs = [
        {
            (x, y)
            for y, row in enumerate(segno.make_qr(text, error="m", mask=mask, boost_error=False).matrix)
            for x, module in enumerate(row)
            if module
        }
        for mask in range(8)
    ]

    assert ours in theirs


@pytest.mark.parametrize("text", ["+A" * 185, "K5" * 120, "*3" * 184])
def test_a_text_that_repeats_itself_leaves_no_long_run_of_one_colour(text):
    """Where the usual mask leaves a run of twenty modules, the code is drawn under the best of all eight."""
    modules = _modules(draw_qr(text).svg)
    side = range(1 + max(x for x, _y in modules))
    lines = [[(x, y) in modules for x in side] for y in side] + [
        [(x, y) in modules for y in side] for x in side
    ]

    assert max(len(list(run)) for line in lines for _colour, run in groupby(line)) < 20


def _modules(svg: str) -> set[tuple[int, int]]:
    """Return what the path fills, by crossing its upright borders from left to right."""
    path = re.search(r'fill="#000" fill-rule="evenodd" d="([^"]+)"', svg).group(1)
    borders: dict[int, list[int]] = {}
    for x, y, steps in re.findall(r"M(\d+) (\d+)([^z]*)z", path):
        corners = [(int(x), int(y))]
        for way, length in re.findall(r"([hv])(-?\d+)", steps):
            here = corners[-1]
            corners.append(
                (here[0] + int(length), here[1]) if way == "h" else (here[0], here[1] + int(length))
            )
        for before, after in zip(corners, [*corners[1:], corners[0]], strict=True):
            for row in range(*sorted((before[1], after[1]))):
                borders.setdefault(row, []).append(before[0])
    return {
        (x - 4, row - 4)
        for row, crossed in borders.items()
        for start, end in zip(sorted(crossed)[::2], sorted(crossed)[1::2], strict=True)
        for x in range(start, end)
    }


@pytest.mark.parametrize("length", [20, 200, 400, 800])
def test_a_code_is_at_least_30_mm_and_its_modules_half_a_millimetre(length):
    """Longer texts make larger codes, not finer ones; the quiet zone is four modules."""
    drawing = draw_qr("A" * length)
    modules = drawing.version * 4 + 17
    size = drawing.size_mm - 2 * drawing.quiet_mm

    assert size >= 30 - 1e-9
    assert size / modules >= 0.5 - 1e-9
    assert abs(drawing.quiet_mm - 4 * size / modules) < 1e-9


def test_upper_case_texts_use_the_denser_mode():
    """Upper-case URL and base32 make a smaller code than the same length in mixed case."""
    assert draw_qr(ALPHANUMERIC).version < draw_qr(ALPHANUMERIC.lower()).version


@pytest.mark.parametrize("length", [1000, 5000, 100_000])
def test_a_text_too_long_for_paper_is_refused(renderer, length):
    """A code that a phone could not read is no code: the error names the length."""
    with raises_code("qr-text-too-long") as caught:
        renderer.rehearse(sample_letter(qr_text="A" * length))

    assert length == caught.value.length


def test_the_rehearsal_uses_a_code_of_the_size_of_a_real_one():
    """A placeholder smaller than real claims could let a letter grow by a page afterwards."""
    assert draw_qr(PLACEHOLDER_QR).version >= 10
