"""One-time tokens: what stands in a link of a mail. Kept as a hash; good once, and for a while."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._sessions import digest_of, new_token
from perizinan_portal._store._tables import TOKENS

__all__ = ["Purpose", "Token", "Tokens"]


class Purpose(StrEnum):
    """What a token is good for."""

    REGISTER = "register"
    RESET = "reset"
    NEW_EMAIL = "new_email"
    INVITE = "invite"
    RESTORE = "restore"
    """Of someone whose account an officer restores at the counter."""
    RESTORE_STOP = "restore_stop"
    """Of the old address, against it."""
    PROVIDER = "provider"
    """A login elsewhere that is under way."""
    LINK = "link"
    """A login elsewhere that waits to be connected with an account."""
    NEW_PHONE = "new_phone"
    """A phone number that is to be confirmed by a code."""
    SECOND_FACTOR = "second_factor"
    """The secret of an authenticator app that is being set up."""


_LASTS = {
    Purpose.REGISTER: 24 * 3600,
    Purpose.RESET: 3600,
    Purpose.NEW_EMAIL: 24 * 3600,
    Purpose.RESTORE: 24 * 3600,
    Purpose.RESTORE_STOP: 7 * 24 * 3600,
    Purpose.PROVIDER: 900,
    Purpose.LINK: 900,
    Purpose.INVITE: 7 * 24 * 3600,
    Purpose.NEW_PHONE: 900,
    Purpose.SECOND_FACTOR: 3600,
}
"""Seconds."""


@attrs.frozen(kw_only=True)
class Token:
    """A token that someone came back with."""

    digest: str
    purpose: Purpose
    account: str | None
    payload: Mapping[str, Any] = attrs.field(repr=False)


@attrs.frozen
class Tokens:
    """The tokens on record."""

    _database: Database
    _sealer: Sealer

    def give(
        self,
        purpose: Purpose,
        *,
        now: int,
        account: str | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> str:
        """Make a token. Of one account, an earlier one for the same purpose is worth nothing from then on."""
        token = new_token()
        digest = digest_of(token)
        with self._database.write() as connection:
            connection.execute(sa.delete(TOKENS).where(TOKENS.c.expires_at < now))
            if account is not None:
                connection.execute(
                    sa.delete(TOKENS).where(TOKENS.c.account == account, TOKENS.c.purpose == purpose.value)
                )
            connection.execute(
                sa.insert(TOKENS).values(
                    digest=digest,
                    purpose=purpose.value,
                    account=account,
                    payload=self._sealer.seal(dict(payload or {}), "tokens", digest, "payload"),
                    expires_at=now + _LASTS[purpose],
                )
            )
        return token

    def find(self, token: str, purpose: Purpose, *, now: int) -> Token | None:
        """Return what a token stands for, without using it up: a mail program may open a link by itself."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(TOKENS).where(
                    TOKENS.c.digest == digest_of(token),
                    TOKENS.c.purpose == purpose.value,
                    TOKENS.c.expires_at >= now,
                )
            ).one_or_none()
        if row is None:
            return None
        payload = self._sealer.open(row.payload, "tokens", row.digest, "payload")
        return Token(digest=row.digest, purpose=purpose, account=row.account, payload=payload)

    def use(self, token: Token) -> bool:
        """Use a token up; False when someone else just did."""
        with self._database.write() as connection:
            return connection.execute(sa.delete(TOKENS).where(TOKENS.c.digest == token.digest)).rowcount == 1
