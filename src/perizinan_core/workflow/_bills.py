"""
Bills, and the word of a provider that one was paid.

Money that was paid is never refused: what the fee still wants counts, whenever it comes, and the rest is owed back,
in sight of the cashier, until a refund is noted. The same money told twice is the same money.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._bills import Bill, ReceivedMoney, Refund
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment, reference_key
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._payments import record_payment, require_cashier
from perizinan_core.workflow._states import Action, actions_in
from perizinan_core.workflow._transition import Transition, check_moment, check_permit_type, event

__all__ = ["add_bill", "money_received", "note_refund"]


def add_bill(application: Application, bill: Bill, *, actor: Actor, now: datetime) -> Transition:
    """Keep a bill that a provider made for what is outstanding."""
    case = attrs.evolve(application, bills=(*application.bills, bill))
    happened = event(
        EventKind.BILL_ISSUED,
        application,
        actor,
        now,
        bill=bill.number,
        provider=bill.provider,
        amount=bill.amount.amount,
        expires_at=bill.expires_at.isoformat(),
    )
    return Transition(case, (happened,))


def money_received(
    application: Application,
    permit_type: PermitType,
    number: int,
    *,
    transaction: str,
    amount: Rupiah,
    paid_at: datetime,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Take down that a bill was paid; nothing changes when this transaction is on record.

    Args:
        application: The case, in whatever state: also a closed one, whose money is owed back.
        permit_type: The version that the application froze.
        number: `Bill.number`.
        transaction: Names this one payment.
        amount: As received.
        paid_at: When, as the provider says; its clock may be a little ahead of ours.
        actor: The system.
        now: Aware moment.
        calendar: The authority's calendar.
    """
    check_permit_type(application, permit_type)
    check_moment(application, now)
    key = reference_key(transaction)
    if any(reference_key(item.transaction) == key for bill in application.bills for item in bill.received):
        return Transition(application)
    by_hand = next((item for item in application.payments if reference_key(item.reference) == key), None)
    paid = min(paid_at, now)
    moved = Transition(application)
    counted = by_hand.amount.amount if by_hand is not None else 0
    if by_hand is None and Action.RECORD_PAYMENT in actions_in(application.state):
        counted = min(amount.amount, amount_outstanding(application).amount)
        if counted:
            payment = Payment(
                reference=transaction, amount=Rupiah(counted), paid_at=paid, recorded_by=actor.id
            )
            moved = record_payment(application, permit_type, payment, actor=actor, now=now, calendar=calendar)
    money = ReceivedMoney(
        transaction=transaction,
        amount=amount,
        paid_at=paid,
        told_at=now,
        counted=Rupiah(min(counted, amount.amount)),
    )
    kept = _with(moved.application, number, money)
    moved = moved.followed_by(Transition(kept))
    if not money.owed_back:
        return moved
    owed = event(EventKind.REFUND_OWED, kept, actor, now, bill=number, amount=money.owed_back.amount)
    return moved.followed_by(Transition(kept, (owed,)))


def note_refund(
    application: Application,
    permit_type: PermitType,
    transaction: str,
    *,
    reference: str,
    remark: str,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Note that money was paid back.

    Args:
        application: The case, also a closed one.
        permit_type: The version that the application froze.
        transaction: `ReceivedMoney.transaction` of what is owed back.
        reference: Of the transfer back.
        remark: Where it went, or why another way.
        actor: A cashier, the system or the host application.
        now: Aware moment.

    Raises:
        WorkflowError: ``refund-not-owed``: nothing is owed back of this money.
        WorkflowError: ``not-allowed``: for anyone else.
    """
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_cashier(application, permit_type, actor)
    key = reference_key(transaction)
    for bill in application.bills:
        for money in bill.received:
            if reference_key(money.transaction) == key and money.owed_back:
                refund = Refund(at=now, by=str(actor.account), reference=reference, remark=remark)
                done = attrs.evolve(money, refund=refund)
                rest = tuple(done if item == money else item for item in bill.received)
                bills = tuple(
                    attrs.evolve(item, received=rest) if item == bill else item for item in application.bills
                )
                case = attrs.evolve(application, bills=bills)
                happened = event(
                    EventKind.REFUND_NOTED,
                    application,
                    actor,
                    now,
                    bill=bill.number,
                    amount=money.owed_back.amount,
                )
                return Transition(case, (happened,))
    raise WorkflowError("refund-not-owed", transaction=transaction)


def _with(application: Application, number: int, money: ReceivedMoney) -> Application:
    bills = tuple(
        attrs.evolve(bill, received=(*bill.received, money)) if bill.number == number else bill
        for bill in application.bills
    )
    return attrs.evolve(application, bills=bills)
