"""Valid identifiers, amounts of money and working calendars."""

from __future__ import annotations

import string
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

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
)
from perizinan_core.model._identifiers import (
    KBLI_EDITIONS,
    FamilyCardNumber,
    Kbli,
    Nib,
    Nik,
    Nip,
    Npwp,
    PassportNumber,
    PhoneNumber,
    PostalCode,
    RegionCode,
    RegionLevel,
    Sex,
    provinces,
)
from perizinan_core.model._money import MAX_RUPIAH, Rounding, RoundingMode, Rupiah
from perizinan_core.model._text import Source

__all__ = [
    "birth_dates",
    "day_hours",
    "family_card_numbers",
    "kblis",
    "moments_in",
    "nibs",
    "niks",
    "nips",
    "npwps",
    "office_hours",
    "old_npwps",
    "passport_numbers",
    "phone_numbers",
    "postal_codes",
    "region_codes",
    "roundings",
    "rupiah",
    "slugs",
    "working_calendars",
    "written_texts",
]

_SOURCE = Source("made up for a test")


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=count, max_size=count)


def birth_dates() -> st.SearchStrategy[date]:
    """Return dates on which a living person may have been born."""
    return st.dates(date(1920, 1, 1), date(2026, 1, 1))


@st.composite
def region_codes(draw: st.DrawFn, level: RegionLevel | None = None) -> RegionCode:
    """Draw a code of a known province, down to ``level`` (any level when None)."""
    chosen = draw(st.sampled_from(RegionLevel)) if level is None else level
    parts = [draw(st.sampled_from(provinces())).code]
    depth = tuple(RegionLevel).index(chosen)
    if depth > 0:
        parts.append(f"{draw(st.integers(1, 69) | st.integers(71, 99)):02}")
    if depth > 1:
        parts.append(f"{draw(st.integers(1, 99)):02}")
    if depth > 2:
        parts.append(f"{draw(st.integers(1, 9999)):04}")
    return RegionCode(".".join(parts))


@st.composite
def niks(draw: st.DrawFn, born: date | None = None, sex: Sex | None = None) -> Nik:
    """Draw a NIK without warnings, for this birth date and sex where they are given."""
    day = draw(birth_dates()) if born is None else born
    chosen = draw(st.sampled_from(Sex)) if sex is None else sex
    place = draw(region_codes(RegionLevel.DISTRICT)).undotted
    written = day.day + (40 if chosen is Sex.FEMALE else 0)
    return Nik(f"{place}{written:02}{day:%m%y}{draw(st.integers(1, 9999)):04}")


@st.composite
def family_card_numbers(draw: st.DrawFn) -> FamilyCardNumber:
    """Draw a family card number without warnings."""
    place = draw(region_codes(RegionLevel.DISTRICT)).undotted
    issued = draw(st.dates(date(2004, 1, 1), date(2026, 1, 1)))
    return FamilyCardNumber(f"{place}{issued:%d%m%y}{draw(st.integers(1, 9999)):04}")


@st.composite
def nips(draw: st.DrawFn) -> Nip:
    """Draw the number of a civil servant or contract employee without warnings."""
    born = draw(st.dates(date(1950, 1, 1), date(2006, 1, 1)))
    year = draw(st.integers(born.year + 18, born.year + 45))
    month = draw(st.integers(1, 12) | st.integers(21, 25))
    return Nip(f"{born:%Y%m%d}{year}{month:02}{draw(st.sampled_from('12'))}{draw(st.integers(1, 999)):03}")


@st.composite
def old_npwps(draw: st.DrawFn) -> str:
    """Draw the 15 digits of an old taxpayer number, its check digit right."""
    stem = draw(_digits(8).filter(lambda text: text.strip("0")))
    # Luhn: the digit before the check digit counts double, then every second one.
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in stem[-1::-2])
    total = sum(doubled) + sum(int(digit) for digit in stem[-2::-2])
    return f"{stem}{-total % 10}{draw(_digits(6))}"


def npwps() -> st.SearchStrategy[Npwp]:
    """Return taxpayer numbers of both kinds: old numbers with their zero, and NIKs."""
    return old_npwps().map(Npwp.parse) | niks().map(lambda nik: Npwp(nik.value))


def nibs() -> st.SearchStrategy[Nib]:
    """Return business numbers, some with leading zeros."""
    return _digits(13).filter(lambda text: text.strip("0") != "").map(Nib)


def kblis() -> st.SearchStrategy[Kbli]:
    """Return business activity codes of both editions."""
    codes = st.integers(1000, 99999).map(lambda number: f"{number:05}")
    return st.builds(Kbli, st.sampled_from(KBLI_EDITIONS), codes)


def postal_codes() -> st.SearchStrategy[PostalCode]:
    """Return postal codes."""
    return st.integers(10000, 99999).map(lambda number: PostalCode(str(number)))


def phone_numbers() -> st.SearchStrategy[PhoneNumber]:
    """Return Indonesian mobile numbers, Indonesian landlines and a few foreign numbers."""
    mobile = st.integers(7, 11).flatmap(_digits).map(lambda rest: "+6281" + rest)
    landline = _digits(6).map(lambda rest: "+62342" + rest)
    foreign = _digits(8).map(lambda rest: "+65" + rest)
    return st.one_of(mobile, landline, foreign).map(PhoneNumber)


@st.composite
def passport_numbers(draw: st.DrawFn) -> PassportNumber:
    """Draw a passport number."""
    letters = draw(st.text(string.ascii_uppercase, max_size=2))
    return PassportNumber(letters + draw(st.text(string.digits, min_size=5, max_size=7)))


def slugs() -> st.SearchStrategy[str]:
    """Return short names of lower-case words joined by dashes."""
    words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
    return st.lists(words, min_size=1, max_size=4).map("-".join)


def rupiah(minimum: int = 0, maximum: int = MAX_RUPIAH) -> st.SearchStrategy[Rupiah]:
    """Return amounts between two bounds, in whole rupiah."""
    return st.integers(minimum, maximum).map(Rupiah)


def roundings() -> st.SearchStrategy[Rounding]:
    """Return roundings to the steps that fee rules use, in every direction."""
    return st.builds(
        Rounding, st.sampled_from((1, 50, 100, 500, 1000, 10_000)), st.sampled_from(RoundingMode)
    )


@st.composite
def day_hours(draw: st.DrawFn, weekday: Weekday) -> DayHours:
    """Draw hours of one weekday with at most two breaks, on full minutes."""
    breaks = draw(st.integers(0, 2))
    count = 2 + 2 * breaks
    minutes = sorted(draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=count, max_size=count, unique=True)))
    clocks = [time(*divmod(minute, 60)) for minute in minutes]
    pauses = zip(clocks[1:-1:2], clocks[2:-1:2], strict=True)
    return DayHours(weekday, clocks[0], clocks[-1], tuple(TimeSpan(start, end) for start, end in pauses))


@st.composite
def office_hours(
    draw: st.DrawFn, workdays: frozenset[Weekday], starts: date = date(2026, 2, 18)
) -> OfficeHours:
    """Draw office hours for these weekdays, in half of the cases with a special month from ``starts``."""
    ordered = sorted(workdays, key=tuple(Weekday).index)
    usual = tuple(draw(day_hours(weekday)) for weekday in ordered)
    if not draw(st.booleans()):
        return OfficeHours(usual)
    other = tuple(draw(day_hours(weekday)) for weekday in ordered)
    period = SpecialHours("special month", starts, starts + timedelta(days=29), other, _SOURCE)
    return OfficeHours(usual, (period,))


@st.composite
def working_calendars(draw: st.DrawFn, year: int = 2026) -> WorkingCalendar:
    """Draw the calendar of an invented office that covers one year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    workdays = draw(st.frozensets(st.sampled_from(Weekday), min_size=1))
    off = draw(st.lists(st.dates(first, last), max_size=30, unique=True))
    kinds = st.sampled_from(HolidayKind)
    return WorkingCalendar(
        code="invented-office",
        version="1",
        covers_from=first,
        covers_to=last,
        time_zone=draw(st.sampled_from(IndonesianTimeZone)),
        workdays=workdays,
        hours=draw(office_hours(workdays)),
        holidays=tuple(Holiday(day, "a day off", draw(kinds), _SOURCE) for day in off),
        late_filing_counts_next_day=draw(st.booleans()),
    )


def moments_in(calendar: WorkingCalendar) -> st.SearchStrategy[datetime]:
    """Return moments on the covered days, on the clocks of the office."""
    return st.datetimes(
        datetime.combine(calendar.covers_from, time.min),
        datetime.combine(calendar.covers_to, time.max),
        timezones=st.just(calendar.time_zone.zone),
    )


def written_texts() -> st.SearchStrategy[str]:
    """Return texts as people and programs hand them in: ordinary words, and among them what no one should keep."""
    hostile = st.sampled_from(
        "\n\r\t\x00\x1b\x85\u00a0\u00ad\u200b\u200d\u2028\u202e\u2067\ufeff\u0301\ud800\u0430\u3164"
    )
    words = st.sampled_from(("Sekar", "Contoh", "José", "Jose\u0301", " ", "Jalan 1", "ꦱꦼꦏꦂ", "عبد"))
    return st.lists(words | words | hostile, max_size=6).map("".join)
