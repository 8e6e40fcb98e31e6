"""
Drafts do not stay for ever: one that no one worked on for long is announced to be removed, and then removed.

The applicant's side is notified before (see `_notice`), and its time counts from that notice. Anything that it does
with the draft takes the announcement back. An applicant can also discard a draft at once.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._notice import DRAFT, DraftEnd
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._notice import require_notified
from perizinan_core.workflow._people import require_kind, require_party
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, event, local_day

__all__ = ["announce_draft_end", "discard", "keep_draft"]


def announce_draft_end(
    application: Application, *, days: int, actor: Actor, now: datetime, calendar: WorkingCalendar
) -> Transition:
    """
    Announce that a draft will be removed; one that is announced already stays as it is.

    Args:
        application: A draft.
        days: Calendar days from the notice to the last day.
        actor: The system or the host application.
        now: Aware moment.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
    """
    check_state(application, Action.DISCARD)
    require_kind(actor, Action.DISCARD, ActorKind.SYSTEM, ActorKind.HOST)
    check_moment(application, now)
    if application.draft_end is not None:
        return Transition(application)
    last = add_period(calendar, local_day(calendar, now), Period(value=days, unit=PeriodUnit.DAYS))
    case = attrs.evolve(application, draft_end=DraftEnd(announced_at=now, ends_on=last, days=days))
    return Transition(case, (event(EventKind.DRAFT_ENDING, case, actor, now, ends_on=last.isoformat()),))


def keep_draft(application: Application) -> Application:
    """Take the announcement back: the applicant's side works on the draft."""
    if application.draft_end is None:
        return application
    notices = tuple(item for item in application.notices if item.of != DRAFT)
    return attrs.evolve(application, draft_end=None, notices=notices)


def discard(application: Application, *, actor: Actor, now: datetime, calendar: WorkingCalendar) -> Event:
    """
    Return the event with which a draft is removed; what was in it goes, its history stays.

    Args:
        application: A draft.
        actor: Its applicant or representative, the host application; the system after its last day.
        now: Aware moment.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``not-party``: for anyone else.
        WorkflowError: ``notice-missing``: for the system, before the applicant's side was notified.
        WorkflowError: ``not-due``: for the system, until its last day is over.
    """
    check_state(application, Action.DISCARD)
    check_moment(application, now)
    if actor.kind is ActorKind.SYSTEM:
        require_notified(application, DRAFT, Action.DISCARD)
        today, last = local_day(calendar, now), application.removed_after
        if last is None or today <= last:
            raise WorkflowError("not-due", action=Action.DISCARD.value, due=last, today=today)
    else:
        require_party(application, actor, Action.DISCARD)
    held = sum(1 for item in application.held_uploads if item.is_waiting)
    documents = len(application.documents) + held
    by_itself = actor.kind is ActorKind.SYSTEM
    return event(EventKind.DRAFT_DISCARDED, application, actor, now, documents=documents, overdue=by_itself)
