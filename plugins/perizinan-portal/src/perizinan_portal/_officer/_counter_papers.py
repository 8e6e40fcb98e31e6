"""What someone present brings: scans of the papers, each in its place."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_portal._applicant._slots import SlotCard, SlotPages, slot_values, with_names
from perizinan_portal._applicant._storing import drawn_page, store_files
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit, Who
from perizinan_portal._officer._counter import CLERKS, PAGES
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]

_PAGES = SlotPages(upload="counter-upload", remove="counter-remove", picture="counter-picture")
_SMALL = 200
"""Longer side of a picture, in pixels."""


def show(visit: Visit) -> Answer:
    """Show every place, the power of attorney first where someone is represented."""
    return _page(visit, visit.office.counter.get(visit.path["id"], actor=visit.actor))


def _page(visit: Visit, case: Application, slot: str = "", wrong: tuple[str, ...] = ()) -> Page:
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "pages": PAGES,
        "cards": [
            attrs.evolve(card, wrong=wrong) if card.key == slot else card for card in _cards(visit, case)
        ],
        "asked": () if case.state is ApplicationState.DRAFT else case.corrections[-1].items,
        **slot_values(visit),
    }
    return Page("officer/counter_papers.html", values, status=422 if wrong else 200)


def _cards(visit: Visit, case: Application) -> list[SlotCard]:
    counter, actor = visit.office.counter, visit.actor
    mandate = counter.mandate(case.id, actor=actor)
    cards = [SlotCard(case=case, view=view, pages=_PAGES) for view in counter.slots(case.id, actor=actor)]
    if mandate is not None:
        cards.insert(0, with_names(SlotCard(case=case, view=mandate, pages=_PAGES)))
    return cards


def upload(visit: Visit) -> Answer:
    """Put scans into their place."""
    case, slot = visit.office.counter.get(visit.path["id"], actor=visit.actor), visit.path["slot"]
    wrong = store_files(visit, visit.office.counter, case.id, slot, names_kept=True)
    if wrong:
        return _page(visit, visit.office.counter.get(case.id, actor=visit.actor), slot, wrong)
    return Redirect(f"{visit.url('counter-papers', id=case.id)}#slot-{slot}", note=N_("The file is stored."))


def picture(visit: Visit) -> Answer:
    """Give the first page of a scan as a picture."""
    return drawn_page(visit, visit.office.counter, page=1, side=_SMALL)


def remove(visit: Visit) -> Answer:
    """Take a file out of its place."""
    visit.office.counter.remove(visit.path["id"], visit.path["paper"], actor=visit.actor)
    return Redirect(visit.url("counter-papers", id=visit.path["id"]), note=N_("The file is removed."))


_PATH = "/petugas/loket/berkas/{id}/dokumen"
ROUTES = (
    PageRoute(path=_PATH, name="counter-papers", show=show, who=Who.OFFICER, roles=CLERKS),
    PageRoute(
        path=f"{_PATH}/{{slot}}",
        name="counter-upload",
        act=upload,
        who=Who.OFFICER,
        roles=CLERKS,
        uploads=True,
        rate=Rate(120),
    ),
    PageRoute(
        path=f"{_PATH}/{{paper}}/gambar", name="counter-picture", show=picture, who=Who.OFFICER, roles=CLERKS
    ),
    PageRoute(
        path=f"{_PATH}/{{paper}}/hapus", name="counter-remove", act=remove, who=Who.OFFICER, roles=CLERKS
    ),
)
