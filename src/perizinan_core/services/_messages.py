"""
What people receive when something happened in their case: Bahasa Indonesia first, English second.

A message says what happened, what it means and what to do next. It goes to the applicant and, where there
is one, the representative. Officers see it in their queue; supervisors of what no queue shows: that a time
limit passed in silence, that a letter is held up, and that an applicant could not be notified of something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import attrs

from perizinan_core.documents import display_name
from perizinan_core.hooks._notification import Notification
from perizinan_core.hooks._texts import MessageText
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Officer
from perizinan_core.model._applicant import Organisation, Person
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._held import HeldOutcome
from perizinan_core.model._identifiers import deliverable_email
from perizinan_core.model._money import Rupiah
from perizinan_core.model._notice import DRAFT
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._intake import finding_of
from perizinan_core.services._terms import slot_label
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._notice import last_day_if_notified

__all__ = ["MESSAGE_KINDS", "SUPERVISOR_KINDS", "begins", "messages_for", "told_of", "wording_of"]


@attrs.frozen
class _Case:
    """What a sentence may speak of."""

    event: Event
    application: Application
    permit_type: PermitType
    permit: Permit | None
    authority: Authority
    language: str
    today: date
    """Local day on which the message goes out."""

    texts: Mapping[tuple[EventKind, str, str], MessageText] = attrs.field(factory=dict)
    """What others wrote instead of ours, by kind, outcome and language."""


@attrs.frozen
class _Wording:
    subject: str
    body: str
    fields: Callable[[_Case], dict[str, object]]


def _basic(_case: _Case) -> dict[str, object]:
    return {}


def _deadline(case: _Case) -> dict[str, object]:
    # Of the event, not of the case: by the time it is delivered the clock may have stopped.
    due = case.event.data.get("due")
    return {"due": format_date(date.fromisoformat(due), case.language) if due else "-"}


def _correction(case: _Case) -> dict[str, object]:
    round_ = case.event.data.get("round", len(case.application.corrections))
    latest = case.application.corrections[int(round_) - 1]
    lines = [
        f"- {slot_label(case.permit_type, item.target, case.language)}: {item.reason}"
        for item in latest.items
    ]
    return {
        "items": "\n".join(lines),
        "answer_by": format_date(_last_day(case, latest.answer_by), case.language),
    }


def _last_day(case: _Case, known: date) -> date:
    """Return the last day of a period: the one on record, or the one that follows when it is notified today."""
    of = begins(case.event, case.application)
    calendar = case.authority.calendar
    if of is None or all(item.of != of for item in case.application.awaited_notices()):
        return known
    return last_day_if_notified(case.application, of, case.today, calendar) or known


def _draft(case: _Case) -> dict[str, object]:
    end = case.application.draft_end
    return {"day": format_date(_last_day(case, end.ends_on), case.language) if end is not None else "-"}


def _decision(case: _Case) -> dict[str, object]:
    decision = case.application.decision
    if decision is None:
        return {"reasons": "-", "objection_until": "-", "objection_to": "-", "legal_basis": "-"}
    until = decision.objection_until and _last_day(case, decision.objection_until)
    return {
        "reasons": "\n".join(f"- {reason}" for reason in decision.reasons) or "-",
        "objection_until": format_date(until, case.language) if until else "-",
        "legal_basis": decision.legal_basis or "-",
        "objection_to": decision.objection_to or case.authority.name.to(case.language),
    }


def _set_aside(case: _Case) -> dict[str, object]:
    """Return the reasons that stand beside the approval that was set aside at the moment of the event."""
    found = (
        record.set_aside_reasons
        for state in case.application.stages
        if state.stage == case.event.data.get("stage")
        for record in state.earlier
        if record.set_aside_at == case.event.at
    )
    reasons = next(found, ())
    return {"reasons": "\n".join(f"- {reason}" for reason in reasons) or "-"}


def _permit(case: _Case) -> dict[str, object]:
    permit = case.permit
    if permit is None:
        return {"number": "-", "reason": "-", "until": "-"}
    until = permit.valid_until
    # The change that the event is about: by the time it is delivered another one may have followed.
    change = next((item for item in permit.changes if item.at == case.event.at), None)
    return {
        "number": permit.number,
        "until": format_date(until, case.language) if until else (permit.validity_text or "-"),
        "reason": change.reason if change else "-",
        "verification_url": case.authority.verification_url,
    }


def _payment(case: _Case) -> dict[str, object]:
    """Say that the letter waits for the money, where it does."""
    rest = amount_outstanding(case.application) if case.application.terms is not None else None
    if not rest:
        return {"payment": ""}
    sentence = N_("The letter is made once the outstanding fee of {amount} has been received.")
    return {"payment": " " + translate(sentence, case.language, amount=rest.format(case.language))}


def _bill(case: _Case) -> dict[str, object]:
    outstanding = Rupiah(int(case.event.data.get("outstanding", 0)))
    return {"amount": outstanding.format(case.language)}


def _wait(case: _Case) -> dict[str, object]:
    number = case.event.data.get("wait")
    wait = next((item for item in case.application.waits if item.number == number), None)
    if wait is None:
        return {"name": "-", "reason": "-", "since": "-"}
    since = case.authority.calendar.time_zone.local(wait.since).date()
    return {"name": wait.name, "reason": wait.reason, "since": format_date(since, case.language)}


def _kept(case: _Case) -> dict[str, object]:
    upload = case.event.data.get("upload")
    held = next(item for item in case.application.held_uploads if item.id == upload)
    return {
        "file": display_name(held.file_name),
        "slot": slot_label(case.permit_type, held.slot, case.language),
        "reasons": " ".join(finding_of(item).message(case.language) for item in held.findings),
    }


_FREE = N_("This service has no fee other than one that the law sets. Report anyone who asks you for money.")

_WORDINGS: dict[EventKind, _Wording] = {
    EventKind.DRAFT_ENDING: _Wording(
        N_("Your draft will be removed: {permit_type}"),
        N_(
            "You began an application for {permit_type} and did not hand it in. The draft and its files will be "
            "removed after {day}. Open it and change or submit it before if you still want the permit; you may "
            "begin a new one at any time."
        ),
        _draft,
    ),
    EventKind.APPLICATION_SUBMITTED: _Wording(
        N_("Application received: {receipt}"),
        N_(
            "Your application for {permit_type} has been received under number {receipt}. We now check "
            "whether it is complete; you will be notified of the result and the time limit."
        ),
        _basic,
    ),
    EventKind.APPLICATION_RESUBMITTED: _Wording(
        N_("Correction received: {receipt}"),
        N_("Your correction of application {receipt} has been received. The review continues."),
        _basic,
    ),
    EventKind.FILE_COMPLETE: _Wording(
        N_("Application complete: {receipt}"),
        N_("Application {receipt} is complete. The decision is due on {due} at the latest."),
        _deadline,
    ),
    EventKind.CORRECTION_REQUESTED: _Wording(
        N_("Please correct application {receipt}"),
        N_(
            "Application {receipt} for {permit_type} needs a correction:\n{items}\n\nPlease hand it in by "
            "{answer_by}. The time limit is paused meanwhile and then continues where it stopped."
        ),
        _correction,
    ),
    EventKind.APPLICATION_APPROVED: _Wording(
        N_("Application approved: {receipt}"),
        N_("Application {receipt} for {permit_type} has been approved. The letter is being signed.{payment}"),
        _payment,
    ),
    EventKind.DEEMED_GRANTED: _Wording(
        N_("Application deemed granted: {receipt}"),
        N_(
            "The time limit of application {receipt} passed without a decision, so the law deems it granted. "
            "You will receive the letter.{payment}"
        ),
        _payment,
    ),
    EventKind.PAYMENT_AWAITED: _Wording(
        N_("Please pay the fee of application {receipt}"),
        N_(
            "The fee of application {receipt} for {permit_type} has not been received in full: {amount} are "
            "outstanding. Pay this sum into the official account that the bill names.\n\n"
            "While only your payment is missing, the time limit is paused; then it continues where it stopped."
        ),
        _bill,
    ),
    EventKind.OUTSIDE_WAIT_BEGUN: _Wording(
        N_("Application {receipt} waits for {name}"),
        N_(
            "Since {since} we have been waiting for {name} in application {receipt}, for this reason: {reason}\n\n"
            "The time limit continues meanwhile. You need not do anything."
        ),
        _wait,
    ),
    EventKind.OUTSIDE_WAIT_ENDED: _Wording(
        N_("Application {receipt} no longer waits for {name}"),
        N_("We no longer wait for {name} in application {receipt}. The review continues."),
        _wait,
    ),
    EventKind.APPLICATION_REFUSED: _Wording(
        N_("Application refused: {receipt}"),
        N_(
            "Application {receipt} for {permit_type} has been refused, for these reasons:\n{reasons}\n\n"
            "You may object until {objection_until}, in writing to {objection_to}. Objecting is free."
        ),
        _decision,
    ),
    EventKind.APPLICATION_REOPENED: _Wording(
        N_("Approval set aside: {receipt}"),
        N_(
            "The approval of application {receipt} for {permit_type} was set aside before the permit was issued, "
            "for these reasons:\n{reasons}\n\n"
            "It is decided again. The time limit continues where it stopped."
        ),
        _set_aside,
    ),
    EventKind.DECISION_ANNULLED: _Wording(
        N_("Grant annulled: {receipt}"),
        N_(
            "The grant of application {receipt} for {permit_type} was annulled before the permit was issued, "
            "for these reasons:\n{reasons}\n\nLegal basis: {legal_basis}\n\n"
            "You may object until {objection_until}, in writing to {objection_to}. Objecting is free."
        ),
        _decision,
    ),
    EventKind.APPLICATION_WITHDRAWN: _Wording(
        N_("Application withdrawn: {receipt}"),
        N_("Application {receipt} for {permit_type} has been withdrawn as you asked."),
        _basic,
    ),
    EventKind.APPLICATION_LAPSED: _Wording(
        N_("Application lapsed: {receipt}"),
        N_(
            "The correction of application {receipt} did not arrive in time, so it has lapsed. "
            "You may apply again at any time."
        ),
        _decision,
    ),
    EventKind.PERMIT_ISSUED: _Wording(
        N_("Permit issued: {number}"),
        N_(
            "Your permit {permit_type} has been issued under number {number}; last day: {until}. "
            "Download it from your account. Anyone can check it at {verification_url}."
        ),
        _permit,
    ),
    EventKind.PERMIT_SUSPENDED: _Wording(
        N_("Permit suspended: {number}"), N_("Permit {number} has been suspended. Reason: {reason}"), _permit
    ),
    EventKind.PERMIT_REINSTATED: _Wording(
        N_("Permit in force again: {number}"),
        N_("Permit {number} is in force again. Reason: {reason}"),
        _permit,
    ),
    EventKind.PERMIT_REVOKED: _Wording(
        N_("Permit revoked: {number}"), N_("Permit {number} has been revoked. Reason: {reason}"), _permit
    ),
    EventKind.PERMIT_ANNULLED: _Wording(
        N_("Permit annulled: {number}"), N_("Permit {number} has been annulled. Reason: {reason}"), _permit
    ),
}


_AUTOMATIC = N_("The letter goes to its number and signature without a person.")
_DUTY = N_("The head of office or a signatory must issue the letter by {issue_by}.")
_UNSTAFFED = N_(
    "Nothing is issued without a person, because these stages had no officer: {stages}. "
    "The head of office or a signatory must look at the case and issue the letter."
)
_HELD_REASONS = {
    "issuance": N_("no signatory may sign this case"),
    "letter-refused": N_("the letter cannot be printed so that it could be checked"),
    "permit-status": N_("the status of the old permit does not allow it"),
}


def _silence(case: _Case) -> dict[str, object]:
    grant = case.application.deemed_grant
    if grant is None:
        return {"due": "-", "next": ""}
    labels = {stage.code: stage.label.to(case.language) for stage in case.permit_type.stages}
    if grant.unstaffed:
        stages = ", ".join(labels.get(code, code) for code in grant.unstaffed)
        follows = translate(_UNSTAFFED, case.language, stages=stages)
    elif grant.issue_by is not None:
        day = format_date(grant.issue_by, case.language)
        follows = translate(_DUTY, case.language, issue_by=day)
    else:
        follows = translate(_AUTOMATIC, case.language)
    payment = str(_payment(case)["payment"])
    return {"due": format_date(grant.due, case.language), "next": follows + payment}


def _held(case: _Case) -> dict[str, object]:
    code = str(case.event.data.get("reason", "-"))
    return {"reason": translate(_HELD_REASONS.get(code, code), case.language)}


def _missed(case: _Case) -> dict[str, object]:
    of = (told_of(item) for item in case.event.data.get("of", ()))
    return {"of": ", ".join(translate(item, case.language) for item in of)}


def told_of(of: str) -> str:
    """Return the sentence for something that the applicant's side has to be notified of (`AwaitedNotice.of`)."""
    name = of.partition("-")[0]
    return _TOLD_OF.get(name, name)


_TOLD_OF = {
    "correction": N_("a correction is asked for"),
    "decision": N_("the application was refused"),
    "payment": N_("the fee is to be paid"),
    "draft": N_("the draft will be removed"),
}


_FOR_SUPERVISORS: dict[EventKind, _Wording] = {
    EventKind.DEEMED_GRANTED: _Wording(
        N_("Time limit passed in silence: {receipt}"),
        N_(
            "The time limit of application {receipt} for {permit_type} passed on {due} without a decision, "
            "so the law deems it granted.\n\n{next}"
        ),
        _silence,
    ),
    EventKind.ISSUING_HELD: _Wording(
        N_("Letter held up: {receipt}"),
        N_(
            "Application {receipt} for {permit_type}: its letter cannot be issued without a person ({reason}). "
            "The head of office or a signatory must look at the case."
        ),
        _held,
    ),
    EventKind.NOTICE_MISSED: _Wording(
        N_("Applicant could not be notified: {receipt}"),
        N_(
            "Application {receipt} for {permit_type}: the applicant could not be notified of this: {of}. No time "
            "runs against the applicant until then. Let the front office inform the applicant by telephone, by "
            "letter or at the counter, and record it in the case."
        ),
        _missed,
    ),
}


_HELD_WORDINGS: dict[HeldOutcome, _Wording] = {
    HeldOutcome.ACCEPTED: _Wording(
        N_("Your file has been accepted: {slot}"),
        N_(
            "The file “{file}” for {slot} has now been checked and accepted. It is in its place in your "
            "application for {permit_type}."
        ),
        _kept,
    ),
    HeldOutcome.ACCEPTED_AS_IS: _Wording(
        N_("Your file has been accepted: {slot}"),
        N_(
            "The counter has accepted the signed file “{file}” for {slot} as it is. It is in its place in "
            "your application for {permit_type}."
        ),
        _kept,
    ),
    HeldOutcome.REFUSED: _Wording(
        N_("Your file cannot be accepted: {slot}"),
        N_(
            "The file “{file}” for {slot} has now been checked and cannot be accepted. {reasons}\n\n"
            "If your application for {permit_type} still needs it, upload another file."
        ),
        _kept,
    ),
    HeldOutcome.NOT_TAKEN: _Wording(
        N_("Your file was not needed: {slot}"),
        N_(
            "The file “{file}” for {slot} has now been checked, and nothing is wrong with it. Your "
            "application for {permit_type} had no place for it any more, so it was left out."
        ),
        _kept,
    ),
}
"""What became of a file that was kept; a file that the applicant discarded needs no message."""


MESSAGE_KINDS = frozenset({*_WORDINGS, *_FOR_SUPERVISORS, EventKind.DOCUMENT_HOLD_ENDED})
"""Kinds of events that someone may receive a message about."""

SUPERVISOR_KINDS = frozenset(_FOR_SUPERVISORS)
"""Those of them that go to supervisors."""

APPLICANT = "applicant"
REPRESENTATIVE = "representative"


def begins(event: Event, application: Application) -> str | None:
    """Return what time runs from once the message about ``event`` has arrived (`AwaitedNotice.of`), or None."""
    if event.kind is EventKind.CORRECTION_REQUESTED:
        return f"correction-{event.data['round']}"
    if event.kind in (EventKind.APPLICATION_REFUSED, EventKind.DECISION_ANNULLED):
        return "decision"
    if event.kind is EventKind.DRAFT_ENDING:
        return DRAFT
    if event.kind is EventKind.PAYMENT_AWAITED:
        return f"payment-{event.data['stage']}-{application.submission}"
    return None


def messages_for(
    event: Event,
    *,
    application: Application,
    permit_type: PermitType,
    permit: Permit | None,
    authority: Authority,
    language: str,
    today: date,
    supervisors: tuple[Officer, ...] = (),
    texts: Mapping[tuple[EventKind, str, str], MessageText] | None = None,
) -> Mapping[str, Notification]:
    """
    Return what is to be sent because of ``event``, by recipient; nothing for events that concern the office alone.

    Recipients are ``applicant``, ``representative``, and officers by their id. The messages have no id yet.

    Args:
        event: What happened.
        application: The case, as it is now.
        permit_type: The version that the case froze.
        permit: The permit, for ``permit_…`` events.
        authority: The office.
        language: Of the office, ``"id"`` or ``"en"``; the applicant's side is written to in its own, where it said so.
        today: Local day on which they go out.
        supervisors: Active supervisors of the office.
        texts: Texts in the place of ours, checked (`services._message_texts`).
    """
    case = _Case(event, application, permit_type, permit, authority, language, today, texts or {})
    spoken = attrs.evolve(case, language=application.language or language)
    return dict((*_to_applicants(spoken), *_to_supervisors(case, supervisors)))


def _to_applicants(case: _Case) -> Iterable[tuple[str, Notification]]:
    wording = _wording(case.event)
    if wording is None:
        return
    for recipient, name, email, phone in _recipients(case.application):
        notification = _notification(case, wording, name)
        reachable = deliverable_email(email) if email else None
        yield recipient, attrs.evolve(notification, email=reachable, phone=phone)


def _to_supervisors(case: _Case, supervisors: tuple[Officer, ...]) -> Iterable[tuple[str, Notification]]:
    wording = _FOR_SUPERVISORS.get(case.event.kind)
    if wording is None:
        return
    for officer in supervisors:
        message = _notification(case, wording, officer.name, free=False)
        yield officer.id, attrs.evolve(message, account=officer.id)


def _notification(case: _Case, wording: _Wording, name: str, *, free: bool = True) -> Notification:
    application, permit_type, language = case.application, case.permit_type, case.language
    fields = {
        "receipt": application.receipt_number or application.id,
        "permit_type": permit_type.name.to(language),
        **wording.fields(case),
    }
    outcome = str(case.event.data["outcome"]) if case.event.kind is EventKind.DOCUMENT_HOLD_ENDED else ""
    own = case.texts.get((case.event.kind, outcome, language))
    if own is None:
        subject = translate(wording.subject, language, **fields)
        body = translate(wording.body, language, **fields)
    else:
        subject, body = own.subject.format(**fields), own.body.format(**fields)
    return Notification(
        id="",
        kind=case.event.kind.value,
        recipient_name=name,
        email=None,
        phone=None,
        language=language,
        subject=subject,
        body=_letter(name, body, case.authority, language, free=free),
        text=f"{body}\n\n{case.authority.name.to(language)}\n",
        created_at=case.event.at,
        data={"receipt_number": application.receipt_number, "permit_type": permit_type.code},
    )


def wording_of(kind: EventKind, outcome: str = "") -> _Wording | None:
    """Return our own text about a kind of event (of an upload that was kept: and its outcome), or None."""
    if kind is EventKind.DOCUMENT_HOLD_ENDED:
        return _HELD_WORDINGS.get(HeldOutcome(outcome)) if outcome else None
    return _WORDINGS.get(kind) or _FOR_SUPERVISORS.get(kind)


def _wording(event: Event) -> _Wording | None:
    if event.kind is EventKind.DOCUMENT_HOLD_ENDED:
        return _HELD_WORDINGS.get(HeldOutcome(event.data["outcome"]))
    return _WORDINGS.get(event.kind)


def contacts_of(application: Application) -> Mapping[str, tuple[str | None, str | None]]:
    """Return the mail address and the phone number of each recipient of the applicant's side."""
    return {recipient: (email, phone) for recipient, _, email, phone in _recipients(application)}


def _recipients(application: Application) -> Iterable[tuple[str, str, str | None, str | None]]:
    applicant = application.applicant
    if isinstance(applicant, Organisation):
        person = applicant.responsible
        email = applicant.email or person.email
        phone = _phone(person) if applicant.phone is None else str(applicant.phone)
        yield APPLICANT, applicant.name, email, phone
    else:
        yield APPLICANT, applicant.name, applicant.email, _phone(applicant)
    if application.representative is not None:
        person = application.representative.person
        yield REPRESENTATIVE, person.name, person.email, _phone(person)


def _phone(person: Person) -> str | None:
    return str(person.phone) if person.phone else None


def _letter(name: str, body: str, authority: Authority, language: str, *, free: bool) -> str:
    complaint = next((item for item in authority.contacts if item.kind == "complaint"), None)
    lines = [
        translate(N_("Dear {name},"), language, name=name),
        "",
        body,
    ]
    if free:
        lines += ["", translate(_FREE, language)]
    if complaint is not None and free:
        lines.append(f"{complaint.label.to(language)}: {complaint.address}")
    lines += ["", authority.name.to(language)]
    if authority.example is not None:
        lines.append(authority.example.to(language))
    return "\n".join(lines) + "\n"
