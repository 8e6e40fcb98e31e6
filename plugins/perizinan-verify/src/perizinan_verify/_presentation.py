"""
How an answer is shown to people below its headline: facts of the permit, every check, and what was not asked.

Works on the JSON form of an answer, as programs get it, so that page and API cannot tell two stories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core import verification
from perizinan_core.i18n import N_
from perizinan_core.model import IndonesianTimeZone, format_date, format_moment
from perizinan_core.published import Contact
from perizinan_verify._sentences import say

__all__ = [
    "CLAIMS",
    "STATES",
    "Fold",
    "Line",
    "Statement",
    "check_lines",
    "code_of_copy",
    "contact_line",
    "moment_text",
    "office_line",
    "permit_facts",
    "qr_facts",
    "shortened",
    "statements",
    "unchecked_lines",
    "zone_of",
]


@attrs.frozen
class Line:
    """One line of a list: a check, or a fact."""

    label: str
    """English msgid."""

    text: str
    outcome: str = ""
    """Outcome of a check, empty for a fact."""


@attrs.frozen
class Fold:
    """Several checks that were left out for one and the same reason."""

    labels: tuple[str, ...]
    """English msgids."""

    text: str


@attrs.frozen
class Statement:
    """One of the four things that people ask about a signature."""

    title: str
    """English msgid."""

    outcome: str
    text: str


CLAIMS: Mapping[str, str] = {"holder": N_("Holder"), "object": N_("For"), "place": N_("Place")}
"""Entries that a code may hold the beginning of."""

STATES: Mapping[str, str] = {
    "in_force": N_("in force"),
    "expired": N_("expired"),
    "suspended": N_("suspended"),
    "revoked": N_("revoked"),
    "annulled": N_("annulled"),
    "superseded": N_("replaced by another permit"),
    "awaiting_signature": N_("not issued yet"),
    "unknown": N_("not known"),
    "not_checked": N_("not asked"),
}
"""What people read for a permit's status."""

_LABELS = {name.value: name.label for name in verification.CheckName}
_STATEMENTS: Sequence[tuple[str, tuple[str, ...], str]] = (
    (
        N_("Integrity"),
        ("readable", "signature_present", "coverage", "integrity"),
        N_("The document is unchanged since it was signed."),
    ),
    (
        N_("Trust"),
        ("chain", "certificate", "signer_entitled"),
        N_("The signer's certificate is trusted, and the signer was entitled to issue this permit."),
    ),
    (N_("Time of signing"), ("trusted_time",), N_("The time of signing is proven.")),
    (
        N_("Long-term proof"),
        ("trusted_time", "revocation"),
        N_("The file carries what is needed to check it when the certificate has ended."),
    ),
)
_NO_PROOF = ("no-trusted-time", "revocation-not-checked")
_WORST_FIRST = ("failed", "indeterminate", "not_checked")
_REVOCATION = N_(
    "The file carries no proof of its own about certificates; the office's register stands in for it."
)


def check_lines(answer: Mapping[str, Any]) -> list[Line]:
    """Return every check as a line; a check of a newer library is shown by its own name."""
    return [
        Line(_LABELS.get(item["name"], item["name"]), item["message"], item["outcome"])
        for item in answer["checks"]
        if item["outcome"] != "not_checked"
    ]


def unchecked_lines(answer: Mapping[str, Any]) -> list[Fold]:
    """Return what was not checked: one entry for each reason, with all the checks that it left out."""
    found: dict[str, list[str]] = {}
    for item in answer["checks"]:
        if item["outcome"] == "not_checked":
            found.setdefault(item["message"], []).append(_LABELS.get(item["name"], item["name"]))
    return [Fold(tuple(labels), message) for message, labels in found.items()]


def statements(answer: Mapping[str, Any], language: str) -> list[Statement]:
    """Return integrity, trust, time and long-term proof, each told apart from the others."""
    checks = {item["name"]: item for item in answer["checks"]}
    told = []
    for title, names, good in _STATEMENTS:
        concerned = [checks[name] for name in names if name in checks]
        worst = next(
            (item for outcome in _WORST_FIRST for item in concerned if item["outcome"] == outcome), None
        )
        test = next((item for item in concerned if item["code"] == "development-root"), None)
        if test is not None and (worst is None or worst["outcome"] == "not_checked"):
            told.append(Statement(title, "indeterminate", test["message"]))
        elif worst is None:
            told.append(Statement(title, "passed", say(good, language)))
        elif title == _STATEMENTS[3][0] and worst["code"] in _NO_PROOF:
            text = say(_REVOCATION, language)
            told.append(Statement(title, worst["outcome"], text))
        else:
            told.append(Statement(title, worst["outcome"], worst["message"]))
    return told


def permit_facts(answer: Mapping[str, Any], language: str) -> list[Line]:
    """Return what a permit says and who signed it, for the eye."""
    permit, zone = answer["permit"] or code_of_copy(answer), zone_of(answer)
    lines = []
    if permit is not None:
        lines += [
            Line(N_("Permit"), str(permit.get("title", ""))),
            Line(N_("Number"), permit["number"]),
            Line(N_("Holder"), permit["holder"]),
            Line(N_("For"), permit["object"]),
            Line(N_("Place"), permit.get("place") or ""),
            Line(N_("Issued on"), _day(permit.get("issued_on"), language)),
            Line(N_("Valid"), _span(permit, language)),
            Line(N_("Signed for"), str(permit.get("signatory", {}).get("title") or "")),
        ]
    for item in answer["signatures"]:
        signer = item["signer"] or say(N_("unknown"), language)
        moment = item["trusted_time"] or item["signed_at"]
        when = f", {moment_text(moment, zone, language)}" if moment else ""
        lines.append(Line(N_("Certificate of"), signer + when))
    if answer["status"] is not None:
        lines.append(Line(N_("Status"), status_text(answer["status"], zone, language)))
    return [line for line in lines if line.text]


def code_of_copy(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the genuine QR code of a copy says, under the names of a permit's data."""
    found = (item["fields"] for item in answer["reasons"] if item["code"] == "copy-of-a-permit")
    return next(found, None)


def shortened(answer: Mapping[str, Any]) -> list[str]:
    """Return the labels of the entries that the code of a copy holds the beginning of."""
    names = str((code_of_copy(answer) or {}).get("shortened", ""))
    return [CLAIMS[name] for name in names.split(", ") if name in CLAIMS]


def qr_facts(answer: Mapping[str, Any], language: str) -> list[Line]:
    """Return what a genuine QR code says."""
    claims = answer["permit"]
    if claims is None:
        return []
    return [
        Line(N_("Number"), claims["number"]),
        Line(N_("Holder"), claims["holder"]),
        Line(N_("For"), claims["object"]),
        *([Line(N_("Place"), claims["place"])] if claims.get("place") else []),
        Line(N_("Issued on"), _day(claims["issued_on"], language)),
        Line(N_("Valid"), _span(claims, language)),
        Line(N_("Kind of permit (code)"), claims["permit_type"]),
        Line(N_("Issued by"), answer["authority"]["name"]),
        Line(N_("Status"), status_text(answer["status"], answer["authority"]["time_zone"], language)),
    ]


def status_text(status: Mapping[str, Any], zone: str, language: str) -> str:
    """Return the status of a permit in words, with its day and source."""
    text = say(STATES.get(status["state"], status["state"]), language)
    if status["since"] and status["state"] != "in_force":
        text += " " + say(N_("since {day}"), language, day=_day(status["since"], language))
    if status["source"]:
        moment = f", {moment_text(status['as_of'], zone, language)}" if status["as_of"] else ""
        text += f" ({say(status['source'], language)}{moment})"
    return text


def _span(data: Mapping[str, Any], language: str) -> str:
    start, until = _day(data["valid_from"], language), data.get("valid_until")
    if until:
        sentence = N_("{start} to {end}")
        return say(sentence, language, start=start, end=_day(until, language))
    return data.get("validity_text") or say(N_("from {start}"), language, start=start)


def _day(text: str | None, language: str) -> str:
    return format_date(date.fromisoformat(text), language) if text else ""


def zone_of(answer: Mapping[str, Any]) -> str:
    """Return whose clocks are shown: the office's, and those of Jakarta where no office is known."""
    return str((answer["authority"] or {}).get("time_zone") or "WIB")


def office_line(answer: Mapping[str, Any]) -> str:
    """Return the office by whose register was judged, with its region; empty where none is known."""
    used = answer["authority"]
    return verification.office_line(used["name"], used["region"]) if used is not None else ""


def contact_line(answer: Mapping[str, Any]) -> str:
    """Return how people reach the office; empty where that is not known."""
    contact = (answer["authority"] or {}).get("contact")
    return Contact(**contact).line if contact else ""


def moment_text(text: str, zone: str, language: str) -> str:
    """Return a moment on the clocks of ``zone``, in words."""
    return format_moment(datetime.fromisoformat(text), IndonesianTimeZone(zone), language)
