"""
What people receive when something happened in their case: Bahasa Indonesia first, English second.

A message says what happened, what it means and what to do next. It goes to the applicant and, where there
is one, the representative. Officers see it in their queue; supervisors of what no queue shows: that a time
limit passed in silence, that a letter is held up, and that an applicant could not be notified of something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from perizinan_core.hooks._notification import Notification
from perizinan_core.hooks._texts import MessageText
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Officer
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._identifiers import deliverable_email
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._message_fields import MessageCase
from perizinan_core.services._message_wordings import FOR_SUPERVISORS, Wording, wording_for_applicants
from perizinan_core.services._recipients import recipients

__all__ = ["inner_text", "letter_text", "messages_for", "phone_text"]

_FREE = N_("This service has no fee other than one that the law sets. Report anyone who asks you for money.")


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
    case = MessageCase(event, application, permit_type, permit, authority, language, today, texts or {})
    spoken = attrs.evolve(case, language=application.language or language)
    return dict((*_to_applicants(spoken), *_to_supervisors(case, supervisors)))


def _to_applicants(case: MessageCase) -> Iterable[tuple[str, Notification]]:
    wording = wording_for_applicants(case.event)
    if wording is None:
        return
    for recipient, name, email, phone in recipients(case.application):
        notification = _notification(case, wording, name)
        reachable = deliverable_email(email) if email else None
        yield recipient, attrs.evolve(notification, email=reachable, phone=phone)


def _to_supervisors(
    case: MessageCase, supervisors: tuple[Officer, ...]
) -> Iterable[tuple[str, Notification]]:
    wording = FOR_SUPERVISORS.get(case.event.kind)
    if wording is None:
        return
    for officer in supervisors:
        message = _notification(case, wording, officer.name, free=False)
        yield officer.id, attrs.evolve(message, account=officer.id)


def _notification(case: MessageCase, wording: Wording, name: str, *, free: bool = True) -> Notification:
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
        body=letter_text(name, body, case.authority, language, free=free),
        text=phone_text(body, case.authority, language),
        created_at=case.event.at,
        data={"receipt_number": application.receipt_number, "permit_type": permit_type.code},
    )


def phone_text(body: str, authority: Authority, language: str) -> str:
    """Return a text without greeting and closing, with the name of the office."""
    return f"{body}\n\n{authority.name.to(language)}\n"


def inner_text(notification: Notification, authority: Authority) -> str:
    """Return what a message says, without the name of the office; see `phone_text`."""
    return notification.text.removesuffix(phone_text("", authority, notification.language))


def letter_text(name: str, body: str, authority: Authority, language: str, *, free: bool) -> str:
    """Return a text with greeting and closing, as a mail has it."""
    complaint = next((item for item in authority.contacts if item.kind == "complaint"), None)
    lines = [
        translate(N_("Dear {name},") if name else N_("Dear Sir or Madam,"), language, name=name),
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
