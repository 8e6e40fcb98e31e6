"""The working calendar 2025 to 2027, against the `holidays` package and the rules on hours."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from perizinan_kota_blitar._plugin import DATA

from perizinan_core.model import HolidayKind

SCRIPT = Path(__file__).parents[1] / "scripts" / "build_calendars.py"
MINUTE = 60 * 1_000_000


@pytest.fixture(scope="module")
def script():
    """The script that wrote the files."""
    spec = importlib.util.spec_from_file_location("build_calendars", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_calendar_covers_three_years(authority):
    """From New Year 2025 to New Year's Eve 2027."""
    assert (date(2025, 1, 1), date(2027, 12, 31)) == (
        authority.calendar.covers_from,
        authority.calendar.covers_to,
    )


@pytest.mark.parametrize("year", [2025, 2026, 2027])
@pytest.mark.parametrize(
    ("category", "kind"), [("public", HolidayKind.NATIONAL), ("government", HolidayKind.JOINT_LEAVE)]
)
def test_days_off_are_those_of_the_package(authority, year, category, kind):
    """National holidays and joint leave agree day by day."""
    known = holidays.country_holidays("ID", years=year, categories=(category,))
    ours = {item.day for item in authority.calendar.holidays if item.day.year == year and item.kind is kind}

    assert set(known) == ours


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_file_is_what_the_script_writes(script, year):
    """No one edited the files by hand."""
    assert script.text_of(year) == (DATA / "calendar" / f"{year}.yaml").read_text("utf-8")


def test_estimated_days_are_assumed_and_no_other(authority):
    """Only the feasts of 2027 that wait for the sighting of the moon are open."""
    open_days = [item.day for item in authority.calendar.holidays if item.source.assumed]

    assert [date(2027, 3, 10), date(2027, 3, 11), date(2027, 5, 17)] == open_days


def test_joint_leave_of_august_2025_names_the_late_decision(authority):
    """18 August 2025 was added during the year."""
    (day,) = authority.calendar.holidays_on(date(2025, 8, 18))

    assert HolidayKind.JOINT_LEAVE is day.kind
    assert "ditambahkan" in day.source.citation


@pytest.mark.parametrize(
    ("monday", "minutes"),
    [
        (date(2026, 6, 8), 37 * 60 + 30),
        (date(2025, 3, 3), 32 * 60 + 30),
        (date(2026, 2, 23), 32 * 60 + 30),
        (date(2027, 2, 15), 32 * 60 + 30),
    ],
)
def test_a_week_has_the_hours_of_perpres_21_2023(authority, monday, minutes):
    """37 h 30 min without breaks, in Ramadan 32 h 30 min."""
    week = [authority.calendar.hours.on(monday + timedelta(days=count)) for count in range(7)]

    assert minutes == sum(day.working_time for day in week if day) // MINUTE
    assert [None, None] == week[5:]


def test_five_working_days_from_the_eve_of_nyepi(authority):
    """Nyepi, joint leave and Idulfitri lie between 17 and 31 March 2026."""
    assert date(2026, 3, 31) == authority.calendar.add_working_days(date(2026, 3, 17), 5)


def test_ramadan_ends_on_the_eve_of_idulfitri(authority):
    """In each year the first day after the special hours is the feast."""
    for period in authority.calendar.hours.special:
        names = [item.name for item in authority.calendar.holidays_on(period.ends + timedelta(days=1))]

        assert ["Hari Raya Idul Fitri"] == names
