"""Photographs of a site inspection: put in by the inspector before the minutes, and a part of them from then on."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import InspectionPhoto
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._graph import put_stage
from perizinan_core.workflow._stage_access import open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, check_permit_type, event

__all__ = ["add_photo", "remove_photo", "require_inspector"]

_MOST = 20


def require_inspector(application: Application, permit_type: PermitType, stage: str, actor: Actor) -> None:
    """
    Pass for the officer of an open site inspection with room for one more photograph.

    Raises:
        WorkflowError: ``not-assignee``: for anyone else.
        WorkflowError: ``photos``: the stage is not a site inspection, or has as many as minutes take.
    """
    check_state(application, Action.DECIDE_STAGE)
    check_permit_type(application, permit_type)
    state = open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    if permit_type.stage(stage).kind is not StageKind.SITE_INSPECTION or len(state.photos) >= _MOST:
        raise WorkflowError("photos", stage=stage, most=_MOST)


def add_photo(
    application: Application,
    permit_type: PermitType,
    stage: str,
    photo: InspectionPhoto,
    *,
    actor: Actor,
    now: datetime,
) -> Transition:
    """Put a photograph in, whose file was checked by content. Raises as `require_inspector`."""
    check_moment(application, now)
    require_inspector(application, permit_type, stage, actor)
    state = open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    case = put_stage(application, attrs.evolve(state, photos=(*state.photos, photo)))
    happened = event(EventKind.PHOTO_ADDED, case, actor, now, stage=stage, sha256=photo.sha256)
    return Transition(case, (happened,))


def remove_photo(
    application: Application, permit_type: PermitType, stage: str, photo: str, *, actor: Actor, now: datetime
) -> Transition:
    """
    Take a photograph out before the minutes are written.

    Raises:
        WorkflowError: ``not-assignee``: for anyone but the officer of the open stage.
        NotFoundError: there is no such photograph.
    """
    check_state(application, Action.DECIDE_STAGE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    state = open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    gone = next((item for item in state.photos if item.id == photo), None)
    if gone is None:
        raise NotFoundError(kind="document", key=photo)
    rest = tuple(item for item in state.photos if item is not gone)
    case = put_stage(application, attrs.evolve(state, photos=rest))
    happened = event(EventKind.PHOTO_REMOVED, case, actor, now, stage=stage, sha256=gone.sha256)
    return Transition(case, (happened,))
