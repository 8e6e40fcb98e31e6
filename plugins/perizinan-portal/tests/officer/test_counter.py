"""The counter: serving someone who is present."""

from __future__ import annotations

import re

import pytest

from perizinan_core.model import ApplicationState, CorrectionItem
from perizinan_core.testing import small_png

WHO = {
    "document": "identity_card",
    "remark": "Datang sendiri",
    "name": "Sekar Contohwati",
    "nik": "3572015208900000",
    "phone": "081200000000",
    "street": "Jalan Rahasia 7",
    "village": "Contoh",
    "district": "Contoh",
    "regency": "Contoh",
}
PRESENT = {"document": "identity_card"}


def _draft(portal, clerk):
    """Begin, state and scan; return the page where it is handed in."""
    page = clerk.open("/petugas").click("Counter").click("Stall permit")
    page = page.form("loket/izin").fill(**WHO).send()
    draft = page.url.partition("?")[0]
    page = press(page.form("isian"), "papers", form__lokasi="Jalan Kenanga", form__di_rumah="false")
    fill_places(page)
    portal.office.clock.forward(minutes=1)
    return clerk.open(f"{draft}/ajukan")


def press(form, button="stay", **values):
    """Fill a form in and press one of its buttons."""
    form.fill(**values).values["next"] = button
    return form.send()


def fill_places(page):
    """Put a scan into every place that is empty."""
    while choosers := [
        form for form in page.forms if "file" in form.controls and "replaces" not in form.values
    ]:
        page = choosers[0].attach("file", "pindaian.png", small_png(11), "image/png").send()
        assert "The file is stored." in page.text
    return page


def _read(portal, case):
    return portal.office.office.applications.get(case, actor=portal.office.officer("kepala"))


def test_a_clerk_files_for_someone_present_and_prints_the_receipt_with_the_code(portal):
    """Friction 15: identity, consent and witness are on record; the code is printed once."""
    clerk = portal.visitor("loket-1")
    page = _draft(portal, clerk)
    assert "Jalan Kenanga" in page.text
    assert ["Choose an answer", "Choose an answer"] == page.form("ajukan").send().errors
    filled = page.form("ajukan").fill(**PRESENT, consent="signed", witness="Petugas loket-2")
    receipt = filled.send()
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", receipt.text)
    again = filled.send()
    number = re.search(r"TT/\d+/\d+", receipt.text)[0]
    case = _read(portal, receipt.links["Go to the case"].rpartition("/")[2])

    assert portal.office.office.tracking.follow(number, code[0])
    assert number in again.text
    assert "Permit Stall permit" in " ".join(receipt.text.split())
    assert code[0] not in again.text
    assert ("loket-1", "Petugas loket-2") == (
        case.counter_visits[-1].clerk,
        case.counter_visits[-1].consent.witness,
    )


def test_papers_received_earlier_today_say_so_with_a_reason(portal):
    """The time is asked with its reason, and another form of it is refused."""
    clerk = portal.visitor("loket-1")
    page = _draft(portal, clerk)
    filled = {**PRESENT, "consent": "ticked", "received": "8.05"}
    assert ["Say why the papers are entered later"] == page.form("ajukan").fill(**filled).send().errors
    wrong = page.form("ajukan").fill(**{**filled, "received": "pagi"}).send()
    assert ["Write the time as hours and minutes, for example 09.30"] == wrong.errors
    late = page.form("ajukan").fill(**{**filled, "received": "23.59"}, received_reason="Listrik padam").send()
    assert "cannot have been received" in late.text
    receipt = page.form("ajukan").fill(**filled, received_reason="Listrik padam").send()

    assert "08:05" in receipt.text


def test_what_is_missing_is_said_beside_its_place(portal):
    """A draft without papers is not handed in."""
    clerk = portal.visitor("loket-1")
    page = clerk.open("/petugas/loket").click("Stall permit")
    page = page.form("loket/izin").fill(**WHO).send()
    draft = page.url.partition("?")[0]
    page = clerk.open(f"{draft}/ajukan")
    page = page.form("ajukan").fill(**PRESENT, consent="signed", witness="Petugas loket-2").send()

    assert 422 == page.status
    assert page.errors
    assert "Sekar Contohwati" in clerk.open("/petugas/loket").text
    clerk.open(draft).form("hapus").send()
    assert 404 == clerk.open(draft).status


def test_a_refused_hand_in_keeps_all_that_was_typed(portal):
    """The remark, the consent, the witness, the time and its reason; each thing that is missing leads to its place."""
    clerk = portal.visitor("loket-1")
    page = clerk.open("/petugas/loket").click("Stall permit").form("loket/izin").fill(**WHO).send()
    draft = page.url.partition("?")[0]
    typed = {
        "remark": "Datang bersama anaknya", "witness": "Petugas loket-2", "received": "8.05",
        "received_reason": "Listrik padam",
    }  # fmt: skip
    page = clerk.open(f"{draft}/ajukan").form("ajukan").fill(**PRESENT, consent="signed", **typed).send()
    kept = page.form("ajukan").values

    assert 422 == page.status
    assert {**typed, "document": "identity_card", "consent": "signed"}.items() <= kept.items()
    assert f'href="{draft}?periksa=1#f-form-lokasi"' in page.html
    assert len(page.errors) > 1


def test_a_clerk_files_for_an_organisation_by_power_of_attorney(portal):
    """Who is present acts for it: their name and the scan of the paper stand in the case; the receipt is the same."""
    clerk = portal.visitor("loket-1")
    page = (
        clerk.open("/petugas/loket").click("Stall permit").click("For an organisation, by power of attorney")
    )
    asked = page.form("loket/izin")
    short = asked.fill(document="identity_card", name="PT Contoh Maju").send()
    party = {
        "kind": "business", "legal_form": "PT", "name": "PT Contoh Maju", "phone": "0341 555000",
        "street": "Jalan Contoh 1", "village": "Contoh", "district": "Contoh", "regency": "Contoh",
        "head_name": "Bagus Contoh", "head_nik": "3572015208900000",
        "my_name": "Sekar Contohwati", "my_nik": "3572015208900000", "my_phone": "081200000000",
    }  # fmt: skip
    page = short.form("loket/izin").fill(document="identity_card", **party).send()
    draft = page.url.partition("?")[0]
    assert "represented by Sekar Contohwati" in page.text
    page = press(page.form("isian"), "submit", form__lokasi="Jalan Kenanga", form__di_rumah="false")
    page = page.form("ajukan").fill(**PRESENT, consent="signed", witness="Loket 2").send()
    assert f'href="{draft}/dokumen#slot-representative.power_of_attorney"' in page.html
    page = clerk.open(f"{draft}/dokumen")
    page = page.form("power_of_attorney").attach("file", "kuasa.png", small_png(12), "image/png").send()
    assert "kuasa.png" in page.text
    fill_places(page)
    portal.office.clock.forward(minutes=1)
    page = clerk.open(f"{draft}/ajukan")
    assert "I act for PT Contoh Maju by power of attorney." in page.text
    receipt = page.form("ajukan").fill(**PRESENT, consent="signed", witness="Petugas loket-2").send()
    case = _read(portal, receipt.links["Go to the case"].rpartition("/")[2])

    assert "PT Contoh Maju" in short.form("loket/izin").values["name"]
    assert 422 == short.status
    assert ("PT Contoh Maju", "Sekar Contohwati") == (case.applicant.name, case.representative.person.name)
    assert case.power_of_attorney() is not None
    assert "signed" == case.counter_visits[-1].consent.form.value


def test_the_text_of_the_consent_can_be_printed(portal):
    """With a line for each signature."""
    page = press(_draft(portal, portal.visitor("loket-1")).form("isian"), "counter-consent")

    assert "Name and signature of the witness:" in page.text


def test_an_applicant_present_gets_a_new_code_and_enters_a_correction(empty_portal):
    """Each after a check of identity."""
    portal = empty_portal
    case = portal.office.submit(actor=portal.actor("bagus"))
    officer = portal.office.assignee(case.id, "periksa")
    item = CorrectionItem(target="form:lokasi", reason="Nomor rumah?")
    portal.office.office.reviews.request_correction(case.id, "periksa", (item,), actor=officer)
    portal.office.clock.forward(minutes=5)
    clerk = portal.visitor("loket-1")
    page = clerk.open(f"/petugas/loket?nomor={case.receipt_number}").click(case.receipt_number)
    secret = page.click("New tracking code").form().fill(**PRESENT).send()
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", secret.text)[0]
    assert portal.office.office.tracking.follow(case.receipt_number, code)
    page = clerk.open(f"/petugas/berkas/{case.id}").click("Enter the correction for someone present")
    assert "Nomor rumah?" in page.text
    page = press(page.form("isian"), "submit", form__lokasi="Jalan Kenanga 7")
    done = page.form("ajukan").fill(**PRESENT, consent="ticked").send()

    assert case.receipt_number in done.text
    assert ApplicationState.SUBMITTED is _read(portal, case.id).state


def test_a_case_is_withdrawn_for_its_applicant_who_is_present(portal):
    """The clerk and the check stand in the case."""
    case = portal.office.submit(actor=portal.actor("bagus"))
    clerk = portal.visitor("loket-1")
    page = clerk.open(f"/petugas/berkas/{case.id}").click("Withdraw for the applicant")
    done = page.form().fill(**PRESENT, reason="Pindah kota").send()

    assert "The application is withdrawn." in done.text
    assert ApplicationState.WITHDRAWN is _read(portal, case.id).state


@pytest.mark.parametrize("who", ["telaah-1", "kepala", "supervisor", "admin"])
def test_the_counter_is_for_the_front_office_alone(portal, who):
    """For others its pages are not there."""
    assert 404 == portal.visitor(who).open("/petugas/loket").status
    assert 404 == portal.visitor(who).open("/petugas/loket/akun").status
