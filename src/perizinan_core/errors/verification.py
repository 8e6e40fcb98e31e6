"""Checking permits and other signed PDF files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import N_

__all__ = [
    "AuthorityFolderError",
    "CmsStructureError",
    "PermitDataError",
    "PermitNotAcceptedError",
    "ReportFormatError",
    "ResumeFileError",
    "SignaturesNotAcceptedError",
    "SourceReadError",
    "TrustRootsError",
    "VerificationError",
]


class VerificationError(CodedError):
    """
    A file cannot be checked, or was not accepted.

    Values of its codes:

    - ``length``: characters of the shortest possible text
    - ``maximum``: largest length accepted
    - ``fault``: what the worker said
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: (
                "cms-structure permit-data permit-not-accepted qr-claims-too-long report-format "
                "resume-file signatures-not-accepted source-read"
            ),
            Category.OFFICE: "authority-folder trust-roots",
            Category.UNAVAILABLE: "bulk-worker",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "bulk-worker": Code(
            N_(
                "Expected worker processes that can start, but one could not ({fault}). Check the free "
                "memory and the options, then run the same command again."
            )
        ),
        "qr-claims-too-long": Code(
            N_(
                "The QR code would need {length} characters, but at most {maximum} scan from a printed "
                "letter. Shorten the verification address or the permit number."
            )
        ),
    }


@attrs.define(slots=False, eq=False)
class AuthorityFolderError(VerificationError):
    """A folder that holds no authority documents."""

    code: ClassVar[str] = "authority-folder"
    sentence: ClassVar[str] = N_(
        "Expected a folder with an authority document for each office (SHORT-NAME.json) in {folder}, but {fault}. "
        "Fetch the documents into it: perizinan authority fetch"
    )

    folder: str
    fault: str
    """English clause that says what is wrong."""


@attrs.define(slots=False, eq=False)
class ResumeFileError(VerificationError):
    """A resume file that cannot be used; it is left as it is."""

    code: ClassVar[str] = "resume-file"
    sentence: ClassVar[str] = N_(
        "Expected a resume file of this very run, but {fault}. Name a new file to begin again, or "
        "repeat the options of the interrupted run."
    )

    fault: str
    """What is wrong with it."""


@attrs.define(slots=False, eq=False)
class TrustRootsError(VerificationError):
    """Roots that cannot be read: without them nothing may be judged."""

    code: ClassVar[str] = "trust-roots"
    sentence: ClassVar[str] = N_(
        "Expected root certificates (PEM, DER, a folder of them, or a trust store), but in {source} {fault}. "
        "Give the file as the certification authority publishes it."
    )

    source: str
    """Name of the file or folder, without its path."""

    fault: str
    """English clause."""


@attrs.define(slots=False, eq=False)
class SignaturesNotAcceptedError(VerificationError):
    """Raised by `require_valid_signatures` on anything short of ``valid``; carries the whole report."""

    code: ClassVar[str] = "signatures-not-accepted"
    sentence: ClassVar[str] = N_(
        "The signatures of the file were not accepted, verdict {verdict}: {reasons} Show the report "
        "to the sender of the file."
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


@attrs.define(slots=False, eq=False)
class CmsStructureError(VerificationError):
    """A signature container that is not the strict DER of RFC 5652 with the attributes of PAdES."""

    code: ClassVar[str] = "cms-structure"
    sentence: ClassVar[str] = N_(
        "Expected a PAdES signature (CMS signed data in DER), but {fault}. "
        "Ask the issuer for the file as it was signed."
    )

    fault: str
    """English clause that says what is wrong; shown as it is."""


@attrs.define(slots=False, eq=False)
class PermitDataError(VerificationError):
    """A ``permit.json`` that is missing, is not JSON, or breaks its published schema."""

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
    """JSON that is not a verification report of this version, or one that contradicts itself."""

    code: ClassVar[str] = "report-format"
    sentence: ClassVar[str] = N_(
        "Expected a verification report of version 1 as perizinan verify --json writes it, but {problems}. "
        "Verify the file again."
    )

    problems: tuple[str, ...]
    """English clauses that name fields and repeat no value."""


@attrs.define(slots=False, eq=False)
class SourceReadError(VerificationError):
    """A file that cannot be opened, or that is larger than the limit."""

    code: ClassVar[str] = "source-read"
    sentence: ClassVar[str] = N_(
        "The file could not be read: {fault}. Check that it is there, that you may open it, "
        "and that it is a single permit."
    )

    reason: str
    """Reason code of the report: ``cannot-open`` or ``too-large``."""

    fault: str
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
