"""
Which texts a letter prints, and which of them cannot be printed faithfully.

What nobody can see or read in order is refused here, by rule:

1. control characters, halves of characters, unassigned and private code points;
2. characters that turn the reading direction (the print and ``permit.json`` would differ to the eye);
3. invisible characters; a joiner (ZWJ, ZWNJ) is kept between letters of a script that uses it;
4. marks without a letter of their script before them, or more than `MAX_MARKS` on one letter.

Whether a font shows a character is not decided here: the compiler knows (see `typst_renderer`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import attrs

from perizinan_core.errors.rendering import UnprintableReason, UnprintableText
from perizinan_core.i18n import N_
from perizinan_core.model.letter import Letter
from perizinan_core.rendering.scripts import JOINED_SCRIPTS, mark_fits, script_of

__all__ = ["MAX_MARKS", "LetterText", "find_unprintable", "letter_texts", "no_glyph"]

MAX_MARKS = 4
"""Most marks on one letter; Arabic with full vowel signs needs three, Balinese syllables four."""

_SPACES = frozenset("\n\r\t")
_JOINERS = frozenset("\u200c\u200d")
_VISIBLE_FORMAT = frozenset(map(chr, (*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2)))
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x2028, 0x2029),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xE0000, 0xE1000),
        ),
    )
)


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
    "terms": N_("Terms"),
    "copies_to": N_("Copies"),
}
_ANNEX = N_("Annex")
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
    """Return what the rules of this module say against a text; an empty list when nothing."""
    if item.text.isascii() and item.text.isprintable():
        return []
    found: dict[UnprintableReason, set[str]] = {}
    base, marks = "", 0
    for index, char in enumerate(item.text):
        category = unicodedata.category(char)
        if category.startswith("M") and char not in _INVISIBLE:
            marks += 1
            reason = UnprintableReason.STRAY_MARK if marks > MAX_MARKS or not _fits(char, base) else None
        else:
            reason = _refusal(char, category, base, item.text[index + 1 : index + 2])
            if char not in _JOINERS:
                base, marks = char, 0
        if reason is not None:
            found.setdefault(reason, set()).add(char)
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


def _fits(mark: str, base: str) -> bool:
    return bool(base) and unicodedata.category(base)[0] in "LN" and mark_fits(mark, base)


def _refusal(char: str, category: str, before: str, after: str) -> UnprintableReason | None:
    if char in _SPACES or char in _VISIBLE_FORMAT:
        return None
    if char in _DIRECTION:
        return UnprintableReason.DIRECTION
    if char in _JOINERS and _joins(before, after):
        return None
    if char in _INVISIBLE or category == "Cf":
        return UnprintableReason.INVISIBLE
    if category.startswith("C"):
        return UnprintableReason.CONTROL
    return None


def _joins(before: str, after: str) -> bool:
    """Return True between two letters of one script that is written with joiners."""
    return (
        bool(before and after)
        and script_of(before) == script_of(after)
        and script_of(before) in JOINED_SCRIPTS
        and unicodedata.category(before)[0] == "L"
        and unicodedata.category(after)[0] in "LM"
    )
