"""
The counter (loket): officers of the front office serve someone who is present.

No officer acts for an applicant. The office does, on the word of the person who is there: every step checks that the
actor is of the front office that takes in these papers, notes how the identity was checked, and is then taken under the
clerk's name. A case of the counter stands in the same queues as every other one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import attrs

from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Role
from perizinan_core.model._applicant import Applicant, Representative
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._contact import ConsentWay, holder_in_case
from perizinan_core.model._counter import Consent, CounterPurpose, CounterVisit, IdentityCheck
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._applications import Applications
from perizinan_core.services._arguments import checked
from perizinan_core.services._consent_book import (
    CaseConsent,
    ConsentBook,
    ConsentOffer,
    phone_of,
    withdrawn,
)
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._receipts import Receipt
from perizinan_core.services._tracking import Tracking
from perizinan_core.storage import Page
from perizinan_core.workflow._holding import front_office_units
from perizinan_core.workflow._states import Action
from perizinan_core.workflow._transition import Transition, check_moment, clean_reasons, event

__all__ = ["Counter"]

P = ParamSpec("P")
R = TypeVar("R")

_OPEN = frozenset({ApplicationState.DRAFT, ApplicationState.CORRECTION_REQUESTED})
_OVERSEERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)


def _served(
    act: Callable[Concatenate[Applications, str, P], R],
) -> Callable[[Callable[[Counter], None]], Callable[Concatenate[Counter, str, P], R]]:
    """Make a use case of the applicant's side one of the counter: with the same arguments, for a clerk."""

    def of_counter(said: Callable[[Counter], None]) -> Callable[Concatenate[Counter, str, P], R]:
        @functools.wraps(act)
        def served(self: Counter, application_id: str, *args: P.args, **kwargs: P.kwargs) -> R:
            clerk = cast("Actor", kwargs["actor"])
            self._opened(application_id, clerk)
            kwargs["actor"] = _desk(clerk)
            return act(self._applications, application_id, *args, **kwargs)

        served.__doc__ = said.__doc__
        served.__qualname__ = said.__qualname__
        return cast("Callable[Concatenate[Counter, str, P], R]", served)

    return of_counter


@checked
@attrs.frozen
class Counter:
    """Serving people at the counter; for officers of the front office."""

    _context: OfficeContext
    _applications: Applications
    _tracking: Tracking
    _consents: ConsentBook

    def begin(
        self,
        permit_type: str,
        *,
        applicant: Applicant,
        check: IdentityCheck,
        actor: Actor,
        kind: ApplicationKind = ApplicationKind.NEW,
        form: Mapping[str, Any] | None = None,
        representative: Representative | None = None,
        previous_permit: str | None = None,
        owner: str | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Begin an application for someone who is present.

        Args:
            permit_type: Code of the permit type.
            applicant: Who applies.
            check: How the identity of the person was checked.
            actor: An officer of the front office that takes in these papers.
            kind: What is asked for.
            form: First form data.
            representative: The person who is present for the applicant.
            previous_permit: Id of the permit that it builds on.
            owner: Id of the applicant's public account, where there is one.
            idempotency_key: The same key again begins nothing more.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            InvalidCatalogueError: no such permit type, or none in force.
            WorkflowError: as `Applications.start`.
        """
        context = self._context
        moment = context.moment(now)
        found = context.catalogue.find(permit_type, on=context.local_day(moment))
        with context.work_for(actor, read_only=True):
            _require_clerk(found, actor)
        case = self._applications.start(
            permit_type,
            applicant=applicant,
            actor=_desk(actor),
            kind=kind,
            form=form,
            representative=representative,
            previous_permit=previous_permit,
            owner=owner,
            idempotency_key=idempotency_key,
            now=moment,
        )
        if case.counter_visits:
            return case
        visit = CounterVisit(
            purpose=CounterPurpose.BEGIN, at=moment, clerk=actor.id, check=check, submission=case.submission
        )
        return self._note(case.id, visit, actor)

    def drafts(self, *, actor: Actor, limit: int = 50, after: str | None = None) -> Page[Application]:
        """
        Return a page of what this clerk began for people without an account, newest first.

        Raises:
            AccessDeniedError: for others than officers of the front office.
        """
        with self._context.work_for(actor, read_only=True):
            _require_front_office(actor, "counter")
        return self._applications.of_owner(actor=_desk(actor), limit=limit, after=after)

    def get(self, application_id: str, *, actor: Actor) -> Application:
        """
        Return a draft of the counter, or a case that waits for a correction.

        Raises:
            NotFoundError: there is no such application for this clerk.
            AccessDeniedError: for others than officers of the front office.
        """
        return self._opened(application_id, actor)

    @_served(Applications.slots)
    def slots(self) -> None:
        """Return the papers that it needs. Raises as `get`, and as `Applications.slots`."""

    @_served(Applications.mandate)
    def mandate(self) -> None:
        """Return the place of the power of attorney, or None. Raises as `get`, and as `Applications.mandate`."""

    @_served(Applications.problems)
    def problems(self) -> None:
        """Return everything that keeps it from being handed in. Raises as `get`, and as `Applications.problems`."""

    @_served(Applications.preview)
    def preview(self) -> None:
        """Return which fields apply and what it costs. Raises as `get`, and as `Applications.preview`."""

    @_served(Applications.corrections)
    def corrections(self) -> None:
        """Return what the office asked for, the newest first. Raises as `get`, and as `Applications.corrections`."""

    @_served(Applications.save)
    def save(self) -> None:
        """Change what the person says; what is not given stays. Raises as `get`, and as `Applications.save`."""

    @_served(Applications.remove_item)
    def remove_item(self) -> None:
        """Keep a form without one item of a list. Raises as `get`, and as `Applications.remove_item`."""

    @_served(Applications.answer)
    def answer(self) -> None:
        """Answer a thing of the correction in the person's words. Raises as `get`, and as `Applications.answer`."""

    @_served(Applications.upload)
    def upload(self) -> None:
        """Put a scan or a file into its place. Raises as `get`, and as `Applications.upload`."""

    @_served(Applications.attach_power_of_attorney)
    def attach_power_of_attorney(self) -> None:
        """
        Put the scan of a power of attorney (surat kuasa) into its place.

        Raises as `get`, and as `Applications.attach_power_of_attorney`.
        """

    @_served(Applications.open_document)
    def open_document(self) -> None:
        """Open a file, to be read; the caller closes it. Raises as `get`, and as `Applications.open_document`."""

    @_served(Applications.page_picture)
    def page_picture(self) -> None:
        """Draw a page of a file. Raises as `get`, and as `Applications.page_picture`."""

    @_served(Applications.remove)
    def remove(self) -> None:
        """Take a file out of its place. Raises as `get`, and as `Applications.remove`."""

    @_served(Applications.discard)
    def discard(self) -> None:
        """Remove a draft of the counter. Raises as `get`, and as `Applications.discard`."""

    def submit(
        self,
        application_id: str,
        *,
        check: IdentityCheck,
        consent: Consent,
        actor: Actor,
        at_counter: frozenset[str] = frozenset(),
        received_at: datetime | None = None,
        received_reason: str = "",
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """
        Hand it in for the person who is present; the secret to follow it by is in the answer, once.

        Args:
            application_id: A draft of the counter, or a case that waits for a correction.
            check: How the identity of the person was checked.
            consent: How the person agreed, and who saw it.
            actor: An officer of the front office that takes in these papers.
            at_counter: Keys of slots whose originals were shown instead.
            received_at: When the papers of a first submission were received, earlier on the same local day.
            received_reason: Why they are entered later; needed with ``received_at``.
            idempotency_key: The same key again gives the same receipt and does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            WorkflowError: ``receipt-time``: ``received_at`` lies ahead, or on another day.
            WorkflowError: ``reason-missing``: without ``received_reason``.
            SubmissionRefusedError: with every problem at once.
            NotFoundError: there is no such application for this clerk.
            AccessDeniedError: for others than officers of the front office.
        """
        moment = self._context.moment(now)
        if received_at is not None:
            (received_reason,) = clean_reasons(Action.SUBMIT, (received_reason,))
        case = self._readable(application_id, actor)
        if case.state in _OPEN:
            self._opened(application_id, actor)
            visit = CounterVisit(
                purpose=CounterPurpose.HAND_IN,
                at=moment,
                clerk=actor.id,
                check=check,
                consent=consent,
                submission=case.submission + 1,
                received_at=received_at,
                received_reason=received_reason,
            )
            # First the check, then what rests on it: no application is handed in here without one on record.
            self._note(application_id, visit, actor)
        return self._applications.submit(
            application_id,
            actor=_desk(actor),
            idempotency_key=idempotency_key,
            at_counter=at_counter,
            received_at=received_at,
            now=now,
        )

    def withdraw(
        self,
        application_id: str,
        *,
        check: IdentityCheck,
        actor: Actor,
        reason: str = "",
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Withdraw a case for its applicant, who is present. Raises as `get`, and as `Applications.withdraw`."""
        case = self._readable(application_id, actor)
        if not case.state.is_terminal:
            self._visited(case, CounterPurpose.WITHDRAW, check, actor, now)
        return self._applications.withdraw(
            application_id, actor=_desk(actor), reason=reason, idempotency_key=idempotency_key, now=now
        )

    def new_secret(
        self, application_id: str, *, check: IdentityCheck, actor: Actor, now: datetime | None = None
    ) -> str:
        """
        Give someone who is present a new secret to follow the case by; the one before is worth nothing.

        Raises:
            NotFoundError: there is no such case for this clerk, or it was not handed in yet.
            AccessDeniedError: for others than officers of the front office.
        """
        case = self._readable(application_id, actor)
        self._visited(case, CounterPurpose.NEW_SECRET, check, actor, now)
        return self._tracking.new_secret(application_id, actor=actor, now=now)

    def consents(self, application_id: str, *, actor: Actor) -> tuple[CaseConsent, ...]:
        """
        Return who of a case agreed to be written to by phone. Raises as `new_secret`.

        Args:
            application_id: The case.
            actor: An officer of the front office that takes in these papers.
        """
        case = self._readable(application_id, actor)
        with self._context.work_for(actor, read_only=True) as work:
            return self._consents.in_case(work, case)

    def consent_offer(
        self, application_id: str, recipient: str, channel: str, *, actor: Actor
    ) -> ConsentOffer:
        """
        Return what someone who is present is asked to agree to; it is read or shown to them.

        Args:
            application_id: The case.
            recipient: ``applicant`` or ``representative``.
            channel: Name of the channel.
            actor: An officer of the front office that takes in these papers.

        Raises:
            NotFoundError: there is no such case for this clerk, no such channel, or the case names no number.
            AccessDeniedError: for others than officers of the front office.
        """
        case = self._readable(application_id, actor)
        return self._consents.offer(channel, phone_of(case, recipient), self._context.language)

    def agree(
        self,
        application_id: str,
        recipient: str,
        channel: str,
        *,
        check: IdentityCheck,
        version: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> None:
        """
        Note that someone who is present agreed to messages about this case by phone.

        Args:
            application_id: The case.
            recipient: ``applicant`` or ``representative``.
            channel: Name of the channel.
            check: How the identity of the person was checked.
            version: `ConsentOffer.version` of what they were shown.
            actor: An officer of the front office that takes in these papers.
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``consent-text``: another text was shown.
            NotFoundError: see `consent_offer`.
            AccessDeniedError: for others than officers of the front office.
        """
        case = self._readable(application_id, actor)
        phone, moment = phone_of(case, recipient), self._context.moment(now)
        given = self._consents.given(
            self._consents.offer(channel, phone, self._context.language),
            phone,
            version=version,
            way=ConsentWay.COUNTER,
            by=actor.account,
            at=moment,
        )
        holder = holder_in_case(case.id, recipient)
        # First the check, then what rests on it.
        self._visited(case, CounterPurpose.CONSENT, check, actor, moment)
        self._consents.change(holder, actor, moment, lambda known: known.with_consent(given))

    def withdraw_consent(
        self,
        application_id: str,
        recipient: str,
        channel: str,
        *,
        check: IdentityCheck,
        actor: Actor,
        now: datetime | None = None,
    ) -> None:
        """Withdraw it for someone who is present: at once, in this case. Raises as `consent_offer`."""
        case = self._readable(application_id, actor)
        phone_of(case, recipient)
        taken = withdrawn(
            channel, way=ConsentWay.COUNTER, by=str(actor.account), at=self._context.moment(now)
        )
        self._consents.change(
            holder_in_case(case.id, recipient), actor, taken.at, lambda known: known.with_consent(taken)
        )
        self._visited(case, CounterPurpose.CONSENT, check, actor, now)

    def restore_account(
        self, account: str, *, check: IdentityCheck, actor: Actor, now: datetime | None = None
    ) -> Event:
        """
        Put on record that a public account is restored for someone who is present.

        What restoring means is the host application's: a new address that the person confirms, ended sessions; never
        a password of the officer's choice. Call this first: what it refuses must not happen.

        Args:
            account: Id of the public account.
            check: How the identity of the person was checked.
            actor: An officer of the front office; not for an account that is declared as the officer's own.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            _require_front_office(actor, "restore-account")
            if account in actor.public_accounts:
                allowed = (Role.FRONT_OFFICE.value,)
                raise AccessDeniedError(
                    "access-denied", actor=actor.id, action="restore-account", allowed=allowed
                )
            happened = Event(
                kind=EventKind.ACCOUNT_RESTORED,
                subject=str(Account.public(account)),
                at=moment,
                actor=str(actor.account),
                data={"document": check.document.value},
            )
            work.history.add((happened,))
            work.commit()
        return happened

    def account_history(self, account: str, *, actor: Actor) -> tuple[Event, ...]:
        """
        Return what officers did with a public account, oldest first.

        Args:
            account: Id of the public account.
            actor: Its owner, a supervisor, auditor or administrator, or the host application.

        Raises:
            NotFoundError: for another applicant.
            AccessDeniedError: for other officers.
        """
        with self._context.work_for(actor, read_only=True) as work:
            owner = actor.account == Account.public(account)
            if actor.account.kind is AccountKind.PUBLIC and not owner:
                raise NotFoundError(kind="account", key=account)
            if not owner and actor.kind is not ActorKind.HOST:
                access.require_role(actor, "account-history", *_OVERSEERS)
            return work.history.of(str(Account.public(account)))

    def _visited(
        self,
        case: Application,
        purpose: CounterPurpose,
        check: IdentityCheck,
        actor: Actor,
        now: datetime | None,
    ) -> None:
        visit = CounterVisit(
            purpose=purpose,
            at=self._context.moment(now),
            clerk=actor.id,
            check=check,
            submission=case.submission,
        )
        self._note(case.id, visit, actor)

    def _note(self, application_id: str, visit: CounterVisit, actor: Actor) -> Application:
        context = self._context
        with context.work_for(actor) as work:
            case = context.load(work, application_id, lock=True)
            check_moment(case, visit.at)
            changed = attrs.evolve(case, counter_visits=(*case.counter_visits, visit))
            happened = event(
                EventKind.COUNTER_SERVED,
                case,
                actor,
                visit.at,
                purpose=visit.purpose.value,
                document=visit.check.document.value,
                consent=None if visit.consent is None else visit.consent.form.value,
                submission=visit.submission,
                received_at=None if visit.received_at is None else visit.received_at.isoformat(),
            )
            kept = context.save(work, Transition(changed, (happened,)), actor, visit.at)
            work.commit()
        return kept

    def _readable(self, application_id: str, actor: Actor) -> Application:
        """Return a case that this clerk may serve its applicant in; drafts are those of the counter."""
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            _require_front_office(actor, "counter")
            case = context.load(work, application_id)
        if case.state is ApplicationState.DRAFT and not case.counter_visits:
            raise NotFoundError(kind="application", key=application_id)
        if actor.units.isdisjoint(front_office_units(self._type_of(case))):
            raise NotFoundError(kind="application", key=application_id)
        return case

    def _opened(self, application_id: str, actor: Actor) -> Application:
        case = self._readable(application_id, actor)
        if case.state not in _OPEN:
            raise ServiceError("not-at-counter")
        return case

    def _type_of(self, case: Application) -> PermitType:
        return self._context.permit_type_of(case)


def _require_front_office(actor: Actor, action: str) -> None:
    if actor.kind is not ActorKind.OFFICER or not actor.has(Role.FRONT_OFFICE):
        allowed = (Role.FRONT_OFFICE.value,)
        raise AccessDeniedError("access-denied", actor=actor.id, action=action, allowed=allowed)


def _require_clerk(permit_type: PermitType, actor: Actor) -> None:
    _require_front_office(actor, "counter")
    if actor.units.isdisjoint(front_office_units(permit_type)):
        allowed = (Role.FRONT_OFFICE.value,)
        raise AccessDeniedError("access-denied", actor=actor.id, action="counter", allowed=allowed)


def _desk(clerk: Actor) -> Actor:
    """Return who acts for the person at the counter: the office's own program, under the clerk's name."""
    return Actor(id=clerk.id, kind=ActorKind.HOST, name=clerk.name)
