"""Data that are read from outside or from the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["WireFormatError"]


@attrs.define(slots=False, eq=False)
class WireFormatError(PerizinanError):
    """Data that should have been one of our values was not; every problem is named with its path."""

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: "wire-format",
        }
    )

    code: ClassVar[str] = "wire-format"
    sentence: ClassVar[str] = N_(
        "This is not a valid {kind}: {problems}. Compare it with the published schema and send it again."
    )

    kind: str
    """Name of the value that was expected."""

    problems: tuple[str, ...]
    """Each problem with its path, e.g. ``required field missing @ $.clock.limit``; never the data itself."""
