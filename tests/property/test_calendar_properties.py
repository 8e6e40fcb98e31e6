"""Properties of working days and of the working-time clock, over invented offices."""

from datetime import time, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from perizinan_core.errors.model import CalendarRangeError
from perizinan_core.model._calendar import (
    RunningSpan,
    clock_start,
    days_used,
    days_used_in,
    due_moment,
    position,
)
from perizinan_core.testing.strategies import _values as values

moderate = settings(max_examples=100, deadline=None)
MICROSECOND = timedelta(microseconds=1)


def days_in(calendar):
    return st.dates(calendar.covers_from, calendar.covers_to)


def sorted_moments(draw, calendar, count):
    return sorted(draw(values.moments_in(calendar)) for _ in range(count))


@st.composite
def pauses(draw, calendar):
    """Spans in order of time, the last one running or not, and a moment after them."""
    moments = sorted_moments(draw, calendar, 2 * draw(st.integers(1, 4)) + 1)
    spans = [RunningSpan(start, stop) for start, stop in zip(moments[:-1:2], moments[1::2], strict=True)]
    if draw(st.booleans()):
        spans[-1] = RunningSpan(spans[-1].started)
    return spans, moments[-1]


class TestDays:
    """Rule: the first working day after the day of receipt is day 1."""

    @moderate
    @given(values.working_calendars(), st.data())
    def test_adding_agrees_with_counting_day_by_day(self, calendar, data):
        """A slow count over single days gives the same."""
        start, end = sorted((data.draw(days_in(calendar)), data.draw(days_in(calendar))))
        days = [start + timedelta(days=offset) for offset in range(1, (end - start).days + 1)]
        counted = [day for day in days if calendar.is_working_day(day)]

        assert len(counted) == calendar.working_days_between(start, end)
        if counted:
            assert counted[-1] == calendar.add_working_days(start, len(counted))
            assert counted[0] == calendar.next_working_day(start)

    @moderate
    @given(values.working_calendars(), st.data(), st.integers(0, 60))
    def test_adding_and_counting_are_opposites(self, calendar, data, count):
        """And the day that is reached works, unless nothing was added."""
        start = data.draw(days_in(calendar))
        try:
            end = calendar.add_working_days(start, count)
        except CalendarRangeError:
            assert calendar.working_days_between(start, calendar.covers_to) < count
            return

        assert count == calendar.working_days_between(start, end)
        assert calendar.is_working_day(end) or count == 0
        assert end >= start

    @moderate
    @given(values.working_calendars(), st.data())
    def test_counts_of_adjoining_spans_add_up(self, calendar, data):
        """Cutting a span loses no day and invents none."""
        one, two, three = sorted(data.draw(days_in(calendar)) for _ in range(3))

        assert calendar.working_days_between(one, three) == calendar.working_days_between(
            one, two
        ) + calendar.working_days_between(two, three)

    @moderate
    @given(values.working_calendars(), st.data())
    def test_filing_later_never_counts_earlier(self, calendar, data):
        """The effective day is monotone, not before the local date, and works where the office says so."""
        one, two = sorted_moments(data.draw, calendar, 2)
        try:
            first, second = calendar.effective_day(one), calendar.effective_day(two)
        except CalendarRangeError:
            return

        assert first <= second
        assert one.date() <= first
        if calendar.late_filing_counts_next_day:
            assert calendar.is_working_day(first)
        else:
            assert one.date() == first


class TestClock:
    """Rule: used time is a difference of one function that never falls."""

    @moderate
    @given(values.working_calendars(), st.data())
    def test_used_time_adds_up_and_never_falls(self, calendar, data):
        """Exactly, over any cut."""
        one, two, three = sorted_moments(data.draw, calendar, 3)

        assert days_used(calendar, one, three) == days_used(calendar, one, two) + days_used(
            calendar, two, three
        )
        assert 0 <= days_used(calendar, one, two) <= days_used(calendar, one, three)

    @moderate
    @given(values.working_calendars(), st.data())
    def test_whole_days_agree_with_counted_days(self, calendar, data):
        """From midnight to midnight the clock counts the working days between."""
        start, end = sorted((data.draw(days_in(calendar)), data.draw(days_in(calendar))))
        midnights = [calendar.time_zone.at(day, time.min) for day in (start, end)]
        expected = calendar.working_days_before(end) - calendar.working_days_before(start)

        assert expected == days_used(calendar, *midnights)

    @moderate
    @given(values.working_calendars(), st.data(), st.integers(1, 30))
    def test_without_pauses_the_due_day_is_the_added_day(self, calendar, data, count):
        """Closing time of effective day plus so many working days."""
        received = data.draw(values.moments_in(calendar))
        try:
            expected = calendar.add_working_days(calendar.effective_day(received), count)
        except CalendarRangeError:
            return
        start = clock_start(calendar, received)
        due = due_moment(calendar, start, count)

        assert start >= received
        assert expected == due.date()
        assert calendar.hours.on(expected).closes == due.time()

    @moderate
    @given(values.working_calendars(), st.data(), st.fractions(0, 20, max_denominator=1000))
    def test_the_due_moment_is_the_first_that_uses_enough(self, calendar, data, days):
        """One microsecond earlier is too early."""
        start = data.draw(values.moments_in(calendar))
        try:
            due = due_moment(calendar, start, days)
        except CalendarRangeError:
            assert position(calendar, start) + days > calendar.working_days_between(
                calendar.covers_from, calendar.covers_to
            )
            return

        assert days_used(calendar, start, due) >= days
        if days > 0:
            assert due > start
            assert days_used(calendar, start, due - MICROSECOND) < days

    @moderate
    @given(values.working_calendars(), st.data())
    def test_pauses_only_take_away(self, calendar, data):
        """Used time is at most that of running through, and what is used plus what was paused is all."""
        spans, now = data.draw(pauses(calendar))
        used = days_used_in(calendar, spans, now)
        gaps = [days_used(calendar, before.stopped, after.started) for before, after in pairwise(spans)]
        end = now if spans[-1].stopped is None else spans[-1].stopped

        assert 0 <= used <= days_used(calendar, spans[0].started, now)
        assert used + sum(gaps, Fraction(0)) == days_used(calendar, spans[0].started, end)

    @moderate
    @given(values.working_calendars(), st.data())
    def test_time_passing_and_pauses_of_no_length_never_reset_the_clock(self, calendar, data):
        """Later is never less, and cutting a span in two changes nothing."""
        start, cut, now, later = sorted_moments(data.draw, calendar, 4)
        whole = days_used_in(calendar, [RunningSpan(start)], now)

        assert whole <= days_used_in(calendar, [RunningSpan(start)], later)
        assert whole == days_used_in(calendar, [RunningSpan(start, cut), RunningSpan(cut)], now)
        assert days_used(calendar, start, cut) == days_used_in(calendar, [RunningSpan(start, cut)], later)

    @moderate
    @given(values.working_calendars(), st.data())
    def test_nothing_counts_before_the_clock_starts(self, calendar, data):
        """The part of every span before that moment is left out."""
        spans, now = data.draw(pauses(calendar))
        origin = data.draw(values.moments_in(calendar))
        clipped = days_used_in(calendar, spans, now, counts_from=origin)

        assert 0 <= clipped <= days_used_in(calendar, spans, now)
        if origin <= spans[0].started:
            assert clipped == days_used_in(calendar, spans, now)
        if origin >= now:
            assert clipped == 0

    @moderate
    @given(values.working_calendars(), st.data(), st.integers(1, 10))
    def test_a_pause_moves_the_due_moment_by_what_was_paused(self, calendar, data, limit):
        """Remaining days from the resumption lead as far as the limit plus the pause."""
        start, stopped, resumed = sorted_moments(data.draw, calendar, 3)
        used = days_used(calendar, start, stopped)
        assume(used < limit)
        try:
            due = due_moment(calendar, resumed, limit - used)
        except CalendarRangeError:
            return

        paused = days_used(calendar, stopped, resumed)
        assert due == due_moment(calendar, start, limit + paused)
