"""Announcements: that an outside system is down, or the office closed, until it is over."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Text
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._kit import (
    Answer,
    Choice,
    Fault,
    Form,
    Page,
    PageRoute,
    Redirect,
    Visit,
    Who,
    day,
    lines,
    text,
)

__all__ = ["ROUTES"]


def _clock(typed: str) -> time:
    try:
        return time.fromisoformat(typed.replace(".", ":"))
    except ValueError as error:
        raise Fault(N_("Write the time as hours and minutes, for example 16:30")) from error


@attrs.frozen(kw_only=True)
class NewBanner:
    """An announcement."""

    indonesian: str = lines(N_("Text in Indonesian"), limit=600)
    english: str = lines(N_("Text in English"), limit=600)
    system: str = text(
        N_("Outside system"),
        required=False,
        hint=N_("For example OSS or SIMBG; empty when none is concerned"),
        limit=80,
    )
    first: date | None = day(N_("First day"), required=False, hint=N_("At once when left empty"))
    last: date = day(N_("Last day"))
    until: time | None = text(
        N_("Until what time"),
        parse=_clock,
        required=False,
        hint=N_("To the end of the day when left empty, for example 16:30"),
    )


def list_(visit: Visit, form: Form[NewBanner] | None = None, fault: object = "") -> Answer:
    """List what is announced now, what will be, and what is over; below it a new one."""
    now = visit.office.now()
    found = visit.office.banners.all(actor=visit.actor)
    values = {
        "standing": [one for one in found if one.ends > now],
        "over": [one for one in found if one.ends <= now][:20],
        "now": now,
        "form": form or visit.fill(NewBanner),
        "fault": fault,
        "types": [Choice(one.code, one.name) for one in visit.office.permit_types()],
        "chosen": set(visit.posted.all("types")),
    }
    return Page("admin/banners.html", values, status=422 if form else 200)


def act(visit: Visit) -> Answer:
    """Put one up, or take one down."""
    banner = visit.posted.one("take_down")
    if banner:
        visit.office.banners.take_down(banner, actor=visit.actor)
        return Redirect(visit.url("admin-banners"), note=N_("The announcement is taken down."))
    form = visit.read(NewBanner)
    if form.value is None:
        return list_(visit, form)
    given = form.value
    try:
        visit.office.banners.put_up(
            Text(given.indonesian, given.english),
            begins=None if given.first is None else _begin(visit, given.first),
            ends=_moment(visit, given.last, given.until),
            system=given.system or "",
            permit_types=tuple(dict.fromkeys(visit.posted.all("types"))),
            actor=visit.actor,
        )
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return list_(visit, form, error.message(visit.language))
    return Redirect(visit.url("admin-banners"), note=N_("The announcement is up. It ends by itself."))


def _begin(visit: Visit, first: date) -> datetime | None:
    return None if first <= visit.office.today() else _moment(visit, first, time())


def _moment(visit: Visit, last: date, until: time | None) -> Any:
    zone = visit.office.authority.calendar.time_zone
    return zone.at(last, time(23, 59, 59) if until is None else until)


ROUTES = (
    PageRoute(
        path="/admin/pengumuman", name="admin-banners", show=list_, act=act, who=Who.OFFICER, roles=ADMIN
    ),
)
