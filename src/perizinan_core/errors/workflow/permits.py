"""Refusals after the decision: signing, issuing, and the fate of an issued permit."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs

from perizinan_core.errors.workflow.labels import ACTIONS, PERMIT_STATUSES, ROLES, Labels, WorkflowError
from perizinan_core.i18n import N_

__all__ = [
    "AnnulmentPeriodError",
    "DelegationMissingError",
    "EffectiveDayError",
    "LegalBasisMissingError",
    "NotSignatoryError",
    "PermitStatusError",
    "RenewalTooEarlyError",
    "RenewalTooLateError",
    "WrongPermitError",
]

_DELEGATION_REASONS = {
    "none": N_("there is none for this position and permit type"),
    "expired": N_("the last one has ended"),
    "not_yet": N_("the next one has not begun"),
}


@attrs.define(slots=False, eq=False)
class DelegationMissingError(WorkflowError):
    """No delegation lets the position sign on that day: signing is refused."""

    code: ClassVar[str] = "delegation-missing"
    sentence: ClassVar[str] = N_(
        "The position {position} may not sign {permit_type} on {day}: no delegation covers it, because {reason} "
        "(boundary day: {boundary}). Record the decree that delegates the power, or let another position sign."
    )
    labels: ClassVar[Labels] = {"reason": _DELEGATION_REASONS}

    position: str
    """Code of the position."""

    permit_type: str
    """Code of the permit type."""

    day: date
    """Local day of signing."""

    reason: str
    """``"none"``, ``"expired"`` or ``"not_yet"``."""

    boundary: date | None = None
    """Last day of the expired one, or first day of the next one."""


@attrs.define(slots=False, eq=False)
class NotSignatoryError(WorkflowError):
    """The person does not hold the position that signs."""

    code: ClassVar[str] = "not-signatory"
    sentence: ClassVar[str] = N_(
        "{actor} cannot sign for the position {position}: it takes an officer with the role {role} who holds "
        "that position. Hand the letter to the holder, or record the acting officer."
    )
    labels: ClassVar[Labels] = {"role": ROLES}

    actor: str
    """Account that was to sign."""

    position: str
    """Code of the position."""

    role: str = "signatory"
    """`Role` value that is needed."""


@attrs.define(slots=False, eq=False)
class WrongPermitError(WorkflowError):
    """Another permit than the one whose number was taken; a number once taken stays with its permit."""

    code: ClassVar[str] = "wrong-permit"
    sentence: ClassVar[str] = N_(
        "The application and the permit do not belong together: expected {expected}, got {received}. "
        "A number once taken stays with its permit; go on with that one, or cancel its number with a reason."
    )

    expected: str | None
    """Id on record."""

    received: str
    """Id that came."""


@attrs.define(slots=False, eq=False)
class PermitStatusError(WorkflowError):
    """The permit's status does not allow this."""

    code: ClassVar[str] = "permit-status"
    sentence: ClassVar[str] = N_(
        "Nobody can {action}: the permit is {status}, and this is possible only while it is {allowed}. "
        "Look at the permit's history."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS, "status": PERMIT_STATUSES, "allowed": PERMIT_STATUSES}

    action: str
    """`Action` value."""

    status: str
    """`PermitStatus` value that holds."""

    allowed: tuple[str, ...]
    """`PermitStatus` values in which it is possible."""


@attrs.define(slots=False, eq=False)
class LegalBasisMissingError(WorkflowError):
    """A change of a permit's status without the law it rests on."""

    code: ClassVar[str] = "legal-basis-missing"
    sentence: ClassVar[str] = N_(
        "To {action}, name the law and article it rests on, as the decision itself must."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""


@attrs.define(slots=False, eq=False)
class AnnulmentPeriodError(WorkflowError):
    """The official's own time for an annulment has passed (UU 30/2014 art. 66)."""

    code: ClassVar[str] = "annulment-period"
    sentence: ClassVar[str] = N_(
        "The defect was found on {found_on}; the office itself may annul until {last_day}, and today is {today}. "
        "A court order can still lead to an annulment; the day of finding cannot lie in the future."
    )

    found_on: date
    """Local day on which the defect was found."""

    last_day: date
    """Last local day for the annulment."""

    today: date
    """Local day."""


@attrs.define(slots=False, eq=False)
class EffectiveDayError(WorkflowError):
    """A status that would begin in the past, or end before it begins."""

    code: ClassVar[str] = "effective-day"
    sentence: ClassVar[str] = N_(
        "A decision about a permit takes effect from its own day or later: the first possible day is "
        "{earliest}, and {received} was given. Correct the day."
    )

    earliest: date
    """First possible local day."""

    received: date
    """Day that came."""


@attrs.define(slots=False, eq=False)
class RenewalTooEarlyError(WorkflowError):
    """The renewal window is not open yet."""

    code: ClassVar[str] = "renewal-too-early"
    sentence: ClassVar[str] = N_(
        "The permit can be renewed from {opens_on} on; today is {today}. Apply again on that day or later."
    )

    opens_on: date
    """First local day of the window."""

    today: date
    """Local day."""


@attrs.define(slots=False, eq=False)
class RenewalTooLateError(WorkflowError):
    """The renewal window has closed."""

    code: ClassVar[str] = "renewal-too-late"
    sentence: ClassVar[str] = N_(
        "The permit could be renewed until {closed_on}; today is {today}. Apply for a new permit instead."
    )

    closed_on: date
    """Last local day of the window."""

    today: date
    """Local day."""
