"""Terms that a law sets for every office, as dated data with their source; a caller can pass others."""

from __future__ import annotations

import attrs

from perizinan_core.model._text import Period, PeriodUnit, Source

__all__ = ["LEGAL_TERMS", "LegalTerm", "LegalTerms"]


@attrs.frozen(kw_only=True)
class LegalTerm:
    """One span of time of a law."""

    period: Period
    source: Source


@attrs.frozen(kw_only=True)
class LegalTerms:
    """The spans that the workflow itself needs; everything else comes from the permit type."""

    objection: LegalTerm
    """From the refusal to the last day for an objection (keberatan)."""

    issue_after_deemed: LegalTerm
    """For issuing after a deemed grant, where the permit type states no time of its own."""

    annulment: LegalTerm
    """From finding a defect to the annulment by the official or the superior."""


def _days(count: int) -> Period:
    return Period(count, PeriodUnit.WORKING_DAYS)


LEGAL_TERMS = LegalTerms(
    objection=LegalTerm(
        period=_days(21),
        source=Source(
            "UU 30/2014 art. 75-77",
            note="21 working days as read in the Supreme Court's chamber rules of 2021",
        ),
    ),
    issue_after_deemed=LegalTerm(
        period=_days(5),
        source=Source(
            "UU 30/2014 art. 77",
            assumed=True,
            note="The term of deemed objections; the rule of art. 53(5) for deemed grants was not found",
        ),
    ),
    annulment=LegalTerm(period=_days(5), source=Source("UU 30/2014 art. 66")),
)
"""In force in November 2026."""
