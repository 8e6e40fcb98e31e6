"""Which fields of a form apply, and what a fee will be while it is being filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from perizinan_core.catalogue import (
    check_catalogue,
    deciding_fields,
    facts,
    form_fields,
    form_parts,
    preview_fee,
    validate_form,
)
from perizinan_core.model import Rupiah
from perizinan_core.testing._offices import sample_permit_type

DAY = date(2026, 3, 2)


def of_form(schema: dict[str, Any], **more: Any):
    """Return a permit type with this form."""
    return attrs.evolve(sample_permit_type("acara"), form_schema={"type": "object", **schema}, **more)


def applied(schema: dict[str, Any], data: dict[str, Any]):
    """Return the fields of a form for these data."""
    return form_fields(of_form(schema), facts(form=data), DAY)


TEXT = {"type": "string"}
USES = {
    "required": ["jenis", "panggung", "tinggi"],
    "properties": {
        "jenis": {"enum": ["acara", "material"]},
        "panggung": {"type": "boolean", "x-when": "form.jenis == 'acara'"},
        "tinggi": {"type": "number", "x-when": "form.panggung"},
    },
}


def test_a_field_applies_when_its_condition_holds():
    """And is needed then, where the form says so."""
    found = applied(USES, {"jenis": "acara", "panggung": True})

    assert frozenset() == found.absent
    assert {"jenis", "panggung", "tinggi"} == found.required


def test_what_does_not_apply_is_left_out_and_not_missed():
    """Neither the field itself nor one that depends on it, though both hold something."""
    data = {"jenis": "material", "panggung": True, "tinggi": 3}
    found = applied(USES, data)

    assert {"jenis": "material"} == found.form
    assert ("panggung", "tinggi") == found.left_out
    assert () == validate_form(of_form(USES), found.form, absent=found.absent)
    assert {"jenis": "material", "panggung": True, "tinggi": 3} == data


def test_a_condition_that_cannot_be_decided_yet_does_not_hold():
    """Nothing is asked for before it is known that it is needed."""
    assert {"panggung", "tinggi"} == applied(USES, {}).absent
    assert {"panggung", "tinggi"} == applied(USES, {"jenis": ["acara"]}).absent


def test_an_item_of_a_list_has_fields_of_its_own():
    """What one billboard needs, another does not."""
    item = {"properties": {"papan": {"type": "boolean"}, "imb": {**TEXT, "x-when": "item.papan"}}}
    schema = {"properties": {"reklame": {"type": "array", "items": {"type": "object", **item}}}}
    found = applied(schema, {"reklame": [{"papan": True, "imb": "1"}, {"papan": False, "imb": "2"}]})

    assert {"reklame[1].imb"} == found.absent
    assert {"reklame": [{"papan": True, "imb": "1"}, {"papan": False}]} == found.form


def test_a_group_of_fields_can_have_conditions():
    """Inside, and as a whole."""
    place = {
        "type": "object",
        "x-when": "form.sewa",
        "properties": {"jalan": TEXT, "blok": {**TEXT, "x-when": "form.tempat.jalan == 'Melati'"}},
    }
    schema = {"properties": {"sewa": {"type": "boolean"}, "tempat": place}}

    assert {"tempat.blok"} == applied(schema, {"sewa": True, "tempat": {"jalan": "Kenanga"}}).absent
    assert frozenset() == applied(schema, {"sewa": True, "tempat": {"jalan": "Melati"}}).absent
    assert {"tempat"} == applied(schema, {"sewa": False, "tempat": {"jalan": "Melati"}}).absent


BRANCHES = {
    "if-then-else": {
        "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        "then": {"properties": {"b": TEXT}, "required": ["b"]},
        "else": {"properties": {"c": TEXT}},
    },
    "all of": {"allOf": [{"if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
                          "then": {"properties": {"b": TEXT}, "required": ["b"]}}]},
    "alternatives": {"oneOf": [{"properties": {"a": {"const": 1}, "b": TEXT}, "required": ["b"]},
                               {"properties": {"a": {"const": 2}, "c": TEXT}}]},
}  # fmt: skip


@pytest.mark.parametrize("name", BRANCHES)
def test_a_field_of_a_branch_applies_where_the_branch_does(name):
    """The words of JSON Schema are enough where no condition is written."""
    schema = {"properties": {"a": {"type": "integer"}}, **BRANCHES[name]}
    found = applied(schema, {"a": 1, "b": "x", "c": "y"})

    assert "b" not in found.absent
    assert "b" in found.required
    assert "b" in applied(schema, {"a": 2, "b": "x"}).absent
    assert "b" not in applied(schema, {"a": 2, "b": "x"}).form


def test_a_field_can_depend_on_another_being_there():
    """`dependentSchemas` and `dependentRequired` say it."""
    schema = {
        "properties": {"kartu": TEXT, "nomor": TEXT},
        "dependentRequired": {"kartu": ["nomor"]},
        "dependentSchemas": {"kartu": {"properties": {"berlaku": TEXT}}},
    }

    assert {"berlaku"} == applied(schema, {}).absent
    assert frozenset() == applied(schema, {"kartu": "a"}).absent
    assert {"nomor"} == applied(schema, {"kartu": "a"}).required


def test_a_form_without_conditions_stays_as_it_is():
    """Also what the form does not know: that is for the check to say."""
    found = applied({"properties": {"a": TEXT}}, {"a": "x", "asing": [1]})

    assert {"a": "x", "asing": [1]} == found.form


def test_a_fee_is_shown_with_article_and_formula():
    """The formula names the fields as applicants know them."""
    permit_type = sample_permit_type("acara")
    found = preview_fee(permit_type, facts(form={"lokasi": "Jalan Melati", "luas": 120}), DAY)

    assert Rupiah(120_000) == found.total
    assert ["Luas (m²) × 1.000"] == [line.formula.id for line in found.lines]
    assert [permit_type.fee.components[0].source] == [line.source for line in found.lines]


@pytest.mark.parametrize("form", [{}, {"luas": ""}, {"luas": "seratus"}])
def test_a_fee_that_cannot_be_computed_yet_names_what_is_missing(form):
    """Also where something stands there that cannot be computed with."""
    found = preview_fee(sample_permit_type("acara"), facts(form=form), DAY)

    assert found.total is None
    assert ["Luas (m²)"] == [text.id for text in found.missing]


def test_a_permit_that_is_free_costs_nothing_from_the_start():
    """No field has to be filled in for that."""
    found = preview_fee(sample_permit_type("warung"), facts(), DAY)

    assert (Rupiah(0), ()) == (found.total, found.missing)


def test_the_fields_that_decide_about_an_exemption_are_known():
    """The guide asks them, and no others."""
    permit_type = sample_permit_type("warung")

    assert ("form.di_rumah",) == deciding_fields(permit_type, permit_type.not_required_when)
    assert () == deciding_fields(permit_type, None)


def test_the_parts_of_a_form_are_what_pages_draw():
    """Every kind of field, with its texts in both languages, its unit, its limits and its examples."""
    schema = {
        "$defs": {
            "alamat": {"type": "object", "title": "Alamat", "properties": {"jalan": {"title": "Jalan"}}}
        },
        "properties": {
            "nama": {"type": "string", "title": "Nama", "x-title-en": "Name", "examples": ["Toko Contoh"]},
            "uraian": {"type": "string", "maxLength": 500},
            "surel": {"type": "string", "format": "email", "x-autocomplete": "email"},
            "mulai": {"type": "string", "format": "date"},
            "luas": {"type": "number", "x-unit": "m²", "exclusiveMinimum": 0, "maximum": 100},
            "kamar": {"type": "integer"},
            "pajak": {"type": "integer", "x-unit": "Rp"},
            "sendiri": {"type": "boolean"},
            "ke": {"oneOf": [{"const": 1, "title": "Pertama", "x-title-en": "First"}, {"const": 2}]},
            "hari": {"type": "array", "items": {"enum": ["senin", "selasa"]}},
            "tempat": {"$ref": "#/$defs/alamat", "title": "Tempat usaha"},
            "tenda": {"type": "array", "maxItems": 3, "items": {"properties": {"lebar": {"type": "number"}}}},
            "saksi": {"type": "array", "items": {"type": "string"}},
        },
        "if": {"properties": {"kamar": {"const": 1}}, "required": ["kamar"]},
        "then": {"properties": {"alasan": {"type": "string", "x-multiline": True}}},
    }
    parts = {part.name: part for part in form_parts(of_form(schema))}

    assert [
        *(
            "text",
            "lines",
            "email",
            "date",
            "number",
            "whole",
            "rupiah",
            "yes_no",
            "choice",
            "choices",
            "group",
        ),
        *("list", "list", "lines"),
    ] == [part.kind.value for part in parts.values()]
    assert ("Name", ("Toko Contoh",)) == (parts["nama"].title.to("en"), parts["nama"].examples)
    assert ({"exclusiveMinimum": 0, "maximum": 100}, "m²") == (parts["luas"].limits, parts["luas"].unit.id)
    assert [(1, "First"), (2, "2")] == [(one.value, one.label.to("en")) for one in parts["ke"].choices]
    assert ("Tempat usaha", ["jalan"]) == (
        parts["tempat"].title.id,
        [part.name for part in parts["tempat"].parts],
    )
    assert [(False, ["lebar"]), (True, [""])] == [
        (parts[name].is_plain, [part.name for part in parts[name].parts]) for name in ("tenda", "saksi")
    ]


SOSIAL = "    sosial: {title: Kegiatan sosial, type: boolean}"
"""A line of the example of the reference page."""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("form_schema:", "form_schema:\n  x-when: form.sosial"),
        ("form_schema:", "form_schema:\n  $defs: {alamat: {x-when: form.sosial}}"),
        (SOSIAL, SOSIAL.replace("type: boolean", "type: boolean, anyOf: [{x-when: form.sosial}]")),
        (SOSIAL, SOSIAL.replace("type: boolean", "type: boolean, x-when: true")),
    ],
)
def test_a_condition_where_none_is_read_is_a_problem_of_the_catalogue(files, write, old, new):
    """It would let a field be asked for against the author's will."""
    name = next(name for name, text in files.items() if old in text)
    found = check_catalogue(write({**files, name: files[name].replace(old, new, 1)}))

    assert ["misplaced-condition"] == [item.code for item in found.problems]


def test_a_condition_that_names_no_field_is_a_problem_of_the_catalogue(files, write):
    """It is compiled with the other expressions of the file."""
    name = next(name for name, text in files.items() if SOSIAL in text)
    wrong = SOSIAL.replace("type: boolean", "type: boolean, x-when: form.jeniss == 'acara'")
    found = check_catalogue(write({**files, name: files[name].replace(SOSIAL, wrong)}))

    assert ["expression"] == [item.code for item in found.problems]
    assert "$.form_schema.properties.sosial['x-when']" == found.problems[0].path
