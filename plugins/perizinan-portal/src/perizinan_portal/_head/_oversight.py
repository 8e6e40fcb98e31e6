"""Where the work sticks: the oldest case of each step, what is past its day, the backlog by age, what ends soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from perizinan_core.i18n import N_
from perizinan_core.services import AgeClass
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit, Who
from perizinan_portal._officer._queue import ANSWERABLE

__all__ = ["ROUTES"]

_LATEST = 10
_HEIGHT = 180


@attrs.frozen
class _Column:
    """A column of the picture: cases in time below, late ones above; heights in pixels of the picture."""

    name: str
    number: int
    late: int
    in_time: float
    over: float


def show(visit: Visit) -> Answer:
    """Show it."""
    office, actor = visit.office, visit.actor
    report = office.oversight.report(actor=actor)
    complaints = office.complaints.list(actor=actor, overdue=True, limit=_LATEST).items
    values = {
        "report": report,
        "columns": tuple(_columns(report.ages)),
        "height": _HEIGHT,
        "late": office.lists.overdue(actor=actor, limit=_LATEST).items,
        "complaints": complaints,
        "unnotified": office.reviews.unnotified(actor=actor, limit=_LATEST).items,
        "today": report.as_of,
    }
    return Page("head/oversight.html", values)


def _columns(ages: Iterable[AgeClass]) -> Iterator[_Column]:
    classes = tuple(ages)
    most = max((one.number for one in classes), default=0) or 1
    for one in classes:
        name = f"≥ {one.first}" if one.last is None else f"{one.first}–{one.last}"
        over = _HEIGHT * one.late / most
        yield _Column(
            name=name,
            number=one.number,
            late=one.late,
            in_time=round(_HEIGHT * one.number / most - over, 1),
            over=round(over, 1),
        )


ROUTES = (
    PageRoute(
        path="/pimpinan/keadaan",
        name="oversight",
        show=show,
        who=Who.OFFICER,
        roles=ANSWERABLE,
        menu=Menu(N_("Overview of the work"), 26),
    ),
)
