"""What happened: delivered to event consumers after the commit, and kept as the case's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

__all__ = ["Event", "EventKind"]


class EventKind(StrEnum):
    """Kinds of events; the names are stable."""

    APPLICATION_STARTED = "application_started"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_REMOVED = "document_removed"
    DOCUMENT_HELD = "document_held"
    """An upload is kept, but could not be put into its slot."""
    DOCUMENT_HOLD_ENDED = "document_hold_ended"
    """What a held upload became."""
    FORM_UPDATED = "form_updated"
    APPLICATION_SUBMITTED = "application_submitted"
    APPLICATION_RESUBMITTED = "application_resubmitted"
    STAGE_OPENED = "stage_opened"
    STAGE_ASSIGNED = "stage_assigned"
    STAGE_REQUESTED = "stage_requested"
    STAGE_DECIDED = "stage_decided"
    PHOTO_ADDED = "photo_added"
    """A photograph of a site inspection was put in."""
    PHOTO_REMOVED = "photo_removed"
    ATTEMPT_REFUSED = "attempt_refused"
    """Someone wanted to decide what was decided already; kept in the history only, no one is notified."""
    CASE_READ = "case_read"
    """An officer looked at a case, a paper of it or its permit; in a history of its own beside that of the case."""
    TRACKING_RENEWED = "tracking_renewed"
    """A new secret to follow the case by was given; kept in the history only."""
    COUNTER_SERVED = "counter_served"
    """Someone was served at the counter, after a check of identity; kept in the history only."""
    ACCOUNT_RESTORED = "account_restored"
    """In the history of a public account: it was restored at the counter; not for listeners."""
    SURVEY_ANSWERED = "survey_answered"
    """The applicant's side answered the satisfaction survey; what it said stands elsewhere, without the case."""
    COMPLAINT_FILED = "complaint_filed"
    COMPLAINT_ASSIGNED = "complaint_assigned"
    COMPLAINT_ANSWERED = "complaint_answered"
    COMPLAINT_RETURNED = "complaint_returned"
    """The person who complained was not content with the answer."""
    COMPLAINT_WITHDRAWN = "complaint_withdrawn"
    CLOCK_REPAIRED = "clock_repaired"
    """Moments that a wrong clock had written were brought back by an operator."""
    STAGE_RETURNED = "stage_returned"
    """Its outcome was set aside, and it is to be judged again."""
    FILE_COMPLETE = "file_complete"
    CORRECTION_REQUESTED = "correction_requested"
    NOTICE_GIVEN = "notice_given"
    """The applicant's side was notified of something that time runs from, or opened the case."""
    NOTICE_MISSED = "notice_missed"
    """No one could be notified of something that time runs from: a person is asked."""
    CONFLICT_DECLARED = "conflict_declared"
    JUMP_REQUESTED = "jump_requested"
    SIMILAR_NOTED = "similar_noted"
    """An officer wrote down why a case continues although others ask for the same."""
    OVERRIDE_RECORDED = "override_recorded"
    DEADLINE_CHANGED = "deadline_changed"
    PAYMENT_AWAITED = "payment_awaited"
    """A payment stage opened before the whole fee was received."""
    PAYMENT_RECORDED = "payment_recorded"
    BILL_ISSUED = "bill_issued"
    """A payment provider made a bill for what is outstanding."""
    REFUND_OWED = "refund_owed"
    """More was paid than the fee wants, or for a closed case: it is owed back."""
    REFUND_NOTED = "refund_noted"
    CLOCK_PAUSED = "clock_paused"
    """Only the applicant's money is missing; a correction pauses the clock with its own event."""
    CLOCK_RESUMED = "clock_resumed"
    OUTSIDE_WAIT_BEGUN = "outside_wait_begun"
    """The office waits for another agency or an outside system; the clock runs on."""
    OUTSIDE_WAIT_ENDED = "outside_wait_ended"
    CHECK_RECORDED = "check_recorded"
    """An outside system answered about a submission, or did not; or an officer wrote its answer down."""
    DEEMED_GRANTED = "deemed_granted"
    ISSUING_HELD = "issuing_held"
    """A letter cannot be issued by itself: a person must look at it."""
    APPLICATION_APPROVED = "application_approved"
    APPLICATION_REOPENED = "application_reopened"
    """Its approval was set aside before a permit was issued; the approval stage is judged again."""
    DECISION_ANNULLED = "decision_annulled"
    """A grant had a defect and was annulled before a permit was issued; the application is refused."""
    APPLICATION_REFUSED = "application_refused"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    APPLICATION_LAPSED = "application_lapsed"
    DRAFT_ENDING = "draft_ending"
    """No one worked on a draft for long; it will be removed."""
    DRAFT_HANDED_OVER = "draft_handed_over"
    """A draft was given to another account: begun without one, and taken along at the login."""
    DRAFT_TYPE_CHANGED = "draft_type_changed"
    """A draft became one of another permit type."""
    DRAFT_DISCARDED = "draft_discarded"
    """A draft was removed with its data: by its applicant, or after its time; the history alone remains."""
    NUMBER_TAKEN = "number_taken"
    NUMBER_CANCELLED = "number_cancelled"
    PERMIT_ISSUED = "permit_issued"
    PERMIT_SUSPENDED = "permit_suspended"
    PERMIT_REINSTATED = "permit_reinstated"
    PERMIT_REVOKED = "permit_revoked"
    PERMIT_ANNULLED = "permit_annulled"
    PERMIT_SUPERSEDED = "permit_superseded"
    PERMIT_RECOVERED = "permit_recovered"
    """Its record was lost, and was read back from the signed file; suspended until someone decides."""
    NUMBER_LOST = "number_lost"
    """In the history of lost numbers, when one was used by a record that is not here; not for listeners."""
    BINDING_CHANGED = "binding_changed"
    """In the history of a position, with the binding of its certificate before and after; not for listeners."""
    OWN_KEY_CHANGED = "own_key_changed"
    """In the history of a purpose, when a key of the office is announced or replaced; not for listeners."""
    VERSION_REQUIRED = "version_required"
    """In the history of the authority document, when an operator raises the lowest version; not for listeners."""
    VALUE_CONFIRMED = "value_confirmed"
    """In the history of a permit type's catalogue or the authority's, with the paper; not for listeners."""
    STAFF_CHANGED = "staff_changed"
    """In the history of an officer's account, with the record before and after it; not for listeners."""
    OUTGOING_CHANGED = "outgoing_changed"
    """In the history of the administration: deliveries were tried again or dropped by a person; not for listeners."""
    MESSAGES_COLLECTED = "messages_collected"
    """In the outbox alone: messages that waited for one recipient were brought together in one; not for listeners."""
    BANNER_CHANGED = "banner_changed"
    """In the history of the administration: an announcement was put up or taken down; not for listeners."""
    FINDING_ACKNOWLEDGED = "finding_acknowledged"
    """In the history of the administration: someone took notice of a finding, or no longer; not for listeners."""
    CALENDAR_CHANGED = "calendar_changed"
    """In the history of the administration: days off of a year were recorded or confirmed; not for listeners."""
    CATALOGUE_CHANGED = "catalogue_changed"
    """In the history of the administration: an office was opened with another catalogue; not for listeners."""
    BATCH_BEGUN = "batch_begun"
    """In the history of a batch, by its id: something was asked for many records at once; not for listeners."""
    BATCH_CANCELLED = "batch_cancelled"
    """In the history of a batch: what of it had not begun is not done; not for listeners."""
    AUDIT_EXPORTED = "audit_exported"
    """In the history of the administration: events were taken out without personal data; not for listeners."""

    @property
    def is_delivered(self) -> bool:
        """True when event consumers may ask for it; the others stand in a history only."""
        return self not in _HISTORY_ONLY


_HISTORY_ONLY = frozenset(
    {
        EventKind.ACCOUNT_RESTORED,
        EventKind.ATTEMPT_REFUSED,
        EventKind.COUNTER_SERVED,
        EventKind.AUDIT_EXPORTED,
        EventKind.BANNER_CHANGED,
        EventKind.BATCH_BEGUN,
        EventKind.BATCH_CANCELLED,
        EventKind.BINDING_CHANGED,
        EventKind.CALENDAR_CHANGED,
        EventKind.CATALOGUE_CHANGED,
        EventKind.FINDING_ACKNOWLEDGED,
        EventKind.MESSAGES_COLLECTED,
        EventKind.OUTGOING_CHANGED,
        EventKind.CASE_READ,
        EventKind.OWN_KEY_CHANGED,
        EventKind.VERSION_REQUIRED,
        EventKind.STAFF_CHANGED,
        EventKind.SURVEY_ANSWERED,
        EventKind.VALUE_CONFIRMED,
    }
)


@attrs.frozen(kw_only=True)
class Event:
    """One thing that happened. Holds codes, numbers and times; no personal data."""

    kind: EventKind
    subject: str
    """
    Id of the application, of the permit for ``permit_…`` kinds, ``readings:`` and the id of the application for
    ``case_read``, an account for ``staff_…`` kinds, or
    ``position:`` and the code of a position for ``binding_…`` kinds, or ``catalogue:`` and the code of a permit
    type for ``value_…`` kinds.
    """

    at: datetime
    actor: str
    """Who did it: `Account` as text, e.g. ``officer:17``."""

    data: Mapping[str, Any] = attrs.field(factory=dict)
    """JSON values; free text such as reasons is kept in the case and not here."""

    id: str = attrs.field(default="", eq=False)
    """
    Stable name, given when the event is written: the same in the history, in each delivery, and when it is replayed.
    """
