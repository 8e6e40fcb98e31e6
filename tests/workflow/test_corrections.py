"""Correction rounds and lapse."""

from __future__ import annotations

from datetime import date, datetime

import attrs
import pytest

from perizinan_core.errors.workflow import TransitionNotAllowedError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem, DecisionKind, StageOutcome, StageStatus
from perizinan_core.model._requirement import Requirement, RequirementSource
from perizinan_core.model._stage import StageKind
from perizinan_core.model._text import Source, Text
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import OWNER, SYSTEM, make_stage, make_terms
from perizinan_core.workflow import _functions as workflow


def _item(target="ktp", reason="Tidak terbaca"):
    return CorrectionItem(target=target, reason=reason)


def test_a_correction_has_round_items_window_and_person(desk):
    """Every stop has its reason, its person and its list, and the applicant sees until when to answer."""
    desk.submitted()
    case = desk.correct("lengkap", _item(), _item("form:area", "Tidak sesuai denah"))
    request = case.corrections[0]

    assert (1, "lengkap", "depan", date(2026, 3, 16)) == (
        request.round,
        request.stage,
        request.requested_by,
        request.answer_by,
    )
    assert ApplicationState.CORRECTION_REQUESTED is case.state
    state = case.stage_state("lengkap")
    assert (StageStatus.DONE, StageOutcome.CORRECTION) == (state.status, state.outcome)
    assert ("Tidak terbaca", "Tidak sesuai denah") == state.reasons
    assert "Tidak terbaca" not in str(desk.events[-1].data)


def test_rounds_are_limited(desk):
    """The third round is refused where two are allowed."""
    desk.submitted()
    desk.corrected("lengkap")
    desk.corrected("lengkap")

    assert 0 == workflow.rounds_left(desk.case)
    with raises_code("correction-limit") as refusal:
        desk.correct("lengkap")
    assert (2, 2) == (refusal.value.used, refusal.value.limit)


def test_a_stage_that_may_not_ask_for_corrections_cannot(desk):
    """The refusal names what is possible instead."""
    desk.has_stages(
        make_stage("periksa", may_request_correction=False),
        make_stage("keputusan", StageKind.APPROVAL),
    )
    desk.submitted()

    with raises_code("outcome-not-allowed") as refusal:
        desk.correct("periksa")
    assert ("positive", "negative") == refusal.value.allowed


@pytest.mark.parametrize("items", [(_item("tiada"),), (_item("form:tiada"),), (_item(), _item())])
def test_a_correction_asks_only_for_what_exists_and_once(desk, items):
    """Unknown and repeated targets are named."""
    desk.submitted()

    with raises_code("correction-target") as refusal:
        desk.correct("lengkap", *items)
    assert ("ktp", "form:area", "form:purpose", "applicant") == refusal.value.known


def test_papers_of_the_office_are_no_target(desk):
    """The applicant cannot repair what the office makes."""
    minutes = Requirement(
        code="berita-acara",
        label=Text("Berita acara"),
        brought_by=RequirementSource.OFFICE,
        source=Source("uji"),
    )
    desk.permit_type = attrs.evolve(desk.permit_type, requirements=(*desk.permit_type.requirements, minutes))
    desk.submitted()

    assert "berita-acara" not in workflow.correction_targets(desk.case, desk.permit_type)


def test_a_correction_without_items_or_words_is_refused(desk):
    """An empty list and blank reasons are no request."""
    desk.submitted()

    for items in ((), (_item(reason="  "),)):
        with raises_code("reason-missing"):
            workflow.request_correction(
                desk.case,
                desk.permit_type,
                "lengkap",
                items,
                actor=desk.who("depan"),
                now=desk.now,
                calendar=desk.calendar,
            )


def test_while_the_applicant_has_the_case_no_officer_works_on_it(desk):
    """A stage beside the one that asked stays open and waits."""
    desk.has_stages(make_stage("a"), make_stage("b"), make_stage("keputusan", StageKind.APPROVAL))
    desk.submitted()
    desk.correct("a")

    assert StageStatus.OPEN is desk.case.stage_state("b").status
    with pytest.raises(TransitionNotAllowedError):
        desk.decide("b")


def test_an_unanswered_correction_lapses_on_the_day_after_the_window(desk):
    """The last day belongs to the applicant."""
    desk.submitted()
    desk.decide("lengkap")
    desk.correct("verifikasi")
    desk.told()
    desk.now = datetime(2026, 3, 16, 23, tzinfo=desk.now.tzinfo)
    with raises_code("not-due") as refusal:
        _lapse(desk, SYSTEM)
    assert date(2026, 3, 16) == refusal.value.due
    desk.now = datetime(2026, 3, 17, 0, tzinfo=desk.now.tzinfo)
    case = _lapse(desk, SYSTEM)

    assert (ApplicationState.LAPSED, DecisionKind.LAPSED) == (case.state, case.decision.kind)
    assert (desk.now, "stopped") == (case.closed_at, case.clock.entries[-1].event.value)


@pytest.mark.parametrize("actor", [OWNER, "depan"])
def test_only_the_system_lets_a_case_lapse(desk, actor):
    """No officer hurries an applicant out."""
    desk.submitted()
    desk.correct("lengkap")

    with raises_code("not-allowed"):
        _lapse(desk.wait(days=30), desk.who(actor) if isinstance(actor, str) else actor)


def test_zero_rounds_means_no_correction(desk):
    """A permit type may exclude corrections."""
    desk.submitted(make_terms(desk.permit_type, max_correction_rounds=0))

    with raises_code("correction-limit"):
        desk.correct("lengkap")


def _lapse(desk, actor):
    return desk.take(workflow.lapse(desk.case, actor=actor, now=desk.now, calendar=desk.calendar))
