"""Another kind of permit for a draft: its papers stay, and so does what both kinds ask for."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Offer the kinds that can be applied for."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    now = permit_type_of(visit, case)
    others = [item for item in visit.office.permit_types(only_open=True) if item.code != case.permit_type]
    shared = {
        name: set(item.form_schema.get("properties", {})) & set(case.form)
        for name, item in ((item.code, item) for item in others)
    }
    papers = {paper.slot.partition("#")[0] for paper in case.current_documents()}
    values = {
        "case": case,
        "item": now,
        "others": [
            {
                "type": item,
                "fits": case.applicant.kind in item.applicant_kinds,
                "fields": len(shared[item.code]),
                "papers": len(papers & {one.code for one in item.requirements}),
            }
            for item in others
        ],
        "fields": len(case.form),
        "papers": len(case.current_documents()),
    }
    return Page("applicant/permit_kind.html", values)


def change(visit: Visit) -> Answer:
    """Change it."""
    case = visit.office.applications.change_type(
        visit.path["id"], visit.posted.one("type"), actor=visit.actor, idempotency_key=visit.key
    )
    return Redirect(
        visit.url("draft", id=case.id), note=N_("The kind of permit is changed; your papers stayed.")
    )


ROUTES = (
    PageRoute(path="/permohonan/{id}/jenis", name="permit-kind", show=show, act=change, who=Who.APPLICANT),
)
