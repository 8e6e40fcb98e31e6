"""A letter as it would be signed: its pages as pictures, nothing to be downloaded, and the signature below."""

from __future__ import annotations

from io import BytesIO

from starlette.responses import Response

from perizinan_core.errors.documents import DocumentError
from perizinan_portal._errors import PortalError
from perizinan_portal._head._signing import AT_ONCE, HEADS
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show it, with what would keep it from being issued."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    shown = visit.office.letters.of_case(case.id, actor=visit.actor)
    waiting = visit.office.lists.awaiting_signature(actor=visit.actor, limit=AT_ONCE).items
    places = [number for number, one in enumerate(waiting) if one.case.id == case.id]
    following = waiting[places[0] + 1] if places and places[0] + 1 < len(waiting) else None
    values = {
        "case": case,
        "item": visit.office.catalogue.version(case.permit_type, case.permit_type_version),
        "pages": range(1, shown.pages + 1),
        "problems": tuple(problem.message(visit.language) for problem in shown.problems),
        "may_sign": bool(places) and waiting[places[0]].may_sign,
        "asks": visit.office.permits.asks_secret(actor=visit.actor),
        "following": None if following is None else following.case,
    }
    return Page("head/letter.html", values)


def picture(visit: Visit) -> Answer:
    """Give a page as a picture."""
    page = visit.path["page"]
    if not page.isascii() or not page.isdigit() or len(page) > 5:
        raise PortalError("page-not-found")
    try:
        drawn = visit.office.letters.page_picture(visit.path["id"], page=int(page), actor=visit.actor)
    except DocumentError as error:
        if error.code != "page-not-drawn":
            raise
        raise PortalError("page-not-found") from error
    return Response(drawn.jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=60"})


def file(visit: Visit) -> Answer:
    """Give the letter as a PDF, for those who want it on paper."""
    shown = visit.office.letters.of_case(visit.path["id"], actor=visit.actor)
    if shown.pdf is None:
        raise PortalError("page-not-found")
    return Download(BytesIO(shown.pdf), "draf.pdf", "application/pdf")


_LETTER = "/pimpinan/surat/{id}"
ROUTES = (
    PageRoute(path=_LETTER, name="letter", show=show, who=Who.OFFICER, roles=HEADS),
    PageRoute(
        path=f"{_LETTER}/halaman/{{page}}", name="letter-page", show=picture, who=Who.OFFICER, roles=HEADS
    ),
    PageRoute(path=f"{_LETTER}/berkas", name="letter-draft", show=file, who=Who.OFFICER, roles=HEADS),
)
