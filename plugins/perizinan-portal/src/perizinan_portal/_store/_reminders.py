"""Which permits someone was written to about before they end: once each, whatever restarts."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_portal._store._database import Database
from perizinan_portal._store._tables import REMINDERS

__all__ = ["Reminders"]


@attrs.frozen
class Reminders:
    """The reminders on record."""

    _database: Database

    def claim(self, subject: str, *, now: int) -> bool:
        """Note a reminder before it is sent; False when it was noted before, here or by another process."""
        try:
            with self._database.write() as connection:
                known = connection.execute(
                    sa.select(REMINDERS.c.subject).where(REMINDERS.c.subject == subject)
                )
                if known.first() is not None:
                    return False
                connection.execute(sa.insert(REMINDERS).values(subject=subject, noted_at=now))
        except AlreadyExistsError:
            return False
        return True

    def remove_old(self, *, before: int) -> None:
        """Forget what was noted long ago."""
        with self._database.write() as connection:
            connection.execute(sa.delete(REMINDERS).where(REMINDERS.c.noted_at < before))
