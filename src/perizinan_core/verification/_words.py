"""What a verdict, a check and an office are called before people: in a terminal, on paper, on a page."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from perizinan_core.i18n import N_
from perizinan_core.verification._report import CheckName, Outcome, Report, Verdict

__all__ = ["ASK_THE_OFFICE", "CHECKS", "TONES", "VERDICTS", "Headline", "headline", "office_line"]

ASK_THE_OFFICE = N_("To ask the office: {contact}")

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.VALID: (N_("VALID"), N_("Genuine, issued by an entitled officer, and within its dates.")),
    Verdict.NOT_VALID: (N_("NOT VALID"), N_("Do not accept this file: it was changed, or is forged.")),
    Verdict.UNSIGNED: (N_("NOT SIGNED"), N_("Do not accept this file: nobody signed it.")),
    Verdict.WRONG_ISSUER: (
        N_("WRONG ISSUER"),
        N_("Do not accept this file: this office did not issue it."),
    ),
    Verdict.NOT_IN_FORCE: (
        N_("NOT IN FORCE"),
        N_("The permit is genuine, but has no effect on this day."),
    ),
    Verdict.INDETERMINATE: (
        N_("UNDECIDED"),
        N_("It cannot be told from this file. Ask the office."),
    ),
    Verdict.UNREADABLE: (
        N_("UNREADABLE"),
        N_("The file arrived damaged or is no permit. Ask for it again."),
    ),
}
"""Word, meaning."""

TONES: Mapping[Verdict, str] = {
    verdict: {Verdict.VALID: "good", Verdict.NOT_IN_FORCE: "open", Verdict.INDETERMINATE: "open"}.get(
        verdict, "bad"
    )
    for verdict in Verdict
}
"""``good``, ``bad`` or ``open``: how a verdict is to look."""


@attrs.frozen
class Headline:
    """The answer at a glance."""

    tone: str
    """``good``, ``bad`` or ``open``."""

    word: str
    meaning: str


_TEST = (
    N_("TEST DOCUMENT"),
    N_("Signed with a development certificate: it shows how the check works, and is not a permit."),
)
_COPY = (
    N_("A COPY: THE CODE IS GENUINE"),
    N_("Nothing proves this file, but the office signed its QR code. Compare the data of the code with it."),
)
_ENDED_COPY = (
    N_("A COPY OF A PERMIT THAT IS NOT IN FORCE"),
    N_("The QR code is genuine, but the permit that it names has no effect on this day."),
)


def headline(report: Report) -> Headline:
    """Return what is said first; a development permit and a copy have headlines of their own."""
    if report.is_led_by_copy:
        ended = any(
            report.check(name).outcome is Outcome.FAILED
            for name in (CheckName.VALIDITY_DATES, CheckName.STATUS)
        )
        return Headline("open", *(_ENDED_COPY if ended else _COPY))
    if report.is_development and report.verdict is Verdict.VALID:
        return Headline("open", *_TEST)
    return Headline(TONES[report.verdict], *VERDICTS[report.verdict])


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


def office_line(name: str, region: str | None) -> str:
    """Return an office with its region: ``Pemerintah Kota Contoh (Jawa Timur, 35.72)``."""
    if region is None:
        return name
    from perizinan_core.model._identifiers import find_province  # the model package doubles the import time

    province = find_province(region[:2])
    return f"{name} ({region if province is None else f'{province.name}, {region}'})"
