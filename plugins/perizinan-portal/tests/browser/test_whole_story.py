"""
The whole way in a real browser: from the page of a permit to its verification, by everyone who has a part in it.

On a phone and on a desk, with script and without; every page that is met is looked at by axe-core where script runs.
"""

from __future__ import annotations

import re
import time

import attrs
import pytest
from perizinan_portal._accounts._passwords import hash_password
from playwright.sync_api import Locator, Page, expect

from perizinan_core.model import ApplicationState, StageOutcome
from perizinan_core.testing import HOST, small_png

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")

PHONE, DESK = 360, 1280
EVERYWHERE = [(PHONE, True), (PHONE, False), (DESK, True), (DESK, False)]
PATIENCE = 20_000
"""Milliseconds until a page must show what it is to show, on a machine that has other work to do."""
expect.set_options(timeout=PATIENCE)
VALID = re.compile("ASLI DAN BERLAKU|\\bSAH\\b")
KTP, SHARPER = small_png(7), small_png(8)


@attrs.define
class Person:
    """Someone before a browser."""

    browsing: object
    page: Page
    scripted: bool
    looked_at: bool
    """Whether axe-core looks at the pages: once for each page is enough, and it takes a second each."""

    def sees(self, *texts: str) -> None:
        """Look at a page: what is said, whether it fits, and whether everyone can read it."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)
        assert 0 >= self.browsing.overflow(self.page)
        if self.looked_at:
            assert [] == self.browsing.findings(self.page)

    def opens(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(self.browsing.address + path)

    def follows(self, name: str) -> None:
        """Click the link of this name, the first in the main part."""
        self.sends(self.page.get_by_role("main").get_by_role("link", name=name))

    def presses(self, name: str) -> None:
        """Press the button of this name, and wait for the page that answers."""
        self.sends(self.page.get_by_role("main").get_by_role("button", name=name))

    def sends(self, button: str | Locator) -> None:
        """Press a button or a link, the first that is found so, and wait for the page that answers."""
        found = self.page.locator(button) if isinstance(button, str) else button
        with self.page.expect_navigation(timeout=PATIENCE):
            found.first.click()

    def fills(self, **values: str) -> None:
        """Fill fields in by name; a dot in a name is written as two underscores."""
        for name, value in values.items():
            self.page.locator(f'[name="{name.replace("__", ".")}"]').first.fill(value)

    def chooses(self, name: str, value: str) -> None:
        """Choose one of the answers."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').check()


@pytest.fixture
def person(browsing):
    """Make people: logged in or not, with a screen of some width, with script or without."""

    def made(who=None, path="/", *, width=DESK, scripted=True) -> Person:
        page = browsing.page(who, path, width=width, java_script_enabled=scripted)
        return Person(browsing, page, scripted, scripted and width == PHONE)

    return made


def mailed(portal, email: str) -> str:
    """Return the link in the newest mail to an address, as a path."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = [one for one in portal.mails if one.email == email and "http" in one.body]
        if found:
            return re.search(r"https?://[^/\s]+(/\S+)", found[-1].body)[1]
        time.sleep(0.02)
    raise AssertionError(f"no mail to {email}")


def uploads(someone: Person, slot: str, content: bytes, name: str = "ktp.png") -> None:
    """Choose a file for a place and send it, whether it goes by itself or by a button."""
    place = someone.page.locator(f"#slot-{slot}")
    place.locator(f"#file-{slot}").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
    if not someone.scripted:
        place.locator(f'form:has(#file-{slot}) button[type="submit"]').click()
    expect(someone.page.locator(f"#slot-{slot}")).to_contain_text(name)
    kept = someone.page.locator(f"#slot-{slot} form[action$='/hapus']").filter(has_text=name)
    expect(kept.first).to_be_attached(timeout=20_000)


def drafts(someone: Person) -> None:
    """Begin a draft as a stranger: from the first page to the form."""
    someone.sees()
    someone.follows("Izin")
    someone.opens("/izin/warung")
    someone.sees("Izin Warung")
    someone.follows("Ajukan")
    someone.sees()
    fills_who(someone)


def fills_who(someone: Person) -> None:
    """Say who applies."""
    someone.fills(
        name="Sekar Contohwati", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    )  # fmt: skip
    someone.presses("Lanjut")
    someone.page.wait_for_url("**/isian*")


@pytest.mark.parametrize(("width", "scripted"), EVERYWHERE)
def test_from_the_first_page_to_a_permit_that_verification_calls_valid(browsing, person, width, scripted):
    """Draft without an account, registration, upload, receipt, correction, decision, signature, download, check."""
    portal, office = browsing.portal, browsing.portal.office
    email = f"sekar-{width}-{scripted}@surat.example.org".casefold()
    sekar = person(width=width, scripted=scripted)
    drafts(sekar)
    draft = sekar.page.url.removeprefix(browsing.address)
    application = draft.split("/")[2]
    sekar.fills(form__lokasi="Jalan Kenanga")
    sekar.chooses("form.di_rumah", "false")
    sekar.presses("Simpan")
    sekar.sees("Izin Warung")

    sekar.opens("/daftar")
    sekar.fills(email=email)
    sekar.presses("Kirim")
    sekar.sees()
    sekar.opens(mailed(portal, email))
    sekar.fills(name="Sekar", password="kenanga di tepi jalan")
    sekar.sees()
    sekar.sends(sekar.page.get_by_role("main").locator('button[type="submit"]').last)
    sekar.opens(draft)
    assert "Jalan Kenanga" == sekar.page.locator('[name="form.lokasi"]').input_value()
    sekar.opens(draft.replace("isian", "berkas"))
    uploads(sekar, "ktp", KTP)
    sekar.sees("ktp.png")
    sekar.opens(draft.replace("isian", "kirim"))
    sekar.sees("ktp.png")
    sekar.sends('form[action$="/kirim"] button[type="submit"]')
    sekar.sees("TT/", "ktp.png")
    number = re.search(r"TT/\d+/\d+", sekar.page.get_by_role("main").inner_text())[0]

    office.clock.forward(minutes=5)
    clerk = person(office.assignee(application, "periksa").id, "/petugas", width=width, scripted=scripted)
    clerk.sees(number)
    clerk.sends(clerk.page.get_by_role("link", name=number, exact=True))
    clerk.sees("Sekar Contohwati")
    clerk.opens(f"/petugas/berkas/{application}/koreksi/periksa")
    clerk.page.locator('[name="target"]').last.select_option("ktp") if clerk.page.locator(
        'select[name="target"]'
    ).count() else clerk.chooses("target", "ktp")
    clerk.fills(remark="Tulisan pada KTP tidak terbaca.")
    clerk.sends('form:has([name="remark"]) button[type="submit"]')
    clerk.sees("Tulisan pada KTP tidak terbaca.")
    clerk.sends('form[action$="/kirim"] button[type="submit"]')

    sekar.opens(f"/permohonan/{application}/perbaikan")
    sekar.sees("Tulisan pada KTP tidak terbaca.")
    uploads(sekar, "ktp", SHARPER, "ktp-baru.png")
    sekar.sees("ktp-baru.png")
    office.clock.forward(minutes=5)
    sekar.sends('form[action$="/perbaikan"] button[type="submit"]')
    sekar.sees(number)

    office.clock.forward(minutes=5)
    clerk.opens(f"/petugas/berkas/{application}")
    clerk.sees("ktp-baru.png")
    clerk.chooses("outcome", "positive")
    clerk.sends('form[action*="/tahap/periksa"] button[type="submit"]')
    clerk.sees()
    office.clock.forward(minutes=5)
    head = person("pimpinan", f"/petugas/berkas/{application}", width=width, scripted=scripted)
    head.sees(number)
    head.sends('form[action$="/setujui"] button[type="submit"]')
    office.clock.forward(minutes=5)
    signer = person("kepala", "/pimpinan", width=width, scripted=scripted)
    signer.sees(number)
    signer.page.locator(f'input[name="case"][value="{application}"]').check()
    signer.presses("Tanda tangani")
    signed(portal, application)

    sekar.opens(f"/permohonan/{application}")
    sekar.sees("Izin terbit")
    with sekar.page.expect_download() as download:
        sekar.page.get_by_role("link", name="Unduh izin").click()
    sekar.opens("/periksa")
    sekar.page.locator('input[type="file"]').first.set_input_files(download.value.path())
    if sekar.page.locator("main form button[type=submit]").first.is_visible():
        sekar.sends("main form button[type=submit]")
    expect(sekar.page.get_by_role("main")).to_contain_text(VALID)


def handed_in(browsing, who="sekar") -> str:
    """Return a case that waits at the counter."""
    kit = browsing.portal.office
    case = kit.submit("warung", actor=browsing.portal.actor(who))
    kit.clock.forward(minutes=5)
    return case.id


def test_of_two_officers_at_once_one_counts_and_the_other_learns_who_was_first(browsing, person):
    """Two windows on one case; nothing that the second one typed is lost."""
    case = handed_in(browsing)
    clerk = browsing.portal.office.assignee(case, "periksa").id
    one, other = (person(clerk, f"/petugas/berkas/{case}") for _ in range(2))
    for window, outcome in ((one, "positive"), (other, "negative")):
        window.chooses("outcome", outcome)
        if outcome == "negative":
            window.fills(reasons="Foto KTP tidak terbaca")
        elif window.page.locator('[name="similar"]').count():
            window.fills(similar="Dua kios berbeda")
        window.sends('form[action*="/tahap/periksa"] button[type="submit"]')

    expect(other.page.get_by_role("main")).to_contain_text("Foto KTP tidak terbaca")
    assert StageOutcome.POSITIVE is _state(browsing, case).stage_state("periksa").outcome


@pytest.mark.parametrize("scripted", [True, False])
def test_the_end_of_a_session_in_mid_form_loses_nothing(browsing, person, scripted):
    """Log in again: the same page, the same values."""
    portal = browsing.portal
    name = f"wulan-{scripted}".casefold()
    account = attrs.evolve(portal.account(name), password=hash_password("kenanga di tepi jalan"))
    portal.services.store.accounts.save(account, now=portal.services.now)
    draft = portal.office.draft("warung", actor=portal.actor(name))
    wulan = person(name, f"/permohonan/{draft.id}/isian", scripted=scripted)
    portal.office.clock.forward(hours=13)
    wulan.fills(form__lokasi="Jalan Teratai")
    wulan.presses("Simpan")
    wulan.page.wait_for_url("**/masuk*")
    wulan.sees("Tidak ada yang hilang")
    wulan.fills(login=account.email, password="kenanga di tepi jalan")
    wulan.presses("Masuk")
    wulan.page.wait_for_url("**/isian*")

    assert "Jalan Teratai" == wulan.page.locator('[name="form.lokasi"]').input_value()


def test_however_often_it_is_pressed_or_sent_again_there_is_one_receipt(browsing, person):
    """A double click, the way back and another press, a second window that was open before."""
    portal = browsing.portal
    draft = portal.office.draft("warung", actor=portal.actor("ratna"))
    portal.office.fill(draft.id, actor=portal.actor("ratna"))
    first, second = (person("ratna", f"/permohonan/{draft.id}/kirim") for _ in range(2))
    button = 'form[action$="/kirim"] button[type="submit"]'
    first.page.locator(button).dblclick()
    first.sees("TT/")
    number = re.search(r"TT/\d+/\d+", first.page.get_by_role("main").inner_text())[0]
    first.page.go_back()
    if first.page.locator(button).count():
        first.sends(button)
    second.sends(button)

    case = _state(browsing, draft.id)
    assert (number, 1) == (case.receipt_number, case.submission)
    expect(second.page.get_by_role("main")).to_contain_text(number)


@pytest.mark.parametrize("scripted", [True, False])
def test_two_tabs_with_one_draft_say_when_the_other_was_first(browsing, person, scripted):
    """The second learns it, overwrites nothing and keeps what was typed there; pressed again, it is meant."""
    portal = browsing.portal
    draft = portal.office.draft("warung", actor=portal.actor("laras"))
    place, keep = '[name="form.lokasi"]', '#isian .actions button[value="stay"]'
    one, other = (person("laras", f"/permohonan/{draft.id}/isian", scripted=scripted) for _ in range(2))
    one.fills(form__lokasi="Jalan Melati")
    one.sends(keep)
    other.fills(form__lokasi="Jalan Dahlia")
    other.sends(keep)

    other.sees("diubah di tab lain", "Jalan Melati")
    expect(other.page.locator(place)).to_have_value("Jalan Dahlia")
    assert "Jalan Melati" == _state(browsing, draft.id).form["lokasi"]
    other.sends(keep)
    expect(other.page.locator(place)).to_have_value("Jalan Dahlia")
    assert "Jalan Dahlia" == _state(browsing, draft.id).form["lokasi"]
    one.fills(form__lokasi="Jalan Mawar")
    one.sends(keep)
    one.sees("diubah di tab lain", "Jalan Dahlia")
    one.follows("Pakai versi")
    expect(one.page.locator(place)).to_have_value("Jalan Dahlia")


def _state(browsing, case: str):
    return browsing.portal.office.office.applications.get(case, actor=HOST)


def signed(portal, application: str) -> None:
    """Wait until the permit of a case is signed."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if portal.office.office.applications.get(application, actor=HOST).state is ApplicationState.ISSUED:
            return
        time.sleep(0.05)
    raise AssertionError("the permit is not signed")
