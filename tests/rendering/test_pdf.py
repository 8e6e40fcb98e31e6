"""The file itself: standards, embedded data, sameness."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import attrs
import pypdfium2
import pytest

from perizinan_core._converters import canonical_json
from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering import Paper, Renderer, TypstRenderer
from perizinan_core.testing._letters import sample_annex, sample_letter

HEAVY = {"logo": None, "annex": sample_annex(40), "development": True}


def test_the_core_renderer_is_a_renderer(renderer):
    """The built-in renderer has the shape of the port."""
    assert isinstance(renderer, Renderer)


@pytest.mark.parametrize("form", LetterForm)
def test_every_form_claims_pdf_a_3a_and_pdf_ua_1_in_its_metadata(renderer, read_pdf, form):
    """XMP names part 3, conformance A, and PDF/UA part 1; version 1.7 fits both."""
    pdf = renderer.render(sample_letter(form))
    xmp = read_pdf(pdf).root_object["/Metadata"].get_object().get_data().decode()

    assert pdf.startswith(b"%PDF-1.7")
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


@pytest.mark.parametrize("form", LetterForm)
def test_every_form_has_what_an_archive_and_a_screen_reader_need(renderer, read_pdf, form):
    """Output intent, tags, language, title shown, identifiers, and no encryption."""
    reader = read_pdf(renderer.render(sample_letter(form, **HEAVY)))
    catalog = reader.root_object

    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert catalog["/OutputIntents"][0]["/DestOutputProfile"].get_object().get_data()
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/StructTreeRoot"]["/K"]
    assert str(catalog["/Lang"]).startswith("id")
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith(sample_letter(form).statement.title)
    assert len(reader.trailer["/ID"]) == 2
    assert not reader.is_encrypted
    assert all(page["/Tabs"] == "/S" for page in reader.pages if "/Annots" in page)


def test_the_letter_is_tagged_as_headings_lists_and_tables(renderer, read_pdf):
    """A screen reader finds the title, the points, the annex with its header cells, and the pictures' texts."""
    reader = read_pdf(renderer.render(sample_letter(annex=sample_annex(3))))
    tags = list(_tags(reader.root_object["/StructTreeRoot"]))
    names = [tag["/S"] for tag in tags]
    alternatives = [str(tag["/Alt"]) for tag in tags if "/Alt" in tag]

    assert {"/H1", "/H2", "/L", "/LI", "/LBody", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(names)
    assert 6 == names.count("/TH")
    assert [
        "Kode QR: alamat untuk memeriksa keaslian surat nomor 500.16.7.2/0042/123.456/2026"
    ] == alternatives


def _tags(node):
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _tags(child)
    elif hasattr(node, "get"):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _tags(node["/K"])


@pytest.mark.parametrize("form", LetterForm)
def test_permit_json_is_embedded_and_says_what_the_statement_says(renderer, read_pdf, form):
    """One associated file, canonical JSON, relationship Data, its type named."""
    letter = sample_letter(form)
    reader = read_pdf(renderer.render(letter))
    (associated,) = reader.root_object["/AF"]
    embedded = associated.get_object()
    stream = embedded["/EF"]["/F"].get_object()

    assert {"permit.json": [canonical_json(letter.statement)]} == dict(reader.attachments)
    assert "/Data" == embedded["/AFRelationship"]
    assert "permit.json" == embedded["/UF"]
    assert "/application/json" == stream["/Subtype"]
    assert letter.statement.holder == json.loads(stream.get_data())["holder"]


def test_nothing_points_outside_the_file(renderer, assets):
    """No links, launches, scripts, forms or fonts left out."""
    pdf = TypstRenderer(assets=assets).render(sample_letter(logo="logo.svg", annex=sample_annex(3)))

    for name in (b"/URI", b"/Launch", b"/JavaScript", b"/JS", b"/GoToR", b"/AcroForm", b"/SubmitForm"):
        assert name not in pdf


def test_every_font_is_embedded(renderer, read_pdf):
    """Each font carries its own outlines and a map back to Unicode."""
    fonts = [
        font.get_object()
        for page in read_pdf(renderer.render(sample_letter())).pages
        for font in page["/Resources"]["/Font"].values()
    ]

    assert 3 <= len(fonts)
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert "/ToUnicode" in font


def test_the_same_letter_gives_the_same_bytes(renderer):
    """Two renders are equal, whatever was rendered between them, and so is another renderer's."""
    letter = sample_letter()
    first = renderer.render(letter)
    renderer.render(sample_letter(LetterForm.DECREE, holder="Orang Lain"))

    assert first == renderer.render(letter)
    assert first == TypstRenderer().render(letter)


def test_another_process_gives_the_same_bytes(renderer):
    """Nothing of the process (hash seed, time, addresses) ends in the file."""
    program = (
        "import hashlib; from perizinan_core.rendering import TypstRenderer;"
        "from perizinan_core.testing._letters import sample_letter;"
        "print(hashlib.sha256(TypstRenderer().render(sample_letter())).hexdigest())"
    )
    import hashlib

    digest = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50
    )

    assert hashlib.sha256(renderer.render(sample_letter())).hexdigest() == digest.stdout.strip()


def test_the_file_is_dated_on_the_day_of_the_letter(renderer, read_pdf):
    """The creation time is the start of the letter's day, not the time of rendering."""
    reader = read_pdf(renderer.render(sample_letter(issued_on=date(2027, 1, 2))))

    assert date(2027, 1, 2) == reader.metadata.creation_date.date()


def test_a_changed_letter_gives_other_bytes(renderer):
    """A single letter of the holder's name changes the file."""
    assert renderer.render(sample_letter(holder="Budi")) != renderer.render(sample_letter(holder="Buda"))


@pytest.mark.parametrize(
    ("paper", "form", "expected"),
    [
        (Paper.A4, LetterForm.LICENCE, (210, 297)),
        (Paper.F4, LetterForm.LICENCE, (215, 330)),
        (Paper.F4, LetterForm.CARD, (210, 148)),
    ],
)
def test_the_sheet_has_the_size_of_the_paper(paper, form, expected):
    """A4 and F4 for letters, its own size for a card."""
    pdf = TypstRenderer(paper=paper).render(sample_letter(form))
    width, height = pypdfium2.PdfDocument(pdf)[0].get_size()

    assert expected == (round(width / 72 * 25.4), round(height / 72 * 25.4))


def test_an_ordinary_letter_is_small(renderer):
    """A one-page licence takes less than 70 kB."""
    assert len(renderer.render(sample_letter())) < 70_000


def test_the_statement_is_embedded_as_it_was_given(renderer, read_pdf):
    """What is composed for print (NFC) stays as typed in permit.json."""
    decomposed = "Andre\N{COMBINING ACUTE ACCENT} Contoh"
    letter = sample_letter(holder=decomposed)
    embedded = read_pdf(renderer.render(letter)).attachments["permit.json"][0]

    assert decomposed == json.loads(embedded)["holder"]
    assert attrs.evolve(letter.statement) == letter.statement
