"""The end of a session loses nothing, and no page answers twice."""

from __future__ import annotations

import pytest
from perizinan_portal._accounts._passwords import hash_password

COOKIE = "__Host-perizinan_session"
PASSWORD = "kenanga di tepi jalan"


@pytest.fixture(scope="module")
def hashed():
    """The hash of the password; it costs time on purpose."""
    return hash_password(PASSWORD)


def _with_password(portal, name, hashed):
    import attrs

    account = attrs.evolve(portal.account(name), password=hashed)
    portal.services.store.accounts.save(account, now=portal.services.now)


def test_the_end_of_a_session_in_mid_form_loses_nothing(portal, hashed):
    """Log in again: the same page shows the same values, and nothing was carried out meanwhile (friction 5)."""
    _with_password(portal, "wulan", hashed)
    draft = portal.office.draft("warung", actor=portal.actor("wulan"))
    visitor = portal.visitor("wulan")
    form = visitor.open(f"/permohonan/{draft.id}/isian").form("isian").fill(form__lokasi="Jalan Teratai")
    portal.office.clock.forward(hours=13)
    page = form.send()
    assert "Your session has ended. Nothing is lost" in page.text
    page = page.form("masuk").fill(login="wulan@surat.example.org", password=PASSWORD).send()

    assert "Jalan Teratai" == page.form("isian").values["form.lokasi"]
    assert (
        "Jalan Kenanga"
        == portal.office.office.applications.get(draft.id, actor=portal.actor("wulan")).form["lokasi"]
    )
    assert "Saved." in page.form("isian").send().text
    assert (
        "Jalan Teratai"
        == portal.office.office.applications.get(draft.id, actor=portal.actor("wulan")).form["lokasi"]
    )


def test_what_was_typed_is_shown_to_its_page_alone(portal, hashed):
    """And once: the token in the address is worth nothing afterwards."""
    _with_password(portal, "yuni", hashed)
    visitor = portal.visitor("yuni")
    form = visitor.open("/akun").form("akun").fill(name="Yuni Baru")
    portal.office.clock.forward(hours=13)
    page = form.send().form("masuk").fill(login="yuni@surat.example.org", password=PASSWORD).send()
    assert "Yuni Baru" == page.form("akun").values["name"]

    assert "Yuni" == visitor.open(page.url).form("akun").values["name"]


def test_an_idle_session_is_over(portal):
    """Sooner for officers."""
    applicant, clerk = portal.visitor("tini"), portal.visitor("kasir")
    portal.office.clock.forward(minutes=31)

    assert clerk.open("/petugas").url.startswith("/masuk")
    assert "/permohonan" == applicant.open("/permohonan").url
    portal.office.clock.forward(minutes=121)
    assert applicant.open("/permohonan").url.startswith("/masuk")


def test_a_form_that_is_sent_twice_begins_one_draft(portal):
    """A double click, the back button, a second tab with the same form (friction 6)."""
    visitor = portal.visitor("dobel")
    form = visitor.open("/izin/warung/ajukan").form("ajukan").fill(
        name="Dobel", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    )  # fmt: skip
    first, second = form.send(), form.send()

    assert first.url == second.url
    assert 1 == len(portal.office.office.applications.of_owner(actor=portal.actor("dobel")).items)


def test_an_address_elsewhere_is_not_followed_after_the_login(portal, hashed):
    """A link to the login page cannot send people to another site."""
    _with_password(portal, "ani", hashed)
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example/"):
        page = portal.stranger().open(f"/masuk?ke={wanted}").form("masuk")
        page = page.fill(login="ani@surat.example.org", password=PASSWORD).send()

        assert "/permohonan" == page.url
