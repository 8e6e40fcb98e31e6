"""
What a QR code proves: that the office printed these claims, and whether they hold on a day.

The words are those of the report on a PDF. A genuine code says nothing about the paper around it:
whoever holds the paper compares the two, and the answer gives the claims for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core.errors.verification import QrTextError, StatusUnavailableError
from perizinan_core.i18n import N_, translate
from perizinan_core.verification import (
    EXIT_CODES,
    AuthorityDocument,
    AuthorityUsed,
    PermitStatusAnswer,
    Reason,
    StatusReport,
    StatusSource,
    Verdict,
)
from perizinan_core.verification.qr import QrClaims, QrContent, decode_qr_text, verify_qr

__all__ = ["OWN_REASONS", "QrAnswer", "judge_qr_text", "judge_qr_texts", "refused"]

OWN_REASONS: Mapping[str, tuple[Verdict, str]] = {
    "qr-not-in-photo": (
        Verdict.UNREADABLE,
        N_("No QR code was found in the photo. Take it again from nearer, straight, in good light."),
    ),
    "qr-not-ours": (Verdict.UNREADABLE, N_("The QR code holds no claims of a permit.")),
    "photo-unreadable": (Verdict.UNREADABLE, N_("The file is no picture that can be read.")),
    "photo-too-large": (Verdict.UNREADABLE, N_("The picture has more dots than a photo of a letter needs.")),
    "time-limit": (Verdict.UNREADABLE, N_("The file took longer than {seconds} seconds and was given up.")),
    "internal-limit": (Verdict.UNREADABLE, N_("The file is built in a way that cannot be read safely.")),
    "qr-signature-wrong": (
        Verdict.NOT_VALID,
        N_("The claims of the QR code were changed: the office's key did not sign them."),
    ),
    "qr-key-unknown": (Verdict.WRONG_ISSUER, N_("The QR code is signed by nobody whom this office names.")),
    "qr-key-out-of-term": (
        Verdict.WRONG_ISSUER,
        N_("The key of the QR code was not the office's on {day}, the stated day of issue."),
    ),
}
"""Reasons that only QR codes have: code, verdict and sentence."""


@attrs.frozen(kw_only=True)
class QrAnswer:
    """What was found out about one QR code."""

    checked_at: datetime
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    claims: QrClaims | None = attrs.field(default=None, repr=False)
    """What the code says; only when the office signed it."""

    status: StatusReport | None = None
    authority: AuthorityUsed | None = None

    def to_json(self, language: str) -> dict[str, Any]:
        """Return the JSON form, sentences in ``language``."""
        return {
            "answer_version": "1",
            "checked_at": self.checked_at.isoformat(),
            "verdict": self.verdict.value,
            "exit_code": EXIT_CODES[self.verdict],
            "reasons": [{"code": item.code, "message": _message(item, language)} for item in self.reasons],
            "claims": _claims_json(self.claims) if self.claims is not None else None,
            "status": self.status.to_json() if self.status is not None else None,
            "authority": self.authority.to_json() if self.authority is not None else None,
        }


def refused(code: str, at: datetime, **fields: object) -> QrAnswer:
    """Return the answer for a code that was not accepted, by its reason."""
    return QrAnswer(checked_at=at, verdict=OWN_REASONS[code][0], reasons=(Reason(code, fields),))


def judge_qr_texts(
    texts: Sequence[str],
    authorities: Sequence[AuthorityDocument],
    *,
    at: datetime,
    status: Mapping[str, StatusSource],
) -> QrAnswer:
    """Judge what was found in a photo: the first code with claims of ours counts."""
    answers = [judge_qr_text(text, authorities, at=at, status=status) for text in texts]
    if not answers:
        return refused("qr-not-in-photo", at)
    return next((item for item in answers if item.reasons[:1] != (Reason("qr-not-ours"),)), answers[0])


def judge_qr_text(
    text: str, authorities: Sequence[AuthorityDocument], *, at: datetime, status: Mapping[str, StatusSource]
) -> QrAnswer:
    """
    Judge the text of one QR code.

    Args:
        text: As scanned.
        authorities: The offices that may have signed it.
        at: Moment for which the answer shall hold, with time zone.
        status: Who knows about revocations, by the office's short name.
    """
    try:
        content = decode_qr_text(text)
    except QrTextError:
        return refused("qr-not-ours", at)
    for authority in authorities:
        try:
            claims = verify_qr(text, authority)
        except QrTextError:
            continue
        return _judge_claims(claims, authority, at, status.get(authority.slug))
    return _not_signed(content, authorities, at)


def _not_signed(content: QrContent, authorities: Sequence[AuthorityDocument], at: datetime) -> QrAnswer:
    day = content.claims.issued_on
    keys = [key for item in authorities for key in item.qr_keys if key.kid == content.kid]
    if not keys:
        return refused("qr-key-unknown", at)
    if not any(key.holds_on(day) for key in keys):
        return refused("qr-key-out-of-term", at, day=day)
    return refused("qr-signature-wrong", at)


def _judge_claims(
    claims: QrClaims, authority: AuthorityDocument, at: datetime, source: StatusSource | None
) -> QrAnswer:
    reasons: list[tuple[Verdict, Reason]] = []
    day = authority.local_day(at)
    if at > authority.expires:
        reason = Reason("authority-document-expired", {"day": authority.expires.date()})
        reasons.append((Verdict.INDETERMINATE, reason))
    if day < claims.valid_from:
        reasons.append((Verdict.NOT_IN_FORCE, Reason("permit-not-yet", {"day": claims.valid_from})))
    if claims.valid_until is not None and day > claims.valid_until:
        reasons.append((Verdict.NOT_IN_FORCE, Reason("permit-expired", {"day": claims.valid_until})))
    status, found = _ask(claims, source, at, authority)
    reasons += found
    deciding = next((verdict for verdict, _ in reasons if verdict is not Verdict.VALID), Verdict.VALID)
    return QrAnswer(
        checked_at=at,
        verdict=deciding,
        reasons=tuple(reason for _, reason in reasons),
        claims=claims,
        status=status,
        authority=AuthorityUsed(
            slug=authority.slug,
            name=authority.name,
            version=authority.version,
            time_zone=authority.time_zone,
            trust="pinned" if authority.pinned else "given_file",
            keys=authority.key_ids,
        ),
    )


def _ask(
    claims: QrClaims, source: StatusSource | None, at: datetime, authority: AuthorityDocument
) -> tuple[StatusReport, list[tuple[Verdict, Reason]]]:
    if source is None:
        status = StatusReport(checked=False, state="not_checked")
        return status, [(Verdict.VALID, Reason("status-not-checked"))]
    unknown = StatusReport(checked=True, state="unknown")
    try:
        answer = source.status_of(claims.number, claims.status_index, authority.local_day(at))
    except StatusUnavailableError as error:
        return unknown, [(Verdict.INDETERMINATE, Reason("status-unavailable", {"problem": error.problem}))]
    if answer is None:
        return unknown, [(Verdict.INDETERMINATE, Reason("status-unknown-permit"))]
    state = answer.status.value
    if state == "in_force":
        return status_report(answer), []
    code = f"status-{state.replace('_', '-')}"
    return status_report(answer), [(Verdict.NOT_IN_FORCE, Reason(code, {"day": answer.since or "?"}))]


def status_report(answer: PermitStatusAnswer | None) -> StatusReport:
    """Return what a status source said, as reports give it."""
    if answer is None:
        return StatusReport(checked=True, state="unknown")
    return StatusReport(
        checked=True,
        state=answer.status.value,
        since=answer.since.isoformat() if answer.since is not None else None,
        source=answer.source,
        as_of=answer.as_of,
    )


def _message(reason: Reason, language: str) -> str:
    if reason.code not in OWN_REASONS:
        return reason.message(language)
    from perizinan_core.model.numerals import format_date

    fields = {
        name: format_date(value, language) if isinstance(value, date) else value
        for name, value in reason.fields.items()
    }
    return translate(OWN_REASONS[reason.code][1], language, **fields)


def _claims_json(claims: QrClaims) -> dict[str, Any]:
    return {
        "number": claims.number,
        "permit_type": claims.permit_type,
        "holder": claims.holder,
        "object": claims.object,
        "issued_on": claims.issued_on.isoformat(),
        "valid_from": claims.valid_from.isoformat(),
        "valid_until": claims.valid_until.isoformat() if claims.valid_until is not None else None,
        "status_index": claims.status_index,
    }
