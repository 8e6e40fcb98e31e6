"""
Who may act in a case: its parties, its officers, the system. Roles, units and exclusions.

What an applicant types never decides who may judge. An officer is out of a case by their own word alone: a
declared conflict of interest, or a public account that they declared to be theirs and that has acted in it.
"""

from __future__ import annotations

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Officer, Role
from perizinan_core.model._application import Application
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._states import Action

__all__ = [
    "DECIDERS",
    "case_units",
    "check_no_interest",
    "conflicted_officers",
    "excluded_officers",
    "is_own_case",
    "party_accounts",
    "record_difference",
    "require_kind",
    "require_officer",
    "require_party",
    "require_supervisor",
    "same_person",
    "with_hand",
]


DECIDERS = (Role.OFFICE_HEAD, Role.SIGNATORY)
"""Who may sign a permit and decide about it afterwards, each for the unit that answers for it."""


def case_units(application: Application, permit_type: PermitType) -> frozenset[str]:
    """Return the units that work on a case: those of its stages, and the one that answers for the permit."""
    stages = {permit_type.stage(state.stage).unit for state in application.stages}
    return frozenset({*stages, permit_type.responsible_unit})


def party_accounts(application: Application) -> frozenset[Account]:
    """Return the accounts that act for the applicant: the owner's and the representative's public account."""
    agent = application.representative.actor_id if application.representative else None
    return frozenset({application.owner, *([Account.public(agent)] if agent else [])})


def same_person(one: Account, other: Account) -> bool:
    """Return True for the same account, and for two host applications: one operator runs both."""
    return one == other or AccountKind.HOST is one.kind is other.kind


def record_difference(actor: Actor, officer: Officer) -> str | None:
    """Return what ``actor`` claims beyond the staff record, or None: the name of the part that differs."""
    checks = {
        "inactive": officer.active,
        "roles": actor.roles <= officer.roles,
        "units": actor.units <= officer.units,
        "position": set(actor.positions) <= set(officer.positions),
        "accounts": actor.public_accounts == officer.public_accounts,
    }
    return next((name for name, holds in checks.items() if not holds), None)


def is_own_case(application: Application, officer: Officer | Actor) -> bool:
    """Return True when the officer opened the case, or a public account declared as theirs acted in it."""
    mine = {Account.officer(officer.id), *(Account.public(item) for item in officer.public_accounts)}
    return not mine.isdisjoint({application.owner, *application.hands})


def with_hand(application: Application, actor: Actor) -> Application:
    """Remember that ``actor`` acted for the applicant; anyone who was only named is not in the case."""
    known = {application.owner, *application.hands}
    if actor.account in known or actor.account not in party_accounts(application):
        return application
    return attrs.evolve(application, hands=(*application.hands, actor.account))


def conflicted_officers(application: Application) -> frozenset[str]:
    """Return the accounts of officers with a declared conflict of interest."""
    return frozenset(item.officer for item in application.conflicts)


def excluded_officers(application: Application) -> frozenset[str]:
    """Return the officers whom the case itself names as out of it; public accounts stand on the staff record."""
    opener = application.owner
    own = {opener.id} if opener.kind is AccountKind.OFFICER else set()
    return conflicted_officers(application) | own


def require_party(application: Application, actor: Actor, action: Action) -> None:
    """
    Pass for the owner, the representative and the host application.

    Raises:
        WorkflowError: ``not-party``: for anyone else.
    """
    if actor.kind is ActorKind.HOST:
        return
    if actor.kind is ActorKind.SYSTEM or actor.account not in party_accounts(application):
        raise WorkflowError("not-party", action=action.value, actor=actor.id)


def require_kind(actor: Actor, action: Action, *kinds: ActorKind) -> None:
    """
    Pass when the actor acts in one of these capacities.

    Raises:
        WorkflowError: ``not-allowed``: naming the kinds.
    """
    if actor.kind not in kinds:
        raise WorkflowError(
            "not-allowed", action=action.value, actor=actor.id, kinds=tuple(kind.value for kind in kinds)
        )


def check_no_interest(application: Application, actor: Actor, action: Action) -> None:
    """
    Pass when the officer is not a party and has declared no conflict of interest.

    Raises:
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
    """
    if is_own_case(application, actor):
        raise WorkflowError("own-case", action=action.value, actor=actor.id)
    if actor.id in conflicted_officers(application):
        raise WorkflowError("conflict-of-interest", action=action.value, officer=actor.id)


def require_supervisor(
    application: Application,
    permit_type: PermitType,
    actor: Actor,
    action: Action,
    stage: str | None = None,
) -> None:
    """
    Pass for a supervisor of the stage's unit or the responsible one; without a stage, of any unit of the case.

    Raises as `require_officer`.
    """
    units = case_units(application, permit_type)
    # A code that no stage has is named later, to those who may ask.
    named = next((item for item in permit_type.stages if item.code == stage), None)
    if named is not None:
        units = frozenset({named.unit, permit_type.responsible_unit})
    require_officer(application, actor, action, Role.SUPERVISOR, units=tuple(sorted(units)))


def require_officer(
    application: Application,
    actor: Actor,
    action: Action,
    *roles: Role,
    units: tuple[str, ...] = (),
    kinds: tuple[ActorKind, ...] = (),
) -> None:
    """
    Pass for an officer with one of ``roles`` in one of ``units`` and no interest in the case.

    Args:
        application: The case.
        actor: Who acts.
        action: What is to be done.
        roles: One is enough; none given: any officer.
        units: One is enough; none given: any unit.
        kinds: Further kinds of actor that pass without roles.

    Raises:
        WorkflowError: ``not-allowed``: naming the roles and units that are needed.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
    """
    if actor.kind in kinds:
        return
    allowed = (
        actor.kind is ActorKind.OFFICER
        and (not roles or actor.has(*roles))
        and (not units or not actor.units.isdisjoint(units))
    )
    if not allowed:
        raise WorkflowError(
            "not-allowed",
            action=action.value,
            actor=actor.id,
            kinds=tuple(kind.value for kind in (ActorKind.OFFICER, *kinds)),
            roles=tuple(role.value for role in roles),
            units=units,
        )
    check_no_interest(application, actor, action)
