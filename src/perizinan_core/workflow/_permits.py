"""
The fate of an issued permit: suspended, reinstated, revoked, annulled, replaced.

Every change names its reason and the law it rests on, and takes effect on its own day or later, never
before. A revocation ends the effect; an annulment says that the decision itself had a defect of power,
procedure or substance (UU 30/2014 art. 66). After revocation, annulment and replacement nothing follows.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict, Unpack

import attrs

from perizinan_core.errors.workflow import ClockOrderError, PermitStatusError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit import Permit, PermitStatus, StatusChange
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._issuing import check_decider
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._people import require_kind
from perizinan_core.workflow._states import Action
from perizinan_core.workflow._transition import clean_reasons, local_day

__all__ = [
    "AnnulledBy",
    "DefectGround",
    "PermitTransition",
    "annul",
    "cancel_letter",
    "put_in_force",
    "reinstate",
    "revoke",
    "supersede",
    "suspend",
]

_Status = PermitStatus
_AUTOMATIC = (ActorKind.SYSTEM, ActorKind.HOST)
_ALLOWED: dict[Action, tuple[PermitStatus, ...]] = {
    Action.SUSPEND: (_Status.IN_FORCE,),
    Action.REINSTATE: (_Status.SUSPENDED,),
    Action.REVOKE: (_Status.IN_FORCE, _Status.SUSPENDED),
    Action.ANNUL: (_Status.IN_FORCE, _Status.SUSPENDED, _Status.EXPIRED),
    Action.SUPERSEDE: (_Status.IN_FORCE, _Status.SUSPENDED, _Status.EXPIRED),
}


class DefectGround(StrEnum):
    """Defects for which a decision is annulled (UU 30/2014 art. 66)."""

    POWER = "power"
    """Wewenang: decided by someone without the power."""
    PROCEDURE = "procedure"
    SUBSTANCE = "substance"


class AnnulledBy(StrEnum):
    """On whose word a decision is annulled (UU 30/2014 art. 66)."""

    OFFICIAL = "official"
    """The official who decided."""
    SUPERIOR = "superior"
    COURT = "court"
    """By order of a court, which sets its own time."""


@attrs.frozen
class PermitTransition:
    """The permit after a step, and what happened. Nothing is stored yet."""

    permit: Permit
    events: tuple[Event, ...] = ()


def put_in_force(permit: Permit, *, signed_sha256: str, actor: Actor, now: datetime) -> PermitTransition:
    """
    Bind the signed file to its permit, which is in force from then on (within its dates).

    The event of it is the application's; see `perizinan_core.workflow.issued`.

    Raises:
        PermitStatusError: when it was signed before; the signed file is write-once.
        WorkflowError: ``not-allowed``: for applicants.
    """
    if permit.status is not _Status.AWAITING_SIGNATURE:
        raise PermitStatusError(
            action=Action.SIGN.value,
            status=permit.status.value,
            allowed=(_Status.AWAITING_SIGNATURE.value,),
        )
    require_kind(actor, Action.SIGN, ActorKind.OFFICER, *_AUTOMATIC)
    signed = attrs.evolve(permit, signed_sha256=signed_sha256, signed_at=now, status=_Status.IN_FORCE)
    return PermitTransition(signed)


def cancel_letter(
    permit: Permit, *, reason: str, actor: Actor, today: date, now: datetime
) -> PermitTransition:
    """
    Mark a letter whose number is cancelled, signed or not: it never was, and never will be, in force.

    The event of it is the application's, as is the question who may; see
    `perizinan_core.workflow.cancel_number`.

    Args:
        permit: Its number is taken, and it is not issued.
        reason: Why.
        actor: Who cancels.
        today: Local day of ``now``.
        now: Aware moment.

    Raises:
        PermitStatusError: when the permit was issued.
        WorkflowError: ``reason-missing``: without a reason.
    """
    status = permit.standing_on(today)
    if status is not _Status.AWAITING_SIGNATURE:
        raise PermitStatusError(
            action=Action.CANCEL_NUMBER.value,
            status=status.value,
            allowed=(_Status.AWAITING_SIGNATURE.value,),
        )
    (why,) = clean_reasons(Action.CANCEL_NUMBER, (reason,))
    entry = StatusChange(status=_Status.ANNULLED, at=now, effective=today, by=actor.id, reason=why)
    return PermitTransition(attrs.evolve(permit, status=_Status.ANNULLED, changes=(*permit.changes, entry)))


class DecisionTerms(TypedDict):
    """What every decision about a permit names."""

    reason: str
    """Why."""

    legal_basis: str
    """Law and article."""

    actor: Actor
    """The head or a signatory of the responsible unit, with a delegation in force."""

    now: datetime
    """Aware moment."""

    permit_type: PermitType
    """The version that the application froze, for the unit that answers for it."""

    authority: Authority
    """With its calendar, and the delegations of which one lets the actor decide today."""


class ChangeTerms(DecisionTerms, total=False):
    """What a decision names that may take effect later."""

    effective: date | None
    """First local day; None: today."""


class SuspensionTerms(ChangeTerms, total=False):
    """What a suspension names."""

    until: date | None
    """Last local day; None: until it is reinstated."""


def suspend(permit: Permit, application: Application, **terms: Unpack[SuspensionTerms]) -> PermitTransition:
    """
    Suspend a permit that is in force (pembekuan).

    Args:
        permit: In force today.
        application: The case it came from: its parties cannot decide about it.
        terms: Who decides, why, and from which day on.

    Raises:
        PermitStatusError: when its status does not allow it.
        WorkflowError: ``not-allowed``: for anyone else; `check_decider` says who may, and its other errors
            come as well.
        WorkflowError: ``reason-missing``: without a reason.
        WorkflowError: ``legal-basis-missing``: without the law it rests on.
        WorkflowError: ``effective-day``: for a day in the past, or an end before the start.
    """
    return _changed(permit, application, _SUSPENDED, **terms)


def reinstate(permit: Permit, application: Application, **terms: Unpack[ChangeTerms]) -> PermitTransition:
    """Lift a suspension; arguments and errors as for `suspend`."""
    return _changed(permit, application, _REINSTATED, **terms)


def revoke(permit: Permit, application: Application, **terms: Unpack[ChangeTerms]) -> PermitTransition:
    """End the effect of a permit (pencabutan); arguments and errors as for `suspend`."""
    return _changed(permit, application, _REVOKED, **terms)


def annul(
    permit: Permit,
    application: Application,
    *,
    ground: DefectGround,
    found_on: date,
    annulled_by: AnnulledBy,
    legal: LegalTerms = LEGAL_TERMS,
    **terms: Unpack[DecisionTerms],
) -> PermitTransition:
    """
    Annul a permit whose decision had a defect (pembatalan), from today on.

    Args:
        permit: In force, suspended or expired.
        application: The case it came from.
        ground: The defect; there are no others (UU 30/2014 art. 66).
        found_on: Local day on which it was found.
        annulled_by: Whose word it is; the official and the superior have a limited time.
        legal: For the time allowed.
        terms: Who decides, and why; the legal basis may be the court's decision.

    Raises:
        WorkflowError: ``annulment-period``: when the time is over, or ``found_on`` lies in the future.
        PermitStatusError: when its status does not allow it.
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``reason-missing``: without a reason.
        WorkflowError: ``legal-basis-missing``: without the law it rests on.
    """
    calendar = terms["authority"].calendar
    today = local_day(calendar, terms["now"])
    last_day = add_period(calendar, found_on, legal.annulment.period)
    if found_on > today or (today > last_day and annulled_by is not AnnulledBy.COURT):
        raise WorkflowError("annulment-period", found_on=found_on, last_day=last_day, today=today)
    return _changed(permit, application, _ANNULLED, ground=ground.value, **terms)


def supersede(
    permit: Permit,
    application: Application,
    *,
    successor: Permit,
    **terms: Unpack[ChangeTerms],
) -> PermitTransition:
    """
    Let a newer permit (renewal, amendment, duplicate) take the place of this one.

    The system may do it when it issues the newer one; errors as for `suspend`.

    Raises:
        WorkflowError: ``wrong-permit``: when ``successor`` does not name this permit as its predecessor.
    """
    if successor.previous_permit != permit.id:
        raise WorkflowError("wrong-permit", expected=permit.id, received=successor.id)
    moved = _changed(permit, application, _SUPERSEDED, kinds=_AUTOMATIC, **terms)
    replaced = attrs.evolve(moved.permit, superseded_by=successor.id)
    return PermitTransition(replaced, moved.events)


@attrs.frozen
class _Change:
    """What a decision about a permit does to it."""

    action: Action
    status: PermitStatus
    kind: EventKind


_SUSPENDED = _Change(Action.SUSPEND, _Status.SUSPENDED, EventKind.PERMIT_SUSPENDED)
_REINSTATED = _Change(Action.REINSTATE, _Status.IN_FORCE, EventKind.PERMIT_REINSTATED)
_REVOKED = _Change(Action.REVOKE, _Status.REVOKED, EventKind.PERMIT_REVOKED)
_ANNULLED = _Change(Action.ANNUL, _Status.ANNULLED, EventKind.PERMIT_ANNULLED)
_SUPERSEDED = _Change(Action.SUPERSEDE, _Status.SUPERSEDED, EventKind.PERMIT_SUPERSEDED)


def _changed(
    permit: Permit,
    application: Application,
    change: _Change,
    *,
    reason: str,
    legal_basis: str,
    actor: Actor,
    now: datetime,
    permit_type: PermitType,
    authority: Authority,
    effective: date | None = None,
    until: date | None = None,
    ground: str | None = None,
    kinds: tuple[ActorKind, ...] = (),
) -> PermitTransition:
    if permit.application_id != application.id:
        raise WorkflowError("wrong-permit", expected=permit.application_id, received=application.id)
    today = local_day(authority.calendar, now)
    check_decider(application, permit_type, actor, change.action, authority=authority, day=today, kinds=kinds)
    _check_order(permit, now)
    _check_status(permit, change.action, today)
    (why,) = clean_reasons(change.action, (reason,))
    if not legal_basis.strip():
        raise WorkflowError("legal-basis-missing", action=change.action.value)
    first = effective or today
    _check_days(today, first, until)
    entry = StatusChange(
        status=change.status,
        at=now,
        effective=first,
        by=actor.id,
        reason=why,
        legal_basis=legal_basis.strip(),
        until=until,
        ground=ground,
    )
    changed = attrs.evolve(permit, changes=(*permit.changes, entry))
    changed = attrs.evolve(changed, status=_stored_status(changed, today))
    data = {
        "application": permit.application_id,
        "status": change.status.value,
        "effective": first.isoformat(),
        "number": permit.number,
    }
    data |= {"ground": ground} if ground else {}
    data |= {"until": until.isoformat()} if until else {}
    happened = Event(kind=change.kind, subject=permit.id, at=now, actor=str(actor.account), data=data)
    return PermitTransition(changed, (happened,))


def _check_status(permit: Permit, action: Action, today: date) -> None:
    # A revocation may lie ahead: nothing can follow it, although it does not hold yet.
    status = permit.standing_on(today)
    if status not in _ALLOWED[action]:
        raise PermitStatusError(
            action=action.value,
            status=status.value,
            allowed=tuple(one.value for one in _ALLOWED[action]),
        )


def _check_order(permit: Permit, now: datetime) -> None:
    known = [change.at for change in permit.changes]
    known += [permit.signed_at] if permit.signed_at else []
    if known and now < max(known):
        raise ClockOrderError(last=max(known), now=now)


def _check_days(today: date, first: date, until: date | None) -> None:
    if first < today:
        raise WorkflowError("effective-day", earliest=today, received=first)
    if until is not None and until < first:
        raise WorkflowError("effective-day", earliest=first, received=until)


def _stored_status(permit: Permit, today: date) -> PermitStatus:
    """Return the status to store: expiry follows from the dates and is never stored."""
    status = permit.status_on(today)
    return permit.status if status is _Status.EXPIRED else status
