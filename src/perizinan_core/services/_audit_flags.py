"""Signs that someone should look closer: how long each officer takes, and whether the order of receipt is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

import attrs

from perizinan_core.model._actor import Officer
from perizinan_core.services._audit_export import DecidedStep
from perizinan_core.services._names import Named, named_officer

__all__ = ["OfficerTimes", "times_by_officer"]


@attrs.frozen(kw_only=True)
class OfficerTimes:
    """What one officer decided in a time."""

    officer: Named
    decided: int
    """Steps."""

    median_days: float | None
    """Working days from the opening of a step to its decision; None: not known of any."""

    longest_days: float | None
    late: int
    """Steps beyond their own time."""

    out_of_order: int
    """Steps taken while an older one of the same kind waited with the same officer, and no one had allowed it."""


def times_by_officer(steps: Iterable[DecidedStep], staff: Mapping[str, Officer]) -> tuple[OfficerTimes, ...]:
    """Return the times of each officer, the longest median first."""
    by_officer: dict[str, list[DecidedStep]] = defaultdict(list)
    for step in steps:
        by_officer[step.officer].append(step)
    found = [_times(officer, mine, staff) for officer, mine in by_officer.items()]
    return tuple(sorted(found, key=lambda item: (-(item.median_days or 0), item.officer.code)))


def _times(officer: str, steps: list[DecidedStep], staff: Mapping[str, Officer]) -> OfficerTimes:
    days = [step.working_days for step in steps if step.working_days is not None]
    jumped = [step for step in steps if step.older_waiting_same_officer and not step.jump_allowed]
    return OfficerTimes(
        officer=named_officer(staff, officer),
        decided=len(steps),
        median_days=round(median(days), 2) if days else None,
        longest_days=round(max(days), 2) if days else None,
        late=sum(step.late for step in steps),
        out_of_order=len(jumped),
    )
