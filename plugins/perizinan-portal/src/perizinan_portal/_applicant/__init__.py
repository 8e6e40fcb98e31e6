"""The applicant's side: from the first line of a draft to the signed permit."""

from perizinan_portal._applicant import (
    _apply,
    _case,
    _correction,
    _draft,
    _holder,
    _messages,
    _own_cases,
    _papers,
    _papers_page,
    _permit_kind,
    _permits,
    _readings,
    _receipt,
    _submission,
    _successor,
    _tus,
    _withdrawal,
)
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_own_cases.ROUTES,
    *_apply.ROUTES,
    *_case.ROUTES,
    *_correction.ROUTES,
    *_messages.ROUTES,
    *_readings.ROUTES,
    *_withdrawal.ROUTES,
    *_permits.ROUTES,
    *_successor.ROUTES,
    *_draft.ROUTES,
    *_holder.ROUTES,
    *_permit_kind.ROUTES,
    *_papers_page.ROUTES,
    *_papers.ROUTES,
    *_tus.ROUTES,
    *_submission.ROUTES,
    *_receipt.ROUTES,
)

__all__ = ["ROUTES"]
