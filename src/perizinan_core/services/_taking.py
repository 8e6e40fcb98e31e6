"""In which order an officer took cases, beside the order in which they came: whether anyone was preferred is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import attrs

from perizinan_core.model._application import Application
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._names import Named

__all__ = ["TakenCase", "taken_cases"]

_JUMP = "queue_jump"


@attrs.frozen(kw_only=True)
class TakenCase:
    """A step that an officer judged, with its places in both orders among those that are shown."""

    application: str
    receipt_number: str | None
    permit_type: Named
    stage: Named
    opened_at: datetime
    """When the step came to the queue."""

    decided_at: datetime
    came: int
    """Place by when it came, from 1."""

    taken: int
    """Place by when it was judged, from 1; the same as ``came`` where no one was preferred."""

    allowed: bool
    """A supervisor let it be taken before its turn, with a reason."""


def taken_cases(
    context: OfficeContext, cases: Sequence[Application], officer: str, limit: int
) -> tuple[TakenCase, ...]:
    """Return the last steps that an officer judged among these cases, the latest first; each kind of step by itself."""
    found = sorted(_judged(cases, officer), key=lambda one: one[2], reverse=True)[:limit]
    done = []
    for case, stage, decided_at, opened_at in found:
        same = [one for one in found if (one[0].permit_type, one[1]) == (case.permit_type, stage)]
        permit_type = context.permit_type_of(case)
        rule = permit_type.stage(stage)
        local = context.calendar.time_zone.local
        done.append(
            TakenCase(
                application=case.id,
                receipt_number=case.receipt_number,
                permit_type=Named(case.permit_type, permit_type.name),
                stage=Named(stage, rule.label),
                opened_at=local(opened_at),
                decided_at=local(decided_at),
                came=1 + sum((one[3], one[0].id) < (opened_at, case.id) for one in same),
                taken=1 + sum((one[2], one[0].id) < (decided_at, case.id) for one in same),
                allowed=any(item.rule.startswith(_JUMP) for item in case.overrides),
            )
        )
    return tuple(done)


def _judged(
    cases: Sequence[Application], officer: str
) -> Iterator[tuple[Application, str, datetime, datetime]]:
    for case in cases:
        for state in case.stages:
            if state.decided_by == officer and state.decided_at is not None and state.opened_at is not None:
                yield case, state.stage, state.decided_at, state.opened_at
