"""Complaints on the officers' side: the list by day, one complaint, its holder, its answer."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_portal._kit import (
    Answer,
    Choice,
    FieldView,
    Form,
    Menu,
    Page,
    PageRoute,
    Redirect,
    Visit,
    Who,
    lines,
)

__all__ = ["ROUTES"]

_LEADERS = (Role.SUPERVISOR, Role.OFFICE_HEAD)


@attrs.frozen(kw_only=True)
class Reply:
    """The answer."""

    message: str = lines(N_("Your answer"), limit=5000)


def list_(visit: Visit) -> Answer:
    """List them, the one that is due first on top."""
    page = visit.office.complaints.list(actor=visit.actor, after=visit.query("setelah") or None)
    values = {"page": page, "today": visit.office.today(), "kinds": _kinds(visit)}
    return Page("officer/complaints.html", values)


def show(visit: Visit, form: Form[Reply] | None = None) -> Answer:
    """Show one, with what this officer may do."""
    found = visit.office.complaints.get(visit.path["id"], actor=visit.actor)
    values = {
        "complaint": found,
        "kind": _kinds(visit)[found.kind],
        "form": form or visit.fill(Reply),
        "is_mine": found.holder == visit.actor.id and found.state.value == "in_work",
        "officers": _officers(visit, found.holder) if visit.actor.has(*_LEADERS) and found.is_open else None,
        "is_late": found.is_open and found.due < visit.office.today(),
    }
    return Page("officer/complaint.html", values, status=422 if form else 200)


def answer(visit: Visit) -> Answer:
    """Answer it, or name who does."""
    complaint = visit.path["id"]
    officer = visit.posted.one("officer")
    if officer:
        visit.office.complaints.assign(complaint, officer, actor=visit.actor)
        return Redirect(visit.url("complaints-list"), note=N_("It is on record who handles the complaint."))
    form = visit.read(Reply)
    if form.value is None:
        return show(visit, form)
    visit.office.complaints.answer(complaint, form.value.message, actor=visit.actor)
    return Redirect(visit.url("complaints-list"), note=N_("Your answer is on record."))


def _kinds(visit: Visit) -> dict[str, object]:
    return {kind.code: kind for kind, _ in visit.office.complaints.kinds()}


def _officers(visit: Visit, holder: str | None) -> FieldView:
    staff = sorted((one for one in visit.officers_of() if one.active and one.roles), key=lambda one: one.name)
    return FieldView(
        name="officer",
        label=N_("Who handles it?"),
        kind="choice",
        value=holder or "",
        choices=tuple(Choice(one.id, one.name) for one in staff),
    )


ROUTES = (
    PageRoute(
        path="/petugas/pengaduan",
        name="complaints-list",
        show=list_,
        who=Who.OFFICER,
        menu=Menu(N_("Complaints to handle"), 45),
    ),
    PageRoute(
        path="/petugas/pengaduan/{id}",
        name="complaint-case",
        show=show,
        act=answer,
        who=Who.OFFICER,
    ),
)
