"""A verification that takes too long ends with a reason, whatever keeps it."""

from __future__ import annotations

import contextlib
import contextvars
import threading

import attrs
import pytest

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.verification import Limits, Verdict, verify_permit
from perizinan_core.verification._file_verifier import Countdown, TimeUpError
from perizinan_core.verification.signatures import verify_signatures

SHORT = Limits(seconds=0.05)


class Hanging:
    """A file and a status source that answer only when the test is over."""

    def __init__(self):
        self.over = threading.Event()

    def read(self, _count):
        """Wait like a network drive that is gone."""
        self.over.wait(30)
        return b""

    def status_of(self, _number, _index, _on):
        """Wait like an address that does not answer."""
        self.over.wait(30)
        raise StatusUnavailableError("too late")


@pytest.fixture
def hanging():
    """Let what hangs end with the test."""
    made = Hanging()
    yield made
    made.over.set()


def test_a_file_that_cannot_be_read_in_time_is_unreadable(world, build, hanging):
    """Of a permit and of any signed PDF; the reason names the limit."""
    reports = [
        verify_permit(hanging, authority=world.authority, at=build.CHECKED_AT, limits=SHORT, name="a.pdf"),
        verify_signatures(
            hanging, roots=world.authority.roots, at=build.CHECKED_AT, limits=SHORT, name="a.pdf"
        ),
    ]

    for report in reports:
        assert (Verdict.UNREADABLE, "time-limit", "a.pdf") == (
            report.verdict, report.reasons[0].code, report.file
        )  # fmt: skip
        assert "0.05" in report.reasons[0].message("en")


def test_a_status_that_does_not_arrive_leaves_the_permit_undecided(world, build, permit, hanging):
    """The file itself was judged, and the report says what it is."""
    report = verify_permit(
        permit, authority=world.authority, at=build.CHECKED_AT, status=hanging, limits=Limits(seconds=2)
    )

    assert (Verdict.INDETERMINATE, ["status-time-limit"]) == (
        report.verdict, [reason.code for reason in report.reasons]
    )  # fmt: skip
    assert build.statement().number == report.permit.number
    assert "unknown" == report.status.state


def test_a_limit_changes_nothing_for_what_is_in_time(world, build, permit):
    """The same report, errors and the caller's context included."""
    limited = verify_permit(permit, authority=world.authority, at=build.CHECKED_AT, limits=Limits(seconds=60))

    assert verify_permit(permit, authority=world.authority, at=build.CHECKED_AT) == limited


def test_endless_work_is_told_to_end():
    """It does not go on behind the back of the caller; no ``except Exception`` holds it."""
    ended = threading.Event()

    def endless():
        try:
            while True:
                with contextlib.suppress(Exception):
                    sum(range(100))
        finally:
            ended.set()

    with pytest.raises(TimeUpError):
        Countdown(0.05).run(endless)

    assert ended.wait(30)


def test_what_the_work_raises_and_sees_is_the_callers():
    """Errors pass, and context variables are there."""
    language = contextvars.ContextVar("language", default="id")
    language.set("en")

    assert "en" == Countdown(30).run(language.get)
    with pytest.raises(ZeroDivisionError):
        Countdown(30).run(lambda: 1 // 0)


def test_steps_share_their_time():
    """What the first took, the second does not have."""
    countdown = Countdown(0.05)
    never = threading.Event()
    with pytest.raises(TimeUpError):
        countdown.run(lambda: never.wait(0.5))
    with pytest.raises(TimeUpError):
        countdown.run(lambda: never.wait(0.5))


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_limit_is_more_than_nothing(seconds):
    """None is the word for no limit."""
    with pytest.raises(ValueError, match="seconds"):
        Limits(seconds=seconds)
    assert None is attrs.evolve(Limits(seconds=1), seconds=None).seconds
