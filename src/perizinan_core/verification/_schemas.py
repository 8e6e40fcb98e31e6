"""
Our published schemas: whether data fits one, and how it breaks it.

Faults are named by path and rule, never by the value, which may be someone's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from perizinan_core.i18n import N_, Clause

_MAX_FAULTS = 10
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2}(:\d{2}(\.\d{6})?)?)\Z"
)


@cache
def load_schema(name: str) -> Mapping[str, Any]:
    """
    Return a published JSON Schema of this package.

    Args:
        name: ``"permit"`` or ``"report"``.
    """
    file = resources.files("perizinan_core.verification") / "schemas" / f"{name}.schema.json"
    schema: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


def fits_schema(data: Any, name: str) -> bool:
    """Return True when `schema_faults` finds nothing in parsed JSON; that takes some microseconds."""
    fits: bool = _validator(name).is_valid(data)
    return fits


def schema_faults(data: Any, name: str) -> tuple[str, ...]:
    """
    Return how data breaks a schema, the first ten faults, each with its path and each once.

    Args:
        data: Parsed JSON.
        name: See `load_schema`; names of the schema may be shown, all others may be anything.
    """
    found = sorted(_validator(name).iter_errors(data), key=lambda error: list(map(str, error.instance_path)))
    names = frozenset(_properties(load_schema(name)))
    return tuple(dict.fromkeys(fault for error in found for fault in _faults(error, names)))[:_MAX_FAULTS]


@cache
def _validator(name: str) -> Any:
    from jsonschema_rs import Draft202012Validator

    formats = {"date": _is_day, "date-time": _is_moment}
    return Draft202012Validator(dict(load_schema(name)), formats=formats, validate_formats=True)


def _is_day(text: str) -> bool:
    """Return True for a day as we write it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return _MOMENT.match(text) is not None and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def path_of(place: Iterable[str | int], name: str) -> str:
    """Write a place as JSON path, up to the first name that the schema does not know."""
    return _path(place, frozenset(_properties(load_schema(name))))


def _faults(error: Any, names: frozenset[str]) -> Iterator[str]:
    kind, place = error.kind, error.instance_path
    path = _path(place, names)
    if kind.name == "anyOf" and error.instance is not None:
        # One of the choices is null: the other one is what was meant.
        for inner in kind.context[0]:
            yield from _faults(inner, names)
    elif kind.name == "required":
        yield Clause("{path} is missing", path=_path((*place, kind.property), names))
    elif kind.name == "const":
        yield Clause("{path} is not {words}", path=path, words=kind.expected_value)
    elif kind.name == "format":
        sentences = {
            "date": N_("{path} is not a day"),
            "date-time": N_("{path} is not a time with its offset"),
        }
        yield Clause(sentences[kind.format], path=path)
    elif kind.name == "enum":
        yield Clause("{path} is not one of {words}", path=path, words=", ".join(map(str, kind.options)))
    else:
        yield Clause("{path} breaks the rule {rule} of the schema", path=path, rule=kind.name)


def _path(place: Iterable[str | int], names: frozenset[str]) -> str:
    path = "$"
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part in names:
            path += f".{part}"
        else:
            break
    return path


def _properties(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", ())
    for item in (
        schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    ):
        yield from _properties(item)
