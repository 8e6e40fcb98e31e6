"""
What someone present states, typed by a clerk: the form of the permit type, as its applicant would fill it in.

In a correction what the office asked about is open, with room for an answer in the person's words; the rest is read.
"""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core import PerizinanError
from perizinan_core.catalogue import form_parts
from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_core.services import ItemView
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._counter import CLERKS, PAGES
from perizinan_portal._permit_forms import (
    Sheet,
    by_script,
    further_parts,
    keep_sheet,
    lines_of,
    open_correction,
    over_for_script,
    permit_type_of,
)

__all__ = ["ROUTES"]

_BUTTONS = {"papers": "counter-papers", "submit": "counter-hand-in", "holder": "counter-holder"}
_LONGEST = 2000


@attrs.frozen
class _Asked:
    """One thing that the office asked for, with the person's answer in words."""

    number: int
    view: ItemView
    words: str

    @property
    def name(self) -> str:
        """Of the field for the words."""
        return f"answer.{self.number}"


def show(visit: Visit) -> Answer:
    """Show it."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    return _page(_sheet(visit, case), checked=visit.query("periksa") == "1")


def save(visit: Visit) -> Answer:
    """Keep what was stated."""
    try:
        case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    except ServiceError as error:
        if error.code == "not-at-counter" and by_script(visit):
            return over_for_script()
        raise
    return keep_sheet(_sheet(visit, _with_words(visit, case)), _page, _BUTTONS)


def _sheet(visit: Visit, case: Application) -> Sheet:
    counter = visit.office.counter
    if case.state is ApplicationState.DRAFT:
        return Sheet.of(visit, counter, PAGES, case)
    view, parts = open_correction(visit, counter, case), form_parts(permit_type_of(visit, case))
    asked = {one.field for one in view.items}
    further = further_parts(visit, counter, case, view, parts)
    shown = tuple(part for part in parts if part.name in asked or part in further)
    return Sheet.of(visit, counter, PAGES, case, parts=shown)


def _page(
    sheet: Sheet, *, checked: bool = False, refused: PerizinanError | None = None, older: bool = False
) -> Page:
    visit, case = sheet.visit, sheet.case
    found = visit.office.counter.problems(case.id, actor=visit.actor) if checked else ()
    more: dict[str, Any] = {
        "asked": _asked(visit, case),
        "closed": list(lines_of(form_parts(sheet.permit_type), sheet.rest, visit.language)),
        "is_draft": case.state is ApplicationState.DRAFT,
    }
    return sheet.page("officer/counter_draft.html", found, refused=refused, older=older, **more)


def _asked(visit: Visit, case: Application) -> list[_Asked]:
    if case.state is ApplicationState.DRAFT:
        return []
    typed = visit.request.method == "POST" or visit.is_restored
    asked = []
    for number, view in enumerate(open_correction(visit, visit.office.counter, case).items, 1):
        kept = _Asked(number, view, view.answer.text if view.answer else "")
        asked.append(attrs.evolve(kept, words=visit.posted.one(kept.name)) if typed else kept)
    return asked


def _with_words(visit: Visit, case: Application) -> Application:
    """Keep what the person answers in words."""
    for one in _asked(visit, case):
        had = one.view.answer.text if one.view.answer else ""
        words = one.words.replace("\r\n", "\n").strip()[:_LONGEST]
        if words != had:
            case = visit.office.counter.answer(case.id, one.view.target.code, words, actor=visit.actor)
    return case


def discard(visit: Visit) -> Answer:
    """Remove the draft."""
    visit.office.counter.discard(visit.path["id"], actor=visit.actor)
    visit.services.store.drafts.forget(visit.path["id"])
    return Redirect(visit.url("counter"), note=N_("The draft is removed."))


_PATH = "/petugas/loket/berkas/{id}"
ROUTES = (
    PageRoute(path=_PATH, name="counter-draft", show=show, act=save, who=Who.OFFICER, roles=CLERKS),
    PageRoute(path=f"{_PATH}/hapus", name="counter-discard", act=discard, who=Who.OFFICER, roles=CLERKS),
)
