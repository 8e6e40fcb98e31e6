"""The working-time clock: starts, pauses, resumptions and due moments on one invented office."""

from datetime import UTC, date, datetime, time
from fractions import Fraction

import pytest

from perizinan_core.errors.model import CalendarRangeError
from perizinan_core.model._calendar import (
    DayHours,
    Holiday,
    HolidayKind,
    IndonesianTimeZone,
    OfficeHours,
    RunningSpan,
    TimeSpan,
    Weekday,
    WorkingCalendar,
    clock_start,
    days_used,
    days_used_in,
    due_moment,
    position,
)
from perizinan_core.model._text import Source
from perizinan_core.testing._refusals import raises_code

SOURCE = Source("invented")
LUNCH = (TimeSpan(time(12), time(13)),)
# Monday to Thursday seven hours, Friday four: a day is a day all the same.
DAYS = (
    *(DayHours(weekday, time(8), time(16), LUNCH) for weekday in tuple(Weekday)[:4]),
    DayHours(Weekday.FRIDAY, time(8), time(12)),
)


def office(**changes):
    fields = {
        "code": "invented",
        "version": "1",
        "covers_from": date(2026, 11, 1),
        "covers_to": date(2026, 12, 31),
        "time_zone": IndonesianTimeZone.WIB,
        "workdays": frozenset(tuple(Weekday)[:5]),
        "hours": OfficeHours(DAYS),
        "holidays": (Holiday(date(2026, 12, 25), "Natal", HolidayKind.NATIONAL, SOURCE),),
        "late_filing_counts_next_day": True,
    }
    return WorkingCalendar(**{**fields, **changes})


def at(text):
    """``"25T09:00"`` is 25 November, ``"12-01T09:00"`` says its month."""
    day = text if text[2] == "-" else f"11-{text}"
    moment = datetime.fromisoformat(f"2026-{day}")
    return IndonesianTimeZone.WIB.at(moment.date(), moment.time())


@pytest.mark.parametrize(
    ("start", "end", "used"),
    [
        ("25T08:00", "25T16:00", 1),
        ("25T00:00", "25T23:59", 1),
        ("25T08:00", "25T11:30", Fraction(1, 2)),
        ("25T11:30", "25T13:00", Fraction(1, 14)),
        ("25T12:00", "25T13:00", 0),
        ("25T16:00", "26T08:00", 0),
        ("27T08:00", "27T10:00", Fraction(1, 2)),
        ("27T12:00", "30T08:00", 0),
        ("25T16:00", "12-02T16:00", 5),
        ("25T09:00", "25T09:00", 0),
    ],
)
def test_every_working_day_is_one_day_and_passes_evenly(start, end, used):
    """Nights, breaks and weekends are worth nothing; a short Friday is a whole day."""
    assert used == days_used(office(), at(start), at(end))


@pytest.mark.parametrize(
    ("received", "start"),
    [
        ("25T09:00", "25T16:00"),
        ("25T05:00", "25T16:00"),
        ("25T16:00", "25T16:00"),
        ("25T17:00", "26T16:00"),
        ("27T11:00", "27T12:00"),
        ("27T13:00", "30T16:00"),
        ("28T10:00", "30T16:00"),
        ("12-24T17:00", "12-28T16:00"),
    ],
)
def test_a_limit_counts_from_the_end_of_the_day_of_receipt(received, start):
    """After hours and on days off that is the next working day."""
    assert at(start) == clock_start(office(), at(received))


@pytest.mark.parametrize("received", ["25T17:00", "28T10:00"])
def test_an_office_may_let_the_day_of_receipt_stand(received):
    """Then nothing is used until the next working day opens."""
    relaxed = office(late_filing_counts_next_day=False)

    assert at(received) == clock_start(relaxed, at(received))
    assert at("25T16:00") == clock_start(relaxed, at("25T09:00"))


@pytest.mark.parametrize(
    ("received", "count"), [("25T09:00", 5), ("25T17:00", 3), ("28T10:00", 1), ("12-22T10:00", 5)]
)
def test_without_pauses_the_clock_ends_on_the_counted_day(received, count):
    """At closing time of the day that adding working days gives."""
    ours = office()
    day = ours.add_working_days(ours.effective_day(at(received)), count)
    due = due_moment(ours, clock_start(ours, at(received)), count)

    assert (day, ours.hours.on(day).closes) == (due.date(), due.time())


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("25T09:00", 0, "25T09:00"),
        ("25T08:00", Fraction(1, 2), "25T11:30"),
        ("25T08:00", Fraction(4, 7), "25T12:00"),
        ("25T08:00", Fraction(5, 7), "25T14:00"),
        ("25T11:30", Fraction(1, 2), "25T16:00"),
        ("25T11:30", 1, "26T11:30"),
        ("26T11:30", 1, "27T10:00"),
        ("27T10:00", 1, "30T11:30"),
        ("25T08:00", Fraction(1, 10**15), "25T08:00:00.000001"),
        ("25T20:00", 1, "26T16:00"),
        ("28T20:00", 1, "30T16:00"),
    ],
)
def test_what_is_left_of_a_day_leads_to_a_moment(start, days, due):
    """The first moment at which so much is used; at noon it is 12:00 and not 13:00."""
    assert at(due) == due_moment(office(), at(start), days)


def test_a_pause_moves_the_due_moment_by_what_was_paused():
    """Paused Thursday 11:30 to Monday 11:30: one and a half days are not used."""
    ours = office()
    start = clock_start(ours, at("24T09:00"))
    spans = [RunningSpan(start, at("26T11:30")), RunningSpan(at("30T11:30"))]
    used = days_used_in(ours, spans, at("30T16:00"))

    assert Fraction(2) == used
    assert at("12-03T16:00") == due_moment(ours, at("30T16:00"), 5 - used)
    assert at("12-01T16:00") == due_moment(ours, start, 5)


def test_pauses_outside_working_time_gain_nothing():
    """Stopping every evening and resuming every morning uses as much as running through."""
    ours = office()
    spans = [
        RunningSpan(at("25T16:00"), at("25T18:00")),
        RunningSpan(at("26T07:00"), at("26T16:00")),
        RunningSpan(at("27T08:00"), at("27T12:00")),
        RunningSpan(at("30T08:00")),
    ]

    assert days_used(ours, at("25T16:00"), at("30T11:30")) == days_used_in(ours, spans, at("30T11:30"))


def test_a_pause_on_the_day_of_receipt_uses_nothing():
    """Spans hold what happened; the count begins later."""
    ours = office()
    received = at("25T09:00")
    spans = [RunningSpan(received, at("25T14:00")), RunningSpan(at("26T11:30"))]

    used = days_used_in(ours, spans, at("26T16:00"), counts_from=clock_start(ours, received))

    assert Fraction(1, 2) == used
    assert 0 == days_used_in(ours, spans[:1], at("26T16:00"), counts_from=clock_start(ours, received))
    assert 0 == days_used_in(ours, [], at("26T16:00"))


@pytest.mark.parametrize(
    "spans",
    [
        [RunningSpan(at("25T09:00")), RunningSpan(at("25T10:00"))],
        [RunningSpan(at("25T09:00"), at("25T08:00"))],
        [RunningSpan(at("25T09:00"), at("25T11:00")), RunningSpan(at("25T10:00"))],
        [RunningSpan(at("30T09:00"))],
        [RunningSpan(at("25T09:00"), at("30T09:00"))],
    ],
)
def test_spans_that_contradict_each_other_are_refused(spans):
    """Two running, one backwards, overlapping, in the future."""
    with raises_code("calendar-order"):
        days_used_in(office(), spans, at("27T09:00"))


def test_the_clock_does_not_run_backwards():
    """An end before its start is an error, and so are fewer than no days."""
    with raises_code("calendar-order"):
        days_used(office(), at("25T09:00"), at("25T08:59"))
    with raises_code("calendar-order"):
        due_moment(office(), at("25T09:00"), Fraction(-1, 7))


def test_moments_outside_the_calendar_are_refused():
    """Before it, after it, and a limit that runs out of it."""
    with pytest.raises(CalendarRangeError):
        position(office(), at("10-31T09:00"))
    with pytest.raises(CalendarRangeError):
        days_used(office(), at("25T09:00"), datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(CalendarRangeError) as caught:
        due_moment(office(), at("12-31T09:00"), 2)
    assert date(2027, 1, 1) == caught.value.day
    with raises_code("naive-moment"):
        position(office(), datetime(2026, 11, 25))  # noqa: DTZ001


def test_other_zones_are_the_same_moments():
    """A server in UTC counts as the office does."""
    ours = office()

    assert days_used(ours, at("25T08:00"), at("25T11:30")) == days_used(
        ours, datetime(2026, 11, 25, 1, tzinfo=UTC), datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    )
