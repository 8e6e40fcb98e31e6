"""The working calendar: which days count, when a filing counts, and what is refused."""

import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone

import attrs
import holidays
import pytest

from perizinan_core.errors.model import CalendarRangeError, InvalidIdentifierError, ModelError
from perizinan_core.model._calendar import (
    DayHours,
    Holiday,
    HolidayKind,
    IndonesianTimeZone,
    OfficeHours,
    SpecialHours,
    TimeSpan,
    Weekday,
    WorkingCalendar,
    format_moment,
)
from perizinan_core.model._text import Source
from perizinan_core.testing._refusals import raises_code

SKB = Source("SKB 3 Menteri, national holidays and joint leave 2026", assumed=True)
WORKDAYS = tuple(Weekday)[:5]

# Month and day of the days off in 2026; a test compares them with the holidays package.
NATIONAL_2026 = (
    *("01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01", "05-14"),
    *("05-27", "05-31", "06-01", "06-16", "08-17", "08-25", "12-25"),
)
LEAVE_2026 = ("02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24")


def week(opens, closes, pause, friday_pause):
    """Monday to Friday with a break; on Friday a longer one, and half an hour more at the end."""
    later = time(closes.hour, 30)
    friday = DayHours(Weekday.FRIDAY, opens, later, (TimeSpan(*friday_pause),))
    return (*(DayHours(day, opens, closes, (TimeSpan(*pause),)) for day in WORKDAYS[:4]), friday)


def off(days, kind):
    return tuple(Holiday(date.fromisoformat(f"2026-{day}"), kind.value, kind, SKB) for day in days)


RAMADAN = SpecialHours(
    "Ramadan 1447 H",
    date(2026, 2, 18),
    date(2026, 3, 19),
    week(time(8), time(15), (time(12), time(12, 30)), (time(11, 30), time(12, 30))),
    Source("Perpres 21/2023 art. 4"),
)
HOURS = OfficeHours(week(time(7, 30), time(16), (time(12), time(13)), (time(11, 30), time(13))), (RAMADAN,))


def calendar(**changes):
    """A five-day office in WIB with the Indonesian holidays of 2026."""
    fields = {
        "code": "kota-contoh",
        "version": "2026.1",
        "covers_from": date(2026, 1, 1),
        "covers_to": date(2026, 12, 31),
        "time_zone": IndonesianTimeZone.WIB,
        "workdays": frozenset(WORKDAYS),
        "hours": HOURS,
        "holidays": off(NATIONAL_2026, HolidayKind.NATIONAL) + off(LEAVE_2026, HolidayKind.JOINT_LEAVE),
        "late_filing_counts_next_day": True,
    }
    return WorkingCalendar(**{**fields, **changes})


def wib(text):
    return IndonesianTimeZone.WIB.at(date.fromisoformat(text[:10]), time.fromisoformat(text[11:]))


def problems(make):
    with raises_code("invalid-calendar") as caught:
        make()
    return caught.value.problems


class TestDays:
    """domain.md D: the first working day after the day of receipt is day 1."""

    @pytest.mark.parametrize(
        ("received", "count", "due"),
        [
            ("2026-03-17", 5, "2026-03-31"),
            ("2026-12-22", 5, "2026-12-31"),
            ("2026-03-17", 1, "2026-03-25"),
            ("2026-11-25", 0, "2026-11-25"),
            ("2026-11-25", 1, "2026-11-26"),
            ("2026-11-27", 1, "2026-11-30"),
            ("2026-11-28", 0, "2026-11-28"),
            ("2026-11-28", 1, "2026-11-30"),
        ],
    )
    def test_working_days_are_added(self, received, count, due):
        """Weekends, holidays and joint leave do not count."""
        assert date.fromisoformat(due) == calendar().add_working_days(date.fromisoformat(received), count)

    def test_the_holidays_are_those_that_the_holidays_package_knows(self):
        """Every working day of 2026 agrees with its categories public and government."""
        known = holidays.country_holidays("ID", years=2026, categories=("public", "government"))
        days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]
        ours = calendar()

        assert [day for day in days if day.weekday() < 5 and day not in known] == [
            day for day in days if ours.is_working_day(day)
        ]
        assert set(known) == {holiday.day for holiday in ours.holidays}

    def test_days_are_counted_back(self):
        """The opposite of adding, additive over adjoining spans."""
        ours = calendar()

        assert 5 == ours.working_days_between(date(2026, 3, 17), date(2026, 3, 31))
        assert 0 == ours.working_days_between(date(2026, 3, 17), date(2026, 3, 24))
        assert 0 == ours.working_days_between(date(2026, 3, 17), date(2026, 3, 17))

    def test_the_kind_and_name_of_a_holiday_can_be_shown(self):
        """So that a timeline can say why a day did not count."""
        ours = calendar()

        assert [HolidayKind.JOINT_LEAVE] == [holiday.kind for holiday in ours.holidays_on(date(2026, 3, 18))]
        assert () == ours.holidays_on(date(2026, 3, 17))

    def test_a_six_day_week_counts_saturdays(self):
        """Weekdays belong to the office."""
        saturday = DayHours(Weekday.SATURDAY, time(8), time(12))
        hours = OfficeHours((*HOURS.days, saturday))
        six = calendar(workdays=frozenset(tuple(Weekday)[:6]), hours=hours)

        assert date(2026, 11, 28) == six.next_working_day(date(2026, 11, 27))

    def test_an_office_may_be_open_on_a_day_that_does_not_count(self):
        """A Saturday counter serves people, and no time limit runs."""
        hours = OfficeHours((*HOURS.days, DayHours(Weekday.SATURDAY, time(8), time(12))))
        office = calendar(hours=hours)

        assert office.is_open(wib("2026-11-28T09:00"))
        assert not office.is_working_day(date(2026, 11, 28))
        assert office.working_hours(date(2026, 11, 28)) is None

    def test_a_negative_count_is_refused(self):
        """Nobody counts backwards."""
        with raises_code("calendar-order"):
            calendar().add_working_days(date(2026, 3, 17), -1)

    def test_an_end_before_its_start_is_refused(self):
        """Also by one day."""
        with raises_code("calendar-order") as caught:
            calendar().working_days_between(date(2026, 3, 18), date(2026, 3, 17))
        assert "akhir yang sama dengan atau setelah awal" in caught.value.message("id")


class TestRange:
    """A date beyond the loaded calendar is an error, not a guess."""

    @pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
    def test_days_outside_are_refused_everywhere(self, day):
        """Every question about such a day."""
        ours = calendar()
        moment = IndonesianTimeZone.WIB.at(day, time(9))
        questions = [
            lambda: ours.is_working_day(day),
            lambda: ours.holidays_on(day),
            lambda: ours.working_hours(day),
            lambda: ours.add_working_days(day, 0),
            lambda: ours.working_days_before(day),
            lambda: ours.working_days_between(day, date(2026, 5, 5)),
            lambda: ours.working_days_between(date(2026, 5, 5), day),
            lambda: ours.effective_day(moment),
            lambda: ours.is_open(moment),
        ]

        for question in questions:
            with pytest.raises(CalendarRangeError) as caught:
                question()
            assert day == caught.value.day

    def test_a_count_beyond_the_end_says_which_day_is_missing(self):
        """The first day after the end, the years that are there, and what to do."""
        with pytest.raises(CalendarRangeError) as caught:
            calendar().add_working_days(date(2026, 12, 22), 6)
        error = caught.value

        assert date(2027, 1, 1) == error.day
        assert "2026-12-31" in str(error)
        assert "years 2026 (" in str(error)
        assert "Muat kalender" in error.message("id")
        assert error.details() == pickle.loads(pickle.dumps(error)).details()

    def test_several_years_are_shown_as_a_range(self):
        """2025–2027."""
        ours = calendar(covers_from=date(2025, 1, 1), covers_to=date(2027, 12, 31))

        assert range(2025, 2028) == ours.years
        with pytest.raises(CalendarRangeError, match="2025–2027"):
            ours.is_working_day(date(2028, 1, 1))

    def test_the_local_day_decides_at_new_year(self):
        """17:30 UTC on 31 December is next year in WIB."""
        with pytest.raises(CalendarRangeError):
            calendar().effective_day(datetime(2026, 12, 31, 17, 30, tzinfo=UTC))


class TestFiling:
    """Filing after hours counts from the next working day if the office says so."""

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            ("2026-11-25T09:00", "2026-11-25"),
            ("2026-11-25T05:00", "2026-11-25"),
            ("2026-11-25T12:30", "2026-11-25"),
            ("2026-11-25T16:00", "2026-11-25"),
            ("2026-11-25T16:00:00.000001", "2026-11-26"),
            ("2026-11-27T17:00", "2026-11-30"),
            ("2026-11-28T09:00", "2026-11-30"),
            ("2026-12-24T09:00", "2026-12-28"),
            ("2026-03-04T15:30", "2026-03-05"),
            ("2026-04-08T15:30", "2026-04-08"),
        ],
    )
    def test_late_filings_count_on_the_next_working_day(self, moment, day):
        """In Ramadan the office closes an hour earlier."""
        assert date.fromisoformat(day) == calendar().effective_day(wib(moment))

    @pytest.mark.parametrize("moment", ["2026-11-25T23:59", "2026-11-28T09:00"])
    def test_an_office_may_let_the_day_of_filing_stand(self, moment):
        """The local date, also at night and on Saturday."""
        office = calendar(late_filing_counts_next_day=False)

        assert date.fromisoformat(moment[:10]) == office.effective_day(wib(moment))

    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            (IndonesianTimeZone.WIB, "2026-11-25"),
            (IndonesianTimeZone.WITA, "2026-11-25"),
            (IndonesianTimeZone.WIT, "2026-11-26"),
        ],
    )
    def test_the_clocks_of_the_office_decide(self, zone, day):
        """08:00 UTC is 15:00, 16:00 or 17:00."""
        moment = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

        assert date.fromisoformat(day) == calendar(time_zone=zone).effective_day(moment)

    @pytest.mark.parametrize("zone", IndonesianTimeZone)
    def test_the_first_and_the_last_moments_can_be_said(self, zone):
        """A stranger's signature may state any time; on other clocks it would lie outside the calendar."""
        last = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-14)))
        first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))

        assert f"31 Desember 9999 pukul 23.59 {zone.value}" == format_moment(last, zone)
        assert f"1 January 1 at 00:00 {zone.value}" == format_moment(first, zone, "en")

    def test_a_moment_without_time_zone_is_refused(self):
        """Nobody guesses the zone."""
        with raises_code("naive-moment") as caught:
            calendar().effective_day(datetime(2026, 11, 25, 8, 0))  # noqa: DTZ001
        assert "2026-11-25T08:00:00" in str(caught.value)
        assert "WITA" in caught.value.message("id")

    @pytest.mark.parametrize(
        ("moment", "is_open"),
        [
            ("2026-11-25T07:29", False),
            ("2026-11-25T07:30", True),
            ("2026-11-25T12:00", False),
            ("2026-11-25T13:00", True),
            ("2026-11-25T16:00", False),
            ("2026-11-27T11:45", False),
            ("2026-11-28T09:00", False),
            ("2026-12-25T09:00", False),
        ],
    )
    def test_opening_hours_can_be_asked(self, moment, is_open):
        """Breaks, weekends and holidays are closed."""
        assert is_open == calendar().is_open(wib(moment))


class TestHours:
    """Perpres 21/2023: 37 h 30 min a week, in Ramadan 32 h 30 min."""

    def test_a_week_has_the_hours_of_the_regulation(self):
        """Breaks are no working time."""
        minute = 60 * 1_000_000

        assert 37 * 60 + 30 == sum(hours.working_time for hours in HOURS.days) // minute
        assert 32 * 60 + 30 == sum(hours.working_time for hours in RAMADAN.days) // minute

    def test_special_periods_replace_the_usual_hours(self):
        """First and last day belong to them."""
        assert time(16) == HOURS.on(date(2026, 2, 17)).closes
        assert time(15) == HOURS.on(date(2026, 2, 18)).closes
        assert time(15) == HOURS.on(date(2026, 3, 19)).closes
        assert time(16, 30) == HOURS.on(date(2026, 3, 20)).closes
        assert HOURS.on(date(2026, 3, 1)) is None

    def test_work_is_measured_without_breaks(self):
        """And read back as a clock time."""
        hours = HOURS.days[0]
        minute = 60 * 1_000_000

        assert [0, 0, 270, 270, 270, 271, 450, 450] == [
            hours.worked_before(clock) // minute
            for clock in (
                time(0),
                time(7, 30),
                time(12),
                time(12, 30),
                time(13),
                time(13, 1),
                time(16),
                time(23),
            )
        ]
        assert [time(7, 31), time(12), time(13, 1), time(16), time(16)] == [
            hours.clock_after(worked * minute) for worked in (1, 270, 271, 450, 451)
        ]

    @pytest.mark.parametrize(
        "make",
        [
            lambda: DayHours(Weekday.MONDAY, time(16), time(8)),
            lambda: DayHours(Weekday.MONDAY, time(8), time(8)),
            lambda: DayHours(Weekday.MONDAY, time(8), time(16), (TimeSpan(time(7), time(9)),)),
            lambda: DayHours(Weekday.MONDAY, time(8), time(16), (TimeSpan(time(13), time(12)),)),
            lambda: DayHours(Weekday.MONDAY, time(8), time(16), (TimeSpan(time(15), time(17)),)),
            lambda: DayHours(Weekday.MONDAY, time(8), time(16), (TimeSpan(time(8), time(16)),)),
            lambda: DayHours(Weekday.MONDAY, time(8, tzinfo=UTC), time(16)),
            lambda: DayHours(
                Weekday.MONDAY,
                time(8),
                time(16),
                (TimeSpan(time(9), time(11)), TimeSpan(time(10), time(12))),
            ),
            lambda: OfficeHours((*HOURS.days, HOURS.days[0])),
            lambda: OfficeHours(HOURS.days, (RAMADAN, attrs.evolve(RAMADAN, starts=date(2026, 3, 19)))),
            lambda: attrs.evolve(RAMADAN, ends=date(2026, 2, 17)),
            lambda: attrs.evolve(RAMADAN, days=(*HOURS.days, HOURS.days[0])),
        ],
    )
    def test_hours_that_contradict_themselves_are_refused(self, make):
        """Each with one problem named."""
        assert 1 == len(problems(make))


class TestData:
    """Calendar data are checked at once, all problems together."""

    def test_all_problems_are_reported_at_once(self):
        """Holidays outside and doubled, weekdays without hours."""
        twice = off(["05-01", "05-01"], HolidayKind.NATIONAL)
        found = problems(
            lambda: calendar(
                workdays=frozenset(tuple(Weekday)[:6]),
                holidays=(*twice, Holiday(date(2027, 1, 1), "Tahun Baru", HolidayKind.NATIONAL, SKB)),
            )
        )

        assert [
            "saturday is a working day but has no usual hours",
            "saturday is a working day but has no Ramadan 1447 H hours",
            "the holiday national on 2026-05-01 stands there twice",
            "the holiday Tahun Baru on 2027-01-01 lies outside the covered days",
        ] == list(found)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"covers_to": date(2025, 12, 31), "holidays": ()}, "covers no day"),
            ({"covers_to": date(2100, 1, 1)}, "more than 30 years"),
            ({"workdays": frozenset()}, "no working weekday"),
        ],
    )
    def test_impossible_covers_and_weeks_are_refused(self, changes, words):
        """Each with its sentence, named after the calendar."""
        with raises_code("invalid-calendar", match=words) as caught:
            calendar(**changes)
        assert "kota-contoh 2026.1" == caught.value.name
        assert words in caught.value.message("id")

    def test_code_and_version_are_needed(self):
        """They are stored with every deadline."""
        with pytest.raises(InvalidIdentifierError):
            calendar(code="Kota Contoh")
        with pytest.raises(ValueError, match="version"):
            calendar(version="")

    def test_two_holidays_may_fall_on_one_day(self):
        """As Ascension and Labour Day did."""
        both = (
            Holiday(date(2026, 5, 1), "one", HolidayKind.NATIONAL, SKB),
            Holiday(date(2026, 5, 1), "other", HolidayKind.REGIONAL, SKB),
        )

        assert both == calendar(holidays=both).holidays_on(date(2026, 5, 1))

    def test_a_changed_calendar_is_a_new_value(self):
        """A joint leave that is added late moves a due day."""
        before = calendar()
        extra = Holiday(date(2026, 12, 28), "cuti", HolidayKind.EXTRA, SKB)
        after = attrs.evolve(before, version="2026.2", holidays=(*before.holidays, extra))

        assert before != after
        assert date(2026, 12, 30) == before.add_working_days(date(2026, 12, 22), 4)
        assert date(2026, 12, 31) == after.add_working_days(date(2026, 12, 22), 4)

    def test_calendars_are_hashable_and_pickle(self):
        """The days that count survive."""
        copy = pickle.loads(pickle.dumps(calendar()))

        assert {calendar()} == {copy}
        assert date(2026, 3, 31) == copy.add_working_days(date(2026, 3, 17), 5)
        assert issubclass(CalendarRangeError, ModelError)


def test_moments_are_written_on_the_clocks_of_the_office():
    """With the zone by its Indonesian name."""
    moment = datetime(2026, 11, 25, 7, 5, tzinfo=UTC)

    assert "25 November 2026 pukul 14.05 WIB" == format_moment(moment, IndonesianTimeZone.WIB)
    assert "25 November 2026 at 16:05 WIT" == format_moment(moment, IndonesianTimeZone.WIT, "en")


@pytest.mark.parametrize(
    ("zone", "hours"),
    [(IndonesianTimeZone.WIB, 7), (IndonesianTimeZone.WITA, 8), (IndonesianTimeZone.WIT, 9)],
)
def test_the_three_zones_have_their_offsets(zone, hours):
    """UTC+7, +8 and +9, summer and winter."""
    for month in (1, 7):
        assert timedelta(hours=hours) == zone.at(date(2026, month, 1), time(0)).utcoffset()


def test_weekdays_follow_the_calendar():
    """2026-11-23 is a Monday."""
    assert list(Weekday) == [Weekday.of(date(2026, 11, 23 + offset)) for offset in range(7)]
