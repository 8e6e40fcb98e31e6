"""
Which fields of a form apply to a case, and the form without the others.

A field applies by its ``x-when`` (a CEL condition), and by the branches of the schema that describe it (``if`` and
``then``, ``dependentSchemas`` …). What does not apply is not asked for, not judged, and left out when the application
is handed in. A condition sees the fields above it; one that cannot be decided yet does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions._schema import (
    WHEN,
    choices_of,
    json_type,
    properties_of,
    resolved,
)
from perizinan_core.catalogue._facts import Facts
from perizinan_core.catalogue._form_check import satisfies
from perizinan_core.errors.catalogue import ExpressionError
from perizinan_core.model._form_data import path_text
from perizinan_core.model._permit_type import PermitType

__all__ = ["FormFields", "form_fields", "is_conditional"]

Path = tuple[str | int, ...]

_BRANCHING = frozenset({WHEN, "if", "oneOf", "anyOf", "dependentSchemas", "dependentRequired"})


@attrs.frozen(kw_only=True)
class FormFields:
    """The fields of a form as they apply to one case; paths are written ``terop[0].panjang``."""

    form: Mapping[str, Any] = attrs.field(repr=False)
    """The data without those of fields that do not apply."""

    absent: frozenset[str] = frozenset()
    """Fields that do not apply."""

    required: frozenset[str] = frozenset()
    """Fields that have to be filled in."""

    left_out: tuple[str, ...] = ()
    """Fields that do not apply and hold something, in the order of the form."""


def form_fields(permit_type: PermitType, facts: Facts, day: date) -> FormFields:
    """
    Return the fields of a form as they apply to a case.

    Raises:
        HookError: ``plugin-expression``: a function of a plugin failed.
    """
    walk = _Walk(permit_type, facts, day, _copied(facts.form))
    walk.fields(permit_type.form_schema, walk.form, (), None)
    return FormFields(
        form=walk.form,
        absent=frozenset(walk.absent),
        required=frozenset(walk.required),
        left_out=tuple(walk.left_out),
    )


def is_conditional(schema: Any) -> bool:
    """Return whether some field of a form may not apply."""
    if isinstance(schema, Mapping):
        return any(
            (key in _BRANCHING and not _is_choice(schema)) or is_conditional(value)
            for key, value in schema.items()
        )
    return isinstance(schema, list) and any(is_conditional(item) for item in schema)


def _is_choice(schema: Mapping[str, Any]) -> bool:
    return bool(choices_of(schema)) and WHEN not in schema


@attrs.define
class _Walk:
    """One walk over a form, from top to bottom; what does not apply goes at once, so that later conditions miss it."""

    permit_type: PermitType
    facts: Facts
    day: date
    form: dict[str, Any]
    absent: list[str] = attrs.field(factory=list)
    required: list[str] = attrs.field(factory=list)
    left_out: list[str] = attrs.field(factory=list)
    _rules: CaseRules | None = None

    def fields(self, schema: Any, data: dict[str, Any], path: Path, item: tuple[str, int] | None) -> None:
        """Walk through the fields of one group."""
        root = self.permit_type.form_schema
        schema = resolved(root, schema)
        active, needed = _active(root, schema, data)
        for name, child in properties_of(root, schema).items():
            place = (*path, name)
            if name not in active or not self._holds(child, place, item):
                if self._leave_out(data, name, place, again=item is None):
                    active, needed = _active(root, schema, data)
                continue
            if name in needed:
                self.required.append(path_text(place))
            self._inside(child, data.get(name), place, item)

    def _inside(self, child: Any, value: Any, place: Path, item: tuple[str, int] | None) -> None:
        root = self.permit_type.form_schema
        found = resolved(root, child)
        kind = json_type(found) if isinstance(found, Mapping) else None
        if kind == "object":
            self.fields(found, value if isinstance(value, dict) else {}, place, item)
        elif kind == "array" and isinstance(value, list):
            # Items of lists inside items have no name that a condition could use.
            name = None if item is not None else ".".join(str(step) for step in place)
            for index, entry in enumerate(value):
                if isinstance(entry, dict):
                    bound = None if name is None else (name, index)
                    self.fields(found.get("items", {}), entry, (*place, index), bound)

    def _holds(self, child: Any, place: Path, item: tuple[str, int] | None) -> bool:
        text = child.get(WHEN) if isinstance(child, Mapping) else None
        if not isinstance(text, str):
            return True
        if self._rules is None:
            self._rules = CaseRules(self.permit_type, attrs.evolve(self.facts, form=self.form), self.day)
        try:
            return self._rules.holds(("form_schema", *place, WHEN), text, item=item)
        except ExpressionError:
            return False

    def _leave_out(self, data: dict[str, Any], name: str, place: Path, *, again: bool) -> bool:
        """Leave a field out; return whether it was there."""
        self.absent.append(path_text(place))
        if name not in data:
            return False
        if data.pop(name) not in (None, "", [], {}):
            self.left_out.append(path_text(place))
        if again:
            # For items that would be work by the square of their number: a condition sees an item as it was typed.
            self._rules = None
        return True


def _active(root: Mapping[str, Any], schema: Any, data: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Return the fields that a schema describes for these data, and those that it needs."""
    names, needed = set[str](), set[str]()
    for part in _parts(root, schema, data):
        names |= set(part.get("properties") or ())
        needed |= {name for name in part.get("required") or () if isinstance(name, str)}
        for name, more in (part.get("dependentRequired") or {}).items():
            needed |= set(more) if name in data else set()
    return names, needed


def _parts(root: Mapping[str, Any], schema: Any, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    schema = resolved(root, schema)
    if not isinstance(schema, Mapping):
        return
    yield schema
    for part in schema.get("allOf") or ():
        yield from _parts(root, part, data)
    if "if" in schema:
        branch = "then" if satisfies(root, schema["if"], data) else "else"
        yield from _parts(root, schema.get(branch), data)
    for name, part in (schema.get("dependentSchemas") or {}).items():
        if name in data:
            yield from _parts(root, part, data)
    for key in ("oneOf", "anyOf"):
        for part in schema.get(key) or ():
            if _agrees(root, part, data):
                yield from _parts(root, part, data)


def _agrees(root: Mapping[str, Any], part: Any, data: Mapping[str, Any]) -> bool:
    """Return whether an alternative is the one that is filled in: by the fields whose value it fixes."""
    found = resolved(root, part)
    fields = found.get("properties") if isinstance(found, Mapping) else None
    fixed = {
        name: choices_of(child)
        for name, child in (fields or {}).items()
        if isinstance(child, Mapping) and ("const" in child or "enum" in child)
    }
    return bool(fixed) and all(data.get(name) in allowed for name, allowed in fixed.items())


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _copied(item) for name, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list | tuple) else value
