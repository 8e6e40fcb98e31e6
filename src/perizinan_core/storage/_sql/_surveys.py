"""Answers to the satisfaction survey in SQL: added by the database; remarks are encrypted."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from perizinan_core.model._survey import SurveyAnswer, SurveyElement, SurveySums
from perizinan_core.storage._sql._rows import place_of, read_sound
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import surveys

__all__ = ["SqlSurveys"]


class SqlSurveys:
    """Implements `perizinan_core.storage._ports.SurveyRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answer: SurveyAnswer) -> None:
        """See the port."""
        # Not in the order of time: the name must not lead to the person who answered.
        name = uuid4().hex
        columns = {
            "id": name,
            "permit_type": answer.permit_type,
            "answered_day": answer.day,
            **{element.value: answer.values[element] for element in SurveyElement},
            "remarked": bool(answer.remark),
            "payload": self._session.sealer.seal({"remark": answer.remark}, place_of(surveys, name)),
        }
        self._session.write(surveys.insert(), self._session.seals.sealed(surveys, columns))

    def sums(self, first: date, last: date) -> tuple[SurveySums, ...]:
        """See the port."""
        row = surveys.c
        added = [sa.func.sum(row[element.value]).label(element.value) for element in SurveyElement]
        query = (
            sa.select(row.permit_type, sa.func.count().label("number"), *added)
            .where(row.answered_day >= first, row.answered_day <= last)
            .group_by(row.permit_type)
            .order_by(row.permit_type)
        )
        return tuple(
            SurveySums(
                permit_type=one.permit_type,
                respondents=one.number,
                sums=tuple(int(one._mapping[element.value]) for element in SurveyElement),
            )
            for one in self._session.read(query)
        )

    def remarks(self, first: date, last: date, *, limit: int = 200) -> tuple[tuple[str, str], ...]:
        """See the port."""
        row = surveys.c
        written = row.remarked == sa.literal(value=True)
        query = sa.select(surveys).where(written, row.answered_day >= first, row.answered_day <= last)
        found = self._session.read(query.order_by(row.answered_day.desc(), row.id).limit(limit))
        # The latest ones, in no order that leads to anyone: names are random.
        rows = sorted(found, key=lambda one: str(one.id))
        return tuple(item for item in read_sound(self._session, surveys, rows, _remark) if item[1])


def _remark(session: Session, row: Any) -> tuple[str, str]:
    opened = session.sealer.open(row.payload, place_of(surveys, row.id))
    return row.permit_type, opened["remark"]
