"""The officers' side: what waits, the case with its papers, complaints, and each thing that may be done with a case."""

from perizinan_portal._kit import PageRoute
from perizinan_portal._officer import (
    _acts,
    _complaints,
    _correction,
    _counter,
    _counter_draft,
    _counter_hand_in,
    _counter_holder,
    _counter_papers,
    _counter_phone,
    _hand_over,
    _inspection,
    _judgements,
    _order,
    _papers,
    _queue,
    _review,
)

ROUTES: tuple[PageRoute, ...] = (
    *_queue.ROUTES,
    *_order.ROUTES,
    *_complaints.ROUTES,
    *_hand_over.ROUTES,
    *_counter.ROUTES,
    *_counter_draft.ROUTES,
    *_counter_holder.ROUTES,
    *_counter_papers.ROUTES,
    *_counter_hand_in.ROUTES,
    *_counter_phone.ROUTES,
    *_review.ROUTES,
    *_judgements.ROUTES,
    *_inspection.ROUTES,
    *_papers.ROUTES,
    *_correction.ROUTES,
    *_acts.ROUTES,
)

__all__ = ["ROUTES"]
