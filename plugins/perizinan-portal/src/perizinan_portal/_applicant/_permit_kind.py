"""Another kind of permit for a draft: its papers stay, and so does what both kinds ask for."""

from __future__ import annotations

from perizinan_core.catalogue import form_parts
from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of, titles_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Offer the kinds that can be applied for."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    now = permit_type_of(visit, case)
    others = [item for item in visit.office.permit_types(only_open=True) if item.code != case.permit_type]
    parts, language = form_parts(now), visit.language
    names = [part.name for part in parts if part.name in case.form]
    shared = {item.code: now.answers_for(item) for item in others}
    papers = {paper.slot.partition("#")[0] for paper in case.current_documents()}
    values = {
        "case": case,
        "item": now,
        "others": [
            {
                "type": item,
                "fits": case.applicant.kind in item.applicant_kinds,
                "kept": titles_of(parts, [name for name in names if name in shared[item.code]], language),
                "left": titles_of(parts, [name for name in names if name not in shared[item.code]], language),
                "papers": len(papers & {one.code for one in item.requirements}),
            }
            for item in others
        ],
        "papers": len(case.current_documents()),
    }
    return Page("applicant/permit_kind.html", values)


def change(visit: Visit) -> Answer:
    """Change it."""
    case = visit.office.applications.change_type(
        visit.path["id"], visit.posted.one("type"), actor=visit.actor, idempotency_key=visit.key
    )
    note = N_(
        "The kind of permit is changed. Your papers stayed, and so did the answers that both kinds ask for."
    )
    return Redirect(visit.url("draft", id=case.id), note=note)


ROUTES = (
    PageRoute(path="/permohonan/{id}/jenis", name="permit-kind", show=show, act=change, who=Who.APPLICANT),
)
