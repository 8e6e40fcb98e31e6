"""A draft in a real browser: conditions and fee while typing, keeping, the end of a session, two tabs, going back."""

from __future__ import annotations

import re

import attrs
import pytest
from perizinan_portal import _plugin
from perizinan_portal._accounts._passwords import hash_password
from perizinan_portal.testing import sample_portal
from playwright.sync_api import expect

from perizinan_core.model import CorrectionItem
from perizinan_core.testing import sample_applicant, sample_office, small_png

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")

PASSWORD = "kenanga di tepi jalan"
FORM = {
    "jenis": "pasar", "nama": "Pasar Contoh", "luas": 12.5, "mulai": "2026-04-01", "menutup": False,
    "tempat": {"jalan": "Jalan Kenanga"},
}  # fmt: skip


@pytest.fixture(scope="module")
def plain_portal(tmp_path_factory, rich_pack):
    """A portal over http whose event permit has every kind of field."""
    office = sample_office(development=True, plugins={"portal": _plugin}, pack=rich_pack)
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office, address="http://127.0.0.1:8000")
    yield kit
    kit.close()


def begun(portal, who, **form):
    """Begin a draft and return its id."""
    return portal.office.office.applications.start(
        "acara", applicant=sample_applicant(), actor=portal.actor(who), form=form
    ).id


def kept(portal, case, who):
    """Return the form as it is kept."""
    return portal.office.office.applications.get(case, actor=portal.actor(who)).form


def test_fields_fee_and_keeping_follow_what_is_typed(browsing):
    """No button is pressed: the question appears, the fee is there, and the page says when it was kept."""
    portal = browsing.portal
    case = begun(portal, "ketik")
    page = browsing.page("ketik", f"/permohonan/{case}/isian", width=360)
    other_route = page.get_by_label("Jalur pengganti")
    expect(other_route).to_be_hidden()
    expect(page.get_by_role("button", name="Perbarui isian")).to_be_hidden()
    page.get_by_role("group", name="Jalan ditutup").get_by_label("Ya").check()
    expect(other_route).to_be_visible()
    page.locator("#f-form-luas").fill("12,5")
    expect(page.locator("[data-fee=total]")).to_have_text("Rp12.500")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"Tersimpan 09\.\d\d"))

    assert {"menutup": True, "luas": 12.5} == kept(portal, case, "ketik")
    assert [] == browsing.findings(page)


def test_what_is_typed_last_is_kept_when_the_page_is_left(browsing):
    """Nothing has to be waited for."""
    portal = browsing.portal
    case = begun(portal, "pergi")
    page = browsing.page("pergi", f"/permohonan/{case}/isian")
    page.locator("#f-form-nama").fill("Pasar Malam")
    page.goto(browsing.address + "/izin")
    for _ in range(100):
        if kept(portal, case, "pergi"):
            break
        page.wait_for_timeout(50)
    assert {"nama": "Pasar Malam"} == kept(portal, case, "pergi")
    page.go_back()

    assert "Pasar Malam" == page.locator("#f-form-nama").input_value()


def test_the_end_of_a_session_is_said_on_the_page_and_nothing_is_lost(browsing):
    """The button leads over the login back to the same page, with the same values."""
    portal = browsing.portal
    account, store = portal.account("sesi"), portal.services.store
    store.accounts.save(attrs.evolve(account, password=hash_password(PASSWORD)), now=portal.services.now)
    case = begun(portal, "sesi")
    page = browsing.page("sesi", f"/permohonan/{case}/isian")
    store.sessions.end_all(account.id)
    page.locator("#f-form-nama").fill("Pasar Malam")
    expect(page.locator("[data-save-state]")).to_contain_text("Sesi Anda sudah berakhir")
    assert "Pasar Malam" == page.locator("#f-form-nama").input_value()
    page.get_by_role("button", name="Simpan", exact=True).click()
    page.get_by_label("Alamat surel").fill("sesi@surat.example.org")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()

    assert "Pasar Malam" == page.locator("#f-form-nama").input_value()
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Tersimpan.", exact=True)).to_be_visible()
    assert {"nama": "Pasar Malam"} == kept(portal, case, "sesi")


def test_the_older_of_two_tabs_is_told_while_it_types(browsing):
    """And nothing of the other is overwritten."""
    portal = browsing.portal
    case = begun(portal, "dua")
    one = browsing.page("dua", f"/permohonan/{case}/isian")
    other = one.context.new_page()
    other.goto(one.url)
    one.locator("#f-form-nama").fill("Dari tab pertama")
    expect(one.locator("[data-save-state]")).to_contain_text("Tersimpan")
    other.locator("#f-form-nama").fill("Dari tab kedua")
    expect(other.locator("[data-save-state]")).to_contain_text("diubah di tab lain")
    assert "Dari tab pertama" == kept(portal, case, "dua")["nama"]
    other.get_by_role("button", name="Simpan", exact=True).click()

    expect(other.get_by_role("cell", name="Dari tab pertama")).to_be_visible()
    assert "Dari tab kedua" == other.locator("#f-form-nama").input_value()
    assert [] == browsing.findings(other)


def test_a_double_click_and_the_back_button_make_one_receipt(browsing):
    """The page behind is not sent again; it shows the receipt that is there."""
    portal = browsing.portal
    case = begun(portal, "ganda", **FORM)
    portal.office.fill(case, actor=portal.actor("ganda"))
    page = browsing.page("ganda", f"/permohonan/{case}/kirim")
    page.get_by_role("button", name="Ajukan").dblclick()
    expect(page.get_by_text("TT/").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{browsing.address}/permohonan/{case}/tanda-terima")

    assert 1 == portal.office.office.applications.get(case, actor=portal.actor("ganda")).submission


def test_errors_take_the_focus_and_lead_to_their_fields(browsing):
    """By the keyboard: the list first, then the field."""
    portal = browsing.portal
    case = begun(portal, "salah", luas="seratus")
    page = browsing.page("salah", f"/permohonan/{case}/isian?periksa=1")
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors a", has_text="Luas").click()

    expect(page.locator("#f-form-luas")).to_be_focused()
    assert "seratus" == page.locator("#f-form-luas").input_value()


def asked(portal, who, *targets):
    """Hand an application in and ask for corrections; return its id."""
    kit, actor = portal.office, portal.actor(who)
    case = kit.office.applications.start("acara", applicant=sample_applicant(), actor=actor, form=FORM)
    kit.fill(case.id, actor=actor)
    kit.hand_in(case.id, actor=actor)
    kit.clock.forward(minutes=1)
    items = tuple(CorrectionItem(target=target, reason=f"Perbaiki {target}") for target in targets)
    kit.office.reviews.request_correction(case.id, "periksa", items, actor=kit.assignee(case.id, "periksa"))
    return case.id


def test_each_answer_of_a_correction_is_kept_as_it_is_typed(browsing):
    """In each of its forms; the tags and the number above say so, and what could not be kept is shown again."""
    portal = browsing.portal
    account, store = portal.account("benar"), portal.services.store
    store.accounts.save(attrs.evolve(account, password=hash_password(PASSWORD)), now=portal.services.now)
    case = asked(portal, "benar", "form:luas", "form:menutup")
    page = browsing.page("benar", f"/permohonan/{case}/perbaikan", width=360)
    first, second = page.locator("#item-1"), page.locator("#item-2")
    first.locator("#f-form-luas").fill("14,5")
    expect(first.locator("[data-save-state]")).to_contain_text("Tersimpan")
    expect(first.locator("[data-answered]")).to_have_text("terjawab")
    second.get_by_role("group", name="Jalan ditutup").get_by_label("Ya").check()
    expect(page.locator("#progress")).to_have_text("2 dari 2 terjawab")
    expect(second.locator("[data-more]")).to_be_visible()
    assert (14.5, True) == tuple(kept(portal, case, "benar")[name] for name in ("luas", "menutup"))
    assert [] == browsing.findings(page)
    store.sessions.end_all(account.id)
    first.locator("textarea").fill("Sudah diukur lagi")
    expect(first.locator("[data-save-state]")).to_contain_text("Sesi Anda sudah berakhir")
    with page.expect_navigation():
        first.get_by_role("button", name="Simpan jawaban ini").click()
    page.locator("[name=login]").fill(account.email or "")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()

    expect(page.locator("#item-1 textarea")).to_have_value("Sudah diukur lagi")


def test_a_file_is_sent_once_it_is_chosen_and_its_questions_are_answered(browsing):
    """In whichever order; no further button is needed, and what is missing is said."""
    portal = browsing.portal
    case = begun(portal, "bukti", **FORM)
    page = browsing.page("bukti", f"/permohonan/{case}/berkas", width=360)
    place = page.locator("#slot-bukti")
    file = {"name": "sewa.png", "mimeType": "image/png", "buffer": small_png(3)}
    place.locator("#file-bukti").set_input_files(file)
    expect(place.locator(".ask")).to_contain_text("Jawab dahulu pertanyaan di atas")
    place.get_by_label("Perjanjian sewa").check()
    expect(page.locator("#slot-bukti .papers")).to_contain_text("sewa.png")
    expect(page.locator("#slot-bukti .papers")).to_contain_text("(Perjanjian sewa)")
    plain = browsing.page("bukti", f"/permohonan/{case}/berkas", java_script_enabled=False)

    expect(plain.locator("#slot-ktp")).to_contain_text("Berkas terkirim setelah Anda menekan")
