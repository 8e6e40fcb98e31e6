"""Agreeing to messages by phone, and taking that back: in the account, at the counter, with the code of the receipt."""

from __future__ import annotations

import json

import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.model import ConsentStep
from perizinan_core.testing import HOST, CollectingChannel, CollectingPhone, sample_office

PHONE = "+6281200000000"


@pytest.fixture(scope="module")
def phones(tmp_path_factory):
    """A portal whose office has a channel to phones."""
    office = sample_office(
        development=True,
        plugins={"portal": _plugin},
        channels={"mail": CollectingChannel(), "wa": CollectingPhone()},
    )
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


def confirmed(portal, who):
    """Give someone a phone number that was confirmed."""
    import attrs

    account = attrs.evolve(portal.account(who), phone=PHONE)
    portal.services.store.accounts.save(account, now=portal.services.now)
    return portal.visitor(who)


def states(portal, case):
    """Return how the messages of a case stand on the channel to phones."""
    portal.office.office.worker.deliver()
    found = portal.office.office.applications.deliveries(case.id, actor=HOST)
    return [one.state.value for one in found if one.channel == "wa"]


def test_an_office_without_such_a_channel_says_so(portal):
    """And asks for nothing."""
    page = portal.visitor("sekar").open("/akun").click("Agree to them, or withdraw that")

    assert "sends no messages to phones" in page.text
    assert [] == [form for form in page.forms if "pesan-telepon" in form.action]


def test_a_number_has_to_be_confirmed_before_anyone_agrees(phones):
    """The page leads to where it is."""
    page = phones.visitor("tanpa-nomor").open("/akun/pesan-telepon")

    assert "no confirmed phone number yet" in page.text
    assert "Add a phone number" in page.links


def test_someone_agrees_and_withdraws_in_the_account(phones):
    """What they agreed to stands in their own data word for word; then nothing more is sent."""
    visitor = confirmed(phones, "sekar")
    page = visitor.open("/akun/pesan-telepon")
    assert PHONE in page.text
    agreed = page.form("pesan-telepon").send()
    case = phones.office.submit(actor=phones.actor("sekar"))
    first = states(phones, case)
    told = visitor.open(f"/permohonan/{case.id}/pesan").text
    data = json.loads(visitor.open("/akun/data.json").content)["messages"]["consents"]
    withdrawn = agreed.form("pesan-telepon").send()
    other = phones.office.submit(actor=phones.actor("sekar"))
    second = states(phones, other)

    assert "Your consent is kept" in agreed.text
    assert ["accepted"] == first
    assert PHONE in told
    assert (PHONE, "WhatsApp") == (data[0]["phone"], data[0]["service"])
    assert "free will" in data[0]["text"]
    assert "nothing more is sent there" in withdrawn.text
    assert ["no_consent"] == second
    assert "not sent: no consent" in visitor.open(f"/permohonan/{other.id}/pesan").text


def test_a_text_that_changed_meanwhile_is_not_agreed_to(phones):
    """It is shown again."""
    page = confirmed(phones, "kanthi").open("/akun/pesan-telepon")
    form = page.form("pesan-telepon")
    form.values["version"] = "2020-01-01"
    answer = form.send()

    assert "The text has changed" in answer.text
    assert () == phones.office.office.contacts.own(actor=phones.actor("kanthi")).consents


def test_a_clerk_notes_what_someone_present_says_and_the_code_stops_it(phones):
    """The identity is checked first; the applicant needs no account to withdraw."""
    case = phones.office.submit(actor=phones.actor("bagus"))
    clerk = phones.visitor("loket-1")
    page = clerk.open(f"/petugas/berkas/{case.id}").click("Messages by phone")
    assert ["Choose an answer"] == page.form("pesan-telepon").send().errors
    done = page.form("pesan-telepon").fill(document="identity_card").send()
    first = states(phones, case)
    secret = phones.office.office.tracking.new_secret(case.id, actor=HOST)
    phones.office.clock.forward(minutes=1)
    found = (
        phones.stranger().open("/lacak").form("lacak").fill(number=case.receipt_number, secret=secret).send()
    )
    stopped = found.form("lacak/pesan-telepon").send()
    contact = phones.office._context.storage
    with contact.unit_of_work(read_only=True) as work:
        said = work.contacts.get(f"case:{case.id}:applicant").consents

    assert "The consent is on record." in done.text
    assert ["accepted"] == first
    assert "no more messages about this case" in stopped.text
    assert [ConsentStep.GIVEN, ConsentStep.WITHDRAWN] == [one.step for one in said]
