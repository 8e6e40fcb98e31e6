"""Form data against the form's JSON Schema, reported to applicants in their words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import attrs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from perizinan_core.catalogue._expressions._schema import schemas_along
from perizinan_core.catalogue._extensions import has_format
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.errors.model import FormDataError, FormFault, InvalidIdentifierError, TextRefusedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_
from perizinan_core.model._extensions import Extensions, FormFormat
from perizinan_core.model._form_data import form_data, path_text
from perizinan_core.model._identifiers import parse_email
from perizinan_core.model._permit_type import PermitType

__all__ = ["FORMATS", "MAX_PROBLEMS", "MULTILINE", "FormProblem", "field_title", "satisfies", "validate_form"]

MAX_PROBLEMS = 200
"""Most problems that are named at once; a person corrects the first ones first."""

FORMATS = ("date", "email", "ipv4", "ipv6", "uuid", "regex")
"""Formats that are checked; a form that asks for another one is a problem of the catalogue."""

MULTILINE = "x-multiline"
"""Set to true in the schema of a text that may have several lines; every other text is one line."""

Path = tuple[str | int, ...]


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


def validate_form(
    permit_type: PermitType, data: Mapping[str, Any], *, absent: frozenset[str] = frozenset()
) -> tuple[FormProblem, ...]:
    """
    Return what keeps form data from being accepted, at most `MAX_PROBLEMS`; nothing when they are right.

    What is named in ``absent`` (`FormFields.absent`) does not apply, and is not missed.

    Formats (dates, e-mail addresses …) are checked. The limits on size, depth and number come first, and the
    work after them grows with the data and not with its square.

    Raises:
        HookError: ``plugin-expression``: a format of a plugin gave no answer.
    """
    schema = dict(permit_type.form_schema)
    try:
        form = form_data(data)
    except (FormDataError, TextRefusedError) as error:
        return (_not_kept(schema, error),)
    extensions = permit_type.extensions
    validator = _Validator(schema, format_checker=_formats_with(extensions))
    errors = sorted(
        validator.iter_errors(form), key=lambda error: [str(part) for part in error.absolute_path]
    )
    found: dict[tuple[str, str, str, str], FormProblem] = {}
    for problem in itertools.chain(
        (
            problem
            for error in errors
            for problem in _problems(schema, error, extensions)
            if problem.code != "required" or problem.path not in absent
        ),
        _text_problems(schema, form, ()),
    ):
        found.setdefault((problem.code, problem.path, problem.phrase.sentence, str(problem.phrase)), problem)
        if len(found) == MAX_PROBLEMS:
            break
    return tuple(found.values())


def _unique(
    _validator: object, wanted: object, instance: object, _schema: object
) -> Iterator[ValidationError]:
    """Judge ``uniqueItems`` in one walk; the library compares every entry with every other."""
    if wanted and isinstance(instance, list):
        seen = {json.dumps(_comparable(item), sort_keys=True) for item in instance}
        if len(seen) < len(instance):
            yield ValidationError("entries stand there twice")


def _comparable(value: Any) -> Any:
    """Write numbers so that those that JSON Schema calls equal look equal: 1 and 1.0, but not 1 and true."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    return value


# The library leaves this function without types.
_Validator = extend(Draft202012Validator, {"uniqueItems": _unique})  # type: ignore[no-untyped-call]


def satisfies(root: Mapping[str, Any], schema: Any, data: Any) -> bool:
    """Return whether data are as a part of a form, such as its ``if``, describes them."""
    if isinstance(schema, bool):
        return schema
    whole = {"$defs": root.get("$defs", {}), **schema}
    return bool(_Validator(whole, format_checker=_formats()).is_valid(data))


def _not_kept(schema: Mapping[str, Any], error: FormDataError | TextRefusedError) -> FormProblem:
    """Return the problem of data that are refused before the form is looked at."""
    if isinstance(error, TextRefusedError):
        fields = {**error.details(), "field": error.field}
        return FormProblem(error.fault, error.field, error.field, Phrase(error.fault_sentence, fields))
    if error.fault == FormFault.NUMBER:
        title = str(next(iter(schemas_along(schema, (error.path,))), {}).get("title", error.path))
        return FormProblem("type", error.path, title, Phrase(_TYPES["number"], {"field": title}))
    return FormProblem(error.fault, error.path, error.path, Phrase(error.fault_sentence, error.details()))


def _text_problems(schema: Mapping[str, Any], value: Any, path: Path) -> Iterator[FormProblem]:
    """Yield texts of blanks only, and texts of several lines where the form asks for one."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _text_problems(schema, item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _text_problems(schema, item, (*path, index))
    elif isinstance(value, str):
        if value and not value.strip():
            yield _problem(schema, "blank", path, N_("{field}: please fill this in"))
        elif "\n" in value and list(schemas_along(schema, path))[-1].get(MULTILINE) is not True:
            position = value.index("\n") + 1
            sentence = N_("{field}: write this in one line; there is a line break as character {position}")
            yield _problem(schema, "line-break", path, sentence, position=position)


@lru_cache(maxsize=1)
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=FORMATS)

    @checker.checks("date", raises=ValueError)
    def is_date(value: object) -> bool:
        return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))

    @checker.checks("email", raises=InvalidIdentifierError)
    def is_email(value: object) -> bool:
        return not isinstance(value, str) or bool(parse_email(value))

    return checker


def _formats_with(extensions: Extensions) -> FormatChecker:
    """Return the checker of our formats, and of those of plugins."""
    formats = tuple(extensions.formats())
    if not formats:
        return _formats()
    checker = FormatChecker()
    checker.checkers = dict(_formats().checkers)
    for name, offered, found in formats:
        checker.checks(name)(_check_of(name, offered.plugin, found))
    return checker


def _check_of(name: str, plugin: str, found: FormFormat) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or has_format(name, plugin, found, value)


def _problems(
    schema: Mapping[str, Any], error: ValidationError, extensions: Extensions
) -> Iterator[FormProblem]:
    keyword = str(error.validator)
    path: Path = tuple(error.absolute_path)
    instance: Any = error.instance
    if keyword in ("anyOf", "oneOf", "allOf", "if", "then", "else") and error.context:
        options = _titled_options(error.schema)
        if not options:
            # Of several alternatives, the problems of the one that came nearest help most.
            nearest = min(_by_branch(error), key=len)
            for inner in nearest:
                yield from _problems(schema, inner, extensions)
            return
    if keyword == "required":
        wanted: Any = error.validator_value
        for name in wanted:
            if name not in instance:
                yield _problem(schema, "required", (*path, name), N_("{field}: please fill this in"))
        return
    if keyword == "additionalProperties":
        described: Any = error.schema
        known = described.get("properties", {})
        for name in instance:
            if name not in known:
                sentence = N_("{field}: the form has no such field; leave it out")
                yield _problem(schema, keyword, (*path, name), sentence)
        return
    sentence, fields = _sentence(error, keyword, extensions)
    yield _problem(schema, keyword, path, sentence, **fields)


def _by_branch(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _problem(
    schema: Mapping[str, Any], code: str, path: Path, sentence: str, **fields: object
) -> FormProblem:
    title = field_title(schema, path)
    return FormProblem(
        code, path_text(path) if path else "", title, Phrase(sentence, {"field": title, **fields})
    )


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


def _sentence(error: ValidationError, keyword: str, extensions: Extensions) -> tuple[str, dict[str, object]]:
    value: Any = error.validator_value
    if keyword == "format":
        for name, _, found in extensions.formats():
            if name == value:
                return N_("{field}: {expected}"), {"expected": found.expected}
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


def field_title(schema: Mapping[str, Any], path: Path, language: str = "id") -> str:
    """Return the titles on the way to a field: ``Terop 1: Panjang (m)``."""
    english = "x-title-en" if language == "en" else "title"
    shown: list[str] = []
    for step, found in zip(path, schemas_along(schema, path), strict=True):
        if isinstance(step, int):
            shown[-1:] = [f"{shown[-1] if shown else ''} {step + 1}".strip()]
        else:
            shown.append(str(found.get(english) or found.get("title", step)))
    return ": ".join(shown) or str(schema.get("title", "formulir"))
