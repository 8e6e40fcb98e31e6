"""What a message about a case speaks of: the values of its placeholders, as they are on the day it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from perizinan_core.hooks._texts import MessageText
from perizinan_core.i18n import N_, translate
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._notice import DRAFT
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._intake import finding_of
from perizinan_core.services._terms import slot_label
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._notice import last_day_if_notified

__all__ = ["MessageCase", "begins", "told_of"]


@attrs.frozen
class MessageCase:
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


def nothing_more(_case: MessageCase) -> dict[str, object]:
    """Return nothing beside what every message may name."""
    return {}


def of_deadline(case: MessageCase) -> dict[str, object]:
    """Return the day on which the decision is due."""
    # Of the event, not of the case: by the time it is delivered the clock may have stopped.
    due = case.event.data.get("due")
    return {"due": format_date(date.fromisoformat(due), case.language) if due else "-"}


def of_correction(case: MessageCase) -> dict[str, object]:
    """Return what is to be corrected, and until when."""
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


def _last_day(case: MessageCase, known: date) -> date:
    """Return the last day of a period: the one on record, or the one that follows when it is notified today."""
    of = begins(case.event, case.application)
    calendar = case.authority.calendar
    if of is None or all(item.of != of for item in case.application.awaited_notices()):
        return known
    return last_day_if_notified(case.application, of, case.today, calendar) or known


def of_draft(case: MessageCase) -> dict[str, object]:
    """Return the day after which a draft is removed."""
    end = case.application.draft_end
    return {"day": format_date(_last_day(case, end.ends_on), case.language) if end is not None else "-"}


def of_decision(case: MessageCase) -> dict[str, object]:
    """Return why it was decided so, and how to object."""
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


def of_approval_set_aside(case: MessageCase) -> dict[str, object]:
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


def of_permit(case: MessageCase) -> dict[str, object]:
    """Return number, last day and address of a permit, and why its status changed."""
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


def of_payment(case: MessageCase) -> dict[str, object]:
    """Return that the letter waits for the money, where it does."""
    rest = amount_outstanding(case.application) if case.application.terms is not None else None
    if not rest:
        return {"payment": ""}
    sentence = N_("The letter is made once the outstanding fee of {amount} has been received.")
    return {"payment": " " + translate(sentence, case.language, amount=rest.format(case.language))}


def of_bill(case: MessageCase) -> dict[str, object]:
    """Return what is still to be paid."""
    outstanding = Rupiah(int(case.event.data.get("outstanding", 0)))
    return {"amount": outstanding.format(case.language)}


def of_wait(case: MessageCase) -> dict[str, object]:
    """Return for whom the office waits, why and since when."""
    number = case.event.data.get("wait")
    wait = next((item for item in case.application.waits if item.number == number), None)
    if wait is None:
        return {"name": "-", "reason": "-", "since": "-"}
    since = case.authority.calendar.time_zone.local(wait.since).date()
    return {"name": wait.name, "reason": wait.reason, "since": format_date(since, case.language)}


def of_kept_file(case: MessageCase) -> dict[str, object]:
    """Return for which place a file was kept, and what was found in it; its name is the applicant's own data."""
    upload = case.event.data.get("upload")
    held = next(item for item in case.application.held_uploads if item.id == upload)
    return {
        "slot": slot_label(case.permit_type, held.slot, case.language),
        "reasons": " ".join(finding_of(item).message(case.language) for item in held.findings),
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


def of_silence(case: MessageCase) -> dict[str, object]:
    """Return the day that passed in silence, and what follows."""
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
    payment = str(of_payment(case)["payment"])
    return {"due": format_date(grant.due, case.language), "next": follows + payment}


def of_held_letter(case: MessageCase) -> dict[str, object]:
    """Return why a letter is held up."""
    code = str(case.event.data.get("reason", "-"))
    return {"reason": translate(_HELD_REASONS.get(code, code), case.language)}


def of_missed_notice(case: MessageCase) -> dict[str, object]:
    """Return what the applicant could not be notified of."""
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
