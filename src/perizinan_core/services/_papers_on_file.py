"""Papers that an applicant has handed in before: which of them may be used again."""

from __future__ import annotations

from datetime import datetime

from perizinan_core.model._applicant import Organisation
from perizinan_core.model._application import Application
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._terms import permit_type_now
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.workflow._measure import add_period

__all__ = ["papers_on_file"]

_LOOKED_THROUGH = 200
"""Latest applications of an account that are searched for papers on file."""


def papers_on_file(
    context: OfficeContext, work: UnitOfWork, application: Application, slot: str, moment: datetime
) -> tuple[SubmittedDocument, ...]:
    """
    Return papers for the same requirement in earlier cases of the same account and applicant, newest first.

    None where the requirement does not allow it, and none that are too old or expired.
    """
    permit_type = permit_type_now(context, application, moment)
    code = slot.partition("#")[0]
    rule = next((item.reuse for item in permit_type.requirements if item.code == code), None)
    if rule is None:
        return ()
    today = context.local_day(moment)
    zone = context.calendar.time_zone
    found: list[SubmittedDocument] = []
    page = work.applications.find(ApplicationFilter(owner=application.owner), limit=_LOOKED_THROUGH)
    for earlier in page.items:
        if earlier.id == application.id or _identity(earlier) != _identity(application):
            continue
        for paper in earlier.current_documents():
            first = zone.local(paper.first_uploaded_at or paper.uploaded_at).date()
            fresh = add_period(context.calendar, first, rule.max_age) >= today
            valid = paper.expires_on is None or paper.expires_on >= today
            if paper.slot.partition("#")[0] == code and fresh and valid:
                found.append(paper)
    return tuple(sorted(found, key=lambda item: item.uploaded_at, reverse=True))


def _identity(application: Application) -> tuple[object, ...]:
    """Return what tells one applicant from another; an account may act for several."""
    applicant = application.applicant
    if isinstance(applicant, Organisation):
        return (applicant.nib, applicant.npwp, applicant.name, applicant.responsible.nik)
    return (applicant.nik, applicant.passport)
