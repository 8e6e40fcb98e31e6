"""Messages to phones go to those who agreed, and to no one else; on both databases."""

import hashlib
from io import BytesIO

import attrs
import pytest

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._contact import ConsentStep, ConsentWay
from perizinan_core.model._counter import IdentityCheck, IdentityDocument
from perizinan_core.model._identifiers import PhoneNumber
from perizinan_core.services._consent_book import _CONSENT, CONSENT_VERSION
from perizinan_core.testing._fakes import CollectingChannel, CollectingPhone, small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office
from perizinan_core.testing._refusals import raises_code

PHONE = sample_applicant().phone
SEEN = IdentityCheck(document=IdentityDocument.IDENTITY_CARD)


def opened(open_kit, url, **channels):
    """Open an office with mail and WhatsApp; return both channels with it."""
    mail, whatsapp = CollectingChannel(), CollectingPhone()
    return open_kit(url, channels={"mail": mail, "wa": whatsapp, **channels}), mail, whatsapp


def agree(kit, *, phone=PHONE, actor=APPLICANT, version=CONSENT_VERSION):
    return kit.office.contacts.agree("wa", phone=phone, version=version, language="id", actor=actor)


def phones(channel):
    """Return the numbers that a channel saw."""
    return [item.phone for item in channel.sent.values()]


def states(kit, case, channel="wa"):
    """Return how the messages of a case stand on a channel, after a round."""
    kit.office.worker.deliver()
    found = kit.office.applications.deliveries(case.id, actor=APPLICANT)
    return [item.state.value for item in found if item.channel == channel]


def test_without_consent_nothing_is_sent_and_the_case_says_so(url, open_kit):
    """The mail goes out: the service itself is its basis."""
    kit, mail, whatsapp = opened(open_kit, url)
    case = kit.submit()

    assert ["no_consent"] == states(kit, case)
    assert ["accepted"] == states(kit, case, "mail")
    assert 0 == whatsapp.calls
    assert [None] == phones(mail)


def test_with_consent_it_is_sent_and_after_the_withdrawal_no_more(url, open_kit):
    """At once: also what was written before and still waits."""
    kit, _, whatsapp = opened(open_kit, url)
    agree(kit)
    first = kit.submit()
    assert ["accepted"] == states(kit, first)
    second = kit.submit()
    kept = kit.office.contacts.withdraw("wa", actor=APPLICANT)

    assert ["no_consent"] == states(kit, second)
    assert [str(PHONE)] == phones(whatsapp)
    assert [ConsentStep.GIVEN, ConsentStep.WITHDRAWN] == [item.step for item in kept.consents]
    assert kept.standing("wa") is None


def test_the_proof_says_who_agreed_to_what_when_and_by_which_text(url, open_kit):
    """Word for word, with the number and the name of the office; the log shows neither."""
    kit, *_ = opened(open_kit, url)
    (given,) = agree(kit).consents

    assert ("public:pemohon", "WhatsApp", str(PHONE), CONSENT_VERSION) == (
        given.by,
        given.service,
        given.phone,
        given.version,
    )
    assert ConsentWay.ACCOUNT is given.way
    assert kit.clock() == given.at
    assert kit.office.authority.name.to("id") in given.text
    assert str(PHONE) not in repr(given)


def test_the_text_and_its_version_change_together():
    """A change of a word gives the text a new version, and this test its new hash."""
    assert ("2026-12-01", "28f229a013595933") == (
        CONSENT_VERSION,
        hashlib.sha256(_CONSENT.encode()).hexdigest()[:16],
    )


def corrected(kit):
    """Submit a case, and ask for a correction."""
    case = kit.submit()
    items = (CorrectionItem(target="form:lokasi", reason="Nomor rumah?"),)
    clerk = kit.assignee(case.id, "periksa")
    kit.office.reviews.request_correction(case.id, "periksa", items, actor=clerk)
    kit.clock.forward(minutes=1)
    return case.id


def test_a_period_does_not_begin_with_a_message_that_was_not_sent(open_kit, new_url):
    """An office that only writes by WhatsApp, and an applicant who did not agree: nothing lapses."""
    kit = open_kit(new_url("sqlite"), channels={"wa": CollectingPhone()})
    first, second = corrected(kit), corrected(kit)
    kit.office.worker.deliver()
    agree(kit)
    third = corrected(kit)
    kit.office.worker.deliver()

    assert [["correction-1"], ["correction-1"], []] == [
        [item.of for item in kit.office.applications.get(case, actor=HOST).awaited_notices()]
        for case in (first, second, third)
    ]


def test_consent_holds_for_the_number_and_the_service_that_were_named(open_kit, new_url):
    """With another number, or once the office sends by SMS, it has to be asked again."""
    kit, _, whatsapp = opened(open_kit, new_url("sqlite"))
    agree(kit, phone=PhoneNumber.parse("081299999999"))
    assert ["no_consent"] == states(kit, kit.submit())
    agree(kit)
    assert ["accepted"] == states(kit, kit.submit())
    whatsapp.service = "SMS"
    assert ["no_consent"] == states(kit, kit.submit())


def test_a_channel_that_does_not_say_what_it_is_gets_no_number(open_kit, new_url):
    """Even when it would use one."""
    gateway = CollectingChannel()
    kit, *_ = opened(open_kit, new_url("sqlite"), gateway=gateway)
    agree(kit)
    kit.submit()
    kit.office.worker.deliver()

    assert [None] == phones(gateway)


def test_the_consent_of_one_is_not_that_of_another(open_kit, new_url):
    """The representative agrees for themselves; the applicant's messages stay away."""
    kit, *_ = opened(open_kit, new_url("sqlite"))
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="kuasa")
    agree(kit, actor=attrs.evolve(APPLICANT, id="kuasa"))
    case = kit.draft("warung", representative=agent)
    kit.fill(case.id)
    scan = BytesIO(small_png(5))
    kit.office.applications.attach_power_of_attorney(case.id, scan, file_name="kuasa.png", actor=APPLICANT)
    kit.hand_in(case.id)
    kit.office.worker.deliver()
    found = kit.office.applications.deliveries(case.id, actor=HOST)

    assert {"applicant": "no_consent", "representative": "accepted"} == {
        item.recipient: item.state.value for item in found if item.channel == "wa"
    }


def test_at_the_counter_a_clerk_notes_what_someone_present_said(url, open_kit):
    """In the case, after a check of identity; the last word counts, wherever it was said."""
    kit, *_ = opened(open_kit, url)
    counter, clerk = kit.office.counter, kit.officer("loket-1")
    case = kit.submit()
    offer = counter.consent_offer(case.id, "applicant", "wa", actor=clerk)
    with raises_code("consent-text"):
        counter.agree(case.id, "applicant", "wa", check=SEEN, version="other", actor=clerk)
    before = counter.consents(case.id, actor=clerk)
    counter.agree(case.id, "applicant", "wa", check=SEEN, version=offer.version, actor=clerk)
    kit.clock.forward(minutes=1)
    between = counter.consents(case.id, actor=clerk)
    kit.office.contacts.withdraw("wa", actor=APPLICANT)
    after = counter.consents(case.id, actor=clerk)
    visits = kit.office.applications.get(case.id, actor=HOST).counter_visits

    assert str(PHONE) in offer.text
    assert [(False,), (True,), (False,)] == [
        tuple(item.agreed for item in found) for found in (before, between, after)
    ]
    assert [("consent", "loket-1")] == [(item.purpose.value, item.clerk) for item in visits]


def test_someone_without_an_account_withdraws_with_receipt_number_and_secret(open_kit, new_url):
    """For this case, whatever was agreed to before; a wrong secret changes nothing."""
    kit, *_ = opened(open_kit, new_url("sqlite"))
    agree(kit)
    case = kit.submit()
    secret = kit.office.tracking.new_secret(case.id, actor=HOST)
    kit.clock.forward(minutes=1)
    with pytest.raises(NotFoundError):
        kit.office.contacts.withdraw_by_secret(case.receipt_number, "SALAH")
    kit.office.contacts.withdraw_by_secret(case.receipt_number, secret)

    assert ["no_consent"] == states(kit, case)
    assert ["accepted"] == states(kit, kit.submit())


def test_only_the_person_says_how_they_may_be_written_to(open_kit, new_url):
    """No officer, no program; and only for channels that are there."""
    kit, *_ = opened(open_kit, new_url("sqlite"))
    contacts = kit.office.contacts
    for actor in (HOST, kit.officer("loket-1")):
        with pytest.raises(AccessDeniedError):
            agree(kit, actor=actor)
        with pytest.raises(AccessDeniedError):
            contacts.withdraw("wa", actor=actor)
    with pytest.raises(NotFoundError):
        contacts.agree("mail", phone=PHONE, version=CONSENT_VERSION, language="id", actor=APPLICANT)

    assert {"wa": "WhatsApp"} == contacts.channels()
    assert () == contacts.own(actor=APPLICANT).consents
    assert sample_office().office.contacts.channels() == {}
