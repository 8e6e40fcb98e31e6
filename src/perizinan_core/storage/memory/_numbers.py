"""Number registers and places in the status list, in memory."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._records import TakenNumber
from perizinan_core.storage.memory._state import Access, utc

__all__ = ["MemoryNumbers", "MemoryStatusIndexes"]


class MemoryNumbers:
    """Implements `perizinan_core.storage._ports.Numbers`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._unexplained: set[tuple[str, int, int]] = set()

    def check_explained(self) -> None:
        """Raise when this unit of work took a number that has neither a use nor a reason for being void."""
        for key in sorted(self._unexplained):
            raise _error(key, "unexplained")

    def take(self, register: str, year: int, *, first: int = 1, by: str, at: datetime) -> int:
        """See the port."""
        state = self._access.write()
        moment = utc(at)
        last = state.counters.get((register, year))
        sequence = first if last is None else last + 1
        state.counters[register, year] = sequence
        state.numbers[register, year, sequence] = TakenNumber(
            register=register, year=year, sequence=sequence, taken_by=by, taken_at=moment
        )
        self._unexplained.add((register, year, sequence))
        return sequence

    def record(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """See the port."""
        state, key = self._access.write(), (register, year, sequence)
        line = self.get(*key)
        if line.is_cancelled:
            raise _error(key, "cancelled")
        if line.number is not None and (line.number, line.subject) != (number, subject):
            raise _error(key, "recorded")
        other = self.find_number(number)
        if other is not None and other != line:
            self._access.refuse_duplicate("number", "number")
        state.numbers[key] = attrs.evolve(line, number=number, subject=subject)
        self._unexplained.discard(key)
        return state.numbers[key]

    def lose(
        self, register: str, year: int, sequence: int, *, number: str | None, subject: str | None
    ) -> TakenNumber:
        """See the port."""
        state, key = self._access.write(), (register, year, sequence)
        if number is not None and subject is not None:
            self.record(register, year, sequence, number=number, subject=subject)
        state.numbers[key] = attrs.evolve(self.get(*key), is_lost=True)
        self._unexplained.discard(key)
        return state.numbers[key]

    def regain(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """See the port."""
        line = self.record(register, year, sequence, number=number, subject=subject)
        state = self._access.write()
        state.numbers[register, year, sequence] = attrs.evolve(line, is_lost=False)
        return state.numbers[register, year, sequence]

    def cancel(
        self, register: str, year: int, sequence: int, *, reason: str, by: str, at: datetime
    ) -> TakenNumber:
        """See the port."""
        state, key = self._access.write(), (register, year, sequence)
        line = self.get(*key)
        if line.is_cancelled:
            raise _error(key, "cancelled")
        state.numbers[key] = attrs.evolve(line, cancelled_by=by, cancelled_at=utc(at), cancel_reason=reason)
        self._unexplained.discard(key)
        return state.numbers[key]

    def get(self, register: str, year: int, sequence: int) -> TakenNumber:
        """See the port."""
        line = self._access.read().numbers.get((register, year, sequence))
        if line is None:
            raise _error((register, year, sequence), "not-taken")
        return line

    def find_number(self, number: str) -> TakenNumber | None:
        """See the port."""
        lines = self._access.read().numbers.values()
        return next((line for line in lines if line.number == number), None)

    def of_subject(self, subject: str) -> tuple[TakenNumber, ...]:
        """See the port."""
        lines = [line for line in self._access.read().numbers.values() if line.subject == subject]
        return tuple(sorted(lines, key=lambda line: (line.taken_at, line.register, line.year, line.sequence)))

    def book(
        self, register: str, year: int, *, after: int | None = None, limit: int = 500
    ) -> tuple[TakenNumber, ...]:
        """See the port."""
        lines = [
            line
            for line in self._access.read().numbers.values()
            if line.register == register and line.year == year and (after is None or line.sequence > after)
        ]
        return tuple(sorted(lines, key=lambda line: line.sequence)[:limit])

    def last(self, register: str, year: int) -> int | None:
        """See the port."""
        return self._access.read().counters.get((register, year))


class MemoryStatusIndexes:
    """Implements `perizinan_core.storage._ports.StatusIndexes`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def take(self) -> int:
        """See the port."""
        state = self._access.write()
        state.status_size += 1
        return state.status_size - 1

    def size(self) -> int:
        """See the port."""
        return self._access.read().status_size


def _error(key: tuple[str, int, int], reason: str) -> StorageError:
    register, year, sequence = key
    return StorageError("number-book", register=register, year=year, sequence=sequence, reason=reason)
