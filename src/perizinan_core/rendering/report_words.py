"""The words of the printable report; see `report_page`."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.verification.report import CheckName, Verdict

__all__ = ["CHECKS", "FRAME", "STATEMENTS", "VERDICTS"]

VERDICTS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.VALID: ("good", N_("VALID"), N_("Genuine, issued by an entitled officer, and within its dates.")),
    Verdict.NOT_VALID: ("bad", N_("NOT VALID"), N_("Do not accept this file: it was changed, or is forged.")),
    Verdict.UNSIGNED: ("bad", N_("NOT SIGNED"), N_("Do not accept this file: nobody signed it.")),
    Verdict.WRONG_ISSUER: (
        "bad",
        N_("WRONG ISSUER"),
        N_("Do not accept this file: this office did not issue it."),
    ),
    Verdict.NOT_IN_FORCE: (
        "open",
        N_("NOT IN FORCE"),
        N_("The permit is genuine, but has no effect on this day."),
    ),
    Verdict.INDETERMINATE: (
        "open",
        N_("UNDECIDED"),
        N_("It cannot be told from this file. Ask the office."),
    ),
    Verdict.UNREADABLE: (
        "bad",
        N_("UNREADABLE"),
        N_("The file arrived damaged or is no permit. Ask for it again."),
    ),
}
"""Tone, word, meaning."""

CHECKS: Mapping[CheckName, str] = {
    CheckName.AUTHORITY_DOCUMENT: N_("Authority document"),
    CheckName.READABLE: N_("File complete"),
    CheckName.SIGNATURE_PRESENT: N_("Signed"),
    CheckName.COVERAGE: N_("Signature covers everything"),
    CheckName.INTEGRITY: N_("Unchanged"),
    CheckName.CHAIN: N_("Root of trust"),
    CheckName.CERTIFICATE: N_("Certificate"),
    CheckName.REVOCATION: N_("Certificate revocation"),
    CheckName.TRUSTED_TIME: N_("Proven time"),
    CheckName.SIGNER_ENTITLED: N_("Entitled signer"),
    CheckName.PERMIT_DATA: N_("Permit data"),
    CheckName.PRINTED_TEXT: N_("Printed text"),
    CheckName.QR: N_("QR code"),
    CheckName.VALIDITY_DATES: N_("Dates"),
    CheckName.STATUS: N_("Status"),
}

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
    "title": N_("Report on the verification of a permit"),
    "permit": N_("The permit"),
    "statements": N_("Four statements about the signature"),
    "checks": N_("Every check"),
    "compared": N_("What was compared"),
    "evidence": N_("What this report rests on"),
    "summary": N_("Report on the verification of many files"),
    "counts": N_("Answers"),
    "look_at": N_("Files that were not accepted"),
    "footer": N_(
        "This page reports on a check at the stated moment; it is not the permit and does not stand in for it. "
        "Anybody can repeat the check with the file and the office's authority document."
    ),
}
