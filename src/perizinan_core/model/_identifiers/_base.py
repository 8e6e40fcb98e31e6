"""What all identifiers share: cleaning of typed text, masking, one way to refuse."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar, NoReturn, Self

import attrs

from perizinan_core.errors.model import InvalidIdentifierError, quoted
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = ["Identifier", "IdentifierWarning", "mask"]

# Spaces, dots, dashes of every width, and the invisible marks that messengers and PDF viewers
# put around copied numbers (zero-width, direction and byte-order marks).
_SEPARATORS = re.compile(
    r"[\s.\-\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2066-\u2069\u2212\ufeff]+"
)

_LONGEST_TEXT = 100
_SHOWN = 40
_DIGITS = re.compile(r"[0-9]+\Z")


@attrs.frozen
class IdentifierWarning:
    """Something unusual that does not make a number wrong: a person should look at it."""

    code: str
    """Stable word, e.g. ``"unknown-province"``."""

    sentence: str
    """English msgid for people; holds no part of the number beyond region codes."""

    subject: str = ""
    """What the sentence is about, for its ``{subject}`` placeholder."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return translate(self.sentence, language, subject=self.subject)


@attrs.frozen(repr=False)
class Identifier(ABC):
    """
    A checked number or code; the text of a wrong one cannot become an object.

    ``str()`` is the full value and belongs in storage and letters only. ``repr()`` of a personal
    number is masked, so that logs and tracebacks hold none.
    """

    kind: ClassVar[str]
    """Stable name, as in `InvalidIdentifierError.kind`."""

    personal: ClassVar[bool] = False
    """Whether the number is personal data (UU 27/2022) and must be masked."""

    remedy: ClassVar[str]
    """English msgid: what to do when the number is refused."""

    value: str
    """The canonical form, without separators unless the class says otherwise."""

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.value, str):
            self._refuse_type(self.value)
        self._check(self.value)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read what a person typed: spaces, dots and dashes are ignored.

        Args:
            text: The number as typed or copied.

        Raises:
            InvalidIdentifierError: when it cannot be right; the sentence says why.
            InvalidIdentifierError: ``identifier-not-text``: when it is not text.
        """
        return cls(cls._tidy(text))

    @property
    def masked(self) -> str:
        """The value as it may be shown to people who need not know it: ``***…1234``."""
        return mask(self.value) if self.personal else self.value

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.masked})"

    @classmethod
    def _tidy(cls, text: str) -> str:
        """Drop separators; refuse what is not text or far too long to be an identifier."""
        if not isinstance(text, str):
            cls._refuse_type(text)
        if len(text) > _LONGEST_TEXT:
            cls._refuse("length", text, N_("one number of at most 100 characters"))
        return _SEPARATORS.sub("", text)

    @classmethod
    @abstractmethod
    def _check(cls, value: str) -> None:
        """Raise unless ``value`` is canonical."""

    @classmethod
    def _check_digits(cls, value: str, count: int, expected: str) -> None:
        # ASCII only: str.isdigit also accepts superscripts and other scripts' digits.
        if not _DIGITS.match(value):
            cls._refuse("characters", value, expected)
        if len(value) != count:
            cls._refuse("length", value, expected)

    @classmethod
    def _refuse(cls, reason: str, value: str, expected: str, remedy: str | None = None) -> NoReturn:
        received = _masked_input(value) if cls.personal else quoted(value)
        raise InvalidIdentifierError(
            "invalid-identifier",
            kind=cls.kind,
            reason=reason,
            received=received,
            length=len(value),
            expected=expected,
            remedy=remedy or cls.remedy,
        )

    @classmethod
    def _refuse_type(cls, value: object) -> NoReturn:
        raise InvalidIdentifierError(
            "identifier-not-text",
            kind=cls.kind,
            reason="type",
            received=type(value).__name__,
            length=0,
            expected=N_("text"),
            remedy=N_("Pass the number as text: as a number it loses its leading zeros."),
        )


def mask(value: str) -> str:
    """Return ``***…`` and the last four characters; of fewer than eight characters nothing is shown."""
    return f"***…{value[-4:]}" if len(value) >= 8 else "***"


def _masked_input(value: str) -> str:
    # Long text is not a mistyped number; its end may be anything, such as a name.
    return mask(value) if len(value) <= _SHOWN else "***"
