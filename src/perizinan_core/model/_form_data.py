"""
Form data before anyone looks at the form: JSON of a bounded size, with texts in one normal form.

A form is stored, compared, hashed and judged many times. So the limits come first, and each of them is
found in one walk over the data that stops where a limit is passed.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

import attrs

from perizinan_core.errors.model import FormDataError, FormFault, TextRefusedError, character_name
from perizinan_core.model._characters import is_blank, refused_characters

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_NAME", "MAX_VALUES", "form_data", "path_text"]

MAX_CHARACTERS = 200_000
"""Most characters of all texts and names together."""

MAX_VALUES = 5_000
"""Most values in all: texts, numbers, lists and groups of fields."""

MAX_DEPTH = 8
"""Most levels inside each other; the form itself is the first."""

MAX_NAME = 100
"""Most characters of a field's name."""

_EXACT = 2**53 - 1
"""Largest whole number that canonical JSON (RFC 8785) can hold."""

Path = tuple[str | int, ...]


def form_data(data: object) -> dict[str, Any]:
    """
    Return a copy of form data as they are kept: plain JSON, texts in Unicode's NFC with ordinary blanks.

    Days, moments and decimals become texts, as in every other wire shape of the library.

    Args:
        data: What a caller hands in; may be anything.

    Raises:
        FormDataError: not JSON, or larger, deeper or more than the limits of this module.
        TextRefusedError: a text holds a character that no one sees.
    """
    if not isinstance(data, Mapping):
        raise FormDataError(FormFault.NOT_A_FORM.value, "$", received=type(data).__name__)
    return dict(_Walk().fields(data, ()))


def path_text(path: Path) -> str:
    """Return a place as people read it: ``terop[0].panjang``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "$"


@attrs.define
class _Walk:
    """One walk over form data, with what it has counted so far."""

    values: int = 0
    characters: int = 0

    def fields(self, data: Mapping[Any, Any], path: Path) -> dict[str, Any]:
        self._deep(path)
        return {self._name(name, path): self.value(item, (*path, name)) for name, item in data.items()}

    def value(self, value: Any, path: Path) -> Any:
        self.values += 1
        if self.values > MAX_VALUES:
            _refuse(FormFault.TOO_MANY, (), limit=MAX_VALUES)
        if isinstance(value, Mapping):
            return self.fields(value, path)
        if isinstance(value, list | tuple):
            self._deep(path)
            return [self.value(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, str):
            return self._text(str(value), path)
        if isinstance(value, date | datetime):
            return value.isoformat()
        if isinstance(value, Decimal):
            return str(value)
        return _scalar(value, path)

    def _deep(self, path: Path) -> None:
        if len(path) >= MAX_DEPTH:
            _refuse(FormFault.TOO_DEEP, path, limit=MAX_DEPTH)

    def _name(self, name: object, path: Path) -> str:
        if (
            not isinstance(name, str)
            or not 0 < len(name) <= MAX_NAME
            or any(char in "\n\r\t" for char in name)
            or not unicodedata.is_normalized("NFC", name)
            or any(refused_characters(name))
        ):
            _refuse(FormFault.NAME, path, limit=MAX_NAME)
        self._count(name, path)
        return str(name)

    def _text(self, text: str, path: Path) -> str:
        self._count(text, path)
        if text.isascii() and text.isprintable():
            return text
        for index, char, fault in refused_characters(text):
            raise TextRefusedError(
                field=path_text(path),
                fault=fault.value,
                character=character_name(char),
                position=index + 1,
                path=f"form.{path_text(path)}",
            )
        normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        return "".join(" " if is_blank(char) or char == "\t" else char for char in normal)

    def _count(self, text: str, path: Path) -> None:
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            _refuse(FormFault.TOO_LARGE, path, limit=MAX_CHARACTERS)


def _scalar(value: Any, path: Path) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _EXACT:
            _refuse(FormFault.NUMBER, path)
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            _refuse(FormFault.NUMBER, path)
        return float(value)
    return _refuse(FormFault.NOT_JSON, path, received=type(value).__name__)


def _refuse(fault: FormFault, path: Path, *, received: str = "", limit: int = 0) -> NoReturn:
    raise FormDataError(fault.value, path_text(path), received=received, limit=limit)
