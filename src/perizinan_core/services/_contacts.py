"""
What people agree to be sent, besides what the law asks for; see `model._contact`.

A channel that writes to phone numbers gets a message only for those who agreed to it, and the number only then: a
channel that is not asked about (`ConsentChannel`) never sees one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.model._actor import AccountKind, Actor, ActorKind
from perizinan_core.model._contact import ConsentWay, MessageContact, holder_in_case
from perizinan_core.model._identifiers import PhoneNumber
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._consent_book import CaseConsent, ConsentBook, ConsentOffer, withdrawn
from perizinan_core.services._recipients import contacts_of
from perizinan_core.services._tracking import case_with

__all__ = ["Contacts"]


@checked
@attrs.frozen
class Contacts:
    """Consent to messages by phone."""

    _book: ConsentBook

    def channels(self) -> Mapping[str, str]:
        """Return the channels that need consent, each with what it is; none where only mail is sent."""
        return dict(self._book.services)

    def offer(self, channel: str, *, phone: PhoneNumber, language: str) -> ConsentOffer:
        """
        Return what has to be shown to someone who is asked.

        Args:
            channel: Name of the channel.
            phone: Their number.
            language: Of the text.

        Raises:
            NotFoundError: there is no such channel.
        """
        return self._book.offer(channel, str(phone), language)

    def own(self, *, actor: Actor) -> MessageContact:
        """
        Return what is on record about the actor's own account.

        Raises:
            AccessDeniedError: for others than the applicant's side.
        """
        _require_public(actor)
        with self._book.context.work_for(actor, read_only=True) as work:
            return work.contacts.get(str(actor.account))

    def agree(
        self,
        channel: str,
        *,
        phone: PhoneNumber,
        version: str,
        language: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> MessageContact:
        """
        Agree to messages about the own cases at a number. The host application makes sure that it is the person's.

        Args:
            channel: Name of the channel.
            phone: The number.
            version: `ConsentOffer.version` of what was shown.
            language: In which it was shown.
            actor: The applicant or representative.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            NotFoundError: there is no such channel.
            ServiceError: ``consent-text``: another text was shown.
        """
        _require_public(actor)
        book, moment = self._book, self._book.context.moment(now)
        offer = book.offer(channel, str(phone), language)
        given = book.given(
            offer, str(phone), version=version, way=ConsentWay.ACCOUNT, by=actor.account, at=moment
        )
        return book.change(str(actor.account), actor, moment, lambda known: known.with_consent(given))

    def withdraw(self, channel: str, *, actor: Actor, now: datetime | None = None) -> MessageContact:
        """
        Withdraw a consent, for every number and in every case of the account; it holds at once.

        Args:
            channel: Name of the channel, also of one that is no longer there.
            actor: The applicant or representative.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        _require_public(actor)
        moment = self._book.context.moment(now)
        taken = withdrawn(channel, way=ConsentWay.ACCOUNT, by=str(actor.account), at=moment)
        return self._book.change(str(actor.account), actor, moment, lambda known: known.with_consent(taken))

    def in_case(self, application_id: str, *, actor: Actor) -> tuple[CaseConsent, ...]:
        """
        Return for each recipient of a case, and each channel, whether messages go there.

        Raises:
            NotFoundError: there is no such case for this actor.
        """
        context = self._book.context
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, application_id)
            access.require_readable(application, context.permit_type_of(application), actor)
            return self._book.in_case(work, application)

    def withdraw_by_secret(self, receipt_number: str, secret: str, *, now: datetime | None = None) -> None:
        """
        Withdraw every consent to messages about one case, with its receipt number and secret; it holds at once.

        Raises:
            NotFoundError: there is no such case with this secret.
            ServiceError: ``too-many-guesses``: too many wrong secrets were tried for this case.
        """
        context, by = self._book.context, "tracking"
        moment = context.moment(now)
        application = case_with(context, receipt_number, secret, moment)
        with context.unit_of_work() as work:
            for recipient in contacts_of(application) if self._book.services else ():
                contact = work.contacts.get(holder_in_case(application.id, recipient), lock=True)
                for channel in self._book.services:
                    taken = withdrawn(channel, way=ConsentWay.SECRET, by=by, at=moment)
                    contact = contact.with_consent(taken)
                work.contacts.save(contact, by=by, at=moment)
            work.commit()


def _require_public(actor: Actor) -> None:
    if actor.account.kind is not AccountKind.PUBLIC:
        allowed = (ActorKind.APPLICANT.value, ActorKind.REPRESENTATIVE.value)
        raise AccessDeniedError("access-denied", actor=actor.id, action="consent", allowed=allowed)
