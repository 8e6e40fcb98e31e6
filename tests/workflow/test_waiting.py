"""Whom a case waits for: money, other agencies, and what does not stand in front of others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from perizinan_core.errors.workflow import StageNotOpenError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageOutcome, WaitingFor
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import FeeAssessment, FeeKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    HOST,
    OWNER,
    SYSTEM,
    make_officer,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._overrides import QueueEntry

FEE = FeeAssessment(kind=FeeKind.LEVY, total=Rupiah(120_000), assessed_on=date(2026, 3, 2))


def _with_payment(desk, policy=SilencePolicy.AUTOMATIC, fee=FEE):
    """A complete case, whose payment and verification run side by side; the deadline is Monday the 9th."""
    desk.has_stages(
        make_stage("lengkap", StageKind.COMPLETENESS_CHECK),
        make_stage("verifikasi", after=("lengkap",)),
        make_stage("bayar", StageKind.PAYMENT, after=("lengkap",)),
        make_stage("keputusan", StageKind.APPROVAL, after=("verifikasi", "bayar")),
    )
    desk.submitted(make_terms(desk.permit_type, silence=policy, fee=fee))
    desk.decide("lengkap")
    return desk


def _deem(desk, **changes):
    given = {"staff": desk.staff, "actor": SYSTEM, "now": desk.now, "calendar": desk.calendar, **changes}
    return desk.take(workflow.deem_granted(desk.case, desk.permit_type, **given))


def _wait(desk, **changes):
    given = {
        "party": WaitingFor.AGENCY,
        "name": "Kantor Pertanahan",
        "reason": "Menunggu peta bidang",
        "actor": desk.who("belakang"),
        "now": desk.now,
        "stage": "verifikasi",
        **changes,
    }
    return desk.take(workflow.begin_wait(desk.case, desk.permit_type, **given))


def _kinds(desk):
    return [event.kind for event in desk.events]


def test_the_clock_pauses_while_only_the_applicants_money_is_missing(desk):
    """Every officer is done: a month later the law has granted nothing."""
    _with_payment(desk)
    assert desk.case.clock.is_running
    desk.decide("verifikasi")

    assert not desk.case.clock.is_running
    assert "payment" == desk.case.clock.entries[-1].reason
    assert [EventKind.PAYMENT_AWAITED, EventKind.CLOCK_PAUSED] == [
        kind for kind in _kinds(desk) if kind in (EventKind.PAYMENT_AWAITED, EventKind.CLOCK_PAUSED)
    ]
    desk.wait(days=30)
    assert not workflow.is_deemed_due(desk.case, desk.calendar, desk.now)
    with raises_code("not-due"):
        _deem(desk)


def test_the_money_resumes_the_clock_where_it_stopped(desk):
    """Of five days none was used on the first; after a month the fifth from then is the last."""
    _with_payment(desk)
    desk.decide("verifikasi")
    desk.now = datetime(2026, 4, 6, 9, tzinfo=desk.now.tzinfo)
    desk.pay("bank-1", 50_000)
    assert not desk.case.clock.is_running
    desk.pay("bank-2", 70_000)

    assert desk.case.clock.is_running
    assert date(2026, 4, 13) == workflow.due_date(desk.case, desk.calendar, desk.now)
    assert EventKind.CLOCK_RESUMED is _kinds(desk)[-1]
    desk.now = datetime(2026, 4, 14, 9, tzinfo=desk.now.tzinfo)
    assert ApplicationState.APPROVED is _deem(desk).state, "the cashier's silence is the office's"


def test_while_an_officer_has_work_missing_money_pauses_nothing(desk):
    """The office's own silence counts: the grant by law is recorded, and no number is taken for it unpaid."""
    _with_payment(desk)
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    _deem(desk)

    with raises_code("payment-outstanding"):
        desk.take_number()
    assert ("take_number", None) not in {
        (item.action.value, item.stage)
        for item in workflow.allowed_actions(desk.case, desk.permit_type, SYSTEM)
    }
    desk.pay("bank-1", 120_000)
    assert ApplicationState.AWAITING_SIGNATURE is desk.take_number().state


def test_a_signatory_with_the_duty_to_issue_takes_no_number_before_the_money(desk):
    """The time to issue begins with the money."""
    _with_payment(desk, SilencePolicy.DUTY_TO_ISSUE)
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    assert date(2026, 3, 17) == _deem(desk).deemed_grant.issue_by
    with raises_code("payment-outstanding"):
        desk.take_number(actor=desk.who("penandatangan"))
    desk.now = datetime(2026, 5, 4, 9, tzinfo=desk.now.tzinfo)
    desk.pay("bank-1", 120_000)

    assert date(2026, 5, 11) == desk.case.deemed_grant.issue_by
    assert desk.take_number(actor=desk.who("penandatangan")).permit_id


def test_no_number_is_taken_for_an_approval_before_the_money(desk):
    """Also where no stage asks for the payment."""
    desk.submitted(make_terms(desk.permit_type, fee=FEE))
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.approve()

    with raises_code("payment-outstanding") as refusal:
        desk.take_number()
    assert (120_000, 0) == (refusal.value.due, refusal.value.paid)
    desk.pay("bank-1", 120_000)
    assert desk.take_number().permit_id


def test_a_stage_that_opens_again_ends_the_pause(desk):
    """An officer has work: that is the office's time."""
    _with_payment(desk)
    desk.decide("verifikasi")
    desk.staff = (*desk.staff, make_officer("belakang-2", Role.BACK_OFFICE))
    desk.take(
        workflow.declare_conflict(
            desk.case,
            desk.permit_type,
            officer="belakang",
            reason="Saudara pemohon",
            actor=desk.who("belakang"),
            now=desk.now,
            calendar=desk.calendar,
        )
    )

    assert desk.case.clock.is_running


def test_a_correction_while_money_is_missing_leads_back_to_the_same_pause(desk):
    """The two pauses do not add up, and nothing is lost between them."""
    _with_payment(desk)
    desk.decide("verifikasi")
    desk.correct("bayar")
    desk.pay("bank-1", 50_000)
    assert not desk.case.clock.is_running
    desk.answer()
    desk.resubmit()
    assert desk.case.clock.is_running
    desk.decide("lengkap")
    desk.decide("verifikasi")

    assert not desk.case.clock.is_running
    desk.pay("bank-2", 70_000)
    assert desk.case.clock.is_running


def test_a_cashier_may_still_end_a_case_that_is_never_paid(desk):
    """Negative: the approver can then refuse, and the clock runs while the approver has the case."""
    _with_payment(desk)
    desk.decide("verifikasi")
    desk.wait(days=60)
    desk.decide("bayar", StageOutcome.NEGATIVE, reasons=("Tidak dibayar",))

    assert desk.case.clock.is_running
    assert ApplicationState.REFUSED is desk.refuse().state


def test_what_is_not_due_is_not_taken(desk):
    """For a free permit, above the sum, of tomorrow, or without a time zone."""
    _with_payment(desk)
    with raises_code("payment-too-high") as too_high:
        desk.pay("bank-1", 120_001)
    assert (120_001, 120_000) == (too_high.value.amount, too_high.value.outstanding)
    with raises_code("payment-moment"):
        desk.pay("bank-1", 120_000, paid_at=desk.now + timedelta(seconds=1))
    first_day = desk.case.submitted_at.replace(hour=0, minute=0, second=0)
    with raises_code("payment-moment") as too_early:
        desk.pay("bank-1", 120_000, paid_at=first_day - timedelta(seconds=1))
    assert first_day.date().isoformat() == too_early.value.earliest
    with raises_code("naive-moment"):
        desk.pay("bank-1", 120_000, paid_at=desk.now.replace(tzinfo=None))
    desk.pay("bank-1", 120_000)
    with raises_code("payment-not-due") as paid:
        desk.pay("bank-2", 1)
    assert (120_000, 120_000) == (paid.value.fee, paid.value.paid)
    assert "Rp120.000" in paid.value.message("id")


def test_money_of_the_day_of_the_submission_counts_whatever_hour_the_statement_says(desk):
    """A bank statement has days; the day is the office's, also where the moment says another zone."""
    _with_payment(desk)
    midnight = desk.case.submitted_at.replace(hour=0, minute=0, second=0).astimezone(UTC)
    desk.pay("bank-1", 120_000, paid_at=midnight)

    assert (midnight,) == tuple(item.paid_at for item in desk.case.payments)
    assert midnight.date() < desk.case.submitted_at.date()


def test_money_for_a_free_permit_is_refused(desk):
    """Nobody takes money where the law says gratis."""
    desk.submitted()

    with raises_code("payment-not-due") as refusal:
        desk.pay("bank-1", 10_000)
    assert (0, 0) == (refusal.value.fee, refusal.value.paid)


def test_after_a_silence_in_which_a_stage_had_no_officer_a_person_issues(desk):
    """The grant by law stands; only the automatic issue waits."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    here = tuple(officer for officer in desk.staff if officer.id != "belakang")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    case = _deem(desk, staff=here)

    assert ApplicationState.APPROVED is case.state
    assert ("verifikasi",) == case.deemed_grant.unstaffed
    assert ["verifikasi"] == desk.events[-1].data["unstaffed"]
    assert not workflow.goes_by_itself(case)
    with raises_code("not-allowed"):
        desk.take_number()
    assert desk.take_number(actor=desk.who("penandatangan")).permit_id


def test_a_stage_to_come_that_nobody_could_take_counts_too(desk):
    """Without a head of office the case could never have been decided."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    here = tuple(officer for officer in desk.staff if officer.id != "kepala")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)

    assert ("keputusan",) == _deem(desk, staff=here).deemed_grant.unstaffed


def test_waiting_for_an_agency_is_on_record_and_stops_no_clock(desk):
    """Since when, for whom, why; the grant by law comes all the same."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    desk.wait(hours=5)
    since = desk.now - timedelta(hours=2)
    case = _wait(desk, since=since)
    (wait,) = case.open_waits()

    assert ("Kantor Pertanahan", "Menunggu peta bidang", since) == (wait.name, wait.reason, wait.since)
    assert case.clock.is_running
    assert {"wait": 1, "party": "agency", "stage": "verifikasi", "since": since.isoformat()} == desk.events[
        -1
    ].data
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    assert ApplicationState.APPROVED is _deem(desk).state


def test_a_wait_ends_with_its_answer_or_with_its_stage(desk):
    """Both are events; what ended stays on record."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    _wait(desk)
    desk.take(workflow.end_wait(desk.case, desk.permit_type, 1, actor=desk.who("belakang"), now=desk.now))
    assert () == desk.case.open_waits()
    _wait(desk)
    desk.decide("verifikasi")

    assert [True, True] == [item.ended_at is not None for item in desk.case.waits]
    assert 2 == _kinds(desk).count(EventKind.OUTSIDE_WAIT_ENDED)


def test_only_those_who_work_on_a_case_say_whom_it_waits_for(desk):
    """The officer of the open stage, overseers, and outside systems through the host."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    for actor in (OWNER, desk.who("depan")):
        with raises_code("not-allowed"):
            _wait(desk, actor=actor)
    with raises_code("not-allowed"):
        _wait(desk, stage=None)
    other = make_officer("belakang-2", Role.BACK_OFFICE).as_actor()
    with raises_code("not-assignee"):
        _wait(desk, actor=other)
    _wait(desk, actor=desk.who("supervisor"), stage=None)
    _wait(desk, actor=HOST, party=WaitingFor.SYSTEM, name="OSS")
    with raises_code("not-allowed"):
        workflow.end_wait(desk.case, desk.permit_type, 1, actor=desk.who("belakang"), now=desk.now)
    desk.take(workflow.end_wait(desk.case, desk.permit_type, 2, actor=desk.who("belakang"), now=desk.now))

    assert [1] == [item.number for item in desk.case.open_waits()]


def test_a_wait_that_a_host_recorded_is_not_that_of_an_officer_with_the_same_id(desk):
    """Who recorded it may end it: the same account, and not the same letters."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    namesake = Actor(id="depan", kind=ActorKind.HOST)
    _wait(desk, actor=namesake, stage=None, party=WaitingFor.SYSTEM, name="OSS")
    with raises_code("not-allowed"):
        workflow.end_wait(desk.case, desk.permit_type, 1, actor=desk.who("depan"), now=desk.now)
    desk.take(workflow.end_wait(desk.case, desk.permit_type, 1, actor=namesake, now=desk.now))

    assert {namesake.account} == {desk.case.waits[0].by, desk.case.waits[0].ended_by}


def test_a_wait_says_for_whom_why_and_since_when(desk):
    """Nothing is recorded half."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    with raises_code("reason-missing"):
        _wait(desk, reason=" ")
    for wrong, changes in (
        ("name", {"name": " "}),
        ("since", {"since": desk.now + timedelta(minutes=1)}),
        ("since", {"since": desk.now - timedelta(days=400)}),
        ("since", {"since": desk.now.replace(tzinfo=None)}),
    ):
        with raises_code("outside-wait") as refusal:
            _wait(desk, **changes)
        assert wrong == refusal.value.fault
    with pytest.raises(StageNotOpenError):
        _wait(desk, stage="keputusan", actor=desk.who("supervisor"))
    with raises_code("outside-wait") as unknown:
        workflow.end_wait(desk.case, desk.permit_type, 9, actor=desk.who("belakang"), now=desk.now)
    assert "unknown" == unknown.value.fault


def test_a_case_that_cannot_be_decided_stands_in_front_of_no_other(desk):
    """The first that can is the one whose turn it is."""
    _with_payment(desk, fee=make_terms(desk.permit_type).fee)
    queue = [
        QueueEntry(application="permohonan-0", opened_at=desk.now - timedelta(days=2)),
        QueueEntry(application="permohonan-00", opened_at=desk.now - timedelta(days=1)),
    ]

    def check(decidable):
        workflow.check_queue(
            desk.case,
            desk.permit_type,
            "verifikasi",
            actor=desk.who("belakang"),
            queue=queue,
            can_be_decided=decidable.__contains__,
        )

    check(())
    with raises_code("queue-jump") as refusal:
        check(("permohonan-00",))
    assert ("permohonan-00", 1) == (refusal.value.first, refusal.value.waiting)


def test_what_cannot_be_decided_now(desk):
    """Missing money, an answer from outside, a grant by law that is not recorded yet, somebody else's stage."""
    _with_payment(desk)

    def may(stage, account):
        return workflow.may_be_decided(
            desk.case,
            desk.permit_type,
            stage,
            actor=desk.who(account),
            now=desk.now,
            calendar=desk.calendar,
        )

    assert (True, False, False) == (
        may("verifikasi", "belakang"),
        may("bayar", "kasir"),
        may("verifikasi", "kasir"),
    )
    _wait(desk)
    assert not may("verifikasi", "belakang")
    desk.take(workflow.end_wait(desk.case, desk.permit_type, 1, actor=SYSTEM, now=desk.now))
    desk.pay("bank-1", 120_000)
    assert (True, True) == (may("verifikasi", "belakang"), may("bayar", "kasir"))
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    assert (False, False) == (may("verifikasi", "belakang"), may("bayar", "kasir"))
