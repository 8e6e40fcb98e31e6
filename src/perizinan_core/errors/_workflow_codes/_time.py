"""Time limits: what runs, what has passed, and who has to know first."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._words import ACTIONS
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

_WAIT_PROBLEMS: Mapping[str, str] = {
    "name": N_("name the agency or the system that the office waits for"),
    "since": N_(
        "it can begin neither before the application was submitted nor in the future; correct the moment"
    ),
    "unknown": N_("no wait of this number is open in this case; open the case again and look at its waits"),
}

_CLOCK_EVENTS = {
    "started": N_("started"),
    "paused": N_("paused"),
    "resumed": N_("resumed"),
    "stopped": N_("stopped"),
    "never": N_("never started"),
}

CODES: Mapping[str, Code] = {
    "receipt-time": Code(
        N_(
            "The papers cannot have been received at {received}: that has to be earlier on the same day, {day}. "
            "Papers of another day are handed in now."
        )
    ),
    "clock-state": Code(
        N_(
            "The clock of this application cannot be {event}, because it is {current}. It starts once, "
            "pauses and resumes by turns, and stops once; look at the case's history."
        ),
        labels={"event": _CLOCK_EVENTS, "current": _CLOCK_EVENTS},
    ),
    # The limit has passed in silence: the office can no longer decide.
    # `action`: `Action` value that came too late.
    # `due`: Last day on which the office could decide (local).
    "deemed-grant-due": Code(
        N_(
            "The time limit ended on {due} without a decision, so the application is granted by law and "
            "no one can {action} any more. Record the deemed grant; issuing then follows the rule of the "
            "permit type."
        ),
        labels={"action": ACTIONS},
    ),
    "no-deemed-grant": Code(
        N_(
            "The rules of this permit type exclude a deemed grant; the application is late at most. Have "
            "it decided by the officers it is assigned to."
        )
    ),
    # Too early: the time that must pass has not passed.
    # `due`: Last day that still belongs to the time allowed (local); None while no clock runs.
    "not-due": Code(
        N_("No one can {action} yet: today is {today}, and it takes a day after {due}. Wait until then."),
        labels={"action": ACTIONS},
        absent={"due": N_("the deadline of a clock that runs, and it does not run now")},
    ),
    # No one could be notified, so that no time has run yet.
    "notice-missing": Code(
        N_(
            "No one can {action} yet: the applicant was not notified, so the time has not begun to run ({of}). See "
            "that the message arrives, or tell the applicant in another way and record how."
        ),
        labels={"action": ACTIONS},
    ),
    "no-notice-awaited": Code(
        N_("The applicant has been notified of everything that time runs from. Nothing is to be recorded.")
    ),
    # `fault`: `"name"`, `"since"` or `"unknown"`.
    "outside-wait": Code(N_("This wait was not recorded: {fault}."), labels={"fault": _WAIT_PROBLEMS}),
}
