"""
Which rows have passed their check in this process, so that an unchanged row is not computed again.

What is remembered is a keyed digest of all that a check looks at: table, columns, seal. A row that differs in
anything has another digest and is computed; no row passes because of its name or of its seal alone. Of the rows that
were sealed last, the values themselves are remembered: the steps of a case read what the one before wrote.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Generic, TypeVar

__all__ = ["Recent", "VerifiedRows"]

T = TypeVar("T")

WRITTEN = 4_000
"""Most rows that are remembered because this process wrote them."""

LIMIT = 500_000
"""Most rows that are remembered: some 60 MB."""

_PLAIN = frozenset({type(None), bool, bytes, date, datetime, int, str})
"""Types whose `repr` tells all of a value."""


class Recent(Generic[T]):
    """The last values that were put in, by a seal. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: dict[bytes, T] = {}

    def get(self, seal: bytes) -> T | None:
        """Return the value, or None."""
        return self._values.get(seal)

    def put(self, seal: bytes, value: T) -> None:
        """Remember a value; the oldest is forgotten for it."""
        self._values[seal] = value
        if len(self._values) > self._limit:
            with suppress(StopIteration, RuntimeError):  # another thread was faster
                self._values.pop(next(iter(self._values)), None)


class VerifiedRows:
    """Digests of rows that passed. Safe to share between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._secret = os.urandom(32)
        self._passed: set[bytes] = set()
        self._written: Recent[tuple[str, Sequence[Any]]] = Recent(WRITTEN)

    def digest(self, layout: str, values: Sequence[Any]) -> bytes | None:
        """
        Return the digest of a row, or None when it holds a value that its text does not determine.

        Args:
            layout: The table and the names of the values, in their order.
            values: What the check looks at.
        """
        if not _PLAIN.issuperset(map(type, values)):
            return None
        text = repr((layout, values)).encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._secret, digest_size=16).digest()

    def note_written(self, seal: bytes, layout: str, values: Sequence[Any]) -> None:
        """Remember a row that was just given its seal, for it is soon read again."""
        self._written.put(seal, (layout, values))

    def was_written(self, seal: bytes | None, layout: str, values: Sequence[Any]) -> bool:
        """Return whether the very same row was given this seal here."""
        return seal is not None and self._written.get(seal) == (layout, values)

    def has(self, digest: bytes | None) -> bool:
        """Return whether the very same row has passed."""
        return digest in self._passed

    def add(self, digest: bytes | None) -> None:
        """Remember a row that has passed; when there are too many, any other one is forgotten."""
        if digest is None:
            return
        while len(self._passed) >= self._limit:
            try:
                self._passed.pop()
            except KeyError:  # another thread was faster
                break
        self._passed.add(digest)
