"""What every step returns, and the moment at which it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.model import ModelError
from perizinan_core.errors.workflow import ClockOrderError, WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, FrozenTerms
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import Override
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._states import Action, check_state

__all__ = [
    "SKEW",
    "Transition",
    "check_moment",
    "check_permit_type",
    "clean_reasons",
    "event",
    "in_order",
    "last_moment",
    "local_day",
    "record_override",
    "terms_of",
]


@attrs.frozen
class Transition:
    """The application after a step, and what happened, in order. Nothing is stored yet."""

    application: Application
    events: tuple[Event, ...] = ()

    def then(self, step: Callable[[Application], Transition]) -> Transition:
        """Continue with ``step`` from the new application, and keep the events of both."""
        return self.followed_by(step(self.application))

    def followed_by(self, following: Transition) -> Transition:
        """Append a transition that was made from this one's application."""
        return Transition(following.application, self.events + following.events)


def event(kind: EventKind, application: Application, actor: Actor, now: datetime, /, **data: Any) -> Event:
    """Return an event about ``application``; ``data`` holds JSON values without personal data."""
    return Event(kind=kind, subject=application.id, at=now, actor=str(actor.account), data=data)


def record_override(application: Application, override: Override, actor: Actor) -> Transition:
    """Put a rule that was set aside on record; the event names the rule and the people, not the reason."""
    case = attrs.evolve(application, overrides=(*application.overrides, override))
    happened = event(
        EventKind.OVERRIDE_RECORDED,
        application,
        actor,
        override.at,
        rule=override.rule,
        requested_by=override.requested_by,
        approved_by=override.approved_by,
    )
    return Transition(case, (happened,))


def local_day(calendar: WorkingCalendar, moment: datetime) -> date:
    """
    Return the day on the office's clocks.

    Raises:
        ModelError: ``naive-moment``: when the moment does not say its time zone.
    """
    return calendar.time_zone.local(moment).date()


def terms_of(application: Application) -> FrozenTerms:
    """
    Return what the submission froze.

    Raises:
        TransitionNotAllowedError: for a draft, which has none: the office has no step to take in it.
    """
    if application.terms is None:
        check_state(application, Action.DECIDE_STAGE)
        raise ValueError(f"application {application.id} was submitted and has no terms")
    return application.terms


SKEW = timedelta(minutes=5)
"""How far the clocks of the office's machines may differ."""


def last_moment(application: Application) -> datetime:
    """Return the latest moment on record in the case."""
    return max(_moments(application))


def in_order(application: Application, now: datetime) -> datetime:
    """
    Return ``now``, or the last moment on record where it lies just before that.

    Others were faster while one waited for the case, or the clocks of two machines differ: what comes second in the
    case is then of the same moment. More than `SKEW` is a clock that is wrong, and is left to `check_moment`.
    """
    last = last_moment(application)
    return last if now < last <= now + SKEW else now


def check_moment(application: Application, now: datetime) -> None:
    """
    Pass when ``now`` is aware and not before the last moment on record.

    Raises:
        ClockOrderError: when it lies before.
        ModelError: ``naive-moment``: when it does not say its time zone.
    """
    if now.utcoffset() is None:
        raise ModelError("naive-moment", received=now.isoformat())
    last = last_moment(application)
    if now < last:
        raise ClockOrderError(last=last, now=now)


def check_permit_type(application: Application, permit_type: PermitType) -> None:
    """
    Pass when ``permit_type`` is the version that the application froze.

    Raises:
        WorkflowError: ``permit-type-mismatch``: when code or version differ.
    """
    expected = f"{application.permit_type} {application.permit_type_version}"
    received = f"{permit_type.code} {permit_type.version}"
    if expected != received:
        raise WorkflowError("permit-type-mismatch", expected=expected, received=received)


def clean_reasons(action: Action, reasons: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return ``reasons`` without blanks around them.

    Raises:
        WorkflowError: ``reason-missing``: when none is left.
    """
    found = tuple(text.strip() for text in reasons if text.strip())
    if not found:
        raise WorkflowError("reason-missing", action=action.value)
    return found


def _moments(application: Application) -> Iterator[datetime]:
    yield application.created_at
    for entry in application.clock.entries:
        yield entry.at
    for record in application.clock.deadlines:
        yield record.computed_at
    yield from (paper.replaced_at or paper.uploaded_at for paper in application.documents)
    yield from (held.ended_at or held.inspected_at for held in application.held_uploads)
    for stage in application.stages:
        yield from (at for at in (stage.opened_at, stage.decided_at) if at is not None)
        yield from (earlier.set_aside_at for earlier in stage.earlier)
    for correction in application.corrections:
        yield correction.answered_at or correction.requested_at
    for conflict in application.conflicts:
        yield conflict.declared_at
    for override in application.overrides:
        yield override.at
    for wait in application.waits:
        yield wait.ended_at or wait.recorded_at
    optional = (application.submitted_at, application.completed_at, application.closed_at)
    yield from (at for at in optional if at is not None)
    if application.decision is not None:
        yield application.decision.at
