"""The whole story with everything logged: nothing that people typed stands in a log or an address."""

from __future__ import annotations

import logging
import re
import time

import pytest
from perizinan_portal.testing import Visitor

from perizinan_core.testing import small_png

TYPED = {
    "name": "Larasati Rahasiawati",
    "nik": "3572015208900000",
    "phone": "081298765432",
    "street": "Jalan Tersembunyi 99",
    "village": "Desasunyi",
    "district": "Kecamatansunyi",
    "regency": "Kabupatensunyi",
}
EMAIL = "larasati@surat.example.org"
PASSWORD = "gelatik terbang rendah"
WRONG = "bukan kata sandinya"
PLACE = "Lokasi Dirahasiakan 5"
FILE = "ktp-larasati.png"
COMPLAINT = "Petugasnya menyebut nomor rumah saya"
QUIET = ("perizinan_portal", "perizinan_core", "perizinan_verify", "uvicorn", "starlette", "alembic")


@pytest.fixture
def addresses(monkeypatch):
    """Every address that is opened, redirects among them."""
    found, before = [], Visitor.request

    def request(self, *given, **options):
        answer = before(self, *given, **options)
        found.extend(str(one.url) for one in (*answer.history, answer))
        found.extend(one.headers.get("location", "") for one in (*answer.history, answer))
        return answer

    monkeypatch.setattr(Visitor, "request", request)
    return found


def _link(portal, email):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [one for one in portal.mails if one.email == email]
        if found:
            return re.search(r"https://\S+", found[-1].body)[0]
        time.sleep(0.01)
    raise AssertionError(f"no mail to {email}")


def test_nothing_that_people_typed_stands_in_a_log_or_an_address(portal, stranger, addresses, caplog):
    """From the first draft to the permit, with wrong passwords, a complaint, a search, errors and the worker."""
    caplog.set_level(logging.INFO)
    for name in QUIET:
        caplog.set_level(logging.DEBUG, logger=name)
    office = portal.office
    page = stranger.open("/izin/warung/ajukan").form("ajukan").fill(**TYPED).send()
    draft = page.url
    page.form("isian").fill(form__lokasi=PLACE, form__di_rumah="false").send()
    stranger.open(draft.replace("/isian", "/berkas")).form("berkas/ktp").attach(
        "file", FILE, small_png(7), "image/png"
    ).send()
    stranger.open(draft.replace("/isian", "/berkas")).form("berkas/ktp").attach(
        "file", FILE, b"bukan gambar", "image/png"
    ).send()
    stranger.open("/daftar").form().fill(email=EMAIL).send()
    stranger.open(_link(portal, EMAIL)).form().fill(name=TYPED["name"], password=PASSWORD).send()
    receipt = stranger.open(draft.replace("/isian", "/kirim")).form("kirim").send()
    number = re.search(r"TT/\d+/\d+", receipt.text)[0]
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\b", receipt.text)[0]
    other = portal.stranger()
    for word in (WRONG, PASSWORD):
        other.open("/masuk").form("masuk").fill(login=EMAIL, password=word).send()
    other.open("/lupa").form("lupa").fill(login=EMAIL).send()
    guest = portal.stranger()
    guest.open("/lacak").form("lacak").fill(number=number, secret=code).send()
    guest.open("/lacak").form("lacak").fill(number=number, secret="SALAH-SALAH-SALAH").send()
    complaint = guest.open("/pengaduan").form("pengaduan")
    complaint.fill(kind="service", message=COMPLAINT, name=TYPED["name"], email=EMAIL, receipt=number).send()
    case = receipt.click("Go to the case").url.rpartition("/")[2]
    office.clock.forward(minutes=5)
    clerk = portal.visitor(office.assignee(case, "periksa").id)
    clerk.open(f"/petugas/berkas/{case}").form("tahap/periksa").fill(outcome="negative").send()
    clerk.open(f"/petugas/berkas/{case}").form("tahap/periksa").fill(outcome="positive").send()
    portal.visitor("pimpinan").open(f"/petugas/berkas/{case}").form("setujui").send()
    signing = portal.visitor("kepala").open("/pimpinan").form("pimpinan")
    signing.values["case"] = [case, "01a22d21-0000-7000-8000-000000000000"]
    signed = signing.send()
    assert portal.services.jobs.wait(30)
    office.office.worker.run_once()
    portal.stranger().open("/permohonan/x'); DROP TABLE--")
    permit = stranger.open(f"/permohonan/{case}").click("Download the permit")

    secrets = [*TYPED.values(), EMAIL, PASSWORD, WRONG, PLACE, FILE, COMPLAINT, code]
    logged = "\n".join(
        logging.Formatter("%(message)s %(exc_text)s").format(record) + str(vars(record))
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore", "asyncio"))
    )
    opened = "\n".join(addresses)

    assert permit.content.startswith(b"%PDF")
    assert "/penandatanganan/" in signed.url
    assert "request" in logged
    assert [] == [text for text in secrets if text.casefold() in logged.casefold()]
    assert [] == [text for text in secrets if text.casefold() in opened.casefold().replace("%20", " ")]
    assert [] == [text for text in ("127.0.0.1", case, number) if text in _requests(caplog)]


def _requests(caplog):
    """Return the lines about requests: the page's name, and neither whose nor which case it is."""
    return "\n".join(str(vars(one)) for one in caplog.records if one.getMessage() == "request")
