"""Stages: order, outcomes, papers, sending back."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.errors.workflow import (
    SeparationOfDutiesError,
    StageNotOpenError,
    TransitionNotAllowedError,
)
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import ConflictOfInterest, StageOutcome, StageStatus
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import FeeAssessment, FeeKind, Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.model._stage import StageKind
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_letter,
    make_minutes,
    make_officer,
    make_permit_type,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import _functions as workflow

NEGATIVE = StageOutcome.NEGATIVE
TODAY = date(2026, 3, 2)


def _status(desk):
    return {state.stage: state.status.value for state in desk.case.stages}


def _with(desk, *middle, **approval):
    """Give the type a completeness check, the stages in the middle, and the approval."""
    desk.has_stages(
        make_stage("lengkap", StageKind.COMPLETENESS_CHECK),
        *middle,
        make_stage("keputusan", StageKind.APPROVAL, **approval),
    )
    desk.submitted()
    desk.decide("lengkap")


def test_a_positive_completeness_check_starts_the_clock_and_opens_what_follows(desk):
    """From the complete file on the limit counts; the deadline is on record."""
    desk.submitted()
    case = desk.decide("lengkap")

    assert ApplicationState.IN_REVIEW is case.state
    assert {"lengkap": "done", "verifikasi": "open", "keputusan": "waiting"} == _status(desk)
    assert (date(2026, 3, 9), "2026.1") == (case.clock.due, case.clock.deadlines[0].calendar_version)
    assert "file_complete" in [event.kind.value for event in desk.events]


def test_stages_without_an_order_run_side_by_side(desk):
    """Two agencies work at the same time; the decision waits for both."""
    _with(desk, make_stage("a", after=("lengkap",)), make_stage("b", after=("lengkap",)))

    assert {"lengkap": "done", "a": "open", "b": "open", "keputusan": "waiting"} == _status(desk)
    desk.decide("a")
    assert "waiting" == _status(desk)["keputusan"]
    desk.decide("b")
    assert "open" == _status(desk)["keputusan"]


def test_a_stage_that_does_not_apply_is_skipped(desk):
    """What comes before a skipped stage takes its place in the order."""
    desk.has_stages(
        make_stage("a"),
        make_stage("b", after=("a",)),
        make_stage("c", after=("b",)),
        make_stage("keputusan", StageKind.APPROVAL),
    )
    desk.draft()
    desk.upload()
    desk.submit(make_terms(desk.permit_type, stages=("a", "c", "keputusan")))
    desk.assign()

    assert {"a": "open", "c": "waiting", "keputusan": "waiting"} == _status(desk)
    desk.decide("a")
    assert "open" == _status(desk)["c"]
    with raises_code("unknown-stage"):
        desk.decide("b", actor=desk.who("belakang"))


def test_a_stage_opens_on_request_and_later_ones_wait_for_it(desk):
    """The officer of an earlier stage asks for an inspection; then it must be positive."""
    _with(
        desk,
        make_stage("periksa", after=("lengkap",)),
        make_stage("lapangan", StageKind.SITE_INSPECTION, after=("periksa",), on_request=True),
        make_stage("paraf", StageKind.INITIAL, after=("lapangan",)),
    )
    with raises_code("stage-request"):
        _request(desk, "lapangan", desk.who("kasi"))
    with raises_code("stage-request"):
        _request(desk, "paraf", desk.who("belakang"))
    _request(desk, "lapangan", desk.who("belakang"))
    with raises_code("stage-request"):
        _request(desk, "lapangan", desk.who("belakang"))
    desk.decide("periksa")

    assert {"open": "lapangan", "waiting": "keputusan"} == {
        status: stage for stage, status in _status(desk).items() if status != "done" and stage != "paraf"
    }
    desk.decide("lapangan", minutes=make_minutes(TODAY, "pengawas"))
    assert "open" == _status(desk)["paraf"]


def test_without_a_request_the_stage_is_passed_over(desk):
    """What nobody asks for does not keep the decision back."""
    _with(desk, make_stage("periksa"), make_stage("lapangan", after=("periksa",), on_request=True))
    desk.decide("periksa")

    assert ApplicationState.APPROVED is desk.approve().state


def test_the_approver_may_ask_for_a_stage_and_then_waits(desk):
    """The decision goes back to waiting, and what was judged on top is judged again."""
    _with(
        desk,
        make_stage("periksa", after=("lengkap",)),
        make_stage("lapangan", StageKind.SITE_INSPECTION, after=("periksa",), on_request=True),
        make_stage("paraf", StageKind.INITIAL, after=("lapangan",)),
    )
    desk.decide("periksa")
    desk.decide("paraf")
    _request(desk, "lapangan", desk.who("kepala"))

    assert {"lapangan": "open", "paraf": "waiting", "keputusan": "waiting"} == {
        stage: _status(desk)[stage] for stage in ("lapangan", "paraf", "keputusan")
    }
    assert "kepala" == desk.case.stage_state("keputusan").assignee


def test_only_officers_ask_for_stages(desk):
    """Neither the applicant nor the system does."""
    _with(desk, make_stage("periksa", on_request=True))

    with raises_code("not-allowed"):
        _request(desk, "periksa", SYSTEM)


@pytest.mark.parametrize(
    ("actor", "error"),
    [
        (SYSTEM, "not-allowed"),
        (Actor(id="depan", kind=ActorKind.APPLICANT), "not-allowed"),
        (Actor(id="depan", kind=ActorKind.OFFICER, roles=frozenset({Role.BACK_OFFICE})), "not-allowed"),
        (
            Actor(
                id="depan",
                kind=ActorKind.OFFICER,
                roles=frozenset({Role.FRONT_OFFICE}),
                units=frozenset({"lain"}),
            ),
            "not-allowed",
        ),
        (
            Actor(
                id="depan-2",
                kind=ActorKind.OFFICER,
                roles=frozenset({Role.FRONT_OFFICE}),
                units=frozenset({"dpmptsp"}),
            ),
            "not-assignee",
        ),
        (
            Actor(
                id="pribadi",
                kind=ActorKind.OFFICER,
                roles=frozenset({Role.FRONT_OFFICE}),
                units=frozenset({"dpmptsp"}),
                public_accounts=frozenset({OWNER.id}),
            ),
            "own-case",
        ),
    ],
)
def test_a_stage_is_judged_by_its_officer_alone(desk, actor, error):
    """Kind, role, unit, assignment and own case each refuse."""
    desk.submitted()

    with raises_code(error):
        desk.decide("lengkap", actor=actor)


def test_a_declared_conflict_keeps_an_officer_out(desk):
    """Even one who is still assigned on paper."""
    desk.submitted()
    declared = ConflictOfInterest(officer="depan", declared_at=desk.now, reason="Saudara")
    desk.case = attrs.evolve(desk.case, conflicts=(declared,))

    with raises_code("conflict-of-interest"):
        desk.decide("lengkap")


def test_a_stage_without_an_officer_is_judged_by_nobody(desk):
    """Cases are assigned by rule; nobody helps themselves."""
    desk.draft()
    desk.upload()
    desk.submit()

    with raises_code("not-assignee") as refusal:
        desk.decide("lengkap", actor=desk.who("depan"))
    assert refusal.value.assignee is None


def test_a_waiting_or_finished_stage_is_not_open(desk):
    """The refusal says what it waits for."""
    desk.submitted()
    with pytest.raises(StageNotOpenError) as refusal:
        desk.decide("verifikasi", actor=desk.who("belakang"))
    assert ("waiting", ("lengkap",)) == (refusal.value.status, refusal.value.waiting_for)
    desk.decide("lengkap")
    with pytest.raises(StageNotOpenError) as refusal:
        desk.decide("lengkap")
    assert ("done", ()) == (refusal.value.status, refusal.value.waiting_for)


def test_nobody_holds_two_separated_duties(desk):
    """An officer with both roles cannot receive and assess one case, even when assigned."""
    desk.staff = tuple(
        attrs.evolve(one, roles=one.roles | {Role.BACK_OFFICE}) if one.id == "depan" else one
        for one in desk.staff
    )
    desk.submitted()
    desk.decide("lengkap")
    state = desk.case.stage_state("verifikasi")
    assert "belakang" == state.assignee
    desk.case = attrs.evolve(
        desk.case,
        stages=tuple(
            attrs.evolve(item, assignee="depan") if item is state else item for item in desk.case.stages
        ),
    )

    with pytest.raises(SeparationOfDutiesError) as refusal:
        desk.decide("verifikasi")
    assert ("assessor", "lengkap", "receiver") == (
        refusal.value.duty,
        refusal.value.other_stage,
        refusal.value.other_duty,
    )


def test_a_permit_type_can_separate_further_stages(desk):
    """Two assessments that the type keeps apart need two people."""
    desk.has_stages(
        make_stage("a"),
        make_stage("b", after=("a",), separated_from=("a",)),
        make_stage("keputusan", StageKind.APPROVAL),
    )
    desk.submitted()

    assert workflow.duty_of(desk.permit_type, "a") is workflow.Duty.ASSESSOR
    with pytest.raises(SeparationOfDutiesError) as refusal:
        workflow.check_separation(desk.case, desk.permit_type, "b", "belakang")
    assert ("assessor", "assessor") == (refusal.value.duty, refusal.value.other_duty)


def test_payment_and_sign_off_carry_no_duty_of_their_own(desk):
    """Only a permit type can keep them apart."""
    desk.has_stages(
        make_stage("lengkap", StageKind.COMPLETENESS_CHECK),
        make_stage("bayar", StageKind.PAYMENT, separated_from=("lengkap",)),
        make_stage("paraf", StageKind.INITIAL),
        make_stage("keputusan", StageKind.APPROVAL),
    )
    desk.submitted()

    assert workflow.check_separation(desk.case, desk.permit_type, "paraf", "depan") is None
    with pytest.raises(SeparationOfDutiesError) as refusal:
        workflow.check_separation(desk.case, desk.permit_type, "bayar", "depan")
    assert ("separated", "receiver") == (refusal.value.duty, refusal.value.other_duty)


def test_an_incomplete_file_goes_back_as_long_as_a_round_is_left(desk):
    """A return for repair is not a refusal: negative is possible only after the last round."""
    desk.submitted(make_terms(desk.permit_type, max_correction_rounds=1))
    with raises_code("outcome-not-allowed") as refusal:
        desk.decide("lengkap", NEGATIVE, reasons=("Tidak lengkap",))
    assert ("positive",) == refusal.value.allowed
    desk.corrected("lengkap")
    case = desk.decide("lengkap", NEGATIVE, reasons=("Tetap tidak lengkap",))

    assert (ApplicationState.SUBMITTED, "open") == (case.state, _status(desk)["keputusan"])
    assert ApplicationState.REFUSED is desk.refuse().state


def test_a_stage_ends_only_as_it_may(desk):
    """Where a stage may not refuse, negative is no outcome; corrections have a function of their own."""
    _with(desk, make_stage("periksa", may_refuse=False))

    for outcome in (NEGATIVE, StageOutcome.CORRECTION):
        with raises_code("outcome-not-allowed"):
            desk.decide("periksa", outcome, reasons=("Tidak",))
    desk.decide("periksa")
    with raises_code("outcome-not-allowed") as refusal:
        desk.decide("keputusan")
    assert () == refusal.value.allowed


def test_a_negative_outcome_needs_reasons(desk):
    """Blank words are none."""
    _with(desk, make_stage("periksa"))

    with raises_code("reason-missing"):
        desk.decide("periksa", NEGATIVE, reasons=("  ",))
    assert ("Tidak layak",) == desk.decide("periksa", NEGATIVE, reasons=(" Tidak layak ",)).stage_state(
        "periksa"
    ).reasons


def test_after_a_negative_stage_only_refusal_or_sending_back_is_left(desk):
    """The approver cannot approve over a negative review."""
    _with(desk, make_stage("a"), make_stage("b"), may_refuse=False)
    desk.decide("a", NEGATIVE, reasons=("Tidak layak",))

    with raises_code("stage-outcome-missing") as refusal:
        desk.approve()
    assert (("b",), ("a",)) == (refusal.value.missing, refusal.value.negative)
    assert ApplicationState.REFUSED is desk.refuse().state


def test_sending_back_lets_the_stage_and_what_followed_be_judged_again(desk):
    """The outcome, its reasons and the reasons for sending back stay on record."""
    _with(
        desk,
        make_stage("a", after=("lengkap",)),
        make_stage("b", StageKind.INITIAL, after=("a",)),
    )
    desk.decide("a")
    desk.decide("b")
    _send_back(desk, "a")
    a, b = desk.case.stage_state("a"), desk.case.stage_state("b")

    assert (StageStatus.OPEN, "belakang", StageStatus.WAITING) == (a.status, a.assignee, b.status)
    assert (("Periksa lagi",), "kepala") == (a.earlier[0].set_aside_reasons, a.earlier[0].set_aside_by)
    assert StageOutcome.POSITIVE is b.earlier[0].outcome
    assert "waiting" == _status(desk)["keputusan"]


def test_sending_the_completeness_check_back_does_not_touch_the_clock(desk):
    """The case is submitted again, the clock runs on, and being complete once more does not restart it."""
    _with(desk)
    ledger = desk.case.clock.entries
    _send_back(desk, "lengkap")
    assert ApplicationState.SUBMITTED is desk.case.state
    case = desk.wait(days=1).decide("lengkap")

    assert (ApplicationState.IN_REVIEW, ledger) == (case.state, case.clock.entries)


def test_only_the_approver_sends_back_and_only_what_is_judged(desk):
    """An open stage has nothing to set aside."""
    _with(desk, make_stage("a"), make_stage("b"))
    desk.decide("a", NEGATIVE, reasons=("Tidak",))

    with raises_code("not-allowed"):
        _send_back(desk, "a", actor=desk.who("belakang"))
    with pytest.raises(StageNotOpenError):
        _send_back(desk, "b")
    with raises_code("reason-missing"):
        _send_back(desk, "a", reasons=())


def test_a_technical_recommendation_ends_with_a_numbered_letter(desk):
    """Without number, of another unit, or dated tomorrow it is not accepted."""
    _with(
        desk,
        make_stage("teknis", StageKind.TECHNICAL_RECOMMENDATION, letter_register="rekomendasi"),
    )
    for letter in (None, make_letter(TODAY, number=" ")):
        with raises_code("letter-missing"):
            desk.decide("teknis", letter=letter)
    for letter in (make_letter(TODAY, issued_by="lain"), make_letter(TODAY + timedelta(days=1))):
        with raises_code("letter-mismatch"):
            desk.decide("teknis", letter=letter)
    case = desk.decide("teknis", letter=make_letter(TODAY))

    assert "440/0001/2026" == case.stage_state("teknis").letter.number
    decided = [event for event in desk.events if event.data.get("stage") == "teknis"][-1]
    assert "440/0001/2026" == decided.data["letter"]


def test_a_site_inspection_ends_with_minutes_that_fit(desk):
    """Missing, empty, of tomorrow, contradicting, or by somebody with an interest: refused."""
    _with(desk, make_stage("lapangan", StageKind.SITE_INSPECTION))
    private = make_officer("pribadi", Role.INSPECTOR, public_accounts=frozenset({OWNER.id}))
    staff = (*desk.staff, private)
    with raises_code("minutes-missing"):
        desk.decide("lapangan")
    for minutes, problem in (
        (make_minutes(TODAY + timedelta(days=1), "pengawas"), "future"),
        (make_minutes(TODAY, "pengawas", findings=" "), "findings"),
        (make_minutes(TODAY, "pengawas", favourable=False), "unfavourable"),
        (make_minutes(TODAY, "pribadi"), "interest"),
        (make_minutes(TODAY, "karangan"), "staff"),
    ):
        with raises_code("minutes-mismatch") as refusal:
            desk.decide("lapangan", minutes=minutes, staff=staff)
        assert problem == refusal.value.fault
    with raises_code("minutes-mismatch") as refusal:
        desk.decide("lapangan", NEGATIVE, reasons=("Tidak",), minutes=make_minutes(TODAY, "pengawas"))
    assert "favourable" == refusal.value.fault
    with pytest.raises(SeparationOfDutiesError):
        desk.decide("lapangan", minutes=make_minutes(TODAY, "pengawas", "depan"))
    desk.decide("lapangan", minutes=make_minutes(TODAY, "pengawas", "teknis"))

    assert {"pengawas", "teknis"} == workflow.holders(desk.case)["lapangan"]


def test_inspectors_of_an_earlier_submission_keep_their_duty(desk):
    """Whoever stood at the site cannot decide after a correction."""
    _with(desk, make_stage("lapangan", StageKind.SITE_INSPECTION), make_stage("b"))
    desk.decide("lapangan", minutes=make_minutes(TODAY, "pengawas", "kepala-2"))
    desk.corrected("b")

    assert {"pengawas", "kepala-2"} == workflow.holders(desk.case)["lapangan"]
    with pytest.raises(SeparationOfDutiesError):
        workflow.check_separation(desk.case, desk.permit_type, "keputusan", "kepala-2")


def test_the_fee_is_paid_in_full_before_the_payment_stage_is_positive(desk):
    """Half of it is not enough; every payment has its own reference."""
    fee = FeeAssessment(kind=FeeKind.LEVY, total=Rupiah(150_000), assessed_on=TODAY)
    desk.has_stages(make_stage("bayar", StageKind.PAYMENT), make_stage("keputusan", StageKind.APPROVAL))
    desk.submitted(make_terms(desk.permit_type, fee=fee))
    _pay(desk, "b-1", 50_000)
    with raises_code("payment-outstanding") as refusal:
        desk.decide("bayar")
    assert (150_000, 50_000) == (refusal.value.due, refusal.value.paid)
    for reference, amount in (("b-1", 100_000), ("b-2", 0)):
        with raises_code("payment-reference"):
            _pay(desk, reference, amount)
    with raises_code("not-allowed"):
        _pay(desk, "b-3", 100_000, OWNER)
    _pay(desk, "b-2", 100_000, desk.who("kasir"))
    desk.decide("bayar")

    assert Rupiah(0) == workflow.amount_outstanding(desk.case)
    assert ["sistem", "kasir"] == [payment.recorded_by for payment in desk.case.payments]


def test_another_version_of_the_permit_type_is_refused(desk):
    """A case is judged by the version it froze."""
    desk.submitted()
    desk.permit_type = attrs.evolve(desk.permit_type, version="2027.1")

    with raises_code("permit-type-mismatch") as refusal:
        desk.decide("lengkap")
    assert "izin-contoh 2026.1" == refusal.value.expected


def test_a_draft_has_no_terms(desk):
    """The office has no step to take in it, whatever it asks for."""
    desk.draft()

    with pytest.raises(TransitionNotAllowedError):
        workflow.live_stages(desk.case, desk.permit_type)
    with pytest.raises(TransitionNotAllowedError):
        workflow.decide_stage(
            desk.case,
            make_permit_type(),
            "lengkap",
            NEGATIVE,
            actor=SYSTEM,
            now=desk.now,
            calendar=desk.calendar,
        )


def _request(desk, stage, actor):
    desk.take(
        workflow.request_stage(
            desk.case, desk.permit_type, stage, actor=actor, now=desk.now, calendar=desk.calendar
        )
    )
    desk.assign()


def _send_back(desk, stage, **changes):
    given = {"actor": desk.who("kepala"), "reasons": ("Periksa lagi",), "now": desk.now, **changes}
    desk.take(workflow.send_back(desk.case, desk.permit_type, stage, calendar=desk.calendar, **given))


def _pay(desk, reference, amount, actor=SYSTEM):
    payment = Payment(reference=reference, amount=Rupiah(amount), paid_at=desk.now, recorded_by="-")
    desk.take(
        workflow.record_payment(
            desk.case, desk.permit_type, payment, actor=actor, now=desk.now, calendar=desk.calendar
        )
    )


def test_whoever_judged_an_earlier_submission_keeps_that_duty(desk):
    """Although another officer holds the stage by now, the first one cannot decide the case."""
    _with(desk, make_stage("a"), make_stage("b"))
    judge = desk.case.stage_state("a").assignee
    desk.decide("a")
    desk.corrected("b")
    others = tuple(
        attrs.evolve(state, assignee=None, decided_by=None) if state.stage == "a" else state
        for state in desk.case.stages
    )
    case = attrs.evolve(desk.case, stages=others)

    assert judge in workflow.holders(case)["a"]
    with pytest.raises(SeparationOfDutiesError):
        workflow.check_separation(case, desk.permit_type, "keputusan", judge)


def test_a_file_is_found_complete_once_for_each_submission(desk):
    """Every later stage is judged in a file that is complete already; only a new submission is looked at again."""
    desk.approved()
    complete = [event for event in desk.events if event.kind is EventKind.FILE_COMPLETE]

    assert [1] == [event.data["submission"] for event in complete]
