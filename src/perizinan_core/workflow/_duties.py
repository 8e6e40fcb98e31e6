"""
Separation of duties: who receives, assesses, decides and signs are different people in one case.

The rule looks at everyone who holds a stage now, judged it for any submission, stood at the site, or took
a file in at the counter, so that it holds across correction rounds and reassignments. Payment and sign-off
(paraf) carry none of the four duties; a permit type can separate them with `Stage.separated_from`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from perizinan_core.errors.workflow import SeparationOfDutiesError
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import COUNTER, SIGNATURE, StageKind

__all__ = ["COUNTER", "SIGNATURE", "Duty", "are_separated", "check_separation", "duty_of", "holders"]

_SEPARATED = "separated"


class Duty(StrEnum):
    """The duties that one person must not combine (design.md section 5)."""

    RECEIVER = "receiver"
    ASSESSOR = "assessor"
    APPROVER = "approver"
    SIGNER = "signer"


_DUTIES: Mapping[StageKind, Duty] = {
    StageKind.COMPLETENESS_CHECK: Duty.RECEIVER,
    StageKind.VERIFICATION: Duty.ASSESSOR,
    StageKind.TECHNICAL_RECOMMENDATION: Duty.ASSESSOR,
    StageKind.SITE_INSPECTION: Duty.ASSESSOR,
    StageKind.APPROVAL: Duty.APPROVER,
}

_NO_STAGE: Mapping[str, Duty] = {SIGNATURE: Duty.SIGNER, COUNTER: Duty.RECEIVER}


def duty_of(permit_type: PermitType, stage: str) -> Duty | None:
    """Return the duty that a stage (or `SIGNATURE`, `COUNTER`) carries, or None for payment and sign-off."""
    return _NO_STAGE.get(stage) or _DUTIES.get(permit_type.stage(stage).kind)


def are_separated(permit_type: PermitType, one: str, other: str) -> bool:
    """Return True when two stages (or `SIGNATURE`, `COUNTER`) need different people."""
    if one == other:
        return False
    duties = {duty_of(permit_type, one), duty_of(permit_type, other)}
    if len(duties) == 2 and None not in duties:
        return True
    return other in _named(permit_type, one) or one in _named(permit_type, other)


def holders(application: Application) -> Mapping[str, frozenset[str]]:
    """Return, for each stage, `SIGNATURE` and `COUNTER`, the accounts that hold or held the duty."""
    found = {state.stage: frozenset(_holders_of(state)) for state in application.stages}
    if application.signer is not None:
        found[SIGNATURE] = frozenset({application.signer})
    # A file that was replaced later had been received all the same.
    received = frozenset(item.taken_in_by for item in application.documents if item.taken_in_by is not None)
    if received:
        found[COUNTER] = received
    return found


def check_separation(application: Application, permit_type: PermitType, stage: str, officer: str) -> None:
    """
    Pass when ``officer`` holds no duty that must be separate from that of ``stage``.

    Raises:
        SeparationOfDutiesError: naming both duties.
    """
    for other, accounts in holders(application).items():
        if officer in accounts and are_separated(permit_type, stage, other):
            raise SeparationOfDutiesError(
                stage=stage,
                duty=duty_of(permit_type, stage) or _SEPARATED,
                officer=officer,
                other_stage=other,
                other_duty=duty_of(permit_type, other) or _SEPARATED,
            )


def _named(permit_type: PermitType, stage: str) -> tuple[str, ...]:
    return () if stage in _NO_STAGE else permit_type.stage(stage).separated_from


def _holders_of(state: StageState) -> Iterator[str]:
    yield from (account for account in (state.assignee, state.decided_by) if account)
    if state.minutes is not None:
        yield from state.minutes.inspectors
    for record in state.earlier:
        yield record.decided_by
        if record.minutes is not None:
            yield from record.minutes.inspectors
