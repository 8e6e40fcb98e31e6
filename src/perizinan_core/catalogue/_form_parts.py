"""The fields of a form as pages draw them: references followed, branches put in line, texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.catalogue._expressions._schema import choices_of, json_type, properties_of, resolved
from perizinan_core.catalogue._extensions import with_format_hints
from perizinan_core.catalogue._form_check import MULTILINE
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text

__all__ = ["FormChoice", "FormPart", "FormPartKind", "form_parts"]

_DEEPEST = 4
"""Most groups and lists inside each other that are drawn."""

_LONG = 300
"""From so many characters on a text gets a larger field."""

_LIMITS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"),
)  # fmt: skip


class FormPartKind(StrEnum):
    """What a part of a form asks for."""

    TEXT = "text"
    LINES = "lines"
    """A longer text."""
    EMAIL = "email"
    DATE = "date"
    WHOLE = "whole"
    """A whole number."""
    NUMBER = "number"
    RUPIAH = "rupiah"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of answers."""
    GROUP = "group"
    """Several fields, such as an address."""
    LIST = "list"
    """The same fields as often as needed."""


@attrs.frozen
class FormChoice:
    """One answer to choose."""

    value: Any
    """As the form data hold it."""

    label: Text


@attrs.frozen(kw_only=True)
class FormPart:
    """A field of a form, or a group of them."""

    name: str
    """Inside its group; empty for the entry of a list of plain values."""

    kind: FormPartKind
    title: Text
    help: Text | None = None
    unit: Text | None = None
    """Written behind a number; of rupiah, before it."""

    examples: tuple[str, ...] = ()
    limits: Mapping[str, int | float] = attrs.field(factory=dict)
    """Keywords of JSON Schema with their numbers, e.g. ``{"maximum": 100}``."""

    has_lines: bool = False
    """Whether a text may have several lines."""

    choices: tuple[FormChoice, ...] = ()
    parts: tuple[FormPart, ...] = ()
    """The fields of a group, or of each entry of a list."""

    is_plain: bool = False
    """Of a list: each entry is one value and not a group."""

    widget: str = ""
    """Name of a control that a plugin of a portal draws."""

    autocomplete: str = ""
    """Name under which browsers remember an answer (HTML)."""


def form_parts(permit_type: PermitType) -> tuple[FormPart, ...]:
    """Return the fields of a permit type's form, in its order; which of them apply says `form_fields`."""
    schema = with_format_hints(permit_type)
    return _fields(schema, schema, 0)


def _fields(root: Mapping[str, Any], schema: Any, depth: int) -> tuple[FormPart, ...]:
    return tuple(_part(root, name, child, depth) for name, child in properties_of(root, schema).items())


def _part(root: Mapping[str, Any], name: str, child: Any, depth: int) -> FormPart:
    found = resolved(root, child)
    schema: dict[str, Any] = dict(found) if isinstance(found, Mapping) else {}
    # What stands beside a reference says more than what it refers to.
    schema |= (
        {key: value for key, value in child.items() if key != "$ref"} if isinstance(child, Mapping) else {}
    )
    kind, choices = _kind(root, schema)
    parts: tuple[FormPart, ...] = ()
    plain = False
    if kind is FormPartKind.GROUP and depth < _DEEPEST:
        parts = _fields(root, schema, depth + 1)
    elif kind is FormPartKind.LIST and depth < _DEEPEST:
        items = resolved(root, schema.get("items", {}))
        plain = not isinstance(items, Mapping) or json_type(items) != "object"
        parts = (_part(root, "", items, depth + 1),) if plain else _fields(root, items, depth + 1)
    return FormPart(
        name=name,
        kind=kind,
        title=_text(schema, "title", "x-title-en") or Text(name or "…"),
        help=_help(schema),
        unit=_text(schema, "x-unit", "x-unit-en"),
        examples=tuple(
            str(item) for item in schema.get("examples", ()) if isinstance(item, str | int | float)
        ),
        limits={key: schema[key] for key in _LIMITS if isinstance(schema.get(key), int | float)},
        has_lines=schema.get(MULTILINE) is True,
        choices=choices,
        parts=parts,
        is_plain=plain,
        widget=str(schema.get("x-widget", "")),
        autocomplete=str(schema.get("x-autocomplete", "")),
    )


def _text(schema: Mapping[str, Any], key: str, english: str) -> Text | None:
    said = schema.get(key)
    return Text(str(said), schema.get(english)) if said else None


def _help(schema: Mapping[str, Any]) -> Text | None:
    """Return the description of a field, and what a format of a plugin wants."""
    own, wanted = (
        _text(schema, "description", "x-description-en"),
        _text(schema, "x-format-id", "x-format-en"),
    )
    if own is None or wanted is None:
        return own or wanted
    return Text(*(f"{own.to(to).rstrip('.')}. {wanted.to(to)}" for to in ("id", "en")))


def _kind(root: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[FormPartKind, tuple[FormChoice, ...]]:
    kind, choices = json_type(schema), _choices(schema)
    if kind == "array":
        items = resolved(root, schema.get("items", {}))
        choices = _choices(items) if isinstance(items, Mapping) else ()
        return (FormPartKind.CHOICES if choices else FormPartKind.LIST), choices
    if kind == "boolean":
        return FormPartKind.YES_NO, ()
    return (FormPartKind.CHOICE, choices) if choices else (_plain_kind(kind, schema), ())


def _plain_kind(kind: str | None, schema: Mapping[str, Any]) -> FormPartKind:
    if kind in ("integer", "number") and schema.get("x-unit") == "Rp":
        return FormPartKind.RUPIAH
    if kind in ("integer", "number", "object"):
        kinds = {"integer": FormPartKind.WHOLE, "number": FormPartKind.NUMBER, "object": FormPartKind.GROUP}
        return kinds[kind]
    if schema.get("format") in ("date", "email"):
        return FormPartKind(schema["format"])
    long = schema.get(MULTILINE) is True or schema.get("maxLength", 0) > _LONG
    return FormPartKind.LINES if long else FormPartKind.TEXT


def _choices(schema: Mapping[str, Any]) -> tuple[FormChoice, ...]:
    values = choices_of(schema)
    options = schema.get("oneOf") or schema.get("anyOf") or ()
    labels = {
        str(item["const"]): Text(str(item["title"]), item.get("x-title-en"))
        for item in options
        if isinstance(item, Mapping) and "const" in item and item.get("title")
    }
    return tuple(FormChoice(value, labels.get(str(value), Text(str(value) or "–"))) for value in values)
