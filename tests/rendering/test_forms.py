"""What each form of letter says on paper."""

from __future__ import annotations

import unicodedata
from datetime import date

import pypdfium2
import pytest

from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering import TypstRenderer
from perizinan_core.rendering._typst_renderer import PLACEHOLDER_NUMBER
from perizinan_core.testing._letters import sample_annex, sample_letter, sample_signatory


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


@pytest.fixture
def text_of(renderer, printed_text):
    return lambda form=LetterForm.LICENCE, **changes: printed_text(
        renderer.render(sample_letter(form, **changes))
    )


WORDS = {
    LetterForm.DECREE: (
        "Menimbang",
        "Mengingat",
        "MEMUTUSKAN:",
        "Menetapkan",
        "KESATU",
        "KEEMPAT",
        "TENTANG",
    ),
    LetterForm.LICENCE: (
        "Dasar",
        "Memperhatikan",
        "MEMBERIKAN IZIN",
        "Kepada",
        "Dengan ketentuan",
        "Dikeluarkan di",
    ),
    LetterForm.LETTER: ("Nomor", "Lampiran", "Perihal", "Yth.", "di Tempat", "Demikian disampaikan"),
    LetterForm.CERTIFICATE: ("Yang bertanda tangan di bawah ini", "Demikian surat ini dibuat"),
    LetterForm.CARD: ("Dikeluarkan di", "Masa berlaku"),
}


@pytest.mark.parametrize("form", LetterForm)
def test_every_form_uses_its_own_words(text_of, form):
    """The formulas by which people know the form are there."""
    text = text_of(form)

    assert [] == [word for word in WORDS[form] if squeezed(word) not in text]


@pytest.mark.parametrize("form", LetterForm)
def test_every_form_prints_the_whole_statement(text_of, form):
    """Everything permit.json says to a reader also stands on the page."""
    letter = sample_letter(form, previous_number="503/1/LAMA/2025")
    statement = letter.statement
    text = text_of(form, previous_number="503/1/LAMA/2025")
    expected = [
        letter.subject if form is LetterForm.LETTER else statement.title,
        statement.number,
        statement.receipt_number,
        statement.holder,
        statement.object,
        statement.place,
        statement.previous_number,
        "7 Desember 2026",
        "25 November 2026",
        statement.signatory.name,
        statement.signatory.title,
        statement.signatory.rank,
        statement.signatory.staff_number,
        statement.signatory.on_behalf_of,
        statement.signatory.legal_basis,
        "Ditandatangani secara elektronik",
        statement.verification_url,
        *(part for field in statement.fields for part in field),
        *(term.text for term in letter.terms),
        *letter.copies_to,
        letter.government,
        letter.office,
        letter.address,
        letter.contact,
        letter.footer,
    ]

    assert [] == [part for part in expected if squeezed(part) not in text]


@pytest.mark.parametrize("form", LetterForm)
def test_every_form_prints_with_as_little_as_a_letter_can_have(renderer, form):
    """No fields, lists, address, footer or names: still one page."""
    signatory = sample_signatory(name=None, rank=None, staff_number=None, on_behalf_of=None, legal_basis="")
    letter = sample_letter(
        form,
        **dict.fromkeys(("fields", "considerations", "legal_basis", "terms", "copies_to"), ()),
        **dict.fromkeys(("address", "contact", "subject", "place", "valid_until")),
        footer="",
        verification_url="",
        signatory=signatory,
    )

    assert 1 == len(pypdfium2.PdfDocument(renderer.render(letter)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "1 Desember 2026 sampai dengan 7 Desember 2026"),
        ({"valid_until": None}, "sejak 1 Desember 2026"),
        ({"valid_until": None, "validity_text": "selama usaha berjalan"}, "selama usaha berjalan"),
        ({"validity_text": "selama STR berlaku"}, "selama STR berlaku (sampai dengan 7 Desember 2026)"),
        ({"language": "en"}, "1 December 2026 to 7 December 2026"),
    ],
)
def test_validity_is_written_out(text_of, changes, expected):
    """Dates, open ends and conditions, in the letter's language."""
    assert squeezed(expected) in text_of(**changes)


def test_braces_in_a_validity_text_stay_what_they_are(text_of):
    """A text of the catalogue is no pattern."""
    assert "selama{end}berlaku{title}" in text_of(validity_text="selama {end} berlaku {title}")


@pytest.mark.parametrize(("acting", "prefix"), [("acting_vacant", "Plt. "), ("acting_daily", "Plh. ")])
def test_an_acting_signatory_is_named_as_acting(text_of, acting, prefix):
    """Plt. or Plh. stands before the title."""
    text = text_of(signatory=sample_signatory(acting=acting, title="KEPALA DINAS CONTOH"))

    assert squeezed(prefix + "KEPALA DINAS CONTOH") in text


def test_a_value_that_a_field_already_says_is_not_said_twice(text_of):
    """When a field prints the holder, the holder's own line is left out."""
    text = text_of(fields=(("Nama dokter", "Rahayu Contohningrum"),))

    assert 1 == text.count("RahayuContohningrum")


def test_an_english_letter_has_english_words(text_of):
    """Labels, dates and formulas follow the letter's language."""
    text = text_of(LetterForm.DECREE, language="en")

    assert "HASDECIDED:" in text
    assert "25November2026" in text
    assert "Menimbang" not in text


def test_further_pages_repeat_the_number_and_count(renderer):
    """From page two on the head names title and number; every page says which of how many it is."""
    terms = tuple(f"ketentuan nomor {number} yang harus dipenuhi oleh pemegang izin" for number in range(120))
    document = pypdfium2.PdfDocument(renderer.render(sample_letter(terms=terms)))
    pages = [squeezed(page.get_textpage().get_text_bounded()) for page in document]

    assert len(pages) >= 3
    for index, text in enumerate(pages, 1):
        assert f"Halaman{index}dari{len(pages)}" in text
        assert "500.16.7.2/0042/123.456/2026" in text


def test_a_signature_never_stands_alone_on_a_page(renderer):
    """Whatever the length, something of the letter stands above the signature block."""
    for count in range(8, 28):
        letter = sample_letter(
            terms=tuple(f"ketentuan nomor {number}" for number in range(count)), copies_to=()
        )
        document = pypdfium2.PdfDocument(renderer.render(letter))
        last = squeezed(document[len(document) - 1].get_textpage().get_text_bounded())
        if len(document) > 1:
            assert f"ketentuannomor{count - 1}" in last


def test_an_annex_breaks_over_pages_and_repeats_its_header(renderer):
    """All rows are there, and every page of the table has its header."""
    document = pypdfium2.PdfDocument(renderer.render(sample_letter(annex=sample_annex(120, 8))))
    pages = [squeezed(page.get_textpage().get_text_bounded()) for page in document]
    annex = [text for text in pages if "JalanMelatiNomor" in text and "Papan" in text]

    assert len(annex) >= 3
    assert all("Masatayang" in text for text in annex)
    assert "Contoh120" in annex[-1]
    assert "LAMPIRAN" in annex[0]


def test_an_annex_with_ragged_rows_is_printed(text_of):
    """A row with fewer cells than columns leaves the rest empty."""
    table = sample_annex(2)
    ragged = type(table)(columns=table.columns, rows=(table.rows[0][:2], table.rows[1]))

    assert "LAMPIRAN" in text_of(annex=ragged)


def test_a_development_letter_says_so(text_of):
    """The notice is text of the page, not only a watermark."""
    assert squeezed("DOKUMEN PERCOBAAN: ditandatangani dengan sertifikat pengembangan") in text_of(
        development=True
    )
    assert "PERCOBAAN" not in text_of()


def test_a_rehearsal_is_marked_as_a_draft_and_needs_no_number(renderer, printed_text):
    """Without number and QR text placeholders stand in; the draft can be told from a letter."""
    text = printed_text(renderer.rehearse(sample_letter(number="", qr_text="")))

    assert squeezed("RANCANGAN: belum bernomor") in text
    assert PLACEHOLDER_NUMBER in text


def test_a_rehearsal_with_a_number_prints_that_number(renderer, printed_text):
    """A foreseen number is rehearsed as it will stand."""
    assert "503/77/X/2026" in printed_text(renderer.rehearse(sample_letter(number="503/77/X/2026")))


def test_the_logo_is_drawn_and_described(assets, read_pdf):
    """With a logo the page has a second picture, whose text names the government."""
    pdf = TypstRenderer(assets=assets).render(sample_letter(logo="logo.svg"))
    reader = read_pdf(pdf)
    alternatives = [str(item["/Alt"]) for item in _objects(reader) if "/Alt" in item]

    assert "Lambang PEMERINTAH KOTA CONTOH" in alternatives


def _objects(reader):
    """Every dictionary of the file."""
    for number in range(1, int(reader.trailer["/Size"])):
        item = reader.get_object(number)
        if hasattr(item, "keys"):
            yield item


def test_letters_of_any_year_are_dated(text_of):
    """Dates are written, not computed from a clock."""
    assert "1Januari1999" in text_of(issued_on=date(1999, 1, 1))
