"""What people receive about a complaint: the one who filed it, its holder, and supervisors when there is none yet."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.hooks._notification import Notification
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Officer
from perizinan_core.model._authority import Authority
from perizinan_core.model._complaint import Complaint
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._identifiers import deliverable_email
from perizinan_core.model._numerals import format_date

__all__ = ["COMPLAINT_KINDS_OF_EVENTS", "complaint_messages"]

_SUBJECT = N_("Complaint {number}")
_TO_FILER: Mapping[EventKind, str] = {
    EventKind.COMPLAINT_FILED: N_(
        "We have received your complaint {number}. It is answered by {due}. You can follow it with its number and the "
        "code that you were given."
    ),
    EventKind.COMPLAINT_ANSWERED: N_(
        "Your complaint {number} was answered. Read the answer with its number and the code that you were given. If it "
        "does not help, you can come back with it there."
    ),
}
_TO_SUPERVISORS: Mapping[EventKind, str] = {
    EventKind.COMPLAINT_FILED: N_(
        "Complaint {number} was filed, to be answered by {due}. Name who handles it."
    ),
}
_TO_HOLDER: Mapping[EventKind, str] = {
    EventKind.COMPLAINT_ASSIGNED: N_("Complaint {number} is yours to answer, by {due}."),
    EventKind.COMPLAINT_RETURNED: N_(
        "The person who filed complaint {number} came back with your answer. Answer again by {due}."
    ),
}

COMPLAINT_KINDS_OF_EVENTS = frozenset({*_TO_FILER, *_TO_SUPERVISORS, *_TO_HOLDER})
"""Events that someone receives a message about."""


def complaint_messages(
    event: Event,
    complaint: Complaint,
    *,
    authority: Authority,
    supervisors: tuple[Officer, ...],
    language: str,
) -> Mapping[str, Notification]:
    """
    Return the messages about an event of a complaint, by recipient; nothing that was written in it is in them.

    The one who filed it is written to in the language in which they did, officers in that of the office, ``language``.
    """
    found: dict[str, Notification] = {}
    if event.kind in _TO_FILER and complaint.email is not None:
        found["complainant"] = _message(
            event,
            complaint,
            authority,
            _TO_FILER[event.kind],
            complaint.language,
            name=complaint.name or "",
            email=deliverable_email(complaint.email),
        )
    if event.kind in _TO_SUPERVISORS:
        for officer in supervisors:
            found[officer.id] = _message(
                event,
                complaint,
                authority,
                _TO_SUPERVISORS[event.kind],
                language,
                name=officer.name,
                account=officer.id,
            )
    if event.kind in _TO_HOLDER and complaint.holder is not None:
        found[complaint.holder] = _message(
            event, complaint, authority, _TO_HOLDER[event.kind], language, name="", account=complaint.holder
        )
    return found


def _message(
    event: Event,
    complaint: Complaint,
    authority: Authority,
    sentence: str,
    language: str,
    *,
    name: str,
    email: str | None = None,
    account: str | None = None,
) -> Notification:
    fields = {"number": complaint.number, "due": format_date(complaint.due, language)}
    greeting = (
        translate(N_("Dear {name},"), language, name=name)
        if name
        else translate(N_("Dear Sir or Madam,"), language)
    )
    lines = [greeting, "", translate(sentence, language, **fields), "", authority.name.to(language)]
    return Notification(
        id="",
        kind=event.kind.value,
        recipient_name=name,
        email=email,
        phone=None,
        account=account,
        language=language,
        subject=translate(_SUBJECT, language, **fields),
        body="\n".join(lines) + "\n",
        created_at=event.at,
        data={"complaint": complaint.number},
    )
