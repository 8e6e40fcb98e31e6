"""Accounts that are restored at the counter, and second factors whose device was lost."""

from __future__ import annotations

import re
from uuid import uuid4

import attrs
import pyotp
import pytest
from perizinan_portal._accounts._codes import new_secret
from perizinan_portal._accounts._passwords import hash_password
from perizinan_portal._store import AccountKind, Level

PASSWORD = "empat kata yang mudah"
NEW = "lima kata lain yang mudah"


@pytest.fixture
def lost(portal):
    """Someone with a password and an app."""
    store, now = portal.services.store, portal.services.now
    account = store.accounts.add(
        AccountKind.PUBLIC,
        now=now,
        email=f"lama-{uuid4().hex[:8]}@surat.example.org",
        name="Wulan",
        password=hash_password(PASSWORD),
    )
    account = attrs.evolve(account, second_factor=new_secret())
    store.accounts.save(account, now=now)
    return account


def _mails(portal, to, kind, wait=200):
    import time

    for _ in range(wait):
        found = [mail for mail in portal.mails if (mail.email, mail.kind) == (to, kind)]
        if found:
            return found
        time.sleep(0.02)
    return []


def _link(mail):
    return re.search(r"https://izin\.contoh\.example(/\S+)", mail.body)[1]


def _restore(portal, account, email, lost="both"):
    page = portal.visitor("loket-1").open("/petugas/loket").click("Restore an account")
    typed = {"login": account.email, "document": "identity_card", "lost": lost, "email": email}
    return page.form().fill(**typed, reason="Telepon dicuri; KTP cocok dengan wajah").send()


def test_a_lost_mail_and_phone_are_no_end_of_an_account(portal, lost):
    """Friction 10: the person confirms the new address and chooses the password; no officer does."""
    old = portal.stranger()
    token = portal.services.store.sessions.begin(lost.id, level=Level.FULL, now=portal.services.now)
    email = f"baru-{lost.id[:6]}@surat.example.org"
    page = _restore(portal, lost, email)
    (mail,) = _mails(portal, email, "account-restore")
    assert "The link is on its way" in page.text
    assert portal.services.store.sessions.find(token) is None
    assert _mails(portal, lost.email, "account-restore-begun")
    page = old.open(_link(mail)).form("pulihkan").fill(password=NEW).send()
    account = portal.services.store.accounts.get(lost.id)

    assert (email, None) == (account.email, account.second_factor)
    assert "/permohonan" == page.url
    shown = old.open("/akun")
    assert "restored at the counter by Petugas loket-1" in shown.text
    assert "Telepon dicuri; KTP cocok dengan wajah" in shown.text
    assert 404 == portal.stranger().open(_link(mail)).status


def test_the_old_address_can_stop_it(portal, lost):
    """Then the link to the new one is worth nothing, and the old login holds."""
    email = f"penipu-{lost.id[:6]}@surat.example.org"
    _restore(portal, lost, email)
    (mail,) = _mails(portal, email, "account-restore")
    (warning,) = _mails(portal, lost.email, "account-restore-begun")
    page = portal.stranger().open(_link(warning)).form("hentikan").send()
    refused = portal.stranger().open(_link(mail)).form("pulihkan").fill(password=NEW).send()

    assert "It is stopped." in page.text
    assert 404 == refused.status
    assert lost == portal.services.store.accounts.get(lost.id)


def test_until_it_is_confirmed_address_password_and_second_factor_stay(portal, lost):
    """A clerk alone changes nothing of them."""
    _restore(portal, lost, f"belum-{lost.id[:6]}@surat.example.org")

    assert lost == portal.services.store.accounts.get(lost.id)


def test_an_account_is_found_by_a_receipt_number_too(portal, lost):
    """For someone who does not remember the address."""
    from perizinan_core import Actor, ActorKind

    case = portal.office.submit(actor=Actor(id=lost.id, kind=ActorKind.APPLICANT))
    email = f"resi-{lost.id[:6]}@surat.example.org"
    page = _restore(portal, attrs.evolve(lost, email=case.receipt_number), email, lost="email")
    assert "The link is on its way" in page.text
    (mail,) = _mails(portal, email, "account-restore")
    page = portal.stranger().open(_link(mail)).form("pulihkan").fill(password=NEW).send()

    assert "/masuk/kode" in page.url


def test_what_does_not_fit_is_said_beside_the_field(portal, lost):
    """No such account; an address of another one."""
    unknown = _restore(portal, attrs.evolve(lost, email="tidak-ada@surat.example.org"), "a@b.example.org")
    portal.account("sekar")
    taken = _restore(portal, lost, "sekar@surat.example.org")

    assert ["There is no account of this address or receipt number"] == unknown.errors
    assert ["This address belongs to another account"] == taken.errors


def test_recovery_codes_are_shown_once_and_each_lets_in_once(portal):
    """In the place of the code of the app."""
    store = portal.services.store
    account = attrs.evolve(portal.account("kasir"), password=hash_password(PASSWORD))
    store.accounts.save(account, now=portal.services.now)
    officer = portal.stranger()
    page = officer.open("/masuk").form().fill(login="kasir", password=PASSWORD).send()
    assert "Set up the app" in page.text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.html)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(portal.services.now)
    page = page.form("aplikasi").fill(code=code).send()
    codes = re.findall(r"<code>([0-9a-z]{5}-[0-9a-z]{5})</code>", page.html)
    assert 10 == len(set(codes))
    assert "/petugas" == page.click("I have saved them").url
    for expected in (True, False):
        other = portal.stranger()
        page = other.open("/masuk").form().fill(login="kasir", password=PASSWORD).send()
        page = page.click("Log in with a recovery code").form().fill(code=codes[0].upper()).send()
        assert expected is (page.url == "/petugas")
    assert "9 recovery codes left" in officer.open("/akun").text


def test_a_lost_device_of_an_officer_is_taken_off_by_an_administrator_on_record(portal):
    """The password stays; the next login leads through the set-up; not the own device."""
    store = portal.services.store
    account = attrs.evolve(
        portal.account("kasi"), password=hash_password(PASSWORD), second_factor=new_secret()
    )
    store.accounts.save(account, now=portal.services.now)
    page = portal.visitor("admin").open("/admin/petugas/kasi").click("Lost device of an officer")
    page = page.form().fill(reason="Telepon hilang; menelepon dari nomor dinas").send()
    assert "The officer sets up another app at the next login" in page.text
    login = portal.stranger().open("/masuk").form().fill(login="kasi", password=PASSWORD).send()
    history = portal.office.office.reviews.staff_history("kasi", actor=portal.office.officer("auditor"))

    assert "Set up the app" in login.text
    assert "officer:admin" == history[-1].actor
    assert 404 == portal.visitor("admin").open("/pengelola/petugas/admin/perangkat").status
    assert 404 == portal.visitor("supervisor").open("/pengelola/petugas/kasi/perangkat").status
