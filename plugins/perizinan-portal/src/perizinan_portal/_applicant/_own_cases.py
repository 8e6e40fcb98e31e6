"""The own applications: what waits for the applicant first, then all others, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, Text, format_date
from perizinan_core.storage import Page as Listed
from perizinan_portal._applicant._permits import ends_soon
from perizinan_portal._applicant._words import ShownState, shown_state
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Sentence, Visit, Who

__all__ = ["ROUTES"]

_S = ApplicationState
_WORKING = frozenset({_S.SUBMITTED, _S.IN_REVIEW, _S.APPROVED, _S.AWAITING_SIGNATURE})
_ENDED = frozenset(state for state in ApplicationState if state.is_terminal)

_VIEWS: Mapping[str, tuple[str, frozenset[ApplicationState]]] = {
    "": (N_("All"), frozenset()),
    "berjalan": (N_("Under way"), frozenset({*_WORKING, _S.CORRECTION_REQUESTED})),
    "selesai": (N_("Ended"), _ENDED),
    "draf": (N_("Drafts"), frozenset({_S.DRAFT})),
}
"""Of each value of the query: the word of its link, and the states; none: all."""

_MOST = 10
_CHECKED_DRAFTS = 5
"""So many drafts are looked through for what is missing; a look costs a letter."""

_NAMED = 3


@attrs.frozen
class _Entry:
    """An application in the list."""

    case: Application
    type: Text
    state: ShownState
    page: str
    """Name of its page."""

    need: Sentence | None = None
    """What it needs of the applicant."""

    missing: tuple[str, ...] = ()
    more_missing: int = 0


def show(visit: Visit) -> Answer:
    """List a page of them."""
    chosen = visit.query("tampil") if visit.query("tampil") in _VIEWS else ""
    after = visit.query("setelah") or None
    page = visit.office.applications.of_owner(
        actor=visit.actor, states=_VIEWS[chosen][1], limit=20, after=after
    )
    first = chosen == "" and after is None
    needed = tuple(_needed(visit, page)) if first else ()
    shown = {entry.case.id for entry in needed}
    values = {
        "views": [(value, word) for value, (word, _) in _VIEWS.items()],
        "chosen": chosen,
        "needed": needed,
        "ending": tuple(_ending(visit)) if first and visit.is_registered else (),
        "entries": [_entry(visit, case) for case in page.items if case.id not in shown],
        "next": page.next,
        "query": {"tampil": chosen} if chosen else {},
    }
    return Page("applicant/own_cases.html", values)


def _needed(visit: Visit, page: Listed[Application]) -> Iterator[_Entry]:
    """Yield what waits for the applicant: corrections by their day, money, drafts with what is missing."""
    corrections = _in(visit, page, frozenset({_S.CORRECTION_REQUESTED}))
    for case in sorted(corrections, key=lambda one: one.answer_by or date.max):
        fields = {"day": format_date(case.answer_by, visit.language) if case.answer_by else ""}
        yield _entry(visit, case, Sentence(N_("Answer the office by {day}"), fields))
    for case in _in(visit, page, _WORKING):
        if any(state.awaits_payment for state in case.stages_in_work()):
            yield _entry(visit, case, Sentence(N_("Pay the fee")))
    for number, case in enumerate(_in(visit, page, frozenset({_S.DRAFT}))):
        entry = _entry(visit, case)
        yield _with_missing(visit, entry) if number < _CHECKED_DRAFTS else entry


def _in(
    visit: Visit, page: Listed[Application], states: frozenset[ApplicationState]
) -> tuple[Application, ...]:
    """Return the latest in these states: of the first page where it holds all, which it does for most people."""
    if page.next is None:
        return tuple(case for case in page.items if case.state in states)[:_MOST]
    return visit.office.applications.of_owner(actor=visit.actor, states=states, limit=_MOST).items


def _with_missing(visit: Visit, entry: _Entry) -> _Entry:
    found = visit.office.applications.problems(entry.case.id, actor=visit.actor)
    said = tuple(one.message(visit.language) for one in found[:_NAMED])
    need = Sentence(N_("Complete: it can be handed in")) if not found else Sentence(N_("Still missing:"))
    return attrs.evolve(entry, need=need, missing=said, more_missing=max(0, len(found) - _NAMED))


def _ending(visit: Visit) -> Iterator[tuple[str, str, str]]:
    """Yield the permits that end soon: id, number, last day."""
    today = visit.office.today()
    for permit in visit.office.permits.of_owner(actor=visit.actor, limit=_MOST).items:
        if permit.valid_until is not None and ends_soon(permit, today):
            yield permit.id, permit.number, format_date(permit.valid_until, visit.language)


def _entry(visit: Visit, case: Application, need: Sentence | None = None) -> _Entry:
    return _Entry(
        case=case,
        type=visit.office.catalogue.version(case.permit_type, case.permit_type_version).name,
        state=shown_state(case.state),
        page="draft" if case.state is _S.DRAFT else "case",
        need=need,
    )


ROUTES = (
    PageRoute(
        path="/permohonan",
        name="own-cases",
        show=show,
        who=Who.APPLICANT,
        menu=Menu(N_("My applications"), 20),
    ),
)
