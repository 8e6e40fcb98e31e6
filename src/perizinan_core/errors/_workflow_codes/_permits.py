"""Permits that were issued: number, effect, renewal, end."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._words import ACTIONS
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    # Another permit than the one whose number was taken; a number once taken stays with its permit.
    # `expected`: Id on record.
    # `received`: Id that was received.
    "wrong-permit": Code(
        N_(
            "The application and the permit do not belong together: expected {expected}, got {received}. "
            "A number once taken stays with its permit; continue with that one, or cancel its number "
            "with a reason."
        )
    ),
    "legal-basis-missing": Code(
        N_("To {action}, name the law and article it rests on, as the decision itself must."),
        labels={"action": ACTIONS},
    ),
    # The official's own time for an annulment has passed (UU 30/2014 art. 66).
    "annulment-period": Code(
        N_(
            "The defect was found on {found_on}; the office itself may annul until {last_day}, and today "
            "is {today}. A court order can still lead to an annulment; the day of finding cannot lie in "
            "the future."
        )
    ),
    # `received`: Day that was received.
    "effective-day": Code(
        N_(
            "A decision about a permit takes effect from its own day or later: the first possible day is "
            "{earliest}, and {received} was given. Correct the day."
        )
    ),
    "renewal-too-early": Code(
        N_(
            "The permit can be renewed from {opens_on} on; today is {today}. Apply again on that day or "
            "later."
        )
    ),
    "renewal-too-late": Code(
        N_("The permit could be renewed until {closed_on}; today is {today}. Apply for a new permit instead.")
    ),
}
