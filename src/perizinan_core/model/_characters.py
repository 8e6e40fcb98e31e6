"""
Which characters a text that people write may hold. The one place for the rule: values refuse by it what is
handed in, and letters what would be printed.

What no one can see or read in order is refused:

1. control characters, halves of characters, unassigned and private code points;
2. characters that turn the reading direction (print and data would differ to the eye);
3. invisible characters; a joiner (ZWJ, ZWNJ) is kept between letters of a script that uses it;
4. marks without a letter of their script before them, or more than `MAX_MARKS` on one letter.

Line breaks and tabs are not judged here: whether a text may have several lines depends on its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from perizinan_core.errors.model import TextFault
from perizinan_core.model._scripts import JOINED_SCRIPTS, mark_fits, script_of

__all__ = ["MAX_MARKS", "is_blank", "refused_characters"]

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


def refused_characters(text: str) -> Iterator[tuple[int, str, TextFault]]:
    """Yield index, character and fault of every character that may not stand in a text, in order."""
    if text.isascii() and text.isprintable():
        return
    base, marks = "", 0
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        fault: TextFault | None
        if category.startswith("M") and char not in _INVISIBLE:
            marks += 1
            fault = TextFault.STRAY_MARK if marks > MAX_MARKS or not _fits(char, base) else None
        else:
            fault = _fault(char, category, base, text[index + 1 : index + 2])
            if char not in _JOINERS:
                base, marks = char, 0
        if fault is not None:
            yield index, char, fault


def is_blank(char: str) -> bool:
    """Return True for blanks of every width; line breaks and tabs are not blanks."""
    return unicodedata.category(char) == "Zs"


def _fits(mark: str, base: str) -> bool:
    return bool(base) and unicodedata.category(base)[0] in "LN" and mark_fits(mark, base)


def _fault(char: str, category: str, before: str, after: str) -> TextFault | None:
    if char in _SPACES or char in _VISIBLE_FORMAT:
        return None
    if char in _DIRECTION:
        return TextFault.DIRECTION
    if char in _JOINERS and _joins(before, after):
        return None
    if char in _INVISIBLE or category == "Cf":
        return TextFault.INVISIBLE
    if category.startswith("C"):
        return TextFault.CONTROL
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
