"""Who may not do it: roles, delegations, separation of duties, whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.errors._words import ACTIONS, ACTOR_KINDS, ROLES
from perizinan_core.errors.base import Code
from perizinan_core.i18n import N_

__all__ = ["CODES"]

_ANY = N_("any")

_DELEGATION_REASONS = {
    "none": N_("there is none for this position and permit type"),
    "expired": N_("the last one has ended"),
    "not_yet": N_("the next one has not begun"),
}

CODES: Mapping[str, Code] = {
    # `action`: `Action` value, e.g. `"decide_stage"`.
    "not-allowed": Code(
        N_(
            "{actor} may not {action}. It takes {kinds} with one of these roles: {roles}; in the unit: "
            "{units}. Hand the case to someone who has them, or ask the administrator to record the role."
        ),
        defaults={"roles": (), "units": ()},
        labels={"action": ACTIONS, "kinds": ACTOR_KINDS, "roles": ROLES},
        absent={"roles": _ANY, "units": _ANY},
    ),
    "no-position": Code(
        N_(
            "{actor} may not {action}: the staff record names no position, and permits are decided about "
            "under the delegation of a position. Have the position recorded, or leave it to an officer "
            "who holds one."
        ),
        labels={"action": ACTIONS},
    ),
    "not-party": Code(
        N_(
            "{actor} may not {action}: only the applicant and the applicant's representative may. Sign "
            "in with the account that opened the application, or have a power of attorney recorded."
        ),
        labels={"action": ACTIONS},
    ),
    "own-case": Code(
        N_(
            "{actor} is a party to this application and may not {action} in it. Leave it to another "
            "officer; a supervisor can have it reassigned."
        ),
        labels={"action": ACTIONS},
    ),
    "own-question": Code(
        N_(
            "{actor} asked or decided in this case and cannot say that the applicant was notified. Let the front "
            "office or a supervisor tell the applicant and record it."
        )
    ),
    "conflict-of-interest": Code(
        N_(
            "{officer} has a declared conflict of interest in this application and may not {action} in "
            "it. Leave it to another officer; a supervisor can have it reassigned."
        ),
        labels={"action": ACTIONS},
    ),
    "not-assignee": Code(
        N_(
            "{actor} may not judge {stage}: it is assigned to {assignee}. Cases are assigned by rotation "
            "or random draw; a supervisor can have the stage reassigned with a reason."
        ),
        absent={"assignee": N_("no one yet")},
    ),
    # `assignee`: Account of the officer.
    "already-assigned": Code(
        N_(
            "{stage} is assigned to {assignee} and stays there. To change that, a supervisor has it "
            "reassigned with a reason."
        )
    ),
    # `application`, `first`: Receipt numbers, which people know; ids where there are none.
    "queue-jump": Code(
        N_(
            "{application} is not next at {stage}: {first} came before it, and {waiting} earlier case(s) "
            "wait. Take the earlier one first, or have a supervisor allow the jump with a reason."
        )
    ),
    "jump-not-requested": Code(
        N_(
            "The officer of {stage} has not asked to take this case before its turn, so there is nothing "
            "to allow. Have the officer ask for it, with a reason."
        )
    ),
    "second-person": Code(
        N_(
            "{approved_by} may not {action} for themselves. Someone else with the supervisor role must "
            "approve it."
        ),
        labels={"action": ACTIONS},
    ),
    # No delegation lets the position sign on that day: signing is refused.
    # `day`: Local day of signing.
    "delegation-missing": Code(
        N_(
            "The position {position} may not sign {permit_type} on {day}: no delegation covers it, "
            "because {reason} (boundary day: {boundary}). Record the decree that delegates the power, or "
            "let another position sign."
        ),
        defaults={"boundary": None},
        labels={"reason": _DELEGATION_REASONS},
    ),
    # `actor`: Account that was to sign.
    "not-signatory": Code(
        N_(
            "{actor} cannot sign for the position {position}: it takes an officer with the role {role} "
            "who holds that position. Hand the letter to the holder, or record the acting officer."
        ),
        defaults={"role": "signatory"},
        labels={"role": ROLES},
    ),
}
