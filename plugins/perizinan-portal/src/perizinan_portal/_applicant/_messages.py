"""The messages of a case: what was written, whether it arrived, and what to do where it did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, Organisation
from perizinan_core.services import DeliveryState, MessageDelivery
from perizinan_portal._kit import Answer, Page, PageRoute, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


@attrs.frozen
class _Arrival:
    """What became of a message on one channel."""

    channel: str
    word: str
    tone: str
    remedy: str


_STATES: Mapping[DeliveryState, tuple[str, str, str]] = {
    DeliveryState.WAITING: (N_("on its way"), "calm", ""),
    DeliveryState.ACCEPTED: (N_("sent"), "good", ""),
    DeliveryState.KEPT: (
        N_("written down at the office"),
        "calm",
        N_("It is kept at the office and is not sent by itself: read it here."),
    ),
    DeliveryState.PASSED_OVER: (
        N_("no address"),
        "warn",
        N_("The application names no address for this way. Read it here, and tell the counter an address."),
    ),
    DeliveryState.NO_CONSENT: (
        N_("not sent: no consent"),
        "calm",
        N_("You did not agree to messages this way. Read it here; in your account you can agree to them."),
    ),
    DeliveryState.GIVEN_UP: (
        N_("did not arrive"),
        "bad",
        N_(
            "It could not be delivered for days. Read it here, and ask the office if an answer of yours is due."
        ),
    ),
    DeliveryState.REFUSED: (
        N_("refused by your mail"),
        "bad",
        N_(
            "The address takes no mail from us. Read it here, and give the office another address at the counter."
        ),
    ),
    DeliveryState.COLLECTING: (
        N_("waits for the next message that brings several together"),
        "calm",
        N_("You chose to be written to once a day. Read it here already."),
    ),
    DeliveryState.COLLECTED: (N_("in a message with others"), "calm", ""),
    DeliveryState.SEPARATED: (N_("sent by itself"), "calm", ""),
    DeliveryState.DROPPED: (N_("not sent"), "calm", N_("The office decided not to send it. Read it here.")),
}


def show(visit: Visit) -> Answer:
    """Show them, the newest first."""
    applications, case_id = visit.office.applications, visit.path["id"]
    case = applications.get(case_id, actor=visit.actor)
    found = applications.messages(case_id, actor=visit.actor, language=visit.language)
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "messages": [(one, tuple(_arrivals(one.deliveries))) for one in found],
        "addresses": tuple(_addresses(visit, case)),
    }
    return Page("applicant/messages.html", values)


def _arrivals(deliveries: tuple[MessageDelivery, ...]) -> Iterator[_Arrival]:
    for one in deliveries:
        word, tone, remedy = _STATES[one.state]
        if one.state is DeliveryState.COLLECTED and one.collected_state is not None:
            # What became of the message that brought it; that it came with others, a note says.
            word, tone, remedy = _STATES[one.collected_state]
            remedy = remedy or N_("It came in one message with others.")
        yield _Arrival(one.channel, word, tone, remedy)


def _addresses(visit: Visit, case: Application) -> Iterator[str]:
    """Yield where messages of the case go: to a phone only where that was agreed to."""
    who = case.applicant
    person = who.responsible if isinstance(who, Organisation) else who
    consents = visit.office.contacts.in_case(case.id, actor=visit.actor)
    phone = who.phone or person.phone
    if email := who.email or person.email:
        yield email
    if phone and any(one.agreed for one in consents if one.recipient == "applicant"):
        yield str(phone)


ROUTES = (PageRoute(path="/permohonan/{id}/pesan", name="case-messages", show=show, who=Who.APPLICANT),)
