"""
Errors of judging signed PDFs that need not be permits.

::

    VerificationError
    ├── TrustRootsError             roots that cannot be read
    └── SignaturesNotAcceptedError  raised by `require_valid_signatures`: anything short of valid
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from perizinan_core.errors.verification import VerificationError
from perizinan_core.i18n import N_

__all__ = ["SignaturesNotAcceptedError", "TrustRootsError"]


@attrs.define(slots=False, eq=False)
class TrustRootsError(VerificationError):
    """Roots that cannot be read: without them nothing may be judged."""

    code: ClassVar[str] = "trust-roots"
    sentence: ClassVar[str] = N_(
        "Expected root certificates (PEM, DER, a folder of them, or a trust store), but in {source} {problem}. "
        "Give the file as the certification authority publishes it."
    )

    source: str
    """Name of the file or folder, without its path."""

    problem: str
    """English clause."""


@attrs.define(slots=False, eq=False)
class SignaturesNotAcceptedError(VerificationError):
    """Raised by `require_valid_signatures` on anything short of ``valid``; carries the whole report."""

    code: ClassVar[str] = "signatures-not-accepted"
    sentence: ClassVar[str] = N_(
        "The signatures of the file were not accepted, verdict {verdict}: {reasons} "
        "Show the report to whoever sent the file."
    )

    verdict: str
    """The verdict, e.g. ``"not_valid"``."""

    report: Any = attrs.field(repr=False)
    """The `Report`, with every check."""

    def wording(self, language: str) -> dict[str, object]:
        """Put in the sentences of the reasons."""
        return {
            "verdict": self.verdict,
            "reasons": " ".join(reason.message(language) for reason in self.report.reasons),
        }
