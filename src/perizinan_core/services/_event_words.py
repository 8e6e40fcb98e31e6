"""What kinds of events are called where people search them."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.model._events import EventKind
from perizinan_core.services._names import Named, in_both

__all__ = ["named_event"]

_WORDS: Mapping[EventKind, str] = {
    EventKind.APPLICATION_STARTED: N_("A draft was begun"),
    EventKind.DOCUMENT_ADDED: N_("A document was put in"),
    EventKind.DOCUMENT_REMOVED: N_("A document was taken out"),
    EventKind.DOCUMENT_HELD: N_("An upload was kept without a verdict"),
    EventKind.DOCUMENT_HOLD_ENDED: N_("A kept upload was settled"),
    EventKind.FORM_UPDATED: N_("The form was changed"),
    EventKind.APPLICATION_SUBMITTED: N_("The application was handed in"),
    EventKind.APPLICATION_RESUBMITTED: N_("A correction was handed in"),
    EventKind.STAGE_OPENED: N_("A step was opened"),
    EventKind.STAGE_ASSIGNED: N_("A step was given to an officer"),
    EventKind.STAGE_REQUESTED: N_("A step was asked for"),
    EventKind.STAGE_DECIDED: N_("A step was judged"),
    EventKind.ATTEMPT_REFUSED: N_("A second decision was refused"),
    EventKind.PHOTO_ADDED: N_("A photograph of an inspection was kept"),
    EventKind.PHOTO_REMOVED: N_("A photograph of an inspection was removed"),
    EventKind.COUNTER_SERVED: N_("Someone was served at the counter"),
    EventKind.ACCOUNT_RESTORED: N_("An account was restored at the counter"),
    EventKind.SIMILAR_NOTED: N_("It was noted why the case continues beside another one"),
    EventKind.DRAFT_HANDED_OVER: N_("A draft was given to another account"),
    EventKind.DRAFT_TYPE_CHANGED: N_("A draft was changed to another permit"),
    EventKind.TRACKING_RENEWED: N_("A new tracking secret was given"),
    EventKind.SURVEY_ANSWERED: N_("The survey was answered"),
    EventKind.COMPLAINT_FILED: N_("A complaint was filed"),
    EventKind.COMPLAINT_ASSIGNED: N_("A complaint was given to an officer"),
    EventKind.COMPLAINT_ANSWERED: N_("A complaint was answered"),
    EventKind.COMPLAINT_RETURNED: N_("A complaint came back"),
    EventKind.COMPLAINT_WITHDRAWN: N_("A complaint was taken back"),
    EventKind.CLOCK_REPAIRED: N_("Wrong moments were repaired"),
    EventKind.STAGE_RETURNED: N_("A step is to be judged again"),
    EventKind.FILE_COMPLETE: N_("The file is complete"),
    EventKind.CORRECTION_REQUESTED: N_("A correction was asked for"),
    EventKind.NOTICE_GIVEN: N_("The applicant was notified"),
    EventKind.NOTICE_MISSED: N_("The applicant could not be notified"),
    EventKind.CONFLICT_DECLARED: N_("A conflict of interest was declared"),
    EventKind.JUMP_REQUESTED: N_("A jump of the queue was asked for"),
    EventKind.OVERRIDE_RECORDED: N_("An exception was allowed"),
    EventKind.DEADLINE_CHANGED: N_("A deadline was moved"),
    EventKind.PAYMENT_AWAITED: N_("A payment is awaited"),
    EventKind.PAYMENT_RECORDED: N_("A payment was recorded"),
    EventKind.BILL_ISSUED: N_("A bill was issued"),
    EventKind.REFUND_OWED: N_("Money is owed back"),
    EventKind.REFUND_NOTED: N_("Money was paid back"),
    EventKind.CLOCK_PAUSED: N_("The clock was paused"),
    EventKind.CLOCK_RESUMED: N_("The clock runs again"),
    EventKind.OUTSIDE_WAIT_BEGUN: N_("A wait for an outside party began"),
    EventKind.OUTSIDE_WAIT_ENDED: N_("A wait for an outside party ended"),
    EventKind.CHECK_RECORDED: N_("An outside check was recorded"),
    EventKind.DEEMED_GRANTED: N_("The application was deemed granted"),
    EventKind.ISSUING_HELD: N_("A letter was held up"),
    EventKind.APPLICATION_APPROVED: N_("The application was approved"),
    EventKind.APPLICATION_REOPENED: N_("An approval was set aside"),
    EventKind.DECISION_ANNULLED: N_("A decision was annulled"),
    EventKind.APPLICATION_REFUSED: N_("The application was refused"),
    EventKind.APPLICATION_WITHDRAWN: N_("The application was withdrawn"),
    EventKind.APPLICATION_LAPSED: N_("The application lapsed"),
    EventKind.DRAFT_ENDING: N_("The end of a draft was announced"),
    EventKind.DRAFT_DISCARDED: N_("A draft was removed"),
    EventKind.NUMBER_TAKEN: N_("A number was taken"),
    EventKind.NUMBER_CANCELLED: N_("A number was cancelled"),
    EventKind.PERMIT_ISSUED: N_("The permit was issued"),
    EventKind.PERMIT_SUSPENDED: N_("The permit was suspended"),
    EventKind.PERMIT_REINSTATED: N_("The permit was reinstated"),
    EventKind.PERMIT_REVOKED: N_("The permit was revoked"),
    EventKind.PERMIT_ANNULLED: N_("The permit was annulled"),
    EventKind.PERMIT_SUPERSEDED: N_("The permit was superseded"),
    EventKind.PERMIT_RECOVERED: N_("The permit was read back"),
    EventKind.NUMBER_LOST: N_("A number was passed over"),
    EventKind.BINDING_CHANGED: N_("The binding of a certificate was changed"),
    EventKind.OWN_KEY_CHANGED: N_("A key of the office was changed"),
    EventKind.VERSION_REQUIRED: N_("The lowest authority document was raised"),
    EventKind.VALUE_CONFIRMED: N_("A value of the catalogue was confirmed or withdrawn"),
    EventKind.STAFF_CHANGED: N_("The staff record was changed"),
    EventKind.CASE_READ: N_("Someone of the office looked at the case"),
    EventKind.OUTGOING_CHANGED: N_("Deliveries were tried again or dropped"),
    EventKind.MESSAGES_COLLECTED: N_("Messages were brought together in one"),
    EventKind.BANNER_CHANGED: N_("An announcement was put up or taken down"),
    EventKind.FINDING_ACKNOWLEDGED: N_("Notice was taken of a finding"),
    EventKind.CALENDAR_CHANGED: N_("The calendar was changed"),
    EventKind.CATALOGUE_CHANGED: N_("Another catalogue was put in place"),
    EventKind.AUDIT_EXPORTED: N_("Events were exported"),
}


def named_event(kind: EventKind) -> Named:
    """Name a kind of event."""
    return Named(kind.value, in_both(_WORDS[kind]))
