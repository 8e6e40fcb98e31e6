"""
Who may see and do what. Checked here, in the services, whatever a page shows or hides.

An applicant who asks for someone else's case gets the answer that there is none: the answer does not say
whether the number exists.
"""

from __future__ import annotations

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.storage import Course
from perizinan_core.workflow._people import DECIDERS, party_accounts

__all__ = [
    "is_party",
    "is_the_applicants",
    "may_read",
    "may_read_course",
    "require_officer",
    "require_party",
    "require_readable",
    "require_role",
]


def is_party(application: Application, actor: Actor) -> bool:
    """Return True for the owner, the representative's account, and the host application acting for them."""
    if actor.kind is ActorKind.HOST:
        return True
    if actor.kind is ActorKind.OFFICER:
        return False
    return actor.account in party_accounts(application)


def is_the_applicants(application: Application, actor: Actor) -> bool:
    """Return True for the applicant and the representative themselves, whom no host application stands for."""
    outside = (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE)
    return actor.kind in outside and actor.account in party_accounts(application)


def may_read(application: Application, permit_type: PermitType, actor: Actor) -> bool:
    """
    Return True when the actor may see the whole case.

    Its party, the system, and once it is handed in: officers with the role and unit of a stage that applies,
    the head and the signatories of the units that sign and answer for the permit, supervisors of any unit
    that works on it, and auditors.
    """
    if actor.kind is ActorKind.SYSTEM or is_party(application, actor):
        return True
    if actor.kind is not ActorKind.OFFICER or application.state is ApplicationState.DRAFT:
        return False
    return may_read_course(Course.of(application), permit_type, actor)


def may_read_course(course: Course, permit_type: PermitType, actor: Actor) -> bool:
    """Return True when an officer may see the cases that take this course, once they are handed in."""
    if actor.has(Role.AUDITOR):
        return True
    stages = [stage for stage in permit_type.stages if stage.code in course.stages]
    units = {permit_type.responsible_unit, *(stage.unit for stage in stages)}
    if actor.has(Role.SUPERVISOR) and not actor.units.isdisjoint(units):
        return True
    if actor.has(*DECIDERS) and not actor.units.isdisjoint(permit_type.deciding_units):
        return True
    return any(actor.has(Role(stage.role)) and stage.unit in actor.units for stage in stages)


def require_readable(application: Application, permit_type: PermitType, actor: Actor) -> None:
    """
    Pass when `may_read`.

    Raises:
        NotFoundError: otherwise; for the actor the case does not exist.
    """
    if not may_read(application, permit_type, actor):
        raise NotFoundError(kind="application", key=application.id)


def require_party(application: Application, actor: Actor) -> None:
    """
    Pass for the applicant's side.

    Raises:
        NotFoundError: for another applicant.
        AccessDeniedError: for an officer.
    """
    if is_party(application, actor):
        return
    if actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE):
        raise NotFoundError(kind="application", key=application.id)
    raise AccessDeniedError(
        "access-denied", actor=actor.id, action="act-for-applicant", allowed=("applicant", "representative")
    )


def require_officer(actor: Actor, action: str) -> None:
    """
    Pass for officers.

    Raises:
        AccessDeniedError: for everyone else.
    """
    if actor.kind is not ActorKind.OFFICER:
        raise AccessDeniedError("access-denied", actor=actor.id, action=action, allowed=("officer",))


def require_role(actor: Actor, action: str, *roles: Role) -> None:
    """
    Pass for officers with one of ``roles``, and for the system.

    Raises:
        AccessDeniedError: for everyone else, naming the roles.
    """
    if actor.kind is ActorKind.SYSTEM or (actor.kind is ActorKind.OFFICER and actor.has(*roles)):
        return
    raise AccessDeniedError(
        "access-denied", actor=actor.id, action=action, allowed=tuple(role.value for role in roles)
    )
