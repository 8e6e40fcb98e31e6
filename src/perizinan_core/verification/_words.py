"""What a verdict, a check and an office are called before people: in a terminal, on paper, on a page."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from perizinan_core.i18n import N_
from perizinan_core.verification._report import CheckName, Outcome, Report, Verdict

ASK_THE_OFFICE = N_("To ask the office: {contact}")

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.VALID: (N_("VALID"), N_("Genuine, issued by an entitled officer, and within its dates.")),
    Verdict.NOT_VALID: (N_("NOT VALID"), N_("Do not accept this file: it was changed, or is forged.")),
    Verdict.UNSIGNED: (N_("NOT SIGNED"), N_("Do not accept this file: no one signed it.")),
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
        N_("It cannot be determined from this file. Ask the office."),
    ),
    Verdict.UNREADABLE: (
        N_("UNREADABLE"),
        N_("The file arrived damaged or is not a permit. Ask for it again."),
    ),
}
"""Word, meaning."""

_OF_SIGNATURES: Mapping[Verdict, tuple[str, str]] = {
    Verdict.VALID: (
        N_("SIGNATURES VALID"),
        N_("Every signature is sound and leads to a certificate that you trust."),
    ),
    Verdict.NOT_VALID: (
        N_("SIGNATURES NOT VALID"),
        N_("Do not rely on this file: it was changed, or a signature is broken, weak or revoked."),
    ),
    Verdict.UNSIGNED: (N_("NOT SIGNED BY ANYONE"), N_("No one signed this file.")),
    Verdict.INDETERMINATE: (
        N_("SIGNATURES NOT PROVEN"),
        N_("The signatures fit, but not everything that makes them believable can be shown."),
    ),
    Verdict.UNREADABLE: (
        N_("FILE UNREADABLE"),
        N_("The file arrived damaged or is not a PDF. Ask for it again."),
    ),
}
"""The same where only signatures were asked about."""

_OF_CODES: Mapping[Verdict, tuple[str, str]] = {
    **VERDICTS,
    Verdict.VALID: (
        N_("GENUINE CODE"),
        N_("The office issued this permit. Compare every line with the paper: a genuine code can be copied."),
    ),
    Verdict.NOT_VALID: (
        N_("FORGED"),
        N_("Do not accept this paper: its code or the text around it is forged."),
    ),
    Verdict.UNSIGNED: (
        N_("NO PERMIT CODE"),
        N_("This is not a code of a permit: anyone can make such a code."),
    ),
    Verdict.WRONG_ISSUER: (
        N_("CODE OF ANOTHER OFFICE"),
        N_("This office did not make the code. Is it the right authority.json?"),
    ),
    Verdict.UNREADABLE: (
        N_("NO CODE READ"),
        N_("Take the photo again, or scan the code with a telephone and give its text."),
    ),
}
"""The same for the QR code of a paper."""

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


_TEST_PERMIT = (
    N_("TEST DOCUMENT"),
    N_("Signed with a development certificate: it shows how the check works, and is not a permit."),
)
_TEST_SIGNATURES = (
    N_("TEST SIGNATURES"),
    N_("Every signature is sound, but leads to a development certificate, in which no one should trust."),
)
_TEST_CODE = (
    N_("CODE OF A TEST OFFICE"),
    N_(
        "This office signs with development certificates: the code shows how the check works, and proves no permit."
    ),
)
_COPY = (
    N_("A COPY: THE CODE IS GENUINE"),
    N_("Nothing proves this file, but the office signed its QR code. Compare the data of the code with it."),
)
_ENDED_COPY = (
    N_("A COPY OF A PERMIT THAT IS NOT IN FORCE"),
    N_("The QR code is genuine, but the permit that it names has no effect on this day."),
)


def headline(report: Report, *, of_code: bool = False) -> Headline:
    """
    Return what is said first; a development permit and a copy have headlines of their own.

    Args:
        report: What was found out about a permit, or about signatures alone.
        of_code: True when the code of a paper was judged.
    """
    if report.is_led_by_copy:
        ended = any(
            report.check(name).outcome is Outcome.FAILED
            for name in (CheckName.VALIDITY_DATES, CheckName.STATUS)
        )
        return Headline("open", *(_ENDED_COPY if ended else _COPY))
    words, test = VERDICTS, _TEST_PERMIT
    if report.trust is not None:
        words, test = _OF_SIGNATURES, _TEST_SIGNATURES
    elif of_code:
        words, test = _OF_CODES, _TEST_CODE
    if report.is_development and report.verdict is Verdict.VALID:
        return Headline("open", *test)
    return Headline(TONES[report.verdict], *words[report.verdict])


def office_line(name: str, region: str | None) -> str:
    """Return an office with its region: ``Pemerintah Kota Contoh (Jawa Timur, 35.72)``."""
    if region is None:
        return name
    from perizinan_core.model._identifiers import find_province  # the model package doubles the import time

    province = find_province(region[:2])
    return f"{name} ({region if province is None else f'{province.name}, {region}'})"
