"""Logins elsewhere (an identity provider and its subject) that belong to an account."""

from __future__ import annotations

from uuid import uuid4

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._tables import IDENTITIES

__all__ = ["Identities"]


@attrs.frozen
class Identities:
    """The identities on record; what a provider calls a person is sealed."""

    _database: Database
    _sealer: Sealer

    def account_of(self, provider: str, subject: str) -> str | None:
        """Return the id of the account that an identity belongs to."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(IDENTITIES.c.account).where(
                    IDENTITIES.c.subject_index.in_(self._sealer.identity_indexes(provider, subject))
                )
            ).scalar_one_or_none()

    def link(self, provider: str, subject: str, account: str, *, now: int) -> None:
        """
        Let an identity belong to an account.

        Raises:
            AlreadyExistsError: it belongs to one.
        """
        made = uuid4().hex
        row = {
            "id": made,
            "provider": provider,
            "subject_index": self._sealer.identity_indexes(provider, subject)[0],
            "subject": self._sealer.seal(subject, "identities", made, "subject"),
            "account": account,
            "linked_at": now,
        }
        with self._database.write() as connection:
            connection.execute(sa.insert(IDENTITIES).values(**row))

    def of(self, account: str) -> frozenset[str]:
        """Return the names of the providers that an account is connected with."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(IDENTITIES.c.provider).where(IDENTITIES.c.account == account)
            ).all()
        return frozenset(str(row.provider) for row in rows)

    def unlink(self, account: str, provider: str | None = None) -> None:
        """Take an identity off an account, or all of them."""
        wanted = [IDENTITIES.c.account == account]
        if provider is not None:
            wanted.append(IDENTITIES.c.provider == provider)
        with self._database.write() as connection:
            connection.execute(sa.delete(IDENTITIES).where(*wanted))
