"""
A quick yes for data that fits a JSON Schema; ``jsonschema`` says what is wrong with the rest.

Nearly every permit fits its schema, and finding that out took a quarter of the time of its
verification. An acceptor knows the few keywords that our own schemas use and is one-sided: True
means that ``jsonschema`` would accept too, False means only "ask ``jsonschema``".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Acceptor", "build_acceptor"]

Acceptor = Callable[[Any], bool]

_KINDS: Mapping[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
}
_READ = {
    *("$ref", "type", "const", "enum", "pattern", "minLength", "maxLength", "format", "minimum"),
    *("required", "properties", "prefixItems", "items", "minItems", "maxItems", "anyOf"),
}
_IGNORED = {"$schema", "$id", "$defs", "title", "description"}


def build_acceptor(schema: Mapping[str, Any], formats: Mapping[str, Acceptor]) -> Acceptor:
    """
    Return the acceptor of a schema.

    Args:
        schema: One of our own; references go to its ``$defs`` and never in a circle.
        formats: Name of a ``format`` → True for texts of that form.

    Raises:
        ValueError: when it uses a keyword that is not known here.
    """
    return _Builder(schema.get("$defs", {}), formats).build(schema)


class _Builder:
    def __init__(self, definitions: Mapping[str, Any], formats: Mapping[str, Acceptor]) -> None:
        self._definitions = definitions
        self._formats = formats

    def build(self, schema: Any) -> Acceptor:
        if schema is False:
            return _never
        unknown = schema.keys() - _READ - _IGNORED
        if unknown:
            raise ValueError(f"expected only keywords that an acceptor knows, got {sorted(unknown)}")
        parts = [
            part for build in (self._general, self._text, self._object, self._array) for part in build(schema)
        ]
        if len(parts) == 1:
            return parts[0]
        return lambda value: all([part(value) for part in parts])  # noqa: C419 - a list is quicker here

    def _general(self, schema: Mapping[str, Any]) -> list[Acceptor]:
        parts: list[Acceptor] = []
        if "$ref" in schema:
            parts.append(self.build(self._definitions[schema["$ref"].removeprefix("#/$defs/")]))
        if "type" in schema:
            kind = _KINDS[schema["type"]]
            parts.append(lambda value: type(value) is kind)
        if "const" in schema or "enum" in schema:
            # Texts only: numbers and booleans are equal in Python where they differ in JSON.
            allowed = frozenset(schema.get("enum", (schema.get("const"),)))
            parts.append(lambda value: type(value) is str and value in allowed)
        if "minimum" in schema:
            least = schema["minimum"]
            parts.append(lambda value: type(value) is int and value >= least)
        if "anyOf" in schema:
            choices = [self.build(item) for item in schema["anyOf"]]
            parts.append(lambda value: any(choice(value) for choice in choices))
        return parts

    def _text(self, schema: Mapping[str, Any]) -> list[Acceptor]:
        if not schema.keys() & {"minLength", "maxLength", "pattern", "format"}:
            return []
        least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
        search = re.compile(schema.get("pattern", "")).search
        fits = self._formats[schema["format"]] if "format" in schema else _always
        return [
            lambda value: (
                type(value) is str
                and least <= len(value) <= most
                and search(value) is not None
                and fits(value)
            )
        ]

    def _object(self, schema: Mapping[str, Any]) -> list[Acceptor]:
        if not schema.keys() & {"required", "properties"}:
            return []
        required = frozenset(schema.get("required", ()))
        properties = {name: self.build(item) for name, item in schema.get("properties", {}).items()}

        def accepts(value: Any) -> bool:
            return (
                type(value) is dict
                and required <= value.keys()
                and all(name not in properties or properties[name](item) for name, item in value.items())
            )

        return [accepts]

    def _array(self, schema: Mapping[str, Any]) -> list[Acceptor]:
        if not schema.keys() & {"prefixItems", "items", "minItems", "maxItems"}:
            return []
        first = [self.build(item) for item in schema.get("prefixItems", ())]
        rest = self.build(schema["items"]) if "items" in schema else _always
        least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))

        def accepts(value: Any) -> bool:
            return (
                type(value) is list
                and least <= len(value) <= most
                and all(
                    (first[place] if place < len(first) else rest)(item) for place, item in enumerate(value)
                )
            )

        return [accepts]


def _always(_value: Any) -> bool:
    return True


def _never(_value: Any) -> bool:
    return False
