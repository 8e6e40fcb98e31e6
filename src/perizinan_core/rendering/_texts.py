"""
Which texts a letter prints, and which of them cannot be printed faithfully.

What no one can see or read in order is refused by the rule for all texts (`model._characters`).

Whether a font shows a character is not decided here: the compiler knows (see `typst_renderer`).
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.errors.rendering import UnprintableReason, UnprintableText
from perizinan_core.i18n import N_
from perizinan_core.model._characters import MAX_MARKS, refused_characters
from perizinan_core.model._letter import Letter
from perizinan_core.model._scripts import script_of

__all__ = ["MAX_MARKS", "LetterText", "find_unprintable", "letter_texts", "no_glyph"]


@attrs.frozen
class LetterText:
    """One text of a letter with its place."""

    field: str
    """Path in the letter."""

    label: str
    """What a clerk calls it: the printed label, or an English msgid."""

    text: str = attrs.field(repr=False)


_STATEMENT = {
    "authority_name": N_("Name of the authority"),
    "title": N_("Title of the letter"),
    "number": N_("Number of the letter"),
    "receipt_number": N_("Receipt number"),
    "holder": N_("Name of the holder"),
    "object": N_("Object of the permit"),
    "place": N_("Location"),
    "validity_text": N_("Validity"),
    "previous_number": N_("Number of the previous permit"),
    "verification_url": N_("Address of the verification page"),
    "authority": N_("Code of the authority"),
    "permit_type": N_("Code of the permit type"),
    "permit_type_version": N_("Version of the permit type"),
    "statement_version": N_("Version of the statement"),
}
_SIGNATORY = {
    "title": N_("Title of the signatory"),
    "on_behalf_of": N_("Office on whose behalf the letter is signed"),
    "name": N_("Name of the signatory"),
    "rank": N_("Rank of the signatory"),
    "staff_number": N_("NIP of the signatory"),
    "legal_basis": N_("Legal basis of the delegation"),
    "position": N_("Code of the position"),
    "acting": N_("How the office is held"),
    "delegation": N_("Code of the delegation"),
}
_LETTER = {
    "government": N_("Name of the government in the letterhead"),
    "office": N_("Name of the office in the letterhead"),
    "address": N_("Address in the letterhead"),
    "contact": N_("Contact line in the letterhead"),
    "city": N_("Place of issue"),
    "subject": N_("Subject"),
    "footer": N_("Footer"),
}
_LISTS = {
    "considerations": N_("Considerations"),
    "legal_basis": N_("Legal basis"),
    "references": N_("What the office looked at"),
    "copies_to": N_("Copies"),
}
_ANNEX = N_("Annex")
_TERMS = N_("Terms")
_FIELD_LABEL = N_("Label of a printed field")


def letter_texts(letter: Letter) -> Iterator[LetterText]:
    """Yield every text that the letter prints or embeds, with its path and name."""
    statement = letter.statement
    yield from _named(statement, "statement.", _STATEMENT)
    yield from _named(statement.signatory, "statement.signatory.", _SIGNATORY)
    for index, (label, value) in enumerate(statement.fields):
        yield LetterText(f"statement.fields[{index}].label", _FIELD_LABEL, label)
        yield LetterText(f"statement.fields[{index}]", label, value)
    yield from _named(letter, "", _LETTER)
    for name, label in _LISTS.items():
        for index, text in enumerate(getattr(letter, name)):
            yield LetterText(f"{name}[{index}]", label, text)
    for index, term in enumerate(letter.terms):
        yield LetterText(f"terms[{index}]", _TERMS, term.text)
    if letter.annex is not None:
        for column, text in enumerate(letter.annex.columns):
            yield LetterText(f"annex.columns[{column}]", _ANNEX, text)
        for number, row in enumerate(letter.annex.rows):
            for column, text in enumerate(row):
                yield LetterText(f"annex.rows[{number}][{column}]", _ANNEX, text)


def _named(value: object, prefix: str, names: dict[str, str]) -> Iterator[LetterText]:
    for name, label in names.items():
        text = getattr(value, name)
        if text is not None:
            yield LetterText(prefix + name, label, text)


def find_unprintable(item: LetterText) -> list[UnprintableText]:
    """Return what the rule for characters says against a text; an empty list when nothing."""
    found: dict[UnprintableReason, set[str]] = {}
    for _index, char, fault in refused_characters(item.text):
        found.setdefault(UnprintableReason(fault.value), set()).add(char)
    return [_problem(item, reason, characters) for reason, characters in found.items()]


def no_glyph(item: LetterText, characters: set[str]) -> UnprintableText:
    """Return the problem of a text whose ``characters`` no font shows."""
    return _problem(item, UnprintableReason.NO_GLYPH, characters)


def _problem(item: LetterText, reason: UnprintableReason, characters: set[str]) -> UnprintableText:
    scripts = {script_of(char) for char in characters} - {""}
    return UnprintableText(
        field=item.field,
        label=item.label,
        reason=reason,
        characters=tuple(sorted(characters)),
        scripts=tuple(sorted(scripts)) if reason is UnprintableReason.NO_GLYPH else (),
    )
