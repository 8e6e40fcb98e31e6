"""The page of a case, and judging a step on it."""

from __future__ import annotations

import pytest

from perizinan_core.model import StageStatus
from perizinan_core.testing import HOST


@pytest.fixture
def case(portal):
    """A case that was just handed in."""
    return portal.office.submit()


def _officer(portal, case, stage="periksa"):
    return portal.visitor(portal.office.assignee(case.id, stage).id)


def _open(portal, case, stage="periksa"):
    return _officer(portal, case, stage).open(f"/petugas/berkas/{case.id}")


def test_the_officer_of_a_step_judges_it_on_the_page_of_the_case(portal, case):
    """One press, and the step is on record."""
    page = _open(portal, case).form("tahap/periksa").fill(outcome="positive").send()
    assert "Your finding is on record." in page.text
    state = portal.office.office.applications.get(case.id, actor=portal.office.officer("kepala")).stage_state(
        "periksa"
    )
    assert StageStatus.DONE is state.status


def test_a_negative_finding_without_a_reason_is_asked_for_it_and_changes_nothing(portal, case):
    """The error is beside the field and in the list on top."""
    page = _open(portal, case).form("tahap/periksa").fill(outcome="negative").send()
    assert (422, ["Say why it is not in order"]) == (page.status, page.errors)


def test_an_officer_who_has_nothing_to_do_with_a_case_gets_404(portal, case):
    """The answer does not show whether the case exists."""
    assert 404 == portal.visitor("sekar").open(f"/petugas/berkas/{case.id}").status


def test_an_inspector_writes_the_minutes_with_the_finding(empty_portal):
    """Day, findings and opinion stand in the case."""
    case = empty_portal.office.submit("acara")
    office = empty_portal.office
    office.review(case.id, until="telaah")
    office.office.reviews.request_stage(case.id, "peninjauan", actor=office.assignee(case.id, "telaah"))
    office.decide(case.id, "telaah")
    today = empty_portal.office.office.today().isoformat()
    page = _open(empty_portal, case, "peninjauan").form("tahap/peninjauan").fill(
        outcome="positive", inspected_on=today, findings="Jalan cukup lebar", favourable="yes"
    ).send()  # fmt: skip
    assert "Your finding is on record." in page.text
    read = empty_portal.office.office.applications.get(case.id, actor=empty_portal.office.officer("kepala"))
    assert "Jalan cukup lebar" == read.stage_state("peninjauan").minutes.findings


def test_a_recommendation_names_its_agency_by_itself(empty_portal):
    """Number and day are asked for; the unit is that of the step, and no one has to know its code."""
    office = empty_portal.office
    case = office.submit("acara")
    office.review(case.id, until="telaah")
    office.decide(case.id, "telaah")
    officer = office.assignee(case.id, "rekomendasi")
    place = f"/petugas/berkas/{case.id}"
    form = (
        empty_portal.visitor(officer.id)
        .open(place)
        .form("tahap/rekomendasi")
        .fill(outcome="positive", number="550/7/2026")
    )
    assert ["Give the day of the letter as well"] == form.send().errors
    page = form.fill(issued_on=office.office.today().isoformat()).send()

    assert "Your finding is on record." in page.text
    letter = office.office.applications.get(case.id, actor=HOST).stage_state("rekomendasi").letter
    assert ("550/7/2026", "dinas-jalan") == (letter.number, letter.issued_by)
