"""The transparency board: how long things take, what is kept, what waits, what is refused; charts and open data."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from starlette.responses import JSONResponse, Response

from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import N_
from perizinan_core.services import TransparencyReport
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit

__all__ = ["ROUTES"]

_MOST = 12
"""Rows of a chart; the table has all."""


@attrs.frozen
class _Bar:
    """A row of the chart: a bar to the median, a mark at nine in ten; lengths in percent of the longest."""

    name: str
    median: int
    ninety: int
    length: float
    mark: float


def show(visit: Visit) -> Answer:
    """Show the figures of a period that is over."""
    report = _report(visit)
    values = {
        "report": report,
        "periods": visit.office.transparency.periods(),
        "bars": tuple(_bars(visit, report)),
        "decimal": lambda value: str(value).replace(".", ",") if visit.language == "id" else str(value),
    }
    return Page("public/figures.html", values)


def csv(visit: Visit) -> Answer:
    """Give the same as CSV."""
    report = _report(visit)
    return _file(Response(report.to_csv(), media_type="text/csv; charset=utf-8"), report, "csv")


def json(visit: Visit) -> Answer:
    """Give the same as JSON."""
    report = _report(visit)
    return _file(JSONResponse(report.to_json()), report, "json")


def _report(visit: Visit) -> TransparencyReport:
    try:
        return visit.office.transparency.report(visit.query("periode") or None)
    except ArgumentError as error:
        raise PortalError("page-not-found") from error


def _file(response: Response, report: TransparencyReport, ending: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="kinerja-{report.period.code}.{ending}"'
    return response


def _bars(visit: Visit, report: TransparencyReport) -> Iterator[_Bar]:
    shown = [(one.permit_type, one.days) for one in report.types if one.days is not None]
    longest = max((days.ninety for _, days in shown), default=0) or 1
    for name, days in sorted(shown, key=lambda item: -item[1].median)[:_MOST]:
        yield _Bar(
            name=visit.say(name),
            median=days.median,
            ninety=days.ninety,
            length=round(100 * days.median / longest, 1),
            mark=round(100 * days.ninety / longest, 1),
        )


ROUTES = (
    PageRoute(path="/kinerja", name="figures", show=show, menu=Menu(N_("Our work in figures"), 30)),
    PageRoute(path="/kinerja.csv", name="figures-csv", show=csv),
    PageRoute(path="/kinerja.json", name="figures-json", show=json),
)
