"""The office's figures, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from perizinan_core.model._figures import Figure, FigureCount
from perizinan_core.storage.memory._state import Access

__all__ = ["MemoryFigures"]


class MemoryFigures:
    """Implements `perizinan_core.storage._ports.Figures`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def put(self, application: str, figures: Iterable[Figure]) -> None:
        """See the port."""
        self._access.write().figures[application] = tuple(figures)

    def counts(self, first: date, last: date) -> tuple[FigureCount, ...]:
        """See the port."""
        counted = Counter(
            (one.permit_type, one.step, one.outcome, one.ground, one.on_time, one.days)
            for figures in self._access.read().figures.values()
            for one in figures
            if first <= one.closed_day <= last
        )
        return tuple(
            FigureCount(
                permit_type=key[0],
                step=key[1],
                outcome=key[2],
                ground=key[3],
                on_time=key[4],
                days=key[5],
                number=number,
            )
            for key, number in sorted(counted.items(), key=lambda item: _order(item[0]))
        )

    def backlog(self, day: date) -> Mapping[tuple[str, date], int]:
        """See the port."""
        found: Counter[tuple[str, date]] = Counter()
        for stored in self._access.read().applications.values():
            case = stored.value
            submitted = self._access.local_day(case.submitted_at)
            closed = self._access.local_day(case.closed_at)
            if submitted is not None and submitted <= day and (closed is None or closed > day):
                found[case.permit_type, submitted] += 1
        return dict(found)

    def first_day(self) -> date | None:
        """See the port."""
        every = (one.closed_day for figures in self._access.read().figures.values() for one in figures)
        return min(every, default=None)


def _order(values: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(
        "" if value is None else f"{value:>8}" if isinstance(value, int) else str(value) for value in values
    )
