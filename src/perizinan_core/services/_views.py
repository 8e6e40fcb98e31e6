"""
What the applicant's side is shown of a case: everything that was decided and asked, nothing of the inner side.

Left out are conflicts of interest, requests and permissions to jump the queue, who had a stage before, what
reviewers wrote in their stages (what counts of it stands in the decision or in a correction), outcomes that were
set aside, and why an officer accepted a file. Officers and the host application get the case as it is.
"""

from __future__ import annotations

import attrs

from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageState, SubmittedDocument
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.storage import UnitOfWork

__all__ = ["events_of", "shown_case", "shown_history", "shown_paper", "shown_permit"]

_OUTSIDE = (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE)

_INNER = frozenset({EventKind.CONFLICT_DECLARED, EventKind.JUMP_REQUESTED, EventKind.SIMILAR_NOTED})
"""An officer's own affairs."""

_DRAW = frozenset({"candidates", "draw"})
"""Who else could have got the case: whom to approach is no one's to know."""


def shown_case(application: Application, actor: Actor) -> Application:
    """Return a case as this actor may see it."""
    if actor.kind not in _OUTSIDE:
        return application
    return attrs.evolve(
        application,
        stages=tuple(_stage(item) for item in application.stages),
        documents=tuple(shown_paper(item, actor) for item in application.documents),
        conflicts=(),
        overrides=(),
        jump_requests=(),
        similar_notes=(),
        rehearsed=None,
        checks=tuple(attrs.evolve(item, answer="", answered_by=None) for item in application.checks),
    )


def shown_permit(permit: Permit, actor: Actor) -> Permit:
    """Return a permit as this actor may see it: a letter that is not issued, with its code, stays in the office."""
    return permit if actor.kind not in _OUTSIDE else attrs.evolve(permit, letter=None)


def shown_paper(paper: SubmittedDocument, actor: Actor) -> SubmittedDocument:
    """Return a paper as this actor may see it."""
    if actor.kind not in _OUTSIDE or paper.accepted_as_is is None:
        return paper
    return attrs.evolve(paper, accepted_as_is=None)


def events_of(work: UnitOfWork, application: Application) -> tuple[Event, ...]:
    """Return what happened in a case and to its permit, oldest first; an actor sees `shown_history` of it."""
    events = work.history.of(application.id)
    if application.permit_id is not None:
        events += work.history.of(application.permit_id)
    return tuple(sorted(events, key=lambda event: event.at))


def shown_history(events: tuple[Event, ...], actor: Actor) -> tuple[Event, ...]:
    """Return the history of a case as this actor may see it."""
    if actor.kind not in _OUTSIDE:
        return events
    return tuple(_without_draw(event) for event in events if event.kind not in _INNER)


def _stage(state: StageState) -> StageState:
    return attrs.evolve(state, past_assignees=(), earlier=(), reasons=(), minutes=None, photos=())


def _without_draw(event: Event) -> Event:
    kept = {key: value for key, value in event.data.items() if key not in _DRAW}
    return event if len(kept) == len(event.data) else attrs.evolve(event, data=kept)
