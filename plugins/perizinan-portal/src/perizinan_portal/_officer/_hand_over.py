"""Everything of an absent officer in one act: whose, what would move and to whom it can go, and why."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_core.services import HandedOver
from perizinan_portal._kit import (
    Answer,
    Choice,
    FieldView,
    Form,
    Menu,
    Page,
    PageRoute,
    Visit,
    Who,
    lines,
)

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Absence:
    """Why everything goes to others."""

    reason: str = lines(N_("Reason"), hint=N_("It stays in the history of each case. For example: on leave"))


def show(
    visit: Visit, form: Form[Absence] | None = None, done: tuple[HandedOver, ...] | None = None
) -> Answer:
    """Ask whose cases they are, and show what would move."""
    officer = visit.query("petugas")
    names = {one.id: one.name for one in visit.officers_of()}
    held = visit.office.reviews.held_by(officer, actor=visit.actor) if officer in names else ()
    types = {one.permit_type: visit.office.permit_type(one.permit_type) for one in held}
    values = {
        "officer": officer if officer in names else "",
        "names": names,
        "chooser": _chooser(visit, officer),
        "held": [
            {
                "entry": one,
                "type": types[one.permit_type].name,
                "stage": types[one.permit_type].stage(one.stage).label,
                "others": [names.get(other, other) for other in one.others],
            }
            for one in held
        ],
        "form": form or visit.fill(Absence),
        "moved": [one for one in done or () if one.error is None],
        "stayed": [(one, one.error.message(visit.language)) for one in done or () if one.error],
        "is_done": done is not None,
    }
    return Page("officer/hand_over.html", values, status=422 if form else 200)


def move(visit: Visit) -> Answer:
    """Move it, and say what stayed."""
    form = visit.read(Absence)
    if form.value is None:
        return show(visit, form)
    done = visit.office.reviews.hand_over(visit.query("petugas"), reason=form.value.reason, actor=visit.actor)
    return show(visit, done=done)


def _chooser(visit: Visit, officer: str) -> FieldView:
    staff = sorted((one for one in visit.officers_of() if one.roles), key=lambda one: one.name)
    mine = [one for one in staff if one.id != visit.actor.id and not one.units.isdisjoint(visit.actor.units)]
    return FieldView(
        name="petugas",
        label=N_("Whose cases?"),
        hint=N_("An officer of your unit who is away"),
        kind="choice",
        value=officer,
        choices=tuple(Choice(one.id, one.name) for one in mine),
    )


ROUTES = (
    PageRoute(
        path="/petugas/serah-terima",
        name="hand-over",
        show=show,
        act=move,
        who=Who.OFFICER,
        roles=frozenset({Role.SUPERVISOR}),
        menu=Menu(N_("Hand over cases"), 40),
    ),
)
