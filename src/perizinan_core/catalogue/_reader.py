"""
Reads nodes into model values by the model's own annotations.

The YAML mirrors the classes of `perizinan_core.model`: every field of a class is a key, every
problem is collected with its place, and a part that has problems is left out of the result.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Union, get_args, get_origin

import attrs

from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._identifiers._base import Identifier
from perizinan_core.model._text import Source

__all__ = ["FAILED", "AssumedValue", "Reader", "came"]

FAILED: Final = object()
"""Stands for a value that could not be read; the problem is reported already."""

WRONG_VALUE = N_("expected {expected}, but got {came}; correct the value")
"""Sentence of the most common problem."""

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")

ALIASES: dict[str, dict[str, str]] = {"PermitType": {"tests": "scenarios"}}
"""Keys that the files call differently from the model: class → key → field."""


@attrs.frozen
class AssumedValue:
    """A legal value that its source leaves open; the office must confirm it."""

    file: str
    path: str
    line: int | None
    note: str
    """What is to be confirmed."""

    @property
    def place(self) -> str:
        """File, line and path in one."""
        line = f":{self.line}" if self.line is not None else ""
        return f"{self.file}{line} {self.path}"


Hook = Callable[["Reader", Node, "Source | None"], Any]


@attrs.define
class Reader:
    """Turns nodes into values; `problems` and `assumed` grow while it reads."""

    problems: Problems
    hooks: Mapping[Any, Hook]
    """Readers of classes with shorthands, by class."""

    assumed: list[AssumedValue] = attrs.field(factory=list)
    context: dict[str, Any] = attrs.field(factory=dict)
    """What hooks need to know, e.g. the shared tariff tables."""

    def read(self, kind: Any, node: Node, source: Source | None = None) -> Any:
        """
        Return the value of type ``kind`` that ``node`` holds, or `FAILED`.

        Args:
            kind: An annotation of the model.
            node: The value.
            source: The nearest source above, for parts that name none themselves.
        """
        hook = self.hooks.get(kind)
        if hook is not None:
            return hook(self, node, source)
        if kind in _SCALARS:
            return self._read_scalar(kind, node)
        if get_origin(kind) is not None:
            return self._read_container(kind, node, source)
        if issubclass(kind, Enum):
            return self._read_enum(kind, node)
        if issubclass(kind, Identifier):
            return self._read_identifier(kind, node)
        return self.read_class(kind, node, source)

    def _read_container(self, kind: Any, node: Node, source: Source | None) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._read_optional(kind, node, source)
        if origin in (tuple, frozenset):
            return self.read_list(kind, node, source)
        return self._read_mapping(get_args(kind)[1], node, source)

    def read_class(self, kind: Any, node: Node, source: Source | None = None) -> Any:
        """Return an attrs value from a mapping, or `FAILED`."""
        if not isinstance(node.value, dict):
            return self.wrong(node, Phrase(N_("keys and values ({names})"), {"names": _keys_text(kind)}))
        known = _fields_of(kind)
        aliases = ALIASES.get(kind.__name__, {})
        source = self._own_source(kind, node, source)
        values: dict[str, Any] = {}
        failed = False
        for key, child in node.mapping.items():
            name = aliases.get(key, key)
            if name == "source" and name not in known:
                continue  # the default for the parts below, read by _own_source
            if name not in known or key in aliases.values():
                names = (set(known) - set(aliases.values())) | set(aliases)
                self.problems.add(
                    child,
                    "unknown-key",
                    N_("unknown key {key!r}; {suggestion}"),
                    key=key,
                    suggestion=suggestion(key, names),
                )
                failed = True
                continue
            values[name] = self.read(known[name].kind, child, source)
            failed = failed or values[name] is FAILED
        failed = self._fill(known, values, node, source) or failed
        return FAILED if failed else self.construct(kind, values, node)

    def construct(self, kind: Any, values: Mapping[str, Any], node: Node) -> Any:
        """Return ``kind(**values)``, or report why the class refuses them and return `FAILED`."""
        try:
            return kind(**values)
        except (ValueError, TypeError, PerizinanError) as error:
            reason = _reason(error)
            field = reason.partition(":")[0]
            self.problems.add(
                node.at(field),
                "invalid-value",
                N_("the value is refused: {reason}; correct it"),
                reason=reason,
            )
            return FAILED

    def wrong(self, node: Node, expected: Phrase | str) -> Any:
        """Report that something else was expected at ``node``; return `FAILED`."""
        if isinstance(expected, str):
            expected = Phrase(expected)
        self.problems.add(node, "wrong-value", WRONG_VALUE, expected=expected, came=came(node))
        return FAILED

    def _own_source(self, kind: Any, node: Node, source: Source | None) -> Source | None:
        child = node.get("source")
        if child is None or kind is Source:
            return source
        # Where the class has the field, it is read again in its turn; neither list takes an entry twice.
        own = self.read(Source, child, None)
        return source if own is FAILED else own

    def _fill(
        self, known: Mapping[str, _Field], values: dict[str, Any], node: Node, source: Source | None
    ) -> bool:
        """Add inherited sources; report required keys that are missing and return True when one is."""
        failed = False
        for name, field in known.items():
            if name in values or not field.required:
                continue
            if field.kind is Source and source is not None:
                values[name] = source
                continue
            failed = True
            if field.kind is Source:
                self.problems.add(
                    node,
                    "missing-source",
                    N_(
                        "expected a source here or further up, but there is none; "
                        "add `source:` with the law and article, or `assumed: true` and a note"
                    ),
                )
            else:
                self.problems.add(node, "missing-key", N_("expected the key {key!r}; add it"), key=name)
        return failed

    def _read_optional(self, kind: Any, node: Node, source: Source | None) -> Any:
        inner = [item for item in get_args(kind) if item is not type(None)]
        if node.value is None:
            return None
        return self.read(inner[0], node, source)

    def read_list(self, kind: Any, node: Node, source: Source | None = None) -> Any:
        """Return a tuple or frozenset from a list, or `FAILED`."""
        if not isinstance(node.value, list):
            return self.wrong(node, N_("a list (lines that begin with a dash)"))
        values = [self.read(get_args(kind)[0], item, source) for item in node.items]
        if any(value is FAILED for value in values):
            return FAILED
        return get_origin(kind)(values)

    def _read_mapping(self, kind: Any, node: Node, source: Source | None) -> Any:
        if not isinstance(node.value, dict):
            return self.wrong(node, N_("keys and values"))
        if kind is Any:
            return node.plain()
        values = {key: self.read(kind, item, source) for key, item in node.mapping.items()}
        return FAILED if any(value is FAILED for value in values.values()) else values

    def _read_scalar(self, kind: Any, node: Node) -> Any:
        if kind is Any:
            return node.plain()
        value = _scalar(kind, node)
        return self.wrong(node, _SCALARS[kind]) if value is FAILED else value

    def _read_enum(self, kind: type[Enum], node: Node) -> Any:
        values = [str(item.value) for item in kind]
        if isinstance(node.value, str) and node.value in values:
            return kind(node.value)
        if isinstance(node.value, str):
            self.problems.add(
                node,
                "unknown-word",
                N_("{word!r} is not allowed here; {suggestion}"),
                word=node.value[:80],
                suggestion=suggestion(node.value, values),
            )
            return FAILED
        return self.wrong(node, Phrase(N_("one of {names}"), {"names": ", ".join(values)}))

    def _read_identifier(self, kind: type[Identifier], node: Node) -> Any:
        text = node.raw if node.raw is not None and not isinstance(node.value, bool) else node.value
        if not isinstance(text, str):
            return self.wrong(node, N_("a text"))
        try:
            return kind.parse(text)
        except PerizinanError as error:
            self.problems.add(
                node, "invalid-value", N_("the value is refused: {reason}; correct it"), reason=_reason(error)
            )
            return FAILED


def _scalar(kind: Any, node: Node) -> Any:
    """Return the scalar as ``kind``, or `FAILED` when it is another."""
    value = node.value
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    result: Any = FAILED
    if kind is str and isinstance(value, str):
        result = value
    elif kind is str and (is_number or isinstance(value, date)):
        result = node.raw  # taken as it stands in the file: 2026.10 keeps its zero where text is wanted
    elif kind is Decimal and is_number:
        result = Decimal(str(value))
    elif kind is int and is_number and isinstance(value, int):
        result = value
    elif kind is time and isinstance(value, str) and _CLOCK.match(value):
        result = time.fromisoformat(value)
    elif kind in (bool, date) and isinstance(value, kind):
        result = value
    return result


def came(node: Node) -> Phrase:
    """Return what was read at ``node``, in words."""
    value = node.value
    if isinstance(value, str):
        return Phrase(N_("the text {shown!r}"), {"shown": value if len(value) <= 60 else value[:59] + "…"})
    for kind, sentence in _CAME.items():
        if isinstance(value, kind):
            return Phrase(sentence, {"raw": node.raw})
    return Phrase(N_("nothing"))


_CAME: dict[type, str] = {
    dict: N_("keys and values"),
    list: N_("a list"),
    bool: N_("the word {raw}, which YAML reads as yes or no"),
    date: N_("the date {raw}"),
    int: N_("the number {raw}"),
    Decimal: N_("the number {raw}"),
}

_SCALARS: dict[Any, str] = {
    Any: N_("any value"),
    str: N_("a text (put true, false and null in quotes)"),
    bool: N_("true or false"),
    int: N_("a whole number"),
    Decimal: N_("a number such as 12.5"),
    date: N_("a date such as 2026-01-31 that exists"),
    time: N_("a time of day such as 07:30"),
}


@attrs.frozen
class _Field:
    name: str
    kind: Any
    required: bool


@lru_cache(maxsize=128)
def _fields_of(kind: Any) -> Mapping[str, _Field]:
    hints = typing.get_type_hints(kind)
    return {
        field.alias or field.name: _Field(
            field.alias or field.name, hints[field.name], field.default is attrs.NOTHING
        )
        for field in attrs.fields(kind)
        if field.init and field.metadata.get("from_file", True)
    }


def _keys_text(kind: Any) -> str:
    required = [name for name, field in _fields_of(kind).items() if field.required]
    return ", ".join(required or _fields_of(kind))


def _reason(error: Exception) -> str:
    if isinstance(error, PerizinanError):
        return error.message("en")
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.partition(" (_CountingAttr")[0].partition("\n")[0][:300]
