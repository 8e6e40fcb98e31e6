"""Who applies, put right in a draft: the same questions as at its beginning."""

from __future__ import annotations

from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState
from perizinan_portal._applicant._apply import chosen_standing, parties_values, read_parties
from perizinan_portal._applicant._parties import form_of, known_of, over, over_agent, standing_of
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit, form: Form[Any] | None = None) -> Answer:
    """Ask, with what is known."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    item = permit_type_of(visit, case)
    standing = chosen_standing(visit, item, standing_of(case.applicant, case.representative))
    known = known_of(case.applicant, case.representative)
    asked = Form(form_of(standing)).names
    shown = form or visit.fill(form_of(standing), **{name: known.get(name) for name in asked})
    values = {
        "case": case,
        "item": item,
        "here": visit.url("holder", id=case.id),
        **parties_values(item, standing, shown),
    }
    return Page("applicant/holder.html", values, status=422 if form else 200)


def save(visit: Visit) -> Answer:
    """Keep it."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    form = read_parties(visit, chosen_standing(visit, permit_type_of(visit, case)))
    if form.value is None:
        return show(visit, form)
    agent = form.value.representative(None if case.representative is None else case.representative.actor_id)
    if agent is not None and case.representative is None:
        agent = form.value.representative(visit.actor.id)
    visit.office.applications.save(
        case.id,
        applicant=over(case.applicant, form.value.applicant()),
        representative=over_agent(case.representative, agent),
        actor=visit.actor,
    )
    return Redirect(visit.url("draft", id=case.id), note=N_("Saved."))


ROUTES = (PageRoute(path="/permohonan/{id}/pemohon", name="holder", show=show, act=save, who=Who.APPLICANT),)
