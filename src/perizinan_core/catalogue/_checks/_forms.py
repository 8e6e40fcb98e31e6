"""The form's JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._checks._plugins import missing_from_plugins
from perizinan_core.catalogue._expressions._schema import WHEN, field_types, schema_at
from perizinan_core.catalogue._extensions import formats_in, keywords_in
from perizinan_core.catalogue._form_check import FORMATS
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.catalogue._rules import rules_of
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_form"]


def check_form(problems: Problems, permit_type: PermitType, node: Node) -> bool:
    """Report what is wrong in the form schema; return whether expressions can be checked against it."""
    schema = permit_type.form_schema
    root = node_at(node, ("form_schema",))
    # The meta schema alone would let a pattern pass that is not a regular expression.
    validator = Draft202012Validator(
        Draft202012Validator.META_SCHEMA, format_checker=FormatChecker(formats=["regex"])
    )
    errors = list(validator.iter_errors(dict(schema)))
    for error in errors:
        place = node_at(root, tuple(error.absolute_path))
        problems.add(
            place,
            "form-schema",
            N_("the form is not a JSON Schema (draft 2020-12): {reason}; correct it"),
            reason=error.message[:300],
        )
    if errors:
        return False
    sound = True
    for path, reference in _references(schema, ()):
        if not reference.startswith("#/") or _target(schema, reference) is None:
            sound = False
            problems.add(
                node_at(root, path),
                "form-schema",
                N_(
                    "expected a reference to a part of the same form such as #/$defs/alamat, but got {reference!r}; "
                    "correct it"
                ),
                reference=reference[:200],
            )
    _check_formats(problems, permit_type, root)
    _check_conditions(problems, permit_type, root)
    for path in _endless(schema) if sound else ():
        sound = False
        problems.add(
            node_at(root, path),
            "form-schema",
            N_(
                "this reference leads back to itself without a field in between; remove one of the references"
            ),
        )
    if schema.get("type") != "object":
        problems.add(
            node_at(root, ("type",)),
            "form-schema",
            N_("expected the form to be of `type: object`; correct it"),
        )
        return False
    if sound:
        _check_names(problems, permit_type, root)
    return sound


def _check_formats(problems: Problems, permit_type: PermitType, root: Node) -> None:
    """Report formats that are not checked: an applicant would be refused, or let through, by a rule of no one."""
    offered = {name for name, _, _ in permit_type.extensions.formats()}
    for path, name in formats_in(permit_type.form_schema):
        if name in FORMATS or name in offered:
            continue
        place = node_at(root, path)
        missing = missing_from_plugins(permit_type, name[:80])
        if missing is not None:
            sentence = N_("the format {name!r} is not checked here: {reason}; or leave it out")
            problems.add(place, "unknown-format", sentence, name=name[:80], reason=missing)
            continue
        problems.add(
            place,
            "unknown-format",
            N_(
                "the format {name!r} is not checked here; expected one of: {known}; correct it or leave it out"
            ),
            name=name[:80],
            known=", ".join((*FORMATS, *sorted(offered))),
        )


def _check_conditions(problems: Problems, permit_type: PermitType, root: Node) -> None:
    """Report conditions of fields that are not read: a field would be asked for against the author's will."""
    read = {rule.path[1:] for rule in rules_of(permit_type) if rule.path[0] == "form_schema"}
    for path, _ in keywords_in(permit_type.form_schema, WHEN):
        if path not in read:
            problems.add(
                node_at(root, path),
                "misplaced-condition",
                N_(
                    "`x-when` is not read here; expected a CEL condition in quotes, at a field of the form, of a group "
                    "or of the items of a list; move it there"
                ),
            )


def _check_names(problems: Problems, permit_type: PermitType, root: Node) -> None:
    schema = permit_type.form_schema
    properties = schema.get("properties")
    for name, child in properties.items() if isinstance(properties, dict) else ():
        if isinstance(child, dict) and "title" not in child and "$ref" not in child:
            problems.warn(
                node_at(root, ("properties", name)),
                "no-title",
                N_("the field {name} has no title; applicants will see its technical name"),
                name=name,
            )
    for name in schema.get("required", ()):
        if schema_at(schema, name) is None:
            problems.add(
                node_at(root, ("required",)),
                "form-schema",
                N_("the field {name!r} is required but not described; add it to `properties`"),
                name=name,
            )
    has_subtype = any(field.name == "subtype" for field in field_types(schema))
    if permit_type.subtypes and not has_subtype and permit_type.complete:
        problems.add(
            root,
            "no-subtype",
            N_(
                "there are subtypes, but the form has no field `subtype`; add it with the codes as its values"
            ),
        )
    _check_subtypes(problems, permit_type, root)


def _check_subtypes(problems: Problems, permit_type: PermitType, root: Node) -> None:
    found = schema_at(permit_type.form_schema, "subtype") or {}
    options = found.get("oneOf")
    values = found.get("enum") or [
        item.get("const") for item in (options if isinstance(options, list) else ()) if isinstance(item, dict)
    ]
    for value in values if permit_type.subtypes else ():
        if value not in permit_type.subtypes:
            problems.add(
                node_at(root, ("properties", "subtype")),
                "unknown-subtype",
                N_("the form offers the subtype {value!r}, which `subtypes` does not name; add it there"),
                value=str(value)[:80],
            )


def _references(schema: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _references(value, (*path, key))
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _references(value, (*path, index))


def _target(schema: Any, reference: str) -> Any:
    target = schema
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, dict) else None
    return target


_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""Keywords whose schemas judge the same value and not a part of it."""


def _endless(schema: Any) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of references that would make the validator run in a circle."""
    for path, reference in _references(schema, ()):
        waiting: list[str] = [reference]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name == reference and seen:
                yield path
                break
            if name not in seen:
                seen.add(name)
                waiting.extend(_next_references(_target(schema, name)))


def _next_references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _next_references(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for key in _SAME_VALUE:
            yield from _next_references(schema.get(key))
