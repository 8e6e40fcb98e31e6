"""Values that the catalogue assumes: two persons name the paper that says they are right."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import ConfirmingPaper
from perizinan_core.services import Confirmed
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who, day, lines, text

__all__ = ["ROUTES"]

_SHOWN = 300
_STATES = {
    Confirmed.NO: (N_("not confirmed"), "bad"),
    Confirmed.PROPOSED: (N_("waits for a second person"), "warn"),
    Confirmed.YES: (N_("confirmed"), "good"),
}


@attrs.frozen(kw_only=True)
class Paper:
    """The document that confirms values."""

    name: str = text(
        N_("Document"),
        hint=N_("For example: Decree of the head of the office on service standards"),
        limit=300,
    )
    number: str = text(N_("Number of the document"), limit=120)
    day: date = day(N_("Date of the document"))


@attrs.frozen(kw_only=True)
class Withdrawal:
    """Why a confirmation is taken back."""

    reason: str = lines(
        N_("Why it is taken back"),
        hint=N_("It holds at once. Nothing that was signed is touched."),
        limit=500,
    )


def list_(visit: Visit) -> Answer:
    """List the permit types with how many of their values are confirmed."""
    rows = []
    for permit_type in visit.office.permit_types():
        if permit_type.complete:
            states = visit.office.confirmations.assumed(permit_type.code, actor=visit.actor)
            rows.append((permit_type, Counter(one.state for one in states), len(states)))
    values = {"rows": rows, "yes": Confirmed.YES, "proposed": Confirmed.PROPOSED, "no": Confirmed.NO}
    return Page("admin/confirmations.html", values)


def show(
    visit: Visit,
    form: Form[Paper] | None = None,
    withdrawal: Form[Withdrawal] | None = None,
    fault: object = "",
) -> Answer:
    """Show the values of one type, each with its paper and who named it."""
    code = visit.path["code"]
    permit_type = visit.office.permit_type(code)
    states = visit.office.confirmations.assumed(code, actor=visit.actor)
    owners = sorted({one.part.owner for one in states})
    history = [
        event for owner in owners for event in visit.office.confirmations.history(owner, actor=visit.actor)
    ]
    values = {
        "permit_type": permit_type,
        "states": sorted(states, key=lambda one: (one.state is Confirmed.YES, one.part.path)),
        "names": _name,
        "written": _written,
        "words": _STATES,
        "yes": Confirmed.YES,
        "history": sorted(history, key=lambda event: event.at, reverse=True)[:50],
        "form": form or visit.fill(Paper),
        "withdrawal": withdrawal or Form(Withdrawal),
        "fault": fault,
        "chosen": set(visit.posted.all("path")),
    }
    return Page("admin/confirmation.html", values, status=422 if form or withdrawal or fault else 200)


def confirm(visit: Visit) -> Answer:
    """Name the paper for the values that were chosen, or take confirmations back."""
    code, paths = visit.path["code"], tuple(dict.fromkeys(visit.posted.all("path")))
    if visit.posted.one("act") == "withdraw":
        return _withdraw(visit, code, paths)
    form = visit.read(Paper)
    if not paths:
        return show(visit, form, fault=N_("Choose at least one value"))
    if form.value is None:
        return show(visit, form)
    paper = ConfirmingPaper(name=form.value.name, number=form.value.number, day=form.value.day)
    try:
        after = visit.office.confirmations.confirm(code, paths, paper=paper, actor=visit.actor)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return show(visit, form, fault=error.message(visit.language))
    whole = all(one.state is Confirmed.YES for one in after)
    note = (
        N_("The values are confirmed.")
        if whole
        else N_("It is on record. The values hold once a second person names the same paper.")
    )
    return Redirect(visit.url("admin-confirmation", code=code), note=note)


def _withdraw(visit: Visit, code: str, paths: tuple[str, ...]) -> Answer:
    withdrawal = visit.read(Withdrawal)
    if not paths:
        return show(visit, withdrawal=withdrawal, fault=N_("Choose at least one value"))
    if withdrawal.value is None:
        return show(visit, withdrawal=withdrawal)
    try:
        visit.office.confirmations.withdraw(code, paths, reason=withdrawal.value.reason, actor=visit.actor)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return show(visit, withdrawal=withdrawal, fault=error.message(visit.language))
    return Redirect(visit.url("admin-confirmation", code=code), note=N_("The confirmation is taken back."))


def _name(one: Any) -> str:
    """Return how a value is named beside others: that of the authority begins with its name."""
    return f"authority/{one.part.path}" if one.part.owner == "authority" else str(one.part.path)


def _written(one: Any) -> str:
    value = one.part.value
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


ROUTES = (
    PageRoute(path="/admin/konfirmasi", name="admin-confirmations", show=list_, who=Who.OFFICER, roles=ADMIN),
    PageRoute(
        path="/admin/konfirmasi/{code}",
        name="admin-confirmation",
        show=show,
        act=confirm,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
)
