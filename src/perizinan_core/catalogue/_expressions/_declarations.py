"""
Names, operators and functions that expressions may use, as the checker of the CEL library learns them.

The standard operators are declared again, so that whole and decimal numbers mix and ``/`` never truncates;
see ``docs/reference/catalogue-format.md``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from perizinan_core.model._extensions import Extensions

__all__ = ["BASE_NAMES", "FUNCTIONS", "MAX_TARIFF_KEYS", "environment_config", "signatures_of", "type_text"]

BASE_NAMES: dict[str, str] = {
    "applicant.kind": "string",
    "applicant.name": "string",
    "applicant.legal_form": "string",
    "applicant.village": "string",
    "applicant.district": "string",
    "applicant.address": "string",
    "applicant.has_nib": "bool",
    "applicant.has_npwp": "bool",
    "applicant.is_foreign": "bool",
    "application.kind": "string",
    "application.subtype": "string",
    "application.subtype_name": "string",
    "application.represented": "bool",
    "previous.exists": "bool",
    "previous.has_end": "bool",
    "previous.number": "string",
    "previous.type": "string",
    "previous.issued_on": "date",
    "previous.valid_until": "date",
    "today": "date",
}
"""Names that every expression may use, with their types; those of the form are added."""

MAX_TARIFF_KEYS = 5
"""Most key columns of a tariff table."""

# N stands for a whole or decimal number, each mix of which is an overload of its own; as a result it is
# whole when all arguments are. A stands for any one type.
_OPERATOR_TABLE = """
_+_(N, N) N | _-_(N, N) N | _*_(N, N) N | _/_(N, N) double | _%_(int, int) int | -_(N) N
_+_(string, string) string | _+_(list(A), list(A)) list(A)
_+_(date, period) date | _-_(date, period) date
_<_(N, N) bool | _<=_(N, N) bool | _>_(N, N) bool | _>=_(N, N) bool
_<_(date, date) bool | _<=_(date, date) bool | _>_(date, date) bool | _>=_(date, date) bool
_<_(string, string) bool | _<=_(string, string) bool | _>_(string, string) bool | _>=_(string, string) bool
_==_(A, A) bool | _==_(int, double) bool | _==_(double, int) bool
_!=_(A, A) bool | _!=_(int, double) bool | _!=_(double, int) bool
_?_:_(bool, A, A) A | _?_:_(bool, int, double) double | _?_:_(bool, double, int) double
"""

_FUNCTION_TABLE = """
given_value(string) bool
date(string) date | date(date) date
days(int) period | weeks(int) period | months(int) period | years(int) period
days_between(date, date) int | months_begun(date, date) int
year(date) int | month(date) int | day_of_month(date) int
end_of_month(date) date | end_of_year(date) date
earliest(date, date) date | latest(date, date) date
min(N, N) N | max(N, N) N | floor(N) int | ceil(N) int
round_to(N, N) double | round_up_to(N, N) double | round_down_to(N, N) double
sum(list(dyn)) double | number(string) double | number(N) double
has_paper(string) bool | has_paper(string, int) bool
paper_expiry(string) date | paper_expiry(string, int) date
text(dyn) string | rupiah(N) string | words(N) string | words(date) string | roman(int) string
upper(string) string | join(list(string), string) string
label(string) string | item_label(string) string
"""

Signature = tuple[str, str, tuple[str, ...]]


def _signatures(table: str) -> Iterator[Signature]:
    """Yield name, result type and argument types of each overload in a table."""
    for entry in table.replace("\n", "|").split("|"):
        if not entry.strip():
            continue
        head, _, result = entry.strip().rpartition(" ")
        name, _, rest = head.partition("(")
        arguments = rest.removesuffix(")").split(", ")
        choices = [("int", "double") if argument == "N" else (argument,) for argument in arguments]
        for chosen in itertools.product(*choices):
            number = "double" if "double" in chosen else "int"
            yield name, number if result == "N" else result, chosen


def _tariff_signatures() -> Iterator[Signature]:
    for keys in range(MAX_TARIFF_KEYS + 1):
        texts = ("string",) * (keys + 1)
        yield from (("tariff", "double", (*texts, *more)) for more in ((), ("int",), ("double",)))


def signatures_of(extensions: Extensions) -> tuple[Signature, ...]:
    """Return the overloads of the functions of plugins."""
    words = {"text": ("string",), "number": ("int", "double"), "date": ("date",), "bool": ("bool",)}
    return tuple(
        (name, words[function.result][-1], chosen)
        for name, _, function in extensions.functions()
        for chosen in itertools.product(*(words[kind] for kind in function.arguments))
    )


_OPERATORS = tuple(_signatures(_OPERATOR_TABLE))
FUNCTIONS = (*_signatures(_FUNCTION_TABLE), *_tariff_signatures())
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


def environment_config(variables: Mapping[str, str], more: tuple[Signature, ...] = ()) -> str:
    """
    Return the environment, as the YAML that the CEL library reads.

    Args:
        variables: With their types.
        more: Further functions, with their whole names.
    """
    overloads: dict[str, list[dict[str, Any]]] = {}
    for name, result, arguments in (*_OPERATORS, *FUNCTIONS, *more):
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
