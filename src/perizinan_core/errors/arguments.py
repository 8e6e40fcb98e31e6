"""Errors of calls: a value of another kind than the use case takes."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["ArgumentError"]


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
    """Kind of value, as the reference of the Python API names it."""

    received: str
    """Kind of what was received."""
