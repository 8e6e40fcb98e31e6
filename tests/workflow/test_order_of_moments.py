"""The moments of a case never go back: each step that lies before the last one is refused and changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.model._case import StageOutcome
from perizinan_core.testing.strategies._workflow import OWNER, SYSTEM, make_permit
from perizinan_core.workflow import _functions as workflow


def _in_review(desk):
    desk.submitted()
    desk.decide("lengkap")


def _judged(desk):
    _in_review(desk)
    desk.decide("verifikasi")


def _numbered(desk):
    desk.approved()
    desk.take_number()


def _signed(desk):
    return workflow.put_in_force(make_permit(), signed_sha256="1" * 64, actor=SYSTEM, now=desk.now).permit


STEPS = {
    "decide_stage": (_in_review, lambda desk, now: desk.decide("verifikasi", StageOutcome.POSITIVE, now=now)),
    "request_correction": (_in_review, lambda desk, now: desk.correct("verifikasi", now=now)),
    "record_payment": (_in_review, lambda desk, now: desk.pay("bank-1", 1, now=now, paid_at=now)),
    "declare_conflict": (
        _in_review,
        lambda desk, now: workflow.declare_conflict(
            desk.case,
            desk.permit_type,
            officer="belakang",
            reason="-",
            actor=desk.who("belakang"),
            now=now,
            calendar=desk.calendar,
        ),
    ),
    "withdraw": (_in_review, lambda desk, now: workflow.withdraw(desk.case, actor=OWNER, now=now)),
    "approve": (_judged, lambda desk, now: desk.approve(now=now)),
    "refuse": (_judged, lambda desk, now: desk.refuse(now=now)),
    "reopen": (
        lambda desk: desk.approved(),
        lambda desk, now: workflow.reopen(
            desk.case,
            desk.permit_type,
            reasons=("-",),
            actor=desk.who("kepala"),
            now=now,
            calendar=desk.calendar,
        ),
    ),
    "take_number": (lambda desk: desk.approved(), lambda desk, now: desk.take_number(now=now)),
    "issued": (
        _numbered,
        lambda desk, now: workflow.issued(
            desk.case, _signed(desk), actor=SYSTEM, now=now, calendar=desk.calendar
        ),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_before_the_last_moment_of_the_case_is_refused(desk, name):
    """By a second, or by a day; at the last moment itself it may be taken."""
    prepare, step = STEPS[name]
    prepare(desk)
    case = desk.case
    for before in (timedelta(seconds=1), timedelta(days=1)):
        with pytest.raises(ClockOrderError):
            step(desk, desk.now - before)

    assert case == desk.case
