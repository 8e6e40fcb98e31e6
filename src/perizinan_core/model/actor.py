"""Who does something: the actor is an argument of every use case."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.model.text import code_field

__all__ = ["Actor", "ActorKind", "Officer", "Role"]


class ActorKind(StrEnum):
    """In what capacity somebody acts."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"
    """Acts for the applicant with a power of attorney."""
    OFFICER = "officer"
    SYSTEM = "system"
    """The library itself: clock, worker, plugins."""
    HOST = "host"
    """The application that embeds the library and has done its own authorisation."""


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
    """Keeps staff, keys and the catalogue; decides no case."""


@attrs.frozen(kw_only=True)
class Actor:
    """Somebody who acts now. Made by the host application after its own login."""

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

    def has(self, *roles: Role) -> bool:
        """Return True when the actor holds at least one of ``roles``."""
        return not self.roles.isdisjoint(roles)


@attrs.frozen(kw_only=True)
class Officer:
    """A member of staff on record; cases are assigned among them by rule and not by choice."""

    id: str = code_field()
    name: str
    """As shown inside the office; letters print the position."""

    roles: frozenset[Role]
    units: frozenset[str]
    position: str | None = None
    active: bool = True
    """False while away or after leaving: no new cases."""

    def as_actor(self) -> Actor:
        """Return the actor that this officer is after login."""
        return Actor(
            id=self.id,
            kind=ActorKind.OFFICER,
            name=self.name,
            roles=self.roles,
            units=self.units,
            position=self.position,
        )
