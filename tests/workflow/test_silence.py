"""Silence past the limit."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from perizinan_core.errors.workflow import TransitionNotAllowedError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import DecisionKind
from perizinan_core.model._stage import SilencePolicy
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import HOST, OWNER, SYSTEM, make_calendar, make_terms
from perizinan_core.workflow import _functions as workflow


def _silent(desk, policy=SilencePolicy.AUTOMATIC, **terms):
    """Let the limit of a complete file pass; the deadline was Monday the 9th."""
    desk.submitted(make_terms(desk.permit_type, silence=policy, **terms))
    desk.decide("lengkap")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    return desk


def _deem(desk, actor=SYSTEM, **changes):
    given = {"now": desk.now, "calendar": desk.calendar, "staff": desk.staff, **changes}
    return desk.take(workflow.deem_granted(desk.case, desk.permit_type, actor=actor, **given))


def test_silence_grants_with_evidence_and_apart_from_a_grant(desk):
    """The evidence names deadline, calendar and days used."""
    case = _deem(_silent(desk))
    grant = case.deemed_grant

    assert (ApplicationState.APPROVED, DecisionKind.DEEMED_GRANTED) == (case.state, case.decision.kind)
    assert (date(2026, 3, 9), "2026.1", 5) == (grant.due, grant.calendar_version, grant.consumed)
    assert grant.issue_by is None
    assert "deemed_granted" == desk.events[-1].kind.value


def test_the_duty_to_issue_names_its_last_day(desk):
    """From the permit type, or from the law where it states none."""
    assert date(2026, 3, 17) == _deem(_silent(desk, SilencePolicy.DUTY_TO_ISSUE)).deemed_grant.issue_by


def test_the_duty_to_issue_follows_the_permit_type(desk):
    """Two calendar days after the 10th is the 12th."""
    _silent(desk, SilencePolicy.DUTY_TO_ISSUE, issue_within=Period(2, PeriodUnit.DAYS))

    assert date(2026, 3, 12) == _deem(desk).deemed_grant.issue_by


def test_a_new_holiday_extends_the_time_to_issue(desk):
    """An open deadline like the others; without one there is nothing to extend."""
    _deem(_silent(desk, SilencePolicy.DUTY_TO_ISSUE))
    newer = make_calendar("2026.2", [date(2026, 3, 12)])
    moved = workflow.recompute_deadlines(desk.case, actor=SYSTEM, now=desk.now, calendar=newer)

    assert date(2026, 3, 18) == moved.application.deemed_grant.issue_by
    assert "issue_by" == moved.events[0].data["deadline"]
    again = workflow.recompute_deadlines(moved.application, actor=SYSTEM, now=desk.now, calendar=newer)
    assert () == again.events


def test_an_automatic_grant_has_no_time_to_issue_to_extend(desk):
    """Nothing is recomputed for it."""
    _deem(_silent(desk))
    newer = make_calendar("2026.2", [date(2026, 3, 12)])

    assert () == workflow.recompute_deadlines(desk.case, actor=SYSTEM, now=desk.now, calendar=newer).events


def test_where_the_rule_excludes_it_a_case_is_only_late(desk):
    """The officers may still decide."""
    _silent(desk, SilencePolicy.NONE)

    with raises_code("no-deemed-grant"):
        _deem(desk)
    assert workflow.is_late(desk.case, desk.calendar, desk.now)
    assert not workflow.is_deemed_due(desk.case, desk.calendar, desk.now)
    desk.decide("verifikasi")
    assert ApplicationState.APPROVED is desk.approve().state
    assert desk.events[-1].data["late"] is True


def test_after_the_limit_nobody_decides_any_more(desk):
    """Neither refusal nor correction nor a late outcome: the grant by law is recorded first."""
    _silent(desk)

    assert workflow.is_deemed_due(desk.case, desk.calendar, desk.now)
    for step in (
        lambda: desk.decide("verifikasi"),
        lambda: desk.correct("verifikasi"),
    ):
        with raises_code("deemed-grant-due") as refusal:
            step()
        assert date(2026, 3, 9) == refusal.value.due


def test_after_the_limit_the_approver_does_not_decide_either(desk):
    """Not even in favour: the case would look like an ordinary grant."""
    desk.submitted(make_terms(desk.permit_type, silence=SilencePolicy.AUTOMATIC))
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)

    for step in (desk.approve, desk.refuse):
        with raises_code("deemed-grant-due"):
            step()


def test_all_of_the_last_day_belongs_to_the_office(desk):
    """Nothing is granted on the 9th."""
    _silent(desk)
    desk.now = datetime(2026, 3, 9, 23, 59, tzinfo=desk.now.tzinfo)

    with raises_code("not-due") as refusal:
        _deem(desk)
    assert date(2026, 3, 9) == refusal.value.due


def test_while_the_clock_does_not_run_nothing_is_granted(desk):
    """An incomplete file, and one that waits for a correction, are no silence of the office."""
    desk.submitted(make_terms(desk.permit_type, silence=SilencePolicy.AUTOMATIC))
    with raises_code("not-due") as refusal:
        _deem(desk.wait(days=60))
    assert refusal.value.due is None
    desk.correct("lengkap")
    with pytest.raises(TransitionNotAllowedError):
        _deem(desk)


def test_a_deadline_of_an_older_calendar_is_recomputed_first(desk):
    """A holiday that was declared meanwhile still counts for the office."""
    _silent(desk)
    with raises_code("not-due"):
        _deem(desk, calendar=make_calendar("2026.2", [date(2026, 3, 5)]))
    case = _deem(desk, calendar=make_calendar("2026.3"))

    assert ["2026.1", "2026.3"] == [record.calendar_version for record in case.clock.deadlines]
    assert ["deadline_changed", "deemed_granted"] == [event.kind.value for event in desk.events[-2:]]


@pytest.mark.parametrize("account", [None, "kepala"])
def test_only_the_system_and_the_host_record_it(desk, account):
    """Neither applicants nor officers declare a case granted."""
    _silent(desk)

    with raises_code("not-allowed"):
        _deem(desk, desk.who(account) if account else OWNER)
    assert HOST.account == _deem(desk, HOST).decision.by
