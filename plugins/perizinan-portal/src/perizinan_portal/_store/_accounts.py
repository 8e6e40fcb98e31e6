"""Accounts: guests with a draft, those who apply, and officers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import uuid4

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._tables import ACCOUNTS, SESSIONS, TOKENS

__all__ = ["Account", "AccountKind", "Accounts"]


class AccountKind(StrEnum):
    """Whose account it is."""

    GUEST = "guest"
    """Of someone who began a draft and has no login yet. Registering keeps the id, and with it the draft."""
    PUBLIC = "public"
    """Of someone who applies; the mail address is confirmed."""
    OFFICER = "officer"
    """Of an officer on record."""


@attrs.frozen(kw_only=True)
class Account:
    """An account. What identifies a person is sealed at rest."""

    id: str
    kind: AccountKind
    officer: str | None = None
    """Id of the officer on record, for an officer's account."""

    email: str | None = attrs.field(default=None, repr=False)
    phone: str | None = attrs.field(default=None, repr=False)
    name: str = attrs.field(default="", repr=False)
    language: str | None = None
    """In which the person wants to read; None: as the browser says."""

    reminders: bool = False
    """Whether the person wants to be written to before a permit ends; what a case needs is written in any case."""

    password: str | None = attrs.field(default=None, repr=False)
    """Hash of the password (argon2id)."""

    second_factor: str | None = attrs.field(default=None, repr=False)
    """Secret of the authenticator app, once it is confirmed."""

    last_code: int | None = None
    """Time step of the last code that was accepted: no code is good twice."""

    created_at: int

    @property
    def login(self) -> str | None:
        """What is typed to log in: the officer's id, or the mail address."""
        return self.officer or self.email


_PROFILE = ("email", "phone", "name", "language", "reminders")
"""Fields that are sealed together."""


@attrs.frozen
class Accounts:
    """The accounts on record."""

    _database: Database
    _sealer: Sealer

    def add(
        self,
        kind: AccountKind,
        *,
        now: int,
        email: str | None = None,
        officer: str | None = None,
        name: str = "",
        password: str | None = None,
    ) -> Account:
        """
        Make an account.

        Raises:
            AlreadyExistsError: the login name or the officer has an account.
        """
        made = Account(
            id=uuid4().hex,
            kind=kind,
            email=email,
            officer=officer,
            name=name,
            password=password,
            created_at=now,
        )
        with self._database.write() as connection:
            connection.execute(sa.insert(ACCOUNTS).values(**self._row(made, now), seen_at=now))
        return made

    def get(self, id_: str) -> Account | None:
        """Return the account of an id."""
        return self._one(ACCOUNTS.c.id == id_)

    def found(self, connection: sa.Connection, id_: str) -> Account | None:
        """Return the same as `get` inside a transaction."""
        row = connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.id == id_)).one_or_none()
        return None if row is None else self._account(row)

    def by_login(self, login: str) -> Account | None:
        """Return the account that a login name belongs to; capitals and spaces around do not matter."""
        return self._one(ACCOUNTS.c.login_index.in_(self._sealer.login_indexes(login)))

    def of_officer(self, officer: str) -> Account | None:
        """Return the account of an officer on record."""
        return self._one(ACCOUNTS.c.officer == officer)

    def officers(self) -> Mapping[str, Account]:
        """Return the accounts of officers by the officer's id."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.officer.is_not(None))).all()
        return {str(row.officer): self._account(row) for row in rows}

    def save(self, account: Account, *, now: int) -> None:
        """Write an account as it should be from now on."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(**self._row(account, now))
            )

    def use_code(self, id_: str, step: int) -> bool:
        """Note that the code of a time step was used; False when it, or a later one, was used before."""
        fresh = sa.or_(ACCOUNTS.c.last_code.is_(None), ACCOUNTS.c.last_code < step)
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(ACCOUNTS).where(ACCOUNTS.c.id == id_, fresh).values(last_code=step)
            )
            return done.rowcount == 1

    def guests(self, *, unseen_since: int) -> tuple[str, ...]:
        """Return the ids of guests who did not come back."""
        gone = sa.select(ACCOUNTS.c.id).where(
            ACCOUNTS.c.kind == AccountKind.GUEST.value, ACCOUNTS.c.seen_at < unseen_since
        )
        with self._database.read() as connection:
            return tuple(connection.execute(gone).scalars())

    def remove_guest(self, id_: str) -> bool:
        """Remove the account of a guest with its sessions; False when it is not that of a guest."""
        mine = sa.and_(ACCOUNTS.c.id == id_, ACCOUNTS.c.kind == AccountKind.GUEST.value)
        with self._database.write() as connection:
            removed = connection.execute(sa.delete(ACCOUNTS).where(mine)).rowcount == 1
            if removed:
                connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == id_))
            return removed

    def remove(self, id_: str) -> None:
        """Remove an account with its sessions and links; what belongs to cases is not here."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == id_))
            connection.execute(sa.delete(TOKENS).where(TOKENS.c.account == id_))
            connection.execute(sa.delete(ACCOUNTS).where(ACCOUNTS.c.id == id_))

    def _one(self, wanted: sa.ColumnElement[bool]) -> Account | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(ACCOUNTS).where(wanted)).one_or_none()
        return None if row is None else self._account(row)

    def _row(self, account: Account, now: int) -> dict[str, Any]:
        profile = {name: getattr(account, name) for name in _PROFILE}
        secret = account.second_factor
        return {
            "id": account.id,
            "kind": account.kind.value,
            "officer": account.officer,
            "login_index": None if account.login is None else self._sealer.login_index(account.login),
            "profile": self._sealer.seal(profile, "accounts", account.id, "profile"),
            "password": account.password,
            "second_factor": secret and self._sealer.seal(secret, "accounts", account.id, "second_factor"),
            "last_code": account.last_code,
            "created_at": account.created_at,
            "changed_at": now,
        }

    def _account(self, row: sa.Row[Any]) -> Account:
        secret = row.second_factor
        return Account(
            id=row.id,
            kind=AccountKind(row.kind),
            officer=row.officer,
            password=row.password,
            second_factor=secret and self._sealer.open(secret, "accounts", row.id, "second_factor"),
            last_code=row.last_code,
            created_at=row.created_at,
            **self._sealer.open(row.profile, "accounts", row.id, "profile"),
        )
