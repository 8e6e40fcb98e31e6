"""What the applicant's side answers to each thing that a correction asks for, one by one, before it is handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors.workflow import SlotError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import CorrectionAnswer, CorrectionItem, CorrectionRequest
from perizinan_core.model._events import EventKind
from perizinan_core.workflow._people import require_party
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, event

__all__ = ["answer_item", "touched_slots", "unanswered_items", "with_change"]


def touched_slots(application: Application, correction: CorrectionRequest) -> frozenset[str]:
    """Return the slots in which something was put or taken out since a correction was asked for."""
    since = correction.requested_at
    return frozenset(
        document.slot
        for document in application.documents
        if document.submission > application.submission
        or (document.replaced_at is not None and document.replaced_at >= since)
    )


def unanswered_items(application: Application) -> tuple[CorrectionItem, ...]:
    """Return what the open correction asks for and was neither changed nor answered in words; nothing without one."""
    if application.state is not ApplicationState.CORRECTION_REQUESTED:
        return ()
    correction = application.corrections[-1]
    done = touched_slots(application, correction) | {answer.target for answer in correction.answers}
    return tuple(item for item in correction.items if item.target not in done)


def answer_item(
    application: Application, target: str, text: str, *, actor: Actor, now: datetime
) -> Transition:
    """
    Answer one thing of the open correction in words: what was changed, or why it is right as it is.

    Args:
        application: A case that waits for a correction.
        target: `CorrectionItem.target`.
        text: In own words; empty takes an answer in words back.
        actor: The applicant's side.
        now: Aware moment.

    Raises:
        SlotError: ``not-in-correction``: when the correction does not ask for it.
        WorkflowError: ``not-party``: for anyone else.
    """
    check_state(application, Action.RESUBMIT)
    require_party(application, actor, Action.RESUBMIT)
    check_moment(application, now)
    correction = application.corrections[-1]
    asked = tuple(item.target for item in correction.items)
    if target not in asked:
        raise SlotError("not-in-correction", targets=(target,), asked=asked)
    old = _answer_to(correction, target)
    new = CorrectionAnswer(target=target, at=now, by=actor.account, text=text)
    if old is not None:
        new = attrs.evolve(old, at=now, by=actor.account, text=text)
    if (new.text, new.changed) == ((old.text, old.changed) if old else ("", False)):
        return Transition(application)
    case = _put(application, new)
    if old is not None and old.text and new.text:
        # Words are saved as they are typed: that there are some, or none any more, is what happened.
        return Transition(case)
    happened = event(EventKind.FORM_UPDATED, application, actor, now, fields=[f"answer:{target}"])
    return Transition(case, (happened,))


def with_change(
    application: Application, targets: dict[str, Any], *, actor: Actor, now: datetime
) -> Application:
    """
    Return a case in which changed data count as the answer to what an open correction asks for.

    Args:
        application: A draft, or a case that waits for a correction.
        targets: Value before the change by target; the first one of a round is kept.
        actor: Who changes.
        now: Aware moment.
    """
    if application.state is not ApplicationState.CORRECTION_REQUESTED:
        return application
    asked = {item.target for item in application.corrections[-1].items}
    for target, before in targets.items():
        if target not in asked:
            continue
        old = _answer_to(application.corrections[-1], target)
        new = CorrectionAnswer(target=target, at=now, by=actor.account, changed=True, before=before)
        if old is not None:
            kept = old.before if old.changed else before
            new = attrs.evolve(old, at=now, by=actor.account, changed=True, before=kept)
        application = _put(application, new)
    return application


def _answer_to(correction: CorrectionRequest, target: str) -> CorrectionAnswer | None:
    return next((answer for answer in correction.answers if answer.target == target), None)


def _put(application: Application, new: CorrectionAnswer) -> Application:
    correction = application.corrections[-1]
    others = tuple(answer for answer in correction.answers if answer.target != new.target)
    answers = (*others, new) if new.text or new.changed else others
    changed = attrs.evolve(correction, answers=answers)
    return attrs.evolve(application, corrections=(*application.corrections[:-1], changed))
