"""Outside of the office: systems that do not answer, bills of payment providers, money that is owed back."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.hooks import OfferedBill, PaymentNotice, hookimpl
from perizinan_core.model import Rupiah
from perizinan_core.testing import sample_office


class Bank:
    """A payment provider that believes every call."""

    def bill(self, _request):
        return OfferedBill(reference="88000001", instructions="Bayar di bank mana pun.")

    def read_callback(self, body, _headers):
        told = json.loads(body)
        at = datetime.fromisoformat(told["paid_at"])
        return PaymentNotice(
            reference="88000001", transaction="TRX-1", amount=Rupiah(told["amount"]), paid_at=at
        )


class Silent:
    """An outside system that is down."""

    perizinan_api = 1

    @hookimpl
    def decide_submission_check(self):
        raise OSError("unreachable")


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """An office with a bank, and a register that does not answer."""
    office = sample_office(
        development=True,
        plugins={"portal": _plugin, "tata-ruang": Silent()},
        payment_providers={"bank": Bank()},
    )
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def case(portal):
    """A case with a fee, which waits for the register."""
    return portal.office.submit("acara")


def _open(portal, case, officer):
    return portal.visitor(officer).open(f"/petugas/berkas/{case.id}")


def test_a_system_that_does_not_answer_is_named_with_its_day_and_answered_another_way(portal, case):
    """Friction 12: a manual way with a record; the head writes it down."""
    page = _open(portal, case, "pimpinan")
    assert "Waits for tata-ruang since" in page.text
    assert "tata-ruang has not answered since" in page.text
    page = page.click("Write down the answer of an outside system")
    assert ["Choose an answer", "Fill this in"] == page.form().send().errors
    page = page.form().fill(accepted="yes", remark="Surat 12/2026 Dinas PUPR").send()
    (last, *_) = reversed(
        portal.office.office.applications.get(case.id, actor=portal.office.officer("kepala")).checks
    )

    assert "The answer is on record." in page.text
    assert "Waits for tata-ruang since" not in page.text
    assert ("Surat 12/2026 Dinas PUPR", "pimpinan") == (last.answer, last.answered_by.id)


def test_a_cashier_makes_a_bill_and_records_what_was_paid_back(portal, case):
    """More than the fee was paid: what is owed back stands on the case until it is back."""
    page = _open(portal, case, "kasir").click("Make a bill")
    page = page.form().send()
    assert "88000001" in page.text
    assert "Bayar di bank mana pun." in page.text
    fee = portal.office.office.applications.get(
        case.id, actor=portal.office.officer("kepala")
    ).terms.fee.total
    portal.office.clock.forward(minutes=5)
    told = {"amount": fee.amount + 2500, "paid_at": portal.office.clock().isoformat()}
    portal.office.office.billing.callback("bank", json.dumps(told).encode(), {})
    page = _open(portal, case, "kasir")
    assert "Rp2.500 is owed back" in page.text
    form = page.click("Record that money was paid back").form().fill(reference="BALIK-1")
    page = form.send()

    assert "It is on record that the money was paid back." in page.text
    assert "Rp2.500 was paid back on" in page.text
    assert 200 == form.send().status
