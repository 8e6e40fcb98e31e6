"""The counter: beginning an application for someone who is present, and finding the case of someone who asks."""

from __future__ import annotations

from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState, Role
from perizinan_portal._applicant._apply import chosen_standing, read_parties
from perizinan_portal._applicant._parties import form_of
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._counter_forms import Present
from perizinan_portal._officer._counter_parties import counter_parties
from perizinan_portal._permit_forms import DraftPages

__all__ = ["CLERKS", "PAGES", "ROUTES"]

CLERKS = frozenset({Role.FRONT_OFFICE})
PAGES = DraftPages(
    form="counter-draft", papers="counter-papers", holder="counter-holder", hand_in="counter-hand-in"
)


def show(visit: Visit) -> Answer:
    """Show what can be begun, what was begun, and the cases of a receipt number."""
    wanted = visit.query("nomor").strip()
    found = visit.office.permits.search(wanted, actor=visit.actor, limit=10).applications if wanted else ()
    drafts = visit.office.counter.drafts(actor=visit.actor, limit=20)
    opened = visit.office.permit_types(only_open=True)
    values = {
        "types": sorted(opened, key=lambda item: item.name.to(visit.language)),
        "drafts": [
            (item, visit.office.catalogue.version(item.permit_type, item.permit_type_version).name)
            for item in drafts.items
            if item.state is ApplicationState.DRAFT
        ],
        "wanted": wanted,
        "found": found,
    }
    return Page("officer/counter.html", values)


def ask(visit: Visit, present: Form[Present] | None = None, parties: Form[Any] | None = None) -> Answer:
    """Ask who is present, for whom, and who that is."""
    item = visit.office.permit_type(visit.path["code"])
    standing = chosen_standing(visit, item)
    forms = (present or visit.fill(Present), parties or visit.fill(form_of(standing)))
    values = {
        "item": item,
        "present": forms[0],
        **counter_parties(item, standing, forms[1]),
        "errors": [error for form in forms for error in form.errors],
        "here": visit.url("counter-begin", code=item.code),
    }
    return Page("officer/counter_begin.html", values, status=422 if present else 200)


def begin(visit: Visit) -> Answer:
    """Begin the draft."""
    item = visit.office.permit_type(visit.path["code"])
    present, parties = visit.read(Present), read_parties(visit, chosen_standing(visit, item))
    if present.value is None or parties.value is None:
        return ask(visit, present, parties)
    case = visit.office.counter.begin(
        item.code,
        applicant=parties.value.applicant(),
        representative=parties.value.representative(None),
        check=present.value.check(),
        actor=visit.actor,
        idempotency_key=visit.key,
    )
    return Redirect(visit.url("counter-draft", id=case.id))


ROUTES = (
    PageRoute(
        path="/petugas/loket",
        name="counter",
        show=show,
        who=Who.OFFICER,
        roles=CLERKS,
        menu=Menu(N_("Counter"), 22),
    ),
    PageRoute(
        path="/petugas/loket/izin/{code}",
        name="counter-begin",
        show=ask,
        act=begin,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
)
