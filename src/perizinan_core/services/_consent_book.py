"""
What is on record about being written to: the proof of each consent, in the account and in the case.

Who may say or enter it is checked where it is asked (`Contacts`, `Counter`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import attrs

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.hooks._notification import ConsentChannel, NotificationChannel
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Account, AccountKind, Actor
from perizinan_core.model._application import Application
from perizinan_core.model._contact import (
    ChannelConsent,
    ConsentStep,
    ConsentWay,
    MessageContact,
    has_agreed,
    holder_in_case,
)
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._recipients import APPLICANT, REPRESENTATIVE, contacts_of
from perizinan_core.storage import UnitOfWork

__all__ = [
    "CONSENT_VERSION",
    "CaseConsent",
    "ConsentBook",
    "ConsentOffer",
    "account_in",
    "contacts_in",
    "phone_of",
    "service_of",
    "services_of",
    "withdrawn",
]

CONSENT_VERSION = "2026-12-01"
"""Of `_CONSENT`: to be changed together with any word of it."""

_CONSENT = N_(
    "{office} may also write to {phone} by {service} about what happens in my applications. The company that carries "
    "{service} learns my number and the text. I agree to this of my own free will. I may withdraw it at any time: in "
    "my account, with the code of my receipt or at the counter; from then on nothing more is sent that way. What the "
    "law asks for reaches me without it too: by e-mail, in my account or at the counter."
)


@attrs.frozen(kw_only=True)
class ConsentOffer:
    """What someone is asked to agree to."""

    channel: str
    """Name of the channel."""

    service: str
    """What it is, e.g. ``WhatsApp``."""

    text: str
    version: str
    """To be handed back with the answer: what is agreed to is what was shown."""


@attrs.frozen(kw_only=True)
class CaseConsent:
    """What someone in a case agreed to for one channel."""

    recipient: str
    """``applicant`` or ``representative``."""

    channel: str
    service: str
    has_phone: bool
    """Whether the case names a number of them."""

    agreed: bool
    """Whether messages of this case go there now."""


@attrs.frozen
class ConsentBook:
    """Writes and reads what people said."""

    context: OfficeContext
    services: Mapping[str, str]
    """What the channels are that need consent, by name."""

    def offer(self, channel: str, phone: str, language: str) -> ConsentOffer:
        """Return what someone is asked; raises `NotFoundError` without such a channel."""
        service = self.services.get(channel)
        if service is None:
            raise NotFoundError(kind="channel", key=channel)
        office = self.context.authority.name.to(language)
        text = translate(_CONSENT, language, office=office, phone=phone, service=service)
        return ConsentOffer(channel=channel, service=service, text=text, version=CONSENT_VERSION)

    def given(
        self, offer: ConsentOffer, phone: str, *, version: str, way: ConsentWay, by: Account, at: datetime
    ) -> ChannelConsent:
        """
        Return the proof of a consent.

        Raises:
            ServiceError: ``consent-text``: another text was shown.
        """
        if version != offer.version:
            raise ServiceError("consent-text")
        return ChannelConsent(
            step=ConsentStep.GIVEN,
            channel=offer.channel,
            service=offer.service,
            phone=phone,
            text=offer.text,
            version=version,
            way=way,
            at=at,
            by=str(by),
        )

    def change(
        self, holder: str, actor: Actor, moment: datetime, change: Callable[[MessageContact], MessageContact]
    ) -> MessageContact:
        """Write what someone said, under a lock of their contact; what changes nothing is not written."""
        with self.context.work_for(actor) as work:
            known = work.contacts.get(holder, lock=True)
            changed = change(known)
            if changed == known:
                return known
            kept = work.contacts.save(changed, by=str(actor.account), at=moment)
            work.commit()
        return kept

    def in_case(self, work: UnitOfWork, application: Application) -> tuple[CaseConsent, ...]:
        """Return for each recipient of a case, and each channel, whether messages go there."""
        found = []
        for recipient, (_, phone) in contacts_of(application).items():
            contacts = contacts_in(work, application, recipient)
            found += [
                CaseConsent(
                    recipient=recipient,
                    channel=channel,
                    service=service,
                    has_phone=phone is not None,
                    agreed=phone is not None and has_agreed(contacts, channel, service=service, phone=phone),
                )
                for channel, service in self.services.items()
            ]
        return tuple(found)


def withdrawn(channel: str, *, way: ConsentWay, by: str, at: datetime) -> ChannelConsent:
    """Return the record of a withdrawal."""
    return ChannelConsent(step=ConsentStep.WITHDRAWN, channel=channel, way=way, at=at, by=by)


def service_of(channel: NotificationChannel) -> str | None:
    """Return what a channel that writes to phone numbers is, as people know it; None: it gets no numbers."""
    return channel.service if isinstance(channel, ConsentChannel) else None


def services_of(channels: Iterable[tuple[str, NotificationChannel]]) -> Mapping[str, str]:
    """Return the channels that need consent, each with what it is."""
    found = ((name, service_of(channel)) for name, channel in channels)
    return {name: service for name, service in found if service is not None}


def contacts_in(work: UnitOfWork, application: Application, recipient: str) -> tuple[MessageContact, ...]:
    """Return what someone of the applicant's side said: in the account that is theirs, and in the case."""
    account = account_in(application, recipient)
    holders = [holder_in_case(application.id, recipient), *([] if account is None else [str(account)])]
    return work.contacts.of(holders)


def account_in(application: Application, recipient: str) -> Account | None:
    """Return the public account of the applicant or of the representative, or None where they have none."""
    agent = application.representative
    theirs = None if agent is None or not agent.actor_id else Account.public(agent.actor_id)
    if recipient == REPRESENTATIVE:
        return theirs
    owner = application.owner
    if recipient != APPLICANT or owner.kind is not AccountKind.PUBLIC or owner == theirs:
        return None
    return owner


def phone_of(application: Application, recipient: str) -> str:
    """Return the number of someone in a case; raises `NotFoundError` without one."""
    _, phone = contacts_of(application).get(recipient, (None, None))
    if phone is None:
        raise NotFoundError(kind="phone", key=application.id)
    return phone
