"""What a form's JSON Schema says about its fields: types for the checker, values for the evaluator."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

__all__ = [
    "WHEN",
    "FieldType",
    "choices_of",
    "field_types",
    "item_schema",
    "json_type",
    "properties_at",
    "properties_of",
    "resolved",
    "schema_at",
    "schemas_along",
    "typed_data",
]

WHEN = "x-when"
"""Condition (CEL) under which a field of the form applies; see `perizinan_core.catalogue._form_fields`."""

_COMBINERS = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")
_MAX_DEPTH = 12
_MAX_NESTING = 4
_MAX_FIELDS = 2_000


@attrs.frozen
class FieldType:
    """A field as expressions see it."""

    name: str
    """Dotted name, without the root."""

    cel: str
    """Type for the checker: int, double, string, bool, date, list(…), map, or dyn."""


def field_types(schema: Mapping[str, Any]) -> tuple[FieldType, ...]:
    """Return the fields of an object schema that expressions can name, nested ones with dots."""
    return tuple(itertools.islice(_walk(schema, schema, "", 0), _MAX_FIELDS))


def _walk(root: Mapping[str, Any], schema: Any, prefix: str, depth: int) -> Iterator[FieldType]:
    for name, child in properties_of(root, schema, depth).items():
        if not name.isidentifier() or not name.isascii():
            continue
        kind = _cel_type(root, child)
        if kind == "object":
            yield FieldType(prefix + name, "map")
            if depth < _MAX_NESTING:
                yield from _walk(root, child, f"{prefix}{name}.", depth + 1)
        else:
            yield FieldType(prefix + name, kind)


def properties_of(root: Mapping[str, Any], schema: Any, depth: int = 0) -> dict[str, Any]:
    """Return the fields that an object schema describes anywhere, those of its branches after its own."""
    schema = resolved(root, schema)
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return {}
    found: dict[str, Any] = {}
    parts = [part for key in _COMBINERS for part in _list(schema.get(key))]
    parts += [schema[key] for key in _BRANCHES if key in schema]
    dependent = schema.get("dependentSchemas")
    parts += dependent.values() if isinstance(dependent, Mapping) else ()
    for part in parts:
        for name, child in properties_of(root, part, depth + 1).items():
            # A branch that only narrows a field (const: …) does not say its type.
            found.setdefault(name, child)
    own = schema.get("properties")
    # A branch that only narrows a field of the group does not say its type.
    return (
        {**own, **{name: child for name, child in found.items() if name not in own}}
        if isinstance(own, Mapping)
        else found
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def resolved(root: Mapping[str, Any], schema: Any) -> Any:
    """Return a schema, or the one that it refers to."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
            return schema
        target: Any = root
        reference = schema["$ref"]
        if not reference.startswith("#/"):
            return {}
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            target = target.get(name) if isinstance(target, Mapping) else None
        schema = target
    return {}


def _cel_type(root: Mapping[str, Any], schema: Any) -> str:
    schema = resolved(root, schema)
    if not isinstance(schema, Mapping):
        return "dyn"
    kind = json_type(schema)
    if kind == "string":
        return "date" if schema.get("format") == "date" else "string"
    if kind == "array":
        inner = _cel_type(root, schema.get("items"))
        return f"list({inner})" if inner in {"int", "double", "string", "bool", "date"} else "list"
    return {"integer": "int", "number": "double", "boolean": "bool", "object": "object"}.get(
        kind or "", "dyn"
    )


def json_type(schema: Mapping[str, Any]) -> str | None:
    """Return the kind of value that a schema describes, where it describes one."""
    kind = schema.get("type")
    if isinstance(kind, list):
        others = [item for item in kind if item != "null"]
        kind = others[0] if len(others) == 1 else None
    if isinstance(kind, str):
        return kind
    values = choices_of(schema)
    if values and all(isinstance(value, str) for value in values):
        return "string"
    if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return "integer"
    return "object" if "properties" in schema else None


def choices_of(schema: Mapping[str, Any]) -> list[Any]:
    """Return the values that a schema lets choose from; none where any will do."""
    if "const" in schema:
        return [schema["const"]]
    if isinstance(schema.get("enum"), list):
        return list(schema["enum"])
    options = _list(schema.get("oneOf")) or _list(schema.get("anyOf"))
    if options and all(isinstance(item, Mapping) and "const" in item for item in options):
        return [item["const"] for item in options]
    return []


def schema_at(root: Mapping[str, Any], dotted: str) -> Mapping[str, Any] | None:
    """Return the schema of a field by its dotted name, or None when the form has no such field."""
    schema: Any = root
    for step in dotted.split("."):
        properties = properties_of(root, schema)
        if step not in properties:
            return None
        schema = resolved(root, properties[step])
    return schema if isinstance(schema, Mapping) else {}


def schemas_along(root: Mapping[str, Any], path: Iterable[str | int]) -> Iterator[Mapping[str, Any]]:
    """Yield the schema of each step on the way to a value, names and places in lists; empty ones where unknown."""
    schema: Any = root
    for step in path:
        if isinstance(step, int):
            inner = schema.get("items") if isinstance(schema, Mapping) else None
        else:
            inner = properties_of(root, schema).get(step)
        schema = resolved(root, inner)
        yield schema if isinstance(schema, Mapping) else {}


def properties_at(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the fields of an object schema."""
    return tuple(properties_of(schema, schema))


def item_schema(root: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """
    Return the schema of the items of a list field, with the definitions of the form.

    None when the form has no list of that name.
    """
    schema = schema_at(root, name)
    if schema is None or json_type(schema) != "array":
        return None
    items = resolved(root, schema.get("items"))
    if not isinstance(items, Mapping):
        return {}
    return {"$defs": root.get("$defs", {}), **items}


def typed_data(root: Mapping[str, Any], data: Any) -> Any:
    """Return form data as expressions compute with it: exact numbers, dates as dates, lists as tuples."""
    return _typed(root, root, data, 0)


def _typed(root: Mapping[str, Any], schema: Any, data: Any, depth: int) -> Any:
    schema = resolved(root, schema)
    if depth > 2 * _MAX_DEPTH:
        return None
    if isinstance(data, Mapping):
        properties = properties_of(root, schema)
        return {
            str(key): _typed(root, properties.get(key), value, depth + 1)
            for key, value in data.items()
            if value is not None
        }
    if isinstance(data, list | tuple):
        items = schema.get("items") if isinstance(schema, Mapping) else None
        return tuple(_typed(root, items, value, depth + 1) for value in data)
    return _typed_scalar(schema, data)


def _typed_scalar(schema: Any, data: Any) -> Any:
    if isinstance(data, float):
        return _number(data)
    if isinstance(data, str) and isinstance(schema, Mapping) and schema.get("format") == "date":
        try:
            return date.fromisoformat(data)
        except ValueError:
            return data
    return data


def _number(value: float) -> int | Fraction | None:
    if not math.isfinite(value):
        return None
    exact = Fraction(repr(value))
    return exact.numerator if exact.denominator == 1 else exact
