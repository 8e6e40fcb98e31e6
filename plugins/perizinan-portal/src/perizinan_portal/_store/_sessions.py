"""
Sessions: kept as the hash of the token that the browser holds, so that no one who reads the table can log in.

The token is changed at login, with a second factor and whenever the rights of the account change.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from enum import StrEnum
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._tables import ACCOUNTS, SESSIONS

__all__ = ["Level", "Session", "Sessions", "digest_of", "new_token"]

_SEEN_EVERY = 60
"""Seconds between two notes that a session is in use: not every click has to write."""


class Level(StrEnum):
    """How much a session has proven."""

    GUEST = "guest"
    """Nothing: it holds a draft."""
    PASSWORD = "password"  # noqa: S105 - a name
    """The password, and the second factor is still to come: nothing but that page."""
    FULL = "full"
    """Everything that the account asks for."""


@attrs.frozen(kw_only=True)
class Session:
    """A browser that is known."""

    digest: str
    account: str
    level: Level
    rights: str
    """Fingerprint of the officer's rights when the session was made."""

    form_secret: str = attrs.field(repr=False)
    """What every form of this session sends back."""

    notes: tuple[str, ...] = ()
    """Sentences (msgids) for the next page."""

    guest: str | None = None
    """Account of the guest who is logging in, while the second factor is still to come."""

    created_at: int
    seen_at: int


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@attrs.frozen
class Sessions:
    """The sessions on record."""

    _database: Database

    def begin(
        self,
        account: str,
        *,
        level: Level,
        rights: str = "",
        now: int,
        ends: str | None = None,
        guest: str | None = None,
    ) -> str:
        """Begin a session and return its token; ``ends`` is the digest of the session that it takes the place of."""
        token = new_token()
        with self._database.write() as connection:
            if ends is not None:
                connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == ends))
            connection.execute(
                sa.insert(SESSIONS).values(
                    digest=digest_of(token),
                    account=account,
                    level=level.value,
                    rights=rights,
                    form_secret=secrets.token_urlsafe(24),
                    notes="[]",
                    guest=guest,
                    created_at=now,
                    seen_at=now,
                )
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, however long it was not used."""
        with self._database.read() as connection:
            return self.found(connection, token)

    def found(self, connection: sa.Connection, token: str) -> Session | None:
        """Return the same inside a transaction."""
        query = sa.select(SESSIONS).where(SESSIONS.c.digest == digest_of(token))
        row = connection.execute(query).one_or_none()
        return None if row is None else _session(row)

    def touch(self, session: Session, *, now: int) -> None:
        """Note that a session is in use."""
        if now - session.seen_at < _SEEN_EVERY:
            return
        with self._database.write() as connection:
            connection.execute(
                sa.update(SESSIONS).where(SESSIONS.c.digest == session.digest).values(seen_at=now)
            )
            connection.execute(
                sa.update(ACCOUNTS).where(ACCOUNTS.c.id == session.account).values(seen_at=now)
            )

    def put_notes(self, digest: str, notes: tuple[str, ...]) -> None:
        """Keep sentences for the next page of a session."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(SESSIONS).where(SESSIONS.c.digest == digest).values(notes=json.dumps(notes))
            )

    def end(self, digest: str) -> None:
        """End one session."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def end_all(self, account: str, *, but: str | None = None) -> None:
        """End the sessions of an account: after a new password, or when an officer has left."""
        gone = sa.delete(SESSIONS).where(SESSIONS.c.account == account)
        if but is not None:
            gone = gone.where(SESSIONS.c.digest != but)
        with self._database.write() as connection:
            connection.execute(gone)

    def remove_old(self, *, unseen_since: int) -> int:
        """Remove sessions that ended long ago; return how many."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.seen_at < unseen_since)).rowcount


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        digest=row.digest,
        account=row.account,
        level=Level(row.level),
        rights=row.rights,
        form_secret=row.form_secret,
        notes=tuple(json.loads(row.notes)),
        guest=row.guest,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )
