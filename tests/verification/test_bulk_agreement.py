"""The fast way and the full engine say the same; 10,000 mutants: ``scripts/verification_agreement.py``."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from perizinan_core._pdf import _syntax as syntax
from perizinan_core.verification._schemas import fits_schema, load_schema, schema_faults

_SCRIPT = Path(__file__).parents[2] / "scripts" / "verification_agreement.py"


def test_quick_and_full_agree_on_vectors_and_mutants():
    """And nothing but the good file is valid."""
    spec = importlib.util.spec_from_file_location("verification_agreement", _SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert [] == module.disagreements(300, seed=20261125)


@given(
    st.binary(max_size=40)
    | st.text("\\()01234567nrtbfx\r\n8", max_size=30).map(lambda t: t.encode("latin-1"))
)
@settings(max_examples=500)
def test_escapes_are_read_as_by_the_slow_way(body):
    """Octal, named, unknown, line ends, and a backslash at the end."""
    assert syntax._ESCAPE.sub(syntax._replacement, body) == syntax.unescape(body)


_GOOD = {
    "statement_version": "1", "authority": "a", "authority_name": "a", "permit_type": "a",
    "permit_type_version": "1", "title": "t", "number": "n", "receipt_number": "r", "holder": "h", "object": "o",
    "fields": [["a", "b"]], "issued_on": "2026-11-25", "valid_from": "2026-11-25",
    "signatory": {"position": "p", "title": "t", "delegation": "d", "legal_basis": ""},
    "status_index": 0, "verification_url": "https://x",
}  # fmt: skip
_ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.0,
        "",
        "x",
        "1",
        1,
        "2026-02-30",
        "2026-11-25\n",
        "A b",
        [],
        [["a"]],
        [["a", 1]],
        {},
        "http://x",
    ]
)


@given(
    st.dictionaries(st.sampled_from([*_GOOD, "place", "valid_until", "other"]), _ODD, max_size=3),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_permit_data_is_judged_as_another_library_judges_it(changes, drop):
    """Two readers of one schema: only a line break behind a code is let through by the other one."""
    data = {**_GOOD, **changes}
    if drop and changes:
        del data[next(iter(changes))]
    other = Draft202012Validator(dict(load_schema("permit")), format_checker=FormatChecker(["date"]))
    broken = any(value == "2026-11-25\n" for name, value in data.items() if name != "other")

    assert (schema_faults(data, "permit") == ()) is fits_schema(data, "permit")
    assert broken or other.is_valid(data) is fits_schema(data, "permit")
    assert fits_schema(_GOOD, "permit")


@pytest.mark.parametrize("name", ["authority", "permit_type", "issued_on"])
def test_a_line_break_behind_a_code_or_day_breaks_the_schema(name):
    """The end of a text is its end (ECMA-262): another reader would compare another text."""
    data = {**_GOOD, name: f"{_GOOD[name]}\n"}

    assert not fits_schema(data, "permit")
    assert f"$.{name} breaks the rule pattern of the schema" in schema_faults(data, "permit")


@pytest.mark.parametrize(
    ("value", "fits"),
    [("\ud800", True), (10**5000, True), (functools.reduce(lambda inner, _: [inner], range(900), []), True)],
    ids=["half a character", "a long number", "deep"],
)
def test_strange_values_that_no_rule_names_are_let_be(value, fits):
    """The quick library reads what Python's JSON reads."""
    assert fits is fits_schema({**_GOOD, "other": value}, "permit")


@pytest.mark.parametrize("count", [21, 29, 45, 200])
def test_a_repeated_end_of_the_file_is_bytes_behind_it(judge, permit, count, code_of):
    """Found by mutation: it ends as a PDF ends, but is no update; pyHanko calls it valid."""
    report = judge(permit + permit[-count:])

    assert ("not_valid", "bytes-after-signature") == (report.verdict.value, code_of(report))
