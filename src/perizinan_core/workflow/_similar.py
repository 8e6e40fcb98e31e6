"""A second application for the same: the case continues with a reason on record, and never by itself."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import SimilarNote
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._stage_access import open_stage_for
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
)

__all__ = ["note_similar"]


def note_similar(
    application: Application,
    permit_type: PermitType,
    stage: str,
    others: tuple[str, ...],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Write down why the case continues although others ask for the same.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        stage: Code of the open stage whose officer writes it.
        others: Ids of the other applications; nothing changes without any.
        reason: Why both are needed, or what becomes of the other.
        actor: The officer of the stage.
        now: Aware moment.

    Raises:
        WorkflowError: ``not-assignee``: for anyone but the stage's officer.
        WorkflowError: ``reason-missing``: without a reason.
    """
    check_state(application, Action.DECIDE_STAGE)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE)
    (why,) = clean_reasons(Action.DECIDE_STAGE, (reason,))
    if not others:
        return Transition(application)
    note = SimilarNote(others=others, officer=actor.id, at=now, reason=why)
    case = attrs.evolve(application, similar_notes=(*application.similar_notes, note))
    happened = event(EventKind.SIMILAR_NOTED, case, actor, now, stage=stage, others=list(others))
    return Transition(case, (happened,))
