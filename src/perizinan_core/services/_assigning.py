"""Finding officers by rule, without ever stopping an applicant because the office is short of staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from random import Random

from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.errors.workflow import NoEligibleOfficerError
from perizinan_core.model._actor import Actor, Officer
from perizinan_core.model._application import Application
from perizinan_core.model._events import EventKind
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._assignment import assign_stage, has_post, keeps
from perizinan_core.workflow._transition import Transition

__all__ = ["assign_where_possible", "assignments", "note_assignments"]


def assign_where_possible(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Give every open stage an officer, as the rule says; stages that no one can take stay unassigned.

    The worker tries those again, and supervisors see them in their queue.
    """
    moved = assignments(context, work, application, actor, now)
    note_assignments(work, moved, now)
    return moved


def assignments(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    actor: Actor,
    now: datetime,
    *,
    trial: Random | None = None,
) -> Transition:
    """
    Return what `assign_where_possible` does.

    Officers are read, and locked, only when a stage needs one.

    Args:
        context: The office.
        work: The unit of work.
        application: The case.
        actor: Who caused it.
        now: Aware moment.
        trial: Source of a draw that counts for nothing; a unit of work that only reads is enough then.
    """
    permit_type = context.permit_type_of(application)
    moved = Transition(application)
    # None while a correction is awaited, and none once it is decided: what stayed open then is no one's work.
    open_ = application.stages_in_work()
    held = work.officers.named([state.assignee for state in open_ if state.assignee is not None])
    staff: tuple[Officer, ...] | None = None
    for state in open_:
        if state.assignee is not None:
            if keeps(moved.application, permit_type, state, held.values()):
                continue
            if state.assignee not in held and _is_unreadable(work, state.assignee):
                # Whether the officer may continue stands in a record that cannot be read now: the case stays.
                continue
        if staff is None:
            staff = context.staff(work, application, lock=trial is None)
        posted = [one for one in staff if has_post(permit_type, state.stage, one)]
        try:
            assigned = assign_stage(
                moved.application,
                permit_type,
                state.stage,
                staff=staff,
                workloads=context.workloads(work, posted),
                actor=actor,
                now=now,
                random=trial or context.random,
            )
        except NoEligibleOfficerError:
            continue
        moved = moved.followed_by(assigned)
    return moved


def _is_unreadable(work: UnitOfWork, officer: str) -> bool:
    try:
        work.officers.get(officer)
    except RecordNotFoundError:
        return False
    except StorageError:
        return True
    return False


def note_assignments(work: UnitOfWork, moved: Transition, now: datetime) -> None:
    """Remember for the rotation who was just given a stage."""
    for officer in _assigned(moved):
        work.officers.note_assignment(officer, at=now)


def _assigned(moved: Transition) -> Iterable[str]:
    before = {event.data.get("officer") for event in moved.events if event.kind is EventKind.STAGE_ASSIGNED}
    return sorted(str(officer) for officer in before if officer)
