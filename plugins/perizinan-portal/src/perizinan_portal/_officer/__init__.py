"""The officers' side: what waits, and the case to decide."""

from perizinan_portal._kit import PageRoute
from perizinan_portal._officer import _complaints, _queue, _review

ROUTES: tuple[PageRoute, ...] = (*_queue.ROUTES, *_complaints.ROUTES, *_review.ROUTES)

__all__ = ["ROUTES"]
