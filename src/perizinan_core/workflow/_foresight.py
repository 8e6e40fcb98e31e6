"""
What issuing will demand, asked beforehand: at the submission, and again at the approval.

A case that could never be issued must not reach the signature, where no one could do anything with it.
Whether the letter can be printed is asked by the caller, who has the fonts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from perizinan_core.errors.workflow import Problem, WorkflowError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Officer
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._authority import Authority, Delegation
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._issuing import check_signer

__all__ = [
    "SUCCEEDING",
    "approval_obstacles",
    "entitled_delegations",
    "entitled_signers",
    "submission_obstacles",
]

SUCCEEDING = frozenset(
    {
        ApplicationState.SUBMITTED,
        ApplicationState.IN_REVIEW,
        ApplicationState.CORRECTION_REQUESTED,
        ApplicationState.APPROVED,
        ApplicationState.AWAITING_SIGNATURE,
    }
)
"""States in which an application holds the permit it builds on: there is one successor at a time."""

_NO_DELEGATION = N_(
    "No position of the office is entitled to sign this permit now or later. "
    "Tell the office: a delegation must be made before the application can be taken."
)
_NO_SIGNATORY = N_(
    "No officer may sign this permit now or later, apart from those with another duty in the case. "
    "Have a signatory appointed who holds a position with a delegation for it."
)
_SUCCESSOR = N_(
    "Another application ({receipt}) already builds on permit {number}, and a permit has one successor. "
    "Wait for its decision, or withdraw it first."
)


def submission_obstacles(
    application: Application,
    permit_type: PermitType,
    *,
    authority: Authority,
    others: Iterable[Application] = (),
    previous_number: str = "",
    day: date,
) -> tuple[Problem, ...]:
    """
    Return what would keep the permit from being issued, as far as the office's data say at the submission.

    That officers are missing stops no applicant; that no position is entitled to sign does.

    Args:
        application: The case.
        permit_type: The version that the application freezes.
        authority: With its delegations.
        others: Applications that build on the same permit.
        previous_number: Number of that permit.
        day: Local day.
    """
    found = list(_successors(application, others, previous_number))
    if not entitled_delegations(authority, permit_type.code, day):
        found.append(Problem("signature", "no-signatory", _NO_DELEGATION))
    return tuple(found)


def approval_obstacles(
    application: Application,
    permit_type: PermitType,
    *,
    authority: Authority,
    staff: Iterable[Officer],
    others: Iterable[Application] = (),
    previous_number: str = "",
    day: date,
    approver: str,
) -> tuple[Problem, ...]:
    """
    Return what would keep the permit from being issued, as far as records say at the approval.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        authority: With its delegations.
        staff: Everyone on record.
        others: Applications that build on the same permit.
        previous_number: Number of that permit.
        day: Local day.
        approver: Account of the officer who is about to approve, and cannot sign then.
    """
    found = list(_successors(application, others, previous_number))
    signers = entitled_signers(application, permit_type, authority, staff, day)
    if not any(officer.id != approver for officer, _ in signers):
        found.append(Problem("signature", "no-signatory", _NO_SIGNATORY))
    return tuple(found)


def entitled_delegations(authority: Authority, permit_type: str, day: date) -> tuple[Delegation, ...]:
    """Return the delegations under which letters of this type are signed on ``day`` or later, soonest first."""
    found = [
        item for item in authority.delegations if item.covers(permit_type, max(day, item.valid.start or day))
    ]
    return tuple(sorted(found, key=lambda item: (item.valid.start or date.min, item.code)))


def entitled_signers(
    application: Application,
    permit_type: PermitType,
    authority: Authority,
    staff: Iterable[Officer],
    day: date,
) -> tuple[tuple[Officer, Delegation], ...]:
    """Return who may sign the letter on ``day`` or later, each with the delegation that begins first."""
    delegations = entitled_delegations(authority, permit_type.code, day)
    found: list[tuple[Officer, Delegation]] = []
    for officer in sorted(staff, key=lambda item: item.id):
        mine = next((item for item in delegations if item.position in officer.positions), None)
        if (
            mine is not None
            and officer.active
            and _may_sign(application, permit_type, officer, mine.position)
        ):
            found.append((officer, mine))
    return tuple(found)


def _successors(
    application: Application, others: Iterable[Application], previous_number: str
) -> Iterator[Problem]:
    for other in others:
        if other.id != application.id and other.state in SUCCEEDING:
            fields = {"receipt": other.receipt_number or other.id, "number": previous_number}
            yield Problem("previous_permit", "successor-pending", _SUCCESSOR, fields)


def _may_sign(application: Application, permit_type: PermitType, officer: Officer, position: str) -> bool:
    try:
        check_signer(application, permit_type, officer.as_actor(), position)
    except WorkflowError:
        return False
    return True
