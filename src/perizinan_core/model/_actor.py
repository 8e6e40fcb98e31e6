"""Who does something: the actor is an argument of every use case."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.model._text import code_field

__all__ = ["Account", "AccountKind", "Actor", "ActorKind", "Officer", "Role", "StaffProposal"]


class ActorKind(StrEnum):
    """In what capacity someone acts."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"
    """Acts for the applicant with a power of attorney."""
    OFFICER = "officer"
    SYSTEM = "system"
    """The library itself: clock, worker, plugins."""
    HOST = "host"
    """The application that embeds the library and has done its own authorisation."""


class AccountKind(StrEnum):
    """By whom an account was given: the same id under two of them is two accounts."""

    PUBLIC = "public"
    """Of those who apply, for themselves or for others."""
    OFFICER = "officer"
    """Of the staff."""
    SYSTEM = "system"
    HOST = "host"


_ACCOUNT_KINDS = {
    ActorKind.APPLICANT: AccountKind.PUBLIC,
    ActorKind.REPRESENTATIVE: AccountKind.PUBLIC,
    ActorKind.OFFICER: AccountKind.OFFICER,
    ActorKind.SYSTEM: AccountKind.SYSTEM,
    ActorKind.HOST: AccountKind.HOST,
}


@attrs.frozen
class Account:
    """
    An account, distinct from every other one: an officer "17" and an applicant "17" are two.

    What compares, lists or remembers by account uses this value, and its text ``officer:17`` where text is
    stored. An applicant and a representative who log in with the same account are the same one.
    """

    kind: AccountKind
    id: str = attrs.field(validator=attrs.validators.min_len(1))

    @classmethod
    def public(cls, id: str) -> Account:
        """Return the account of someone who applies."""
        return cls(AccountKind.PUBLIC, id)

    @classmethod
    def officer(cls, id: str) -> Account:
        """Return the account of a member of staff."""
        return cls(AccountKind.OFFICER, id)

    @classmethod
    def parse(cls, text: str) -> Account:
        """Return the account that ``str`` wrote; raises ``ValueError`` for other text."""
        kind, colon, id_ = text.partition(":")
        if not colon:
            raise ValueError("expected an account as kind:id")
        return cls(AccountKind(kind), id_)

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"


class Role(StrEnum):
    """Duties inside an office (domain.md B.1)."""

    FRONT_OFFICE = "front_office"
    BACK_OFFICE = "back_office"
    TECHNICAL_TEAM = "technical_team"
    INSPECTOR = "inspector"
    CASHIER = "cashier"
    SECTION_HEAD = "section_head"
    DIVISION_HEAD = "division_head"
    OFFICE_HEAD = "office_head"
    SIGNATORY = "signatory"
    SUPERVISOR = "supervisor"
    """Reassigns cases, records conflicts of interest, allows jumps of the queue and overrides."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    ADMINISTRATOR = "administrator"
    """Keeps the staff record; decides no case."""


@attrs.frozen(kw_only=True)
class Actor:
    """Someone who acts now. Made by the host application after its own login."""

    id: str = attrs.field(validator=attrs.validators.min_len(1))
    """Stable account name, never a NIK."""

    kind: ActorKind

    name: str = ""
    """As shown to colleagues in the case's history."""

    roles: frozenset[Role] = frozenset()

    units: frozenset[str] = frozenset()
    """Codes of the units (offices, agencies) in which the roles are held."""

    position: str | None = None
    """Code of the position held, for signatories."""

    acting_positions: frozenset[str] = frozenset()
    """Codes of the positions for which the officer stands in besides (Plt., Plh.)."""

    public_accounts: frozenset[str] = frozenset()
    """For officers: the public accounts that they declared to be their own; see `Officer.public_accounts`."""

    @property
    def account(self) -> Account:
        """The account that the actor logged in with."""
        return Account(_ACCOUNT_KINDS[self.kind], self.id)

    @property
    def positions(self) -> tuple[str, ...]:
        """All positions: the own one first, then those for which the officer stands in."""
        return _positions(self.position, self.acting_positions)

    def has(self, *roles: Role) -> bool:
        """Return True when the actor holds at least one of ``roles``."""
        return not self.roles.isdisjoint(roles)


@attrs.frozen(kw_only=True)
class StaffProposal:
    """A post that someone proposed for an officer, until a second person confirms it."""

    roles: frozenset[Role]
    units: frozenset[str]
    position: str | None = None
    acting_positions: frozenset[str] = frozenset()
    active: bool = True
    by: Account
    """Who proposed it, and therefore cannot confirm it."""

    at: datetime

    @property
    def positions(self) -> tuple[str, ...]:
        """All positions: the own one first, then those for which the officer stands in."""
        return _positions(self.position, self.acting_positions)


@attrs.frozen(kw_only=True)
class Officer:
    """A member of staff on record; cases are assigned among them by rule and not by choice."""

    id: str = code_field()
    name: str
    """As shown inside the office; letters print the position."""

    roles: frozenset[Role]
    units: frozenset[str]
    position: str | None = None
    """Code of the position held (definitive), or None."""

    acting_positions: frozenset[str] = frozenset()
    """Codes of the positions for which the officer stands in besides (Plt., Plh.)."""

    active: bool = True
    """False while away or after leaving: no new cases, and no step in the cases they have."""

    public_accounts: frozenset[str] = frozenset()
    """
    Ids of the public accounts that the officer declared to be their own, with which they apply for
    themselves or for others. Only the officer says so, never an applicant.
    """

    proposed: StaffProposal | None = None
    """What waits for a second person; it does not hold yet. Set by the staff record alone."""

    @property
    def positions(self) -> tuple[str, ...]:
        """All positions: the own one first, then those for which the officer stands in."""
        return _positions(self.position, self.acting_positions)

    @property
    def account(self) -> Account:
        """The account that the officer works with."""
        return Account.officer(self.id)

    def as_actor(self) -> Actor:
        """Return the actor that this officer is after login."""
        return Actor(
            id=self.id,
            kind=ActorKind.OFFICER,
            name=self.name,
            roles=self.roles,
            units=self.units,
            position=self.position,
            acting_positions=self.acting_positions,
            public_accounts=self.public_accounts,
        )


def _positions(own: str | None, acting: frozenset[str]) -> tuple[str, ...]:
    return (*([own] if own is not None else []), *sorted(acting - {own}))
