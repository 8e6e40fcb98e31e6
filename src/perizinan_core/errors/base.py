"""The root of every error of this library."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE, said, translate

__all__ = ["PerizinanError"]


_CLAUSES = {"problem", "problems", "reason"}
"""Fields that hold English clauses of ours, or what the operating system says."""


@attrs.define(slots=False, eq=False)
class PerizinanError(Exception):
    """
    Something that the caller or the user can put right.

    Subclasses are attrs classes: their fields are what a program needs to know, ``code`` is
    stable, and ``sentence`` is the English msgid, whose placeholders are the fields.
    ``str(error)`` is English, for logs and developers; `message` is what a person reads.
    """

    code: ClassVar[str] = "error"
    """Stable machine-readable name; part of the public interface."""

    sentence: ClassVar[str] = ""
    """English msgid: what was expected, what came, where, and what to do next."""

    def __attrs_post_init__(self) -> None:
        # BaseException keeps the arguments that pickling replays.
        self.args = tuple(getattr(self, field.name) for field in attrs.fields(type(self)))

    def details(self) -> dict[str, Any]:
        """Return the fields by name, as placeholders of the sentence and for machine-readable answers."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    def wording(self, language: str) -> dict[str, object]:
        """Return the placeholder values as people read them; override to translate or join other fields."""
        return {
            name: said(value, language)
            if name in _CLAUSES
            else ", ".join(map(str, value))
            if isinstance(value, (tuple, frozenset, list))
            else value
            for name, value in self.details().items()
        }

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return translate(self.sentence, language, **self.wording(language))

    def __str__(self) -> str:
        return self.message("en")
