"""The office's figures: what closed cases took, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from perizinan_core.model._figures import Figure, FigureCount

__all__ = ["Figures"]


class Figures(Protocol):
    """Numbers about closed cases, counted by the store itself; nothing about persons is in them."""

    def put(self, application: str, figures: Iterable[Figure]) -> None:
        """Write the figures of a case that was closed, in the place of any that are there."""
        ...

    def counts(self, first: date, last: date) -> tuple[FigureCount, ...]:
        """Return how many cases closed on these local days have which figures, in order: one question."""
        ...

    def backlog(self, day: date) -> Mapping[tuple[str, date], int]:
        """
        Return how many cases were handed in and not closed at the end of a local day: one question.

        By permit type and local day of submission.
        """
        ...

    def first_day(self) -> date | None:
        """Return the first local day on which a case was closed, or None."""
        ...
