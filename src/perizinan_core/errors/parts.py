"""The error of an installation that lacks what an office needs."""

from __future__ import annotations

import shlex
from typing import Any, ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["OfficePartMissingError"]


@attrs.define(slots=False, eq=False)
class OfficePartMissingError(PerizinanError, ImportError):
    """A package of the extra ``office`` is not installed; what verifies permits works without it."""

    code: ClassVar[str] = "office-part-missing"
    sentence: ClassVar[str] = N_(
        "This needs packages that only an office needs, and they are not installed here. "
        "Install them with: pip install {packages}"
    )

    packages: tuple[str, ...]
    """Requirements, as ``"typst>=0.15"``."""

    def wording(self, language: str) -> dict[str, Any]:
        """Return the requirements as a shell takes them."""
        del language
        return {"packages": shlex.join(self.packages)}
