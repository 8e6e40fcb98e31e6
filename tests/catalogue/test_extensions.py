"""Functions and formats of plugins: on values, and when a catalogue is read."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest

from perizinan_core.catalogue import check_catalogue, facts, freeze_terms, load_catalogue, validate_form
from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions._declarations import BASE_NAMES
from perizinan_core.catalogue._expressions._environment import _SCOPES
from perizinan_core.catalogue._extensions import (
    bind,
    extensions_for,
    offering,
    refuse_changed,
    with_format_hints,
)
from perizinan_core.catalogue._form_check import FORMATS
from perizinan_core.catalogue._remembered import remembering
from perizinan_core.errors.catalogue import InvalidCatalogueError
from perizinan_core.hooks import ExpressionFunction, ExpressionsEntry, FormFormat
from perizinan_core.model import Text
from perizinan_core.model._extensions import RESERVED, Extensions, UsedExtension
from perizinan_core.testing._refusals import raises_code

STREET = "permits/street-use.yaml"
DAY = date(2026, 11, 25)
SENTENCE = Text(id="tuliskan kode jalan", en="expected a street code")

FUNCTIONS: dict[str, tuple[tuple[Any, ...], Any, Callable[..., Any]]] = {
    "rate": (("text", "number"), "number", lambda zone, area: area * (3 if zone == "utama" else 2)),
    "third": (("number",), "number", lambda value: value / 3),
    "after": (("date",), "date", lambda day: day.replace(year=day.year + 1)),
    "busy": (("text",), "bool", lambda zone: zone == "utama"),
    "shout": (("text",), "text", str.upper),
    "raises": ((), "bool", lambda: {}["Budi"]),
    "leaves": ((), "bool", lambda: exit(1)),
    "lies": ((), "bool", lambda: "yes"),
    "floats": ((), "number", lambda: 0.1),
    "counts": ((), "bool", lambda: 1),
    "nods": ((), "number", lambda: True),
    "moment": ((), "date", lambda: datetime(2026, 1, 1, tzinfo=UTC)),
    "nothing": ((), "text", lambda: None),
}


def entry(edition: str = "1", name: str = "roads", **changes: Any) -> ExpressionsEntry:
    """Return a set of every kind of function, and of formats."""
    functions = [
        ExpressionFunction(name=one, arguments=given, result=result, compute=compute)
        for one, (given, result, compute) in FUNCTIONS.items()
    ]
    formats = [
        FormFormat(name="code", check=lambda text: text.startswith("J"), expected=SENTENCE),
        FormFormat(name="broken", check=lambda text: int(text) > 0, expected=SENTENCE),
        FormFormat(name="odd", check=len, expected=SENTENCE),
    ]
    made = ExpressionsEntry(name=name, edition=edition, functions=functions, formats=formats)
    return attrs.evolve(made, **changes)


@pytest.fixture
def value(street):
    """Compute an expression for a case of the example, with the functions of `entry`."""

    def run(text: str) -> Any:
        bound = attrs.evolve(street, extensions=extensions_for([entry()]))
        case = facts(form={"kelas_jalan": "utama", "luas": 10})
        return CaseRules(bound, case, DAY).value(("fee",), text)

    return run


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (30, "roads.rate(form.kelas_jalan, form.luas)"),
        (15, "roads.rate(form.kelas_jalan, 2) + roads.rate('utama', 3)"),
        (Fraction(1, 3), "roads.third(1)"),
        (1, "roads.third(1) * 3"),
        (date(2027, 11, 25), "roads.after(today)"),
        (True, "roads.busy(form.kelas_jalan) && form.luas > 1"),
        ("UTAMA", "roads.shout(form.kelas_jalan)"),
    ],
)
def test_functions_compute_exactly_and_mix_with_ours(value, expected, text):
    """Numbers are fractions on both sides."""
    assert expected == value(text)


@pytest.mark.parametrize(
    "name", ["raises", "leaves", "lies", "floats", "counts", "nods", "moment", "nothing"]
)
def test_a_function_that_fails_is_an_error_that_names_the_plugin(value, name):
    """A word of its text is not told: it may be of a person."""
    with raises_code("plugin-expression", match="roads") as told:
        value(f"roads.{name}()")

    assert "Budi" not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        "true || roads.raises() || false",
        "roads.raises() || true",
        "[1, 2].exists(n, roads.raises() || n == 2)",
        "[1, 2].all(n, roads.raises())",
    ],
)
def test_no_other_branch_stands_in_for_a_function_that_failed(value, text):
    """What CEL forgives its own functions would be a verdict here; what is not asked cannot fail."""
    if text.startswith("true"):
        assert value(text)
        return
    with raises_code("plugin-expression"):
        value(text)


@pytest.mark.parametrize("name", ["form", "today", "true", "map", "Roads", "a-b", ""])
def test_a_name_of_the_language_is_refused(name):
    """It would hide what rules mean by it."""
    with pytest.raises(ValueError, match="name:"):
        entry(name=name)


def test_every_name_of_the_language_is_reserved():
    """A name that comes to the language has to come there too."""
    names = {*BASE_NAMES, *(name for scope in _SCOPES.values() for name in scope)}

    assert set() == {name.partition(".")[0] for name in names} - RESERVED


@pytest.mark.parametrize(
    "changes",
    [
        {"edition": ""},
        {"edition": "satu dua"},
        {"functions": (*entry().functions, entry().functions[0])},
        {"formats": (*entry().formats, entry().formats[0])},
    ],
)
def test_a_set_that_cannot_be_told_apart_is_refused(changes):
    """Editions are short words, and names stand there once."""
    with pytest.raises(ValueError):
        entry(**changes)


def test_a_format_needs_its_sentence_in_both_languages():
    """Applicants read it."""
    with pytest.raises(ValueError, match="both languages"):
        FormFormat(name="code", check=bool, expected=Text(id="kode"))


@pytest.fixture
def with_street(files, write):
    """Write the example with a text in the place of another, and return its folder."""

    def run(old: str, new: str):
        assert old in files[STREET]
        files[STREET] = files[STREET].replace(old, new, 1)
        return write(files)

    return run


FORMAT = (
    "lokasi: {title: Lokasi, type: string,",
    "lokasi: {title: Lokasi, type: string, format: roads.code,",
)


def reasons(report) -> list[tuple[str, int, str]]:
    """Return code, line and sentence of each problem."""
    return [(item.code, item.line, item.message("en")) for item in report.problems]


def test_a_format_of_a_plugin_is_checked_in_forms_with_its_sentence(with_street):
    """In both languages, with the field; the schema for portals says it too."""
    kind = load_catalogue(with_street(*FORMAT), expressions=[entry()]).permit_types[0]
    wrong = [item for item in validate_form(kind, {"lokasi": "Melati"}) if item.code == "format"]
    right = [item for item in validate_form(kind, {"lokasi": "J 12"}) if item.path == "lokasi"]

    assert [] == right
    assert ["Lokasi: expected a street code"] == [item.message("en") for item in wrong]
    assert ["Lokasi: tuliskan kode jalan"] == [item.message("id") for item in wrong]
    shown = with_format_hints(kind)["properties"]["lokasi"]
    assert ("tuliskan kode jalan", "expected a street code", "1") == (
        shown["x-format-id"],
        shown["x-format-en"],
        shown["x-format-edition"],
    )
    assert "x-format-id" not in kind.form_schema["properties"]["lokasi"]


@pytest.mark.parametrize("name", ["broken", "odd"])
def test_a_format_that_fails_refuses_nobody(with_street, name):
    """It is an error, and no verdict on the form."""
    folder = with_street(FORMAT[0], FORMAT[1].replace("code", name))
    report = check_catalogue(folder, expressions=[entry()])
    kind = report.catalogue.permit_types[0]

    assert ["plugin-expression"] == [item.code for item in report.problems]
    assert f"roads.{name} of the plugin" in report.problems[0].message("en")
    with raises_code("plugin-expression", match=name):
        validate_form(kind, {"lokasi": "Melati"})


def test_an_unknown_format_or_function_is_a_problem_with_its_line(with_street, files):
    """Of no plugin, of one that is not loaded, of one that does not offer it."""
    line = files[STREET].split(FORMAT[0])[0].count("\n") + 1
    folder = with_street(*FORMAT)
    missing = "no plugin that is installed offers roads.code"
    absent = Extensions(absent={"roads": "road-office"})

    [(code, found, told)] = reasons(check_catalogue(folder))
    assert ("unknown-format", line) == (code, found)
    assert missing in told
    with offering(absent):
        [(_, _, told)] = reasons(check_catalogue(folder))
    assert "by the plugin road-office, which is not loaded" in told
    [(_, _, told)] = reasons(check_catalogue(folder, expressions=[entry(formats=())]))
    assert "the plugin roads does not offer roads.code" in told
    with pytest.raises(InvalidCatalogueError):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("roads.rate(form.kelas_jalan, form.luas)", None),
        ("roads.rat(form.kelas_jalan, form.luas)", "did you mean 'roads.rate'"),
        ("rails.rate(form.luas)", "no plugin that is installed offers rails.rate"),
        ("roads.rate(form.luas)", "roads.rate takes another number of values"),
        ("roads.rate(form.luas, form.luas)", "does not go together with"),
        ("roads.busy(form.kelas_jalan)", "it gives bool, but"),
    ],
)
def test_calls_are_checked_when_a_catalogue_is_read(with_street, street, call, told):
    """Name, number and types of what is given, and the result."""
    formula = street.fee.components[0].formula
    report = check_catalogue(with_street(formula, call), expressions=[entry()])
    found = [sentence for code, _, sentence in reasons(report) if code == "expression"]

    assert (told is None) == (not found), found
    assert told is None or told in found[0]


def test_a_type_that_uses_nothing_of_plugins_is_bound_to_nothing(street):
    """Its cases go on whatever plugins do."""
    assert () == bind(street, extensions_for([entry()])).extensions.used


def test_a_submission_freezes_name_and_edition_and_others_are_refused(with_street, street):
    """Another edition, or none: nothing is computed."""
    folder = with_street(street.fee.components[0].formula, "roads.rate(form.kelas_jalan, form.luas)")
    old, new = (
        load_catalogue(folder, expressions=[entry(edition)]).permit_types[0] for edition in ("1", "2")
    )
    form = {"kelas_jalan": "utama", "luas": 10, "sosial": False, "subtype": "acara"}
    form |= {"mulai": "2026-12-01", "selesai": "2026-12-02", "lokasi": "Jalan Melati", "terop": []}
    case = facts(form=form)
    frozen = freeze_terms(old, case, DAY).extensions
    submitted = attrs.evolve(case, extensions=frozen)

    assert (UsedExtension(name="roads", edition="1"),) == frozen
    assert frozen == freeze_terms(old, submitted, DAY).extensions
    with raises_code("expressions-changed", match="roads 1; now there are: roads 2"):
        freeze_terms(new, submitted, DAY)
    with raises_code("expressions-changed", match="now there are: -"):
        refuse_changed(street, frozen)


def test_a_catalogue_that_passed_is_checked_again_with_other_functions(with_street, street, tmp_path):
    """What is remembered counts for the same offer alone."""
    folder = with_street(street.fee.components[0].formula, "roads.rate(form.kelas_jalan, form.luas)")
    with remembering(tmp_path / "passed"):
        load_catalogue(folder, expressions=[entry()])
        assert () != load_catalogue(folder, expressions=[entry()]).permit_types[0].extensions.used
        with pytest.raises(InvalidCatalogueError):
            load_catalogue(folder)


def test_code_of_plugins_does_not_leave_the_process(with_street):
    """A permit type that is handed to another process has no function there, and so no silent answer."""
    kind = load_catalogue(with_street(*FORMAT), expressions=[entry()]).permit_types[0]
    there = pickle.loads(pickle.dumps(kind))

    assert kind == there
    assert () == there.extensions.offered
    assert "roads.code" not in FORMATS
