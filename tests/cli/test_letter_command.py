"""Letters before there is a case: ``perizinan letter preview``, ``catalogue check``, and the office when it opens."""

import json
import shutil
from io import BytesIO

import attrs
import pytest
from pypdf import PdfReader

from perizinan_core.bootstrap import Office
from perizinan_core.cli import main
from perizinan_core.errors.bootstrap import LetterTemplatesError
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.rendering import TypstRenderer
from perizinan_core.testing._offices import SAMPLE, sample_office, sample_pack
from perizinan_core.testing._refusals import raises_code

HEAD = (
    '#import "@perizinan/letter:1.0.0": *\n#let template(letter, logo: none) = {\nshow: sheet.with(letter)\n'
)
GOOD = (
    HEAD
    + "title-block(letter)\nfield-table(letter.rows)\n[Berlaku #say(letter.validity).]\nsignature-block(letter)\n}\n"
)
BARE = GOOD.replace("title-block(letter)", 'title-block(letter)\nimage("arms.svg", width: 1cm)')


@pytest.fixture(scope="module")
def office(tmp_path_factory, folder_of):
    """An office of the sample on SQLite."""
    folder = tmp_path_factory.mktemp("letters")
    made = folder_of(folder / "office")
    made.write_settings(f"sqlite:///{folder / 'office.sqlite3'}")
    made.run("migrate")
    return made


def with_template(folder, source, *, name="sip"):
    """Return the sample, whose letters are printed with a template of its own."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.typ").write_text(source)
    (folder / "arms.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    pack = sample_pack()
    types = tuple(
        attrs.evolve(item, letter=attrs.evolve(item.letter, template="sip"))
        for item in pack.catalogue.permit_types
    )
    catalogue = attrs.evolve(pack.catalogue, permit_types=types)
    return attrs.evolve(pack, catalogue=catalogue, templates={name: folder})


def test_a_preview_is_a_marked_draft_with_invented_data(office, tmp_path):
    """It names no number that a letter will have, holds no code of the office, and says that it can be issued."""
    path = tmp_path / "draft.pdf"
    said = office.run("letter", "preview", "warung", "--out", str(path))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)

    assert "A letter like this can be issued." in said
    assert "RANCANGAN" in text
    assert "Pemohon Contoh" in text
    assert "000.0.0/0000" in text


def test_a_preview_takes_form_data_of_ones_own(office, tmp_path):
    """They stand in the letter in place of invented ones."""
    form = tmp_path / "form.json"
    form.write_text(json.dumps({"lokasi": "Jalan Kenari Satu", "di_rumah": False}))
    path = tmp_path / "draft.pdf"
    office.run("letter", "preview", "warung", "--out", str(path), "--form", str(form))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)

    assert "Jalan Kenari Satu" in text


def test_a_preview_is_validated_as_an_issued_letter_is(tmp_path):
    """What a template lacks is named, and the draft can be looked at all the same."""
    source = GOOD.replace("field-table(letter.rows)\n", "")
    shown = sample_office(pack=with_template(tmp_path / "t", source)).office.letters.preview("warung")

    assert "does not print the name of the holder" in shown.problems[0].message("en")
    assert shown.pdf.startswith(b"%PDF")


def test_a_template_that_does_not_compile_gives_sentences_and_no_draft(tmp_path):
    """Typst's words are passed on."""
    shown = sample_office(pack=with_template(tmp_path / "t", "#let template(")).office.letters.preview(
        "warung"
    )

    assert shown.pdf is None
    assert ["template-fault"] == [problem.code for problem in shown.problems]


def test_a_permit_type_that_no_position_signs_has_no_preview():
    """The sentence says what is missing."""
    pack = sample_pack()
    kit = sample_office(pack=attrs.evolve(pack, authority=attrs.evolve(pack.authority, delegations=())))

    with raises_code("preview", match="delegation to a position"):
        kit.office.letters.preview("warung")


@pytest.mark.parametrize(
    ("source", "name", "code"),
    [
        (GOOD, "lain", "template-not-found"),
        (BARE, "sip", "picture-without-alt"),
        ('#import "@preview/cetz:0.3.0"\n' + GOOD, "sip", "template-fault"),
    ],
)
def test_an_office_does_not_open_with_a_template_that_prints_nothing(tmp_path, office, source, name, code):
    """Unknown templates and pictures without a description are found before anyone applies; nothing is printed."""
    pack = with_template(tmp_path / "t", source, name=name)

    class Sample:
        perizinan_api = 1

        @hookimpl
        def register_authorities(self):
            return [AuthorityEntry(slug="kabupaten-contoh", load=lambda: pack)]

    with pytest.raises(LetterTemplatesError) as refused:
        Office.open(office.settings, plugins={"sample": Sample()}, discover=False)

    assert (code,) == refused.value.details()["faults"]


@pytest.mark.parametrize(
    ("picture", "refused"),
    [
        ('image("arms.svg")', True),
        ('image("arms.svg", width: 2cm + (1cm))', True),
        ('image("arms.svg", alt: "Lambang")', False),
        ('image(\n  "arms.svg", // alt: none\n  width: 2cm,\n)', True),
        ('pdf.artifact(image("arms.svg"))', False),
        ('pdf.artifact[#image("arms.svg")]', False),
        ('// image("arms.svg")', False),
        ('[Tulis "image(x)" saja]', False),
        ('image("arms.svg", ..given)', False),
    ],
)  # fmt: skip
def test_pictures_without_a_description_are_seen_in_the_sources(tmp_path, picture, refused):
    """Comments, texts and artifacts are none; the compiler agrees where it can be asked."""
    with_template(tmp_path / "t", GOOD.replace("title-block(letter)", f"title-block(letter)\n{picture}"))
    renderer = TypstRenderer(templates={"sip": tmp_path / "t"})
    if not refused:
        renderer.check("sip")
        return
    with raises_code("picture-without-alt"):
        renderer.check("sip")


def test_catalogue_check_finds_templates_that_cannot_print(tmp_path, capsys):
    """In the catalogue's own folder ``templates`` or one that is named; the place in the catalogue is told."""
    folder = tmp_path / "contoh"
    shutil.copytree(SAMPLE, folder)
    stall = folder / "permits" / "warung.yaml"
    stall.write_text(stall.read_text().replace("  form: licence\n", "  form: licence\n  template: sip\n"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "sip.typ").write_text(GOOD)

    def check(*more):
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", "catalogue", "check", str(folder), *more])
        said = capsys.readouterr()
        return ended.value.code, (said.out + said.err).replace("\n", " ")

    code, unknown = check()
    assert 1 == code
    assert "$.letter.template" in unknown
    assert "sip" in unknown
    assert 0 == check("--templates", str(elsewhere))[0]

    own = folder / "templates"
    own.mkdir()
    (own / "sip.typ").write_text(GOOD.replace("[Berlaku #say(letter.validity).]\n", ""))
    code, lacking = check()
    assert 1 == code
    assert "#say(letter.validity)" in lacking
