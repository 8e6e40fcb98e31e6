"""Who applies, put right at the counter: the same questions as at the beginning."""

from __future__ import annotations

from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import Application
from perizinan_portal._applicant._apply import read_parties
from perizinan_portal._applicant._parties import Standing, form_of, known_of, over, over_agent, standing_of
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._counter import CLERKS
from perizinan_portal._officer._counter_parties import counter_parties
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit, form: Form[Any] | None = None) -> Answer:
    """Ask, with what is known."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    item, standing = permit_type_of(visit, case), _standing(case)
    known = known_of(case.applicant, case.representative)
    asked = Form(form_of(standing)).names
    shown = form or visit.fill(form_of(standing), **{name: known.get(name) for name in asked})
    values = {"case": case, "item": item, **counter_parties(item, standing, shown)}
    return Page("officer/counter_holder.html", values, status=422 if form else 200)


def save(visit: Visit) -> Answer:
    """Keep it."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    form = read_parties(visit, _standing(case))
    if form.value is None:
        return show(visit, form)
    agent = case.representative
    visit.office.counter.save(
        case.id,
        applicant=over(case.applicant, form.value.applicant()),
        representative=over_agent(agent, form.value.representative(agent.actor_id if agent else None)),
        actor=visit.actor,
    )
    return Redirect(visit.url("counter-draft", id=case.id), note=N_("Saved."))


def _standing(case: Application) -> Standing:
    return standing_of(case.applicant, case.representative)


ROUTES = (
    PageRoute(
        path="/petugas/loket/berkas/{id}/pemohon",
        name="counter-holder",
        show=show,
        act=save,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
)
