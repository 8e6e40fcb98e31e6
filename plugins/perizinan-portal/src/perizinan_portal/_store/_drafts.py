"""Which tab kept a draft last, and when: so that an older one overwrites nothing, and a page says when it was kept."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._tables import DRAFTS

__all__ = ["Drafts"]


@attrs.frozen
class Drafts:
    """The last keeping of each draft; what was kept is the office's."""

    _database: Database

    def tab(self, application: str) -> str | None:
        """Return the tab that kept a draft last."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(DRAFTS.c.tab).where(DRAFTS.c.application == application)
            ).scalar_one_or_none()
        return None if found is None else str(found)

    def saved_at(self, application: str) -> int | None:
        """Return when a draft was kept last, in seconds since 1970."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(DRAFTS.c.saved_at).where(DRAFTS.c.application == application)
            ).scalar_one_or_none()
        return None if found is None else int(found)

    def note(self, application: str, tab: str, *, now: int) -> None:
        """Note that a tab kept a draft."""
        with self._database.write() as connection:
            connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.application == application))
            connection.execute(sa.insert(DRAFTS).values(application=application, tab=tab, saved_at=now))

    def forget(self, application: str) -> None:
        """Forget a draft that is gone or handed in."""
        with self._database.write() as connection:
            connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.application == application))

    def remove_old(self, *, before: int) -> int:
        """Forget drafts that no one has kept for long; return how many."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.saved_at < before)).rowcount
