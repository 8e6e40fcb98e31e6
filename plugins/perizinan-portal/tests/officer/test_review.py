"""The page of a case, and judging a step on it."""

from __future__ import annotations

import pytest

from perizinan_core.model import StageStatus


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


def test_a_letter_of_recommendation_needs_its_day_and_its_agency(empty_portal):
    """A number alone does not make a letter."""
    case = empty_portal.office.submit("acara")
    empty_portal.office.review(case.id, until="rekomendasi")
    page = (
        _open(empty_portal, case, "rekomendasi")
        .form("tahap/rekomendasi")
        .fill(outcome="positive", number="17/REK")
        .send()
    )
    assert ["Give the day of the letter and who issued it as well"] == page.errors
