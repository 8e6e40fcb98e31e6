"""Money that the official account received, against the fee that the submission froze."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.workflow import PaymentOutstandingError, PaymentReferenceError
from perizinan_core.model.actor import Actor, ActorKind, Role
from perizinan_core.model.application import Application
from perizinan_core.model.events import EventKind
from perizinan_core.model.fees import Payment
from perizinan_core.model.money import Rupiah
from perizinan_core.workflow.people import require_officer
from perizinan_core.workflow.states import Action, check_state
from perizinan_core.workflow.transition import Transition, check_moment, event, terms_of

__all__ = ["amount_outstanding", "check_paid", "record_payment"]


def amount_outstanding(application: Application) -> Rupiah:
    """Return the part of the frozen fee that was not received yet; never below zero."""
    due = terms_of(application).fee.total.amount
    paid = sum(payment.amount.amount for payment in application.payments)
    return Rupiah(max(0, due - paid))


def record_payment(application: Application, payment: Payment, *, actor: Actor, now: datetime) -> Transition:
    """
    Record money that the official account received.

    Raises:
        NotAllowedError: unless a cashier, the system (a bank's message) or the host records it.
        PaymentReferenceError: when the reference is on record, or the amount zero.
    """
    check_state(application, Action.RECORD_PAYMENT)
    check_moment(application, now)
    others = (ActorKind.SYSTEM, ActorKind.HOST)
    require_officer(application, actor, Action.RECORD_PAYMENT, Role.CASHIER, kinds=others)
    known = {item.reference for item in application.payments}
    if payment.reference in known or not payment.amount:
        raise PaymentReferenceError(reference=payment.reference)
    recorded = attrs.evolve(payment, recorded_by=actor.id)
    case = attrs.evolve(application, payments=(*application.payments, recorded))
    happened = event(
        EventKind.PAYMENT_RECORDED,
        application,
        actor,
        now,
        amount=payment.amount.amount,
        outstanding=amount_outstanding(case).amount,
    )
    return Transition(case, (happened,))


def check_paid(application: Application) -> None:
    """
    Pass when the whole fee was received.

    Raises:
        PaymentOutstandingError: naming the fee and what was received.
    """
    outstanding = amount_outstanding(application)
    if outstanding:
        due = terms_of(application).fee.total.amount
        raise PaymentOutstandingError(due=due, paid=due - outstanding.amount)
