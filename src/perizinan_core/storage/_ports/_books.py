"""Number registers, places in the status list, and facts about the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from perizinan_core.storage._records import (
    TakenNumber,
)

__all__ = ["Numbers", "SettingRecords", "StatusIndexes"]


class Numbers(Protocol):
    """The number registers (buku agenda): gap-free and unique per register and local year."""

    def take(self, register: str, year: int, *, first: int = 1, by: str, at: datetime) -> int:
        """
        Take the next sequence number; it is taken for good only when the unit of work commits.

        Anyone who takes from the same register and year meanwhile waits. Before the commit the number must be
        given its use with `record` or be cancelled.

        Args:
            register: Code of the register.
            year: Local year of the authority, not that of UTC.
            first: Number to begin with when the year has none yet.
            by: Who takes it.
            at: When.
        """
        ...

    def record(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """
        Write down the number as printed and what it is for.

        Raises:
            StorageError: ``number-book``: It was not taken, is recorded for something else, or was cancelled.
            AlreadyExistsError: Another line has the same printed number.
        """
        ...

    def cancel(
        self, register: str, year: int, sequence: int, *, reason: str, by: str, at: datetime
    ) -> TakenNumber:
        """
        Cancel a number; its line stays in the book for ever, with the reason.

        Raises:
            StorageError: ``number-book``: It was not taken, or was cancelled before.
        """
        ...

    def lose(
        self, register: str, year: int, sequence: int, *, number: str | None, subject: str | None
    ) -> TakenNumber:
        """
        Write down that a number was used by a record which this store does not have; it is not used again.

        Number and subject are None where they are not known.

        Raises as `record`.
        """
        ...

    def regain(self, register: str, year: int, sequence: int, *, number: str, subject: str) -> TakenNumber:
        """
        Write down that a lost number belongs to a record which this store has again.

        Raises as `record`; of a line that is not lost it writes what `record` does.
        """
        ...

    def get(self, register: str, year: int, sequence: int) -> TakenNumber:
        """
        Return one line of the book.

        Raises:
            StorageError: ``number-book``: It was not taken.
        """
        ...

    def find_number(self, number: str) -> TakenNumber | None:
        """Return the line with this printed number, or None."""
        ...

    def of_subject(self, subject: str) -> tuple[TakenNumber, ...]:
        """Return the lines for an application or permit, in the order in which they were taken."""
        ...

    def book(
        self, register: str, year: int, *, after: int | None = None, limit: int = 500
    ) -> tuple[TakenNumber, ...]:
        """Return lines of the book in order, those after sequence ``after``."""
        ...

    def last(self, register: str, year: int) -> int | None:
        """Return the last number taken, or None when the year has none."""
        ...


class StatusIndexes(Protocol):
    """Places in the authority's status list."""

    def take(self) -> int:
        """Take the next free place, from 0 on; taken for good only when the unit of work commits."""
        ...

    def size(self) -> int:
        """Return how many places are taken: the length that the status list needs."""
        ...


class SettingRecords(Protocol):
    """Small facts about the store itself; no secrets and no personal data."""

    def get(self, key: str) -> Any:
        """Return the JSON value, or None."""
        ...

    def put(self, key: str, value: Any) -> None:
        """Store a JSON value."""
        ...

    def delete(self, key: str) -> None:
        """Remove a value; no error when there is none."""
        ...

    def all(self, prefix: str = "") -> Mapping[str, Any]:
        """
        Return all values whose key begins with ``prefix``, in the order of the keys.

        A value that was changed or added outside the library is left out; see `broken`.
        """
        ...

    def broken(self, prefix: str = "") -> tuple[str, ...]:
        """
        Return the keys that were written here and whose value is no longer as it was written, or is missing.

        What others added is not among them: it is passed over, and nothing is lost with it.
        """
        ...
