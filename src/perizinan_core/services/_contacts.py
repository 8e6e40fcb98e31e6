"""
What people agree to be sent, besides what the law asks for; see `model._contact`.

A channel that writes to phone numbers gets a message only for those who agreed to it, and the number only then: a
channel that is not asked about (`ConsentChannel`) never sees one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.model._actor import AccountKind, Actor, ActorKind
from perizinan_core.model._contact import ConsentWay, MessageContact, Pace, holder_in_case
from perizinan_core.model._identifiers import PhoneNumber
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._consent_book import CaseConsent, ConsentBook, ConsentOffer, withdrawn
from perizinan_core.services._digests import Collect, DigestRules
from perizinan_core.services._recipients import contacts_of
from perizinan_core.services._tracking import case_with

__all__ = ["Contacts"]


@checked
@attrs.frozen
class Contacts:
    """Consent to messages by phone."""

    _book: ConsentBook
    _collect: Collect
    _rules: DigestRules = DigestRules()

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

    def paces(self, *, actor: Actor) -> Mapping[str, Pace]:
        """
        Return how often the actor is written to on each channel that reaches a person, about what can wait.

        Raises:
            AccessDeniedError: for others than the applicant's side and officers.
        """
        with self._book.context.work_for(actor, read_only=True) as work:
            _require_person(actor)
            chosen = work.contacts.get(str(actor.account)).paces
        return {name: chosen.get(name, self._usual(actor)) for name in self._collect.channels}

    def choose_pace(
        self, channel: str, pace: Pace, *, actor: Actor, now: datetime | None = None
    ) -> Mapping[str, Pace]:
        """
        Choose how often the actor is written to on a channel; what waits there is sent now, as one message.

        What starts a period, has a deadline or confirms a step is always sent at once (`services._digest_rules`).

        Args:
            channel: Name of the channel.
            pace: How often; ``working-mornings`` is for officers.
            actor: The recipient.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others than the applicant's side and officers.
            NotFoundError: there is no such channel.
            ServiceError: ``pace-for-officers``: an applicant chose the mornings on which the office works.
        """
        _require_person(actor)
        if channel not in self._collect.channels:
            raise NotFoundError(kind="channel", key=channel)
        if pace is Pace.WORKING_MORNINGS and actor.kind is not ActorKind.OFFICER:
            raise ServiceError("pace-for-officers")
        context, holder = self._book.context, str(actor.account)
        moment = context.moment(now)
        with context.work_for(actor) as work:
            known = work.contacts.get(holder, lock=True)
            work.contacts.save(known.with_pace(channel, pace), by=holder, at=moment)
            self._collect.collect(work, channel, holder, moment)
            work.commit()
        return self.paces(actor=actor)

    def _usual(self, actor: Actor) -> Pace:
        return self._rules.officers if actor.kind is ActorKind.OFFICER else Pace.AT_ONCE

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


def _require_person(actor: Actor) -> None:
    if actor.kind not in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE, ActorKind.OFFICER):
        allowed = (ActorKind.APPLICANT.value, ActorKind.REPRESENTATIVE.value, ActorKind.OFFICER.value)
        raise AccessDeniedError("access-denied", actor=actor.id, action="message-pace", allowed=allowed)


def _require_public(actor: Actor) -> None:
    if actor.account.kind is not AccountKind.PUBLIC:
        allowed = (ActorKind.APPLICANT.value, ActorKind.REPRESENTATIVE.value)
        raise AccessDeniedError("access-denied", actor=actor.id, action="consent", allowed=allowed)
