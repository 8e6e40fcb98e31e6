"""Use cases of issued permits: look up, download, renew, amend, suspend, revoke, annul, search."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Any, BinaryIO

import attrs

from perizinan_core.documents._ports import public_address
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import quoted
from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.errors.services import ArgumentError, NotFoundError
from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import AccountKind, Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.published import PermitStatusAnswer
from perizinan_core.services import _access as access
from perizinan_core.services._applications import Applications
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import Issuance
from perizinan_core.services._long_term import newest_version
from perizinan_core.services._outlook import PermitOutlook, outlook_of
from perizinan_core.services._readings import ReadingOf, is_noted, note_reading
from perizinan_core.services._repeats import asked, once
from perizinan_core.services._sight import sight_of
from perizinan_core.services._status_list import note_later_change
from perizinan_core.services._views import shown_case, shown_permit
from perizinan_core.signing import SecretCallback
from perizinan_core.storage import (
    ApplicationFilter,
    Lookup,
    LookupKind,
    Page,
    PermitFilter,
    UnitOfWork,
)
from perizinan_core.workflow import AnnulledBy, DefectGround
from perizinan_core.workflow._permits import PermitTransition, annul, reinstate, revoke, suspend

__all__ = ["IssueOutcome", "Permits", "RecordsStatus", "SearchResult"]

_log = logging.getLogger(__name__)

_FRAME = frozenset({"self", "permit_id", "idempotency_key", "now"})
"""Arguments of a decision that are not among its terms."""

SEARCHERS = (
    Role.FRONT_OFFICE,
    Role.BACK_OFFICE,
    Role.SECTION_HEAD,
    Role.DIVISION_HEAD,
    Role.OFFICE_HEAD,
    Role.SIGNATORY,
    Role.SUPERVISOR,
    Role.AUDITOR,
)
"""Roles that may search the office's records; each search is about one identifier, never a listing of people."""


_WITH_LETTER = frozenset({ApplicationState.AWAITING_SIGNATURE, ApplicationState.ISSUED})
"""States of applications that led to a letter."""

_MARK = "~"
"""Between the two marks of a search; neither holds it."""

_DONE = "-"
"""In place of a mark: there are no more of that kind."""


@attrs.frozen(kw_only=True)
class SearchResult:
    """What a search found."""

    applications: tuple[Application, ...]
    permits: tuple[Permit, ...]
    next: str | None = None
    """What `Permits.search` takes as ``after`` for the answers that follow; None: there are no more."""


@attrs.frozen(kw_only=True)
class IssueOutcome:
    """What became of one of several letters."""

    application: str
    """Id of the case."""

    permit: Permit | None = None
    """None: it was not issued, see `error`."""

    error: PerizinanError | None = None
    """Why not: its code, and a sentence in either language."""


@checked
@attrs.frozen
class Permits:
    """Issued permits."""

    _context: OfficeContext
    _applications: Applications
    issuance: Issuance

    def issue(
        self,
        application_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        expected_version: int | None = None,
        secret: SecretCallback | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """
        Issue the permit of an approved application; see `Issuance.issue`.

        ``secret`` is asked with the position for what opens its key, where the settings do not say it
        (`asks_secret`); the answer is used for this call, and neither kept nor logged.
        """
        with self._unlocked(secret):
            return self.issuance.issue(
                application_id,
                actor=actor,
                idempotency_key=idempotency_key,
                expected_version=expected_version,
                now=now,
            )

    def asks_secret(self, *, actor: Actor) -> bool:
        """
        Return whether the key of the actor's position can only be opened with a secret that the actor gives.

        Raises:
            AccessDeniedError: for those who are not officers.
        """
        with self._context.work_for(actor, read_only=True):
            access.require_officer(actor, "asks-secret")
        signers = self._context.signers
        return actor.position is not None and (
            actor.position in signers.positions() and signers.asks(actor.position)
        )

    def _unlocked(self, secret: SecretCallback | None) -> AbstractContextManager[None]:
        return nullcontext() if secret is None else self._context.signers.unlocked(secret)

    def issue_many(
        self,
        application_ids: tuple[str, ...],
        *,
        actor: Actor,
        progress: Callable[[IssueOutcome, int, int], None] | None = None,
        secret: SecretCallback | None = None,
        now: datetime | None = None,
    ) -> tuple[IssueOutcome, ...]:
        """
        Issue several permits, one after the other; one that fails stays as it is and stops no other.

        Args:
            application_ids: Approved applications; one that stands there twice is issued once.
            actor: The officer who signs all of them.
            progress: Called after each, with its outcome, how many are done, and how many there are. What it
                raises ends the work; what was issued stays issued.
            secret: As in `issue`.
            now: Aware moment for all; None asks the clock for each.

        Raises:
            StaffRecordError: the actor is not what the staff record says; nothing was done.
        """
        with self._context.work_for(actor, read_only=True):
            wanted = tuple(dict.fromkeys(application_ids))
        done: list[IssueOutcome] = []
        with self._unlocked(secret):
            for application_id in wanted:
                done.append(self._issue_one(application_id, actor, now))
                if progress is not None:
                    progress(done[-1], len(done), len(wanted))
        return tuple(done)

    def _issue_one(self, application_id: str, actor: Actor, now: datetime | None) -> IssueOutcome:
        try:
            permit = self.issuance.issue(application_id, actor=actor, now=now)
        except PerizinanError as error:
            _log.warning("the permit of case %s was not issued: %s", application_id, error.code)
            return IssueOutcome(application=application_id, error=error)
        return IssueOutcome(application=application_id, permit=permit)

    def get(self, permit_id: str, *, actor: Actor) -> Permit:
        """
        Return a permit that the actor may see: the holder's side, and officers.

        Raises:
            NotFoundError: there is none for this actor.
        """
        return shown_permit(self._looked_at(permit_id, actor), actor)

    def get_by_number(self, number: str, *, actor: Actor) -> Permit:
        """Return the permit with exactly this number; raises as `get`."""
        with self._context.work_for(actor, read_only=True) as work:
            try:
                found = work.permits.get_by_number(number)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="permit", key=number) from error
        try:
            return shown_permit(self._looked_at(found.id, actor), actor)
        except NotFoundError as error:
            # The number that was asked for, and not the id: that would tell that there is one.
            raise NotFoundError(kind="permit", key=number) from error

    def open_pdf(self, permit_id: str, *, actor: Actor) -> BinaryIO:
        """
        Open the signed PDF, in its newest version; its hash is checked while it is read.

        Raises:
            NotFoundError: there is no such permit for this actor, or it is not signed yet.
        """
        permit = self.get(permit_id, actor=actor)
        if permit.signed_sha256 is None:
            raise NotFoundError(kind="permit", key=permit_id)
        documents = self._context.documents
        return documents.open(newest_version(documents, permit.signed_sha256))

    def direct_address(self, permit_id: str, *, actor: Actor) -> str | None:
        """
        Return an address at which the signed PDF can be fetched from the document store itself, for a short time.

        Anyone who has the address can read the file until it ends, so it is given only to those who may download the
        permit now, and is written nowhere. It holds no number and no name. An officer's look is noted as by `open_pdf`.

        Returns:
            None: the file is to be read with `open_pdf`. The office did not choose direct downloads
            (``[storage] direct_permits``), its store cannot hand files out, or this one is sealed.

        Raises:
            NotFoundError: there is no such permit for this actor, or it is not signed yet.
        """
        permit = self.get(permit_id, actor=actor)
        if permit.signed_sha256 is None:
            raise NotFoundError(kind="permit", key=permit_id)
        seconds, documents = self._context.direct_permits, self._context.documents
        if not seconds:
            return None
        return public_address(documents, newest_version(documents, permit.signed_sha256), seconds)

    def outlook(self, permit_id: str, *, actor: Actor, now: datetime | None = None) -> PermitOutlook:
        """
        Return how a permit stands today, what can be asked for on its ground, and what becomes of it then.

        Each kind of application comes with the reason why it is not possible today, where it is not. The same
        rules are asked again when one is begun.

        Args:
            permit_id: The permit.
            actor: Who may see it.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such permit for this actor.
        """
        context = self._context
        today = context.local_day(context.moment(now))
        with context.work_for(actor, read_only=True) as work:
            permit, origin = self._readable(work, permit_id, actor)
            found = outlook_of(context, work, permit, origin, today)
        return attrs.evolve(
            found,
            permit=shown_permit(permit, actor),
            pending=tuple(shown_case(case, actor) for case in found.pending),
        )

    def renew(
        self,
        permit_id: str,
        *,
        actor: Actor,
        kind: ApplicationKind = ApplicationKind.RENEWAL,
        form: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Begin an application on the ground of an old permit, with its data filled in.

        Args:
            permit_id: The old permit.
            actor: The holder, the representative, the host application, or the front office for someone
                at the counter.
            kind: Renewal, re-registration, amendment, duplicate or closure.
            form: Form data; None copies those of the old application.
            idempotency_key: The same key again gives the same application and begins none.
            now: Aware moment; None asks the clock.

        Raises:
            WorkflowError: outside the renewal window, or the old permit's status does not allow it.
            NotFoundError: there is no such permit for this actor.
        """
        with self._context.work_for(actor, read_only=True) as work:
            permit, origin = self._readable(work, permit_id, actor)
        for_another = actor.kind in (ActorKind.HOST, ActorKind.OFFICER)
        return self._applications.start(
            permit.permit_type,
            applicant=origin.applicant,
            representative=origin.representative,
            actor=actor,
            owner=origin.owner if for_another and origin.owner.kind is AccountKind.PUBLIC else None,
            kind=kind,
            form=origin.form if form is None else form,
            previous_permit=permit.id,
            idempotency_key=idempotency_key,
            now=now,
        )

    def amend(
        self,
        permit_id: str,
        *,
        actor: Actor,
        form: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Begin an amendment (perubahan); see `renew`."""
        return self.renew(
            permit_id,
            actor=actor,
            kind=ApplicationKind.AMENDMENT,
            form=form,
            idempotency_key=idempotency_key,
            now=now,
        )

    def suspend(
        self,
        permit_id: str,
        *,
        reason: str,
        legal_basis: str,
        actor: Actor,
        effective: date | None = None,
        until: date | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """Suspend a permit (pembekuan); see `workflow.suspend`."""
        return self._decide("suspend", suspend, locals())

    def reinstate(
        self,
        permit_id: str,
        *,
        reason: str,
        legal_basis: str,
        actor: Actor,
        effective: date | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """Lift a suspension; see `workflow.reinstate`."""
        return self._decide("reinstate", reinstate, locals())

    def revoke(
        self,
        permit_id: str,
        *,
        reason: str,
        legal_basis: str,
        actor: Actor,
        effective: date | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """End the effect of a permit (pencabutan); see `workflow.revoke`."""
        return self._decide("revoke", revoke, locals())

    def annul(
        self,
        permit_id: str,
        *,
        ground: DefectGround,
        found_on: date,
        annulled_by: AnnulledBy,
        reason: str,
        legal_basis: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """Annul a permit whose decision had a defect (pembatalan); see `workflow.annul`."""
        return self._decide("annul", annul, locals())

    def search(
        self,
        text: str,
        *,
        actor: Actor,
        by: LookupKind | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> SearchResult:
        """
        Search the office's records.

        Args:
            text: Part of a receipt or permit number, from its beginning or from after one of ``- / .``; or,
                with ``by``, a whole identifier.
            actor: An officer; every role finds only cases that `Applications.get` would show it, and all of
                those.
            by: What ``text`` is: NIK, NPWP, NIB, passport, phone or e-mail.
            limit: Most answers of each kind.
            after: `SearchResult.next` of the answers before.

        Raises:
            AccessDeniedError: for others.
            ArgumentError: ``after`` is the mark of no search.
            StorageError: ``unknown-cursor``: no answers to this search end so.
            InvalidIdentifierError: ``text`` cannot be an identifier of that kind.
        """
        with self._context.work_for(actor, read_only=True) as work:
            access.require_role(actor, "search", *SEARCHERS)
            sight = sight_of(self._context, work, actor)
            lookup = None if by is None else Lookup.parse(by, text)
            part = text if by is None else None
            of_cases = ApplicationFilter(
                lookup=lookup, receipt_part=part, courses=sight.courses, handed_in=sight.handed_in
            )
            of_permits = PermitFilter(lookup=lookup, number_part=part, courses=sight.courses)
            cases: Page[Application] = Page((), None)
            permits: Page[Permit] = Page((), None)
            case_mark, permit_mark = (None, None) if after is None else _marks(after)
            if case_mark != _DONE:
                cases = work.applications.find(of_cases, limit=limit, after=case_mark)
            if permit_mark != _DONE:
                permits = work.permits.find(of_permits, limit=limit, after=permit_mark)
        follows = (
            None
            if cases.next is permits.next is None
            else _MARK.join((cases.next or _DONE, permits.next or _DONE))
        )
        return SearchResult(applications=cases.items, permits=permits.items, next=follows)

    def of_owner(self, *, actor: Actor, limit: int = 50, after: str | None = None) -> Page[Permit]:
        """Return the permits that came from the actor's own applications, newest first."""
        with self._context.work_for(actor, read_only=True) as work:
            wanted = ApplicationFilter(owner=actor.account, states=_WITH_LETTER)
            page = work.applications.find(wanted, limit=limit, after=after)
            mine = [item.id for item in page.items if access.is_party(item, actor)]
            found = work.permits.of_applications(mine) if mine else ()
        return Page(tuple(reversed(found)), page.next)

    def _decide(self, use_case: str, step: Callable[..., PermitTransition], given: dict[str, Any]) -> Permit:
        """
        Take a step of `workflow` in a permit, unless an equal request took it before.

        Args:
            use_case: Its name.
            step: The step; its terms are what the use case was called with.
            given: ``locals()`` of the use case.
        """
        request = asked(use_case, given)
        context, actor, permit_id = self._context, given["actor"], given["permit_id"]
        moment = context.moment(given["now"])
        terms = {name: value for name, value in given.items() if name not in _FRAME}
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            permit, application = self._readable(work, permit_id, actor, lock=True)
            if repeat.result is not None:
                return permit
            permit_type = context.permit_type_of(application)
            done = step(
                permit, application, **terms, now=moment, permit_type=permit_type, authority=context.authority
            )
            saved = work.permits.save(done.permit, by=actor.id, at=moment)
            note_later_change(work, saved, context.local_day(moment))
            context.record(work, done.events, moment)
            repeat.finish({"permit": permit_id})
            work.commit()
        return saved

    def _looked_at(self, permit_id: str, actor: Actor) -> Permit:
        """Return a permit that the actor may see; that an officer looks at it is noted for its holder."""
        context = self._context
        moment = context.moment(None)
        with context.work_for(actor, read_only=True) as work:
            permit, origin = self._readable(work, permit_id, actor)
            noted = is_noted(context, work, origin.id, actor, ReadingOf.PERMIT, moment)
        if not noted:
            note_reading(context, origin, actor, ReadingOf.PERMIT, moment)
        return permit

    def _readable(
        self, work: UnitOfWork, permit_id: str, actor: Actor, *, lock: bool = False
    ) -> tuple[Permit, Application]:
        if lock:
            permit, application = self._context.lock_permit(work, permit_id)
        else:
            permit = self._context.load_permit(work, permit_id)
            application = self._context.load(work, permit.application_id)
        permit_type = self._context.permit_type_of(application)
        if not access.may_read(application, permit_type, actor):
            raise NotFoundError(kind="permit", key=permit_id)
        return permit, application


@checked
@attrs.frozen
class RecordsStatus:
    """The office's own records as a source for verification (`verification.StatusSource`)."""

    _context: OfficeContext

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """
        Return the status of a permit on a local day, or None when it is not on record.

        Raises:
            StatusUnavailableError: its record is not as it was written.
        """
        with self._context.unit_of_work(read_only=True) as work:
            try:
                permit = work.permits.get_by_number(number)
            except RecordNotFoundError:
                return None
            except StorageError as error:
                raise StatusUnavailableError(error.code) from error
        if permit.status_index != status_index or permit.status_on(on) is PermitStatus.AWAITING_SIGNATURE:
            return None
        return answer_for(permit, on)


def answer_for(permit: Permit, on: date) -> PermitStatusAnswer:
    """Return what the records say about a permit on a local day."""
    status = permit.status_on(on)
    changes = [item.effective for item in permit.changes if item.status is status and item.effective <= on]
    return PermitStatusAnswer(
        status=status,
        since=changes[-1] if changes else None,
        source="office records",
        signed_sha256=permit.signed_sha256,
        signed_at=permit.signed_at,
    )


def _marks(after: str) -> tuple[str, str]:
    """Return where a search continues among cases, and where among permits."""
    cases, between, permits = after.partition(_MARK)
    if not between or not cases or not permits:
        raise ArgumentError("after", N_("the mark of the page before"), quoted(after))
    return cases, permits
