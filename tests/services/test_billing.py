"""Paying from home: bills, signed calls, late and double payments, and money that is owed back."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import attrs
import pytest

from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks import BillRequest, OfferedBill, PaymentNotice, UntrustedNoticeError
from perizinan_core.model._actor import ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.testing import APPLICANT, HOST, sample_office
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import make_officer

KEY = b"a-key-of-tests"


class Bank:
    """A bank that signs its calls; it knows a bill by its key."""

    def __init__(self):
        self.bills = {}
        self.fault = None

    def bill(self, request: BillRequest) -> OfferedBill:
        if self.fault is not None:
            raise self.fault
        self.bills.setdefault(request.key, f"88{len(self.bills):06}")
        return OfferedBill(reference=self.bills[request.key], instructions="Bayar di bank mana pun.")

    def read_callback(self, body, headers):
        wanted = hmac.new(KEY, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, headers.get("x-signature", "")):
            raise UntrustedNoticeError
        told = json.loads(body)
        return PaymentNotice(
            reference=told["reference"],
            transaction=told["transaction"],
            amount=Rupiah(told["amount"]),
            paid_at=datetime.fromisoformat(told["paid_at"]),
        )


def call(kit, bill, *, transaction="TRX-1", amount=None, at=None):
    body = json.dumps(
        {
            "reference": bill.reference,
            "transaction": transaction,
            "amount": bill.amount.amount if amount is None else amount,
            "paid_at": (at or kit.clock()).isoformat(),
        }
    ).encode()
    return body, {"X-Signature": hmac.new(KEY, body, hashlib.sha256).hexdigest()}


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def kit(bank):
    return sample_office(payment_providers={"bank": bank})


@pytest.fixture
def case(kit):
    return kit.submit("acara").id


def of(kit, case):
    return kit.office.applications.get(case, actor=HOST)


def outstanding(kit, case):
    found = of(kit, case)
    return found.terms.fee.total.amount - sum(item.amount.amount for item in found.payments)


def kinds(kit, case):
    return [item.kind for item in kit.office.applications.history(case, actor=HOST)]


def test_a_bill_has_the_sum_that_is_outstanding_a_reference_and_an_end(kit, case):
    """The applicant asks for it at home; asking again gives the same one."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)

    assert outstanding(kit, case) == bill.amount.amount > 0
    assert ("bank", kit.clock() + timedelta(days=7)) == (bill.provider, bill.expires_at)
    assert bill == kit.office.billing.bill(case, actor=APPLICANT)
    assert 1 == kinds(kit, case).count(EventKind.BILL_ISSUED)


def test_a_form_that_is_sent_twice_makes_one_bill(kit, case):
    """By its key, as every other use case."""
    first, second = (kit.office.billing.bill(case, actor=APPLICANT, idempotency_key="k-1") for _ in range(2))

    assert first == second
    assert 1 == kinds(kit, case).count(EventKind.BILL_ISSUED)


def test_a_signed_call_pays_the_fee(kit, case):
    """As a payment like any other, recorded by the system."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    paid = kit.office.billing.callback("bank", *call(kit, bill))
    (payment,) = of(kit, case).payments

    assert (bill.amount, "TRX-1") == (payment.amount, payment.reference)
    assert Rupiah(0) == paid.received[0].owed_back
    assert 0 == outstanding(kit, case)
    with raises_code("payment-not-due"):
        kit.office.billing.bill(case, actor=APPLICANT)


@pytest.mark.parametrize("fault", ["no signature", "other key", "changed", "cut"])
def test_a_call_that_is_not_the_banks_writes_nothing(kit, case, fault):
    """Anyone can call an address."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    body, headers = call(kit, bill)
    if fault == "no signature":
        headers = {}
    elif fault == "other key":
        headers = {"X-Signature": hmac.new(b"x", body, hashlib.sha256).hexdigest()}
    else:
        body = body.replace(b"TRX-1", b"TRX-2") if fault == "changed" else body[:-1]
    with raises_code("callback-untrusted"):
        kit.office.billing.callback("bank", body, headers)

    assert () == of(kit, case).payments
    assert () == of(kit, case).bills[0].received


def test_the_same_call_twice_is_the_same_money(kit, case):
    """Banks repeat until they are answered."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    message = call(kit, bill)
    first = kit.office.billing.callback("bank", *message)
    version = of(kit, case).version
    again = kit.office.billing.callback("bank", *message)

    assert first == again
    assert version == of(kit, case).version
    assert 1 == len(of(kit, case).payments)


def test_a_success_after_the_bill_has_expired_counts_all_the_same(kit, case):
    """The money is there, whatever the bill said."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    kit.clock.forward(days=10)
    renewed = kit.office.billing.bill(case, actor=APPLICANT)
    kit.office.billing.callback("bank", *call(kit, bill))

    assert bill.reference != renewed.reference
    assert 0 == outstanding(kit, case)


def test_what_is_paid_twice_is_owed_back_until_a_refund_is_noted(kit, case):
    """By the cashier, with the reference of the transfer."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    kit.office.billing.callback("bank", *call(kit, bill))
    twice = kit.office.billing.callback("bank", *call(kit, bill, transaction="TRX-2"))
    with raises_code("refund-not-owed"):
        kit.office.billing.note_refund(case, "TRX-1", reference="R-1", actor=HOST)
    kit.office.billing.note_refund(case, "TRX-2", reference="R-1", remark="Rekening asal", actor=HOST)
    money = of(kit, case).bills[0].received[1]

    assert bill.amount == twice.received[1].owed_back
    assert (Rupiah(0), "R-1") == (money.owed_back, money.refund.reference)
    with raises_code("refund-not-owed"):
        kit.office.billing.note_refund(case, "TRX-2", reference="R-2", actor=HOST)
    assert [EventKind.REFUND_OWED, EventKind.REFUND_NOTED] == [
        kind for kind in kinds(kit, case) if kind in (EventKind.REFUND_OWED, EventKind.REFUND_NOTED)
    ]


def test_more_than_the_fee_counts_up_to_the_fee(kit, case):
    """The rest is owed back, and the applicant has paid."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    paid = kit.office.billing.callback("bank", *call(kit, bill, amount=bill.amount.amount + 500))

    assert Rupiah(500) == paid.received[0].owed_back
    assert 0 == outstanding(kit, case)


def test_less_than_the_fee_leaves_the_rest_outstanding(kit, case):
    """A new bill asks for the rest, and no number is taken before."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    kit.office.billing.callback("bank", *call(kit, bill, amount=1000))
    rest = kit.office.billing.bill(case, actor=APPLICANT)

    assert bill.amount.amount - 1000 == rest.amount.amount == outstanding(kit, case)


def test_money_for_a_case_that_was_closed_is_owed_back(kit, case):
    """It cannot count for anything; no one loses it out of sight."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    kit.office.applications.withdraw(case, actor=APPLICANT)
    paid = kit.office.billing.callback("bank", *call(kit, bill))

    assert bill.amount == paid.received[0].owed_back
    assert ApplicationState.WITHDRAWN is of(kit, case).state
    assert () == of(kit, case).payments


def test_what_the_cashier_wrote_down_already_is_not_paid_twice(kit, case):
    """The bank's statement and its call speak of the same transaction."""
    from perizinan_core.model._fees import Payment

    bill = kit.office.billing.bill(case, actor=APPLICANT)
    payment = Payment(reference="trx-1", amount=bill.amount, paid_at=kit.clock(), recorded_by="kasir")
    kit.office.reviews.record_payment(case, payment, actor=HOST)
    told = kit.office.billing.callback("bank", *call(kit, bill))

    assert Rupiah(0) == told.received[0].owed_back
    assert 1 == len(of(kit, case).payments)


def test_a_bank_whose_clock_is_ahead_is_believed_about_the_money(kit, case):
    """The moment is not later than ours."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    kit.office.billing.callback("bank", *call(kit, bill, at=kit.clock() + timedelta(minutes=3)))

    assert kit.clock() == of(kit, case).payments[0].paid_at


def test_a_provider_that_gives_no_bill_leaves_nothing_behind(kit, case, bank):
    """And the next try works, with the same bill where the answer alone was lost."""
    bank.fault = ConnectionError("down")
    with raises_code("payment-provider"):
        kit.office.billing.bill(case, actor=APPLICANT)
    assert () == of(kit, case).bills
    bank.fault = None

    assert "88000000" == kit.office.billing.bill(case, actor=APPLICANT).reference


def test_a_bill_that_no_one_made_is_not_found(kit, case):
    """The provider learns that it is not ours."""
    bill = kit.office.billing.bill(case, actor=APPLICANT)
    with pytest.raises(NotFoundError):
        kit.office.billing.callback("bank", *call(kit, attrs.evolve(bill, reference="99")))
    with raises_code("payment-provider"):
        kit.office.billing.callback("other", b"{}", {})


def test_no_one_but_the_party_and_the_cashier_asks_for_a_bill(kit, case):
    """Other applicants do not learn that the case exists; other officers may not."""
    with pytest.raises(NotFoundError):
        kit.office.billing.bill(case, actor=attrs.evolve(APPLICANT, id="someone-else"))
    clerk = next(
        item.as_actor()
        for item in kit.office.reviews.officers(actor=HOST)
        if item.roles == frozenset({Role.FRONT_OFFICE})
    )
    assert ActorKind.OFFICER is clerk.kind
    with raises_code("not-allowed"):
        kit.office.billing.bill(case, actor=clerk)


def test_a_free_permit_has_no_bill(kit):
    """Nothing is outstanding."""
    with raises_code("payment-not-due"):
        kit.office.billing.bill(kit.submit("warung").id, actor=APPLICANT)


def test_every_cashier_of_the_unit_finds_the_cases_that_wait_for_money(any_kit):
    """With or without the step; a case leaves the list once its fee is there, and others may not see it."""
    kit = any_kit
    kit.hire(make_officer("kasir-2", Role.CASHIER, units=frozenset({"dinas-izin"})))
    kit.hire(make_officer("kasir-lain", Role.CASHIER, units=frozenset({"dinas-jalan"})))
    cases = [kit.submit("acara") for _ in range(2)]
    for case in cases:
        kit.review(case.id, until="bayar")
        kit.clock.forward(minutes=1)
    kit.submit("warung")
    who = kit.assignee(cases[0].id, "bayar").id
    other = next(name for name in ("kasir", "kasir-2") if name != who)
    awaiting = kit.office.billing.awaiting
    found = awaiting(actor=kit.officer(other))

    assert (2, [case.id for case in cases]) == (found.waiting, [one.application for one in found.entries])
    (second,) = awaiting(actor=kit.officer(who), limit=1, after=found.entries[0]).entries
    assert cases[1].id == second.application
    assert 0 == awaiting(actor=kit.officer("kasir-lain")).waiting
    case = kit.office.applications.get(cases[0].id, actor=HOST)
    payment = Payment(
        amount=case.terms.fee.total, reference="BANK-A-1", paid_at=kit.clock(), recorded_by=other
    )
    kit.office.reviews.record_payment(case.id, payment, actor=kit.officer(other))
    assert [cases[1].id] == [one.application for one in awaiting(actor=kit.officer(other)).entries]
    for name in ("telaah-1", "kepala"):
        with raises_code("access-denied"):
            awaiting(actor=kit.officer(name))
