"""
Errors of what people write: texts that cannot be kept or printed as they are, and form data without bounds.

::

    PerizinanError
    ├── TextRefusedError       a text with a character that nobody sees, in a wrong place, or too long
    ├── FormDataError          form data that are not JSON, too large, too deep or too many
    └── ApplicantKindError     an organisation that says it is a person
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "ApplicantKindError",
    "FormDataError",
    "FormFault",
    "TextFault",
    "TextRefusedError",
    "character_name",
]


class TextFault(StrEnum):
    """What is wrong with a text that a person wrote."""

    NOT_TEXT = "not-text"
    """A number, a list or nothing, where a text belongs."""
    EMPTY = "empty"
    """Nothing, or blanks only."""
    TOO_LONG = "too-long"
    LINE_BREAK = "line-break"
    """A line break where the letter has one line."""
    CONTROL = "control"
    """Control characters, halves of characters, unassigned and private code points."""
    INVISIBLE = "invisible"
    """Characters that nobody sees: two texts that look alike would differ."""
    DIRECTION = "direction"
    """Characters that turn the reading direction: print and data would say different things."""
    STRAY_MARK = "stray-mark"
    """Accents or vowel signs without a letter of their script, or piled up."""


_SENTENCES: dict[TextFault, str] = {
    TextFault.NOT_TEXT: N_(
        "“{field}”: expected a text, but received a value of type {character}. Send a text."
    ),
    TextFault.EMPTY: N_("“{field}” is empty or holds only blanks. Fill it in."),
    TextFault.TOO_LONG: N_("“{field}” is longer than {limit} characters. Shorten it."),
    TextFault.LINE_BREAK: N_(
        "“{field}” holds a line break ({character}) as character {position}, but it must be one line. "
        "Write it in one line."
    ),
    TextFault.CONTROL: N_(
        "“{field}” holds a control character ({character}) as character {position}. "
        "Type the text again instead of copying it from another program."
    ),
    TextFault.INVISIBLE: N_(
        "“{field}” holds an invisible character ({character}) as character {position}. "
        "Type the text again instead of copying it from another program."
    ),
    TextFault.DIRECTION: N_(
        "“{field}” holds a character that turns the reading direction ({character}) as character {position}. "
        "Remove it; Arabic text needs none of them."
    ),
    TextFault.STRAY_MARK: N_(
        "“{field}” holds an accent or vowel sign that belongs to no letter ({character}) as character {position}. "
        "Type the word again."
    ),
}


def character_name(char: str) -> str:
    """Return a character as errors name it: ``U+200B ZERO WIDTH SPACE``."""
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()


@attrs.define(slots=False, eq=False)
class TextRefusedError(PerizinanError):
    """A text that a person wrote cannot be kept as it is; the text itself is not repeated."""

    code: ClassVar[str] = "text-refused"
    sentence: ClassVar[str] = N_("“{field}” cannot be kept as it is ({fault}).")

    field: str
    """What it is called: an English msgid such as ``"Name"``, or the title of a form field."""

    fault: str
    """`TextFault` value."""

    character: str = ""
    """The first character that is refused, as ``U+200B ZERO WIDTH SPACE``; of what is not text, its type."""

    position: int = 0
    """Where it is, counted from 1; 0 when the whole text is meant."""

    limit: int = 0
    """Most characters, where the text is too long."""

    @property
    def fault_sentence(self) -> str:
        """English msgid for this fault; its placeholders are the fields."""
        return _SENTENCES[TextFault(self.fault)]

    def wording(self, language: str) -> dict[str, object]:
        """Translate the name of the field."""
        return {**super().wording(language), "field": translate(self.field, language)}

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence of the fault."""
        return translate(self.fault_sentence, language, **self.wording(language))


class FormFault(StrEnum):
    """What is wrong with form data before anybody looks at the form."""

    NOT_JSON = "not-json"
    NOT_A_FORM = "not-a-form"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY = "too-many"
    NUMBER = "number"
    NAME = "name"


_FORM_SENTENCES: dict[FormFault, str] = {
    FormFault.NOT_JSON: N_(
        "Form data: expected texts, numbers, yes or no, lists and fields, but received {received} in {path}. "
        "Send the data as JSON."
    ),
    FormFault.NOT_A_FORM: N_(
        "Form data: expected fields with their names, but received {received}. Send the fields as a JSON object."
    ),
    FormFault.TOO_LARGE: N_(
        "Form data: expected at most {limit} characters in all, but there are more. Shorten the texts in {path}."
    ),
    FormFault.TOO_DEEP: N_(
        "Form data: expected at most {limit} levels inside each other, but {path} is deeper. "
        "Send the fields as the form has them."
    ),
    FormFault.TOO_MANY: N_(
        "Form data: expected at most {limit} values in all, but there are more. "
        "Send only the fields that the form has."
    ),
    FormFault.NUMBER: N_(
        "Form data: {path} is a number that cannot be kept exactly. Write a smaller number, or a text."
    ),
    FormFault.NAME: N_(
        "Form data: expected names of fields of at most {limit} visible characters, but received another one "
        "in {path}. Send only the fields that the form has."
    ),
}


@attrs.define(slots=False, eq=False)
class FormDataError(PerizinanError):
    """Form data that no form can accept; the data are not repeated."""

    code: ClassVar[str] = "form-data"
    sentence: ClassVar[str] = N_("Form data cannot be kept: {fault} in {path}.")

    fault: str
    """`FormFault` value."""

    path: str
    """Where, e.g. ``terop[0].panjang``; ``$`` for the whole."""

    received: str = ""
    """Type of what was received."""

    limit: int = 0
    """The limit that was passed, where there is one."""

    @property
    def fault_sentence(self) -> str:
        """English msgid for this fault; its placeholders are the fields."""
        return _FORM_SENTENCES[FormFault(self.fault)]

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence of the fault."""
        return translate(self.fault_sentence, language, **self.wording(language))


@attrs.define(slots=False, eq=False)
class ApplicantKindError(PerizinanError):
    """An organisation of a kind that organisations cannot have."""

    code: ClassVar[str] = "applicant-kind"
    sentence: ClassVar[str] = N_(
        "Expected a kind of organisation, but received “{received}”. Choose the kind, or apply as a person."
    )

    received: str
    """What was received, shortened."""
