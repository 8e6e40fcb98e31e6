"""The whole way, as people go it."""

from __future__ import annotations

import re
import time

from perizinan_core.testing import small_png


def _mail(portal, email, before=()):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [one for one in portal.mails if one.email == email and one.id not in before]
        if found:
            return found[-1]
        time.sleep(0.01)
    raise AssertionError(f"no mail to {email}")


def test_from_registration_to_a_verified_permit(portal, stranger):
    """A person without an account ends with a signed permit in hand."""
    office = portal.office
    page = stranger.open("/").click("See the permits").click("Stall permit").click("Apply now")
    page = page.form("ajukan").fill(
        name="Sekar Contohwati", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    ).send()  # fmt: skip
    assert "Stall permit" in page.text
    draft = page.url
    form = page.form("isian").fill(form__lokasi="Jalan Kenanga", form__di_rumah="false")
    form.values["next"] = "papers"
    page = form.send()
    page = page.form("berkas/ktp").attach("file", "ktp.png", small_png(7), "image/png").send()
    assert "The file is stored." in page.text

    page = page.click("Check and hand in")
    assert "Log in" in page.text
    page = page.click("Make an account").form().fill(email="sekar@surat.example.org").send()
    assert "Look at your mail" in page.text
    link = re.search(r"https://\S+", _mail(portal, "sekar@surat.example.org").body)[0]
    page = stranger.open(link).form().fill(name="Sekar", password="kenanga di tepi jalan").send()
    assert "Your account is ready." in page.text

    page = stranger.open(draft.replace("isian", "berkas"))
    assert "ktp.png" in page.text
    page = page.click("Check and hand in")
    page = page.form("kirim").send()
    assert "We have received your application" in page.text
    number = re.search(r"TT/\d+/\d+", page.text)[0]
    case = page.click("Go to the case")
    assert "Handed in" in case.text

    office.clock.forward(minutes=5)
    application = case.url.rpartition("/")[2]
    first = office.assignee(application, "periksa").id
    queue = portal.visitor(first).open("/petugas")
    review = queue.click(number)
    done = review.form("tahap/periksa").fill(outcome="positive").send()
    assert "Your finding is on record." in done.text
    office.clock.forward(minutes=5)
    head = portal.visitor("pimpinan").open(f"/petugas/berkas/{application}")
    assert "The application is approved." in head.form("setujui").send().text
    office.clock.forward(minutes=5)
    signed = portal.visitor("kepala").open(f"/petugas/berkas/{application}").form("terbitkan").send()
    assert "The permit is signed." in signed.text

    pdf = stranger.open(case.url).click("Download the permit")
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf.headers["content-disposition"]
