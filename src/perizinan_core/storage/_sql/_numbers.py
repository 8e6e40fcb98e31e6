"""Number registers and places in the status list, in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._records import TakenNumber
from perizinan_core.storage._sql._rows import place_of
from perizinan_core.storage._sql._seals import Lock
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import key_names, row_of, rows_with, the
from perizinan_core.storage._sql._tables import counters, number_counters, numbers, permits

__all__ = ["SqlNumbers", "SqlStatusIndexes"]

_STATUS_LIST = "status-list"
_LOOKED_AT = 20
"""So many of the newest rows are looked at for one that is as the library wrote it."""

_INSERT = numbers.insert()
_MOST = sa.bindparam("the_limit", type_=sa.Integer())
_LINES = rows_with(numbers, "register", "year").order_by(numbers.c.sequence.desc()).limit(_MOST)
_PLACES = sa.select(permits).order_by(permits.c.status_index.desc()).limit(_MOST)


class SqlNumbers:
    """
    Implements `perizinan_core.storage._ports.Numbers`.

    One row for each register and year holds the last number. Raising it locks the row until the end
    of the transaction, so takers form a queue, and a rollback gives the number back: no gaps, no doubles.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken: dict[tuple[str, int, int], dict[str, Any]] = {}
        """Lines that are not written yet, because it is not known what the number is for."""

        self._unexplained: set[tuple[str, int, int]] = set()
        """Lines that had to be written before it was known."""

    def check_explained(self) -> None:
        """Raise when this unit of work took a number that has neither a use nor a reason for being void."""
        for register, year, sequence in sorted(self._unexplained | self._taken.keys()):
            raise StorageError(
                "number-book", register=register, year=year, sequence=sequence, reason="unexplained"
            )

    def take(self, register: str, year: int, *, first: int = 1, by: str, at: datetime) -> int:
        """See the port."""
        session = self._session
        session.check_writable()
        key = {"register": register, "year": year}
        counter = {**key, "last": first - 1}
        row = _locked_counter(session, number_counters, counter)
        sequence = max(self._counted(row, first - 1), self._newest(register, year) or 0) + 1
        session.change(number_counters, session.seals.sealed(number_counters, {**counter, "last": sequence}))
        self._taken[register, year, sequence] = {"taken_by": by, "taken_at": at}
        return sequence

    def record(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """See the port."""
        taken = self._taken.pop((register, year, sequence), None)
        if taken is not None:
            return self._insert(register, year, sequence, {**taken, "number": number, "subject": subject})
        row = self._get_locked(register, year, sequence)
        line = self._opened(row)
        if line.is_cancelled:
            raise StorageError(
                "number-book", register=register, year=year, sequence=sequence, reason="cancelled"
            )
        if line.number is not None and (line.number, line.subject) != (number, subject):
            raise StorageError(
                "number-book", register=register, year=year, sequence=sequence, reason="recorded"
            )
        self._change(row, {"number": number, "subject": subject})
        self._unexplained.discard((register, year, sequence))
        return attrs.evolve(line, number=number, subject=subject)

    def lose(
        self, register: str, year: int, sequence: int, *, number: str | None, subject: str | None
    ) -> TakenNumber:
        """See the port."""
        if number is not None and subject is not None:
            self.record(register, year, sequence, number=number, subject=subject)
        row = self._get_locked(register, year, sequence)
        payload = self._session.sealer.seal({"lost": True}, place_of(numbers, register, year, sequence))
        self._change(row, {"payload": payload})
        self._unexplained.discard((register, year, sequence))
        return self.get(register, year, sequence)

    def regain(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """See the port."""
        self.record(register, year, sequence, number=number, subject=subject)
        self._change(self._get_locked(register, year, sequence), {"payload": None})
        return self.get(register, year, sequence)

    def cancel(
        self, register: str, year: int, sequence: int, *, reason: str, by: str, at: datetime
    ) -> TakenNumber:
        """See the port."""
        row = self._get_locked(register, year, sequence)
        if self._opened(row).is_cancelled:
            raise StorageError(
                "number-book", register=register, year=year, sequence=sequence, reason="cancelled"
            )
        payload = self._session.sealer.seal({"reason": reason}, place_of(numbers, register, year, sequence))
        self._change(row, {"cancelled_by": by, "cancelled_at": at, "payload": payload})
        self._unexplained.discard((register, year, sequence))
        return self.get(register, year, sequence)

    def get(self, register: str, year: int, sequence: int) -> TakenNumber:
        """See the port."""
        return self._opened(self._get(register, year, sequence))

    def find_number(self, number: str) -> TakenNumber | None:
        """See the port."""
        self._write_taken()
        row = self._session.first(rows_with(numbers, "number"), the(number=number))
        return None if row is None else self._read(row)

    def of_subject(self, subject: str) -> tuple[TakenNumber, ...]:
        """See the port."""
        self._write_taken()
        line = numbers.c
        order = (line.taken_at, line.register, line.year, line.sequence)
        rows = self._session.read(sa.select(numbers).where(line.subject == subject).order_by(*order))
        return tuple(self._read(row) for row in rows)

    def book(
        self, register: str, year: int, *, after: int | None = None, limit: int = 500
    ) -> tuple[TakenNumber, ...]:
        """See the port."""
        self._write_taken()
        line = numbers.c
        query = sa.select(numbers).where(line.register == register, line.year == year)
        if after is not None:
            query = query.where(line.sequence > after)
        rows = self._session.read(query.order_by(line.sequence).limit(limit))
        for index, _ in self._session.seals.problems(numbers, rows):
            self._session.seals.require(numbers, rows[index])
        return tuple(self._opened(row) for row in rows)

    def last(self, register: str, year: int) -> int | None:
        """See the port."""
        counter = self._session.first(row_of(number_counters), the(register=register, year=year))
        newest = self._newest(register, year)
        if counter is None and newest is None:
            return None
        return max(self._counted(counter, 0), newest or 0)

    def _counted(self, row: Any, otherwise: int) -> int:
        """Return what a counter says, or ``otherwise`` when it is missing or was changed outside the library."""
        if row is None or not self._session.seals.sound(number_counters, [row]):
            return otherwise
        return int(row.last)

    def _newest(self, register: str, year: int) -> int | None:
        """Return the last line of the book: a counter that was set back does not stop the register."""
        self._write_taken()
        # A line that others added does not count: it would make a gap.
        line = _newest_sound(self._session, numbers, _LINES, the(register=register, year=year))
        return None if line is None else int(line.sequence)

    def _write_taken(self) -> None:
        """Write lines before someone looks at the book, though it is not known yet what they are for."""
        taken, self._taken = self._taken, {}
        for key, line in taken.items():
            self._insert(*key, line)
            self._unexplained.add(key)

    def _insert(self, register: str, year: int, sequence: int, line: dict[str, Any]) -> TakenNumber:
        row = {"register": register, "year": year, "sequence": sequence, **line}
        sealed = self._session.seals.sealed(numbers, row)
        self._session.write(_INSERT, sealed, kind="number")
        self._session.seals.written(numbers, sealed)
        return TakenNumber(**row)

    def _change(self, row: Any, change: Mapping[str, Any]) -> None:
        kept = {name: row._mapping[name] for name in numbers.columns.keys() if name not in ("key_id", "seal")}  # noqa: SIM118
        if kept["payload"] is not None:
            # Sealed with the key of its time, and the row names one key only.
            place = place_of(numbers, row.register, row.year, row.sequence)
            kept["payload"] = self._session.sealer.seal(
                self._session.sealer.open(kept["payload"], place), place
            )
        values = self._session.seals.sealed(numbers, {**kept, **change})
        self._session.change(numbers, values, kind="number")
        self._session.seals.written(numbers, values)

    def _get_locked(self, register: str, year: int, sequence: int) -> Any:
        self._session.check_writable()
        return self._get(register, year, sequence, lock=Lock.WHOLE)

    def _get(self, register: str, year: int, sequence: int, *, lock: Lock = Lock.NONE) -> Any:
        self._write_taken()
        row = self._session.seals.row(numbers, register, year, sequence, lock=lock)
        if row is None:
            raise StorageError(
                "number-book", register=register, year=year, sequence=sequence, reason="not-taken"
            )
        return row

    def _read(self, row: Any) -> TakenNumber:
        self._session.seals.require(numbers, row)
        return self._opened(row)

    def _opened(self, row: Any) -> TakenNumber:
        """Return the line of a row that was checked."""
        kept = {}
        if row.payload is not None:
            place = place_of(numbers, row.register, row.year, row.sequence)
            kept = self._session.sealer.open(row.payload, place)
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
            cancel_reason=kept.get("reason"),
            is_lost=bool(kept.get("lost")),
        )


def _locked_counter(session: Session, table: sa.Table, start: dict[str, Any]) -> Any:
    """Return the row of a counter, which is made where it is missing; no one else counts until the unit ends."""
    query, key = session.locked(row_of(table)), the(**{name: start[name] for name in key_names(table)})
    row = session.first(query, key)
    if row is None:
        session.insert_if_absent(table, session.seals.sealed(table, start))
        row = session.first(query, key)
    if row is not None:
        session.held(table, row)
    return row


def _newest_sound(
    session: Session, table: sa.Table, query: sa.Select[Any], values: dict[str, Any]
) -> sa.Row[Any] | None:
    """Return the first row of a question that is as the library wrote it, of as many as are worth a look."""
    rows = session.read(query, {**values, **the(limit=1)})
    if rows and any(True for _ in session.seals.problems(table, rows)):
        rows = session.seals.sound(table, session.read(query, {**values, **the(limit=_LOOKED_AT)}))
    return rows[0] if rows else None


class SqlStatusIndexes:
    """Implements `perizinan_core.storage._ports.StatusIndexes`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self) -> int:
        """See the port."""
        session = self._session
        session.check_writable()
        counter = {"name": _STATUS_LIST, "value": 0}
        place = self._next(_locked_counter(session, counters, counter))
        session.change(counters, session.seals.sealed(counters, {**counter, "value": place + 1}))
        return place

    def size(self) -> int:
        """See the port."""
        return self._next(self._session.first(row_of(counters), the(name=_STATUS_LIST)))

    def _next(self, row: Any) -> int:
        """Return the next free place, whatever was done to the counter: no place is given twice."""
        counted = int(row.value) if row is not None and self._session.seals.sound(counters, [row]) else 0
        newest = _newest_sound(self._session, permits, _PLACES, {})
        return max(counted, 0 if newest is None else int(newest.status_index) + 1)
