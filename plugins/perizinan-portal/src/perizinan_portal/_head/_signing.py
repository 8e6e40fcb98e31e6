"""What waits for the signature: look at a letter, sign one or many; what could not be signed stays and says why."""

from __future__ import annotations

from io import BytesIO

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_core.services import IssueOutcome
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Download, Menu, Page, PageRoute, Redirect, Visit, Who

__all__ = ["ROUTES"]

_AT_ONCE = 25
"""Most letters on one page, and signed by one press."""

_HEADS = frozenset({Role.SIGNATORY, Role.OFFICE_HEAD})


def show(
    visit: Visit, failed: tuple[IssueOutcome, ...] = (), signed: int = 0, fault: str | None = None
) -> Answer:
    """List the letters, those that got stuck among them."""
    found = visit.office.lists.awaiting_signature(
        actor=visit.actor, limit=_AT_ONCE, after=visit.query("setelah") or None
    )
    said = {item.application: item.error.message(visit.language) for item in failed if item.error is not None}
    values = {
        "letters": found.items,
        "cursor": found.next,
        "failed": said,
        "signed": signed,
        "fault": fault,
        "counts": visit.office.lists.counts(actor=visit.actor),
        "late": visit.office.lists.overdue(actor=visit.actor, limit=5).items,
        "today": visit.office.today(),
    }
    return Page("head/signing.html", values, status=422 if fault else 200)


def sign(visit: Visit) -> Answer:
    """Sign those that were chosen, one after the other."""
    chosen = tuple(dict.fromkeys(visit.posted.all("case")))[:_AT_ONCE]
    if not chosen:
        return show(visit, fault=N_("Choose at least one letter"))
    outcomes = visit.office.permits.issue_many(chosen, actor=visit.actor)
    failed = tuple(item for item in outcomes if item.permit is None)
    signed = len(outcomes) - len(failed)
    if failed:
        return show(visit, failed, signed)
    return Redirect(visit.url("signing"), note=N_("The letters are signed."))


def letter(visit: Visit) -> Answer:
    """Give the letter as it would be signed."""
    shown = visit.office.letters.of_case(visit.path["id"], actor=visit.actor)
    if shown.pdf is None:
        raise PortalError("page-not-found")
    return Download(BytesIO(shown.pdf), "draf.pdf", "application/pdf")


ROUTES = (
    PageRoute(
        path="/pimpinan",
        name="signing",
        show=show,
        act=sign,
        who=Who.OFFICER,
        roles=_HEADS,
        menu=Menu(N_("To sign"), 25),
    ),
    PageRoute(path="/pimpinan/surat/{id}", name="letter-draft", show=letter, who=Who.OFFICER, roles=_HEADS),
)
