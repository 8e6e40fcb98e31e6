"""Refusals because of when something is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.workflow.labels import ACTIONS, Labels, WorkflowError
from perizinan_core.i18n import N_

__all__ = [
    "ClockOrderError",
    "ClockStateError",
    "CorrectionWindowPassedError",
    "DeemedGrantDueError",
    "NoDeemedGrantError",
    "NotDueError",
]

_CLOCK_EVENTS = {
    "started": N_("started"),
    "paused": N_("paused"),
    "resumed": N_("resumed"),
    "stopped": N_("stopped"),
    "never": N_("never started"),
}


@attrs.define(slots=False, eq=False)
class ClockOrderError(WorkflowError):
    """A moment before the last one recorded: time never runs backwards."""

    code: ClassVar[str] = "clock-order"
    sentence: ClassVar[str] = N_(
        "The last entry of this application is of {last}; an entry of {now} would lie before it. "
        "Check the clock of the machine, then try again."
    )

    last: datetime
    """Latest moment on record, aware."""

    now: datetime
    """Moment that came, aware."""


@attrs.define(slots=False, eq=False)
class ClockStateError(WorkflowError):
    """The clock cannot make this step, e.g. start twice."""

    code: ClassVar[str] = "clock-state"
    sentence: ClassVar[str] = N_(
        "The clock of this application cannot be {event}, because it is {current}. "
        "It starts once, pauses and resumes by turns, and stops once; look at the case's history."
    )
    labels: ClassVar[Labels] = {"event": _CLOCK_EVENTS, "current": _CLOCK_EVENTS}

    event: str
    """`ClockEvent` value that was to be recorded."""

    current: str
    """`ClockEvent` value of the last entry, or ``"never"``."""


@attrs.define(slots=False, eq=False)
class DeemedGrantDueError(WorkflowError):
    """The limit has passed in silence: the office can no longer decide."""

    code: ClassVar[str] = "deemed-grant-due"
    sentence: ClassVar[str] = N_(
        "The time limit ended on {due} without a decision, so the application is granted by law and nobody can "
        "{action} any more. Record the deemed grant; issuing then follows the rule of the permit type."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value that came too late."""

    due: date
    """Last day on which the office could decide (local)."""


@attrs.define(slots=False, eq=False)
class NoDeemedGrantError(WorkflowError):
    """The permit type excludes deemed approval."""

    code: ClassVar[str] = "no-deemed-grant"
    sentence: ClassVar[str] = N_(
        "The rules of this permit type exclude a deemed grant; the application is late at most. "
        "Have it decided by the officers it is assigned to."
    )


@attrs.define(slots=False, eq=False)
class NotDueError(WorkflowError):
    """Too early: the time that must pass has not passed."""

    code: ClassVar[str] = "not-due"
    sentence: ClassVar[str] = N_(
        "Nobody can {action} yet: today is {today}, and it takes a day after {due}. Wait until then."
    )
    absent: ClassVar[Mapping[str, str]] = {
        "due": N_("the deadline of a clock that runs, and it does not run now")
    }
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    due: date | None
    """Last day that still belongs to the time allowed (local); None while no clock runs."""

    today: date
    """Local day."""


@attrs.define(slots=False, eq=False)
class CorrectionWindowPassedError(WorkflowError):
    """The correction comes too late."""

    code: ClassVar[str] = "correction-window-passed"
    sentence: ClassVar[str] = N_(
        "The correction was due by {answer_by}, and today is {today}: the application lapses. "
        "Begin a new application; papers already handed in can be uploaded again."
    )

    answer_by: date
    """Last local day for the answer."""

    today: date
    """Local day."""
