"""
Our published schemas: whether data fits one, and how it breaks it.

Faults are named by path and rule, never by the value, which may be someone's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    try:
        _quick(name)(data)
    except ValueError:
        return False
    return True


def schema_faults(data: Any, name: str) -> tuple[str, ...]:
    """
    Return how data breaks a schema, the first ten faults, each with its path and each once.

    Args:
        data: Parsed JSON.
        name: See `load_schema`; names of the schema may be shown, all others may be anything.
    """
    if fits_schema(data, name):
        return ()
    found = sorted(_thorough(name).iter_errors(data), key=lambda error: list(map(str, error.absolute_path)))
    names = frozenset(_properties(load_schema(name)))
    return tuple(dict.fromkeys(fault for error in found for fault in _faults(error, names)))[:_MAX_FAULTS]


@cache
def _quick(name: str) -> Callable[[Any], Any]:
    """Return what raises a `ValueError` for data that does not fit."""
    import fastjsonschema

    made: Callable[[Any], Any] = fastjsonschema.compile(
        _older(load_schema(name)), formats=_FORMATS, use_default=False
    )
    return made


@cache
def _thorough(name: str) -> Any:
    """Return what names every fault; loading it takes a quarter of a second, so only data with faults meets it."""
    from jsonschema import Draft7Validator, FormatChecker

    formats = FormatChecker(formats=())
    for kind, rule in _FORMATS.items():
        formats.checks(kind)(lambda value, rule=rule: not isinstance(value, str) or rule(value))
    return Draft7Validator(_older(load_schema(name)), format_checker=formats)


def _older(schema: Any) -> Any:
    """
    Return a schema of 2020-12 as draft 7 writes it, which both libraries read.

    Our schemas use one thing that was renamed (``prefixItems``), and patterns that end where the text ends: ``$``
    would let a line break pass in Python.
    """
    if isinstance(schema, list):
        return [_older(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _older(value) for key, value in schema.items() if key != "$schema"}
    if "prefixItems" in made:
        made["additionalItems"] = made.pop("items", True)
        made["items"] = made.pop("prefixItems")
    if isinstance(pattern := made.get("pattern"), str):
        made["pattern"] = pattern.removesuffix("$") + (r"\Z" if pattern.endswith("$") else "")
    return made


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


_FORMATS = {"date": _is_day, "date-time": _is_moment}


def path_of(place: Iterable[str | int], name: str) -> str:
    """Write a place as JSON path, up to the first name that the schema does not know."""
    return _path(place, frozenset(_properties(load_schema(name))))


def _faults(error: Any, names: frozenset[str]) -> Iterator[str]:
    rule, place = error.validator, error.absolute_path
    path = _path(place, names)
    if rule == "anyOf" and error.instance is not None:
        # One of the choices is null: the other one is what was meant.
        for inner in (item for item in error.context if item.schema_path[0] == 0):
            yield from _faults(inner, names)
    elif rule == "required":
        for missing in (item for item in error.validator_value if item not in error.instance):
            yield Clause("{path} is missing", path=_path((*place, missing), names))
    elif rule == "const":
        yield Clause("{path} is not {words}", path=path, words=error.validator_value)
    elif rule == "format":
        sentences = {
            "date": N_("{path} is not a day"),
            "date-time": N_("{path} is not a time with its offset"),
        }
        yield Clause(sentences[error.validator_value], path=path)
    elif rule == "enum":
        yield Clause(
            "{path} is not one of {words}", path=path, words=", ".join(map(str, error.validator_value))
        )
    else:
        yield Clause("{path} breaks the rule {rule} of the schema", path=path, rule=rule)


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
