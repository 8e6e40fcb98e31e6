"""Templates of plugins: found, kept in their folder, and faults told by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perizinan_core.errors.rendering import UnprintableTextError
from perizinan_core.i18n import translate
from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering import TypstRenderer, draw_qr, template_data
from perizinan_core.rendering._engine import FONT_FOLDER, PACKAGE_FOLDER, PACKAGE_VERSION
from perizinan_core.testing._letters import sample_letter
from perizinan_core.testing._refusals import raises_code

OWN = """
#import "@perizinan/letter:1.0.0": *
#let template(letter, logo: none) = {
  show: sheet.with(letter)
  letterhead(letter, logo: logo)
  title-block(letter)
  [Templat milik daerah. #read("motto.txt")]
  field-table(letter.rows)
  signature-block(letter, place-label: "issued_at")
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sip.typ").write_text(OWN)
    (tmp_path / "motto.txt").write_text("Melayani dengan hati")
    return tmp_path


def test_a_plugin_template_is_used_by_name_and_reads_its_own_folder(folder, printed_text, read_pdf):
    """The plugin's words and files are in the letter, and permit.json is embedded all the same."""
    renderer = TypstRenderer(templates={"sip": folder})
    pdf = renderer.render(sample_letter(template="sip"))

    assert ("letter", "sip") == renderer.template_names
    assert "Templatmilikdaerah.Melayanidenganhati" in printed_text(pdf)
    assert ["permit.json"] == list(read_pdf(pdf).attachments)


def test_a_plugin_may_replace_the_core_template(folder, printed_text):
    """A template named letter stands in for the core's."""
    (folder / "letter.typ").write_text(OWN)

    pdf = TypstRenderer(templates={"letter": folder}).render(sample_letter())

    assert "Templatmilikdaerah." in printed_text(pdf)


def test_an_unknown_template_is_told_with_the_known_ones(renderer):
    """The error names what was asked for and what there is."""
    with raises_code("template-not-found") as caught:
        renderer.rehearse(sample_letter(template="sip"))

    assert ("sip", ("letter",)) == (caught.value.template, caught.value.known)
    assert "Templat surat “sip” tidak ada" in caught.value.message("id")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("#let template(letter, logo: none) = [#(letter.nothing)]", "nothing"),
        ("#let template(", "unclosed"),
        ("#let other = 1", "unresolved import"),
        ('#let template(letter, logo: none) = read("../secret.txt")', "escape the project root"),
        ('#let template(letter, logo: none) = read("/etc/hostname")', "not found"),
        ('#import "@preview/cetz:0.3.0"\n#let template(letter, logo: none) = []', "@preview/cetz:0.3.0"),
        ("#import '@local/x:1.0.0'", "'@local/x:1.0.0'"),
    ],
)
def test_a_faulty_template_is_told_by_name_and_never_reaches_outside(folder, source, reason):
    """Errors, files outside the folder and packages from the network are template faults."""
    (folder.parent / "secret.txt").write_text("rahasia")
    (folder / "sip.typ").write_text(source)

    with raises_code("template-fault") as caught:
        TypstRenderer(templates={"sip": folder}).render(sample_letter(template="sip"))

    assert "sip" == caught.value.template
    assert reason in caught.value.reason


def test_a_template_folder_without_its_file_is_told(tmp_path):
    """The error says which file was looked for."""
    with raises_code("template-fault", match=r"its folder holds no sip\.typ"):
        TypstRenderer(templates={"sip": tmp_path}).render(sample_letter(template="sip"))


@pytest.mark.parametrize("logo", ["gone.svg", "../secret.svg", "/etc/passwd", ""])
def test_a_logo_that_is_not_in_the_folder_is_told(assets, logo):
    """Missing logos and paths out of the folder are one error."""
    (assets.parent / "secret.svg").write_text("<svg/>")

    with raises_code("logo-not-found") as caught:
        TypstRenderer(assets=assets).rehearse(sample_letter(logo=logo))

    assert logo == caught.value.logo


def test_a_damaged_logo_is_a_fault_and_not_a_crash(assets):
    """Typst's words about the picture are passed on."""
    (assets / "logo.svg").write_text("no picture")

    with raises_code("template-fault", match="SVG"):
        TypstRenderer(assets=assets).render(sample_letter(logo="logo.svg"))


def test_more_fonts_bring_more_scripts(renderer, tmp_path):
    """A font folder of a plugin is used; without it the same text is refused."""
    _write_font(tmp_path / "extra.ttf", "\N{THAI CHARACTER KO KAI}")
    letter = sample_letter(holder="\N{THAI CHARACTER KO KAI}")

    assert TypstRenderer(fonts=(tmp_path,)).render(letter)
    with pytest.raises(UnprintableTextError):
        renderer.render(letter)


def _write_font(path: Path, character: str) -> None:
    """Make a font whose only letter looks like an A, out of one of the core's."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(FONT_FOLDER / "NotoSans-Regular.ttf")
    subsetter = subset.Subsetter(subset.Options(layout_features=[]))
    subsetter.populate(unicodes=[ord("A")])
    subsetter.subset(font)
    for table in font["cmap"].tables:
        table.cmap = {ord(character): table.cmap[ord("A")]}
    for record in font["name"].names:
        record.string = str(record).replace("Noto Sans", "Contoh")
    font.save(path)


def test_the_core_package_is_the_version_that_sources_import():
    """The folder, its manifest and the constant agree."""
    manifest = (PACKAGE_FOLDER / "perizinan" / "letter" / PACKAGE_VERSION / "typst.toml").read_text()

    assert f'version = "{PACKAGE_VERSION}"' in manifest


def test_every_sentence_of_the_room_is_translated():
    """No msgid of the room is shown in English to an Indonesian clerk."""
    import ast

    import perizinan_core.errors.rendering as errors
    import perizinan_core.rendering as room

    same_in_both = {"emoji", "Status"}
    paths = [Path(errors.__file__), *Path(room.__file__).parent.glob("*.py")]
    sentences = {
        ast.literal_eval(node.args[0])
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
    }

    assert len(sentences) > 60
    assert set() == {text for text in sentences - same_in_both if translate(text, "id") == text}


def test_forms_of_the_package_are_the_forms_of_the_model():
    """Each letter form of the model has a function in the package."""
    source = (PACKAGE_FOLDER / "perizinan" / "letter" / PACKAGE_VERSION / "forms.typ").read_text()
    table = source[source.index("#let forms = (") :]

    assert [] == [form for form in LetterForm if f"{form.value}:" not in table]


def test_the_how_to_names_every_value_and_part():
    """The data contract and the parts are documented where plugin authors look."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "letter-templates.md").read_text("utf-8")
    library = (PACKAGE_FOLDER / "perizinan" / "letter" / PACKAGE_VERSION / "lib.typ").read_text()
    parts = re.findall(
        r"[a-z-]+(?=[,\n ])", library[library.index("parts.typ") :].split("(", 1)[1].split(")")[0]
    )
    letter = sample_letter()
    names = [*template_data(letter, draw_qr("A")), *parts]

    assert len(parts) > 10
    assert [] == [name for name in names if f"`{name}" not in page]
