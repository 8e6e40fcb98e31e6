"""What a closed case adds to the office's figures."""

from __future__ import annotations

import attrs

from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageOutcome
from perizinan_core.model._figures import WHOLE, RefusalGround
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.testing.strategies._workflow import OWNER, make_stage, make_terms
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._figures import figures_of


def figures(desk):
    """Return the figures by step."""
    return {one.step: one for one in figures_of(desk.case, desk.permit_type, desk.calendar)}


def test_an_open_case_has_no_figures(desk):
    """Not even one that is approved."""
    desk.approved()

    assert {} == figures(desk)


def test_a_refusal_has_its_days_its_steps_and_its_ground(desk):
    """Working days: those between opening and end of each step, and those of the limit."""
    desk.submitted()
    desk.wait(days=1).decide("lengkap")
    desk.wait(days=2).decide("verifikasi", StageOutcome.NEGATIVE, reasons=("Palsu",))
    desk.wait(days=1).refuse()
    found = figures(desk)

    assert {WHOLE, "lengkap", "verifikasi", "keputusan"} == set(found)
    assert (ApplicationState.REFUSED, RefusalGround.PAPERS, True) == (
        found[WHOLE].outcome,
        found[WHOLE].ground,
        found[WHOLE].on_time,
    )
    assert (1, 2, 1) == tuple(found[step].days for step in ("lengkap", "verifikasi", "keputusan"))
    assert found["lengkap"].ground is None is found["lengkap"].on_time


def test_the_ground_is_the_kind_of_step_that_found_against_the_application(desk):
    """A site inspection says more than the decision that follows it."""
    desk.has_stages(
        make_stage("lengkap", StageKind.COMPLETENESS_CHECK),
        make_stage("verifikasi", StageKind.VERIFICATION, after=("lengkap",)),
        make_stage("keputusan", StageKind.APPROVAL, after=("verifikasi",), role="office_head"),
    )
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.refuse()

    assert RefusalGround.DECISION is figures(desk)[WHOLE].ground


def test_waiting_for_the_applicant_counts_for_no_step(desk):
    """Two turns of the step are added; ten days of correction between them are not."""
    desk.submitted()
    desk.decide("lengkap")
    desk.wait(days=1).correct("verifikasi")
    desk.wait(days=7).answer()
    desk.resubmit()
    desk.wait(days=1).decide("lengkap")
    desk.wait(days=2).decide("verifikasi")
    desk.refuse()

    assert 3 == figures(desk)["verifikasi"].days


def test_a_case_that_is_taken_back_early_ran_no_time(desk):
    """It was not decided, so it was neither in time nor late."""
    desk.submitted()
    desk.take(workflow.withdraw(desk.case, actor=OWNER, now=desk.now))
    whole = figures(desk)[WHOLE]

    assert (None, None, None) == (whole.days, whole.on_time, whole.ground)
    assert {WHOLE} == set(figures(desk))


def test_a_late_decision_is_not_in_time(desk):
    """The clock ran on after its deadline."""
    desk.submitted(attrs.evolve(make_terms(desk.permit_type), silence=SilencePolicy.NONE))
    desk.decide("lengkap")
    desk.decide("verifikasi", StageOutcome.NEGATIVE, reasons=("Palsu",))
    desk.wait(days=60).refuse()

    assert False is figures(desk)[WHOLE].on_time
