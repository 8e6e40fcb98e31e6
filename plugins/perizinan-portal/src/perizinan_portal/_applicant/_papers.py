"""
Papers of an application: sending them without a script, looking at them, replacing, removing, using again what is here.

A file that is refused says why at its place, and takes nothing else with it.
"""

from __future__ import annotations

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, SubmittedDocument
from perizinan_portal._applicant._slots import can_change, slot_card, slot_values
from perizinan_portal._applicant._storing import drawn_page, said_with, store_files, why_refused
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit, Who

__all__ = ["ROUTES"]

_MOST_PAGES = 20
"""Pages that are shown below each other; the rest is in the file."""

_SIDE = {"kecil": 200, "besar": 1100}
"""Longer side of a picture, in pixels, by the word in its address."""


def show_slot(visit: Visit, wrong: tuple[str, ...] = ()) -> Answer:
    """Show one place: after a file was refused, and for the script that puts it into the page again."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    card = slot_card(visit, case, visit.path["slot"], wrong)
    values = {"case": case, "card": card, "back": _back(visit, case, card.key), **slot_values(visit)}
    return Page("applicant/slot_page.html", values, status=422 if wrong else 200)


def upload(visit: Visit) -> Answer:
    """Put files into their place, each for itself."""
    case_id, slot = visit.path["id"], visit.path["slot"]
    case = visit.office.applications.get(case_id, actor=visit.actor)
    wrong = store_files(visit, visit.office.applications, case_id, slot)
    return (
        show_slot(visit, wrong)
        if wrong
        else Redirect(_back(visit, case, slot), note=N_("The file is stored."))
    )


def remove(visit: Visit) -> Answer:
    """Take a file out of its place."""
    case = visit.office.applications.remove(visit.path["id"], visit.path["paper"], actor=visit.actor)
    slot = next((one.slot for one in case.documents if one.id == visit.path["paper"]), "")
    return Redirect(_back(visit, case, slot), note=N_("The file is removed."))


def reuse(visit: Visit) -> Answer:
    """Use a file again that the office has already."""
    case_id, slot = visit.path["id"], visit.path["slot"]
    case = visit.office.applications.get(case_id, actor=visit.actor)
    applications, paper = visit.office.applications, visit.posted.one("paper")
    try:
        if any(one.id == paper for one in case.current_documents()):
            applications.use_as(
                case_id,
                paper,
                slot,
                actor=visit.actor,
                **said_with(visit),
                idempotency_key=visit.key,
            )
        else:
            applications.reuse(case_id, slot, paper, actor=visit.actor, idempotency_key=visit.key)
    except (WorkflowError, ServiceError, UploadRefusedError) as error:
        return show_slot(visit, (why_refused(error, visit.language),))
    return Redirect(_back(visit, case, slot), note=N_("The file is used again."))


def give_up(visit: Visit) -> Answer:
    """Stop sending a file, or forget that it was refused."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    visit.office.incoming.discard(case.id, visit.path["upload"], actor=visit.actor)
    return Redirect(_back(visit, case, visit.path["slot"]))


def drop_held(visit: Visit) -> Answer:
    """End the keeping of a file that has no verdict."""
    case = visit.office.uploads.discard(visit.path["id"], visit.path["held"], actor=visit.actor)
    slot = next((one.slot for one in case.held_uploads if one.id == visit.path["held"]), "")
    return Redirect(_back(visit, case, slot), note=N_("The file is removed."))


def inspect_held(visit: Visit) -> Answer:
    """Have a file checked again now."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    found = visit.office.uploads.inspect_again(case.id, visit.path["held"], actor=visit.actor)
    return Redirect(_back(visit, case, found.upload.slot), note=N_("The file was checked again."))


def look(visit: Visit) -> Answer:
    """Show a file as pictures of ours, with what is known of it."""
    case, document = _paper(visit)
    pages = document.pages or 1
    values = {
        "case": case,
        "document": document,
        "pages": range(1, min(pages, _MOST_PAGES) + 1),
        "more_pages": max(0, pages - _MOST_PAGES),
        "is_current": document.replaced_at is None,
        "back": _back(visit, case, document.slot),
        "can_change": can_change,
    }
    return Page("applicant/paper.html", values)


def picture(visit: Visit) -> Answer:
    """Give a page as a picture; a file is never shown as it is."""
    page, side = visit.path["page"], _SIDE.get(visit.path["size"])
    if side is None or not page.isascii() or not page.isdigit() or len(page) > 4:
        raise PortalError("page-not-found")
    return drawn_page(visit, visit.office.applications, page=int(page), side=side)


def _paper(visit: Visit) -> tuple[Application, SubmittedDocument]:
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    found = next((one for one in case.documents if one.id == visit.path["paper"]), None)
    if found is None:
        raise PortalError("page-not-found")
    return case, found


def _back(visit: Visit, case: Application, slot: str) -> str:
    """Return the address of the page that the place belongs to."""
    if case.state is ApplicationState.DRAFT:
        page = "papers"
    elif case.state is ApplicationState.CORRECTION_REQUESTED:
        page = "own-correction"
    else:
        page = "case"
    return f"{visit.url(page, id=case.id)}#slot-{slot}"


_CASE = "/permohonan/{id}"
_PAPER = f"{_CASE}/dokumen/{{paper}}"
ROUTES = (
    PageRoute(
        path=f"{_CASE}/berkas/{{slot}}",
        name="upload",
        show=show_slot,
        act=upload,
        who=Who.APPLICANT,
        uploads=True,
        rate=Rate(60),
    ),
    PageRoute(path=f"{_CASE}/berkas/{{slot}}/pakai", name="reuse-paper", act=reuse, who=Who.APPLICANT),
    PageRoute(
        path=f"{_CASE}/berkas/{{slot}}/{{upload}}/batal",
        name="give-up-upload",
        act=give_up,
        who=Who.APPLICANT,
    ),
    PageRoute(path=f"{_CASE}/tertahan/{{held}}/hapus", name="drop-held", act=drop_held, who=Who.APPLICANT),
    PageRoute(
        path=f"{_CASE}/tertahan/{{held}}/periksa",
        name="inspect-held",
        act=inspect_held,
        who=Who.APPLICANT,
        rate=Rate(10),
    ),
    PageRoute(path=f"{_PAPER}/lihat", name="view-paper", show=look, who=Who.APPLICANT),
    PageRoute(path=f"{_PAPER}/{{size}}/{{page}}", name="paper-picture", show=picture, who=Who.APPLICANT),
    PageRoute(path=f"{_PAPER}/hapus", name="remove-paper", act=remove, who=Who.APPLICANT),
)
