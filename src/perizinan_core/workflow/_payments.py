"""
Money that the official account received, against the fee that the submission froze.

Only what is due can be recorded: no money for a free permit, none above the sum, none dated in the future or
before the day of the submission, when no fee was known.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.model import ModelError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment, reference_key
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._deadlines import last_day_to_issue
from perizinan_core.workflow._fee import amount_outstanding, amount_received
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._people import require_officer
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    event,
    local_day,
    terms_of,
)
from perizinan_core.workflow._waiting import settle

__all__ = ["money_units", "record_payment", "require_cashier"]


def record_payment(
    application: Application,
    permit_type: PermitType,
    payment: Payment,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    legal: LegalTerms = LEGAL_TERMS,
) -> Transition:
    """
    Record money that the official account received.

    With the last rupiah of the fee a clock that waited for it resumes, and the time to issue after a deemed
    grant counts from that day.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        payment: As the bank statement says.
        actor: A cashier of the unit that takes the money, the system (a bank's message) or the host
            application.
        now: Aware moment.
        calendar: The authority's calendar.
        legal: For the time to issue, where the permit type states none.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``payment-reference``: when the reference is on record or is not a bank's, or the amount
            zero.
        WorkflowError: ``payment-not-due``: when the permit is free, or paid already.
        WorkflowError: ``payment-too-high``: when it is more than is still due.
        WorkflowError: ``payment-moment``: when it is dated in the future, or before the day of the
            submission.
    """
    check_state(application, Action.RECORD_PAYMENT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_cashier(application, permit_type, actor)
    _check_payment(application, payment, now, calendar)
    recorded = attrs.evolve(payment, recorded_by=actor.id)
    case = attrs.evolve(application, payments=(*application.payments, recorded))
    if not amount_outstanding(case):
        case = _issue_by_from_today(case, now, calendar, legal)
    happened = event(
        EventKind.PAYMENT_RECORDED,
        application,
        actor,
        now,
        amount=payment.amount.amount,
        outstanding=amount_outstanding(case).amount,
    )
    moved = Transition(case, (happened,))
    return moved.then(lambda paid: settle(paid, permit_type, actor, now, calendar))


def require_cashier(application: Application, permit_type: PermitType, actor: Actor) -> None:
    """
    Pass for a cashier of the unit of a payment stage, or of the responsible one; the system and the host.

    Raises as `require_officer`.
    """
    require_officer(
        application,
        actor,
        Action.RECORD_PAYMENT,
        Role.CASHIER,
        units=tuple(sorted(money_units(permit_type))),
        kinds=(ActorKind.SYSTEM, ActorKind.HOST),
    )


def money_units(permit_type: PermitType) -> frozenset[str]:
    """Return the units whose cashiers record the money of a permit type."""
    takers = {stage.unit for stage in permit_type.stages if stage.kind is StageKind.PAYMENT}
    return frozenset(takers | {permit_type.responsible_unit})


def _check_payment(
    application: Application, payment: Payment, now: datetime, calendar: WorkingCalendar
) -> None:
    if payment.paid_at.utcoffset() is None:
        raise ModelError("naive-moment", received=payment.paid_at.isoformat())
    # A bank statement has days: what was paid on the day of the submission may say midnight.
    earliest = local_day(calendar, application.submitted_at or now)
    if payment.paid_at > now or local_day(calendar, payment.paid_at) < earliest:
        raise WorkflowError(
            "payment-moment",
            paid_at=payment.paid_at.isoformat(),
            earliest=earliest.isoformat(),
            now=now.isoformat(),
        )
    known = {reference_key(item.reference) for item in application.payments}
    key = reference_key(payment.reference)
    # Letters that only look like those of the bank would make a second payment of the first.
    if key in known or not key or not key.isascii() or not payment.amount:
        raise WorkflowError("payment-reference", reference=payment.reference)
    outstanding = amount_outstanding(application).amount
    if not outstanding:
        raise WorkflowError(
            "payment-not-due", fee=terms_of(application).fee.total.amount, paid=amount_received(application)
        )
    if payment.amount.amount > outstanding:
        raise WorkflowError("payment-too-high", amount=payment.amount.amount, outstanding=outstanding)


def _issue_by_from_today(
    application: Application, now: datetime, calendar: WorkingCalendar, legal: LegalTerms
) -> Application:
    """Let the duty to issue begin with the money: until then no number could be taken."""
    grant = application.deemed_grant
    if grant is None or grant.issue_by is None:
        return application
    day = last_day_to_issue(application, local_day(calendar, now), calendar, legal)
    return attrs.evolve(application, deemed_grant=attrs.evolve(grant, issue_by=max(day, grant.issue_by)))
