"""A forgotten password, and what can be changed in the own account."""

from __future__ import annotations

import re
import time

import attrs
import pytest
from perizinan_portal._accounts._passwords import hash_password

PASSWORD = "kenanga di tepi jalan"


@pytest.fixture(scope="module")
def hashed():
    """The hash of the password; it costs time on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def person(portal, hashed, request):
    """An account with a password, of another name in every test."""
    name = request.node.name.removeprefix("test_").replace("_", "")[:30]
    account = attrs.evolve(portal.account(name), password=hashed)
    portal.services.store.accounts.save(account, now=portal.services.now)
    return name


def link(portal, email, kind):
    """Return the link of the latest mail of a kind to an address."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [one for one in portal.mails if one.email == email and one.kind == kind]
        if found:
            return (re.findall(r"https://\S+", found[-1].body) or [""])[0]
        time.sleep(0.01)
    raise AssertionError(f"no mail {kind} to {email}")


def test_a_forgotten_password_is_replaced_by_mail(portal, stranger, person):
    """And every session of the account ends."""
    elsewhere = portal.visitor(person)
    email = f"{person}@surat.example.org"
    page = stranger.open("/masuk").click("Forgotten the password?").form("lupa").fill(login=email).send()
    assert "Look at your mail" in page.text
    page = (
        stranger.open(link(portal, email, "account-reset"))
        .form("lupa")
        .fill(password="pintu kayu jati")
        .send()
    )

    assert "/permohonan" == page.url
    assert elsewhere.open("/permohonan").url.startswith("/masuk")


def test_an_unknown_address_gets_the_same_answer(stranger, person):
    """No one learns who has an account."""
    said = [
        stranger.open("/lupa").form("lupa").fill(login=login).send().text
        for login in (f"{person}@surat.example.org", "tidak-ada@surat.example.org")
    ]

    assert said[0] == said[1]


def test_the_old_password_is_asked_for(portal, person):
    """A phone that lies around does not give the account away."""
    visitor = portal.visitor(person)
    page = visitor.open("/akun").click("Change the password").form("kata-sandi")
    page = page.fill(old="wrong one", password="pintu kayu jati").send()
    assert ["This is not the current password"] == page.errors
    page = page.form("kata-sandi").fill(old=PASSWORD, password="pintu kayu jati").send()

    assert "The new password is saved." in page.text


def test_a_new_address_holds_once_its_link_is_opened(portal, person):
    """The old one learns of it."""
    visitor, new = portal.visitor(person), f"baru-{person}@surat.example.org"
    page = visitor.open("/akun").click("Change the e-mail address").form("surel")
    page.fill(email=new, password=PASSWORD).send()
    accounts = portal.services.store.accounts
    assert accounts.by_login(new) is None
    page = visitor.open(link(portal, new, "account-new-email")).form("surel").send()
    assert new in page.text

    assert portal.account(person).id == accounts.by_login(new).id
    link(portal, f"{person}@surat.example.org", "account-email-changed")


def test_an_address_that_was_taken_in_the_meantime_is_refused(portal, person):
    """With what to do."""
    visitor, new = portal.visitor(person), f"direbut-{person}@surat.example.org"
    visitor.open("/akun/surel").form("surel").fill(email=new, password=PASSWORD).send()
    portal.account(f"direbut-{person}")
    page = visitor.open(link(portal, new, "account-new-email")).form("surel").send()

    assert 409 == page.status
    assert "belongs to another account" in page.text


def test_the_name_is_changed_at_once(portal, person):
    """What needs no confirmation."""
    page = portal.visitor(person).open("/akun").form("akun").fill(name="Sekar B").send()
    kept = portal.services.store.accounts.get(portal.account(person).id)

    assert "Your details are saved." in page.text
    assert "Sekar B" == kept.name


def test_every_other_session_can_be_ended(portal, person):
    """After a lost phone."""
    lost, here = portal.visitor(person), portal.visitor(person)
    here.open("/akun").form("keluar-lain").send()

    assert lost.open("/akun").url.startswith("/masuk")
    assert 200 == here.open("/akun").status


def test_an_applicant_switches_the_code_on_and_off(portal, person):
    """It is for them to choose."""
    import pyotp

    visitor = portal.visitor(person)
    page = visitor.open("/akun").click("Set up the app")
    secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)[0].replace(" ", "")
    page = page.form("kode").fill(code=pyotp.TOTP(secret).at(portal.services.now)).send()
    assert "Your recovery codes" in page.text
    page = visitor.open("/akun")
    assert "switched on" in page.text
    page = page.form("kode/hapus").send()

    assert "switched off" in page.text
