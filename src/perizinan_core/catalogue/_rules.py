"""Every expression of a permit type, with the place it stands at and what it must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from perizinan_core.catalogue._expressions import Scope
from perizinan_core.catalogue._expressions._schema import WHEN
from perizinan_core.model._permit_type import PermitType

__all__ = ["BOOL", "DATE", "NUMBER", "PRINTABLE", "Rule", "rules_of"]

BOOL = frozenset({"bool"})
NUMBER = frozenset({"int", "double"})
DATE = frozenset({"date"})
PRINTABLE = frozenset({"string", "int", "double", "date", "bool"})
"""Results that a letter can print."""


@attrs.frozen(kw_only=True)
class Rule:
    """An expression and its place."""

    path: tuple[str | int, ...]
    """Keys and indices from the top of the permit file."""

    text: str
    expects: frozenset[str]
    """Types that are right here; ``dyn`` always passes and is checked when the rule is used."""

    scope: str = Scope.CASE
    item: str | None = None

    @property
    def place(self) -> str:
        """The path as problems write it."""
        return path_text(self.path)


def path_text(path: tuple[str | int, ...]) -> str:
    """Return ``$.fee.components[0].formula`` for ``("fee", "components", 0, "formula")``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def rules_of(permit_type: PermitType) -> Iterator[Rule]:
    """Yield all expressions of a permit type in the order of its file."""
    if permit_type.not_required_when is not None:
        yield Rule(path=("not_required_when",), text=permit_type.not_required_when, expects=BOOL)
    yield from _field_rules(permit_type.form_schema, ("form_schema",), (), None)
    for index, requirement in enumerate(permit_type.requirements):
        place = ("requirements", index)
        if requirement.when is not None:
            yield Rule(path=(*place, "when"), text=requirement.when, expects=BOOL, item=requirement.per_item)
        for name, text in requirement.computed.items():
            yield Rule(
                path=(*place, "computed", name), text=text, expects=PRINTABLE, item=requirement.per_item
            )
    yield from _conditions("prerequisites", permit_type.prerequisites)
    yield from _conditions("stages", permit_type.stages)
    if permit_type.time_limit is not None:
        for index, case in enumerate(permit_type.time_limit.cases):
            yield Rule(path=("time_limit", "cases", index, "when"), text=case.when, expects=BOOL)
    yield from _fee_rules(permit_type)
    yield from _validity_rules(permit_type)
    yield from _letter_rules(permit_type)


def _field_rules(
    schema: Any, path: tuple[str | int, ...], names: tuple[str, ...], item: str | None
) -> Iterator[Rule]:
    """Yield the conditions of the fields of a group, and of the items of its lists."""
    fields = schema.get("properties") if isinstance(schema, Mapping) else None
    for name, child in (fields if isinstance(fields, Mapping) else {}).items():
        if not isinstance(child, Mapping):
            continue
        place = (*path, "properties", name)
        if isinstance(child.get(WHEN), str):
            yield Rule(path=(*place, WHEN), text=child[WHEN], expects=BOOL, item=item)
        yield from _field_rules(child, place, (*names, name), item)
        if item is None and isinstance(child.get("items"), Mapping):
            yield from _field_rules(child["items"], (*place, "items"), (), ".".join((*names, name)))


def _conditions(key: str, parts: tuple[object, ...]) -> Iterator[Rule]:
    for index, part in enumerate(parts):
        text = getattr(part, "when", None)
        if text is not None:
            yield Rule(path=(key, index, "when"), text=text, expects=BOOL)


def _fee_rules(permit_type: PermitType) -> Iterator[Rule]:
    for index, part in enumerate(permit_type.fee.components if permit_type.fee else ()):
        place = ("fee", "components", index)
        if part.when is not None:
            yield Rule(path=(*place, "when"), text=part.when, expects=BOOL, item=part.per_item)
        yield Rule(path=(*place, "formula"), text=part.formula, expects=NUMBER, item=part.per_item)


def _validity_rules(permit_type: PermitType) -> Iterator[Rule]:
    rule = permit_type.validity
    if rule is None:
        return
    for index, case in enumerate(rule.cases):
        place = ("validity", "cases", index)
        if case.when is not None:
            yield Rule(path=(*place, "when"), text=case.when, expects=BOOL, scope=Scope.VALIDITY)
        for key, text in (("start", case.start), ("until", case.until)):
            if text is not None:
                yield Rule(
                    path=(*place, key), text=text, expects=DATE, scope=Scope.VALIDITY, item=case.per_item
                )
    if rule.not_after is not None:
        yield Rule(path=("validity", "not_after"), text=rule.not_after, expects=DATE, scope=Scope.VALIDITY)


def _letter_rules(permit_type: PermitType) -> Iterator[Rule]:
    letter = permit_type.letter
    if letter is None:
        return
    for key, text in (("object", letter.object), ("place", letter.place)):
        if text is not None:
            yield Rule(path=("letter", key), text=text, expects=PRINTABLE, scope=Scope.LETTER)
    for key, fields, item in (
        ("fields", letter.fields, None),
        ("annex_columns", letter.annex_columns, letter.annex_items),
    ):
        for index, field in enumerate(fields):
            place = ("letter", key, index)
            yield Rule(
                path=(*place, "value"), text=field.value, expects=PRINTABLE, scope=Scope.LETTER, item=item
            )
            if field.when is not None:
                yield Rule(
                    path=(*place, "when"), text=field.when, expects=BOOL, scope=Scope.LETTER, item=item
                )
