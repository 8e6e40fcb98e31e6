"""What a letter says about one case: printed fields, object, place, annex; all as text."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions import Scope
from perizinan_core.catalogue._facts import Facts
from perizinan_core.catalogue._validity import Validity
from perizinan_core.model._letter import AnnexTable
from perizinan_core.model._letter_rule import LetterRule
from perizinan_core.model._permit_type import PermitType

__all__ = ["LetterContent", "letter_content"]


@attrs.frozen(kw_only=True)
class LetterContent:
    """The parts of a letter that depend on the case, in Bahasa Indonesia."""

    fields: tuple[tuple[str, str], ...]
    """Printed label and value, in printed order."""

    object: str
    """What the permit is for, in one line."""

    place: str | None = None
    annex: AnnexTable | None = None
    """A table, when there is more than one item."""


def letter_content(
    permit_type: PermitType, facts: Facts, validity: Validity, issued_on: date
) -> LetterContent:
    """
    Return what the letter of a case says.

    Args:
        permit_type: The frozen version.
        facts: The case.
        validity: From `find_validity`.
        issued_on: Local day of the letter.

    Raises:
        RuleError: ``rule-missing``: when the permit type has no letter.
        ExpressionError: when an expression has no result.
    """
    names: dict[str, Any] = {
        "issued_on": issued_on,
        "valid_from": validity.valid_from,
        "has_end": validity.valid_until is not None,
    }
    if validity.valid_until is not None:
        names["valid_until"] = validity.valid_until
    rules = CaseRules(permit_type, facts, issued_on, scope=Scope.LETTER, names=names)
    letter = permit_type.letter
    if letter is None:
        raise rules.missing("letter")
    fields = tuple(
        (str(field.label), rules.text(("letter", "fields", index, "value"), field.value))
        for index, field in enumerate(letter.fields)
        if rules.holds(("letter", "fields", index, "when"), field.when)
    )
    return LetterContent(
        fields=fields,
        object=_one_line(rules.text(("letter", "object"), letter.object)),
        place=None if letter.place is None else _one_line(rules.text(("letter", "place"), letter.place)),
        annex=_annex(rules, letter),
    )


def _annex(rules: CaseRules, letter: LetterRule) -> AnnexTable | None:
    name = letter.annex_items
    if name is None or not letter.annex_columns:
        return None
    count = len(rules.items(name))
    if count < 2:
        return None
    columns = list(enumerate(letter.annex_columns))
    rows = []
    for number in range(count):
        item = (name, number)
        row = []
        for index, column in columns:
            path = ("letter", "annex_columns", index)
            shown = rules.holds((*path, "when"), column.when, item=item)
            row.append(rules.text((*path, "value"), column.value, item=item) if shown else "–")
        rows.append(tuple(row))
    return AnnexTable(columns=tuple(str(column.label) for _, column in columns), rows=tuple(rows))


def _one_line(text: str) -> str:
    return " ".join(text.split())
