"""What was done: searched by case, officer, act and day; taken out without personal data; how long officers take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

import attrs
from starlette.responses import Response, StreamingResponse

from perizinan_core.i18n import N_
from perizinan_core.model import EventKind
from perizinan_core.services import OfficerTimes
from perizinan_portal._admin._words import LOOKING
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit, Who
from perizinan_portal._kit._rendering import shown_number

__all__ = ["ROUTES"]

_AT_ONCE = 50
_CHART = 12
_DAYS = 30


@attrs.frozen
class _Bar:
    """A row of the chart."""

    name: str
    value: str
    length: float
    out_of_order: int


def search(visit: Visit) -> Answer:
    """Search, the newest first."""
    office, asked = visit.office, _asked(visit)
    kinds = {kind for kind in EventKind if kind.value == asked["kejadian"]}
    page = office.audit.search(
        actor=visit.actor,
        receipt=asked["nomor"] or None,
        officer=asked["petugas"] or None,
        kinds=kinds,
        first=_day(asked["dari"]),
        last=_day(asked["sampai"]),
        after=visit.query("setelah") or None,
        limit=_AT_ONCE,
    )
    today = office.today()
    values = {
        "page": page,
        "asked": asked,
        "kinds": sorted(office.audit.kinds(), key=lambda one: visit.say(one.name).casefold()),
        "staff": sorted(office.reviews.officers(actor=visit.actor), key=lambda one: one.name.casefold()),
        "next": urlencode({**{key: one for key, one in asked.items() if one}, "setelah": page.next or ""}),
        "first": today - timedelta(days=_DAYS),
        "last": today,
    }
    return Page("admin/audit.html", values)


def times(visit: Visit) -> Answer:
    """Show how long each officer took, and whether the order of receipt was kept."""
    first, last = _span(visit)
    found = visit.office.audit.times(first, last, actor=visit.actor)
    values = {"found": found, "first": first, "last": last, "bars": tuple(_bars(visit, found))}
    return Page("admin/times.html", values)


def export(visit: Visit) -> Answer:
    """Stream the events of some days without personal data, as CSV or JSON Lines."""
    first, last = _span(visit)
    steps, as_csv = visit.path["table"].startswith("tahapan"), visit.path["table"].endswith(".csv")
    if visit.path["table"] not in ("kejadian.csv", "kejadian.jsonl", "tahapan.csv", "tahapan.jsonl"):
        raise PortalError("page-not-found")
    table = visit.office.audit.export(first, last, steps=steps, actor=visit.actor)
    name, _, ending = visit.path["table"].partition(".")
    media = "text/csv; charset=utf-8" if as_csv else "application/x-ndjson"
    response: Response = StreamingResponse(table.csv() if as_csv else table.json_lines(), media_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{first}-{last}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(visit: Visit) -> dict[str, str]:
    return {
        name: visit.query(name).strip()[:80] for name in ("nomor", "petugas", "kejadian", "dari", "sampai")
    }


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        return None


def _span(visit: Visit) -> tuple[date, date]:
    last = _day(visit.query("sampai")) or visit.office.today()
    return _day(visit.query("dari")) or last - timedelta(days=_DAYS), last


def _bars(visit: Visit, found: tuple[OfficerTimes, ...]) -> Iterator[_Bar]:
    longest = max((one.median_days or 0 for one in found), default=0)
    longest = max(longest, 1.0)  # a day: moments are not drawn as if they were long
    for one in found[:_CHART]:
        yield _Bar(
            name=visit.say(one.officer),
            value=shown_number(one.median_days or 0, visit.language),
            length=round(100 * (one.median_days or 0) / longest, 1),
            out_of_order=one.out_of_order,
        )


ROUTES = (
    PageRoute(
        path="/admin/jejak",
        name="admin-audit",
        show=search,
        who=Who.OFFICER,
        roles=LOOKING,
        menu=Menu(N_("What was done"), 65),
    ),
    PageRoute(path="/admin/jejak/waktu", name="admin-times", show=times, who=Who.OFFICER, roles=LOOKING),
    PageRoute(
        path="/admin/jejak/ekspor/{table}", name="admin-export", show=export, who=Who.OFFICER, roles=LOOKING
    ),
)
