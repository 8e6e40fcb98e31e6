"""
From the decision to the issued permit: who signs under which delegation, and the number that stays.

A number once taken belongs to one permit of this application. When signing fails, the application stays
``awaiting_signature`` and signing is tried again for the same permit; only a person can cancel the number,
which then stays in the register with its reason, and the next attempt takes a new one.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.errors.workflow import PermitStatusError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._authority import Authority, Delegation
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import DecisionKind
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import SilencePolicy
from perizinan_core.workflow._decisions import check_reviews
from perizinan_core.workflow._duties import SIGNATURE, check_separation
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._people import DECIDERS, require_officer
from perizinan_core.workflow._renewal import check_previous
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    local_day,
    terms_of,
)

__all__ = [
    "cancel_number",
    "check_decider",
    "check_issuer",
    "check_signer",
    "goes_by_itself",
    "issued",
    "issuing_held",
    "signing_delegation",
    "signing_position",
    "to_awaiting_signature",
]

_AUTOMATIC = (ActorKind.SYSTEM, ActorKind.HOST)


def signing_delegation(authority: Authority, permit_type: str, position: str, day: date) -> Delegation:
    """
    Return the delegation under which ``position`` signs this permit type on the local day ``day``.

    Where several hold, the one that began last: a holder's acting (Plt., Plh.) is more recent than the
    office it stands in for.

    Raises:
        WorkflowError: ``delegation-missing``: saying whether there is none, the last has ended or the next
            not begun.
    """
    mine = [item for item in authority.delegations if item.position == position]
    holding = [item for item in mine if item.covers(permit_type, day)]
    if holding:
        return max(holding, key=lambda item: (item.valid.start or date.min, item.code))
    kin = [item.valid for item in mine if not {"*", permit_type}.isdisjoint(item.permit_types)]
    ended = [valid.end for valid in kin if valid.end is not None and valid.end < day]
    coming = [valid.start for valid in kin if valid.start is not None and valid.start > day]
    reason, boundary = "none", None
    if coming:
        reason, boundary = "not_yet", min(coming)
    if ended:
        reason, boundary = "expired", max(ended)
    raise WorkflowError(
        "delegation-missing",
        position=position,
        permit_type=permit_type,
        day=day,
        reason=reason,
        boundary=boundary,
    )


def signing_position(authority: Authority, permit_type: str, positions: tuple[str, ...], day: date) -> str:
    """
    Return for which of several positions their holder signs this permit type on ``day``.

    The first one with a delegation in force: the own position comes before those for which the officer
    stands in (Plt., Plh.). Where none has one, the first; `signing_delegation` says then what is missing.

    Args:
        authority: With its delegations.
        permit_type: Code of the permit type.
        positions: At least one; see `Officer.positions`.
        day: Local day.
    """
    able = {item.position for item in authority.delegations_for(permit_type, day)}
    return next((position for position in positions if position in able), positions[0])


def check_decider(
    application: Application,
    permit_type: PermitType,
    actor: Actor,
    action: Action,
    *,
    authority: Authority,
    day: date,
    kinds: tuple[ActorKind, ...] = (),
) -> None:
    """
    Pass when ``actor`` may decide about a permit or its number, by the same rule as for signing it.

    The head or a signatory of the responsible unit, in a position for which a delegation is in force.

    Args:
        application: The case that the permit came from.
        permit_type: The version that the application froze.
        actor: Who decides.
        action: What is to be done.
        authority: With its delegations.
        day: Local day of the decision.
        kinds: Further kinds of actor that pass without a post.

    Raises:
        WorkflowError: ``not-allowed``: without the role, or for another unit.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
        WorkflowError: ``no-position``: without a position.
        WorkflowError: ``delegation-missing``: when nothing lets the position decide on that day.
    """
    if actor.kind in kinds:
        return
    require_officer(application, actor, action, *DECIDERS, units=permit_type.deciding_units)
    if not actor.positions:
        raise WorkflowError("no-position", action=action.value, actor=actor.id)
    position = signing_position(authority, permit_type.code, actor.positions, day)
    signing_delegation(authority, permit_type.code, position, day)


def check_signer(application: Application, permit_type: PermitType, signer: Actor, position: str) -> None:
    """
    Pass when ``signer`` may sign the letter of this case for ``position``.

    Raises:
        WorkflowError: ``not-signatory``: unless an officer with the signatory role who holds the position.
        WorkflowError: ``not-allowed``: unless an officer of the responsible unit or a signing unit.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
        SeparationOfDutiesError: for someone who received, assessed or decided the case.
    """
    holds = signer.kind is ActorKind.OFFICER and signer.has(Role.SIGNATORY) and position in signer.positions
    if not holds:
        raise WorkflowError("not-signatory", actor=signer.id, position=position)
    require_officer(application, signer, Action.SIGN, Role.SIGNATORY, units=permit_type.deciding_units)
    check_separation(application, permit_type, SIGNATURE, signer.id)


def to_awaiting_signature(
    application: Application,
    permit_type: PermitType,
    *,
    permit_id: str,
    number: str,
    signer: Actor,
    position: str,
    authority: Authority,
    actor: Actor,
    now: datetime,
    previous_permit: Permit | None = None,
) -> Transition:
    """
    Bind a number and a signer to a decided application; the letter is made and waits for its signature.

    Args:
        application: Approved, or deemed granted.
        permit_type: The version that the application froze.
        permit_id: UUIDv7 of the permit that has taken the number.
        number: As printed.
        signer: The officer who will sign.
        position: Code of the position for which it is signed.
        authority: With its delegations and calendar.
        actor: Who continues with the case: the system, the host application or an officer; after a deemed
            grant with the duty to issue, the head of office or a signatory.
        now: Aware moment; its local day is that of the letter.
        previous_permit: The permit that the application builds on, as it is now.

    Raises:
        WorkflowError: ``delegation-missing``: when nothing lets the position sign on that day.
        WorkflowError: ``not-signatory``: when the signer does not hold the position.
        SeparationOfDutiesError: when the signer had another duty in the case.
        WorkflowError: ``payment-outstanding``: while a part of the fee is outstanding.
        PermitStatusError: when the old permit no longer carries the application.
        WorkflowError: ``not-allowed``: for other actors.
    """
    check_state(application, Action.TAKE_NUMBER)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    check_issuer(application, actor)
    check_paid(application)
    if application.deemed_grant is None:
        check_reviews(application, permit_type)
    check_signer(application, permit_type, signer, position)
    day = local_day(authority.calendar, now)
    check_previous(application, previous_permit, day, Action.TAKE_NUMBER)
    delegation = signing_delegation(authority, permit_type.code, position, day)
    case = attrs.evolve(
        application,
        state=ApplicationState.AWAITING_SIGNATURE,
        permit_id=permit_id,
        signer=signer.id,
    )
    happened = event(
        EventKind.NUMBER_TAKEN,
        case,
        actor,
        now,
        permit=permit_id,
        number=number,
        signer=signer.id,
        position=position,
        delegation=delegation.code,
    )
    return Transition(case, (happened,))


def cancel_number(
    application: Application,
    permit_type: PermitType,
    *,
    reason: str,
    actor: Actor,
    authority: Authority,
    now: datetime,
) -> Transition:
    """
    Give up the number of a letter that is not issued, signed or not; it stays taken, with the reason.

    The caller writes the reason beside the number in the register, and marks the letter with
    `perizinan_core.workflow.cancel_letter`.

    Raises:
        WorkflowError: ``not-allowed``: for others than those of `check_decider`, whose other errors come as
            well.
        WorkflowError: ``reason-missing``: without a reason.
    """
    check_state(application, Action.CANCEL_NUMBER)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    day = local_day(authority.calendar, now)
    check_decider(application, permit_type, actor, Action.CANCEL_NUMBER, authority=authority, day=day)
    clean_reasons(Action.CANCEL_NUMBER, (reason,))
    case = attrs.evolve(application, state=ApplicationState.APPROVED, permit_id=None, signer=None)
    happened = event(EventKind.NUMBER_CANCELLED, case, actor, now, permit=application.permit_id)
    return Transition(case, (happened,))


def issued(
    application: Application,
    permit: Permit,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    previous_permit: Permit | None = None,
) -> Transition:
    """
    Close the application: its permit is signed, stored and in force.

    Args:
        application: Awaiting signature.
        permit: Signed; see `perizinan_core.workflow.put_in_force`.
        actor: The system, the host application, the signer or another officer.
        now: Aware moment.
        calendar: The authority's calendar.
        previous_permit: The permit that the application builds on, as it is now.

    Raises:
        WorkflowError: ``wrong-permit``: for another permit than the one whose number was taken.
        PermitStatusError: while it is not signed, or when the old permit no longer carries the application.
        WorkflowError: ``not-allowed``: for applicants.
    """
    check_state(application, Action.ISSUE)
    check_moment(application, now)
    require_officer(application, actor, Action.ISSUE, kinds=_AUTOMATIC)
    if permit.id != application.permit_id or permit.application_id != application.id:
        raise WorkflowError("wrong-permit", expected=application.permit_id, received=permit.id)
    if permit.signed_sha256 is None or permit.status is PermitStatus.AWAITING_SIGNATURE:
        raise PermitStatusError(
            action=Action.ISSUE.value,
            status=permit.status.value,
            allowed=(PermitStatus.IN_FORCE.value,),
        )
    check_previous(application, previous_permit, local_day(calendar, now), Action.ISSUE)
    case = attrs.evolve(application, state=ApplicationState.ISSUED, closed_at=now)
    deemed = case.decision is not None and case.decision.kind is DecisionKind.DEEMED_GRANTED
    happened = Event(
        kind=EventKind.PERMIT_ISSUED,
        subject=permit.id,
        at=now,
        actor=str(actor.account),
        data={"application": case.id, "number": permit.number, "deemed": deemed},
    )
    return Transition(case, (happened,))


def check_issuer(application: Application, actor: Actor) -> None:
    """
    Pass when ``actor`` may continue with a decided application.

    After a deemed grant with the duty to issue a person must do so, and when a stage had no officer; else the
    system may, too.

    Raises:
        WorkflowError: ``not-allowed``: naming who may.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
    """
    if application.deemed_grant is not None and not goes_by_itself(application):
        require_officer(application, actor, Action.TAKE_NUMBER, *DECIDERS)
    else:
        require_officer(application, actor, Action.TAKE_NUMBER, kinds=_AUTOMATIC)


def issuing_held(application: Application, *, reason: str, actor: Actor, now: datetime) -> Event:
    """Return the event of a letter that cannot be issued without a person; ``reason`` is a code."""
    return event(EventKind.ISSUING_HELD, application, actor, now, reason=reason)


def goes_by_itself(application: Application) -> bool:
    """
    Return True for a deemed grant that goes to its number without a person.

    The permit type says so, and every stage had an officer when the limit passed.
    """
    grant = application.deemed_grant
    return (
        grant is not None and terms_of(application).silence is SilencePolicy.AUTOMATIC and not grant.unstaffed
    )
