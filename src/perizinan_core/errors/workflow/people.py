"""Refusals because of who acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors.workflow.labels import ACTIONS, ACTOR_KINDS, DUTIES, ROLES, Labels, WorkflowError
from perizinan_core.i18n import N_

__all__ = [
    "AlreadyAssignedError",
    "ConflictOfInterestError",
    "JumpNotRequestedError",
    "NoEligibleOfficerError",
    "NoPositionError",
    "NotAllowedError",
    "NotAssigneeError",
    "NotPartyError",
    "OwnCaseError",
    "QueueJumpError",
    "SecondPersonError",
    "SeparationOfDutiesError",
]


_ANY = N_("any")


@attrs.define(slots=False, eq=False)
class NotAllowedError(WorkflowError):
    """The actor's kind, roles or units do not allow this."""

    code: ClassVar[str] = "not-allowed"
    sentence: ClassVar[str] = N_(
        "{actor} may not {action}. It takes {kinds} with one of these roles: {roles}; in the unit: {units}. "
        "Hand the case to somebody who has them, or ask the administrator to record the role."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS, "kinds": ACTOR_KINDS, "roles": ROLES}
    absent: ClassVar[Mapping[str, str]] = {"roles": _ANY, "units": _ANY}

    action: str
    """`Action` value, e.g. ``"decide_stage"``."""

    actor: str
    """Account that tried."""

    kinds: tuple[str, ...]
    """`ActorKind` values of which one is needed."""

    roles: tuple[str, ...] = ()
    """`Role` values of which one is needed; empty: none in particular."""

    units: tuple[str, ...] = ()
    """Codes of units of which one is needed; empty: any."""


@attrs.define(slots=False, eq=False)
class NoPositionError(WorkflowError):
    """An officer without a position would decide about a permit."""

    code: ClassVar[str] = "no-position"
    sentence: ClassVar[str] = N_(
        "{actor} may not {action}: the staff record names no position, and permits are decided about under the "
        "delegation of a position. Have the position recorded, or leave it to whoever holds one."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    actor: str
    """Account that tried."""


@attrs.define(slots=False, eq=False)
class NotPartyError(WorkflowError):
    """Only those whose application it is may do this."""

    code: ClassVar[str] = "not-party"
    sentence: ClassVar[str] = N_(
        "{actor} may not {action}: only the applicant and the applicant's representative may. "
        "Sign in with the account that opened the application, or have a power of attorney recorded."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    actor: str
    """Account that tried."""


@attrs.define(slots=False, eq=False)
class OwnCaseError(WorkflowError):
    """An officer would work on an application of their own."""

    code: ClassVar[str] = "own-case"
    sentence: ClassVar[str] = N_(
        "{actor} is a party to this application and may not {action} in it. "
        "Leave it to another officer; a supervisor can have it reassigned."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    actor: str
    """Account that tried."""


@attrs.define(slots=False, eq=False)
class ConflictOfInterestError(WorkflowError):
    """An officer with a declared conflict of interest."""

    code: ClassVar[str] = "conflict-of-interest"
    sentence: ClassVar[str] = N_(
        "{officer} has a declared conflict of interest in this application and may not {action} in it. "
        "Leave it to another officer; a supervisor can have it reassigned."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    officer: str
    """Account of the officer."""


@attrs.define(slots=False, eq=False)
class SeparationOfDutiesError(WorkflowError):
    """One person would hold two duties that must be separate in one case."""

    code: ClassVar[str] = "separation-of-duties"
    sentence: ClassVar[str] = N_(
        "{officer} may not take {stage} ({duty}), because the same person had {other_stage} ({other_duty}) in "
        "this application. These must be different people; have the stage reassigned to somebody else."
    )
    labels: ClassVar[Labels] = {"duty": DUTIES, "other_duty": DUTIES}

    stage: str
    """Stage that was to be taken; ``"signature"`` for signing, ``"counter"`` for taking in a file."""

    duty: str
    """`Duty` value of that stage, or ``"separated"``."""

    officer: str
    """Account of the officer."""

    other_stage: str
    """Stage that the officer holds or judged; ``"signature"`` or ``"counter"`` as above."""

    other_duty: str
    """`Duty` value of the other stage, or ``"separated"``."""


@attrs.define(slots=False, eq=False)
class NotAssigneeError(WorkflowError):
    """The stage is another officer's, or nobody's yet."""

    code: ClassVar[str] = "not-assignee"
    sentence: ClassVar[str] = N_(
        "{actor} may not judge {stage}: it is assigned to {assignee}. Cases are assigned by rotation or random "
        "draw; a supervisor can have the stage reassigned with a reason."
    )
    absent: ClassVar[Mapping[str, str]] = {"assignee": N_("nobody yet")}

    stage: str
    """Code of the stage."""

    actor: str
    """Account that tried."""

    assignee: str | None
    """Account of the officer whose turn it is; None: not assigned yet."""


@attrs.define(slots=False, eq=False)
class AlreadyAssignedError(WorkflowError):
    """The stage has an officer who may go on."""

    code: ClassVar[str] = "already-assigned"
    sentence: ClassVar[str] = N_(
        "{stage} is assigned to {assignee} and stays there. To change that, a supervisor has it reassigned "
        "with a reason."
    )

    stage: str
    """Code of the stage."""

    assignee: str
    """Account of the officer."""


@attrs.define(slots=False, eq=False)
class NoEligibleOfficerError(WorkflowError):
    """Nobody on the staff can take the stage."""

    code: ClassVar[str] = "no-eligible-officer"
    sentence: ClassVar[str] = N_(
        "Nobody can take {stage}: it needs an active officer with the role {role} in the unit {unit}. "
        "Such officers who are kept out by separation of duties, a conflict of interest or a reassignment: "
        "{excluded}. Record a further officer with this role and unit, then assign the stage again."
    )
    labels: ClassVar[Labels] = {"role": ROLES}

    stage: str
    """Code of the stage."""

    role: str
    """`Role` value that is needed."""

    unit: str
    """Code of the unit in which it is needed."""

    excluded: tuple[str, ...] = ()
    """Accounts of officers with role and unit who may not take it."""


@attrs.define(slots=False, eq=False)
class QueueJumpError(WorkflowError):
    """An earlier case of the same stage and officer waits."""

    code: ClassVar[str] = "queue-jump"
    sentence: ClassVar[str] = N_(
        "{application} is not next at {stage}: {first} came before it, and {waiting} earlier case(s) wait. "
        "Take the earlier one first, or have a supervisor allow the jump with a reason."
    )

    stage: str
    """Code of the stage."""

    application: str
    """Id of the application that was to be taken."""

    first: str
    """Id of the application whose turn it is."""

    waiting: int
    """How many cases come before it."""


@attrs.define(slots=False, eq=False)
class JumpNotRequestedError(WorkflowError):
    """A supervisor would allow a jump of the queue for which no officer asked."""

    code: ClassVar[str] = "jump-not-requested"
    sentence: ClassVar[str] = N_(
        "The officer of {stage} has not asked to take this case before its turn, so there is nothing to allow. "
        "Have the officer ask for it, with a reason."
    )

    stage: str
    """Code of the stage."""


@attrs.define(slots=False, eq=False)
class SecondPersonError(WorkflowError):
    """The one who approves an exception is the one who gains from it."""

    code: ClassVar[str] = "second-person"
    sentence: ClassVar[str] = N_(
        "{approved_by} may not {action} for themselves. Somebody else with the supervisor role must approve it."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""

    approved_by: str
    """Account that was to approve."""
