"""
The sentences of the messages about cases, by the kind of event: what happened, what it means and what to do next.

English is the source; the catalogue of the room holds Bahasa Indonesia.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._held import HeldOutcome
from perizinan_core.services import _message_fields as fields
from perizinan_core.services._message_fields import MessageCase

__all__ = [
    "FOR_SUPERVISORS",
    "MESSAGE_KINDS",
    "SUPERVISOR_KINDS",
    "Wording",
    "wording_for_applicants",
    "wording_of",
]


@attrs.frozen
class Wording:
    """Subject and text of a message, and what fills their placeholders."""

    subject: str
    body: str
    fields: Callable[[MessageCase], dict[str, object]]


_WORDINGS: dict[EventKind, Wording] = {
    EventKind.DRAFT_ENDING: Wording(
        N_("Your draft will be removed: {permit_type}"),
        N_(
            "You began an application for {permit_type} and did not hand it in. The draft and its files will be "
            "removed after {day}. Open it and change or submit it before if you still want the permit; you may "
            "begin a new one at any time."
        ),
        fields.of_draft,
    ),
    EventKind.APPLICATION_SUBMITTED: Wording(
        N_("Application received: {receipt}"),
        N_(
            "Your application for {permit_type} has been received under number {receipt}. We now check "
            "whether it is complete; you will be notified of the result and the time limit."
        ),
        fields.nothing_more,
    ),
    EventKind.APPLICATION_RESUBMITTED: Wording(
        N_("Correction received: {receipt}"),
        N_("Your correction of application {receipt} has been received. The review continues."),
        fields.nothing_more,
    ),
    EventKind.FILE_COMPLETE: Wording(
        N_("Application complete: {receipt}"),
        N_("Application {receipt} is complete. The decision is due on {due} at the latest."),
        fields.of_deadline,
    ),
    EventKind.CORRECTION_REQUESTED: Wording(
        N_("Please correct application {receipt}"),
        N_(
            "Application {receipt} for {permit_type} needs a correction:\n{items}\n\nPlease hand it in by "
            "{answer_by}. The time limit is paused meanwhile and then continues where it stopped."
        ),
        fields.of_correction,
    ),
    EventKind.APPLICATION_APPROVED: Wording(
        N_("Application approved: {receipt}"),
        N_("Application {receipt} for {permit_type} has been approved. The letter is being signed.{payment}"),
        fields.of_payment,
    ),
    EventKind.DEEMED_GRANTED: Wording(
        N_("Application deemed granted: {receipt}"),
        N_(
            "The time limit of application {receipt} passed without a decision, so the law deems it granted. "
            "You will receive the letter.{payment}"
        ),
        fields.of_payment,
    ),
    EventKind.PAYMENT_AWAITED: Wording(
        N_("Please pay the fee of application {receipt}"),
        N_(
            "The fee of application {receipt} for {permit_type} has not been received in full: {amount} are "
            "outstanding. Pay this sum into the official account that the bill names.\n\n"
            "While only your payment is missing, the time limit is paused; then it continues where it stopped."
        ),
        fields.of_bill,
    ),
    EventKind.OUTSIDE_WAIT_BEGUN: Wording(
        N_("Application {receipt} waits for {name}"),
        N_(
            "Since {since} we have been waiting for {name} in application {receipt}, for this reason: {reason}\n\n"
            "The time limit continues meanwhile. You need not do anything."
        ),
        fields.of_wait,
    ),
    EventKind.OUTSIDE_WAIT_ENDED: Wording(
        N_("Application {receipt} no longer waits for {name}"),
        N_("We no longer wait for {name} in application {receipt}. The review continues."),
        fields.of_wait,
    ),
    EventKind.APPLICATION_REFUSED: Wording(
        N_("Application refused: {receipt}"),
        N_(
            "Application {receipt} for {permit_type} has been refused, for these reasons:\n{reasons}\n\n"
            "You may object until {objection_until}, in writing to {objection_to}. Objecting is free."
        ),
        fields.of_decision,
    ),
    EventKind.APPLICATION_REOPENED: Wording(
        N_("Approval set aside: {receipt}"),
        N_(
            "The approval of application {receipt} for {permit_type} was set aside before the permit was issued, "
            "for these reasons:\n{reasons}\n\n"
            "It is decided again. The time limit continues where it stopped."
        ),
        fields.of_approval_set_aside,
    ),
    EventKind.DECISION_ANNULLED: Wording(
        N_("Grant annulled: {receipt}"),
        N_(
            "The grant of application {receipt} for {permit_type} was annulled before the permit was issued, "
            "for these reasons:\n{reasons}\n\nLegal basis: {legal_basis}\n\n"
            "You may object until {objection_until}, in writing to {objection_to}. Objecting is free."
        ),
        fields.of_decision,
    ),
    EventKind.APPLICATION_WITHDRAWN: Wording(
        N_("Application withdrawn: {receipt}"),
        N_("Application {receipt} for {permit_type} has been withdrawn as you asked."),
        fields.nothing_more,
    ),
    EventKind.APPLICATION_LAPSED: Wording(
        N_("Application lapsed: {receipt}"),
        N_(
            "The correction of application {receipt} did not arrive in time, so it has lapsed. "
            "You may apply again at any time."
        ),
        fields.of_decision,
    ),
    EventKind.PERMIT_ISSUED: Wording(
        N_("Permit issued: {number}"),
        N_(
            "Your permit {permit_type} has been issued under number {number}; last day: {until}. "
            "Download it from your account. Anyone can check it at {verification_url}."
        ),
        fields.of_permit,
    ),
    EventKind.PERMIT_SUSPENDED: Wording(
        N_("Permit suspended: {number}"),
        N_("Permit {number} has been suspended. Reason: {reason}"),
        fields.of_permit,
    ),
    EventKind.PERMIT_REINSTATED: Wording(
        N_("Permit in force again: {number}"),
        N_("Permit {number} is in force again. Reason: {reason}"),
        fields.of_permit,
    ),
    EventKind.PERMIT_REVOKED: Wording(
        N_("Permit revoked: {number}"),
        N_("Permit {number} has been revoked. Reason: {reason}"),
        fields.of_permit,
    ),
    EventKind.PERMIT_ANNULLED: Wording(
        N_("Permit annulled: {number}"),
        N_("Permit {number} has been annulled. Reason: {reason}"),
        fields.of_permit,
    ),
}


FOR_SUPERVISORS: dict[EventKind, Wording] = {
    EventKind.DEEMED_GRANTED: Wording(
        N_("Time limit passed in silence: {receipt}"),
        N_(
            "The time limit of application {receipt} for {permit_type} passed on {due} without a decision, "
            "so the law deems it granted.\n\n{next}"
        ),
        fields.of_silence,
    ),
    EventKind.ISSUING_HELD: Wording(
        N_("Letter held up: {receipt}"),
        N_(
            "Application {receipt} for {permit_type}: its letter cannot be issued without a person ({reason}). "
            "The head of office or a signatory must look at the case."
        ),
        fields.of_held_letter,
    ),
    EventKind.NOTICE_MISSED: Wording(
        N_("Applicant could not be notified: {receipt}"),
        N_(
            "Application {receipt} for {permit_type}: the applicant could not be notified of this: {of}. No time "
            "runs against the applicant until then. Let the front office inform the applicant by telephone, by "
            "letter or at the counter, and record it in the case."
        ),
        fields.of_missed_notice,
    ),
}


_HELD_WORDINGS: dict[HeldOutcome, Wording] = {
    HeldOutcome.ACCEPTED: Wording(
        N_("Your file has been accepted: {slot}"),
        N_(
            "The file for {slot} has now been checked and accepted. It is in its place in your "
            "application for {permit_type}."
        ),
        fields.of_kept_file,
    ),
    HeldOutcome.ACCEPTED_AS_IS: Wording(
        N_("Your file has been accepted: {slot}"),
        N_(
            "The counter has accepted the signed file for {slot} as it is. It is in its place in "
            "your application for {permit_type}."
        ),
        fields.of_kept_file,
    ),
    HeldOutcome.REFUSED: Wording(
        N_("Your file cannot be accepted: {slot}"),
        N_(
            "The file for {slot} has now been checked and cannot be accepted. {reasons}\n\n"
            "If your application for {permit_type} still needs it, upload another file."
        ),
        fields.of_kept_file,
    ),
    HeldOutcome.NOT_TAKEN: Wording(
        N_("Your file was not needed: {slot}"),
        N_(
            "The file for {slot} has now been checked, and nothing is wrong with it. Your "
            "application for {permit_type} had no place for it any more, so it was left out."
        ),
        fields.of_kept_file,
    ),
}
"""What became of a file that was kept; a file that the applicant discarded needs no message."""


MESSAGE_KINDS = frozenset({*_WORDINGS, *FOR_SUPERVISORS, EventKind.DOCUMENT_HOLD_ENDED})
"""Kinds of events that someone may receive a message about."""

SUPERVISOR_KINDS = frozenset(FOR_SUPERVISORS)
"""Those of them that go to supervisors."""


def wording_of(kind: EventKind, outcome: str = "") -> Wording | None:
    """Return our own text about a kind of event (of an upload that was kept: and its outcome), or None."""
    if kind is EventKind.DOCUMENT_HOLD_ENDED:
        return _HELD_WORDINGS.get(HeldOutcome(outcome)) if outcome else None
    return _WORDINGS.get(kind) or FOR_SUPERVISORS.get(kind)


def wording_for_applicants(event: Event) -> Wording | None:
    """Return our own text to the applicant's side about an event, or None when the event concerns the office alone."""
    if event.kind is EventKind.DOCUMENT_HOLD_ENDED:
        return _HELD_WORDINGS.get(HeldOutcome(event.data["outcome"]))
    return _WORDINGS.get(event.kind)
