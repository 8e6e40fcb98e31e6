"""Expressions: checked by Google's CEL library, computed exactly and within limits."""

from __future__ import annotations

import contextlib
import copy
import time
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue._expressions import (
    CompileFailure,
    ExpressionFailure,
    FailureKind,
    PaperFacts,
    Scope,
    environment,
    evaluate,
    make_functions,
    months_begun,
    text_of,
)
from perizinan_core.catalogue._expressions._schema import field_types, typed_data
from perizinan_core.catalogue._expressions._tree import decode

SCHEMA: dict[str, Any] = {
    "type": "object",
    "$defs": {"alamat": {"type": "object", "properties": {"jalan": {"type": "string"}}}},
    "properties": {
        "luas": {"type": "number"},
        "unit": {"type": "integer"},
        "nama": {"type": "string"},
        "mulai": {"type": "string", "format": "date"},
        "aktif": {"type": "boolean"},
        "kelas": {"oneOf": [{"const": "a", "title": "Kelas A"}, {"const": "b", "title": "Kelas B"}]},
        "alamat": {"$ref": "#/$defs/alamat"},
        "kata": {"type": "array", "items": {"type": "string"}},
        "rinci": {"type": "array", "items": {"type": "object", "properties": {"p": {"type": "number"}}}},
        "kosong": {"type": "string"},
        "if": {"type": "integer"},
        "kunci-lain": {"type": "string"},
    },
}
FORM = {
    "luas": 12.5,
    "unit": 7,
    "nama": "Toko Contoh",
    "mulai": "2024-01-31",
    "aktif": True,
    "kelas": "b",
    "alamat": {"jalan": "Merdeka"},
    "kata": ["x", "y"],
    "rinci": [{"p": 0.1}, {"p": 0.2}, {"p": 3}],
    "if": 3,
    "kunci-lain": "ya",
}
DAY = date(2024, 2, 29)


def compute(text: str, form: dict[str, Any] | None = None) -> Any:
    typed = typed_data(SCHEMA, FORM if form is None else form)
    functions = make_functions(
        day=DAY,
        papers=(PaperFacts(slot="str", expires_on=date(2025, 5, 5)), PaperFacts(slot="ktp")),
        form_schema=SCHEMA,
        form=typed,
    )
    tree = environment(SCHEMA).compile(text).tree
    return evaluate(tree, {"form": typed, "today": DAY, "previous": {"exists": False}}, functions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("form.rinci[0].p + form.rinci[1].p == 0.3", True),
        ("7 / 2", Fraction(7, 2)),
        ("form.unit / 2 * 2 == form.unit", True),
        ("form.unit * 0.5", Fraction(7, 2)),
        ("1 / 3 * 3", 1),
        ("-7 % 3", -1),
        ("form.luas > 12 && form.luas <= 12.5", True),
        ("form.unit == 7.0", True),
        ("form.aktif ? 1 : 0.5", 1),
        ("form.nama + '!'", "Toko Contoh!"),
        ("form.kata + ['z']", ("x", "y", "z")),
        ("'x' in form.kata && !('q' in form.kata)", True),
        ("form.alamat.jalan", "Merdeka"),
        ("form.if", 3),
        ("form['kunci-lain']", "ya"),
        ("has(form.kosong)", False),
        ("has(form.luas) && has(form.alamat.jalan)", True),
        ("'has(form.kosong)'", "has(form.kosong)"),
        ("form.rinci.all(r, has(r.p))", True),
        ("form.rinci.exists(r, r.p > 2.5)", True),
        ("form.rinci.exists_one(r, r.p > 0.15)", False),
        ("form.rinci.filter(r, r.p > 0.15).map(r, r.p * 2)", (Fraction(2, 5), 6)),
        ("sum(form.rinci.map(r, r.p))", Fraction(33, 10)),
        ("size(form.rinci) + size(form.nama)", 14),
        ("form.nama.startsWith('Toko') && form.nama.contains('Con') && form.nama.endsWith('toh')", True),
        ("true || form.kosong == 'x'", True),
        ("form.kosong == 'x' || true", True),
        ("false && form.kosong == 'x'", False),
        ("form.rinci.all(r, has(r.q) && r.q > 1)", False),
        ("form.rinci.all(r, r.q > 1 && r.p > 1)", False),
        ("form.rinci.exists(r, r.q > 1 || r.p > 2)", True),
        ("has(previous.number)", False),
        ("form.mulai + months(1)", date(2024, 2, 29)),
        ("form.mulai - days(31)", date(2023, 12, 31)),
        ("form.mulai + years(1) - weeks(1)", date(2025, 1, 24)),
        ("days_between(form.mulai, today)", 29),
        ("days_between(today, form.mulai)", -29),
        ("date('2024-03-01') > today && form.mulai < today", True),
        ("year(today) * 10000 + month(today) * 100 + day_of_month(today)", 20240229),
        ("end_of_month(date('2023-02-01'))", date(2023, 2, 28)),
        ("end_of_year(today)", date(2024, 12, 31)),
        ("earliest(today, form.mulai) == form.mulai && latest(today, form.mulai) == today", True),
        ("months_begun(form.mulai, today)", 1),
        ("min(1, 0.5) + max(2, form.luas)", 13),
        ("floor(12.5) + ceil(12.5)", 25),
        ("round_to(12500, 1000)", 13000),
        ("round_to(12499.99, 1000)", 12000),
        ("round_up_to(12001, 1000)", 13000),
        ("round_down_to(12999, 1000)", 12000),
        ("number('12.5') == form.luas", True),
        ("rupiah(1500000.5)", "Rp1.500.001"),
        ("words(15)", "lima belas"),
        ("words(form.mulai)", "tiga puluh satu Januari dua ribu dua puluh empat"),
        ("roman(month(form.mulai) + 8)", "IX"),
        ("upper(form.nama)", "TOKO CONTOH"),
        ("join(form.kata, ' dan ')", "x dan y"),
        ("label('kelas')", "Kelas B"),
        ("label('nama')", "Toko Contoh"),
        ("text(form.luas * 1000) + ' ' + text(today) + ' ' + text(form.aktif)", "12.500 29 Februari 2024 ya"),
        ("text(1.0 / 3)", "0,333333"),
        ("has_paper('ktp') && !has_paper('npwp')", True),
        ("paper_expiry('str')", date(2025, 5, 5)),
        ("{'a': 2.5}['a']", Fraction(5, 2)),
    ],
)
def test_expressions_compute(text: str, expected: object) -> None:
    """Operators, macros and functions, exactly."""
    assert expected == compute(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("form.luas + 'a'", "+ does not go together with (number, text)"),
        ("form.nama > 1", "(text, int)"),
        ("form.mulai > '2024-01-01'", "(date, text)"),
        ("form.aktif == 'ya'", "(bool, text)"),
        ("today + 1", "(date, int)"),
        ("nama == 'x'", "the name nama is not known"),
        ("tariff(1)", "tariff does not go together with (int)"),
        ("days_between(today)", "the function days_between takes another number of values"),
        ("form.luas >", "it is not CEL"),
        ("", "it is empty"),
        ("   ", "it is empty"),
        ("1 + " * 600 + "1", "longer than 2000"),
        ("(" * 60 + "1" + ")" * 60, "nested too deeply"),
        ("'\ud800'", "characters"),
        ("timestamp('2024-01-01T00:00:00Z')", "not known"),
        ("'aaaa'.matches('(a+)+$')", "not known"),
        ("type(1)", "not known"),
        ("__import__('os')", "not known"),
    ],
)
def test_wrong_expressions_are_found_when_they_are_compiled(text: str, said: str) -> None:
    """Unknown names, wrong types, no CEL, and what is not offered."""
    with pytest.raises(CompileFailure) as caught:
        environment(SCHEMA).compile(text)

    assert said in str(caught.value.phrase)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("form.kosong", "form.kosong is not filled in"),
        ("1 / 0", "divides by zero"),
        ("5 % 0", "divides by zero"),
        ("form.rinci[9].p", "[9] is not filled in"),
        ("form.kata[0 - 1]", "is not filled in"),
        ("date('2024-02-30')", "date has no result"),
        ("number('12,5')", "number has no result"),
        ("roman(4000)", "roman has no result"),
        ("words(1.5)", "words has no result"),
        ("round_to(5, 0)", "round_to has no result"),
        ("today + years(99999)", "has no result"),
        ("days(0 - 1)", "days has no result"),
        ("paper_expiry('ktp')", "no expiry date"),
        ("label('kosong')", "is not filled in"),
        ("sum(form.kata)", "sum cannot work"),
        ("form.rinci.all(r, r.q > 1)", "q is not filled in"),
        ("form.rinci.map(r, r.q)", "q is not filled in"),
        ("sum(form.rinci)", "cannot work"),
        ("tariff('tidak-ada')", "no table tidak-ada"),
    ],
)
def test_a_missing_value_is_a_failure_with_a_reason(text: str, said: str) -> None:
    """No Python exception comes out, and nothing is guessed."""
    with pytest.raises(ExpressionFailure) as caught:
        compute(text)

    assert said in str(caught.value.phrase)


def nested(depth: int, step: str, core: str) -> str:
    for _ in range(depth):
        core = step.format(core)
    return core


HOSTILE = [
    nested(12, "[1,2,3,4,5,6,7,8].map(a, {})", "[1]"),
    nested(8, "[1,2,3,4,5,6,7,8,9].all(a, {})", "[1,2,3,4,5,6,7,8,9].all(b, b > 0)"),
    nested(11, "[{}].map(s, s + s + s + s + s + s + s + s + s + s)[0]", "'aaaaaaaaaa'"),
    nested(11, "[{}].map(s, s * s * s * s * s * s)[0]", "99999999999"),
    nested(11, "[{}].map(s, [s, s, s, s, s, s, s, s])[0]", "[1]") + " == [1]",
    "text(" + nested(10, "[{}].map(s, [s, s, s, s, s, s, s, s])[0]", "[1]") + ") == 'x'",
    nested(11, "[{}].map(s, s / 99999999999999999.0 / s)[0]", "3"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_expressions_end_quickly(text: str) -> None:
    """Loops in loops, growing texts, numbers and lists, and shared parts stop at a limit."""
    started = time.perf_counter()
    with contextlib.suppress(ExpressionFailure, CompileFailure):
        compute(text)

    assert time.perf_counter() - started < 2


SHARED = nested(4, "[{}].map(s, [" + ", ".join(["s"] * 30) + "])[0]", "[1]")


@pytest.mark.parametrize(
    "text", [f"{SHARED} == {SHARED}", f"text({SHARED}) == ''", f"{SHARED} in [{SHARED}]"]
)
def test_shared_parts_cannot_multiply_the_work(text: str) -> None:
    """A list of 30 times itself, four times over, has a million parts: looking at them all costs steps."""
    with pytest.raises(ExpressionFailure) as caught:
        compute(text)

    assert FailureKind.LIMIT == caught.value.kind


def test_steps_are_limited_and_the_limit_is_not_swallowed() -> None:
    """A logical or may hide a missing value, but never the limit."""
    with pytest.raises(ExpressionFailure) as caught:
        compute(f"({nested(7, '[1,2,3,4,5,6,7,8,9].all(a, {})', 'true')}) || true")

    assert FailureKind.LIMIT == caught.value.kind


def test_equal_forms_share_one_environment() -> None:
    """A permit type that is read from storage again costs nothing."""
    assert environment(SCHEMA) is environment(copy.deepcopy(SCHEMA))


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer"}, "int"),
        ({"type": ["number", "null"]}, "double"),
        ({"type": ["number", "string"]}, "dyn"),
        ({"enum": ["a", "b"]}, "string"),
        ({"enum": [1, 2]}, "int"),
        ({"enum": [1, "b"]}, "dyn"),
        ({"const": "x"}, "string"),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, "int"),
        ({"type": "array", "items": {"type": "number"}}, "list(double)"),
        ({"type": "array", "items": {"type": "object"}}, "list"),
        ({"type": "array"}, "list"),
        ({"properties": {}}, "map"),
        ({"type": "string", "format": "date"}, "date"),
        ({"$ref": "#/$defs/luas"}, "double"),
        ({"$ref": "#/$defs/tidak-ada"}, "dyn"),
        ({"$ref": "https://contoh.example/x"}, "dyn"),
        ({}, "dyn"),
        (True, "dyn"),
    ],
)
def test_types_follow_from_the_json_schema(schema: Any, kind: str) -> None:
    """What the checker knows about a field, also when a branch of the form brings it."""
    form = {"$defs": {"luas": {"type": "number"}}, "type": "object"}
    direct = field_types({**form, "properties": {"x": schema}})
    branch = field_types({**form, "properties": {}, "allOf": [{"then": {"properties": {"x": schema}}}]})

    assert [("x", kind)] == [(field.name, field.cel) for field in direct] == [
        (field.name, field.cel) for field in branch
    ]  # fmt: skip


def test_recursive_forms_end() -> None:
    """A field that holds itself is named down to a few levels."""
    tree = {
        "$defs": {
            "n": {"type": "object", "properties": {name: {"$ref": "#/$defs/n"} for name in "abcdefgh"}}
        },
        "type": "object",
        "properties": {"n": {"$ref": "#/$defs/n"}},
    }

    assert 2_000 >= len(field_types(tree)) > 100
    assert {"n": {"a": {"b": 1}}} == typed_data(tree, {"n": {"a": {"b": 1}}})


def test_item_names_exist_only_where_items_are_bound() -> None:
    """A rule per item sees the item's fields; another does not."""
    assert "int" == environment(SCHEMA, Scope.CASE, "rinci").compile("item_number").result
    assert "double" == environment(SCHEMA, Scope.CASE, "rinci").compile("item.p * 2").result
    with pytest.raises(CompileFailure):
        environment(SCHEMA).compile("item.p")


@given(
    values=st.lists(
        st.decimals(-1000, 1000, places=3, allow_nan=False, allow_infinity=False), min_size=2, max_size=6
    ),
    operators=st.lists(st.sampled_from("+-*"), min_size=5, max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_arithmetic_agrees_with_decimal(values: list[Decimal], operators: list[str]) -> None:
    """Sums and products of literals and form values are those of Python's Decimal, to the last digit."""
    form = {"luas": float(values[0])}
    terms = ["form.luas", *(f"({value})" for value in values[1:])]
    python = [f"Fraction('{value}')" for value in values]
    text, check = terms[0], python[0]
    for sign, term, other in zip(operators, terms[1:], python[1:], strict=False):
        text, check = f"({text} {sign} {term})", f"({check} {sign} {other})"

    assert eval(check, {"Fraction": Fraction}) == compute(text, form)


@given(start=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(-900, 900))
@settings(max_examples=150, deadline=None)
def test_months_begun_counts_as_on_the_fingers(start: date, days: int) -> None:
    """0 up to the day itself; then one more with each month that begins."""
    end = date.fromordinal(start.toordinal() + days)
    months = months_begun(start, end)

    assert (months == 0) is (days <= 0)
    if months:
        assert months - 1 <= days / 28
        assert months >= days / 31


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=1000))
@settings(max_examples=100, deadline=None)
def test_numbers_are_printed_in_indonesian_form(value: Fraction) -> None:
    """Dots between thousands, a comma before decimals, at most six of them, no minus zero."""
    text = text_of(value)
    back = Fraction(text.replace(".", "").replace(",", "."))

    assert abs(back - value) <= Fraction(1, 2 * 10**6)
    assert text != "-0"


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_decoding_foreign_bytes_gives_a_value_error(data: bytes) -> None:
    """Only what the CEL library serialises is a tree."""
    with contextlib.suppress(ValueError):
        decode(data)


@given(st.text(alphabet="form.luas+*/()<>=&|!?:'\"[]{},0123456789 abc\\", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_compiles_or_fails_with_a_reason(text: str) -> None:
    """The library's errors do not leak."""
    reason = "it has a value"
    try:
        compute(text)
    except (CompileFailure, ExpressionFailure) as failure:
        reason = failure.phrase.to("id")

    assert reason
