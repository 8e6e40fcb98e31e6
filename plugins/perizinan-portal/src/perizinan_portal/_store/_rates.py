"""How often something was tried, counted by the database for all processes of a portal (a storage of `limits`)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from limits.storage import Storage
from sqlalchemy.dialects import postgresql, sqlite

from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_portal._store._database import Database
from perizinan_portal._store._tables import RATES

__all__ = ["SharedRates"]

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class SharedRates(Storage):
    """Counts windows in a table; one statement for a try, whichever process it comes to."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it raises when it cannot count: the page says so, and nothing is let through."""
        return DatabaseUnavailableError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how often it was within the window; one that is over begins again."""
        now = int(time.time())
        with self._database.write() as connection:
            made = _INSERT[connection.dialect.name](RATES).values(
                key=_short(key), hits=amount, expires_at=now + expiry
            )
            is_over = RATES.c.expires_at <= now
            counted = made.on_conflict_do_update(
                index_elements=[RATES.c.key],
                set_={
                    "hits": sa.case((is_over, amount), else_=RATES.c.hits + amount),
                    "expires_at": sa.case((is_over, now + expiry), else_=RATES.c.expires_at),
                },
            ).returning(RATES.c.hits)
            return int(connection.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        """Return how often it was within the window."""
        row = self._row(key)
        return 0 if row is None else row[0]

    def get_expiry(self, key: str) -> float:
        """Return the end of the window, in seconds since 1970."""
        row = self._row(key)
        return time.time() if row is None else float(row[1])

    def check(self) -> bool:
        """Return whether it can count."""
        try:
            self._row("")
        except DatabaseUnavailableError:
            return False
        return True

    def reset(self) -> int:
        """Forget everything; return how much it was."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(RATES)).rowcount

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._database.write() as connection:
            connection.execute(sa.delete(RATES).where(RATES.c.key == _short(key)))

    def remove_old(self) -> int:
        """Remove windows that are over; return how many."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(RATES).where(RATES.c.expires_at <= int(time.time()))).rowcount

    def _row(self, key: str) -> tuple[int, int] | None:
        now = int(time.time())
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(RATES.c.hits, RATES.c.expires_at).where(
                    RATES.c.key == _short(key), RATES.c.expires_at > now
                )
            ).one_or_none()
        return None if row is None else (row.hits, row.expires_at)


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
