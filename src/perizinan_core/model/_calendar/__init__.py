"""
Working days, office hours and the clock that counts a time limit.

The holidays, weekdays and hours are data of an authority; nothing here knows a date of its own.
``zone`` has the time zones, ``hours`` the office hours, ``working`` the days that count, ``clock``
the counting with pauses and its rule.
"""

from perizinan_core.model._calendar._clock import (
    RunningSpan,
    clock_start,
    days_used,
    days_used_in,
    due_moment,
    position,
)
from perizinan_core.model._calendar._hours import DayHours, OfficeHours, SpecialHours, TimeSpan, Weekday
from perizinan_core.model._calendar._working import Holiday, HolidayKind, WorkingCalendar
from perizinan_core.model._calendar._zone import IndonesianTimeZone, format_moment

__all__ = [
    "DayHours",
    "Holiday",
    "HolidayKind",
    "IndonesianTimeZone",
    "OfficeHours",
    "RunningSpan",
    "SpecialHours",
    "TimeSpan",
    "Weekday",
    "WorkingCalendar",
    "clock_start",
    "days_used",
    "days_used_in",
    "due_moment",
    "format_moment",
    "position",
]
