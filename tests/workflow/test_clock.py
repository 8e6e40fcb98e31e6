"""The clock: start, pause, resume, stop; deadlines, lateness, changed calendars."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.model import CalendarRangeError
from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.model._actor import Role
from perizinan_core.model._case import ClockEvent
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    SYSTEM,
    make_calendar,
    make_officer,
    make_stage,
    make_terms,
    office_calendars,
    working_days,
)
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._clock import pause_clock, resume_clock, start_clock, stop_clock
from perizinan_core.workflow._measure import measure_of, office_time_after


def _complete(desk, limit):
    desk.submitted(make_terms(desk.permit_type, time_limit=limit))
    return desk.decide("lengkap")


def _late(desk):
    return workflow.is_late(desk.case, desk.calendar, desk.now)


def test_the_first_working_day_after_the_complete_file_is_day_one(desk):
    """Five working days after Monday the 2nd is Monday the 9th; all of that day is in time."""
    _complete(desk, working_days(5))

    assert date(2026, 3, 9) == workflow.due_date(desk.case, desk.calendar, desk.now)
    desk.now = datetime(2026, 3, 9, 23, 59, tzinfo=desk.now.tzinfo)
    assert not _late(desk)
    desk.now = datetime(2026, 3, 10, 0, 0, tzinfo=desk.now.tzinfo)
    assert _late(desk)


def test_days_used_are_whole_and_leave_out_weekends(desk):
    """Nothing is used on the day of receipt; by Friday evening four days are."""
    _complete(desk, working_days(5))

    used = []
    for day in (2, 3, 6, 8, 9):
        moment = datetime(2026, 3, day, 17, tzinfo=desk.now.tzinfo)
        used.append(workflow.consumed_days(desk.case, desk.calendar, moment))
    assert [0, 1, 4, 4, 5] == used


def test_a_file_found_complete_on_the_evening_of_a_late_filing_counts_from_the_filing_day(desk):
    """Filed on Monday after hours is filed on Tuesday: day one is Wednesday."""
    desk.now = datetime(2026, 3, 2, 18, tzinfo=desk.now.tzinfo)
    _complete(desk, working_days(1))

    assert date(2026, 3, 4) == desk.case.clock.due


def test_a_correction_pauses_and_resumes_without_a_reset(desk):
    """Two days used before the pause stay used after it."""
    _complete(desk, working_days(5))
    desk.wait(days=2)
    desk.now = datetime(2026, 3, 4, 16, tzinfo=desk.now.tzinfo)
    desk.correct("verifikasi")
    assert (None, 2) == (
        workflow.due_date(desk.case, desk.calendar, desk.now),
        workflow.consumed_days(desk.case, desk.calendar, desk.now + timedelta(days=5)),
    )
    assert desk.case.clock.due is None
    desk.now = datetime(2026, 3, 12, 7, tzinfo=desk.now.tzinfo)
    desk.answer()
    case = desk.resubmit()

    assert date(2026, 3, 16) == case.clock.due
    assert [date(2026, 3, 9), date(2026, 3, 16)] == [record.due for record in case.clock.deadlines]
    assert [0, 2] == [record.consumed for record in case.clock.deadlines]
    assert ["started", "paused", "resumed"] == [entry.event.value for entry in case.clock.entries]


def test_a_pause_on_the_last_day_leaves_the_rest_of_a_day(desk):
    """The day on which the limit runs out is in time as a whole, also when it was cut by a pause."""
    _complete(desk, working_days(1))
    desk.now = datetime(2026, 3, 3, 17, tzinfo=desk.now.tzinfo)
    desk.correct("verifikasi")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    desk.answer()
    desk.resubmit()

    assert (date(2026, 3, 10), False) == (desk.case.clock.due, _late(desk))
    assert _late(desk.wait(days=1))


def test_a_deadline_that_passed_before_a_pause_stays_passed(desk):
    """Being late is not undone by a correction."""
    desk.submitted(make_terms(desk.permit_type, time_limit=working_days(1), silence=SilencePolicy.NONE))
    desk.decide("lengkap")
    desk.wait(days=3)
    desk.correct("verifikasi")

    assert (True, date(2026, 3, 3)) == (
        _late(desk),
        workflow.due_date(desk.case, desk.calendar, desk.now),
    )


def test_a_decision_in_time_stops_the_clock(desk):
    """After the decision there is no deadline and nothing becomes late any more."""
    desk.approved()
    desk.wait(days=30)

    assert (None, False) == (workflow.due_date(desk.case, desk.calendar, desk.now), _late(desk))
    assert ClockEvent.STOPPED is desk.case.clock.entries[-1].event


def test_before_the_file_is_complete_there_is_no_clock(desk):
    """A submitted file uses up nothing."""
    desk.submitted()

    assert (0, None, False) == (
        workflow.consumed_days(desk.case, desk.calendar, desk.now),
        workflow.due_date(desk.case, desk.calendar, desk.now),
        _late(desk),
    )


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        (Period(3, PeriodUnit.DAYS), date(2026, 3, 5)),
        (Period(1, PeriodUnit.WEEKS), date(2026, 3, 9)),
        (Period(1, PeriodUnit.MONTHS), date(2026, 4, 2)),
        (Period(2, PeriodUnit.HOURS), date(2026, 3, 2)),
        (Period(10, PeriodUnit.HOURS), date(2026, 3, 3)),
        (Period(0, PeriodUnit.MINUTES), date(2026, 3, 2)),
        (working_days(0), date(2026, 3, 2)),
    ],
)
def test_limits_of_every_unit_have_their_deadline(desk, limit, due):
    """Calendar days run over weekends; minutes and hours are office time."""
    assert due == _complete(desk, limit).clock.due


def test_hours_of_a_late_filing_begin_when_the_filing_day_opens(desk):
    """Two hours after 18:00 on Monday end on Tuesday morning."""
    desk.now = datetime(2026, 3, 2, 18, tzinfo=desk.now.tzinfo)

    assert date(2026, 3, 3) == _complete(desk, Period(2, PeriodUnit.HOURS)).clock.due


def test_an_office_that_counts_saturdays_of_filing_starts_there(desk):
    """Where late filings count on their day, a Saturday is the filing day and Monday day one."""
    desk.calendar = make_calendar(late_filing_counts_next_day=False)
    desk.now = datetime(2026, 3, 7, 10, tzinfo=desk.now.tzinfo)

    assert date(2026, 3, 9) == _complete(desk, working_days(1)).clock.due


def test_a_deadline_beyond_the_calendar_is_an_error(desk):
    """Never a guess."""
    desk.calendar = make_calendar(covers_to=date(2026, 3, 5))
    desk.submitted()

    with pytest.raises(CalendarRangeError):
        desk.decide("lengkap")


def test_the_ledger_takes_only_steps_that_follow(desk):
    """It starts once, pauses when it runs, resumes when it is paused, and stops once."""
    _complete(desk, working_days(5))
    args = {"by": "x", "now": desk.now, "reason": "uji"}
    paused = pause_clock(desk.case, **args)
    stopped = stop_clock(paused, **args)

    for step in (
        lambda: start_clock(desk.case, limit=working_days(1), calendar=desk.calendar, **args),
        lambda: resume_clock(desk.case, calendar=desk.calendar, **args),
        lambda: pause_clock(paused, **args),
        lambda: stop_clock(stopped, **args),
    ):
        with raises_code("clock-state"):
            step()
    with raises_code("clock-state") as refusal:
        pause_clock(attrs.evolve(desk.case, clock=type(desk.case.clock)()), **args)
    assert "never" == refusal.value.current


def test_an_entry_before_the_last_one_is_refused(desk):
    """Neither written nor counted."""
    _complete(desk, working_days(5))
    before = desk.now - timedelta(seconds=1)

    with pytest.raises(ClockOrderError):
        pause_clock(desk.case, by="x", now=before, reason="uji")
    with pytest.raises(ClockOrderError):
        workflow.consumed_days(desk.case, desk.calendar, before)


def test_a_changed_calendar_recomputes_the_deadline_and_keeps_the_old_one(desk):
    """A day of joint leave declared late moves the deadline; both are on record with their calendars."""
    _complete(desk, working_days(5))
    newer = make_calendar("2026.2", [date(2026, 3, 5)])
    moved = workflow.recompute_deadlines(desk.case, actor=SYSTEM, now=desk.now, calendar=newer)

    assert [("2026.1", date(2026, 3, 9)), ("2026.2", date(2026, 3, 10))] == [
        (record.calendar_version, record.due) for record in moved.application.clock.deadlines
    ]
    assert {
        "deadline": "service",
        "old": "2026-03-09",
        "new": "2026-03-10",
        "old_calendar": "2026.1",
        "new_calendar": "2026.2",
    } == dict(moved.events[0].data)
    again = workflow.recompute_deadlines(moved.application, actor=SYSTEM, now=desk.now, calendar=newer)
    assert (moved.application, ()) == (again.application, again.events)


def test_the_applicants_time_is_only_ever_extended(desk):
    """A correction window grows with a new holiday and does not shrink with a lost one."""
    desk.submitted()
    desk.correct("lengkap")
    newer = make_calendar("2026.2", [date(2026, 3, 5)])
    moved = workflow.recompute_deadlines(desk.case, actor=SYSTEM, now=desk.now, calendar=newer)
    back = workflow.recompute_deadlines(moved.application, actor=SYSTEM, now=desk.now, calendar=desk.calendar)

    assert date(2026, 3, 17) == moved.application.corrections[0].answer_by
    assert "correction" == moved.events[0].data["deadline"]
    assert (date(2026, 3, 17), ()) == (back.application.corrections[0].answer_by, back.events)


def test_the_time_to_object_is_extended_after_the_refusal(desk):
    """An open objection period is an open deadline, although the case is closed."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    before = desk.refuse().decision.objection_until
    newer = make_calendar("2026.2", [date(2026, 3, 5)])
    moved = workflow.recompute_deadlines(desk.case, actor=SYSTEM, now=desk.now, calendar=newer)

    assert (date(2026, 3, 31), date(2026, 4, 1)) == (before, moved.application.decision.objection_until)
    again = workflow.recompute_deadlines(
        moved.application, actor=SYSTEM, now=desk.now, calendar=desk.calendar
    )
    assert () == again.events


def test_an_administrator_may_recompute_and_others_may_not(desk):
    """Whoever loads the calendar starts it."""
    _complete(desk, working_days(5))
    admin = make_officer("admin", Role.ADMINISTRATOR).as_actor()

    assert (
        ()
        == workflow.recompute_deadlines(desk.case, actor=admin, now=desk.now, calendar=desk.calendar).events
    )
    with raises_code("not-allowed"):
        workflow.recompute_deadlines(desk.case, actor=desk.who("depan"), now=desk.now, calendar=desk.calendar)


@pytest.mark.parametrize(
    ("budget", "due"),
    [
        (Period(30, PeriodUnit.MINUTES), "2026-03-02 09:30"),
        (Period(8, PeriodUnit.HOURS), "2026-03-03 09:30"),
        (Period(1, PeriodUnit.DAYS), "2026-03-04"),
        (working_days(5), "2026-03-10"),
    ],
)
def test_a_stage_has_its_own_budget(desk, budget, due):
    """Minutes and hours are office time with its breaks; days end at midnight."""
    stage = make_stage("lengkap", StageKind.COMPLETENESS_CHECK, budget=budget)
    desk.has_stages(stage, make_stage("keputusan", StageKind.APPROVAL))
    state = desk.submitted().stage_state("lengkap")
    due = datetime.fromisoformat(due).replace(tzinfo=desk.now.tzinfo)

    assert due == workflow.stage_due(stage, state, desk.calendar)
    assert not workflow.is_stage_late(stage, state, desk.calendar, due - timedelta(seconds=1))
    assert workflow.is_stage_late(stage, state, desk.calendar, due)
    desk.now = due
    desk.decide("lengkap")
    assert desk.events[-1].kind.value != "stage_decided"
    assert [True] == [event.data["late"] for event in desk.events if event.kind.value == "stage_decided"]


def test_a_stage_without_budget_or_not_yet_open_is_never_late(desk):
    """Nothing to overstep."""
    state = desk.submitted().stage_state("lengkap")
    stage = desk.permit_type.stage("lengkap")
    waiting = desk.case.stage_state("verifikasi")
    timed = make_stage("verifikasi", budget=working_days(1))

    assert workflow.stage_due(stage, state, desk.calendar) is None
    assert not workflow.is_stage_late(timed, waiting, desk.calendar, desk.now)


@settings(max_examples=60, deadline=None)
@given(
    calendar=office_calendars(),
    minutes=st.lists(st.integers(0, 3 * 24 * 60), min_size=1, max_size=8),
    limit=st.builds(
        Period,
        st.integers(0, 12),
        st.sampled_from((PeriodUnit.WORKING_DAYS, PeriodUnit.DAYS, PeriodUnit.HOURS)),
    ),
)
def test_measures_add_up_over_any_cut(calendar, minutes, limit):
    """Cutting a span changes nothing, nothing is ever negative, and due is when the limit is used."""
    measure = measure_of(calendar, limit, date(2026, 3, 2))
    moments = [calendar.time_zone.at(date(2026, 3, 2), time(9))]
    for count in minutes:
        moments.append(moments[-1] + timedelta(minutes=count))
    parts = [measure.used(a, b) for a, b in itertools.pairwise(moments)]

    assert all(part >= 0 for part in parts)
    assert measure.used(moments[0], moments[-1]) == sum(parts, Fraction(0))
    due = measure.due(moments[0], measure.limit)
    assert measure.limit <= measure.used(moments[0], due) < measure.limit + Fraction(1, 1000)


def test_office_time_skips_breaks_nights_and_weekends():
    """Nine hours of work after Friday noon end on Monday afternoon."""
    calendar = make_calendar()
    friday = calendar.time_zone.at(date(2026, 3, 6), time(11, 30))

    assert calendar.time_zone.at(date(2026, 3, 6), time(13, 30)) == office_time_after(
        calendar, friday, timedelta(hours=1)
    )
    assert calendar.time_zone.at(date(2026, 3, 9), time(14)) == office_time_after(
        calendar, friday, timedelta(hours=9)
    )


@pytest.mark.parametrize(
    ("period", "after", "before"),
    [
        (working_days(3), date(2026, 3, 11), date(2026, 3, 3)),
        (Period(2, PeriodUnit.WEEKS), date(2026, 3, 20), date(2026, 2, 20)),
        (Period(48, PeriodUnit.HOURS), date(2026, 3, 8), date(2026, 3, 4)),
        (Period(30, PeriodUnit.MINUTES), date(2026, 3, 6), date(2026, 3, 6)),
    ],
)
def test_periods_are_added_and_subtracted_on_the_calendar(period, after, before):
    """From Friday the 6th of March 2026, both ways."""
    day = date(2026, 3, 6)

    assert after == workflow.add_period(make_calendar(), day, period)
    assert before == workflow.subtract_period(make_calendar(), day, period)
