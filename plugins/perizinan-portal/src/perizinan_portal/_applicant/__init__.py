"""The applicant's side: from the first line of a draft to the signed permit."""

from perizinan_portal._applicant import (
    _apply,
    _case,
    _draft,
    _own_cases,
    _papers,
    _receipt,
    _submission,
    _tus,
)
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_own_cases.ROUTES,
    *_apply.ROUTES,
    *_case.ROUTES,
    *_draft.ROUTES,
    *_papers.ROUTES,
    *_tus.ROUTES,
    *_submission.ROUTES,
    *_receipt.ROUTES,
)

__all__ = ["ROUTES"]
