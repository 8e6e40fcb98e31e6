"""
A batch: the same thing asked for many records at once, done by the workers one by one.

What was asked, by whom, and what became of each record stands in the records; see decision 0148.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.model._text import Text

__all__ = ["Batch", "BatchCounts", "BatchItem", "BatchItemState", "BatchKind", "BatchProblem"]


class BatchKind(StrEnum):
    """What is done for each record."""

    ISSUE = "issue"
    """The permit of an approved case is issued: number, letter, signature."""

    REHEARSE = "rehearse"
    """Everything that issuing would ask is asked, and the letter is printed; no number is taken, nothing signed."""

    VERIFY = "verify"
    """The signed file of a permit is read from the document store and judged as anyone would judge it."""

    RENEW = "renew"
    """The archive timestamp of a permit is renewed where it ends soon."""


class BatchItemState(StrEnum):
    """How one record of a batch stands, as it is written."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """It has a problem that trying again does not mend."""


@attrs.frozen(kw_only=True)
class Batch:
    """Something that was asked for many records at once."""

    id: str
    version: int = 0
    kind: BatchKind
    account: str
    """Who asked for it: `Account` as text. What is done, is done for them and under their post of that moment."""

    begun_at: datetime
    filled: bool = True
    """False: its records are still being looked up."""

    filled_after: str | None = None
    """How far they are looked up: the mark of the last page."""

    total: int = 0
    """How many records it has, of those that are looked up."""

    cancelled_at: datetime | None = None
    cancelled_by: str = ""
    """`Account` as text."""

    within_days: int = 0
    """Of a renewal: timestamps whose service ends within so many days are renewed."""

    lift: bool = False
    """Of a renewal: permits below the level of the office are brought to it, too."""


@attrs.frozen(kw_only=True)
class BatchProblem:
    """Why something was not done for a record."""

    code: str
    """Stable code of the error."""

    sentence: Text = attrs.field(repr=False)
    """What a person reads."""


@attrs.frozen(kw_only=True)
class BatchItem:
    """One record of a batch."""

    batch: str
    place: int
    """From 1 on."""

    subject: str
    """Id of the application or permit."""

    state: BatchItemState = BatchItemState.WAITING
    result: str = ""
    """The result: id of the permit that was issued, a verdict, what became of a timestamp."""

    label: str = ""
    """Receipt number or number of the permit, once it was looked at."""

    problem: BatchProblem | None = None
    at: datetime | None = None
    """When it was done, or failed."""


@attrs.frozen(kw_only=True)
class BatchCounts:
    """How many records of a batch stand how."""

    waiting: int = 0
    """Those at work among them."""

    at_work: int = 0
    """A worker has them at this moment."""

    done: int = 0
    failed: int = 0
    stopped: int = 0
    """Not begun when the batch was cancelled."""
