"""The power of attorney of who acts for someone else: its file."""

from __future__ import annotations

import contextlib

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.i18n import N_
from perizinan_portal._applicant._draft import shown_refusal
from perizinan_portal._applicant._papers_page import papers_page
from perizinan_portal._kit import Answer, PageRoute, Rate, Redirect, Upload, Visit, Who

__all__ = ["ROUTES"]

_REPRESENTED = "application.represented"
"""Condition of a requirement that asks for the power of attorney among its papers."""


def upload(visit: Visit) -> Answer:
    """Put the file into its place."""
    case_id = visit.path["id"]
    found = visit.posted.files.get("file", ())
    case = visit.office.applications.get(case_id, actor=visit.actor)
    if not found:
        return papers_page(visit, case, refused=visit.say(N_("Choose a file first.")))
    try:
        visit.office.applications.attach_power_of_attorney(
            case_id, found[0].file, file_name=found[0].name, actor=visit.actor, idempotency_key=visit.key
        )
    except (UploadRefusedError, UploadKeptError) as error:
        return papers_page(visit, case, refused=shown_refusal(error, visit.language))
    _put_where_asked(visit, found[0])
    return Redirect(f"{visit.url('papers', id=case_id)}#slot-kuasa", note=N_("The file is stored."))


def _put_where_asked(visit: Visit, file: Upload) -> None:
    """Put the same file where the permit type asks for a power of attorney too: no one hands it in twice."""
    applications = visit.office.applications
    for slot in applications.slots(visit.path["id"], actor=visit.actor):
        if slot.requirement.when == _REPRESENTED and not slot.documents:
            file.file.seek(0)
            with contextlib.suppress(UploadRefusedError, UploadKeptError):
                applications.upload(
                    visit.path["id"], slot.terms.key, file.file, file_name=file.name, actor=visit.actor
                )


ROUTES = (
    PageRoute(
        path="/permohonan/{id}/kuasa",
        name="mandate",
        act=upload,
        who=Who.APPLICANT,
        uploads=True,
        rate=Rate(60),
    ),
)
