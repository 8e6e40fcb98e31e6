"""Photographs of a site inspection, and the minutes with them."""

from __future__ import annotations

import pytest

from perizinan_core.testing import small_png


@pytest.fixture(scope="module")
def case(portal):
    """A case that waits for its site inspection."""
    office = portal.office
    case = office.submit("acara")
    office.review(case.id, until="telaah")
    office.office.reviews.request_stage(case.id, "peninjauan", actor=office.assignee(case.id, "telaah"))
    office.decide(case.id, "telaah")
    return case


def _inspector(portal, case):
    return portal.visitor(portal.office.assignee(case.id, "peninjauan").id)


def _put_in(page):
    return next(form for form in page.forms if "file" in form.controls)


def test_photographs_are_put_in_looked_at_and_printed_with_the_minutes(portal, case):
    """As pictures that we drew, with caption and time."""
    inspector = _inspector(portal, case)
    page = inspector.open(f"/petugas/berkas/{case.id}").click("Photographs of the inspection")
    assert "Choose a file first." in _put_in(page).send().text
    for number, caption in ((5, "Pintu masuk, Jalan Melati"), (6, "Salah unggah")):
        form = _put_in(page).fill(caption=caption, taken_at="2026-03-02 09:30")
        page = form.attach("file", "IMG_0001.png", small_png(number), "image/png").send()
    assert "Pintu masuk, Jalan Melati" in page.text
    assert "09:30 WIB" in page.text
    page = [form for form in page.forms if "hapus" in form.action][1].send()
    assert "Salah unggah" not in page.text
    address = page.html.partition('<img src="')[2].partition('"')[0]
    picture = inspector.open(address)
    assert (200, "image/jpeg") == (picture.status, picture.headers["content-type"])
    today = portal.office.office.today().isoformat()
    done = inspector.open(f"/petugas/berkas/{case.id}").form("tahap/peninjauan").fill(
        outcome="positive", inspected_on=today, findings="Jalan cukup lebar", favourable="yes"
    ).send()  # fmt: skip
    assert "Your finding is on record." in done.text
    minutes = inspector.open(f"/petugas/berkas/{case.id}").click("Minutes of the inspection")

    assert "Jalan cukup lebar" in minutes.text
    assert "Pintu masuk, Jalan Melati" in minutes.text
    assert address in minutes.html
    assert 200 == inspector.open(address).status


def test_what_is_no_photograph_is_refused_with_its_reason(portal):
    """And the caption stays."""
    office = portal.office
    case = office.submit("acara")
    office.review(case.id, until="telaah")
    office.office.reviews.request_stage(case.id, "peninjauan", actor=office.assignee(case.id, "telaah"))
    office.decide(case.id, "telaah")
    inspector = _inspector(portal, case)
    page = inspector.open(f"/petugas/berkas/{case.id}/peninjauan/peninjauan/foto")
    page = _put_in(page).fill(caption="Gapura").attach("file", "foto.jpg", b"<html>", "image/jpeg").send()

    assert 422 == page.status
    assert "Gapura" == _put_in(page).values["caption"]


def test_others_do_not_put_photographs_in_nor_see_them(portal, case):
    """The clerk reads the case and takes no part in the inspection; the applicant sees neither."""
    page = portal.visitor("loket-1").open(f"/petugas/berkas/{case.id}/peninjauan/peninjauan/foto")
    refused = _put_in(page).attach("file", "a.png", small_png(8), "image/png").send()

    assert refused.status in (404, 409)
    assert 404 == portal.visitor("loket-1").open(f"/petugas/berkas/{case.id}/foto/tidak-ada").status
    assert 404 == portal.visitor("pemohon").open(f"/petugas/berkas/{case.id}/foto/tidak-ada").status
