"""
Letters that look like others: nothing is refused for them, but an officer should look twice.

A name in Javanese or Arabic script is a name. A name whose “a” is Cyrillic is found by no search, and made so
by someone. Flagged is, after Unicode Technical Standard 39 (mixed scripts, confusable characters):

1. letters of more than one script in one text;
2. a text wholly in a script whose letters look like Latin ones (Cyrillic, Greek, Armenian, and the scripts
   without a name here, such as Cherokee, Coptic and Lisu);
3. Latin letters that stand for others: full-width and mathematical forms, small capitals, dotless i, letters
   of phonetic alphabets;
4. digits among the letters of one word of a person's name, such as ``Bud1``.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from perizinan_core.i18n import N_
from perizinan_core.model._scripts import INHERITED, OTHER, script_of

__all__ = ["LookAlike", "find_lookalike"]

_LATIN = script_of("a")
_LIKE_LATIN = frozenset((script_of("\u0430"), script_of("\u03bf"), script_of("\u0561"), OTHER))
_EAST_ASIAN = frozenset((script_of("\u4e00"), script_of("\u3042"), script_of("\uac00")))
"""Scripts that are written together in one name."""

_LETTERS_OF_THEIR_OWN = frozenset("ßæœøđðþłŋħÆŒØĐÐÞŁŊĦ")
"""Latin letters that are not an ASCII letter with a mark, and that names are written with."""


class LookAlike(StrEnum):
    """Why an officer should look twice at a text."""

    MIXED = "mixed-scripts"
    FOREIGN = "looks-latin"
    UNUSUAL = "unusual-letters"
    DIGITS = "digits-in-words"

    @property
    def sentence(self) -> str:
        """English msgid; its placeholders are ``field`` and ``characters``."""
        return _SENTENCES[self]


_SENTENCES = {
    LookAlike.MIXED: N_(
        "“{field}” mixes letters of different scripts ({characters}). Compare it with the identity document."
    ),
    LookAlike.FOREIGN: N_(
        "“{field}” is written in a script whose letters look like Latin ones ({characters}). "
        "Compare it with the identity document."
    ),
    LookAlike.UNUSUAL: N_(
        "“{field}” holds letters that look like others ({characters}). Compare it with the identity document."
    ),
    LookAlike.DIGITS: N_(
        "“{field}” holds digits among letters ({characters}). Compare it with the identity document."
    ),
}


def find_lookalike(text: str, *, is_name: bool = False) -> tuple[LookAlike, tuple[str, ...]] | None:
    """
    Return the first reason to look twice and the characters in question, or None.

    Args:
        text: Already in the form in which it is kept.
        is_name: A person's name, in which digits are out of place.
    """
    letters = [char for char in text if unicodedata.category(char).startswith("L")]
    scripts = {script_of(char) for char in letters} - {INHERITED}
    if len(scripts) > 1 and not scripts <= _EAST_ASIAN:
        odd = [char for char in letters if script_of(char) != _LATIN] if _LATIN in scripts else letters
        return LookAlike.MIXED, _each(odd)
    if scripts & _LIKE_LATIN:
        return LookAlike.FOREIGN, _each(letters)
    unusual = [char for char in letters if script_of(char) == _LATIN and not _is_usual(char)]
    unusual += [char for char in letters if script_of(char) != _LATIN and _shown_as(char).isascii()]
    if unusual:
        return LookAlike.UNUSUAL, _each(unusual)
    if is_name:
        mixed = [word for word in text.split() if _has_both(word)]
        if mixed:
            return LookAlike.DIGITS, _each([char for word in mixed for char in word if char.isdecimal()])
    return None


def _is_usual(char: str) -> bool:
    decomposed = unicodedata.normalize("NFD", char)
    return decomposed[0].isascii() or char in _LETTERS_OF_THEIR_OWN


def _shown_as(char: str) -> str:
    return unicodedata.normalize("NFKD", char)


def _has_both(word: str) -> bool:
    return any(char.isalpha() for char in word) and any(char.isdecimal() for char in word)


def _each(characters: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(characters))
