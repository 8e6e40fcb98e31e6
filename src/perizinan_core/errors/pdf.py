"""Reading PDF files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["PdfStructureError"]


@attrs.define(slots=False, eq=False)
class PdfStructureError(PerizinanError):
    """Bytes that are not a well-formed PDF. Nothing is repaired: a repaired file is another file."""

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: "pdf-structure",
        }
    )

    code: ClassVar[str] = "pdf-structure"
    sentence: ClassVar[str] = N_(
        "Expected a well-formed PDF, but at byte {offset} {fault}. Ask for the file again as it "
        "was issued, not printed or saved again."
    )

    fault: str
    """English clause that says what is wrong; shown as it is."""

    offset: int
    """Position in bytes from the start of the file."""
