"""The calendar: days off by year, what other ones would move, and recording them by two persons."""

from __future__ import annotations

import re
from datetime import date

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Holiday, HolidayKind, Source
from perizinan_core.services import CalendarYear
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Fault, Form, Page, PageRoute, Redirect, Visit, Who, lines, text

__all__ = ["ROUTES"]

_KINDS = {
    HolidayKind.NATIONAL: N_("national holiday"),
    HolidayKind.JOINT_LEAVE: N_("joint leave"),
    HolidayKind.REGIONAL: N_("regional holiday"),
    HolidayKind.EXTRA: N_("other day off"),
}
_LETTERS = {
    "n": HolidayKind.NATIONAL,
    "c": HolidayKind.JOINT_LEAVE,
    "d": HolidayKind.REGIONAL,
    "l": HolidayKind.EXTRA,
}
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+([ncdlNCDL])\s+(\S.{0,118})")


@attrs.frozen(kw_only=True)
class Days:
    """The days off of a year."""

    decree: str = text(
        N_("Decree"), hint=N_("For example: Joint decree of the ministers, with its number and year")
    )
    days: str = lines(
        N_("Days off, one a line"),
        hint=N_(
            "Day as year-month-day, a letter and the name. n: national holiday, c: joint leave, d: regional, l: other. "
            "For example 2027-01-01 n Tahun Baru"
        ),
        limit=8000,
    )


def list_(visit: Visit) -> Answer:
    """List the years with their days off."""
    years = visit.office.calendar_years.years(actor=visit.actor)
    calendar = visit.office.authority.calendar
    values = {
        "years": years,
        "kinds": _KINDS,
        "proposed": {one.year: _changes(one) for one in years if one.recorded and not one.recorded.holds},
        "next_year": calendar.covers_to.year + 1,
        "calendar": calendar,
        "own": visit.actor.account,
    }
    return Page("admin/calendar.html", values)


def _changes(one: CalendarYear) -> tuple[list[Holiday], list[Holiday]]:
    """Return which days a proposal adds to those that count, and which it takes away."""
    proposed = () if one.recorded is None else one.recorded.holidays
    now, then = ({item.day for item in days} for days in (one.holidays, proposed))
    return [item for item in proposed if item.day not in now], [
        item for item in one.holidays if item.day not in then
    ]


def show(visit: Visit, form: Form[Days] | None = None, preview: object = None, fault: str = "") -> Answer:
    """Show the days off of one year to be changed, and what another list would move."""
    year = _year(visit)
    known = next(
        (one for one in visit.office.calendar_years.years(actor=visit.actor) if one.year == year), None
    )
    recorded = None if known is None else known.recorded
    days = () if known is None else (recorded.holidays if recorded is not None else known.holidays)
    decree = next((one.source.citation for one in days), "")
    written = "\n".join(f"{one.day} {_letter(one.kind)} {one.name}" for one in days)
    values = {
        "year": year,
        "form": form or visit.fill(Days, decree=decree, days=written),
        "preview": preview,
        "kinds": _KINDS,
        "fault": fault,
    }
    wrong = fault or (form is not None and form.errors)
    return Page("admin/calendar_year.html", values, status=422 if wrong else 200)


def change(visit: Visit) -> Answer:
    """Show what the days would move, or record them; a second person records the same."""
    year, years = _year(visit), visit.office.calendar_years
    if visit.posted.one("act") == "confirm":
        years.confirm(year, actor=visit.actor)
        return Redirect(visit.url("admin-calendar"), note=_CONFIRMED)
    form = visit.read(Days)
    if form.value is None:
        return show(visit, form)
    try:
        holidays = tuple(_holidays(form.value))
        if visit.posted.one("act") != "record":
            return show(visit, form, years.preview(year, holidays, actor=visit.actor))
        kept = years.record(year, holidays, actor=visit.actor)
    except Fault as fault:
        return show(visit, form.refuse("days", fault.sentence))
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return show(visit, form, fault=error.message(visit.language))
    note = (
        _CONFIRMED
        if kept.holds
        else N_("The days are recorded. They hold once a second person has confirmed them.")
    )
    return Redirect(visit.url("admin-calendar"), note=note)


_CONFIRMED = N_(
    "The days are confirmed and count from now on. The deadlines of open cases are moved within minutes."
)


def _holidays(given: Days) -> list[Holiday]:
    found = []
    for line in given.days.splitlines():
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None:
            raise Fault(N_("This line is not a day, a letter and a name: {line}"), line=line.strip()[:60])
        try:
            day = date.fromisoformat(parts[1])
        except ValueError as error:
            raise Fault(
                N_("This line is not a day, a letter and a name: {line}"), line=line.strip()[:60]
            ) from error
        found.append(Holiday(day, parts[3], _LETTERS[parts[2].lower()], Source(given.decree)))
    return found


def _letter(kind: HolidayKind) -> str:
    return next(letter for letter, one in _LETTERS.items() if one is kind)


def _year(visit: Visit) -> int:
    year = visit.path["year"]
    if not year.isdecimal() or len(year) != 4:
        raise PortalError("page-not-found")
    return int(year)


ROUTES = (
    PageRoute(path="/admin/kalender", name="admin-calendar", show=list_, who=Who.OFFICER, roles=ADMIN),
    PageRoute(
        path="/admin/kalender/{year}",
        name="admin-calendar-year",
        show=show,
        act=change,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
)
