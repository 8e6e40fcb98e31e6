"""Uploading a paper and removing it again. A refused file says why, and takes nothing else with it."""

from __future__ import annotations

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.i18n import N_
from perizinan_portal._applicant._draft import draft_page, shown_refusal
from perizinan_portal._kit import Answer, PageRoute, Rate, Redirect, Visit, Who

__all__ = ["ROUTES"]


def upload(visit: Visit) -> Answer:
    """Put a file into its place."""
    case_id, slot = visit.path["id"], visit.path["slot"]
    found = visit.posted.files.get("file", ())
    case = visit.office.applications.get(case_id, actor=visit.actor)
    if not found:
        return draft_page(visit, case, refused=visit.say(N_("Choose a file first.")))
    try:
        visit.office.applications.upload(
            case_id,
            slot,
            found[0].file,
            file_name=found[0].name,
            actor=visit.actor,
            idempotency_key=visit.key,
        )
    except UploadRefusedError as error:
        return draft_page(visit, case, refused=shown_refusal(error, visit.language))
    return Redirect(f"{visit.url('draft', id=case_id)}#slot-{slot}", note=N_("The file is stored."))


def remove(visit: Visit) -> Answer:
    """Take a file out of its place."""
    visit.office.applications.remove(visit.path["id"], visit.path["paper"], actor=visit.actor)
    return Redirect(visit.url("draft", id=visit.path["id"]), note=N_("The file is removed."))


ROUTES = (
    PageRoute(
        path="/permohonan/{id}/berkas/{slot}",
        name="upload",
        act=upload,
        who=Who.APPLICANT,
        uploads=True,
        rate=Rate(60),
    ),
    PageRoute(
        path="/permohonan/{id}/berkas/{paper}/hapus", name="remove-paper", act=remove, who=Who.APPLICANT
    ),
)
