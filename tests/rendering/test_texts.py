"""Texts: printed as they are, or refused with a sentence that a clerk understands."""

from __future__ import annotations

import pickle
import unicodedata

import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.rendering import UnprintableReason, UnprintableTextError
from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering._engine import typst_string
from perizinan_core.rendering._texts import letter_texts
from perizinan_core.testing._letters import sample_annex, sample_letter, sample_signatory


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize(
    "text",
    [
        "Siti Nurhalizé Østergård-Nguyễn, Łódź, Żółć, Çağrı, Ñuñoa",
        "Andre\N{COMBINING ACUTE ACCENT} Contoh",
        "D’Souza “Kopi” – 3 m² × ½ ≤ 90° №1 → ✓",
        "Αθήνα, Москва",
        "ꦱꦶꦠꦶ ꦫꦲꦪꦸ",
        "ꦥꦼꦩꦼꦫꦶꦤ꧀ꦠꦃ ꦏꦸꦛ",
        "ᬲᬶᬢᬶ ᬓᭀᬢ",
        "ᮞᮥᮔ᮪ᮓ",
        "ᯅᯖᯂ᯲",
        "ᨒᨚᨈᨑ",
    ],
)
def test_names_in_these_scripts_are_shown_and_come_out_of_the_pdf_again(
    renderer, printed_text, missing_glyphs, text
):
    """Accented Latin and the Indonesian scripts: no boxes, and the text can be searched and copied."""
    pdf = renderer.render(sample_letter(holder=text))

    assert squeezed(text) in printed_text(pdf)
    assert 0 == missing_glyphs(pdf)


def test_arabic_names_are_joined_and_come_out_of_the_pdf_again(renderer, printed_text, missing_glyphs):
    """Every word of an Arabic name is in the text, in its own order."""
    pdf = renderer.render(sample_letter(holder="محمد بن سعيد"))
    text = printed_text(pdf)

    assert all(word in text for word in ("محمد", "بن", "سعيد"))
    assert 0 == missing_glyphs(pdf)


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        '#image("/etc/passwd")',
        "#panic()",
        '#import "@preview/cetz:0.3.0"',
        "*tebal* _miring_ `kode` $x^2$ @rujukan <label> ~ -- --- ... // komentar /* x */",
        "= Judul",
        "- butir",
        "+ butir",
        "/ Istilah: arti",
        '\\ \\n \\u{41} \\" "',
        '"))) #panic() //',
        "{holder} {0} %s ${x}",
        "https://contoh.example/?a=b#c",
        "'kutip' \"kutip\"",
        "]]></script>",
    ],
)
def test_markup_in_a_text_is_printed_letter_by_letter(renderer, printed_text, text):
    """Whatever an applicant types is shown, and nothing of it is carried out."""
    everywhere = sample_letter(
        holder=text,
        title=text,
        object=text,
        terms=(text,),
        considerations=(text,),
        footer=text,
        office=text,
        fields=((text, text + "."),),
        annex=sample_annex(1),
    )

    assert printed_text(renderer.render(everywhere)).count(squeezed(text)) >= 7


def test_line_breaks_and_tabs_separate_words(renderer, printed_text):
    """A text of several lines keeps its lines, whatever system it was typed on."""
    text = printed_text(
        renderer.render(sample_letter(object="baris satu\nbaris dua\r\nbaris tiga\rbaris\tempat"))
    )

    assert "barissatubarisduabaristigabarisempat" in text


@pytest.mark.parametrize("form", LetterForm)
def test_a_very_long_word_is_broken_and_stays_on_the_page(renderer, printed_text, form):
    """Nothing runs off the sheet, in any part of any form, and no character is lost or added."""
    import pypdfium2

    word = "W" * 150
    letter = sample_letter(
        form,
        holder=word,
        title=word,
        number=word,
        office=word,
        footer=word,
        terms=(word,),
        copies_to=(word,),
        considerations=(word,),
        fields=((word, word),),
        annex=type(sample_annex(1))(columns=(word,) * 9, rows=((word,) * 9,)),
        signatory=sample_signatory(title=word, name=word, rank=word, staff_number=word),
    )
    pdf = renderer.render(letter)

    for page in pypdfium2.PdfDocument(pdf):
        width, height = page.get_size()
        textpage = page.get_textpage()
        for index in range(textpage.count_rects()):
            left, bottom, right, top = textpage.get_rect(index)
            assert left >= 0
            assert right <= width
            assert bottom >= 0
            assert top <= height
    assert printed_text(pdf).count(word) >= 10


@pytest.mark.parametrize(
    ("text", "characters", "script"),
    [
        ("漢字", ("字", "漢"), "Chinese characters"),
        ("さくら", ("く", "さ", "ら"), "Japanese script"),
        ("김", ("김",), "Korean script"),
        ("สมชาย", ("ช", "ม", "ย", "ส", "า"), "Thai script"),
        ("राम", ("म", "र", "ा"), "a script of South Asia"),
        ("Kopi 😀", ("😀",), "emoji"),
        ("שלום", ("ו", "ל", "ם", "ש"), "Hebrew script"),
    ],
)
def test_text_that_no_font_shows_is_refused_by_name_before_a_number_is_taken(
    renderer, text, characters, script
):
    """The rehearsal names the field, the characters and the script."""
    with pytest.raises(UnprintableTextError) as caught:
        renderer.rehearse(sample_letter(holder=text, number="", qr_text=""))
    (problem,) = caught.value.problems

    assert "statement.holder" == problem.field
    assert UnprintableReason.NO_GLYPH is problem.reason
    assert characters == problem.characters
    assert (script,) == problem.scripts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Budi\x00", UnprintableReason.CONTROL),
        ("Budi\x07", UnprintableReason.CONTROL),
        ("Budi\x85", UnprintableReason.CONTROL),
        ("Budi\ud800", UnprintableReason.CONTROL),
        ("Budi\ue000", UnprintableReason.CONTROL),
        ("Budi\uffff", UnprintableReason.CONTROL),
        ("Bu\u200bdi", UnprintableReason.INVISIBLE),
        ("Bu\u200ddi", UnprintableReason.INVISIBLE),
        ("Bu\u00addi", UnprintableReason.INVISIBLE),
        ("\ufeffBudi", UnprintableReason.INVISIBLE),
        ("Budi\u2028", UnprintableReason.INVISIBLE),
        ("Budi\U000e0041", UnprintableReason.INVISIBLE),
        ("Budi\u3164", UnprintableReason.INVISIBLE),
        ("Budi\ufe0f", UnprintableReason.INVISIBLE),
        ("Budi \u202egnp.exe", UnprintableReason.DIRECTION),
        ("Budi \u2066x\u2069", UnprintableReason.DIRECTION),
        ("\u0301Budi", UnprintableReason.STRAY_MARK),
        ("B" + "\u0301" * 5, UnprintableReason.STRAY_MARK),
        ("aꦶ", UnprintableReason.STRAY_MARK),
        ("ꦱ\u0301", UnprintableReason.STRAY_MARK),
    ],
)
def test_what_cannot_be_seen_or_read_in_order_is_refused(renderer, text, reason):
    """Print and permit.json would differ to the eye: the reason is told."""
    with pytest.raises(UnprintableTextError) as caught:
        renderer.rehearse(sample_letter(object=text))

    assert [("statement.object", reason)] == [(item.field, item.reason) for item in caught.value.problems]


def test_a_joiner_between_letters_that_use_it_is_printed(renderer):
    """Persian and Javanese writing needs ZWNJ; it stays between letters of one such script."""
    assert renderer.render(sample_letter(holder="علی\u200cرضا"))


def test_all_problems_are_told_at_once(renderer):
    """Every field with every reason is named in one error."""
    letter = sample_letter(
        holder="Budi\x00 漢",
        terms=("baik", "buruk 漢"),
        fields=(("Nama usaha", "Toko 😀"),),
        annex=sample_annex(0).__class__(columns=("A",), rows=(("a",), ("字",))),
    )
    with pytest.raises(UnprintableTextError) as caught:
        renderer.rehearse(letter)

    assert {
        ("statement.holder", UnprintableReason.CONTROL),
        ("statement.fields[0]", UnprintableReason.NO_GLYPH),
        ("terms[1]", UnprintableReason.NO_GLYPH),
        ("annex.rows[1][0]", UnprintableReason.NO_GLYPH),
    } == {(problem.field, problem.reason) for problem in caught.value.problems}


def test_a_clerk_is_told_what_to_do_in_indonesian(renderer):
    """The sentence names the printed label, the character, its script and the remedy."""
    with pytest.raises(UnprintableTextError) as caught:
        renderer.rehearse(sample_letter(fields=(("Nama usaha", "Toko 漢"),)))

    assert caught.value.message("id") == (
        "Surat belum dapat dicetak. “Nama usaha” memuat 漢 U+6F22 (aksara Tionghoa) yang tidak ada dalam huruf "
        "cetak surat. Tulislah dengan huruf Latin atau dengan aksara yang tersedia dalam surat. "
        "Perbaiki datanya, lalu coba lagi."
    )
    assert "“Name of the holder”" in _refusal_of_holder(renderer).message("en")


def _refusal_of_holder(renderer) -> UnprintableTextError:
    with pytest.raises(UnprintableTextError) as caught:
        renderer.render(sample_letter(holder="王小明"))
    return caught.value


def test_the_log_form_of_a_refusal_holds_no_character_of_the_name(renderer):
    """str() and repr() may be logged: they name field and script only; the error pickles."""
    error = _refusal_of_holder(renderer)
    copied = pickle.loads(pickle.dumps(error))

    assert "the letter cannot be printed: statement.holder: no-glyph (Chinese characters)" == str(error)
    assert not set("王小明") & set(repr(error))
    assert error.problems == copied.problems
    assert isinstance(error, PerizinanError)


def test_every_printed_text_of_a_letter_is_looked_at():
    """Each string of the letter has a path and a label, so that none escapes the rules."""
    letter = sample_letter(annex=sample_annex(1), previous_number="1", validity_text="x", subject="y")
    paths = {item.field for item in letter_texts(letter)}

    assert {
        *(f"statement.{name}" for name in ("title", "number", "holder", "object", "place", "receipt_number")),
        *(f"statement.{name}" for name in ("validity_text", "previous_number", "verification_url")),
        *(
            f"statement.signatory.{name}"
            for name in ("title", "name", "rank", "staff_number", "on_behalf_of")
        ),
        *("statement.fields[0]", "statement.fields[0].label", "government", "office", "address", "contact"),
        *("city", "subject", "footer", "considerations[0]", "legal_basis[1]", "terms[3]", "copies_to[2]"),
        *("annex.columns[4]", "annex.rows[0][4]"),
    } <= paths


@pytest.mark.parametrize("text", ['a"b', "a\\", '\\"', "é漢😀", "\n\x00", '"' * 5])
def test_a_text_cannot_leave_its_string_literal(text):
    """Only the closing quotation mark is unescaped, and the literal is ASCII."""
    literal = typst_string(text)
    inside = literal[1:-1].replace("\\\\", "").replace('\\"', "")

    assert literal.isascii()
    assert literal.startswith('"')
    assert literal.endswith('"')
    assert '"' not in inside
    assert not inside.endswith("\\")
