"""
Errors of reading QR codes from pictures.

::

    VerificationError
    └── QrImageError      a picture that cannot be opened, or is beyond the limits
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.verification import VerificationError
from perizinan_core.i18n import N_, translate

__all__ = ["QrImageError"]


@attrs.define(slots=False, eq=False)
class QrImageError(VerificationError):
    """A picture that cannot be searched for codes: no picture, damaged, or too large."""

    code: ClassVar[str] = "qr-image"
    sentence: ClassVar[str] = N_("Expected a photo of a QR code (PNG, JPEG, WebP or HEIC), but {problem}.")

    reason: str
    """Reason code of the report, e.g. ``image-too-many-pixels``."""

    problem: str
    """English msgid of a clause that says what to do; placeholders are ``limit`` and ``size``."""

    limit: int = attrs.field(kw_only=True, default=0)
    """The limit that was passed, in bytes or megapixels; 0 when none was."""

    size: int = attrs.field(kw_only=True, default=0)
    """What came, in the same unit; 0 when not known."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the clause."""
        return {"problem": translate(self.problem, language, limit=self.limit, size=self.size)}
