"""
Use cases of the applicant's side: begin, save, upload, submit, correct, withdraw, follow.

Uploads are judged by content before anything is stored. Submitting freezes the permit type's version and
the fee, gives a receipt number and a signed receipt, and finds the first officer by the rule.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import quoted
from perizinan_core.errors.services import (
    AccessDeniedError,
    ArgumentError,
    DecidedByOthersError,
    NotFoundError,
)
from perizinan_core.errors.workflow import Problem, TransitionNotAllowedError
from perizinan_core.i18n import LANGUAGES, N_
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._applicant import Applicant, Representative
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._events import Event
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._permit import Permit
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._attempts import decided_by_others, record_attempt
from perizinan_core.services._case_messages import CaseMessage, messages_in
from perizinan_core.services._confirmations import require_confirmed
from perizinan_core.services._context import new_id
from perizinan_core.services._correction_view import CorrectionView, correction_of
from perizinan_core.services._deliveries import MessageDelivery, deliveries_of
from perizinan_core.services._draft_cases import DraftCases
from perizinan_core.services._drafts import files_of, remove_draft, remove_if_unused
from perizinan_core.services._handing_in import HandingIn, next_submission
from perizinan_core.services._own_data import data_of
from perizinan_core.services._readings import CaseReading, ReadingOf, is_noted, note_reading, readings_of
from perizinan_core.services._receipt_sheet import receipt_pdf
from perizinan_core.services._receipts import Receipt, given_receipt, read_receipt
from perizinan_core.services._repeats import asked, once
from perizinan_core.services._retention_asks import require_not_kept
from perizinan_core.services._standing import CaseStanding, standing_of
from perizinan_core.services._tracking import give_secret, progress_of
from perizinan_core.services._used_numbers import UsedNumbers
from perizinan_core.services._views import events_of, shown_case, shown_history
from perizinan_core.storage import ApplicationFilter, Page, UnitOfWork
from perizinan_core.workflow import AllowedAction
from perizinan_core.workflow._actions import allowed_actions
from perizinan_core.workflow._answers import answer_item
from perizinan_core.workflow._corrections import correction_targets
from perizinan_core.workflow._decisions import withdraw
from perizinan_core.workflow._drafts import start_draft, update_applicant, update_form
from perizinan_core.workflow._notice import give_notice
from perizinan_core.workflow._transition import Transition

__all__ = ["Applications"]

_log = logging.getLogger(__name__)

_KEEP: Any = object()


@checked
@attrs.frozen
class Applications(DraftCases):
    """Applications, from the draft to the submission and its corrections."""

    def start(
        self,
        permit_type: str,
        *,
        applicant: Applicant,
        actor: Actor,
        kind: ApplicationKind = ApplicationKind.NEW,
        form: Mapping[str, Any] | None = None,
        representative: Representative | None = None,
        previous_permit: str | None = None,
        owner: Account | str | None = None,
        language: str | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Begin an application and keep it as a draft.

        Args:
            permit_type: Code of the permit type; the version in force today is used.
            applicant: Who applies.
            actor: Who is logged in.
            kind: What is asked for.
            form: First form data, may be incomplete.
            representative: Acts for the applicant.
            previous_permit: Id of the permit that is renewed, amended, duplicated or given up.
            owner: Account of the applicant, when the host or the front office opens it for them; text is
                the id of a public account.
            language: In which the applicant's side is written to, ``"id"`` or ``"en"``; None: the office's.
            idempotency_key: The same key again gives the same application and begins none.
            now: Aware moment; None asks the clock.

        Raises:
            InvalidCatalogueError: no such permit type, or none in force.
            WorkflowError: the permit type is not open, or the old permit does not allow it.
            ServiceError: ``values-unconfirmed``: the office has not confirmed what the permit type rests on.
            NotFoundError: there is no such old permit for this actor.
            StorageError: ``idempotency-conflict``: the key belongs to another request.
        """
        _require_language(language)
        request = asked("start", locals())
        context = self._context
        moment = context.moment(now)
        found = context.catalogue.find(permit_type, on=context.local_day(moment))
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            if repeat.result is not None:
                return shown_case(self._readable(work, str(repeat.result["application"]), actor), actor)
            old = self._old_permit(work, previous_permit, actor)
            moved = start_draft(
                found,
                id=new_id(),
                authority=context.authority.slug,
                kind=kind,
                applicant=applicant,
                actor=actor,
                now=moment,
                calendar=context.calendar,
                owner=_account(owner),
                representative=representative,
                previous_permit=old,
                form=form,
            )
            require_confirmed(context, work, found, context.local_day(moment))
            begun = attrs.evolve(moved.application, language=language)
            application = work.applications.add(begun, by=actor.id, at=moment)
            context.record(work, moved.events, moment)
            repeat.finish({"application": application.id})
            work.commit()
        return application

    def save(
        self,
        application_id: str,
        *,
        actor: Actor,
        form: Mapping[str, Any] | None = None,
        applicant: Applicant | None = None,
        representative: Representative | None = _KEEP,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Change a draft, or what a correction asks for. What is not given stays.

        Raises:
            NotFoundError: there is no such application for this actor.
            StaleObjectError: it was changed since ``expected_version``.
            WorkflowError: it is not a draft, and the correction does not ask for this.
        """
        request = asked("save", locals())
        moment = self._context.moment(now)

        def change(_work: UnitOfWork, application: Application) -> Transition:
            moved = Transition(application)
            if applicant is not None or representative is not _KEEP:
                current = application.representative
                agent = current if representative is _KEEP else representative
                who = applicant or application.applicant
                moved = moved.then(lambda case: update_applicant(case, who, agent, actor=actor, now=moment))
            if form is not None:
                moved = moved.then(lambda case: update_form(case, form, actor=actor, now=moment))
            return moved

        return self._change(application_id, change, actor, moment, expected_version, request)

    def write_in(
        self,
        application_id: str,
        language: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Say in which language the applicant's side is written to about a case, in any state of it.

        Args:
            application_id: A draft or a case.
            language: ``"id"`` or ``"en"``.
            actor: The applicant's side.
            idempotency_key: The same key again does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            ArgumentError: there is no such language.
            NotFoundError: there is no such application for this actor.
        """
        _require_language(language)
        request = asked("write_in", locals())
        moment = self._context.moment(now)
        return self._change(
            application_id,
            lambda _work, case: Transition(attrs.evolve(case, language=language)),
            actor,
            moment,
            request=request,
        )

    def answer(
        self,
        application_id: str,
        target: str,
        text: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Answer one thing of the open correction in words: what was changed, or why it is right as it is.

        Changed data and new papers are answers by themselves. Nothing reaches the office before `submit`.

        Args:
            application_id: A case that waits for a correction.
            target: `CorrectionItem.target`, of one of its items.
            text: In own words; empty takes an answer in words back.
            actor: The applicant's side.
            idempotency_key: The same key again does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            WorkflowError: the correction does not ask for it, or none is open.
            NotFoundError: there is no such application for this actor.
        """
        request = asked("answer", locals())
        moment = self._context.moment(now)
        return self._change(
            application_id,
            lambda _work, case: answer_item(case, target, text, actor=actor, now=moment),
            actor,
            moment,
            request=request,
        )

    def corrections(self, application_id: str, *, actor: Actor) -> tuple[CorrectionView, ...]:
        """
        Return the rounds of corrections of a case, the newest first: each thing with what was answered to it.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        found = self._found(application_id, actor)
        permit_type = self._context.permit_type_of(found)
        return tuple(
            correction_of(found, permit_type, request, self._context.local_day(request.requested_at))
            for request in reversed(found.corrections)
        )

    def problems(
        self, application_id: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[Problem, ...]:
        """Return everything that still keeps the application from being submitted; empty when it can be."""
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            return tuple(HandingIn(self._context, actor, moment).obstacles(work, application))

    def submit(
        self,
        application_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        at_counter: frozenset[str] = frozenset(),
        received_at: datetime | None = None,
        expected_version: int | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """
        Hand the application in, for the first time or after a correction.

        The first time the receipt comes with a secret to follow the case by (`Receipt.tracking_secret`): show it
        once. It is kept as a hash only; `Tracking.new_secret` gives another.

        Args:
            application_id: The draft, or the case that waits for a correction.
            actor: Who hands it in.
            idempotency_key: The same key again gives the same receipt and does nothing. It belongs to this
                submission: the answer to a correction needs a key of its own.
            at_counter: Keys of slots whose originals are shown at the counter instead.
            received_at: When the papers of a first submission were received at the counter, earlier on the same
                local day; None: now. Only the host application says so.
            expected_version: The version that the applicant saw.
            now: Aware moment; None asks the clock.

        Raises:
            SubmissionRefusedError: with every problem at once.
            ServiceError: ``applicant-refused``: a check of the applicant's identity said no.
            HookError: ``plugin-decision``: such a check failed; nothing was changed.
            HookError: ``check-unanswered``: an outside system did not answer about the application, and the settings
                take none without that.
            NotFoundError: there is no such application for this actor.
            StorageError: ``idempotency-conflict``: the key belongs to another request, such as an earlier
                submission.
        """
        request = asked("submit", locals())
        context = self._context
        moment = context.moment(now)
        before = self._found(application_id, actor)
        access.require_party(before, actor)
        if received_at is not None and actor.kind is not ActorKind.HOST:
            allowed = (ActorKind.HOST.value,)
            raise AccessDeniedError("access-denied", actor=actor.id, action="received-at", allowed=allowed)
        attempt = HandingIn(context, actor, moment, at_counter, received_at)
        # Before the unit of work: it takes longer than the records should be held.
        prepared = attempt.prepare(before)
        with (
            context.work_for(actor) as work,
            once(work, actor, request.with_(submission=next_submission(before)), moment) as repeat,
        ):
            submission, secret = repeat.result and int(repeat.result["submission"]), None
            if submission is None:
                application = context.load(work, application_id, lock=True)
                context.check_version(work, application, expected_version)
                moved = attempt.hand_in(work, application, prepared)
                handed_in = context.save(work, moved, actor, moment)
                submission = handed_in.submission
                if submission == 1:
                    secret = give_secret(work, handed_in, moment)
                repeat.finish({"application": application_id, "submission": submission})
                work.commit()
        UsedNumbers(context).keep_of(application_id)
        receipt = self.receipt(application_id, actor=actor, submission=submission)
        return attrs.evolve(receipt, tracking_secret=secret)

    def receipt(self, application_id: str, *, actor: Actor, submission: int | None = None) -> Receipt:
        """
        Return the receipt (tanda terima) of a submission, as it was given.

        Args:
            application_id: A submitted application.
            actor: Who asks.
            submission: 1 for the first, 2 for the first correction …; None: the latest.

        Raises:
            NotFoundError: there is no such application for this actor, or no such submission.
        """
        return read_receipt(given_receipt(self._found(application_id, actor), submission))

    def signed_receipt(self, application_id: str, *, actor: Actor, submission: int | None = None) -> bytes:
        """
        Return the receipt as signed JSON, to be kept and checked with ``authority.json``.

        The same bytes every time, whatever has changed since; see `receipt`.
        """
        return given_receipt(self._found(application_id, actor), submission).encode()

    def receipt_pdf(
        self,
        application_id: str,
        *,
        actor: Actor,
        submission: int | None = None,
        language: str | None = None,
    ) -> bytes:
        """
        Return the receipt to be printed, as PDF/A-3a and PDF/UA-1; it says what the signed receipt says.

        The same bytes every time, whatever has changed since; never the secret.

        Args:
            application_id: A submitted application.
            actor: Who asks.
            submission: As in `receipt`.
            language: Of the words around it; None: the office's.

        Raises:
            NotFoundError: there is no such application for this actor, or no such submission.
            ArgumentError: there is no such language.
        """
        _require_language(language)
        given = given_receipt(self._found(application_id, actor), submission)
        return receipt_pdf(self._context, given, language or self._context.language)

    def withdraw(
        self,
        application_id: str,
        *,
        actor: Actor,
        reason: str = "",
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Withdraw an application before the number of its letter is taken; no one has to give a reason.

        Raises:
            DecidedByOthersError: it was decided first; says by whom and what. The attempt stays on record.
            NotFoundError: there is no such application for this actor.
        """
        request = asked("withdraw", locals())
        moment = self._context.moment(now)

        def change(_work: UnitOfWork, case: Application) -> Transition:
            try:
                return withdraw(case, reason=reason, actor=actor, now=moment)
            except TransitionNotAllowedError as error:
                too_late = decided_by_others(case, None, error)
                if too_late is None:
                    raise
                raise too_late from error

        try:
            return self._change(application_id, change, actor, moment, request=request)
        except DecidedByOthersError as too_late:
            record_attempt(self._context, application_id, None, too_late, actor, moment)
            raise

    def discard(
        self,
        application_id: str,
        *,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """
        Remove a draft with everything that was written and uploaded; it cannot be brought back.

        Its history stays, as codes and moments, with who discarded it. A file goes when no other case names it.

        Raises:
            WorkflowError: it was handed in; withdraw it instead.
            ServiceError: ``kept-by-plugin``, ``retention-unanswered``: a plugin needs it, or could not say.
            StaleObjectError: it was changed since ``expected_version``.
            NotFoundError: there is no such application for this actor.
        """
        request = asked("discard", locals())
        context = self._context
        moment = context.moment(now)
        if context.retention:
            self._require_not_kept(application_id, actor)
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            if repeat.result is not None:
                return
            case = self._readable(work, application_id, actor, lock=True)
            access.require_party(case, actor)
            context.check_version(work, case, expected_version)
            remove_draft(context, work, case, actor, moment)
            repeat.finish({"application": application_id})
            work.commit()
        context.incoming.remove_case(application_id)
        remove_if_unused(context, files_of(case))

    def get(self, application_id: str, *, actor: Actor) -> Application:
        """
        Return an application that the actor may see.

        The applicant's side gets it without what is the office's own: conflicts, inner remarks, who had a
        stage before. That an officer looks at it is noted for the applicant (`readings`). When the applicant or the
        representative opens it, they know what it asks of them: what the office waits for them to know
        (`Application.awaited_notices`) is noted as known from now on.

        Raises:
            NotFoundError: there is none for this actor.
        """
        context = self._context
        moment = context.moment(None)
        with context.work_for(actor, read_only=True) as work:
            found = self._readable(work, application_id, actor)
            noted = is_noted(context, work, application_id, actor, ReadingOf.CASE, moment)
        if not noted:
            note_reading(context, found, actor, ReadingOf.CASE, moment)
        if found.awaited_notices() and access.is_the_applicants(found, actor):
            found = self._opened(found, actor)
        return shown_case(found, actor)

    def _opened(self, found: Application, actor: Actor) -> Application:
        """Note that the applicant's side has opened a case, which is shown even when that cannot be written down."""
        context = self._context
        moment = context.moment(None)
        try:
            with context.unit_of_work() as work:
                case = context.load(work, found.id, lock=True)
                moved = give_notice(
                    case,
                    of=None,
                    means=NoticeMeans.OPENED,
                    by=str(actor.account),
                    actor=actor,
                    now=moment,
                    calendar=context.calendar,
                )
                case = context.save(work, moved, actor, moment)
                work.commit()
        except PerizinanError as error:
            _log.warning("that case %s was opened could not be noted: %s", found.id, error.code)
            return found
        return case

    def standing(self, application_id: str, *, actor: Actor, now: datetime | None = None) -> CaseStanding:
        """
        Return how a case stands that was handed in: step and who has it, time, what happens next, money.

        Raises:
            NotFoundError: there is no such application for this actor, or it was not handed in yet.
        """
        moment = self._context.moment(now)
        found = self._found(application_id, actor)
        if found.receipt_number is None:
            raise NotFoundError(kind="receipt", key=application_id)
        return standing_of(found, progress_of(self._context, found, moment))

    def of_owner(
        self,
        *,
        actor: Actor,
        owner: Account | str | None = None,
        states: frozenset[ApplicationState] = frozenset(),
        limit: int = 50,
        after: str | None = None,
    ) -> Page[Application]:
        """
        Return a page of the actor's own applications, newest first.

        Args:
            actor: Who is logged in.
            owner: Another account, or the id of a public one; only for the host application.
            states: Only in these; none given: in any.
            limit: Most answers.
            after: `Page.next` of the page before.
        """
        other = _account(owner) if actor.kind is ActorKind.HOST else None
        account = other or actor.account
        with self._context.work_for(actor, read_only=True) as work:
            wanted = ApplicationFilter(owner=account, states=frozenset(states))
            page = work.applications.find(wanted, limit=limit, after=after)
        # The column that was searched is held against the case itself.
        mine = (item for item in page.items if item.owner == account)
        return Page(tuple(shown_case(item, actor) for item in mine), page.next)

    def history(self, application_id: str, *, actor: Actor) -> tuple[Event, ...]:
        """
        Return what happened in a case and to its permit, oldest first.

        The applicant's side learns to whom a stage was given, and not among whom it was drawn.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            return shown_history(events_of(work, application), actor)

    def readings(
        self, application_id: str, *, actor: Actor, limit: int = 50, after: str | None = None
    ) -> Page[CaseReading]:
        """
        Return who of the office looked at a case, its papers and its permit, the newest first.

        The applicant's side learns role, unit and for what; officers who may read the case see the officers' ids.
        What officers did in the case stands in `history`.

        Raises:
            NotFoundError: there is no such application for this actor.
            ArgumentError: ``after`` is not the mark of such a page.
        """
        context = self._context
        place = None if after is None else _place(after)
        with context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            names = not access.is_the_applicants(application, actor)
            found = readings_of(context, work, application, limit=limit + 1, after=place, names=names)
        page = found[:limit]
        following = str(page[-1][0]) if len(found) > limit else None
        return Page(tuple(reading for _, reading in page), following)

    def deliveries(self, application_id: str, *, actor: Actor) -> tuple[MessageDelivery, ...]:
        """
        Return what became of the messages of a case, oldest first: which channel accepted what and when.

        The applicant's side sees its own messages; officers see those to officers too, and why one failed.
        Messages that were delivered are forgotten after the time that the settings say.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        with self._context.work_for(actor, read_only=True) as work:
            self._readable(work, application_id, actor)
            return deliveries_of(work, application_id, actor, self._context.calendar.time_zone)

    def messages(
        self, application_id: str, *, actor: Actor, language: str = "id", now: datetime | None = None
    ) -> tuple[CaseMessage, ...]:
        """
        Return the messages to the applicant's side about a case and its permit, the newest first.

        Each is written again from what happened, in the language that is asked for, so that it can be read where
        it did not arrive; with what became of it on each channel.

        Args:
            application_id: The case.
            actor: The applicant reads the own ones, the representative theirs; others those to the applicant.
            language: ``"id"`` or ``"en"``.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            return messages_in(context, work, application, actor, language, moment)

    def own_data(self, *, actor: Actor, language: str = "id") -> tuple[Mapping[str, Any], ...]:
        """
        Return everything on record about the actor's own applications, as JSON values, newest first.

        Of each: the case as its applicant sees it, its permit, what happened, the messages, and who of the office
        looked (UU 27/2022 art. 32: access to one's data with the trail of what was done with them).

        Args:
            actor: Who is logged in.
            language: Of the messages.
        """
        context = self._context
        moment = context.moment(None)
        found: list[Mapping[str, Any]] = []
        after = None
        while True:
            page = self.of_owner(actor=actor, limit=50, after=after)
            for case in page.items:
                with context.work_for(actor, read_only=True) as work:
                    application = self._readable(work, case.id, actor)
                    found.append(data_of(context, work, application, actor, language, moment))
            if page.next is None:
                return tuple(found)
            after = page.next

    def actions(self, application_id: str, *, actor: Actor) -> tuple[AllowedAction, ...]:
        """Return what this actor can do now; for pages, which show only what is possible."""
        application = self._found(application_id, actor)
        return allowed_actions(application, self._context.permit_type_of(application), actor)

    def correction_targets(self, application_id: str, *, actor: Actor) -> tuple[str, ...]:
        """
        Return what a correction of this case can ask for, as `CorrectionItem.target`.

        Slots of the applicant's papers, ``form:<field>`` for fields of the form, ``applicant`` for the data of
        those who apply.
        """
        application = self._found(application_id, actor)
        return correction_targets(application, self._context.permit_type_of(application))

    def _found(self, application_id: str, actor: Actor) -> Application:
        """Return an application that the actor may see, as it is on record."""
        with self._context.work_for(actor, read_only=True) as work:
            return self._readable(work, application_id, actor)

    def _require_not_kept(self, application_id: str, actor: Actor) -> None:
        """Ask the plugins about a draft that is there and this actor's; what is not is refused with its own words."""
        context = self._context
        try:
            with context.work_for(actor, read_only=True) as work:
                access.require_party(self._readable(work, application_id, actor), actor)
        except NotFoundError:
            return
        require_not_kept(context, application_id)

    def _old_permit(self, work: UnitOfWork, permit_id: str | None, actor: Actor) -> Permit | None:
        if permit_id is None:
            return None
        permit = self._context.load_permit(work, permit_id)
        origin = self._context.load(work, permit.application_id)
        permit_type = self._context.permit_type_of(origin)
        at_counter = actor.kind is ActorKind.OFFICER and actor.has(Role.FRONT_OFFICE)
        seen = at_counter and access.may_read(origin, permit_type, actor)
        if not seen and not access.is_party(origin, actor):
            raise NotFoundError(kind="permit", key=permit_id)
        return permit


def _require_language(language: str | None) -> None:
    if language is not None and language not in LANGUAGES:
        raise ArgumentError("language", " or ".join(LANGUAGES), quoted(language))


def _place(after: str) -> int:
    if not after.isascii() or not after.isdigit() or len(after) > len(str(2**31)):
        raise ArgumentError("after", N_("the mark of the page before"), quoted(after))
    return int(after)


def _account(owner: Account | str | None) -> Account | None:
    return Account.public(owner) if isinstance(owner, str) else owner
