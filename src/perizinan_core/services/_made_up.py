"""Applicants and form data that belong to no one: for previews of letters, and for examples of catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from perizinan_core.model._applicant import Address, Applicant, Organisation, Person
from perizinan_core.model._identifiers import Nib, Nik, Npwp
from perizinan_core.model._kinds import ApplicantKind

__all__ = ["NOBODY", "made_up_applicant", "made_up_form"]

NOBODY = Nik.parse("3572015208900000")
"""Serial 0000 is not given to anyone."""

_WORDS = "Contoh isian"


def made_up_applicant(given: Mapping[str, Any]) -> Applicant:
    """Return an applicant as an example describes it, with numbers that belong to no one."""
    kind = ApplicantKind(given.get("kind", "person"))
    address = Address(street="Jalan Contoh 1", village=given.get("village"), district=given.get("district"))
    person = Person(name=str(given.get("name", "Pemohon Contoh")), nik=NOBODY, address=address)
    if kind is ApplicantKind.PERSON:
        return person if not given.get("has_npwp") else attrs.evolve(person, npwp=_npwp())
    return Organisation(
        name=str(given.get("name", "Organisasi Contoh")),
        kind=kind,
        legal_form=given.get("legal_form"),
        nib=Nib.parse("0000000000001") if given.get("has_nib") else None,
        npwp=_npwp() if given.get("has_npwp") else None,
        address=address,
        responsible=attrs.evolve(person, name="Penanggung Jawab Contoh"),
    )


def made_up_form(schema: Mapping[str, Any], day: date) -> Any:
    """
    Return a value that a JSON Schema of a form describes, as far as a schema says it; every field is filled.

    Args:
        schema: Of a form, or of a part of one.
        day: What dates are.
    """
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    choices = next((name for name in ("oneOf", "anyOf") if schema.get(name)), None)
    if choices is not None:
        return made_up_form({**schema, choices: None, **schema[choices][0]}, day)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next(item for item in kind if item != "null")
    if kind == "object":
        return {name: made_up_form(part, day) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [made_up_form(schema.get("items", {}), day)] * max(1, schema.get("minItems", 1))
    plain = {"integer": max(1, schema.get("minimum", 1)), "boolean": False}
    return {**plain, "number": plain["integer"]}.get(kind, _text(schema, day))


def _text(schema: Mapping[str, Any], day: date) -> str:
    if schema.get("format") == "date":
        return day.isoformat()
    words: str = str(schema.get("title", _WORDS))
    words += " contoh" * (1 + max(0, schema.get("minLength", 0) - len(words)) // len(" contoh"))
    most: int = schema.get("maxLength", len(words))
    return words[:most]


def _npwp() -> Npwp:
    return Npwp.parse(NOBODY.value)
