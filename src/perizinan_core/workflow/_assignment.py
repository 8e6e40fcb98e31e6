"""
Who gets a stage: by rotation or random draw among those who may, never by choice.

Rotation takes the officer with the fewest open cases, then the one whose last assignment is longest ago,
then the lowest id. A random draw is a number that the event records together with the candidates, so that
anyone can repeat it with `draw_officer`. Among those who may, officers whose taking the stage would leave
another stage, or the signature, without anyone are passed over as long as someone else is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Any

import attrs

from perizinan_core.errors.workflow import (
    NoEligibleOfficerError,
    SeparationOfDutiesError,
    StageNotOpenError,
    WorkflowError,
)
from perizinan_core.model._actor import Actor, Officer, Role
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageState, StageStatus
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import Assignment
from perizinan_core.workflow._duties import SIGNATURE, are_separated, check_separation
from perizinan_core.workflow._graph import live_stages, put_stage, stage_of, waiting_for
from perizinan_core.workflow._people import conflicted_officers, is_own_case
from perizinan_core.workflow._states import Action, actions_in, check_state
from perizinan_core.workflow._transition import Transition, check_moment, check_permit_type, event

__all__ = [
    "Exclusion",
    "ExclusionReason",
    "Workload",
    "assign_open_stages",
    "assign_stage",
    "draw_officer",
    "eligible_officers",
    "exclusions",
    "give_stage",
    "has_post",
    "is_eligible",
    "keeps",
    "next_in_rotation",
    "unstaffed_stages",
]

_DRAW_BITS = 64
_NEVER = datetime.min.replace(tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Workload:
    """What rotation needs to know of an officer."""

    officer: str
    """`Officer.id`."""

    open_cases: int = 0
    """Stages that wait for the officer, in all applications."""

    last_assigned: datetime | None = None
    """When the officer was last given a stage, aware; None: never."""


def is_eligible(application: Application, permit_type: PermitType, stage: str, officer: Officer) -> bool:
    """Return True when the officer is active, has role and unit, and nothing in the case excludes them."""
    return has_post(permit_type, stage, officer) and _is_free(application, permit_type, stage, officer)


def eligible_officers(
    application: Application, permit_type: PermitType, stage: str, staff: Iterable[Officer]
) -> tuple[Officer, ...]:
    """Return the officers who may take the stage, by id."""
    found = (officer for officer in staff if is_eligible(application, permit_type, stage, officer))
    return tuple(sorted(found, key=lambda officer: officer.id))


class ExclusionReason(StrEnum):
    """Why an officer with the post may not take a stage."""

    CONFLICT = "conflict"
    """A declared conflict of interest."""
    OWN_CASE = "own_case"
    """The officer opened the case, or a public account declared as the officer's acted in it."""
    SEPARATION = "separation"
    """The officer has another duty in the case."""


@attrs.frozen(kw_only=True)
class Exclusion:
    """An active officer who holds the post of a stage and may not take it in this case."""

    stage: str
    """Code of the stage, or `SIGNATURE`."""

    officer: str
    reason: ExclusionReason
    declared_at: datetime | None = None
    """For a declared conflict: when."""


def exclusions(
    application: Application, permit_type: PermitType, staff: Iterable[Officer]
) -> tuple[Exclusion, ...]:
    """Return who is out of the case although they hold the post of one of its stages, or may sign, and why."""
    declared = {item.officer: item.declared_at for item in application.conflicts}
    found: list[Exclusion] = []
    people = sorted((one for one in staff if one.active), key=lambda one: one.id)
    for stage in (*(state.stage for state in application.stages), SIGNATURE):
        for officer in people:
            reason = _exclusion(application, permit_type, stage, officer)
            if reason is not None:
                at = declared.get(officer.id) if reason is ExclusionReason.CONFLICT else None
                found.append(Exclusion(stage=stage, officer=officer.id, reason=reason, declared_at=at))
    return tuple(found)


def next_in_rotation(candidates: Iterable[Officer], workloads: Iterable[Workload]) -> Officer:
    """Return whose turn it is; an officer without a `Workload` has no case and never had one."""
    known = {load.officer: load for load in workloads}

    def turn(officer: Officer) -> tuple[int, datetime, str]:
        load = known.get(officer.id, Workload(officer=officer.id))
        return load.open_cases, load.last_assigned or _NEVER, officer.id

    return min(candidates, key=turn)


def draw_officer(candidates: Iterable[str], draw: int) -> str:
    """
    Return the account that the number ``draw`` picks among ``candidates``.

    Args:
        candidates: Accounts; their order does not matter.
        draw: A number from 0, drawn evenly from a range of at least 2**64.
    """
    ordered = sorted(candidates)
    return ordered[draw % len(ordered)]


def assign_stage(
    application: Application,
    permit_type: PermitType,
    stage: str,
    *,
    staff: tuple[Officer, ...],
    workloads: Iterable[Workload] = (),
    actor: Actor,
    now: datetime,
    random: Random | None = None,
) -> Transition:
    """
    Give an open stage to an officer, as the permit type's rule says.

    Also replaces an officer who may no longer act (left, lost the role, declared a conflict).

    Args:
        application: The case.
        permit_type: The version that the application froze.
        stage: Code of the stage.
        staff: Everyone on record.
        workloads: For rotation.
        actor: Who caused it; the rule chooses, not the actor.
        now: Aware moment.
        random: Source of the draw where the stage is assigned at random; use `random.SystemRandom`.

    Raises:
        WorkflowError: ``already-assigned``: when the officer who has it may continue.
        NoEligibleOfficerError: naming the role and unit that are missing.
        StageNotOpenError: unless it is open.
    """
    check_state(application, Action.ASSIGN)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    state = stage_of(application, stage)
    if state.status is not StageStatus.OPEN:
        waiting = waiting_for(application, permit_type, stage)
        raise StageNotOpenError(stage=stage, status=state.status.value, waiting_for=waiting)
    if state.assignee is not None and keeps(application, permit_type, state, staff):
        raise WorkflowError("already-assigned", stage=stage, assignee=state.assignee)
    return give_stage(
        application,
        permit_type,
        state,
        staff=staff,
        workloads=workloads,
        actor=actor,
        now=now,
        random=random,
    )


def assign_open_stages(
    application: Application,
    permit_type: PermitType,
    *,
    staff: tuple[Officer, ...],
    workloads: Iterable[Workload] = (),
    actor: Actor,
    now: datetime,
    random: Random | None = None,
) -> Transition:
    """
    Give every open stage that needs one an officer; see `assign_stage`.

    Does nothing when every open stage has an officer who may continue, and in states without open stages.

    Raises:
        NoEligibleOfficerError: for the first stage that no one can take.
    """
    moved = Transition(application)
    if Action.ASSIGN not in actions_in(application.state):
        return moved
    loads = tuple(workloads)
    for code in live_stages(application, permit_type):
        state = stage_of(moved.application, code)
        if state.status is StageStatus.OPEN and not keeps(moved.application, permit_type, state, staff):
            step = assign_stage(
                moved.application,
                permit_type,
                code,
                staff=staff,
                workloads=loads,
                actor=actor,
                now=now,
                random=random,
            )
            moved = moved.followed_by(step)
    return moved


def keeps(
    application: Application, permit_type: PermitType, state: StageState, staff: Iterable[Officer]
) -> bool:
    """Return True when the stage has an officer who may continue with it."""
    return any(
        officer.id == state.assignee and is_eligible(application, permit_type, state.stage, officer)
        for officer in staff
    )


def unstaffed_stages(
    application: Application, permit_type: PermitType, staff: tuple[Officer, ...]
) -> tuple[str, ...]:
    """
    Return the stages that still need an outcome and that no officer works on, or could.

    An open stage has an officer when one who may act holds it; a stage to come, when someone could take it.
    """
    return tuple(
        code
        for code in live_stages(application, permit_type)
        if not _is_staffed(application, permit_type, stage_of(application, code), staff)
    )


def _is_staffed(
    application: Application, permit_type: PermitType, state: StageState, staff: tuple[Officer, ...]
) -> bool:
    if state.status is StageStatus.WAITING:
        return bool(eligible_officers(application, permit_type, state.stage, staff))
    return state.status is StageStatus.DONE or keeps(application, permit_type, state, staff)


def give_stage(
    application: Application,
    permit_type: PermitType,
    state: StageState,
    *,
    staff: tuple[Officer, ...],
    workloads: Iterable[Workload],
    actor: Actor,
    now: datetime,
    random: Random | None,
    barred: frozenset[str] = frozenset(),
) -> Transition:
    """
    Choose an officer by the stage's rule and record how; ``barred`` accounts are passed over.

    Raises:
        NoEligibleOfficerError: naming the role and unit that are missing.
        ValueError: when the stage is drawn at random and ``random`` is None.
    """
    stage = permit_type.stage(state.stage)
    free = tuple(
        officer
        for officer in eligible_officers(application, permit_type, state.stage, staff)
        if officer.id not in barred
    )
    if not free:
        posted = (officer.id for officer in staff if has_post(permit_type, state.stage, officer))
        raise NoEligibleOfficerError(
            stage=stage.code, role=stage.role, unit=stage.unit, excluded=tuple(sorted(posted))
        )
    candidates = _leaving_others(application, permit_type, state.stage, free, staff)
    data: dict[str, Any] = {"method": stage.assignment.value, "candidates": [one.id for one in candidates]}
    if stage.assignment is Assignment.RANDOM:
        if random is None:
            raise ValueError(f"stage {stage.code} is assigned by random draw; pass random=SystemRandom()")
        data["draw"] = str(random.getrandbits(_DRAW_BITS))
        chosen = draw_officer(data["candidates"], int(data["draw"]))
    else:
        chosen = next_in_rotation(candidates, workloads).id
    past = (*state.past_assignees, state.assignee) if state.assignee else state.past_assignees
    given = attrs.evolve(state, assignee=chosen, past_assignees=past)
    happened = event(
        EventKind.STAGE_ASSIGNED,
        application,
        actor,
        now,
        stage=stage.code,
        officer=chosen,
        before=state.assignee,
        **data,
    )
    return Transition(put_stage(application, given), (happened,))


def has_post(permit_type: PermitType, stage: str, officer: Officer) -> bool:
    """Return True when an active officer holds the stage's role in the stage's unit."""
    rule = permit_type.stage(stage)
    return officer.active and rule.role in officer.roles and rule.unit in officer.units


def _exclusion(
    application: Application, permit_type: PermitType, stage: str, officer: Officer
) -> ExclusionReason | None:
    if stage == SIGNATURE:
        posted = Role.SIGNATORY in officer.roles and not officer.units.isdisjoint(permit_type.deciding_units)
    else:
        posted = has_post(permit_type, stage, officer)
    if not posted or _is_free(application, permit_type, stage, officer):
        return None
    if officer.id in conflicted_officers(application):
        return ExclusionReason.CONFLICT
    if is_own_case(application, officer):
        return ExclusionReason.OWN_CASE
    return ExclusionReason.SEPARATION


def _is_free(application: Application, permit_type: PermitType, stage: str, officer: Officer) -> bool:
    if officer.id in conflicted_officers(application) or is_own_case(application, officer):
        return False
    try:
        check_separation(application, permit_type, stage, officer.id)
    except SeparationOfDutiesError:
        return False
    return True


def _leaving_others(
    application: Application,
    permit_type: PermitType,
    stage: str,
    free: tuple[Officer, ...],
    staff: tuple[Officer, ...],
) -> tuple[Officer, ...]:
    """Return those of ``free`` whose taking the stage leaves someone for every other post, if there are any."""
    open_posts = [
        who
        for other, who in _other_posts(application, permit_type, stage, staff)
        if are_separated(permit_type, stage, other)
    ]
    kind = tuple(one for one in free if all(who - {one.id} for who in open_posts if who))
    return kind or free


def _other_posts(
    application: Application, permit_type: PermitType, stage: str, staff: tuple[Officer, ...]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the stages that have no officer yet, and the signature, with the accounts that could take them."""
    for other in live_stages(application, permit_type):
        if other != stage and stage_of(application, other).assignee is None:
            who = eligible_officers(application, permit_type, other, staff)
            yield other, frozenset(officer.id for officer in who)
    yield (
        SIGNATURE,
        frozenset(
            officer.id
            for officer in staff
            if officer.active
            and Role.SIGNATORY in officer.roles
            and _is_free(application, permit_type, SIGNATURE, officer)
        ),
    )
