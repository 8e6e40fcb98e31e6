"""Errors of calls: a value of another kind than the use case takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, said

__all__ = ["ArgumentError"]

_WORDS: Mapping[str, str] = {
    "NoneType": N_("nothing"),
    "str": N_("a text"),
    "int": N_("a whole number"),
    "float": N_("a number"),
    "bool": N_("yes or no"),
    "bytes": N_("bytes"),
    "dict": N_("fields with names"),
    "list": N_("a list"),
    "tuple": N_("a list"),
    "date": N_("a day"),
    "datetime": N_("a moment"),
}


@attrs.define(slots=False, eq=False)
class ArgumentError(PerizinanError):
    """A use case was called with a value of another kind; the value itself is not repeated."""

    code: ClassVar[str] = "argument"
    sentence: ClassVar[str] = N_(
        "{argument}: expected {expected}, but received {received}. Send it in this form and try again."
    )

    argument: str
    """Which argument, with the way inside it, e.g. ``applicant.nik``."""

    expected: str
    """Kind of value, in words, or as the reference of the Python API names it."""

    received: str
    """Kind of what was received, as Python names it."""

    def wording(self, language: str) -> dict[str, object]:
        """Return both kinds in ``language``, as far as there are words for them."""
        received = _WORDS.get(self.received, self.received)
        return {
            "argument": self.argument,
            "expected": said(self.expected, language),
            "received": said(received, language),
        }
