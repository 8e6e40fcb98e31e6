"""
Functions and formats of plugins at work in a catalogue: which are to be had, which a type uses, and calling them.

A catalogue is read by the code of an authority's plugin; what other plugins offer reaches it through `offering`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import attrs

from perizinan_core.catalogue._rules import rules_of
from perizinan_core.errors.hooks import HookError
from perizinan_core.model._extensions import (
    VALUE_TYPES,
    ExpressionFunction,
    ExpressionsEntry,
    Extensions,
    FormFormat,
    Offered,
    UsedExtension,
)
from perizinan_core.model._permit_type import PermitType

__all__ = [
    "bind",
    "call_function",
    "extension_functions",
    "extensions_for",
    "fingerprint",
    "formats_in",
    "has_format",
    "keywords_in",
    "offering",
    "refuse_changed",
    "with_format_hints",
]

_OFFERED: ContextVar[Extensions | None] = ContextVar("offered_extensions", default=None)


@contextlib.contextmanager
def offering(extensions: Extensions) -> Iterator[None]:
    """Let catalogues that are read inside use these functions and formats."""
    token = _OFFERED.set(extensions)
    try:
        yield
    finally:
        _OFFERED.reset(token)


def extensions_for(entries: Iterable[ExpressionsEntry] | None) -> Extensions:
    """Return what a catalogue may use: the given sets, or where none are given those of the plugins."""
    if entries is None:
        return _OFFERED.get() or Extensions()
    return Extensions(tuple(Offered(plugin=item.name, entry=item) for item in entries))


def fingerprint(extensions: Extensions) -> bytes:
    """Return what tells one choice of sets from another, for checks that are remembered."""
    facts = [
        (
            item.plugin,
            str(item.used),
            [(one.name, one.arguments, one.result) for one in item.entry.functions],
            [one.name for one in item.entry.formats],
        )
        for item in extensions.offered
    ]
    return repr(sorted(facts)).encode()


def bind(permit_type: PermitType, extensions: Extensions) -> PermitType:
    """Return a permit type with those sets that it names anywhere: rather one too many than one too few."""
    texts = [rule.text for rule in rules_of(permit_type)]
    formats = {name.partition(".")[0] for _, name in formats_in(permit_type.form_schema)}
    used = [
        item.entry.name
        for item in extensions.offered
        if item.entry.name in formats
        or any(re.search(rf"\b{re.escape(item.entry.name)}\b", text) for text in texts)
    ]
    # Also the absent ones are kept: problems name the plugin that would offer what is missing.
    found = extensions.only(used)
    return attrs.evolve(permit_type, extensions=found) if used or found.absent else permit_type


def refuse_changed(permit_type: PermitType, frozen: tuple[UsedExtension, ...] | None) -> None:
    """
    Pass when a case may be judged by the sets that are there now; None: it was not submitted yet.

    Raises:
        HookError: ``expressions-changed``: it was submitted under others.
    """
    now = permit_type.extensions.used
    if frozen is not None and frozen != now:
        raise HookError(
            "expressions-changed",
            permit_type=f"{permit_type.code} {permit_type.version}",
            was=tuple(str(item) for item in frozen),
            now=tuple(str(item) for item in now),
        )


def extension_functions(extensions: Extensions) -> dict[str, Callable[..., Any]]:
    """Return the functions by the names that rules write."""

    def bound(name: str, offered: Offered, function: ExpressionFunction) -> Callable[..., Any]:
        return lambda *values: call_function(name, offered.plugin, function, values)

    return {name: bound(name, offered, function) for name, offered, function in extensions.functions()}


def call_function(name: str, plugin: str, function: ExpressionFunction, values: tuple[Any, ...]) -> Any:
    """
    Return what a function of a plugin gives.

    Raises:
        HookError: ``plugin-expression``: it raised, hung, or gave something else than it says; never a value of a rule.
    """
    given = [
        Fraction(value) if kind == "number" else value
        for kind, value in zip(function.arguments, values, strict=True)
    ]
    result = _answer(name, plugin, lambda: function.compute(*given))
    if not _is(result, function.result):
        raise _failed(name, plugin, f"returned {type(result).__name__}")
    return result


def has_format(name: str, plugin: str, found: FormFormat, text: str) -> bool:
    """Return whether a text has a format of a plugin; raises as `call_function`."""
    result = _answer(name, plugin, lambda: found.check(text))
    if not isinstance(result, bool):
        raise _failed(name, plugin, f"returned {type(result).__name__}")
    return result


def _answer(name: str, plugin: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (Exception, SystemExit) as error:
        # A call that was given up has a code of its own; of anything else the class alone is shown.
        code = None if isinstance(error, SystemExit) else getattr(error, "code", None)
        raise _failed(name, plugin, code if isinstance(code, str) else type(error).__name__) from error


def _failed(name: str, plugin: str, reason: object) -> HookError:
    return HookError("plugin-expression", plugin=plugin, name=name, reason=str(reason)[:80])


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or kind == "bool":
        return isinstance(value, bool) and kind == "bool"
    # A moment is a date to Python, and not to a rule.
    return type(value) in VALUE_TYPES[kind]


_DATA = frozenset({"const", "default", "enum", "examples"})
"""Keywords that hold values of applicants, and no schemas."""

_NAMED = frozenset({"$defs", "definitions", "properties", "patternProperties", "dependentSchemas"})
"""Keywords that hold schemas by names of their own."""


def formats_in(schema: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the place and the name of every format in a form."""
    for path, value in keywords_in(schema, "format"):
        if isinstance(value, str):
            yield path, value


def keywords_in(
    schema: Any, keyword: str, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the place and the value of a keyword wherever it stands in a form."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from keywords_in(item, keyword, (*path, index))
    elif isinstance(schema, Mapping):
        for name, item in schema.items():
            if name == keyword:
                yield (*path, name), item
            elif name in _NAMED and isinstance(item, Mapping):
                for inner, child in item.items():
                    yield from keywords_in(child, keyword, (*path, name, inner))
            elif name not in _DATA:
                yield from keywords_in(item, keyword, (*path, name))


def with_format_hints(permit_type: PermitType) -> dict[str, Any]:
    """
    Return the form of a permit type, with what each format of a plugin wants beside it.

    ``x-format-id`` and ``x-format-en`` are sentences for people, ``x-format-edition`` is the edition of the set.
    """
    known = {name: (offered, found) for name, offered, found in permit_type.extensions.formats()}
    places = {path[:-1]: known[name] for path, name in formats_in(permit_type.form_schema) if name in known}

    def copied(schema: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(schema, list | tuple):
            return [copied(item, (*path, index)) for index, item in enumerate(schema)]
        if not isinstance(schema, Mapping):
            return schema
        found = {name: copied(item, (*path, name)) for name, item in schema.items()}
        if path in places:
            offered, wanted = places[path]
            found["x-format-id"] = wanted.expected.to("id")
            found["x-format-en"] = wanted.expected.to("en")
            found["x-format-edition"] = offered.entry.edition
        return found

    return dict(copied(permit_type.form_schema, ())) if places else dict(permit_type.form_schema)
