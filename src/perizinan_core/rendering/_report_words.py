"""The words of the printable report; see `report_page`."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.verification._report import CheckName

__all__ = ["FRAME", "STATEMENTS"]

STATEMENTS: tuple[tuple[str, str, tuple[CheckName, ...]], ...] = (
    (
        "integrity",
        N_("Integrity of the file"),
        (
            CheckName.READABLE,
            CheckName.SIGNATURE_PRESENT,
            CheckName.COVERAGE,
            CheckName.INTEGRITY,
        ),
    ),
    ("trust", N_("Trust in the certificate"), (CheckName.CERTIFICATE, CheckName.CHAIN)),
    ("time", N_("Proof of the time"), (CheckName.TRUSTED_TIME,)),
    ("long_term", N_("Long-term validity"), (CheckName.REVOCATION,)),
)
"""The four things that public checkers report apart: field of `Aspects`, title, and the checks that answer them."""

FRAME: Mapping[str, str] = {
    "permit_title": N_("Report on the verification of a permit"),
    "signatures_title": N_("Report on the verification of signatures"),
    "permit": N_("The permit"),
    "signatures": N_("The signatures"),
    "copy": N_("What the QR code says: to be compared with the copy"),
    "statements": N_("Four statements about the signature"),
    "checks": N_("Every check"),
    "compared": N_("What was compared"),
    "evidence": N_("What this report rests on"),
    "summary": N_("Report on the verification of many files"),
    "counts": N_("Answers"),
    "look_at": N_("Files that were not accepted"),
    "footer": N_(
        "This page reports on a check at the stated moment; it is not the permit and does not stand "
        "in for it. Anyone can repeat the check with the file and the office's authority document."
    ),
}
