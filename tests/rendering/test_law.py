"""Letters as the law and the practice of offices ask for them."""

from __future__ import annotations

import pypdfium2
import pytest

from perizinan_core.model._letter import PrintedTerm
from perizinan_core.model._letter_rule import LetterForm, TermRole
from perizinan_core.testing._letters import sample_annex, sample_letter, sample_signatory

APPLICATION = "Permohonan Rahayu Contohningrum Nomor PRM-2026-000123 tanggal 10 November 2026"
TERMS = (
    PrintedTerm("menjaga ketertiban;"),
    PrintedTerm("mengembalikan jalan seperti semula;"),
    PrintedTerm("izin ini dicabut apabila ketentuan dilanggar", TermRole.SANCTION),
    PrintedTerm("Kekeliruan diperbaiki sebagaimana mestinya.", TermRole.CORRECTION),
)


@pytest.fixture
def pages(renderer):
    """Words of each page of a letter, without line ends."""

    def read(form, **changes):
        document = pypdfium2.PdfDocument(renderer.render(sample_letter(form, **changes)))
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]

    return read


def test_a_decree_gives_sanction_correction_and_entry_into_force_paragraphs_of_their_own(pages):
    """They are clauses of the office and not duties of the holder."""
    text = " ".join(pages(LetterForm.DECREE, terms=TERMS))
    duties = text[text.index("KETIGA") : text.index("KEEMPAT")]

    assert "menjaga ketertiban" in duties
    assert "mengembalikan jalan" in duties
    assert "dicabut" not in duties
    assert "KEEMPAT : Izin ini dicabut apabila ketentuan dilanggar." in text
    assert "KELIMA : Kekeliruan diperbaiki sebagaimana mestinya." in text
    assert "KEENAM : Keputusan ini mulai berlaku pada tanggal ditetapkan." in text


def test_a_catalogue_can_word_the_entry_into_force_of_a_decree(pages):
    """Then the usual sentence is left out."""
    own = PrintedTerm("Keputusan ini mulai berlaku pada tanggal 1 Januari 2027.", TermRole.ENTRY_INTO_FORCE)
    text = " ".join(pages(LetterForm.DECREE, terms=(*TERMS, own)))

    assert "mulai berlaku pada tanggal 1 Januari 2027." in text
    assert "mulai berlaku pada tanggal ditetapkan" not in text


def test_a_decree_states_what_it_decides_and_what_it_looked_at(pages):
    """Menetapkan names the decision, Memperhatikan the application."""
    text = " ".join(pages(LetterForm.DECREE, references=(APPLICATION,)))

    assert "TERPADU SATU PINTU TENTANG IZIN PENGGUNAAN RUANG MILIK JALAN." in text
    assert f"Memperhatikan : {APPLICATION};" in text


@pytest.mark.parametrize("form", [LetterForm.LICENCE, LetterForm.CERTIFICATE])
def test_other_forms_name_application_and_minutes_under_memperhatikan(pages, form):
    """After the considerations."""
    assert APPLICATION in " ".join(pages(form, references=(APPLICATION,)))


@pytest.mark.parametrize("form", LetterForm)
def test_plt_stands_at_the_signature_only(pages, form):
    """A decree names the office above and the acting head below."""
    text = " ".join(pages(form, signatory=sample_signatory(acting="acting_vacant")))

    assert 1 == text.count("Plt.")


@pytest.mark.parametrize("form", LetterForm)
def test_the_letterhead_is_in_capitals_and_copies_are_addressed(pages, form):
    """Whatever case the catalogue uses."""
    text = " ".join(pages(form, government="Pemerintah Kota Contoh", office="Dinas Perizinan"))

    assert "PEMERINTAH KOTA CONTOH" in text
    assert "DINAS PERIZINAN" in text
    assert "Yth. Camat Melati" in text


def test_the_annex_of_a_decree_has_its_title_number_date_and_signature(pages):
    """With one code in the whole letter: that at the main signature."""
    annex = pages(LetterForm.DECREE, annex=sample_annex(3))[-1]

    assert "LAMPIRAN KEPUTUSAN KEPALA DINAS" in annex
    assert "NOMOR : 500.16.7.2/0042/123.456/2026" in annex
    assert "TANGGAL : 25 NOVEMBER 2026" in annex
    assert "a.n. WALI KOTA CONTOH" in annex
    assert "Dra. SRI CONTOHWATI, M.Si." in annex


def test_a_single_point_has_no_number(pages):
    """A list of one is not a list."""
    text = " ".join(pages(LetterForm.LICENCE, terms=("menjaga ketertiban",), copies_to=("Camat Melati",)))

    assert "Dengan ketentuan : menjaga ketertiban" in text
    assert "Tembusan: Yth. Camat Melati" in text


@pytest.mark.parametrize("lines", range(4, 24))
def test_the_signature_of_a_decree_never_stands_on_a_page_with_less_than_two_paragraphs(pages, lines):
    """However long the duties are."""
    terms = tuple(PrintedTerm(f"melakukan hal nomor {number}") for number in range(lines))
    found = pages(LetterForm.DECREE, terms=terms)
    last = next(page for page in found if "Ditandatangani secara elektronik" in page)

    assert 2 <= sum(last.count(word) for word in ("KESATU :", "KEDUA :", "KETIGA :", "KEEMPAT :"))
