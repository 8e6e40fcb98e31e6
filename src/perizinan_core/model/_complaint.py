"""
A complaint, a suggestion or a question about the office's service (pengaduan).

UU 25/2009 and Perpres 76/2013: a named person answers, within a time, free of charge; the person who complains may
ask that their name is kept from those who handle it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

__all__ = [
    "Complaint",
    "ComplaintCount",
    "ComplaintEntry",
    "ComplaintKind",
    "ComplaintState",
    "ComplaintStep",
]


class ComplaintKind(StrEnum):
    """What it is about; the time to answer depends on it."""

    SUGGESTION = "suggestion"
    """A question, or something that could be better."""

    SERVICE = "service"
    """The service was slow, wrong or impolite."""

    ABUSE = "abuse"
    """Money was asked for, or a post was abused; only those who supervise handle it."""


class ComplaintState(StrEnum):
    """Where it is. Each state has a next step that someone may take."""

    RECEIVED = "received"
    """A supervisor names who handles it."""

    IN_WORK = "in_work"
    """Its holder answers, or a supervisor names another one."""

    ANSWERED = "answered"
    """The person who complained may come back with it."""

    WITHDRAWN = "withdrawn"
    """Taken back by the person who complained."""


class ComplaintStep(StrEnum):
    """What happened to it."""

    FILED = "filed"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    RETURNED = "returned"
    """The person who complained was not content with the answer."""
    WITHDRAWN = "withdrawn"


@attrs.frozen(kw_only=True)
class ComplaintEntry:
    """One step, with what was written then."""

    step: ComplaintStep
    at: datetime
    by: str
    """Account of an officer; empty: the person who complained."""

    message: str = attrs.field(default="", repr=False)
    holder: str | None = None
    """Whom it was given to."""


@attrs.frozen(kw_only=True)
class Complaint:
    """A complaint and everything that happened to it."""

    id: str
    version: int = 0
    number: str
    kind: ComplaintKind
    state: ComplaintState
    permit_type: str | None = None
    receipt_number: str | None = None
    """Of the case that it is about, as it was typed; nothing says that there is one."""

    name: str | None = attrs.field(default=None, repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    keep_identity: bool = False
    """The name is shown to supervisors alone."""

    language: str = "id"
    received_at: datetime
    due: date
    """Last local day to answer."""

    holder: str | None = None
    """Id of the officer who handles it."""

    entries: tuple[ComplaintEntry, ...]
    digest: str = attrs.field(repr=False)
    """Hash of the secret with which it is followed."""

    failed: int = 0
    failed_at: datetime | None = None
    """When the last wrong secret was tried, of so many."""

    answered_day: date | None = None
    """Local day of the last answer."""

    on_time: bool | None = None
    """Whether that was within the time."""

    @property
    def is_open(self) -> bool:
        """True while the office has to do something."""
        return self.state in (ComplaintState.RECEIVED, ComplaintState.IN_WORK)


@attrs.frozen(kw_only=True)
class ComplaintCount:
    """How many complaints of a kind were answered, in time or not."""

    kind: ComplaintKind
    on_time: bool
    number: int
