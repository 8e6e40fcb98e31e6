"""From the text of a report to its data, and how its faults are named: by the path, never by the value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.i18n import Clause
from perizinan_core.verification.permit_data import load_schema
from perizinan_core.verification.strict_json import load_json

__all__ = ["broken_rules", "parse_report"]


def parse_report(data: object) -> Any:
    """
    Return the data of a report: plain JSON values, whatever came.

    Raises:
        ReportFormatError: when it is no JSON, or when a key comes twice.
    """
    if isinstance(data, str):
        text = data.encode("utf-8", "surrogatepass")
    elif isinstance(data, (bytes, bytearray, memoryview)):
        text = bytes(data)
    else:
        text = _written(data)
    try:
        return load_json(text)
    except ValueError as error:
        path = _doubled(text)
        problem = "it is no JSON" if path is None else Clause("{path} comes twice", path=path)
        raise ReportFormatError((problem,)) from error


def _written(data: object) -> bytes:
    """Write data as JSON, so that what JSON does not know cannot hide in it."""
    try:
        return json.dumps(dict(data) if isinstance(data, Mapping) else data, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ReportFormatError(("it is no JSON",)) from error


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys came twice."""

    doubled: str | None = None


def _doubled(text: bytes) -> str | None:
    """Return the path of a key that comes twice, or None when there is none or the text cannot be read."""

    def keep(pairs: list[tuple[str, Any]]) -> _Object:
        result = _Object()
        for name, value in pairs:
            if name in result:
                result.doubled = name
            else:
                result[name] = value
        return result

    try:
        pending: list[tuple[tuple[str | int, ...], Any]] = [((), json.loads(text, object_pairs_hook=keep))]
    except (ValueError, RecursionError):
        return None
    while pending:
        place, value = pending.pop()
        if isinstance(value, _Object):
            if value.doubled is not None:
                return _path((*place, value.doubled))
            pending += [((*place, name), item) for name, item in value.items()]
        elif isinstance(value, list):
            pending += [((*place, number), item) for number, item in enumerate(value)]
    return None


def broken_rules(error: Any) -> Iterator[str]:
    """Yield what an error of ``jsonschema`` means, each part with its path; the library repeats the value."""
    if error.validator == "anyOf" and error.instance is not None:
        # One of the choices is null: the other one is what was meant.
        for inner in error.context:
            if inner.relative_schema_path[0] == 0:
                yield from broken_rules(inner)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield Clause("{path} is missing", path=_path((*error.absolute_path, name)))
    elif error.validator == "const":
        yield Clause("{path} is not {words}", path=_path(error.absolute_path), words=error.validator_value)
    elif error.validator == "enum":
        words = ", ".join(map(str, error.validator_value))
        yield Clause("{path} is none of {words}", path=_path(error.absolute_path), words=words)
    else:
        sentence = "{path} breaks the rule {rule} of the schema"
        yield Clause(sentence, path=_path(error.absolute_path), rule=error.validator)


def _path(place: Iterable[str | int]) -> str:
    """Write a place as JSON path, up to the first name that the schema does not know: it may be anything."""
    path = "$"
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part in _names():
            path += f".{part}"
        else:
            break
    return path


@cache
def _names() -> frozenset[str]:
    return frozenset(_properties(load_schema("report")))


def _properties(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", ())
    for item in (
        schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    ):
        yield from _properties(item)
