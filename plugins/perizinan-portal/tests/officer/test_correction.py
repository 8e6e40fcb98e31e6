"""The request for corrections."""

from __future__ import annotations

import pytest

from perizinan_core.model import ApplicationState


@pytest.fixture
def case(portal):
    """A case that was just handed in."""
    return portal.office.submit()


def _request(portal, case):
    officer = portal.visitor(portal.office.assignee(case.id, "periksa").id)
    return officer.open(f"/petugas/berkas/{case.id}").click("Ask for corrections")


def _state(portal, case):
    return portal.office.office.applications.get(case.id, actor=portal.office.officer("kepala")).state


def test_what_was_written_down_is_read_over_and_sent_as_one(portal, case):
    """Field and paper in one request."""
    page = _request(portal, case)
    page = page.form("periksa").fill(target="form:lokasi", remark="Sebutkan nomor rumah").send()
    assert "Sebutkan nomor rumah" in page.text
    assert "The request is sent" in page.form("kirim").send().text
    assert ApplicationState.CORRECTION_REQUESTED is _state(portal, case)


def test_the_button_pressed_twice_sends_one_request_and_shows_no_error(portal, case):
    """The second press sees what the first did."""
    page = _request(portal, case).form("periksa").fill(target="form:lokasi", remark="Kurang jelas").send()
    send = page.form("kirim")
    assert send.send().text == send.send().text
    read = portal.office.office.applications.get(case.id, actor=portal.office.officer("kepala"))
    assert 1 == len(read.corrections)


def test_an_empty_request_is_not_sent(portal, case):
    """Nothing to send, nothing sent."""
    page = _request(portal, case).form("periksa").fill(target="form:lokasi", remark="Kurang jelas").send()
    send = page.form("kirim")
    page.form("hapus").send()
    assert ["Write down at least one remark first"] == send.send().errors
    assert ApplicationState.SUBMITTED is _state(portal, case)


def test_a_target_that_the_case_does_not_have_is_refused(portal, case):
    """A made-up post changes nothing."""
    page = _request(portal, case).form("periksa").fill(target="form:nik", remark="x").send()
    assert ["Choose one of the answers"] == page.errors
