"""
Texts that people write, in the one form in which they are kept.

A text is brought into Unicode's NFC, with ordinary blanks, none at its ends and one between words, so that
two texts that look alike are alike. What would be invisible or turn the reading direction is refused
(`characters`), never dropped: a person has to see what was meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import attrs

from perizinan_core.errors.model import TextFault, TextRefusedError, character_name
from perizinan_core.i18n import N_
from perizinan_core.model._characters import is_blank, refused_characters
from perizinan_core.model._identifiers._contact import parse_email

__all__ = [
    "MAX_FILE_NAME",
    "MAX_LINE",
    "MAX_LINES",
    "check_file_name",
    "email_field",
    "file_name_field",
    "line_field",
    "lines_field",
    "one_line",
    "reasons_field",
    "several_lines",
]

MAX_LINE = 300
"""Most characters of a text of one line, such as a name or an address."""

MAX_LINES = 10_000
"""Most characters of a text of several lines, such as reasons or findings."""

MAX_FILE_NAME = 255
"""Most characters of the name of a file."""

_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_FILE_NAME = N_("Name of the file")
_REASON = N_("Reason")


def one_line(text: object, field: str, *, filled: bool = True, most: int = MAX_LINE) -> str:
    """
    Return a text of one line in the form in which it is kept.

    Args:
        text: What was handed in; may be anything.
        field: What it is called, an English msgid or the title of a field.
        filled: Whether it has to say something; where a rule of the workflow asks for it, that rule tells.
        most: Most characters.

    Raises:
        TextRefusedError: no text, blank, too long, with a line break, or with a character no one sees.
    """
    given = _text(text, field, most)
    for index, char in enumerate(given):
        if char in _BREAKS:
            raise _refused(field, TextFault.LINE_BREAK, char, index)
        if char == "\t":
            raise _refused(field, TextFault.CONTROL, char, index)
    kept = _normal(given, field)
    if filled and not kept:
        raise TextRefusedError(field, TextFault.EMPTY.value)
    return kept


def several_lines(text: object, field: str, *, most: int = MAX_LINES) -> str:
    """
    Return a text that may have several lines, and may be empty, in the form in which it is kept.

    Raises:
        TextRefusedError: no text, too long, or with a character no one sees.
    """
    given = _text(text, field, most).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "\n".join(_normal(line, field) for line in given.split("\n")).strip("\n")


def line_field(
    label: str, *, optional: bool = False, filled: bool = True, most: int = MAX_LINE, **kwargs: Any
) -> Any:
    """Return an attrs field for a text of one line (see `one_line`), or None where it is optional."""
    return _field(lambda text: one_line(text, label, filled=filled, most=most), optional=optional, **kwargs)


def lines_field(label: str, *, filled: bool = True, **kwargs: Any) -> Any:
    """Return an attrs field for a text of several lines (see `several_lines`)."""

    def check(text: object) -> str:
        kept = several_lines(text, label)
        if filled and not kept:
            raise TextRefusedError(label, TextFault.EMPTY.value)
        return kept

    return _field(check, optional=False, **kwargs)


def reasons_field() -> Any:
    """Return an attrs field for reasons, each a text of several lines; none by default."""

    def convert(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise TextRefusedError(_REASON, TextFault.NOT_TEXT.value, character=type(value).__name__)
        return tuple(several_lines(item, _REASON) for item in value)

    return attrs.field(default=(), converter=convert)


def file_name_field(**kwargs: Any) -> Any:
    """Return an attrs field for the name of a file (see `check_file_name`)."""
    return attrs.field(converter=check_file_name, repr=False, **kwargs)


def email_field(**kwargs: Any) -> Any:
    """Return an attrs field for an e-mail address, or None (see `identifiers.parse_email`)."""
    return _field(parse_email, optional=True, **kwargs)


def check_file_name(name: object) -> str:
    """
    Return the name of a file when it can be kept, shown and signed as it is.

    `documents.kept_name` makes such a name of whatever an upload is called.

    Raises:
        TextRefusedError: no text, empty, too long, or with a character no one sees.
    """
    given = _text(name, _FILE_NAME, MAX_FILE_NAME)
    for index, char in enumerate(given):
        if char in _BREAKS:
            raise _refused(_FILE_NAME, TextFault.LINE_BREAK, char, index)
    for index, char, fault in refused_characters(given):
        raise _refused(_FILE_NAME, fault, char, index)
    if not given.strip():
        raise TextRefusedError(_FILE_NAME, TextFault.EMPTY.value)
    return given


def _field(check: Callable[[Any], str], *, optional: bool, **kwargs: Any) -> Any:
    def convert(value: Any, field: attrs.Attribute[Any]) -> Any:
        try:
            return None if value is None and optional else check(value)
        except TextRefusedError as error:
            error.path = error.path or field.name
            raise

    if optional:
        kwargs.setdefault("default", None)
    return attrs.field(converter=attrs.Converter(convert, takes_field=True), **kwargs)


def _text(text: object, field: str, most: int) -> str:
    if not isinstance(text, str):
        raise TextRefusedError(field, TextFault.NOT_TEXT.value, character=type(text).__name__)
    if len(text) > most:
        raise TextRefusedError(field, TextFault.TOO_LONG.value, limit=most)
    return str(text)


def _normal(text: str, field: str) -> str:
    for index, char, fault in refused_characters(text):
        raise _refused(field, fault, char, index)
    if not text.isascii():
        text = "".join(" " if is_blank(char) else char for char in unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def _refused(field: str, fault: TextFault, char: str, index: int) -> TextRefusedError:
    return TextRefusedError(
        field=field, fault=fault.value, character=character_name(char), position=index + 1
    )
