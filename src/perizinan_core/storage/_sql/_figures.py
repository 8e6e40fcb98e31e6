"""The office's figures in SQL: rows that are written once and only counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from perizinan_core.model._application import ApplicationState
from perizinan_core.model._figures import Figure, FigureCount, RefusalGround
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import removal_of, the
from perizinan_core.storage._sql._tables import applications, figures

__all__ = ["SqlFigures", "figure_rows"]

_INSERT = figures.insert()


class SqlFigures:
    """Implements `perizinan_core.storage._ports.Figures`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, application: str, figures_: Iterable[Figure]) -> None:
        """See the port."""
        known = self._session.known(applications, application)
        if known is None or known["closed_at"] is not None:
            self._session.write(removal_of(figures, "application_id"), the(application_id=application))
        if rows := figure_rows(self._session, application, figures_):
            self._session.write(_INSERT, rows)

    def counts(self, first: date, last: date) -> tuple[FigureCount, ...]:
        """See the port."""
        row = figures.c
        names = (row.permit_type, row.step, row.outcome, row.ground, row.on_time, row.days)
        query = sa.select(*names, sa.func.count().label("number")).group_by(*names)
        found = self._session.read(query.where(row.closed_day >= first, row.closed_day <= last))
        counted = (
            FigureCount(
                step=one.step,
                permit_type=one.permit_type,
                outcome=ApplicationState(one.outcome),
                ground=None if one.ground is None else RefusalGround(one.ground),
                days=one.days,
                on_time=one.on_time,
                number=one.number,
            )
            for one in found
        )
        return tuple(sorted(counted, key=_order))

    def backlog(self, day: date) -> Mapping[tuple[str, date], int]:
        """See the port."""
        case = applications.c
        query = (
            sa.select(case.permit_type, case.submitted_day, sa.func.count().label("number"))
            .where(case.submitted_day <= day, sa.or_(case.closed_day.is_(None), case.closed_day > day))
            .group_by(case.permit_type, case.submitted_day)
        )
        return {(row.permit_type, row.submitted_day): row.number for row in self._session.read(query)}

    def first_day(self) -> date | None:
        """See the port."""
        found: date | None = self._session.scalar(sa.select(sa.func.min(figures.c.closed_day)))
        return found


def figure_rows(session: Session, application: str, figures_: Iterable[Figure]) -> list[dict[str, object]]:
    """Return the sealed rows of a case's figures."""
    return [
        session.seals.sealed(
            figures,
            {
                "application_id": application,
                "step": one.step,
                "permit_type": one.permit_type,
                "closed_day": one.closed_day,
                "outcome": one.outcome.value,
                "ground": None if one.ground is None else one.ground.value,
                "days": one.days,
                "on_time": one.on_time,
            },
        )
        for one in figures_
    ]


def _order(one: FigureCount) -> tuple[str, ...]:
    values = one.permit_type, one.step, one.outcome, one.ground, one.on_time, one.days
    return tuple(
        "" if value is None else f"{value:>8}" if isinstance(value, int) else value for value in values
    )
