"""
What a fee will be, shown while a form is being filled in: line by line, with its article and how it is computed.

It judges nothing: what is not known yet is named as missing, and the assessment that counts is made at submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import attrs

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions import CompileFailure, Scope, environment
from perizinan_core.catalogue._expressions._names import named_fields
from perizinan_core.catalogue._expressions._schema import choices_of, item_schema, schema_at
from perizinan_core.catalogue._facts import Facts
from perizinan_core.catalogue._fees import assess_fee
from perizinan_core.errors.catalogue import ExpressionError
from perizinan_core.model._fees import FeeComponent, FeeKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Source, Text

__all__ = ["FeePreview", "FeePreviewLine", "deciding_fields", "preview_fee"]


@attrs.frozen(kw_only=True)
class FeePreviewLine:
    """One line of a fee that may still change."""

    label: Text
    amount: Rupiah
    refundable: bool = False
    source: Source
    """Law and article."""

    formula: Text
    """How it is computed, with the fields of the form as applicants know them."""


@attrs.frozen(kw_only=True)
class FeePreview:
    """What an application would cost if it were handed in as it stands."""

    kind: FeeKind
    lines: tuple[FeePreviewLine, ...] = ()
    rounding: int = 0
    """Rupiah that rounding adds to the lines."""

    total: Rupiah | None = None
    """None: something is missing that it depends on."""

    missing: tuple[Text, ...] = ()
    """Fields that have to be filled in before it can be computed."""

    note: Text | None = None
    source: Source


def preview_fee(permit_type: PermitType, facts: Facts, day: date) -> FeePreview | None:
    """
    Return what a case would cost, or None: the permit type has no rule for that.

    Args:
        permit_type: The version in force on ``day``.
        facts: The case, with a form that may be incomplete.
        day: Local day, whose tariffs are used.
    """
    rule = permit_type.fee
    if rule is None:
        return None
    known = FeePreview(kind=rule.kind, note=rule.note, source=rule.source)
    try:
        assessed = assess_fee(permit_type, facts, day)
    except ExpressionError:
        return attrs.evolve(known, missing=tuple(_missing(permit_type, facts)))
    components = {item.code: item for item in rule.components}
    lines = tuple(
        FeePreviewLine(
            label=line.label,
            amount=line.amount,
            refundable=line.refundable,
            source=components[line.code].source,
            formula=_readable(permit_type, components[line.code]),
        )
        for line in assessed.lines
    )
    return attrs.evolve(known, lines=lines, rounding=assessed.rounding, total=assessed.total)


def deciding_fields(permit_type: PermitType, text: str | None, item: str | None = None) -> tuple[str, ...]:
    """
    Return the fields that an expression of a permit type looks at, as ``form.luas`` or ``item.panjang``.

    Args:
        permit_type: Whose expression it is.
        text: The expression; None names no field.
        item: The list whose items are bound.
    """
    if text is None:
        return ()
    try:
        compiled = environment(permit_type.form_schema, Scope.CASE, item, permit_type.extensions).compile(
            text
        )
    except CompileFailure:
        return ()
    return named_fields(compiled.tree)


def _missing(permit_type: PermitType, facts: Facts) -> Iterator[Text]:
    """Yield the fields that fees depend on and that are not filled in, or not in a way that can be computed with."""
    schema, seen = permit_type.form_schema, set[str]()
    rules = CaseRules(permit_type, facts, date.min)
    for component in permit_type.fee.components if permit_type.fee else ():
        items = rules.items(component.per_item) if component.per_item else (None,)
        for text in (component.when, component.formula):
            for name in deciding_fields(permit_type, text, component.per_item):
                root, _, field = name.partition(".")
                within = schema if root == "form" else item_schema(schema, component.per_item or "") or {}
                places = (facts.form,) if root == "form" else items
                if name not in seen and any(not _fits(within, field, place) for place in places):
                    seen.add(name)
                    yield _title(within, field)


def _fits(schema: Mapping[str, Any], name: str, data: Any) -> bool:
    value = data
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value in (None, "", [], ()):
        return False
    kind = (schema_at(schema, name) or {}).get("type")
    return kind not in ("integer", "number", "boolean") or not isinstance(value, str)


def _title(schema: Mapping[str, Any], name: str) -> Text:
    found = schema_at(schema, name) or {}
    return Text(str(found.get("title") or name), found.get("x-title-en"))


_WORDS = {
    "&&": ("dan", "and"), "||": ("atau", "or"), "==": ("=", "="), "!=": ("≠", "≠"), "*": ("×", "×"), "/": ("÷", "÷"),
    "<=": ("≤", "≤"), ">=": ("≥", "≥"), "!": ("bukan ", "not "),
    "tariff": ("tarif", "tariff"), "days_between": ("hari antara", "days between"), "size": ("jumlah", "number of"),
    "sum": ("jumlah", "sum"), "min": ("terkecil dari", "least of"), "max": ("terbesar dari", "greatest of"),
    "round_up_to": ("dibulatkan ke atas", "rounded up"), "round_down_to": ("dibulatkan ke bawah", "rounded down"),
    "round_to": ("dibulatkan", "rounded"), "ceil": ("dibulatkan ke atas", "rounded up"),
    "floor": ("dibulatkan ke bawah", "rounded down"), "months_begun": ("bulan berjalan", "months begun"),
}  # fmt: skip
"""What formulas write, and what people read instead."""

_TOKENS = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')|(?P<field>\b(?:form|item)(?:\.[A-Za-z_]\w*)+)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[*/!])|(?P<number>\d{4,})"""
)


def _readable(permit_type: PermitType, component: FeeComponent) -> Text:
    """Return a formula with the titles of fields and the words of people."""
    schema = permit_type.form_schema
    items = item_schema(schema, component.per_item) or {} if component.per_item else {}

    def said(language: str, match: re.Match[str]) -> str:
        if match["field"]:
            root, _, name = match["field"].partition(".")
            return _title(schema if root == "form" else items, name).to(language)
        if match["number"]:
            return f"{int(match['number']):,}".replace(",", ".")
        if match["text"]:
            return _named(permit_type, match["text"][1:-1], language)
        known = _WORDS.get(match[0])
        return known[language == "en"] if known else match[0]

    written = " ".join(component.formula.split())
    in_words = [_TOKENS.sub(partial(said, language), written) for language in ("id", "en")]
    return Text(*in_words)


def _named(permit_type: PermitType, text: str, language: str) -> str:
    """Return the label of a tariff table or of an answer, where a text is the code of one."""
    for table in permit_type.fee.tariffs if permit_type.fee else ():
        if table.code == text:
            return table.label.to(language)
    for child in permit_type.form_schema.get("properties", {}).values():
        if isinstance(child, Mapping) and text in choices_of(child):
            for option in child.get("oneOf", ()):
                if option.get("const") == text and "title" in option:
                    return Text(str(option["title"]), option.get("x-title-en")).to(language)
    return text
