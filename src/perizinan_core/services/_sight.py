"""
What an actor may find among many records, as a condition of the question: never as a filter on its answer.

A page that is filtered after it was read is short or empty although there is more; so the courses that the actor
may read are worked out first, from the catalogue and the few courses that there are.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

import attrs

from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.services._access import may_read_course
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import Course, UnitOfWork
from perizinan_core.workflow._payments import money_units

__all__ = ["TO_SIGN", "Sight", "payable_stages", "sight_of", "supervised_stages"]

TO_SIGN = frozenset({ApplicationState.APPROVED, ApplicationState.AWAITING_SIGNATURE})
"""States of cases whose letter waits for a signature."""

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Sight:
    """Which records someone may find."""

    courses: frozenset[str] | None
    """Of these courses; None: of all."""

    handed_in: bool
    """No drafts."""


def sight_of(
    context: OfficeContext,
    work: UnitOfWork,
    actor: Actor,
    *,
    permit_types: Collection[str] = (),
    unit: str | None = None,
) -> Sight:
    """
    Return what an officer, the host application or the system may find; others find nothing here.

    Args:
        context: The office.
        work: The unit of work.
        actor: Who looks.
        permit_types: Only of these; none given: of all.
        unit: Only what this unit works on or answers for.
    """
    every = work.applications.courses()
    seen = []
    for text in every:
        course = Course.parse(text)
        if permit_types and course.permit_type not in permit_types:
            continue
        permit_type = _type_of(context, course)
        if (unit is None or unit in _units(course, permit_type)) and _sees(course, permit_type, actor):
            seen.append(text)
    whole = len(seen) == len(every)
    return Sight(courses=None if whole else frozenset(seen), handed_in=actor.kind is ActorKind.OFFICER)


def supervised_stages(context: OfficeContext, actor: Actor) -> frozenset[tuple[str, str]] | None:
    """Return the stages, by permit type, of a supervisor's units or of types they answer for; None: all."""
    if not actor.has(Role.SUPERVISOR) or actor.has(Role.AUDITOR):
        return None
    types = context.catalogue.permit_types
    answered = {item.code for item in types if item.responsible_unit in actor.units}
    return frozenset(
        (item.code, stage.code)
        for item in types
        for stage in item.stages
        if item.code in answered or stage.unit in actor.units
    )


def payable_stages(context: OfficeContext, actor: Actor) -> frozenset[tuple[str, str]]:
    """Return the stages, by permit type, at which someone may record the money that comes in."""
    whole = actor.kind is not ActorKind.OFFICER
    return frozenset(
        (item.code, stage.code)
        for item in context.catalogue.permit_types
        if whole or not actor.units.isdisjoint(money_units(item))
        for stage in item.stages
        if stage.kind is StageKind.PAYMENT
    )


def _sees(course: Course, permit_type: PermitType | None, actor: Actor) -> bool:
    if actor.kind is not ActorKind.OFFICER:
        return actor.kind in (ActorKind.HOST, ActorKind.SYSTEM)
    # What the catalogue does not know any more can be read by no one: nothing can be said about it.
    return permit_type is not None and may_read_course(course, permit_type, actor)


def _type_of(context: OfficeContext, course: Course) -> PermitType | None:
    try:
        return context.catalogue.version(course.permit_type, course.version)
    except (CatalogueError, KeyError):
        _log.warning("the catalogue does not have %s %s", course.permit_type, course.version)
        return None


def _units(course: Course, permit_type: PermitType | None) -> frozenset[str]:
    if permit_type is None:
        return frozenset()
    stages = (stage.unit for stage in permit_type.stages if stage.code in course.stages)
    return frozenset({permit_type.responsible_unit, *stages})
