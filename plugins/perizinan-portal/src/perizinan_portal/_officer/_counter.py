"""The counter: beginning an application for someone who is present, and finding the case of someone who asks."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState, Role
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._counter_forms import Served

__all__ = ["CLERKS", "ROUTES"]

CLERKS = frozenset({Role.FRONT_OFFICE})


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


def ask(visit: Visit, form: Form[Served] | None = None) -> Answer:
    """Ask who is present and who applies."""
    values = {
        "item": visit.office.permit_type(visit.path["code"]),
        "form": form or visit.fill(Served),
        "fields": list(attrs.fields_dict(Served)),
    }
    return Page("officer/counter_begin.html", values, status=422 if form else 200)


def begin(visit: Visit) -> Answer:
    """Begin the draft."""
    form = visit.read(Served)
    if form.value is None:
        return ask(visit, form)
    case = visit.office.counter.begin(
        visit.path["code"],
        applicant=form.value.person(),
        check=form.value.check(),
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
