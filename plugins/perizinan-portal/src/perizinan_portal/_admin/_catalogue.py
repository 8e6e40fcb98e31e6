"""Versions of the catalogue: which hold, what is different, what a new one would change, letters with invented data."""

from __future__ import annotations

from io import BytesIO

from starlette.responses import Response

from perizinan_core.documents import page_picture
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Rate, Visit, Who

__all__ = ["ROUTES"]

_CHANGES = {
    "added": (N_("added"), "good"),
    "removed": (N_("removed"), "bad"),
    "changed": (N_("changed"), "warn"),
}
_SIDE = 1200


def list_(visit: Visit, preview: object = None, fault: object = "") -> Answer:
    """List every version with how many open cases keep it; beside it the check of a new catalogue."""
    versions = visit.office.versions.list(actor=visit.actor)
    values = {
        "versions": versions,
        "preview": preview,
        "fault": fault,
        "words": _CHANGES,
        "in_place": visit.office.versions.in_place(actor=visit.actor),
    }
    return Page("admin/catalogue.html", values, status=422 if fault else 200)


def preview(visit: Visit) -> Answer:
    """Check a new catalogue, and show what it would change."""
    given = visit.posted.files.get("archive", ())
    if not given or not given[0].size:
        return list_(visit, fault=N_("Choose the package, or a ZIP file of the catalogue's folder"))
    try:
        shown = visit.office.versions.preview(given[0].file, actor=visit.actor)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return list_(visit, fault=error.message(visit.language))
    return list_(visit, shown)


def compare(visit: Visit) -> Answer:
    """Show what is different between two versions of a type: the two newest by default."""
    code = visit.path["code"]
    found = visit.office.versions.list(code, actor=visit.actor)
    names = [one.permit_type.version for one in found]
    after = visit.query("baru") or names[0]
    before = visit.query("lama") or (names[1] if len(names) > 1 else names[0])
    if not {before, after} <= set(names):
        raise PortalError("page-not-found")
    values = {
        "permit_type": found[0].permit_type,
        "versions": found,
        "before": before,
        "after": after,
        "found": visit.office.versions.differences(code, before, after, actor=visit.actor),
        "words": _CHANGES,
    }
    return Page("admin/versions.html", values)


def letter(visit: Visit) -> Answer:
    """Show the letter of a type with invented data, page by page, and what would keep it from being issued."""
    permit_type = visit.office.permit_type(visit.path["code"])
    fault, pages = "", 0
    problems: tuple[str, ...] = ()
    try:
        shown = visit.office.letters.preview(permit_type.code)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        fault = error.message(visit.language)
    else:
        problems = tuple(problem.message(visit.language) for problem in shown.problems)
        pages = 0 if shown.pdf is None else page_picture(shown.pdf, "application/pdf", page=1, side=100).pages
    values = {
        "permit_type": permit_type,
        "fault": fault,
        "problems": problems,
        "pages": range(1, pages + 1),
    }
    return Page("admin/letter.html", values)


def letter_page(visit: Visit) -> Answer:
    """Give a page of the letter as a picture that a confined process drew."""
    number = visit.path["page"]
    if not number.isdecimal() or not 0 < int(number) < 100:
        raise PortalError("page-not-found")
    drawn = page_picture(_pdf(visit), "application/pdf", page=int(number), side=_SIDE)
    return _picture(drawn.jpeg)


def letter_file(visit: Visit) -> Answer:
    """Give the letter as a PDF, marked as a draft."""
    return Download(BytesIO(_pdf(visit)), f"{visit.path['code']}-konsep.pdf", "application/pdf")


def _pdf(visit: Visit) -> bytes:
    shown = visit.office.letters.preview(visit.path["code"])
    if shown.pdf is None:
        raise PortalError("page-not-found")
    return shown.pdf


def _picture(content: bytes) -> Answer:
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=60"})


ROUTES = (
    PageRoute(
        path="/admin/katalog",
        name="admin-catalogue",
        show=list_,
        act=preview,
        uploads=True,
        rate=Rate(20),
        who=Who.OFFICER,
        roles=ADMIN,
    ),
    PageRoute(
        path="/admin/katalog/{code}", name="admin-versions", show=compare, who=Who.OFFICER, roles=ADMIN
    ),
    PageRoute(
        path="/admin/katalog/{code}/surat", name="admin-letter", show=letter, who=Who.OFFICER, roles=ADMIN
    ),
    PageRoute(
        path="/admin/katalog/{code}/surat/{page}",
        name="admin-letter-page",
        show=letter_page,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
    PageRoute(
        path="/admin/katalog/{code}/konsep.pdf",
        name="admin-letter-file",
        show=letter_file,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
)
