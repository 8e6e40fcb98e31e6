"""Time runs against an applicant only from the moment at which the applicant knows."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.model._application import ApplicationState
from perizinan_core.model._events import EventKind
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import OWNER, SYSTEM
from perizinan_core.workflow import _functions as workflow


def lapse(desk):
    return desk.take(workflow.lapse(desk.case, actor=SYSTEM, now=desk.now, calendar=desk.calendar))


@pytest.fixture
def asked(desk):
    """A case whose applicant is asked for a correction."""
    desk.submitted()
    desk.decide("lengkap")
    desk.correct("verifikasi")
    return desk


def test_a_correction_whose_message_never_arrived_does_not_lapse(asked):
    """However long it takes."""
    asked.wait(days=200)

    with raises_code("notice-missing"):
        lapse(asked)


def test_the_window_of_a_correction_is_counted_from_the_notice(asked):
    """Ten working days from the day on which a channel accepted the message."""
    before = asked.case.answer_by
    asked.wait(days=7)
    case = asked.told()
    notice = case.notice_of("correction-1")

    assert before + timedelta(days=7) == case.answer_by
    assert (asked.now, NoticeMeans.CHANNEL, "mail") == (notice.at, notice.means, notice.by)
    assert (EventKind.NOTICE_GIVEN, case.answer_by.isoformat()) == (
        asked.events[-1].kind,
        asked.events[-1].data["until"],
    )
    assert () == case.awaited_notices()


def test_a_second_notice_changes_nothing(asked):
    """The first one counts, whichever channel or person brought it."""
    case = asked.told()
    asked.wait(days=3)

    assert case == asked.told()


def test_an_applicant_who_was_never_notified_can_still_hand_the_correction_in(asked):
    """After the day that the request named: nothing has run yet."""
    asked.wait(days=100)
    asked.answer()

    assert ApplicationState.SUBMITTED is asked.resubmit().state


def test_a_changed_calendar_counts_from_the_notice_too(asked):
    """And moves the day only forward."""
    asked.wait(days=7)
    case = asked.told()
    asked.calendar = attrs.evolve(asked.calendar, version="neu")
    moved = workflow.recompute_deadlines(case, actor=SYSTEM, now=asked.now, calendar=asked.calendar)

    assert case.answer_by == moved.application.answer_by


def test_the_time_for_an_objection_is_counted_from_the_notice(desk):
    """21 working days; no one objects to what they do not know."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    refused = desk.refuse()
    desk.wait(days=7)
    case = desk.told()

    assert ("decision",) == tuple(item.of for item in refused.awaited_notices())
    assert refused.decision.objection_until + timedelta(days=7) == case.decision.objection_until


def test_a_person_is_asked_once_when_a_notice_takes_too_long(asked):
    """After two days; the event names what waits."""
    asked.wait(days=1)
    early = workflow.miss_notice(asked.case, actor=SYSTEM, now=asked.now)
    asked.wait(days=1)
    case = asked.take(workflow.miss_notice(asked.case, actor=SYSTEM, now=asked.now))
    again = workflow.miss_notice(case, actor=SYSTEM, now=asked.now)

    assert () == early.events == again.events
    assert (EventKind.NOTICE_MISSED, ["correction-1"]) == (asked.events[-1].kind, asked.events[-1].data["of"])
    assert case.unnotified_since is not None
    assert case.unasked_since is None


def record(desk, actor, remark="Ditelepon, diterima sendiri"):
    return desk.take(
        workflow.record_notice(
            desk.case, desk.permit_type, remark=remark, actor=actor, now=desk.now, calendar=desk.calendar
        )
    )


def test_the_front_office_records_how_an_applicant_was_notified(asked):
    """With a remark that stays in the case, and time runs from then."""
    asked.wait(days=7)
    actor = asked.who("depan")
    possible = {item.action.value for item in workflow.allowed_actions(asked.case, asked.permit_type, actor)}
    case = record(asked, actor)

    assert "record_notice" in possible
    assert (NoticeMeans.OFFICER, "Ditelepon, diterima sendiri") == (
        case.notices[0].means,
        case.notices[0].remark,
    )
    assert date(2026, 3, 23) == case.answer_by


@pytest.mark.parametrize(
    ("who", "code"), [("belakang", "not-allowed"), ("kasir", "not-allowed"), (OWNER, "not-allowed")]
)
def test_no_one_who_gains_by_a_lapse_says_that_the_applicant_knows(asked, who, code):
    """Only the counter and supervisors, and never the officer who asked."""
    with raises_code(code):
        record(asked, asked.who(who) if isinstance(who, str) else who)


def test_the_officer_who_asked_cannot_record_the_notice(desk):
    """Not even with the right role."""
    desk.submitted()
    desk.correct("lengkap")

    with raises_code("own-question"):
        record(desk, desk.who(desk.case.stage_state("lengkap").decided_by))


def test_nothing_is_recorded_where_nothing_waits(asked):
    """Nor without a word about how."""
    with raises_code("reason-missing"):
        record(asked, asked.who("depan"), "  ")
    asked.told()
    with raises_code("no-notice-awaited"):
        record(asked, asked.who("depan"))
