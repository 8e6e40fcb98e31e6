"""
Sign, then verify by other code: the one place where an office that issues asks the validator about its own files.

Issuing knows the published formats and not how a checker judges; what a checker would say is asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.published import NO_STATUS, AuthorityDocument, NoStatus, StatusSource

__all__ = ["OwnFile", "look_at"]


@attrs.frozen(kw_only=True)
class OwnFile:
    """What a checker says of a file that this office made."""

    verdict: str
    reasons: str
    """Reason codes, or the verdict where there is none."""

    is_sound: bool
    """True for permits in force; also for one whose first day is to come, or whose last has passed."""

    number: str | None
    """Number of the permit in it."""

    content: Mapping[str, Any] | None = attrs.field(repr=False)
    """What the office said for machines in it."""

    signed_at: datetime | None
    """When it was signed: the proven time, or what the signer claims."""


def look_at(
    pdf: bytes, authority: AuthorityDocument, at: datetime, *, status: StatusSource | NoStatus = NO_STATUS
) -> OwnFile:
    """
    Verify a signed permit of this office.

    By default whether it was signed as it should be, and no more: before it is issued the status list says
    "suspended", and proofs of time are added to revoked permits, too.
    """
    from perizinan_core.verification import Verdict, verify_permit

    report = verify_permit(pdf, authority=authority, at=at, status=status)
    return OwnFile(
        verdict=report.verdict.value,
        reasons=", ".join(reason.code for reason in report.reasons) or report.verdict.value,
        is_sound=report.verdict in (Verdict.VALID, Verdict.NOT_IN_FORCE),
        number=report.permit.number if report.permit is not None else None,
        content=report.permit.to_json() if report.permit is not None else None,
        signed_at=next((one.trusted_time or one.signed_at for one in report.signatures), None),
    )
