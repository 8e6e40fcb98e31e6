"""Compiles expressions for one permit type: parsed and type-checked by Google's CEL library, then by us."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import attrs

from perizinan_core._parts import office_part
from perizinan_core.catalogue._expressions._declarations import (
    BASE_NAMES,
    FUNCTIONS,
    Signature,
    environment_config,
    signatures_of,
    type_text,
)
from perizinan_core.catalogue._expressions._schema import field_types, item_schema
from perizinan_core.catalogue._expressions._tree import Expr, decode
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._extensions import Extensions

__all__ = [
    "MAX_CHARACTERS",
    "CompileFailure",
    "Compiled",
    "Environment",
    "Scope",
    "environment",
]

MAX_CHARACTERS = 2_000
"""Longest expression."""

_SCOPES: dict[str, dict[str, str]] = {
    "case": {},
    "validity": {"issued_on": "date"},
    "letter": {"issued_on": "date", "valid_from": "date", "valid_until": "date", "has_end": "bool"},
}


class Scope:
    """Where an expression stands, which decides about the names it may use."""

    CASE = "case"
    VALIDITY = "validity"
    LETTER = "letter"


class CompileFailure(Exception):  # noqa: N818 - reported with the other problems of the file
    """An expression that the checker refuses."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(str(phrase))
        self.phrase = phrase


@attrs.frozen
class Compiled:
    """A checked expression."""

    text: str
    tree: Expr
    result: str
    """Result type in small letters: bool, int, double, string, date, dyn …"""


# A string literal, or has(a.b) outside of one: the library's checker would take the
# declared variable a.b for the whole macro, so the question is asked by a function of ours.
_TOKENS = re.compile(
    r"""(?P<string>[rRbB]{0,2}(?:\"(?:\\.|[^"\\])*\"|'(?:\\.|[^'\\])*'))"""
    r"""|\bhas\(\s*(?P<path>(?:form|item|previous|applicant|application)(?:\.[A-Za-z_]\w*)+)\s*\)"""
)


def _ask_by_function(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        path = match["path"]
        return f'given_value("{path}")' if path else match[0]

    return _TOKENS.sub(replace, text)


@attrs.frozen(eq=False)
class Environment:
    """The names of one permit type, ready to compile."""

    names: Mapping[str, str]
    """Declared names with their types."""

    _native: Any = attrs.field(repr=False)

    def compile(self, text: str) -> Compiled:
        """
        Return the checked expression.

        Raises:
            CompileFailure: when it is too long, no CEL, or has a wrong type.
        """
        return _compile(self, text)


@lru_cache(maxsize=4096)
def _compile(environment: Environment, text: str) -> Compiled:
    if len(text) > MAX_CHARACTERS:
        raise CompileFailure(
            Phrase(N_("it is longer than {maximum} characters"), {"maximum": MAX_CHARACTERS})
        )
    if not text.strip():
        raise CompileFailure(Phrase(N_("it is empty")))
    try:
        native = environment._native.compile(_ask_by_function(text))  # noqa: SLF001 - same module
        return Compiled(text, decode(native.serialize()), _type_name(native.return_type()))
    except (UnicodeEncodeError, TypeError) as error:  # lone surrogates are not text to the library
        raise CompileFailure(Phrase(N_("it holds characters that are not valid"))) from error
    except (RuntimeError, ValueError) as error:
        raise CompileFailure(_explain(str(error))) from error


def _type_name(kind: Any) -> str:
    return str(kind.name()).lower()


_FUNCTION_NAMES = frozenset(name for name, _, _ in FUNCTIONS)
_OVERLOAD = re.compile(r"found no matching overload for '(?P<name>[^']*)' applied to '(?P<types>.*)'")
_UNDECLARED = re.compile(r"undeclared reference to '(?P<name>[^']*)'")
_POSITION = re.compile(r"ERROR: <input>:-?[0-9]+:(?P<column>-?[0-9]+): (?P<reason>[^\n]*)")


def _explain(message: str) -> Phrase:
    """Turn the library's message into a sentence of ours; an unusual one is quoted."""
    if "recursion" in message:
        return Phrase(N_("its parentheses and operators are nested too deeply; split it or use sum([…])"))
    undeclared = _UNDECLARED.search(message)
    if undeclared and undeclared["name"] in _FUNCTION_NAMES:
        return Phrase(
            N_("the function {function} takes another number of values"), {"function": undeclared["name"]}
        )
    if undeclared:
        return Phrase(N_("the name {name} is not known"), {"name": undeclared["name"]})
    overload = _OVERLOAD.search(message)
    if overload:
        name = overload["name"].strip("_@").replace("_", " ")
        types = type_text(overload["types"]).replace("*error*", "?")
        return Phrase(N_("{name} does not go together with {types}"), {"name": name, "types": types})
    position = _POSITION.search(message)
    reason = position["reason"] if position else message.partition("\n")[0]
    return Phrase(N_("it is not CEL: {reason}"), {"reason": reason[:200]})


@attrs.frozen(eq=False)
class _Identity:
    """A mapping as cache key: the same object, not an equal one (mappings have no hash)."""

    value: Mapping[str, Any]

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.value is self.value


@lru_cache(maxsize=256)
def _as_text(schema: _Identity) -> str:
    return json.dumps(schema.value, sort_keys=True, default=str)


def environment(
    form_schema: Mapping[str, Any],
    scope: str = Scope.CASE,
    item: str | None = None,
    extensions: Extensions = Extensions(),  # noqa: B008 - a frozen value
) -> Environment:
    """
    Return the environment for the expressions of one form; equal forms share one.

    Args:
        form_schema: The form's JSON Schema.
        scope: A value of `Scope`.
        item: Name of the list whose items are bound to ``item``, or None.
        extensions: Functions of plugins.
    """
    return _environment(_as_text(_Identity(form_schema)), scope, item, signatures_of(extensions))


@lru_cache(maxsize=256)  # about 0.3 MB each
def _environment(schema_text: str, scope: str, item: str | None, more: tuple[Signature, ...]) -> Environment:
    schema = json.loads(schema_text)
    names = {**BASE_NAMES, **_SCOPES[scope], "form": "map"}
    names |= {f"form.{field.name}": field.cel for field in field_types(schema)}
    if item is not None:
        names |= {"item": "map", "item_number": "int"}
        fields = field_types(item_schema(schema, item) or {})
        names |= {f"item.{field.name}": field.cel for field in fields}
    cel = office_part("cel_expr_python.cel")
    native = cel.NewEnv(config=cel.NewEnvConfigFromYaml(environment_config(names, more)))
    return Environment(names, native)
