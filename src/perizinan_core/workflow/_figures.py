"""What a closed case adds to the office's figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction

from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar, days_used
from perizinan_core.model._case import DecisionKind, StageOutcome, StageState
from perizinan_core.model._figures import Figure, RefusalGround
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._clock import consumed_days, is_late
from perizinan_core.workflow._transition import local_day

__all__ = ["figures_of"]

_GROUNDS = {
    StageKind.COMPLETENESS_CHECK: RefusalGround.PAPERS,
    StageKind.VERIFICATION: RefusalGround.PAPERS,
    StageKind.TECHNICAL_RECOMMENDATION: RefusalGround.TECHNICAL,
    StageKind.SITE_INSPECTION: RefusalGround.SITE,
    StageKind.PAYMENT: RefusalGround.PAYMENT,
    StageKind.INITIAL: RefusalGround.DECISION,
    StageKind.APPROVAL: RefusalGround.DECISION,
}


def figures_of(
    application: Application, permit_type: PermitType, calendar: WorkingCalendar
) -> tuple[Figure, ...]:
    """
    Return the figures of a closed case: its own, and one for each step that someone ended.

    Args:
        application: The case.
        permit_type: The version that it froze.
        calendar: The authority's calendar.

    Raises:
        CalendarRangeError: a day is not covered.
    """
    closed = application.closed_at
    if closed is None or not application.state.is_terminal:
        return ()
    day = local_day(calendar, closed)
    started = bool(application.clock.entries)
    decided = application.state in (ApplicationState.ISSUED, ApplicationState.REFUSED)
    ground = _ground(application, permit_type) if application.state is ApplicationState.REFUSED else None
    whole = Figure(
        permit_type=application.permit_type,
        closed_day=day,
        outcome=application.state,
        ground=ground,
        days=consumed_days(application, calendar, closed) if started else None,
        on_time=not is_late(application, calendar, closed) if started and decided else None,
    )
    steps = (
        Figure(
            step=state.stage,
            permit_type=application.permit_type,
            closed_day=day,
            outcome=application.state,
            days=math.floor(sum((days_used(calendar, *span) for span in spans), Fraction(0))),
        )
        for state in application.stages
        if (spans := tuple(_spans(state)))
    )
    return (whole, *steps)


def _spans(state: StageState) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the step was worked on, from each opening to its end; waiting for the applicant lies between."""
    for record in state.earlier:
        if record.opened_at is not None and record.opened_at <= record.decided_at:
            yield record.opened_at, record.decided_at
    if state.opened_at is not None and state.decided_at is not None and state.opened_at <= state.decided_at:
        yield state.opened_at, state.decided_at


def _ground(application: Application, permit_type: PermitType) -> RefusalGround:
    decision = application.decision
    if decision is not None and decision.kind is DecisionKind.REFUSED and decision.ground is not None:
        return RefusalGround.DEFECT
    found = set(_negative(application.stages, permit_type))
    return next((ground for ground in RefusalGround if ground in found), RefusalGround.DECISION)


def _negative(stages: Iterable[StageState], permit_type: PermitType) -> Iterator[RefusalGround]:
    for state in stages:
        if state.outcome is StageOutcome.NEGATIVE:
            yield _GROUNDS[permit_type.stage(state.stage).kind]
