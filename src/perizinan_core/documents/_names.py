"""
Names that applicants give their files: kept as data, shown back safely, never used as a path.

A name such as ``"../../etc/passwd"`` or ``"CON"`` is harmless as long as no one opens it; what can hurt is
*showing* it: line breaks, terminal escapes, and bidirectional overrides that turn ``gpj.exe`` around.
"""

from __future__ import annotations

import unicodedata

from perizinan_core.model._characters import refused_characters
from perizinan_core.model._written import MAX_FILE_NAME

__all__ = ["MAX_DISPLAY_CHARACTERS", "display_name", "kept_name"]

MAX_DISPLAY_CHARACTERS = 120
"""Longer names are shortened in the middle, so that beginning and ending stay visible."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners belong to the spelling of Arabic, Javanese and Balinese script and of composed emoji.
_JOINERS = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"})
_MAX_MARKS = 6  # more marks on one letter is not a script but a name that paints over its neighbours
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
    return _shortened("".join(shown).strip(), limit) or _NAMELESS


def kept_name(file_name: str) -> str:
    """
    Return the name of an upload as it is kept, listed in receipts and signed.

    A name stays as it came, in NFC, wherever it can be written as canonical JSON and read again. What cannot
    be (halves of characters, NUL and other controls, marks that turn the reading direction, characters that
    no one sees) becomes U+FFFD, so that the receipt shows that something was there; a name of more than
    `MAX_FILE_NAME` characters loses its middle. An upload is never refused for its name.
    """
    text = unicodedata.normalize("NFC", file_name)
    bad = {index for index, _char, _fault in refused_characters(text)}
    shown = "".join(
        _REPLACEMENT if index in bad or char in "\n\r\t" else char for index, char in enumerate(text)
    )
    return _shortened(shown.strip(), MAX_FILE_NAME) or _NAMELESS


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    ending = min(_KEPT_ENDING, max(0, limit // 2 - 1))
    return f"{text[: limit - ending - 1]}…{text[len(text) - ending :]}"
