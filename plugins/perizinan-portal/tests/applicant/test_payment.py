"""Paying from home: the bill, the call of the provider when the money has arrived, and a provider that is away."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.hooks import BillRequest, OfferedBill, PaymentNotice, UntrustedNoticeError
from perizinan_core.model import Rupiah
from perizinan_core.testing import HOST, sample_office

KEY = b"a-key-of-tests"


class Bank:
    """A small bank: it makes bills, and signs what it tells."""

    is_away = False

    def __init__(self):
        self.bills = {}

    def bill(self, request: BillRequest) -> OfferedBill:
        """Return the bill of a key."""
        if self.is_away:
            raise ConnectionError
        self.bills.setdefault(request.key, f"88{len(self.bills):06}")
        return OfferedBill(reference=self.bills[request.key], instructions="Bayar di bank mana pun.")

    def read_callback(self, body, headers) -> PaymentNotice:
        """Return what a call says, where the signature is ours."""
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


@pytest.fixture(scope="module")
def bank():
    return Bank()


@pytest.fixture(scope="module")
def portal(tmp_path_factory, bank):
    """A portal over an office with a payment provider."""
    office = sample_office(development=True, plugins={"portal": _plugin}, payment_providers={"bank": bank})
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


def arrived(portal, bill, *, key=KEY, transaction="TRX-1"):
    """Let the bank tell that a bill was paid."""
    told = {"reference": bill.reference, "transaction": transaction, "amount": bill.amount.amount}
    body = json.dumps({**told, "paid_at": portal.office.clock().isoformat()}).encode()
    signed = {"x-signature": hmac.new(key, body, hashlib.sha256).hexdigest(), "sec-fetch-site": "cross-site"}
    return portal.stranger().request("POST", "/panggilan/pembayaran/bank", content=body, headers=signed)


def bills(portal, case):
    """Return the bills of a case."""
    return portal.office.office.applications.get(case, actor=HOST).bills


def test_a_fee_is_paid_from_home_and_noted_when_the_bank_calls(portal, applicant):
    """The button makes one bill however often it is pressed; a forged call notes nothing, a repeated one once."""
    case = portal.office.submit("acara", actor=portal.actor("sekar")).id
    page = applicant.open(f"/permohonan/{case}")
    form = page.form("tagihan")
    page = form.send()
    form.send()
    (bill,) = bills(portal, case)
    assert ("Pay this bill" in page.text, bill.reference in page.text) == (True, True)
    assert "Bayar di bank mana pun." in page.text
    assert 403 == arrived(portal, bill, key=b"someone else").status_code
    assert () == bills(portal, case)[0].received
    assert (204, 204) == (arrived(portal, bill).status_code, arrived(portal, bill).status_code)
    page = applicant.open(f"/permohonan/{case}")

    assert 1 == len(bills(portal, case)[0].received)
    assert "Still to pay Rp0" in page.text
    assert "tagihan" not in page.html
    assert "Money is owed" not in page.text


def test_a_bank_that_is_away_is_said_with_another_way_to_pay(portal, applicant, bank, monkeypatch):
    """The page of the case stays, nothing is written, and the next press works."""
    case = portal.office.submit("acara", actor=portal.actor("sekar")).id
    monkeypatch.setattr(bank, "is_away", True)
    page = applicant.open(f"/permohonan/{case}").form("tagihan").send()

    assert (200, ()) == (page.status, bills(portal, case))
    assert "The payment service does not answer now." in page.text
    monkeypatch.setattr(bank, "is_away", False)
    assert "Pay this bill" in page.form("tagihan").send().text


def test_a_call_about_nothing_is_refused(portal):
    """An unknown provider, an unknown bill, and a body without end."""
    ask = portal.stranger().request
    assert 404 == ask("POST", "/panggilan/pembayaran/tiada", content=b"{}").status_code
    assert 413 == ask("POST", "/panggilan/pembayaran/bank", content=b"x" * 70_000).status_code
    assert 404 == ask("GET", "/panggilan/pembayaran/bank").status_code
