"""Answers to the satisfaction survey, in memory."""

from __future__ import annotations

from datetime import date

from perizinan_core.model._survey import SurveyAnswer, SurveyElement, SurveySums
from perizinan_core.storage.memory._state import Access

__all__ = ["MemorySurveys"]


class MemorySurveys:
    """Implements `perizinan_core.storage._ports.SurveyRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, answer: SurveyAnswer) -> None:
        """See the port."""
        state = self._access.write()
        state.surveys = (*state.surveys, answer)

    def sums(self, first: date, last: date) -> tuple[SurveySums, ...]:
        """See the port."""
        within = [one for one in self._access.read().surveys if first <= one.day <= last]
        found = []
        for code in sorted({one.permit_type for one in within}):
            mine = [one for one in within if one.permit_type == code]
            sums = tuple(sum(one.values[element] for one in mine) for element in SurveyElement)
            found.append(SurveySums(permit_type=code, respondents=len(mine), sums=sums))
        return tuple(found)

    def remarks(self, first: date, last: date, *, limit: int = 200) -> tuple[tuple[str, str], ...]:
        """See the port."""
        within = [one for one in self._access.read().surveys if first <= one.day <= last and one.remark]
        latest = sorted(within, key=lambda one: one.day, reverse=True)[:limit]
        return tuple(sorted((one.permit_type, one.remark) for one in latest))
