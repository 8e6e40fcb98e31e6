"""Messages to the own phone: what is agreed to for each service, and taking that back."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model import ChannelConsent, PhoneNumber, format_date, has_agreed
from perizinan_core.services import ConsentOffer
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit, Who
from perizinan_portal._kit._accounts import own_account

__all__ = ["ROUTES"]


@attrs.frozen
class _Service:
    """One service, and what was said about it."""

    offer: ConsentOffer
    agreed: ChannelConsent | None
    since: str


def show(visit: Visit) -> Answer:
    """Show the text of each service, and whether it is agreed to."""
    own = own_account(visit)
    values = {
        "own": own,
        "services": tuple(_services(visit)),
        "reachable": bool(visit.office.contacts.channels()),
    }
    return Page("accounts/phone_messages.html", values)


def send(visit: Visit) -> Answer:
    """Note what was said; a withdrawal holds at once."""
    channel, to = visit.posted.one("channel"), visit.url("phone-messages")
    contacts, phone = visit.office.contacts, _phone(visit)
    if channel not in contacts.channels():
        return Redirect(to)
    if visit.posted.one("answer") != "agree":
        contacts.withdraw(channel, actor=visit.actor)
        return Redirect(to, note=N_("Withdrawn: nothing more is sent there."))
    if phone is None:
        return Redirect(to)
    version = visit.posted.one("version")
    try:
        contacts.agree(channel, phone=phone, version=version, language=visit.language, actor=visit.actor)
    except ServiceError:
        return Redirect(to, note=N_("The text has changed. Please read it again."))
    return Redirect(to, note=N_("Your consent is kept. You can withdraw it here at any time."))


def _services(visit: Visit) -> Iterator[_Service]:
    phone = _phone(visit)
    if phone is None:
        return
    contact = visit.office.contacts.own(actor=visit.actor)
    for channel, service in visit.office.contacts.channels().items():
        offer = visit.office.contacts.offer(channel, phone=phone, language=visit.language)
        holds = has_agreed((contact,), channel, service=service, phone=str(phone))
        agreed = contact.standing(channel) if holds else None
        zone = visit.office.authority.calendar.time_zone
        since = "" if agreed is None else format_date(zone.local(agreed.at).date(), visit.language)
        yield _Service(offer, agreed, since)


def _phone(visit: Visit) -> PhoneNumber | None:
    """Return the number of the account; it was confirmed by a code."""
    number = own_account(visit).phone
    return None if number is None else PhoneNumber.parse(number)


ROUTES = (
    PageRoute(
        path="/akun/pesan-telepon",
        name="phone-messages",
        show=show,
        act=send,
        who=Who.REGISTERED,
        rate=Rate(30),
    ),
)
