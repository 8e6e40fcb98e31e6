"""How data breaks one of our schemas: told by path and rule, never by the value, which may be somebody's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from perizinan_core.i18n import Clause

__all__ = ["path_of", "schema_faults"]

_MAX_FAULTS = 10


def schema_faults(errors: Iterable[Any], schema: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return what errors of ``jsonschema`` mean, the first ten of them, each with its path and each once.

    Args:
        errors: From ``iter_errors`` of a validator of ``schema``.
        schema: Its names may be told; all others may be anything.
    """
    found = sorted(errors, key=lambda error: list(map(str, error.absolute_path)))
    names = frozenset(_properties(schema))
    return tuple(dict.fromkeys(fault for error in found for fault in _faults(error, names)))[:_MAX_FAULTS]


def path_of(place: Iterable[str | int], schema: Mapping[str, Any]) -> str:
    """Write a place as JSON path, up to the first name that the schema does not know."""
    return _path(place, frozenset(_properties(schema)))


def _faults(error: Any, names: frozenset[str]) -> Iterator[str]:
    if error.validator == "anyOf" and error.instance is not None:
        # One of the choices is null: the other one is what was meant.
        for inner in error.context:
            if inner.relative_schema_path[0] == 0:
                yield from _faults(inner, names)
        return
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield Clause("{path} is missing", path=_path((*error.absolute_path, name), names))
        return
    path = _path(error.absolute_path, names)
    if error.validator == "const":
        yield Clause("{path} is not {words}", path=path, words=error.validator_value)
    elif error.validator == "enum":
        yield Clause("{path} is none of {words}", path=path, words=", ".join(map(str, error.validator_value)))
    else:
        yield Clause("{path} breaks the rule {rule} of the schema", path=path, rule=error.validator)


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
