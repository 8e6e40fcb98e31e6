"""
Errors of the verification room.

::

    PerizinanError
    └── VerificationError
        ├── PdfStructureError            bytes that are no well-formed PDF
        ├── CmsStructureError            a signature container that is no strict DER CMS
        ├── AuthorityDocumentError       authority.json that cannot be used, all problems at once
        │   └── AuthorityKeyError        authority.json signed by another key than expected
        ├── QrTextError                  a QR text that holds no claims of ours
        ├── QrClaimsTooLongError         claims that no QR code of a printable size can hold
        ├── PermitDataError              permit.json that is missing or breaks its schema
        ├── StatusUnavailableError       a status source that cannot answer now
        ├── SourceReadError              a file that cannot be opened or is above the limit
        └── PermitNotAcceptedError       raised by `require_valid`: anything short of valid
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = [
    "AuthorityDocumentError",
    "AuthorityKeyError",
    "CmsStructureError",
    "PdfStructureError",
    "PermitDataError",
    "PermitNotAcceptedError",
    "QrClaimsTooLongError",
    "QrTextError",
    "ReportFormatError",
    "SourceReadError",
    "StatusUnavailableError",
    "VerificationError",
]


class VerificationError(PerizinanError):
    """Any error of verification."""

    code: ClassVar[str] = "verification"


@attrs.define(slots=False, eq=False)
class PdfStructureError(VerificationError):
    """Bytes that are no well-formed PDF. Nothing is repaired: a repaired file is another file."""

    code: ClassVar[str] = "pdf-structure"
    sentence: ClassVar[str] = N_(
        "Expected a well-formed PDF, but at byte {offset} {problem}. "
        "Ask for the file again as it was issued, not printed or saved anew."
    )

    problem: str
    """English clause that says what is wrong; shown as it is."""

    offset: int
    """Position in bytes from the start of the file."""


@attrs.define(slots=False, eq=False)
class CmsStructureError(VerificationError):
    """A signature container that is not the strict DER of RFC 5652 with the attributes of PAdES."""

    code: ClassVar[str] = "cms-structure"
    sentence: ClassVar[str] = N_(
        "Expected a PAdES signature (CMS signed data in DER), but {problem}. "
        "Ask the issuer for the file as it was signed."
    )

    problem: str
    """English clause that says what is wrong; shown as it is."""


@attrs.define(slots=False, eq=False)
class AuthorityDocumentError(VerificationError):
    """An authority document that cannot be used; every problem is listed with its path."""

    code: ClassVar[str] = "authority-document"
    sentence: ClassVar[str] = N_(
        "The authority document cannot be used: {problems}. "
        "Fetch authority.json again from the office's own site, and tell the office if it stays so."
    )

    problems: tuple[str, ...]
    """English clauses, each with the path of the field, e.g. ``"$.signed.roots[0]: …"``."""


@attrs.define(slots=False, eq=False)
class AuthorityKeyError(AuthorityDocumentError):
    """An authority document that is not signed by the key the caller expects."""

    code: ClassVar[str] = "authority-key"
    sentence: ClassVar[str] = N_(
        "Expected an authority document signed by the key {expected}, but it is signed by {received}. "
        "Compare the fingerprint with the office's official publication before you trust either."
    )

    problems: tuple[str, ...] = attrs.field(kw_only=True, default=("signed by another key",))
    expected: str = attrs.field(kw_only=True)
    """Fingerprint (RFC 7638 thumbprint) that the caller gave."""

    received: str = attrs.field(kw_only=True)
    """Fingerprints of the document's own keys."""

    def __attrs_post_init__(self) -> None:
        self.args = (self.problems, self.expected, self.received)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild_key_error, self.args)


def _rebuild_key_error(problems: tuple[str, ...], expected: str, received: str) -> AuthorityKeyError:
    return AuthorityKeyError(problems=problems, expected=expected, received=received)


@attrs.define(slots=False, eq=False)
class QrTextError(VerificationError):
    """A QR text that does not hold claims of ours, or whose signature does not fit."""

    code: ClassVar[str] = "qr-text"
    sentence: ClassVar[str] = N_(
        "Expected the QR text of a permit, but {problem}. "
        "Scan the whole code again; a code that fails twice is not one of this office."
    )

    problem: str
    """English msgid of a clause."""


@attrs.define(slots=False, eq=False)
class QrClaimsTooLongError(VerificationError):
    """Claims that do not fit a QR code of a printable size even when shortened."""

    code: ClassVar[str] = "qr-claims-too-long"
    sentence: ClassVar[str] = N_(
        "The QR code would need {length} characters, but at most {maximum} scan from a printed letter. "
        "Shorten the verification address or the permit number."
    )

    length: int
    """Characters of the shortest possible text."""

    maximum: int
    """Largest length accepted."""


@attrs.define(slots=False, eq=False)
class PermitDataError(VerificationError):
    """A ``permit.json`` that is missing, is no JSON, or breaks its published schema."""

    code: ClassVar[str] = "permit-data"
    sentence: ClassVar[str] = N_(
        "Expected the data of a permit (permit.json) inside the PDF, but {problems}. "
        "Ask the office for the file as it was issued."
    )

    reason: str
    """Reason code of the report: ``permit-data-missing``, ``permit-data-unreadable`` or ``permit-data-schema``."""

    problems: tuple[str, ...]
    """English clauses without personal data."""


@attrs.define(slots=False, eq=False)
class ReportFormatError(VerificationError):
    """JSON that is no verification report of this version, or one that contradicts itself."""

    code: ClassVar[str] = "report-format"
    sentence: ClassVar[str] = N_(
        "Expected a verification report of version 1 as perizinan verify --json writes it, but {problems}. "
        "Verify the file again."
    )

    problems: tuple[str, ...]
    """English clauses that name fields and repeat no value."""


@attrs.define(slots=False, eq=False)
class StatusUnavailableError(VerificationError):
    """Raised by a `StatusSource` that cannot answer now: no network, no database, answer too old."""

    code: ClassVar[str] = "status-unavailable"
    sentence: ClassVar[str] = N_(
        "The status of the permit could not be read: {problem}. Try again later or ask the office."
    )

    problem: str
    """English clause that says what failed, without addresses that hold passwords."""


@attrs.define(slots=False, eq=False)
class SourceReadError(VerificationError):
    """A file that cannot be opened, or that is larger than the limit."""

    code: ClassVar[str] = "source-read"
    sentence: ClassVar[str] = N_(
        "The file could not be read: {problem}. Check that it is there, that you may open it, "
        "and that it is a single permit."
    )

    reason: str
    """Reason code of the report: ``cannot-open`` or ``too-large``."""

    problem: str
    """English clause."""


@attrs.define(slots=False, eq=False)
class PermitNotAcceptedError(VerificationError):
    """Raised by `require_valid` on anything short of ``valid``; carries the whole report."""

    code: ClassVar[str] = "permit-not-accepted"
    sentence: ClassVar[str] = N_(
        "The permit was not accepted, verdict {verdict}: {reasons} Show the report to the issuing office."
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
