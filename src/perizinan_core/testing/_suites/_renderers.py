"""
What every `Renderer` must do.

::

    class TestMyRenderer(RendererSuite):
        @pytest.fixture
        def renderer(self):
            return MyRenderer()
"""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.model import LetterForm
from perizinan_core.rendering import Renderer
from perizinan_core.rendering._qr import MIN_SIZE_MM
from perizinan_core.testing._letters import SAMPLE_QR_TEXT, sample_annex, sample_letter
from perizinan_core.testing._offices import sample_office

__all__ = ["RendererSuite"]

_THREADS = 4
_DPI = 150
_MM_OF_A_PIXEL = 25.4 / _DPI
_NAMES = [
    "Siti Nur'aini binti Abdullah",
    "I Gusti Ayu Ketut Contohwati, S.Sos., M.Si.",
    "José Ñuñez-Łukasz",
    '#read("/etc/passwd") *tebal* <script>',
    "Nama " * 25 + "Panjang",
]


class RendererSuite:
    """Subclass it and give a ``renderer`` fixture."""

    @pytest.fixture
    def renderer(self) -> Renderer:
        """Return the renderer."""
        raise NotImplementedError

    @pytest.mark.parametrize("form", list(LetterForm))
    def test_every_form_is_a_pdf_that_says_what_the_letter_says(
        self, renderer: Renderer, form: LetterForm
    ) -> None:
        """Number, holder and object can be read in its text."""
        letter = sample_letter(form)
        text = _text(renderer.render(letter))

        for wanted in (letter.statement.number, letter.statement.holder, letter.statement.object):
            assert _squeezed(wanted) in text

    @pytest.mark.parametrize("holder", _NAMES)
    def test_what_people_type_is_printed_as_text(self, renderer: Renderer, holder: str) -> None:
        """Never read as markup."""
        assert _squeezed(holder) in _text(renderer.render(sample_letter(holder=holder)))

    def test_a_text_that_cannot_be_printed_is_refused(self, renderer: Renderer) -> None:
        """Never replaced by boxes: the letter would not say what was signed."""
        with pytest.raises(PerizinanError):
            renderer.render(sample_letter(holder="Ayu \U0010fffd"))

    def test_the_same_letter_gives_the_same_bytes(self, renderer: Renderer) -> None:
        """A letter that is made again after a crash is the same letter."""
        assert renderer.render(sample_letter()) == renderer.render(sample_letter())

    def test_several_threads_get_their_own_letters(self, renderer: Renderer) -> None:
        """No name on another's letter."""
        holders = [f"Pemohon Contoh {number}" for number in range(_THREADS * 3)]
        with ThreadPoolExecutor(_THREADS) as pool:
            letters = list(pool.map(lambda name: renderer.render(sample_letter(holder=name)), holders))

        for number, (holder, pdf) in enumerate(zip(holders, letters, strict=True)):
            other = holders[number - 1]
            assert _squeezed(holder) in _text(pdf)
            assert other.startswith(holder) or _squeezed(other) not in _text(pdf)

    def test_a_long_annex_is_printed_whole(self, renderer: Renderer) -> None:
        """On as many pages as it needs."""
        annex = sample_annex(60)
        text = _text(renderer.render(sample_letter(annex=annex)))

        assert all(_squeezed(cell) in text for row in annex.rows for cell in row)

    def test_a_rehearsal_needs_no_number_and_says_that_it_is_a_draft(self, renderer: Renderer) -> None:
        """It is made before a number is taken, and must not pass for a letter."""
        draft = renderer.rehearse(sample_letter(number="", qr_text=""))

        assert draft.startswith(b"%PDF-")
        assert "RANCANGAN" in _text(draft)
        assert "RANCANGAN" not in _text(renderer.render(sample_letter()))

    @pytest.mark.parametrize("form", list(LetterForm))
    def test_the_code_of_every_form_is_read_from_a_scan(self, renderer: Renderer, form: LetterForm) -> None:
        """Scanned at 150 dpi, the letter holds its code once, and 30 mm wide: phones read it from paper."""
        codes = _scanned_codes(renderer.render(sample_letter(form)))

        assert [text for text, _width in codes] == [SAMPLE_QR_TEXT]
        assert codes[0][1] >= MIN_SIZE_MM - _MM_OF_A_PIXEL

    def test_an_office_can_sign_and_issue_its_letters(self, renderer: Renderer) -> None:
        """The office reads each letter as a verifier does before it issues it."""
        kit = sample_office(renderer=renderer)
        try:
            assert kit.permit().number
        finally:
            kit.office.close()


def _scanned_codes(pdf: bytes) -> list[tuple[str, float]]:
    """Return the text and the width in millimetres, without the quiet zone, of every code on the pages."""
    try:
        import pypdfium2  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        pytest.fail("Reading a letter as a scanner does needs pypdfium2: pip install 'perizinan-core[pages]'")
    import zxingcpp

    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            scan = page.render(scale=_DPI / 72, grayscale=True).to_pil()
            kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            for code in zxingcpp.read_barcodes(scan, formats=kinds):
                left, right = code.position.top_left, code.position.top_right
                pixels = math.hypot(right.x - left.x, right.y - left.y)
                found.append((code.text, pixels * _MM_OF_A_PIXEL))
    return found


def _text(pdf: bytes) -> str:
    return _squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def _squeezed(text: str) -> str:
    return "".join(text.split())
