"""Texts of strangers on a terminal: shown, never obeyed."""

from __future__ import annotations

from rich.text import Text

__all__ = ["COLOURS", "foreign_text"]

COLOURS = {"good": "green", "bad": "red", "open": "yellow"}
"""Of the tones in which an answer is given."""


def foreign_text(text: str, style: str = "") -> Text:
    r"""
    Return a text that may come from a file that no one vouches for, as rich prints it.

    Escape sequences, control characters and marks that turn the direction of reading are written out
    (``\x1b``, ``\u202e``): the name of a signer or a file must not draw an answer of its own. Line ends stay.
    """
    return Text("".join(map(_visible, text)), style=style)


def _visible(char: str) -> str:
    if char == "\n" or char.isprintable():
        return char
    return char.encode("unicode_escape").decode("ascii")
