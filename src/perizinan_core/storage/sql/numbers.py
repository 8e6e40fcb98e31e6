"""Number registers and places in the status list, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import NumberBookError
from perizinan_core.storage.records import TakenNumber
from perizinan_core.storage.sql.rows import place_of
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.tables import counters, number_counters, numbers

__all__ = ["SqlNumbers", "SqlStatusIndexes"]

_STATUS_LIST = "status-list"


class SqlNumbers:
    """
    Implements `perizinan_core.storage.ports.Numbers`.

    One row for each register and year holds the last number. Raising it locks the row until the end
    of the transaction, so takers form a queue, and a rollback gives the number back: no gaps, no doubles.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._unexplained: set[tuple[str, int, int]] = set()

    def check_explained(self) -> None:
        """Raise when this unit of work took a number that has neither a use nor a reason for being void."""
        for register, year, sequence in sorted(self._unexplained):
            raise NumberBookError(register=register, year=year, sequence=sequence, reason="unexplained")

    def take(self, register: str, year: int, *, first: int = 1, by: str, at: datetime) -> int:
        """See the port."""
        self._session.check_writable()
        raise_it = (
            self._session.insert(number_counters)
            .values(register=register, year=year, last=first)
            .on_conflict_do_update(
                index_elements=["register", "year"], set_={"last": number_counters.c.last + 1}
            )
            .returning(number_counters.c.last)
        )
        sequence = int(self._session.write(raise_it).scalar_one())
        line = {"register": register, "year": year, "sequence": sequence, "taken_by": by, "taken_at": at}
        self._session.write(numbers.insert().values(line), kind="number")
        self._unexplained.add((register, year, sequence))
        return sequence

    def record(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """See the port."""
        line = self._get_locked(register, year, sequence)
        if line.is_cancelled:
            raise NumberBookError(register=register, year=year, sequence=sequence, reason="cancelled")
        if line.number is not None and (line.number, line.subject) != (number, subject):
            raise NumberBookError(register=register, year=year, sequence=sequence, reason="recorded")
        change = numbers.update().where(*_is(register, year, sequence)).values(number=number, subject=subject)
        self._session.write(change, kind="number")
        self._unexplained.discard((register, year, sequence))
        return attrs.evolve(line, number=number, subject=subject)

    def cancel(
        self, register: str, year: int, sequence: int, *, reason: str, by: str, at: datetime
    ) -> TakenNumber:
        """See the port."""
        if self._get_locked(register, year, sequence).is_cancelled:
            raise NumberBookError(register=register, year=year, sequence=sequence, reason="cancelled")
        sealer = self._session.sealer
        change = {
            "cancelled_by": by,
            "cancelled_at": at,
            "key_id": sealer.data_key_id,
            "payload": sealer.seal({"reason": reason}, place_of(numbers, register, year, sequence)),
        }
        self._session.write(numbers.update().where(*_is(register, year, sequence)).values(change))
        self._unexplained.discard((register, year, sequence))
        return self.get(register, year, sequence)

    def get(self, register: str, year: int, sequence: int) -> TakenNumber:
        """See the port."""
        return self._get(sa.select(numbers), register, year, sequence)

    def find_number(self, number: str) -> TakenNumber | None:
        """See the port."""
        row = self._session.first(sa.select(numbers).where(numbers.c.number == number))
        return None if row is None else self._read(row)

    def of_subject(self, subject: str) -> tuple[TakenNumber, ...]:
        """See the port."""
        line = numbers.c
        order = (line.taken_at, line.register, line.year, line.sequence)
        rows = self._session.read(sa.select(numbers).where(line.subject == subject).order_by(*order))
        return tuple(self._read(row) for row in rows)

    def book(
        self, register: str, year: int, *, after: int | None = None, limit: int = 500
    ) -> tuple[TakenNumber, ...]:
        """See the port."""
        line = numbers.c
        query = sa.select(numbers).where(line.register == register, line.year == year)
        if after is not None:
            query = query.where(line.sequence > after)
        return tuple(
            self._read(row) for row in self._session.read(query.order_by(line.sequence).limit(limit))
        )

    def last(self, register: str, year: int) -> int | None:
        """See the port."""
        counter = number_counters.c
        query = sa.select(counter.last).where(counter.register == register, counter.year == year)
        found = self._session.scalar(query)
        return None if found is None else int(found)

    def _get_locked(self, register: str, year: int, sequence: int) -> TakenNumber:
        self._session.check_writable()
        return self._get(self._session.locked(sa.select(numbers)), register, year, sequence)

    def _get(self, query: sa.Select[Any], register: str, year: int, sequence: int) -> TakenNumber:
        row = self._session.first(query.where(*_is(register, year, sequence)))
        if row is None:
            raise NumberBookError(register=register, year=year, sequence=sequence, reason="not-taken")
        return self._read(row)

    def _read(self, row: Any) -> TakenNumber:
        reason = None
        if row.payload is not None:
            place = place_of(numbers, row.register, row.year, row.sequence)
            reason = self._session.sealer.open(row.payload, place)["reason"]
        return TakenNumber(
            register=row.register,
            year=row.year,
            sequence=row.sequence,
            number=row.number,
            subject=row.subject,
            taken_by=row.taken_by,
            taken_at=row.taken_at,
            cancelled_by=row.cancelled_by,
            cancelled_at=row.cancelled_at,
            cancel_reason=reason,
        )


def _is(register: str, year: int, sequence: int) -> tuple[sa.ColumnElement[bool], ...]:
    line = numbers.c
    return line.register == register, line.year == year, line.sequence == sequence


class SqlStatusIndexes:
    """Implements `perizinan_core.storage.ports.StatusIndexes`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self) -> int:
        """See the port."""
        self._session.check_writable()
        raise_it = (
            self._session.insert(counters)
            .values(name=_STATUS_LIST, value=1)
            .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
            .returning(counters.c.value)
        )
        return int(self._session.write(raise_it).scalar_one()) - 1

    def size(self) -> int:
        """See the port."""
        found = self._session.scalar(sa.select(counters.c.value).where(counters.c.name == _STATUS_LIST))
        return int(found or 0)
