"""
Which rows have passed their check in this process, so that an unchanged row is not computed again.

What is remembered is a keyed digest of all that a check looks at: table, columns, seal. A row that differs in
anything has another digest and is computed; no row passes because of its name or of its seal alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

__all__ = ["VerifiedRows"]

LIMIT = 500_000
"""Most rows that are remembered: some 60 MB."""

_PLAIN = frozenset({type(None), bool, bytes, date, datetime, int, str})
"""Types whose `repr` tells all of a value."""


class VerifiedRows:
    """Digests of rows that passed. Safe to share between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._secret = os.urandom(32)
        self._passed: set[bytes] = set()

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
