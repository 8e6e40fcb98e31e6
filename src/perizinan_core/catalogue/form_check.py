"""Form data against the form's JSON Schema, told to applicants in their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import attrs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from perizinan_core.catalogue.expressions.schema import schema_at
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_
from perizinan_core.model.permit_type import PermitType

__all__ = ["FormProblem", "validate_form"]


@attrs.frozen
class FormProblem:
    """One thing that is wrong in form data."""

    code: str
    """JSON Schema keyword that is broken, e.g. ``"required"``."""

    path: str
    """Where, e.g. ``terop[0].panjang``; the name of the missing field for ``required``."""

    title: str
    """The field as applicants know it."""

    phrase: Phrase

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``); it repeats no data of the form."""
        return self.phrase.to(language)


def validate_form(permit_type: PermitType, data: Mapping[str, Any]) -> tuple[FormProblem, ...]:
    """
    Return everything that keeps form data from being accepted; nothing when it is right.

    Formats (dates, e-mail addresses …) are checked. Numbers that are not finite are refused.
    """
    schema = dict(permit_type.form_schema)
    validator = Draft202012Validator(schema, format_checker=_formats())
    errors = sorted(
        validator.iter_errors(dict(data)), key=lambda error: [str(part) for part in error.absolute_path]
    )
    found = [problem for error in errors for problem in _problems(schema, error)]
    found += [
        FormProblem(
            "type",
            path,
            _title(schema, path),
            Phrase(N_("{field}: expected a number"), {"field": _title(schema, path)}),
        )
        for path in _not_finite(data, "")
    ]
    return tuple(problem for index, problem in enumerate(found) if problem not in found[:index])


@lru_cache(maxsize=1)
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=("date", "email", "ipv4", "ipv6", "uuid", "regex"))

    @checker.checks("date", raises=ValueError)
    def is_date(value: object) -> bool:
        return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))

    return checker


def _problems(schema: Mapping[str, Any], error: ValidationError) -> Iterator[FormProblem]:
    keyword = str(error.validator)
    path = _path_text(error.absolute_path)
    instance: Any = error.instance
    if keyword in ("anyOf", "oneOf", "allOf", "if", "then", "else") and error.context:
        options = _titled_options(error.schema)
        if not options:
            # Of several alternatives, the problems of the one that came nearest help most.
            nearest = min(_by_branch(error), key=len)
            for inner in nearest:
                yield from _problems(schema, inner)
            return
    if keyword == "required":
        wanted: Any = error.validator_value
        for name in wanted:
            if name not in instance:
                place = f"{path}.{name}" if path else name
                yield _problem(schema, "required", place, N_("{field}: please fill this in"))
        return
    if keyword == "additionalProperties":
        described: Any = error.schema
        known = described.get("properties", {})
        for name in instance:
            if name not in known:
                place = f"{path}.{name}" if path else name
                yield _problem(
                    schema, keyword, place, N_("{field}: the form has no such field; leave it out")
                )
        return
    sentence, fields = _sentence(error, keyword)
    yield _problem(schema, keyword, path, sentence, **fields)


def _by_branch(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _problem(schema: Mapping[str, Any], code: str, path: str, sentence: str, **fields: object) -> FormProblem:
    title = _title(schema, path)
    return FormProblem(code, path, title, Phrase(sentence, {"field": title, **fields}))


_TYPES = {
    "string": N_("{field}: expected a text"),
    "integer": N_("{field}: expected a whole number"),
    "number": N_("{field}: expected a number"),
    "boolean": N_("{field}: expected yes or no"),
    "array": N_("{field}: expected a list"),
    "object": N_("{field}: expected several fields"),
}
_FORMATS = {
    "date": N_("{field}: expected a date that exists, such as 2026-01-31"),
    "email": N_("{field}: expected an e-mail address"),
}
_LIMITS: dict[str, str] = {
    "minLength": N_("{field}: expected at least {limit} characters"),
    "maxLength": N_("{field}: expected at most {limit} characters"),
    "minimum": N_("{field}: expected {limit} or more"),
    "maximum": N_("{field}: expected {limit} or less"),
    "exclusiveMinimum": N_("{field}: expected more than {limit}"),
    "exclusiveMaximum": N_("{field}: expected less than {limit}"),
    "minItems": N_("{field}: expected at least {limit} entries"),
    "maxItems": N_("{field}: expected at most {limit} entries"),
    "multipleOf": N_("{field}: expected a multiple of {limit}"),
}


def _sentence(error: ValidationError, keyword: str) -> tuple[str, dict[str, object]]:
    value: Any = error.validator_value
    if keyword in _LIMITS:
        return _LIMITS[keyword], {"limit": value}
    if keyword in ("enum", "oneOf", "anyOf"):
        choices = value if keyword == "enum" else _titled_options(error.schema)
        return N_("{field}: choose one of {choices}"), {"choices": ", ".join(str(item) for item in choices)}
    if keyword == "const":
        return N_("{field}: expected {choices}"), {"choices": str(value)}
    kinds = [value] if isinstance(value, str) else value
    sentences = {
        "type": _TYPES.get(next((item for item in kinds if item != "null"), ""))
        if keyword == "type"
        else None,
        "format": _FORMATS.get(str(value)),
        "uniqueItems": N_("{field}: no entry may stand there twice"),
    }
    return sentences.get(keyword) or _OTHER, {}


_OTHER = N_("{field}: this is not filled in as expected; read the hint at the field and correct it")


def _titled_options(schema: Any) -> list[str]:
    options = schema.get("oneOf") or schema.get("anyOf") if isinstance(schema, Mapping) else None
    if not isinstance(options, list) or not all(
        isinstance(item, Mapping) and "const" in item for item in options
    ):
        return []
    return [str(item.get("title", item["const"])) for item in options]


def _path_text(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _title(schema: Mapping[str, Any], path: str) -> str:
    """Return the titles on the way to a field: ``Terop 1: Panjang (m)``."""
    current: Mapping[str, Any] = schema
    shown: list[str] = []
    for step in path.replace("[", ".[").split("."):
        if step.startswith("["):
            number = int(step[1:-1]) + 1
            shown[-1:] = [f"{shown[-1] if shown else ''} {number}".strip()]
            items = schema_at({**schema, "properties": {"x": current}}, "x") or {}
            inner = items.get("items")
            current = schema_at({**schema, "properties": {"x": inner}}, "x") or {} if inner else {}
        elif step:
            current = schema_at({"$defs": schema.get("$defs", {}), **current}, step) or {}
            shown.append(str(current.get("title", step)))
    return ": ".join(shown) or str(schema.get("title", "formulir"))


def _not_finite(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _not_finite(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _not_finite(item, f"{path}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path
