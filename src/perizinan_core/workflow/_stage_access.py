"""Whether an officer may work on a stage now: open, assigned, right post, no interest, duties apart."""

from __future__ import annotations

from perizinan_core.errors.workflow import StageNotOpenError, WorkflowError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageState, StageStatus
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._duties import check_separation
from perizinan_core.workflow._graph import approval_stage, stage_of, waiting_for
from perizinan_core.workflow._people import require_officer
from perizinan_core.workflow._states import Action

__all__ = ["open_approval_for", "open_stage_for", "require_post"]


def require_post(
    application: Application, permit_type: PermitType, stage: str, actor: Actor, action: Action
) -> StageState:
    """
    Return the state of a stage for whose kind of work ``actor`` has the post: role, unit, no interest.

    Raises:
        WorkflowError: ``unknown-stage``: when the stage does not apply.
        WorkflowError: ``not-allowed``: without the stage's role and unit.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
    """
    state = stage_of(application, stage)
    rule = permit_type.stage(stage)
    require_officer(application, actor, action, Role(rule.role), units=(rule.unit,))
    return state


def open_stage_for(
    application: Application, permit_type: PermitType, stage: str, actor: Actor, action: Action
) -> StageState:
    """
    Return the state of a stage that ``actor`` may work on now.

    Raises:
        WorkflowError: ``unknown-stage``: when the stage does not apply.
        WorkflowError: ``not-allowed``: without the stage's role and unit.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
        StageNotOpenError: when it waits or is done.
        WorkflowError: ``not-assignee``: when it is someone else's.
        SeparationOfDutiesError: when the officer holds a duty that must be separate.
    """
    state = require_post(application, permit_type, stage, actor, action)
    if state.status is not StageStatus.OPEN:
        waiting = waiting_for(application, permit_type, stage) if state.status is StageStatus.WAITING else ()
        raise StageNotOpenError(stage=stage, status=state.status.value, waiting_for=waiting)
    if state.assignee != actor.id:
        raise WorkflowError("not-assignee", stage=stage, actor=actor.id, assignee=state.assignee)
    check_separation(application, permit_type, stage, actor.id)
    return state


def open_approval_for(
    application: Application, permit_type: PermitType, actor: Actor, action: Action
) -> StageState:
    """Return the state of the approval stage when ``actor`` may decide in it; raises as `open_stage_for`."""
    return open_stage_for(application, permit_type, approval_stage(application, permit_type), actor, action)
