"""Beginning an application: for whom, and who that is. No account is needed for a draft."""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import PermitType
from perizinan_portal._applicant._parties import (
    SECTIONS,
    Parties,
    Standing,
    form_of,
    standings_for,
)
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, FieldView, Form, Page, PageRoute, Rate, Redirect, Visit

__all__ = ["ROUTES", "chosen_standing", "parties_values", "read_parties"]

_LABELS = {
    Standing.MYSELF: N_("For yourself"),
    Standing.ORGANISATION: N_("For a company or organisation"),
    Standing.PERSON: N_("For another person, by power of attorney"),
    Standing.FOR_ORGANISATION: N_("For an organisation, by power of attorney"),
}
_ONE_OF_BOTH = N_("Fill in the NIK; a foreigner without one fills in the passport number")


def show(visit: Visit, form: Form[Any] | None = None) -> Answer:
    """Ask."""
    if visit.officer is not None:
        raise PortalError("page-not-found")
    item = visit.office.permit_type(visit.path["code"])
    standing = chosen_standing(visit, item)
    account = visit.account
    own = "my_" if standing in (Standing.PERSON, Standing.FOR_ORGANISATION) else ""
    known: dict[str, object] = {}
    if account is not None and standing is not Standing.ORGANISATION:
        known = {f"{own}name": account.name, f"{own}email": account.email or ""}
    elif account is not None:
        known = {"head_name": account.name, "email": account.email or ""}
    values = {
        "item": item,
        **parties_values(item, standing, form or visit.fill(form_of(standing), **known)),
        "here": visit.url("apply", code=item.code),
    }
    return Page("applicant/apply.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Begin the draft; pressed twice, it is one draft."""
    item = visit.office.permit_type(visit.path["code"])
    form = read_parties(visit, chosen_standing(visit, item))
    if form.value is None:
        return show(visit, form)
    actor = visit.as_applicant()
    case = visit.office.applications.start(
        item.code,
        applicant=form.value.applicant(),
        representative=form.value.representative(actor.id),
        actor=actor,
        language=visit.language,
        idempotency_key=visit.key,
    )
    return Redirect(visit.url("draft", id=case.id))


def chosen_standing(visit: Visit, item: PermitType, default: Standing | None = None) -> Standing:
    """Return for whom is applied: as the form or the address says, where the permit type allows it."""
    allowed = standings_for(item)
    wanted = visit.posted.one("untuk") or visit.query("untuk")
    found = next((one for one in allowed if one.value == wanted), None)
    return found or (default if default in allowed and default is not None else allowed[0])


def parties_values(item: PermitType, standing: Standing, form: Form[Any]) -> dict[str, Any]:
    """Return what the template of the parties needs."""
    prefixes = tuple(prefix for _, prefix in SECTIONS[standing] if prefix)
    sections = [
        (
            heading,
            [
                _shown(item, form[name])
                for name in form.names
                if (name.startswith(prefix) if prefix else not prefixes or not name.startswith(prefixes))
            ],
        )
        for heading, prefix in SECTIONS[standing]
    ]
    return {
        "form": form,
        "sections": sections,
        "standing": standing,
        "standings": [(one.value, _LABELS[one]) for one in standings_for(item)],
    }


def _shown(item: PermitType, view: FieldView) -> FieldView:
    """Return a field as the page shows it: only kinds that may apply, and no NIK that looks as if none were needed."""
    if view.name == "kind":
        allowed = {kind.value for kind in item.applicant_kinds}
        return attrs.evolve(view, choices=tuple(one for one in view.choices if one.value in allowed))
    return attrs.evolve(view, required=True) if view.name.endswith("nik") else view


def read_parties(visit: Visit, standing: Standing) -> Form[Parties]:
    """Read the form; of each person one of NIK and passport is needed."""
    form: Form[Any] = visit.read(form_of(standing))
    for prefix in ("", "head_", "my_"):
        nik, passport = f"{prefix}nik", f"{prefix}passport"
        if (
            nik in form.names
            and not form.typed.get(nik, "").strip()
            and not form.typed.get(passport, "").strip()
        ):
            form.refuse(nik, _ONE_OF_BOTH)
    return form


ROUTES = (PageRoute(path="/izin/{code}/ajukan", name="apply", show=show, act=send, rate=Rate(20)),)
