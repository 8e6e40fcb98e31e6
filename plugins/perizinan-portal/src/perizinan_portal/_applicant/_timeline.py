"""What happened in a case, in plain words, the newest first. What is the office's own affair is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Event, EventKind, PermitType, Rupiah, format_date
from perizinan_portal._kit import Visit

__all__ = ["LEFT_OUT", "Happened", "happened"]

_K = EventKind

_WORDS: Mapping[EventKind, str] = {
    _K.APPLICATION_STARTED: N_("The application was begun."),
    _K.APPLICATION_SUBMITTED: N_("The application was handed in."),
    _K.APPLICATION_RESUBMITTED: N_("The correction was handed in."),
    _K.FILE_COMPLETE: N_("The papers were found complete: the time limit began."),
    _K.STAGE_OPENED: N_("The step “{stage}” began."),
    _K.STAGE_REQUESTED: N_("The office asked for the further step “{stage}”."),
    _K.STAGE_DECIDED: N_("The step “{stage}” was finished."),
    _K.STAGE_RETURNED: N_("The step “{stage}” is done once more."),
    _K.CORRECTION_REQUESTED: N_("The office asked for a correction; the time limit is paused."),
    _K.NOTICE_GIVEN: N_("You were informed; the time for your answer runs until {until}."),
    _K.PAYMENT_AWAITED: N_("The fee is to be paid."),
    _K.BILL_ISSUED: N_("A bill of {amount} was made."),
    _K.PAYMENT_RECORDED: N_("A payment was received."),
    _K.REFUND_OWED: N_("More was paid than is due: {amount} are owed back to you."),
    _K.REFUND_NOTED: N_("Money was paid back to you."),
    _K.CLOCK_PAUSED: N_("The time limit is paused: only the fee is missing."),
    _K.CLOCK_RESUMED: N_("The time limit continues."),
    _K.DEADLINE_CHANGED: N_("The calendar changed, and with it the due day."),
    _K.OUTSIDE_WAIT_BEGUN: N_("The office waits for someone outside; the time limit continues."),
    _K.OUTSIDE_WAIT_ENDED: N_("The office no longer waits for someone outside."),
    _K.CHECK_RECORDED: N_("Another system was asked about the application."),
    _K.DEEMED_GRANTED: N_("The time limit passed without a decision: the law deems the application granted."),
    _K.APPLICATION_APPROVED: N_("The application was approved."),
    _K.APPLICATION_REOPENED: N_("The approval was set aside; it is decided again."),
    _K.DECISION_ANNULLED: N_("The grant was annulled."),
    _K.APPLICATION_REFUSED: N_("The application was refused."),
    _K.APPLICATION_WITHDRAWN: N_("The application was taken back."),
    _K.APPLICATION_LAPSED: N_("The application lapsed: the correction did not arrive in time."),
    _K.NUMBER_TAKEN: N_("The letter got its number."),
    _K.NUMBER_CANCELLED: N_("The number of the letter was cancelled; it gets another one."),
    _K.PERMIT_ISSUED: N_("The permit was signed."),
    _K.PERMIT_SUSPENDED: N_("The permit was suspended."),
    _K.PERMIT_REINSTATED: N_("The permit is in force again."),
    _K.PERMIT_REVOKED: N_("The permit was revoked."),
    _K.PERMIT_ANNULLED: N_("The permit was annulled."),
    _K.PERMIT_SUPERSEDED: N_("The permit was replaced by another one."),
    _K.PERMIT_RECOVERED: N_("The record of the permit was restored from the signed file."),
    _K.TRACKING_RENEWED: N_("A new code for following the case was given."),
    _K.SURVEY_ANSWERED: N_("The survey was answered."),
    _K.DOCUMENT_HELD: N_("A file is kept until it has been checked."),
    _K.DOCUMENT_HOLD_ENDED: N_("A file that was kept has been checked."),
    _K.NOTICE_MISSED: N_("We could not reach you; a person of the office was asked to."),
    _K.ISSUING_HELD: N_("The letter cannot be made by itself; a person of the office looks at it."),
    _K.DRAFT_TYPE_CHANGED: N_("The draft was changed to another kind of permit."),
    _K.DRAFT_HANDED_OVER: N_("The draft was handed over to another account."),
    _K.DRAFT_ENDING: N_("The draft was left alone for long; it was announced that it will be removed."),
}

LEFT_OUT = frozenset(
    {
        # Every keystroke would be a line.
        _K.DOCUMENT_ADDED, _K.DOCUMENT_REMOVED, _K.FORM_UPDATED,
        # Applicants must not know whom to approach; exceptions stand in the public log.
        _K.STAGE_ASSIGNED, _K.CONFLICT_DECLARED, _K.JUMP_REQUESTED, _K.OVERRIDE_RECORDED, _K.ATTEMPT_REFUSED,
        # What the office compares is its own affair.
        _K.SIMILAR_NOTED,
        # The case is gone with it.
        _K.DRAFT_DISCARDED,
        # Not of a case.
        _K.CASE_READ, _K.COMPLAINT_FILED, _K.COMPLAINT_ASSIGNED, _K.COMPLAINT_ANSWERED, _K.COMPLAINT_RETURNED,
        _K.COMPLAINT_WITHDRAWN, _K.CLOCK_REPAIRED, _K.NUMBER_LOST, _K.BINDING_CHANGED, _K.OWN_KEY_CHANGED,
        _K.VERSION_REQUIRED, _K.VALUE_CONFIRMED, _K.STAFF_CHANGED,
    }
)  # fmt: skip
"""Kinds of events that have no line; a test holds that every other kind that moves a case has one."""


@attrs.frozen
class Happened:
    """A line of the history."""

    at: datetime
    what: str


def happened(visit: Visit, permit_type: PermitType, events: Iterable[Event]) -> tuple[Happened, ...]:
    """Return the lines, the newest first."""
    return tuple(_lines(visit, permit_type, reversed(tuple(events))))


def _lines(visit: Visit, permit_type: PermitType, events: Iterable[Event]) -> Iterator[Happened]:
    labels = {stage.code: stage.label for stage in permit_type.stages}
    for event in events:
        words, until = _WORDS.get(event.kind), event.data.get("until")
        if words is None or (event.kind is _K.NOTICE_GIVEN and not until):
            continue
        stage = str(event.data.get("stage", ""))
        fields = {
            "stage": visit.say(labels.get(stage, stage)),
            "until": format_date(date.fromisoformat(until), visit.language) if isinstance(until, str) else "",
            "amount": Rupiah(int(event.data.get("amount") or 0)).format(visit.language),
        }
        yield Happened(event.at, visit.say(words, **fields))
