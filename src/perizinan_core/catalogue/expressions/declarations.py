"""
Names, operators and functions that expressions may use, as the checker of the CEL library learns them.

The standard operators are declared anew, so that whole and decimal numbers mix and ``/`` never truncates;
see ``docs/reference/catalogue-format.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["FUNCTIONS", "MAX_TARIFF_KEYS", "environment_config", "type_text"]

MAX_TARIFF_KEYS = 5
"""Most key columns of a tariff table."""

_NUMBERS = ("int", "double")
_MIXED = [(left, right) for left in _NUMBERS for right in _NUMBERS]


def _operators() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name in ("_+_", "_-_", "_*_"):
        for pair in _MIXED:
            yield name, "int" if pair == ("int", "int") else "double", pair
    for pair in _MIXED:
        yield "_/_", "double", pair
    yield "_%_", "int", ("int", "int")
    for number in _NUMBERS:
        yield "-_", number, (number,)
    yield "_+_", "string", ("string", "string")
    yield "_+_", "list(A)", ("list(A)", "list(A)")
    for name in ("_+_", "_-_"):
        yield name, "date", ("date", "period")
    for name in ("_<_", "_<=_", "_>_", "_>=_"):
        for pair in (*_MIXED, ("date", "date"), ("string", "string")):
            yield name, "bool", pair
    for name in ("_==_", "_!=_"):
        for pair in (("A", "A"), ("int", "double"), ("double", "int")):
            yield name, "bool", pair
    for result, pair in (("A", ("A", "A")), ("double", ("int", "double")), ("double", ("double", "int"))):
        yield "_?_:_", result, ("bool", *pair)


def _functions() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "given_value", "bool", ("string",)
    for source in ("string", "date"):
        yield "date", "date", (source,)
    for unit in ("days", "weeks", "months", "years"):
        yield unit, "period", ("int",)
    for name in ("days_between", "months_begun"):
        yield name, "int", ("date", "date")
    for name in ("year", "month", "day_of_month"):
        yield name, "int", ("date",)
    for name in ("end_of_month", "end_of_year"):
        yield name, "date", ("date",)
    for name in ("earliest", "latest"):
        yield name, "date", ("date", "date")
    for name in ("min", "max"):
        for pair in _MIXED:
            yield name, "int" if pair == ("int", "int") else "double", pair
    for number in _NUMBERS:
        for name in ("floor", "ceil"):
            yield name, "int", (number,)
    for name in ("round_to", "round_up_to", "round_down_to"):
        for pair in _MIXED:
            yield name, "double", pair
    yield "sum", "double", ("list(dyn)",)
    for source in ("string", *_NUMBERS):
        yield "number", "double", (source,)
    for keys in range(MAX_TARIFF_KEYS + 1):
        yield "tariff", "double", ("string",) * (keys + 1)
        for number in _NUMBERS:
            yield "tariff", "double", (*("string",) * (keys + 1), number)
    for name, result in (("has_paper", "bool"), ("paper_expiry", "date")):
        yield name, result, ("string",)
        yield name, result, ("string", "int")
    yield "text", "string", ("dyn",)
    for number in _NUMBERS:
        yield "rupiah", "string", (number,)
        yield "words", "string", (number,)
    yield "words", "string", ("date",)
    yield "roman", "string", ("int",)
    yield "upper", "string", ("string",)
    yield "join", "string", ("list(string)", "string")
    yield "label", "string", ("string",)
    yield "item_label", "string", ("string",)


_OPERATORS = tuple(_operators())
FUNCTIONS = tuple(_functions())
"""Our functions: name, result type, argument types."""

_PARAMETER = {"type_name": "A", "is_type_param": True}


def _type(text: str) -> dict[str, Any]:
    if text == "A":
        return dict(_PARAMETER)
    if text.startswith("list("):
        return {"type_name": "list", "params": [_type(text[5:-1])]}
    if text == "list":
        return {"type_name": "list", "params": [_type("map")]}
    if text == "map":
        return {"type_name": "map", "params": [_type("string"), _type("dyn")]}
    return {"type_name": text}


def environment_config(variables: Mapping[str, str]) -> str:
    """Return the environment, as the YAML that the CEL library reads, for variables with their types."""
    overloads: dict[str, list[dict[str, Any]]] = {}
    for name, result, arguments in (*_OPERATORS, *FUNCTIONS):
        entries = overloads.setdefault(name, [])
        entries.append(
            {
                "id": f"{name}#{len(entries)}",
                "args": [_type(argument) for argument in arguments],
                "return": _type(result),
            }
        )
    operators = dict.fromkeys(name for name, _, _ in _OPERATORS)
    config = {
        "name": "perizinan",
        "stdlib": {
            "exclude_functions": [
                *({"name": name} for name in operators),
                *({"name": name} for name in _NOT_OFFERED),
            ]
        },
        "variables": [{"name": name, **_type(kind)} for name, kind in variables.items()],
        "functions": [{"name": name, "overloads": entries} for name, entries in overloads.items()],
    }
    return json.dumps(config)  # JSON is YAML too, and quick to write


_NOT_OFFERED = ("matches", "timestamp", "duration", "bytes", "uint", "type", "string", "double", "int", "dyn")


def type_text(kind: str) -> str:
    """Return a type of the library's messages in the words of our reference page."""
    return kind.replace("double", "number").replace("string", "text").replace("dyn", "any")
