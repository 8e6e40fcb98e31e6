"""Texts that people write: one normal form, one line where the letter has one, nothing that nobody sees."""

from __future__ import annotations

import json
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._converters import canonical_json, from_json, to_json
from perizinan_core.documents import kept_name
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.errors.model import InvalidIdentifierError, TextRefusedError
from perizinan_core.model._applicant import Address, Applicant, Organisation, Person, Representative
from perizinan_core.model._case import CorrectionItem, InspectionMinutes, OfficialLetter
from perizinan_core.model._identifiers import deliverable_email, parse_email
from perizinan_core.model._kinds import ApplicantKind
from perizinan_core.model._lookalikes import LookAlike, find_lookalike
from perizinan_core.model._written import MAX_FILE_NAME, check_file_name, one_line, several_lines
from perizinan_core.testing._refusals import raises_code

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "fault", "position", "character"),
    [
        ("Sekar\nContoh", "line-break", 6, "U+000A"),
        ("Sekar\rContoh", "line-break", 6, "U+000D"),
        ("Sekar\x85Contoh", "line-break", 6, "U+0085"),
        ("Sekar\u2028Contoh", "line-break", 6, "U+2028 LINE SEPARATOR"),
        ("Sekar\tContoh", "control", 6, "U+0009"),
        ("Sekar\x00", "control", 6, "U+0000"),
        ("\x1b[2JSekar", "control", 1, "U+001B"),
        ("Sekar\ud83d", "control", 6, "U+D83D"),
        ("Sekar\ue000", "control", 6, "U+E000"),
        ("Sek\u200bar", "invisible", 4, "U+200B ZERO WIDTH SPACE"),
        ("\ufeffSekar", "invisible", 1, "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("Sek\u00adar", "invisible", 4, "U+00AD SOFT HYPHEN"),
        ("Sek\u3164ar", "invisible", 4, "U+3164 HANGUL FILLER"),
        ("Sekar\u202e", "direction", 6, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u200fSekar", "direction", 1, "U+200F RIGHT-TO-LEFT MARK"),
        ("Sekar\u0627\u0644 \u0301", "stray-mark", 9, "U+0301 COMBINING ACUTE ACCENT"),
        ("", "empty", 0, ""),
        ("  ", "empty", 0, ""),
        ("\u00a0\u3000", "empty", 0, ""),
        ("x" * 301, "too-long", 0, ""),
        (None, "not-text", 0, "NoneType"),
        (17, "not-text", 0, "int"),
        (["Sekar"], "not-text", 0, "list"),
    ],
)
def test_a_name_that_the_letter_cannot_show_in_one_line_is_refused_with_the_character_and_its_place(
    text: object, fault: str, position: int, character: str
) -> None:
    """When the value is made, and not when the head of the office signs; the name is not repeated."""
    with pytest.raises(TextRefusedError) as refused:
        Person(name=text)
    error = refused.value
    sentence = error.message("id")

    assert ("Name", fault, position, character) == (
        error.field,
        error.fault,
        error.position,
        error.character,
    )
    assert sentence.startswith("“Nama”")
    assert "Sekar" not in sentence
    assert position == 0 or f"ke-{position}" in sentence


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Address(street=text),
        lambda text: Address(street="Jalan", neighbourhood=text),
        lambda text: Address(street="Jalan", village=text),
        lambda text: Address(street="Jalan", district=text),
        lambda text: Address(street="Jalan", regency=text),
        lambda text: Person(name="Sekar", birth_place=text),
        lambda text: Organisation(
            name=text, kind=ApplicantKind.LEGAL_ENTITY, responsible=Person(name="Sekar")
        ),
        lambda text: Organisation(
            name="PT", legal_form=text, kind=ApplicantKind.LEGAL_ENTITY, responsible=Person(name="Sekar")
        ),
        lambda text: OfficialLetter(number=text, day=date(2026, 3, 2), issued_by="dinas"),
        lambda text: InspectionMinutes(
            number=text, day=date(2026, 3, 2), inspectors=("a",), findings="Baik", favourable=True
        ),
    ],
)
def test_every_text_that_the_letter_prints_in_one_line_is_one_line(make) -> None:
    """Addresses, organisations and the letters of stages as well as names."""
    for text in ("A\nB", "A\u200bB", "A\u202eB"):
        with pytest.raises(TextRefusedError):
            make(text)


def test_texts_of_officers_may_have_lines_and_nothing_invisible() -> None:
    """Reasons and findings are paragraphs."""
    minutes = InspectionMinutes(
        day=date(2026, 3, 2), inspectors=("a",), findings=" Baik.\r\n\tRapi. \n", favourable=True
    )
    with pytest.raises(TextRefusedError):
        CorrectionItem(target="ktp", reason="Buram\u200b")

    assert "Baik.\nRapi." == minutes.findings


def test_texts_are_kept_in_nfc_with_one_ordinary_blank_between_words() -> None:
    """Two names that look alike are the same name."""
    assert Person(name="Jose\u0301  A\u00a0B ") == Person(name="José A B")


@given(ANY_TEXT)
@settings(max_examples=500)
def test_a_text_that_was_accepted_is_accepted_again_as_it_is(text: str) -> None:
    """What is stored can be read, is NFC, has no line break, and survives canonical JSON."""
    for check in (one_line, several_lines):
        try:
            kept = check(text, "Name")
        except TextRefusedError:
            continue
        assert kept == check(kept, "Name")
        assert unicodedata.is_normalized("NFC", kept)
        assert kept == json.loads(canonical_json(kept))
        assert check is several_lines or len(kept.splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Sekar@Surat.Example", "Sekar@surat.example"),
        (" sekar@surat.example ", "sekar@surat.example"),
        ("sekar+izin@contoh.co.id", "sekar+izin@contoh.co.id"),
        ("surat@xn--80a1acny.xn--p1ai", "surat@почта.рф"),
        ("surat@ПОЧТА.рф", "surat@почта.рф"),
    ],
)
def test_an_address_that_can_be_reached_is_kept_in_one_form(typed: str, kept: str) -> None:
    """The domain in NFC and small letters, whichever way it was typed."""
    assert kept == parse_email(typed) == parse_email(kept) == Person(name="A", email=typed).email
    assert deliverable_email(kept).isascii()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sekar",
        "sekar@",
        "@surat.example",
        "sekar@surat",
        "sekar@surat..example",
        "sekar@-surat.example",
        "sekar@surat.example\nBcc: a@b.id",
        "Sekar <sekar@surat.example>",
        "a@b.id, c@d.id",
        "se kar@surat.example",
        '"sekar"@surat.example',
        "sekar@[127.0.0.1]",
        "sekar@localhost",
        "sekar@kantor.local",
        "sekar@surat.invalid",
        "sékar@surat.example",
        "sekar\u200b@surat.example",
        "sekar@sur\u202eat.example",
        "sekar\ud800@surat.example",
        "sekar@\ud800.example",
        "s" * 65 + "@surat.example",
        "s@" + "a." * 130 + "id",
    ],
)
def test_an_address_that_nobody_can_send_to_is_refused(typed: str) -> None:
    """Syntax alone, without asking any name server; the address is not repeated."""
    with pytest.raises(InvalidIdentifierError) as refused:
        Person(name="A", email=typed)

    assert "email" == refused.value.kind
    assert "sekar" not in str(refused.value)


@pytest.mark.parametrize("typed", [5, ["a@b.id"], {"a": 1}, True])
def test_an_address_that_is_not_text_is_refused(typed: object) -> None:
    """Our error, with what to do."""
    with pytest.raises(InvalidIdentifierError):
        Person(name="A", email=typed)


@pytest.mark.parametrize(
    ("text", "kind", "characters"),
    [
        ("R\u0430hma", LookAlike.MIXED, ("\u0430",)),
        ("\u0420\u0430\u0445\u0430", LookAlike.FOREIGN, ("\u0420", "\u0430", "\u0445")),
        ("\u0391\u03bd\u03bd\u03b1", LookAlike.FOREIGN, ("\u0391", "\u03bd", "\u03b1")),
        (
            "\uff33\uff45\uff4b\uff41\uff52",
            LookAlike.UNUSUAL,
            ("\uff33", "\uff45", "\uff4b", "\uff41", "\uff52"),
        ),
        ("S\u0131ti", LookAlike.UNUSUAL, ("\u0131",)),
        ("S\u0251ri", LookAlike.UNUSUAL, ("\u0251",)),
        ("\U0001d412ekar", LookAlike.MIXED, ("\U0001d412",)),
        ("Bud1", LookAlike.DIGITS, ("1",)),
        ("M0hamad A11", LookAlike.DIGITS, ("0", "1")),
        ("sekar@gm\u0430il.example", LookAlike.MIXED, ("\u0430",)),
    ],
)
def test_letters_that_look_like_others_are_found(
    text: str, kind: LookAlike, characters: tuple[str, ...]
) -> None:
    """Mixed scripts, scripts that look Latin, forms of letters, digits in names."""
    assert (kind, characters) == find_lookalike(text, is_name=True)


@pytest.mark.parametrize(
    "text",
    [
        "Sekar Contohwati",
        "I Gusti Ngurah",
        "José Müller-Đoàn",
        "Ngô Thị Hòa",
        "O'Neil, S.T., M.T.",
        "عبد الله",
        "ꦱꦼꦏꦂ",
        "王小明",
        "田中さくら",
        "Budi 2",
    ],
)
def test_an_ordinary_name_is_not_flagged(text: str) -> None:
    """Whatever script it is in: one name, one script."""
    assert find_lookalike(text, is_name=True) is None


def test_digits_are_out_of_place_in_names_of_people_only() -> None:
    """Addresses and businesses have them."""
    assert find_lookalike("Blok A1") is None
    assert find_lookalike("PT 3M") is None


@given(ANY_TEXT | st.text(max_size=600))
@settings(max_examples=500)
def test_any_name_of_a_file_can_be_kept_and_signed(name: str) -> None:
    """An upload is never refused for its name; the name that is kept survives canonical JSON."""
    kept = kept_name(name)

    assert kept == check_file_name(kept) == kept_name(kept) == json.loads(canonical_json(kept))
    assert 0 < len(kept) <= MAX_FILE_NAME


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("KTP – Dewi.pdf", "KTP – Dewi.pdf"),
        ("ktp\ud800.pdf", "ktp\ufffd.pdf"),
        ("ktp\x00.pdf", "ktp\ufffd.pdf"),
        ("ktp\n.pdf", "ktp\ufffd.pdf"),
        ("ktp\u202efdp.exe", "ktp\ufffdfdp.exe"),
        ("cafe\u0301.pdf", "café.pdf"),
        (" ", "–"),
        ("x" * 300 + ".pdf", "x" * 230 + "…" + "x" * 20 + ".pdf"),
    ],
)
def test_what_cannot_be_kept_of_a_name_is_replaced_and_stays_visible(name: str, kept: str) -> None:
    """The receipt shows that something was there."""
    assert kept == kept_name(name)


@given(JSON)
@settings(max_examples=400)
def test_any_json_as_applicant_is_a_value_or_our_error(data: object) -> None:
    """Never a TypeError, AttributeError or RecursionError; nor when it looks nearly right."""
    for shape in (
        data,
        {"type": "person", "name": data},
        {"type": "person", "name": "Sekar", "nik": data, "email": data, "birth_date": data},
        {"type": "person", "name": "Sekar", "address": data},
        {"type": "person", "name": "Sekar", "address": {"street": data, "region": data}},
        {"type": "organisation", "name": "PT", "kind": data, "responsible": data},
        {"type": "organisation", "name": "PT", "kind": "person", "responsible": {"name": "Sekar"}},
        {"type": data, "name": "Sekar"},
    ):
        for kind in (Applicant, Representative):
            try:
                value = from_json(kind, shape)
            except PerizinanError:
                continue
            assert value == from_json(type(value), to_json(value))


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"type": "person", "name": "Rahasia\u200b"}, "$"),
        ({"type": "person", "name": "Sekar", "address": {"street": "Rahasia\u200b"}}, "$.address"),
    ],
)
def test_what_is_wrong_in_json_says_which_character_and_where(data: object, path: str) -> None:
    """The place, the character, its position; nothing of the text."""
    with pytest.raises(WireFormatError) as refused:
        from_json(Applicant, data)
    (problem,) = refused.value.problems

    assert "U+200B ZERO WIDTH SPACE" in problem
    assert "character 8" in problem
    assert problem.endswith(f"@ {path}")
    assert "Rahasia" not in problem


def test_an_organisation_is_not_a_person() -> None:
    """Our error, and what to do."""
    with raises_code("applicant-kind"):
        Organisation(name="PT", kind=ApplicantKind.PERSON, responsible=Person(name="Sekar"))


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}, [float("nan")], 2**60, {1: 1}])
def test_what_canonical_json_cannot_hold_is_our_error(value: object) -> None:
    """Half a character, a number that is not exact, a name that is not text."""
    with pytest.raises(WireFormatError):
        canonical_json(value)
