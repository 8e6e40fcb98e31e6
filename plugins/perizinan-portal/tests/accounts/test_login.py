"""Logging in and out."""

from __future__ import annotations

from perizinan_portal._accounts._invite import invitation


def _officer_with_password(portal, officer):
    page = portal.stranger().open(invitation(portal.services, officer))
    page.form("undangan").fill(password="sepeda biru di gudang").send()


def test_an_officer_logs_in_with_the_id_and_the_password(portal, stranger):
    """The way begins at the page that was asked for, and ends there."""
    _officer_with_password(portal, "loket-2")
    page = stranger.open("/petugas")
    assert page.url.startswith("/masuk?")
    page = page.form("masuk").fill(login="loket-2", password="sepeda biru di gudang").send()

    assert "/petugas" == page.url
    assert "My work" in page.text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(portal, stranger):
    """The page does not say whether there is an account."""
    _officer_with_password(portal, "kasir")
    said = []
    for name in ("kasir", "no-such-officer"):
        page = stranger.open("/masuk").form("masuk").fill(login=name, password="something else").send()
        said.append((page.status, page.errors))

    assert [(422, ["The e-mail address or the password is not right"])] * 2 == said


def test_the_session_has_another_token_after_the_login(portal, stranger):
    """A token that was planted before is worth nothing."""
    _officer_with_password(portal, "kasi")
    planted = portal.session("someone")
    stranger.cookies.set("__Host-perizinan_session", planted, domain="izin.contoh.example")
    stranger.cookies.delete("__Host-perizinan_session")
    page = stranger.open("/masuk").form("masuk").fill(login="kasi", password="sepeda biru di gudang").send()

    assert 200 == page.status
    assert planted != stranger.cookies["__Host-perizinan_session"]


def test_logging_out_ends_the_session_everywhere_it_was_copied_to(portal, clerk):
    """The token is taken out of the table, not only out of the browser."""
    kept = clerk.cookies["__Host-perizinan_session"]
    page = clerk.open("/petugas")
    out = next(form for form in page.forms if form.action.endswith("/keluar"))
    assert "You are logged out" in out.send().text
    clerk.cookies.set("__Host-perizinan_session", kept, domain="izin.contoh.example")

    assert clerk.open("/petugas").url.startswith("/masuk")


def test_an_invitation_is_good_once(portal, stranger):
    """Opening the link changes nothing; the form does, once."""
    link = invitation(portal.services, "telaah-1")
    assert 200 == stranger.open(link).status
    page = portal.stranger().open(link)
    assert "My work" in page.form("undangan").fill(password="jendela kaca patri").send().text

    assert 404 == stranger.open(link).status


def test_a_short_password_is_refused_with_what_to_do(portal, stranger):
    """Beside its field and on top of the page."""
    page = stranger.open(invitation(portal.services, "telaah-2")).form("undangan").fill(password="123").send()

    assert ["Use at least 10 characters; several words are easy to remember"] == page.errors
