"""The page of a case, and the approval and the signature that are one press on it."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._cases import case_of, review_page

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show the case, with what this officer can do now."""
    return review_page(visit, case_of(visit))


def approve(visit: Visit) -> Answer:
    """Approve the application."""
    visit.office.reviews.approve(visit.path["id"], actor=visit.actor, idempotency_key=visit.key)
    return Redirect(visit.url("queue"), note=N_("The application is approved."))


def issue(visit: Visit) -> Answer:
    """Sign the permit; a key that asks for its passphrase is opened on the page of the letter."""
    if visit.office.permits.asks_secret(actor=visit.actor):
        to = visit.url("letter", id=visit.path["id"])
        return Redirect(to, note=N_("Look at the letter. Your key asks for its passphrase, here."))
    visit.office.permits.issue(visit.path["id"], actor=visit.actor, idempotency_key=visit.key)
    return Redirect(visit.url("review", id=visit.path["id"]), note=N_("The permit is signed."))


ROUTES = (
    PageRoute(path="/petugas/berkas/{id}", name="review", show=show, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/setujui", name="approve", act=approve, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/terbitkan", name="issue", act=issue, who=Who.OFFICER),
)
