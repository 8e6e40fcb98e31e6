"""The headline of an answer: the verdict in a word, what it means, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core.i18n import N_

__all__ = ["CODE_IS_HERE", "QR_CHECKS", "QR_STATES", "Headline", "pdf_headline", "qr_headline", "qr_state"]


@attrs.frozen
class Headline:
    """The answer at a glance."""

    tone: str
    """``good``, ``bad`` or ``warn``; always shown with icon and word, never by colour alone."""

    word: str
    """English msgid, as `meaning` and `advice` are."""

    meaning: str
    advice: str
    checked: tuple[str, ...] = ()
    """Of a QR code: which of `QR_CHECKS` were really made before this may be said."""


_REFUSE = N_(
    "Do not accept this file. Ask its holder for the original file from the office, and tell the office about this one."
)
_HEADLINES: Mapping[str, Headline] = {
    "valid": Headline(
        "good",
        N_("VALID"),
        N_("This permit is genuine, was issued by an entitled officer, and is within its dates."),
        N_("You may rely on it. Compare holder and object with the person and the place in front of you."),
    ),
    "not_valid": Headline(
        "bad", N_("NOT VALID"), N_("This file was changed after it was signed, or is forged."), _REFUSE
    ),
    "unsigned": Headline(
        "bad",
        N_("NOT SIGNED"),
        N_(
            "No one signed this file: anyone could have written it. A picture of a signature or a QR code "
            "is not a signature."
        ),
        N_(
            "Do not accept this file. Ask for the signed PDF; a scan or a print of it cannot be checked here."
        ),
    ),
    "wrong_issuer": Headline(
        "bad",
        N_("NOT FROM THIS OFFICE"),
        N_(
            "The signature is sound, but does not belong to an officer of this office who may issue such permits."
        ),
        _REFUSE,
    ),
    "not_in_force": Headline(
        "warn",
        N_("NOT IN FORCE"),
        N_("The permit is genuine, but it has no effect today."),
        N_("Do not rely on it today. Ask its holder for the permit in force, or ask the office."),
    ),
    "indeterminate": Headline(
        "warn",
        N_("UNDECIDED"),
        N_("It cannot be determined from this file whether the permit may be relied on."),
        N_("Treat it as not checked yet. The reasons below say what is missing; the office can tell."),
    ),
    "unreadable": Headline(
        "bad",
        N_("UNREADABLE"),
        N_("The file is not a permit, or was damaged on the way."),
        N_(
            "Ask for the file again, as the PDF that the office issued: not a photo, a print or a screenshot."
        ),
    ),
}
_NOT_ASKED = Headline(
    "good",
    N_("VALID"),
    N_(
        "This permit is genuine, was issued by an entitled officer, and is within its dates. "
        "Whether it was revoked since then was not asked."
    ),
    N_(
        "Compare holder and object with the person and the place in front of you. "
        "Where much depends on it, ask the office whether the permit was revoked or suspended."
    ),
)
_TEST = Headline(
    "warn",
    N_("TEST DOCUMENT"),
    N_("Signed with a development certificate: it shows how the check works, and is not a permit."),
    N_(
        "Do not base a decision on it. Permits come from offices that sign with certificates of a recognised CA."
    ),
)
_COPY = Headline(
    "warn",
    N_("A COPY: THE CODE IS GENUINE"),
    N_("Nothing proves this file, but the office signed its QR code. Compare the data of the code with it."),
    N_(
        "Compare the data below with the copy, letter by letter. For certainty ask its holder for the PDF that the "
        "office issued, and check that."
    ),
)
_ENDED_COPY = Headline(
    "warn",
    N_("A COPY OF A PERMIT THAT IS NOT IN FORCE"),
    N_("The QR code is genuine, but the permit that it names has no effect on this day."),
    N_("Do not base a decision on this permit today."),
)
_COMPARE = N_(
    "Compare the data below with the paper, letter by letter. "
    "A genuine code can be copied onto another paper; then the data differ."
)
_REFUSE_PAPER = N_(
    "Do not accept this paper. Ask its holder for the PDF that the office issued, and check that."
)

QR_CHECKS: Mapping[str, str] = {
    "read": N_("Code read"),
    "signature": N_("Signature of the office"),
    "dates": N_("Dates"),
    "status": N_("Status"),
}
"""What can be checked of a QR code, in this order."""

_READ = ("read",)
_SIGNED = ("read", "signature")
_DATED = ("read", "signature", "dates")
_ALL = ("read", "signature", "dates", "status")
_NOT_TODAY = N_("Do not base a decision on this permit today.")

QR_STATES: Mapping[str, Headline] = {
    "in_force": Headline(
        "good",
        N_("GENUINE AND IN FORCE"),
        N_("The office signed this code, and its records say that the permit is in force."),
        _COMPARE,
        _ALL,
    ),
    "genuine": Headline(
        "warn",
        N_("GENUINE QR CODE, STATUS NOT ASKED"),
        N_(
            "The office signed this code, and its dates include today. "
            "Whether the permit was revoked since then was not asked."
        ),
        _COMPARE,
        _DATED,
    ),
    "unknown": Headline(
        "warn",
        N_("STATUS NOT KNOWN"),
        N_(
            "The office signed this code, and its dates include today. "
            "Whether the permit is still in force could not be found out."
        ),
        N_("Treat it as not checked yet, try again later, or ask the office."),
        _DATED,
    ),
    "outdated": Headline(
        "warn",
        N_("THE REGISTER OF THIS PAGE HAS ENDED"),
        N_("The office signed this code, but the register by which this page checks is out of date."),
        N_("Treat it as not checked yet, and ask the office."),
        _SIGNED,
    ),
    "development": Headline(
        "warn",
        N_("CODE OF A TEST OFFICE"),
        N_(
            "This office signs with development certificates: the code shows how the check works, and proves no permit."
        ),
        N_(
            "Do not base a decision on it. Permits come from offices that sign with certificates of a recognised CA."
        ),
        _DATED,
    ),
    "elsewhere": Headline(
        "warn",
        N_("OFFICE NOT KNOWN HERE"),
        N_("This page has no register of the office that this code names, so nothing about it was checked."),
        N_("Do not rely on the paper yet. Ask that office where its permits can be checked."),
        _READ,
    ),
    "newer_key": Headline(
        "warn",
        N_("KEY NOT KNOWN HERE YET"),
        N_(
            "This code is newer than the register of this page, which does not know its key. It was not checked."
        ),
        N_("Do not rely on the paper yet. Try again tomorrow, or ask the office."),
        _READ,
    ),
    "expired": Headline(
        "warn", N_("EXPIRED"), N_("The code is genuine, but the permit has ended."), _NOT_TODAY, _DATED
    ),
    "not_yet": Headline(
        "warn",
        N_("NOT BEGUN YET"),
        N_("The code is genuine, but the permit has not begun yet."),
        _NOT_TODAY,
        _DATED,
    ),
    "suspended": Headline(
        "warn", N_("SUSPENDED"), N_("The office has suspended this permit."), _NOT_TODAY, _ALL
    ),
    "revoked": Headline("warn", N_("REVOKED"), N_("The office has revoked this permit."), _NOT_TODAY, _ALL),
    "annulled": Headline(
        "warn", N_("ANNULLED"), N_("The office has annulled this permit."), _NOT_TODAY, _ALL
    ),
    "superseded": Headline(
        "warn",
        N_("REPLACED"),
        N_("The office has replaced this permit by another one."),
        N_("Ask its holder for the permit in force."),
        _ALL,
    ),
    "forged": Headline(
        "bad",
        N_("FORGED QR CODE"),
        N_("This code names a key of the office, but that key did not sign it: it was changed or made up."),
        _REFUSE_PAPER,
        _SIGNED,
    ),
    "stranger": Headline(
        "bad",
        N_("NOT FROM THIS OFFICE"),
        N_("This code is not signed with a key of this office that held on that day."),
        _REFUSE_PAPER,
        _SIGNED,
    ),
    "unreadable": Headline(
        "bad",
        N_("NO PERMIT IN THIS CODE"),
        N_("The code was read, but it is not the QR code of a permit."),
        N_("Do not accept this paper by its code. Ask its holder for the PDF that the office issued."),
        _READ,
    ),
    "incomplete": Headline(
        "warn",
        N_("CODE READ INCOMPLETELY"),
        N_("This looks like the QR code of a permit, but a part of it is missing or was misread."),
        N_("Scan the code again. If it fails twice, ask its holder for the PDF that the office issued."),
    ),
    "newer": Headline(
        "warn",
        N_("A NEWER KIND OF CODE"),
        N_("This code has a newer layout than this page knows. Nothing about it was checked."),
        N_("Load this page again. If that does not help, ask its holder for the PDF that the office issued."),
    ),
    "unread": Headline(
        "warn",
        N_("NO CODE COULD BE READ"),
        N_("No QR code could be read in this picture. That says nothing about the permit."),
        N_("Take the photo again: near, straight, in good light, with the whole code in it."),
    ),
    "unchecked": Headline(
        "warn",
        N_("CODE NOT CHECKED"),
        N_("The keys of the office could not be loaded, so that nothing is known about this code yet."),
        N_("Do not rely on the paper yet. Try again in a while, or check the PDF."),
        _READ,
    ),
    "unsupported": Headline(
        "warn",
        N_("THIS BROWSER CANNOT CHECK IT"),
        N_("This browser lacks what is needed to check signatures by itself."),
        N_("Let the office's server check it: the button below sends the content of the code there."),
        _READ,
    ),
}
"""
What the page says about a code; the page's script picks one, the server too.

A state says no more than its checks support; ``docs/how-to/check-a-paper-permit.md`` has them as a table.
"""

CODE_IS_HERE = Headline(
    "warn",
    N_("A QR CODE, NOT CHECKED YET"),
    N_("This page was opened from a QR code. It has not been checked yet."),
    N_(
        "If nothing changes here, your browser has JavaScript switched off: switch it on, enter the text of "
        "the code below, or upload the PDF."
    ),
)
"""What the page says until its script has checked the code."""


def pdf_headline(answer: Mapping[str, Any]) -> Headline:
    """
    Return what to say about a PDF.

    A permit whose status no one asked is not praised as one in force, a test document not as a permit; a copy leads
    with what its code says where nothing that was signed had been changed.
    """
    codes = [item["code"] for item in answer["reasons"]]
    if codes[:1] == ["copy-of-a-permit"]:
        ended = any(
            item["outcome"] == "failed"
            for item in answer["checks"]
            if item["name"] in {"validity_dates", "status"}
        )
        return _ENDED_COPY if ended else _COPY
    if answer["verdict"] == "valid" and "development-root" in codes:
        return _TEST
    if answer["verdict"] == "valid" and not (answer["status"] or {}).get("checked"):
        return _NOT_ASKED
    return _HEADLINES[answer["verdict"]]


def qr_headline(answer: Mapping[str, Any]) -> Headline:
    """Return what to say about a QR code."""
    return QR_STATES[qr_state(answer)]


def qr_state(answer: Mapping[str, Any]) -> str:
    """Return the name of what is known about a QR code, one of `QR_STATES`."""
    codes = {item["code"] for item in answer["reasons"]}
    if codes & _NO_CODE:
        return "unread"
    if codes & _PART_OF_A_CODE:
        return "incomplete"
    if answer["verdict"] in _STATE_OF_VERDICT:
        return _STATE_OF_VERDICT[answer["verdict"]]
    if answer["permit"] is None:
        return (
            _UNKNOWN_SIGNER[min(codes & _UNKNOWN_SIGNER.keys())]
            if codes & _UNKNOWN_SIGNER.keys()
            else "unchecked"
        )
    return _genuine_state(answer, codes)


def _genuine_state(answer: Mapping[str, Any], codes: set[str]) -> str:
    state = str((answer["status"] or {}).get("state"))
    if codes & {"authority-document-expired", "authority-document-superseded", "directory-expired"}:
        return "outdated"
    if answer["verdict"] == "not_in_force":
        dated = "not_yet" if "permit-not-yet" in codes else "expired"
        return state if state in _ENDED else dated
    if "development-root" in codes:
        return "development"
    if answer["verdict"] == "valid":
        return "in_force" if state == "in_force" else "genuine"
    return "unknown"


_STATE_OF_VERDICT: Mapping[str, str] = {
    "not_valid": "forged",
    "wrong_issuer": "stranger",
    "unreadable": "unreadable",
    "unsigned": "unreadable",
}
_UNKNOWN_SIGNER: Mapping[str, str] = {"office-unknown": "elsewhere", "qr-key-unknown-yet": "newer_key"}
_ENDED = frozenset({"revoked", "annulled", "superseded", "suspended"})
_PART_OF_A_CODE = frozenset({"image-code-damaged", "qr-claims-damaged"})
_NO_CODE = frozenset(
    {
        *("image-no-code", "image-cannot-open", "image-damaged", "image-too-large"),
        *("image-too-many-pixels", "image-unknown-kind", "pdf-no-code", "time-limit", "internal-limit"),
    }
)
"""Codes of reasons with which nothing was read at all."""
