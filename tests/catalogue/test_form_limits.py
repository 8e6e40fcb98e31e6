"""Form data of any size and shape: the limits come first, and the checks after them are linear."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue import validate_form
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.model._form_data import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NAME,
    MAX_VALUES,
    form_data,
)
from perizinan_core.model._permit_type import PermitType

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def work_of(call: Callable[[], object]) -> int:
    """Return how many functions a call makes: work, counted and not timed."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return count


def unknown(count: int) -> dict[str, Any]:
    """Return a form of so many fields that no form has."""
    return {f"asing{number}": "x" for number in range(count)}


def repeated(count: int) -> dict[str, Any]:
    """Return a form with a list of so many different entries."""
    return {"terop": [{"panjang": number + 1, "lebar": 2} for number in range(count)]}


@pytest.mark.parametrize("make", [unknown, repeated])
def test_twice_the_data_is_twice_the_work(street: PermitType, make: Callable[[int], dict[str, Any]]) -> None:
    """Unknown fields and entries that must differ: no check compares everything with everything."""
    properties = {**street.form_schema["properties"]}
    properties["terop"] = {**properties["terop"], "uniqueItems": True}
    unique = attrs.evolve(street, form_schema={**street.form_schema, "properties": properties})
    validate_form(unique, make(50))
    small, large = (work_of(lambda count=count: validate_form(unique, make(count))) for count in (400, 800))

    assert large < 2.2 * small


def test_a_form_of_one_megabyte_with_unknown_keys_costs_no_more_than_its_first_values(
    street: PermitType,
) -> None:
    """The walk stops where a limit is passed, whatever comes behind it."""
    small, large = (
        work_of(lambda count=count: validate_form(street, unknown(count))) for count in (6_000, 90_000)
    )
    (problem,) = validate_form(street, unknown(90_000))

    assert "too-many" == problem.code
    assert large < 1.1 * small


def test_entries_are_compared_as_json_schema_compares_them(street: PermitType) -> None:
    """1 and 1.0 are the same number; 1 and true are not the same value."""
    schema = {
        "type": "object",
        "properties": {"daftar": {"title": "Daftar", "type": "array", "uniqueItems": True}},
    }
    small = attrs.evolve(street, form_schema=schema)

    assert ["uniqueItems"] == [item.code for item in validate_form(small, {"daftar": [1, 1.0]})]
    assert ["uniqueItems"] == [item.code for item in validate_form(small, {"daftar": [{"a": 1}, {"a": 1}]})]
    assert () == validate_form(small, {"daftar": [1, True, "1", None, [1], {"a": 1}]})


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"a": "x" * (MAX_CHARACTERS + 1)}, "too-large"),
        ({f"a{number}": "x" * 1_000 for number in range(MAX_CHARACTERS // 1_000 + 1)}, "too-large"),
        (dict.fromkeys(map(str, range(MAX_VALUES + 1)), 1), "too-many"),
        ({"a": [None] * MAX_VALUES}, "too-many"),
        ({"x" * (MAX_NAME + 1): 1}, "name"),
        ({"": 1}, "name"),
        ({"a\u200bb": 1}, "name"),
        ({"a\nb": 1}, "name"),
        ({1: 1}, "name"),
        ({"a": 2**53}, "number"),
        ({"a": float("inf")}, "number"),
        ({"a": {1, 2}}, "not-json"),
        ({"a": b"x"}, "not-json"),
        ({"a": object()}, "not-json"),
        ([], "not-a-form"),
        ("x", "not-a-form"),
        (None, "not-a-form"),
    ],
)
def test_what_no_form_can_accept_is_refused_by_its_limit(data: Any, fault: str) -> None:
    """Each limit has a name, and a sentence in both languages."""
    with pytest.raises(FormDataError) as refused:
        form_data(data)

    assert fault == refused.value.fault
    assert refused.value.message("en") != refused.value.message("id")


@pytest.mark.parametrize("nest", [lambda inner: {"a": inner}, lambda inner: [inner]])
def test_data_that_are_deep_are_refused_without_being_walked(nest: Callable[[Any], Any]) -> None:
    """A hundred thousand levels are as harmless as ten."""
    deep: Any = 1
    for _ in range(100_000):
        deep = nest(deep)
    with pytest.raises(FormDataError) as refused:
        form_data({"a": deep})

    assert "too-deep" == refused.value.fault
    just = {"a": 1}
    for _ in range(MAX_DEPTH - 1):
        just = {"a": just}
    assert just == form_data(just)


def test_texts_are_kept_in_one_normal_form() -> None:
    """Composed letters, ordinary blanks, one kind of line break; twice is as once."""
    kept = form_data({"a": "Cafe\u0301\u00a0Kita\r\nBlitar", "b": ("x", 1.5, True, None)})

    assert {"a": "Café Kita\nBlitar", "b": ["x", 1.5, True, None]} == kept == form_data(kept)


@pytest.mark.parametrize(
    ("text", "fault", "position", "name"),
    [
        ("Jalan\u200bMawar", "invisible", 6, "U+200B ZERO WIDTH SPACE"),
        ("\u202eJalan", "direction", 1, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("Ja\x00lan", "control", 3, "U+0000"),
        ("Ja\ud800lan", "control", 3, "U+D800"),
        ("\u0301Jalan", "stray-mark", 1, "U+0301 COMBINING ACUTE ACCENT"),
    ],
)
def test_a_character_that_nobody_sees_is_named_with_its_place(
    text: str, fault: str, position: int, name: str
) -> None:
    """In form data as in every other text."""
    with pytest.raises(TextRefusedError) as refused:
        form_data({"terop": [{"nama": text}]})
    error = refused.value

    assert ("terop[0].nama", fault, position, name) == (
        error.field,
        error.fault,
        error.position,
        error.character,
    )
    assert str(position) in error.message("id")
    assert name in error.message("id")


def test_a_text_is_one_line_unless_the_form_says_otherwise(street: PermitType) -> None:
    """`x-multiline: true` in the schema of a field lets it have several; blanks alone fill in nothing."""
    schema = {
        "type": "object",
        "properties": {
            "nama": {"title": "Nama", "type": "string"},
            "uraian": {"title": "Uraian", "type": "string", "x-multiline": True},
        },
    }
    form = attrs.evolve(street, form_schema=schema)
    lines, blank = validate_form(form, {"nama": "A\nB", "uraian": "A\nB"}), validate_form(form, {"nama": " "})

    assert ["Nama: write this in one line; there is a line break as character 2"] == [
        item.message("en") for item in lines
    ]
    assert ["Nama: please fill this in"] == [item.message("en") for item in blank]


@pytest.mark.parametrize("name", ["a.b", "a[0]", "[x]", "].[", "a.[1]", "[", "0"])
def test_a_field_with_a_strange_name_is_named_and_left_out(street: PermitType, name: str) -> None:
    """Dots and brackets in a name are not a place inside a list."""
    assert [name] == [
        item.path for item in validate_form(street, {name: 1}) if item.code == "additionalProperties"
    ]


@given(JSON)
@settings(max_examples=300)
def test_any_json_is_a_form_or_our_error(data: Any) -> None:
    """Whatever a caller sends; and what is accepted stays as it is when it is accepted again."""
    try:
        kept = form_data(data)
    except PerizinanError:
        return

    assert kept == form_data(kept)


@given(data=st.dictionaries(st.sampled_from(["lokasi", "luas", "terop", "mulai", "x"]), JSON, max_size=5))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_judged_and_never_raises(street: PermitType, data: dict[str, Any]) -> None:
    """The problems have sentences in both languages."""
    for problem in validate_form(street, data):
        assert problem.message("id")
        assert problem.message("en")
