"""
Use cases: what people and programs do with an office. `perizinan_core.Office` hands them out.

Each module is one group: `applications` (the applicant's side), `reviews` (the office's side), `issuance`
and `permits` (the permit), `publication` and `status_list` (what verifiers need), `worker` (what happens by
itself), `held_uploads` (files that are kept without a verdict).
"""

from perizinan_core.services._applications import Applications, SlotView
from perizinan_core.services._clocks import ClockRepair, ClockWatch
from perizinan_core.services._context import OfficeContext, OfficeKeys, SignerSource, new_id
from perizinan_core.services._held_uploads import HeldUploads, HeldUploadView
from perizinan_core.services._issuance import SYSTEM, Issuance
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._permits import Permits, RecordsStatus, SearchResult
from perizinan_core.services._publication import Publication
from perizinan_core.services._receipts import Receipt, ReceivedFile
from perizinan_core.services._reviews import Reviews
from perizinan_core.services._status_list import StatusListRules, StatusLists
from perizinan_core.services._work import Job, WorkDone, WorkFailure
from perizinan_core.services._worker import Worker

__all__ = [
    "SYSTEM",
    "Applications",
    "ClockRepair",
    "ClockWatch",
    "HeldUploadView",
    "HeldUploads",
    "Issuance",
    "Job",
    "LongTerm",
    "OfficeContext",
    "OfficeKeys",
    "Permits",
    "Publication",
    "Receipt",
    "ReceivedFile",
    "RecordsStatus",
    "Reviews",
    "SearchResult",
    "SignerSource",
    "SlotView",
    "StatusListRules",
    "StatusLists",
    "WorkDone",
    "WorkFailure",
    "Worker",
    "new_id",
]
