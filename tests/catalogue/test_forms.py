"""Form data against the form, told to applicants."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue import validate_form
from perizinan_core.model._permit_type import PermitType

GOOD: dict[str, Any] = {
    "subtype": "acara",
    "lokasi": "Jalan Merdeka",
    "luas": 60,
    "kelas_jalan": "utama",
    "mulai": "2026-07-01",
    "selesai": "2026-07-02",
    "sosial": False,
}


def test_right_data_have_no_problem(street: PermitType) -> None:
    """With and without the optional list."""
    assert () == validate_form(street, GOOD)
    assert () == validate_form(street, {**GOOD, "terop": [{"panjang": 1, "lebar": 2.5}]})


@pytest.mark.parametrize(
    ("change", "path", "english", "indonesian"),
    [
        ({"luas": 0}, "luas", "Luas (m²): expected more than 0", "Luas (m²): isi dengan nilai lebih dari 0"),
        ({"luas": "60"}, "luas", "Luas (m²): expected a number", "Luas (m²): isi dengan angka"),
        ({"luas": float("nan")}, "luas", "Luas (m²): expected a number", "Luas (m²): isi dengan angka"),
        (
            {"kelas_jalan": "tol"},
            "kelas_jalan",
            "Kelas jalan: choose one of utama, lokal",
            "Kelas jalan: pilih salah satu dari utama, lokal",
        ),
        (
            {"mulai": "2026-02-30"},
            "mulai",
            "Mulai: expected a date that exists, such as 2026-01-31",
            "Mulai: isi dengan tanggal yang ada, misalnya 2026-01-31",
        ),
        (
            {"lokasi": "J"},
            "lokasi",
            "Lokasi: expected at least 3 characters",
            "Lokasi: isi dengan sedikitnya 3 karakter",
        ),
        (
            {"warna": "x"},
            "warna",
            "warna: the form has no such field; leave it out",
            "warna: formulir tidak memiliki isian ini; hapuslah",
        ),
        (
            {"terop": [{"panjang": 1, "lebar": 1}, {"panjang": 1}]},
            "terop[1].lebar",
            "Terop 2: Lebar (m): please fill this in",
            "Terop 2: Lebar (m): mohon diisi",
        ),
        (
            {"sosial": "ya"},
            "sosial",
            "Kegiatan sosial: expected yes or no",
            "Kegiatan sosial: isi dengan ya atau tidak",
        ),
    ],
)
def test_problems_are_told_with_the_title_of_the_field(
    street: PermitType, change: dict[str, Any], path: str, english: str, indonesian: str
) -> None:
    """In both languages, with the place, and without repeating the data."""
    problems = validate_form(street, {**GOOD, **change})

    assert [(path, english, indonesian)] == [
        (item.path, item.message("en"), item.message("id")) for item in problems
    ]


def test_all_missing_fields_are_told_at_once(street: PermitType) -> None:
    """Everything in one round."""
    problems = validate_form(street, {})

    assert {"required"} == {item.code for item in problems}
    assert set(GOOD) == {item.path for item in problems}


def test_choices_and_branches_are_told_by_their_titles(street: PermitType) -> None:
    """A oneOf of constants is a choice; a broken branch tells what it misses."""
    schema = {
        "type": "object",
        "properties": {
            "jenis": {
                "title": "Jenis",
                "oneOf": [{"const": "a", "title": "Apotek"}, {"const": "b", "title": "Bidan"}],
            },
            "nomor": {"title": "Nomor"},
        },
        "if": {"properties": {"jenis": {"const": "a"}}, "required": ["jenis"]},
        "then": {"required": ["nomor"]},
    }
    permit_type = attrs.evolve(street, form_schema=schema)

    assert ["Jenis: choose one of Apotek, Bidan"] == [
        item.message("en") for item in validate_form(permit_type, {"jenis": "c"})
    ]
    assert ["Nomor: please fill this in"] == [
        item.message("en") for item in validate_form(permit_type, {"jenis": "a"})
    ]
    assert () == validate_form(permit_type, {"jenis": "b"})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, "Nomor induk: please fill this in"),
        ({"nib": "12"}, "Nomor induk: expected at least 3 characters"),
    ],
)
def test_of_several_alternatives_the_nearest_is_told(
    street: PermitType, data: dict[str, Any], expected: str
) -> None:
    """A form that asks for one thing or for two others names what misses least."""
    schema = {
        "type": "object",
        "properties": {
            "nib": {"title": "Nomor induk", "type": "string", "minLength": 3},
            "akta": {"title": "Akta"},
            "npwp": {"title": "NPWP"},
        },
        "anyOf": [{"required": ["akta", "npwp"]}, {"required": ["nib"]}],
    }
    found = validate_form(attrs.evolve(street, form_schema=schema), data)

    assert expected in {item.message("en") for item in found}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "array", "uniqueItems": True}, [1, 1], "A: no entry may stand there twice"),
        ({"const": "ya"}, "x", "A: expected ya"),
        ({"type": ["integer", "null"]}, "x", "A: expected a whole number"),
        ({"format": "email"}, "x", "A: expected an e-mail address"),
        (
            {"pattern": "^a"},
            "b",
            "A: this is not filled in as expected; read the hint at the field and correct it",
        ),
        ({"multipleOf": 5}, 3, "A: expected a multiple of 5"),
        ({"maxItems": 1}, [1, 2], "A: expected at most 1 entries"),
    ],
)
def test_other_keywords_have_sentences(
    street: PermitType, schema: dict[str, Any], value: Any, expected: str
) -> None:
    """Each constraint in the applicant's words."""
    form = {"type": "object", "properties": {"a": {"title": "A", **schema}}}

    assert [expected] == [
        item.message("en") for item in validate_form(attrs.evolve(street, form_schema=form), {"a": value})
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*GOOD, "terop", "panjang"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(data=st.dictionaries(st.sampled_from([*GOOD, "terop", "x"]), JSON, max_size=8))
@settings(max_examples=120, deadline=None)
def test_any_json_is_judged_without_an_exception(data: dict[str, Any]) -> None:
    """Whatever a browser sends: problems with sentences, or none."""
    for problem in validate_form(STREET_LIKE, data):
        assert problem.message("id") and problem.message("en") and problem.title


def _street_like() -> PermitType:
    from pathlib import Path

    from perizinan_core.catalogue import load_catalogue

    folder = Path(__file__).parent / "variations"
    return load_catalogue(folder / "17-item-fees.yaml").permit_types[0]


STREET_LIKE = _street_like()
