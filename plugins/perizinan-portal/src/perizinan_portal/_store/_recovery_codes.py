"""Recovery codes of the second factor: ten, each good once, kept as hashes."""

from __future__ import annotations

import secrets

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sessions import digest_of
from perizinan_portal._store._tables import RECOVERY_CODES

__all__ = ["RecoveryCodes"]

_COUNT = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no letter that is read as another."""

_HALF = 5
_READ_AS = str.maketrans("oil", "011")


@attrs.frozen
class RecoveryCodes:
    """The codes on record; 50 random bits each, which no one tries within the limits of tries."""

    _database: Database

    def give(self, account: str, *, now: int) -> tuple[str, ...]:
        """Make new ones in the place of all that were given before."""
        made = tuple(_code() for _ in range(_COUNT))
        with self._database.write() as connection:
            connection.execute(sa.delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account))
            connection.execute(
                sa.insert(RECOVERY_CODES),
                [{"digest": _digest(account, code), "account": account, "given_at": now} for code in made],
            )
        return made

    def use(self, account: str, typed: str) -> bool:
        """Use one up; False when it is not one of the account's."""
        with self._database.write() as connection:
            done = connection.execute(
                sa.delete(RECOVERY_CODES).where(
                    RECOVERY_CODES.c.account == account, RECOVERY_CODES.c.digest == _digest(account, typed)
                )
            )
            return done.rowcount == 1

    def left(self, account: str) -> int:
        """Return how many are left."""
        counted = sa.select(sa.func.count()).where(RECOVERY_CODES.c.account == account)
        with self._database.read() as connection:
            return int(connection.execute(counted).scalar_one())

    def drop(self, account: str) -> None:
        """Forget all: the second factor they stood in for is gone."""
        with self._database.write() as connection:
            connection.execute(sa.delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account))


def _code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF))
    return f"{text[:_HALF]}-{text[_HALF:]}"


def _digest(account: str, typed: str) -> str:
    plain = "".join(char for char in typed.casefold() if char.isalnum()).translate(_READ_AS)
    return digest_of(f"{account}\0{plain}")
