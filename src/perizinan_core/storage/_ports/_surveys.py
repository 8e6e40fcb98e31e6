"""Answers to the satisfaction survey."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from perizinan_core.model._survey import SurveyAnswer, SurveySums

__all__ = ["SurveyRecords"]


class SurveyRecords(Protocol):
    """Answers that no longer say of whom they are; added by the store itself."""

    def add(self, answer: SurveyAnswer) -> None:
        """Write the answers of one person."""
        ...

    def sums(self, first: date, last: date) -> tuple[SurveySums, ...]:
        """Return the answers given on these local days, added by permit type, in order: one question."""
        ...

    def remarks(self, first: date, last: date, *, limit: int = 200) -> tuple[tuple[str, str], ...]:
        """Return permit types and remarks, in an order that has nothing to do with when they were given."""
        ...
