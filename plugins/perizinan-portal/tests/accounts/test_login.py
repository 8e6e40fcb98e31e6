"""Logging in and out."""

from __future__ import annotations

import re

import pyotp
from perizinan_portal._accounts._invite import invitation

PASSWORD = "sepeda biru di gudang"
COOKIE = "__Host-perizinan_session"


def code(portal, secret):
    """Return the code of the app at the office's next half minute, which was not used yet."""
    portal.office.clock.forward(minutes=1)
    return pyotp.TOTP(secret).at(int(portal.services.now))


def hire(portal, officer):
    """Give an officer a password and an app; return the secret of the app."""
    page = portal.stranger().open(invitation(portal.services, officer))
    page = page.form("undangan").fill(password=PASSWORD).send()
    assert "Set up the app" in page.text
    secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)[0].replace(" ", "")
    page = page.form("aplikasi").fill(code=code(portal, secret)).send()
    assert "My work" in page.text
    return secret


def test_an_officer_logs_in_with_the_id_the_password_and_a_code(portal, stranger):
    """The way begins at the page that was asked for, and ends there."""
    secret = hire(portal, "loket-2")
    page = stranger.open("/petugas")
    assert page.url.startswith("/masuk?")
    page = page.form("masuk").fill(login="loket-2", password=PASSWORD).send()
    assert "Code from the app" in page.text
    page = page.form("kode").fill(code=code(portal, secret)).send()

    assert "/petugas" == page.url
    assert "My work" in page.text


def test_the_password_alone_opens_nothing(portal, stranger):
    """Not the pages, and not the setting up of another app."""
    hire(portal, "kasi")
    stranger.open("/masuk").form("masuk").fill(login="kasi", password=PASSWORD).send()

    assert stranger.open("/petugas").url.startswith("/masuk/kode")
    assert 404 == stranger.open("/masuk/aplikasi").status
    assert stranger.open("/akun").url.startswith("/masuk")


def test_a_code_is_good_once(portal, stranger):
    """Who looked over a shoulder comes too late."""
    secret = hire(portal, "teknis")
    used = code(portal, secret)
    for seen in (stranger, portal.stranger()):
        page = seen.open("/masuk").form("masuk").fill(login="teknis", password=PASSWORD).send()
        page = page.form("kode").fill(code=used).send()

    assert ["This code is not right, or was used already; wait for the next"] == page.errors


def test_codes_are_not_tried_for_ever(portal, stranger):
    """Six wrong ones, then a pause."""
    hire(portal, "pengawas")
    page = stranger.open("/masuk").form("masuk").fill(login="pengawas", password=PASSWORD).send()
    statuses = [page.form("kode").fill(code="000000").send().status for _ in range(7)]

    assert [422] * 5 + [429] * 2 == statuses


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(portal, stranger):
    """The page does not say whether there is an account."""
    hire(portal, "kasir")
    said = []
    for name in ("kasir", "no-such-officer"):
        page = stranger.open("/masuk").form("masuk").fill(login=name, password="something else").send()
        said.append((page.status, page.errors))

    assert [(422, ["The e-mail address or the password is not right"])] * 2 == said


def test_passwords_are_not_tried_for_ever(portal):
    """Also from many clients: tries are counted for the account."""
    statuses = [
        portal.stranger().open("/masuk").form("masuk").fill(login="ratna", password="wrong one").send().status
        for _ in range(11)
    ]

    assert [422] * 10 + [429] == statuses


def test_the_session_has_another_token_after_each_step(portal, stranger):
    """A token that someone planted or saw before is worth nothing."""
    secret, tokens = hire(portal, "auditor"), []
    page = stranger.open("/masuk").form("masuk").fill(login="auditor", password=PASSWORD).send()
    tokens.append(stranger.cookies[COOKIE])
    page.form("kode").fill(code=code(portal, secret)).send()
    tokens.append(stranger.cookies[COOKIE])

    assert tokens[0] != tokens[1]
    assert portal.services.store.sessions.find(tokens[0]) is None


def test_logging_out_ends_the_session_everywhere_it_was_copied_to(portal, clerk):
    """The token is taken out of the table, not only out of the browser."""
    kept = clerk.cookies[COOKIE]
    page = clerk.open("/petugas")
    out = next(form for form in page.forms if form.action.endswith("/keluar"))
    assert "You are logged out" in out.send().text
    clerk.cookies.set(COOKIE, kept, domain="izin.contoh.example")

    assert clerk.open("/petugas").url.startswith("/masuk")


def test_an_invitation_is_good_once(portal, stranger):
    """Opening the link changes nothing; the form does, once."""
    link = invitation(portal.services, "telaah-1")
    assert 200 == stranger.open(link).status
    page = portal.stranger().open(link)
    assert "Set up the app" in page.form("undangan").fill(password="jendela kaca patri").send().text

    assert 404 == stranger.open(link).status


def test_a_short_password_is_refused_with_what_to_do(portal, stranger):
    """Beside its field and on top of the page."""
    page = stranger.open(invitation(portal.services, "telaah-2")).form("undangan").fill(password="123").send()

    assert ["Use at least 10 characters; several words are easy to remember"] == page.errors


def test_an_officer_who_was_deactivated_is_out_at_the_next_click(portal):
    """Whatever the session says."""
    import attrs

    from perizinan_core.testing import HOST

    visitor = portal.visitor("supervisor")
    assert 200 == visitor.open("/petugas").status
    reviews = portal.office.office.reviews
    officer = reviews.officer("supervisor", actor=HOST)
    reviews.add_officer(attrs.evolve(officer, active=False), actor=HOST)

    assert visitor.open("/petugas").url.startswith("/masuk")


def test_a_change_of_rights_changes_the_token(portal):
    """The session continues with another token, and the old one is over."""
    import attrs

    from perizinan_core.model import Role
    from perizinan_core.testing import HOST

    visitor = portal.visitor("loket-1")
    before = visitor.cookies[COOKIE]
    reviews = portal.office.office.reviews
    officer = reviews.officer("loket-1", actor=HOST)
    reviews.add_officer(attrs.evolve(officer, roles=officer.roles | {Role.BACK_OFFICE}), actor=HOST)

    assert 200 == visitor.open("/petugas").status
    assert before != visitor.cookies[COOKIE]
    assert portal.services.store.sessions.find(before) is None
