"""A paper beside its checklist: pages as pictures of ours, former versions, and the officer's remark."""

from __future__ import annotations

import attrs
from starlette.responses import Response

from perizinan_core.errors.documents import DocumentError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, SubmittedDocument
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Choice,
    Download,
    Form,
    Page,
    PageRoute,
    Redirect,
    Visit,
    Who,
    choice,
    lines,
)
from perizinan_portal._officer._cases import Paper, case_of, papers_of, type_of, unsent

__all__ = ["ROUTES"]

_MOST_PAGES = 20
"""Pages that are shown below each other; the rest is in the file."""

_IN_ORDER = "in-order"
_TO_CORRECT = "to-correct"


@attrs.frozen(kw_only=True)
class Remark:
    """What the officer thinks of a paper."""

    view: str = choice(
        N_("This paper"),
        (Choice(_IN_ORDER, N_("is in order")), Choice(_TO_CORRECT, N_("has to be corrected"))),
    )
    remark: str = lines(
        N_("What has to be corrected"),
        sometimes=True,
        hint=N_("Needed when it has to be corrected. The applicant reads it once you send the request."),
    )


def show(visit: Visit, form: Form[Remark] | None = None) -> Answer:
    """Show a paper."""
    case = case_of(visit)
    papers = papers_of(visit, case)
    document = _found(case, visit.path["paper"])
    current = next((one for one in papers if one.document.slot == document.slot), None)
    pages = document.pages or 1
    values = {
        "case": case,
        "item": type_of(visit, case),
        "document": document,
        "paper": current,
        "counts": current is not None and document.replaced_at is None,
        "pages": range(1, min(pages, _MOST_PAGES) + 1),
        "more_pages": max(0, pages - _MOST_PAGES),
        "before": _neighbour(papers, document, -1),
        "after": _neighbour(papers, document, 1),
        "form": form or _known(visit, current),
        "unsent": unsent(visit, case),
    }
    return Page("officer/paper.html", values, status=422 if form else 200)


def _known(visit: Visit, paper: Paper | None) -> Form[Remark]:
    if paper is None or paper.remark is None:
        return visit.fill(Remark)
    return visit.fill(Remark, view=_TO_CORRECT if paper.remark else _IN_ORDER, remark=paper.remark)


def write(visit: Visit) -> Answer:
    """Keep the remark, and show the next paper."""
    form = visit.read(Remark)
    given = form.value
    if given is not None and given.view == _TO_CORRECT and not given.remark:
        form.refuse("remark", N_("Say what has to be corrected"))
    if form.value is None:
        return show(visit, form)
    case = case_of(visit)
    document = _found(case, visit.path["paper"])
    visit.services.store.findings.write(
        case.id,
        visit.actor.id,
        document.slot,
        form.value.remark if form.value.view == _TO_CORRECT else "",
        now=visit.services.now,
    )
    following = _neighbour(papers_of(visit, case), document, 1)
    if following is not None:
        to = visit.url("officer-paper", id=case.id, paper=following.document.id)
        return Redirect(to, note=N_("Saved. This is the next paper."))
    return Redirect(visit.url("review", id=case.id), note=N_("Saved. That was the last paper."))


def picture(visit: Visit) -> Answer:
    """Give a page as a picture; a file is never shown as it is."""
    page = visit.path["page"]
    if not page.isascii() or not page.isdigit() or len(page) > 5:
        raise PortalError("page-not-found")
    try:
        drawn = visit.office.applications.page_picture(
            visit.path["id"], visit.path["paper"], page=int(page), actor=visit.actor
        )
    except DocumentError as error:
        if error.code != "page-not-drawn":
            raise
        raise PortalError("page-not-found") from error
    return Response(drawn.jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=600"})


def download(visit: Visit) -> Answer:
    """Give the file as it was handed in."""
    case = case_of(visit)
    found = _found(case, visit.path["paper"])
    stream = visit.office.applications.open_document(case.id, found.id, actor=visit.actor)
    return Download(stream, found.file_name, found.content_type)


def _found(case: Application, paper: str) -> SubmittedDocument:
    found = next((item for item in case.documents if item.id == paper), None)
    if found is None:
        raise PortalError("page-not-found")
    return found


def _neighbour(papers: tuple[Paper, ...], document: SubmittedDocument, step: int) -> Paper | None:
    places = [number for number, one in enumerate(papers) if one.document.id == document.id]
    if not places or not 0 <= places[0] + step < len(papers):
        return None
    return papers[places[0] + step]


_PAPER = "/petugas/berkas/{id}/dokumen/{paper}"
ROUTES = (
    PageRoute(path=_PAPER, name="officer-paper", show=show, act=write, who=Who.OFFICER),
    PageRoute(path=f"{_PAPER}/halaman/{{page}}", name="paper-page", show=picture, who=Who.OFFICER),
    PageRoute(path=f"{_PAPER}/berkas", name="paper", show=download, who=Who.OFFICER),
)
