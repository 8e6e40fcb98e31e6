"""What outside systems answered about a case before it was taken: who was asked, when, and what they said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._actor import Account
from perizinan_core.model._written import line_field, lines_field

__all__ = ["CheckKind", "CheckOutcome", "CheckRecord"]


class CheckKind(StrEnum):
    """What was asked about."""

    APPLICANT = "applicant"
    """Who applies."""
    SUBMISSION = "submission"
    """What is applied for: zoning, lists, other systems."""


class CheckOutcome(StrEnum):
    """What became of the question."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    """The system failed or did not answer in time: that is never an answer."""


@attrs.frozen(kw_only=True)
class CheckRecord:
    """One question to an outside system about one submission."""

    kind: CheckKind
    plugin: str
    """Which plugin asked; empty for checks of applicants of which the answer alone is known."""

    source: str = line_field(N_("Source"))
    """Who answered, e.g. ``dukcapil``; where no one did, the plugin."""

    outcome: CheckOutcome
    answer: str = lines_field(N_("Answer"), filled=False, default="")
    """What the source said, for officers; the applicant's side does not see it."""

    asked_at: datetime
    submission: int
    answered_by: Account | None = None
    """The officer who wrote down an answer that came another way; None: the system itself answered."""
