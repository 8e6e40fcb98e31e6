"""What a closed case adds to the office's figures: numbers and codes, and nothing about a person."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import attrs

from perizinan_core.model._application import ApplicationState

__all__ = ["WHOLE", "Figure", "FigureCount", "PeriodLength", "RefusalGround"]

WHOLE = ""
"""`Figure.step` of the case as a whole."""


class RefusalGround(StrEnum):
    """What a refusal rests on: the kind of the step that found against the application."""

    PAPERS = "papers"
    """The papers or what was stated in them: completeness check or verification."""

    TECHNICAL = "technical"
    """A technical recommendation."""

    SITE = "site"
    """A site inspection."""

    PAYMENT = "payment"
    """The fee was not paid."""

    DECISION = "decision"
    """The decision itself, with every step before it positive."""

    DEFECT = "defect"
    """A grant had a defect and was annulled before a permit was issued."""


class PeriodLength(StrEnum):
    """How long the periods are of which an office publishes figures."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Return how many months it has."""
        return {PeriodLength.MONTH: 1, PeriodLength.QUARTER: 3, PeriodLength.YEAR: 12}[self]


@attrs.frozen(kw_only=True)
class Figure:
    """How long a case, or one of its steps, took; written once, when the case is closed."""

    step: str = WHOLE
    """Code of the step."""

    permit_type: str
    closed_day: date
    """Local day."""

    outcome: ApplicationState
    """How the case ended."""

    ground: RefusalGround | None = None
    """Of a refusal."""

    days: int | None = None
    """Whole working days: of the time limit, or between opening and end of a step; None: no time ran."""

    on_time: bool | None = None
    """Whether it was decided within the time limit; None where none ran. Of the whole case only."""


@attrs.frozen(kw_only=True)
class FigureCount:
    """How many closed cases have the same figure."""

    step: str
    permit_type: str
    outcome: ApplicationState
    ground: RefusalGround | None
    days: int | None
    on_time: bool | None
    number: int
