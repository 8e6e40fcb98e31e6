"""
Names that applicants give their files: kept as data, shown back safely, never used as a path.

A name such as ``"../../etc/passwd"`` or ``"CON"`` is harmless as long as nobody opens it; what can hurt is
*showing* it: line breaks, terminal escapes, and bidirectional overrides that turn ``gpj.exe`` around.
"""

from __future__ import annotations

import unicodedata

__all__ = ["MAX_DISPLAY_CHARACTERS", "display_name"]

MAX_DISPLAY_CHARACTERS = 120
"""Longer names are shortened in the middle, so that beginning and ending stay visible."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners belong to the spelling of Arabic, Javanese and Balinese script and of composed emoji.
_JOINERS = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"})
_MAX_MARKS = 6  # more marks on one letter is no script, but a name that paints over its neighbours
_NAMELESS = "–"
_KEPT_ENDING = 24


def display_name(file_name: str, *, limit: int = MAX_DISPLAY_CHARACTERS) -> str:
    """
    Return ``file_name`` fit for a page, a terminal or a letter; the stored name stays as it came.

    Characters that cannot be seen (controls, bidirectional overrides, unpaired surrogates, unassigned) become
    U+FFFD, a pile of combining marks is cut, a long name loses its middle. The result is one line of at
    most ``limit`` characters and not empty. A page still has to escape it for HTML and isolate its direction
    (``<bdi>``), as for any text that a person wrote.
    """
    shown: list[str] = []
    marks = 0
    for character in file_name:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MAX_MARKS:
            continue
        hidden = category in _HIDDEN_CATEGORIES and character not in _JOINERS
        shown.append(_REPLACEMENT if hidden else character)
    text = "".join(shown).strip()
    if len(text) > limit:
        ending = min(_KEPT_ENDING, max(0, limit // 2 - 1))
        text = f"{text[: limit - ending - 1]}…{text[len(text) - ending :]}"
    return text or _NAMELESS
