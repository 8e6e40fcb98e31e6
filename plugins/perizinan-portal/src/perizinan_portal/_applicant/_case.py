"""A case that was handed in, for its applicant: where it is, what happens next."""

from __future__ import annotations

from perizinan_core.model import ApplicationState, StageStatus
from perizinan_portal._applicant._draft import permit_type_of
from perizinan_portal._applicant._words import shown_state
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Redirect, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show it."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is ApplicationState.DRAFT:
        return Redirect(visit.url("draft", id=case.id))
    permit_type = permit_type_of(visit, case)
    shown = {StageStatus.DONE: "done", StageStatus.OPEN: "now", StageStatus.WAITING: "later"}
    steps = [
        {
            "name": permit_type.stage(item.stage).label.to(visit.language),
            "state": shown[item.status],
            "detail": "",
        }
        for item in case.stages
    ]
    values = {"case": case, "item": permit_type, "state": shown_state(case.state), "steps": steps}
    return Page("applicant/case.html", values)


def permit(visit: Visit) -> Answer:
    """Give the signed permit."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    found = visit.office.permits.get(case.permit_id or "", actor=visit.actor)
    name = f"{case.permit_type}-{(found.number or '').replace('/', '-')}.pdf"
    return Download(visit.office.permits.open_pdf(found.id, actor=visit.actor), name, "application/pdf")


ROUTES = (
    PageRoute(path="/permohonan/{id}", name="case", show=show, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/izin.pdf", name="permit-file", show=permit, who=Who.APPLICANT),
)
