"""What someone does with the own account: phone, language, reminders, own data, closing it."""

from __future__ import annotations

import json
import re

import attrs
import pypdfium2
import pytest
from perizinan_portal import _plugin
from perizinan_portal._accounts._passwords import hash_password
from perizinan_portal._reminders import remind
from perizinan_portal.testing import sample_portal

from perizinan_core.model import ApplicationState
from perizinan_core.testing import HOST, CollectingChannel, sample_office

PASSWORD = "kenanga di tepi jalan"


class Texting(CollectingChannel):
    """A channel that reaches phones."""

    reaches_phones = True


@pytest.fixture(scope="module")
def texting(tmp_path_factory):
    """A portal whose office has a channel that reaches phones, and that channel."""
    channel = Texting()
    office = sample_office(
        development=True, plugins={"portal": _plugin}, channels={"mail": CollectingChannel(), "text": channel}
    )
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit, channel
    kit.close()


def with_password(portal, who, **changes):
    """Give someone a password, and log them in."""
    account = attrs.evolve(portal.account(who), password=hash_password(PASSWORD), **changes)
    portal.services.store.accounts.save(account, now=portal.services.now)
    return portal.visitor(who)


def test_without_a_channel_to_phones_nothing_is_offered_that_cannot_work(portal):
    """The page says so, and where messages go."""
    page = portal.visitor("sekar").open("/akun").click("Change the phone number")

    assert "sends no messages to phones" in page.text
    assert [] == [form for form in page.forms if "telepon" in form.action]


def test_a_phone_number_is_confirmed_by_a_code(texting):
    """A wrong code keeps the old number; the right one is good once."""
    portal, channel = texting
    visitor = with_password(portal, "ponsel", phone="+6281200000001")
    page = visitor.open("/akun/telepon").form("telepon").fill(phone="081299998888", password=PASSWORD).send()
    code = re.search(r"\b\d{6}\b", list(channel.sent.values())[-1].body)[0]
    wrong = page.form("kode").fill(code=f"{(int(code) + 1) % 10**6:06d}").send()
    kept = portal.services.store.accounts.get(portal.account("ponsel").id).phone
    right = wrong.form("kode").fill(code=code).send()

    assert (422, "+6281200000001") == (wrong.status, kept)
    assert "The phone number is saved." in right.text
    assert "+6281299998888" == portal.services.store.accounts.get(portal.account("ponsel").id).phone
    assert "too old" in page.form("kode").fill(code=code).send().text


def test_the_pages_speak_the_language_of_the_account(portal):
    """Chosen once, it holds on another device too."""
    visitor = portal.visitor("dwi", "en")
    case = portal.office.submit("warung", actor=portal.actor("dwi")).id
    page = visitor.open("/akun/bahasa").form("bahasa").fill(language="id").send()

    assert "Akun saya" in page.text
    assert "id" == portal.office.office.applications.get(case, actor=HOST).language
    assert "Akun saya" in portal.visitor("dwi", "en").open("/akun").text


def test_a_mail_comes_before_a_permit_ends_to_those_who_want_it_and_once(tmp_path):
    """Only with consent, about two months before, whatever restarts."""
    portal = sample_portal(tmp_path)
    for who, wants in (("ingin", True), ("tidak", False)):
        portal.office.permit("warung", actor=portal.actor(who))
        account = attrs.evolve(portal.account(who), reminders=wants, language="en")
        portal.services.store.accounts.save(account, now=portal.services.now)
    assert 0 == remind(portal.services)
    portal.office.clock.forward(days=365 - 60)
    assert 1 == remind(portal.services)
    assert 0 == remind(portal.services)
    portal.office.clock.forward(days=1)
    assert 0 == remind(portal.services)
    (mail,) = [one for one in portal.mails if one.kind == "permit-ends"]

    assert "ingin@surat.example.org" == mail.email
    assert "500/001/WR/2026" in mail.body
    assert "ends on 1 March 2027" in mail.body
    portal.close()


def text_of(pdf):
    """Return what a PDF says."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def test_everything_about_someone_can_be_taken_along(portal):
    """As JSON and as PDF, and nothing of others."""
    case = portal.office.submit("warung", actor=portal.actor("data")).id
    other = portal.office.submit("warung", actor=portal.actor("lain")).id
    visitor = portal.visitor("data")
    page = visitor.open("/akun").click("What is kept about me")
    given = json.loads(page.click("Download for programs").content)

    assert "data@surat.example.org" == given["account"]["email"]
    assert [case] == [one["application"]["id"] for one in given["cases"]]
    assert other not in json.dumps(given)
    printed = text_of(page.click("Download as PDF").content)
    for said in (page.text, printed):
        wanted = ("E-mail address", "data@surat.example.org", "Receipt number", "Jalan Kenanga", "ktp.png")
        assert wanted == tuple(word for word in wanted if word in said)
        # Names of fields as programs write them are not for people.
        assert [] == re.findall(r"\b[a-z]+_[a-z_]+\b|\bapplication\.[a-z]", said)


def test_an_account_is_closed_when_nothing_is_open_and_cases_stay(portal):
    """Open applications come first; drafts go, what was handed in stays."""
    visitor, actor = with_password(portal, "tutup"), portal.actor("tutup")
    case, draft = (
        portal.office.submit("warung", actor=actor).id,
        portal.office.draft("warung", actor=actor).id,
    )
    page = visitor.open("/akun/tutup")
    assert "Not possible yet" in page.text
    portal.office.office.applications.withdraw(case, actor=actor)
    page = visitor.open("/akun/tutup").form("tutup")
    assert 422 == page.fill(password="salah sekali", sure="1").send().status
    page = visitor.open("/akun/tutup").form("tutup").fill(password=PASSWORD, sure="1").send()

    assert "Your account is closed" in page.text
    assert portal.services.store.accounts.by_login("tutup@surat.example.org") is None
    assert "Log in" in visitor.open("/akun").text
    apps = portal.office.office.applications
    assert ApplicationState.WITHDRAWN is apps.get(case, actor=HOST).state
    assert draft not in {one.id for one in apps.of_owner(actor=HOST, owner=actor.id).items}
