"""
Use cases of uploads that are kept without being in their slot: listed, inspected again, accepted, discarded.

A file that our own inspection failed on is not opened by anyone: nothing is known about it. A signed file that
is refused for its structure alone was searched for active content, so it can be looked at and accepted as it
is by the front office of the unit that takes in the papers of the case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import BinaryIO

import attrs

from perizinan_core.documents import display_name
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError, UploadKeptError
from perizinan_core.errors.workflow import UploadNotLiftableError, WorkflowError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import (
    HeldOutcome,
    HeldReason,
    HeldUpload,
    UploadInspection,
)
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._intake import (
    described,
    finding_of,
    inspected,
    new_document,
    policy_for,
    take_in,
)
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._terms import as_it_applies, permit_type_now, slot_label, slots_of
from perizinan_core.storage import ApplicationFilter, Backoff, Page, UnitOfWork
from perizinan_core.workflow._holding import (
    accept_upload_as_is,
    check_liftable,
    discard_upload,
    require_counter,
    settle_upload,
    take_in_at_counter,
)
from perizinan_core.workflow._people import case_units
from perizinan_core.workflow._transition import Transition

__all__ = ["HeldUploadView", "HeldUploads"]

_log = logging.getLogger(__name__)

_PAGE = 50
_AGAIN = Backoff(first=timedelta(minutes=1), factor=4, longest=timedelta(hours=6), max_attempts=10)
"""When a check that ran out of time is tried again; after the last, an update or the applicant does it."""

_LIST_READERS = frozenset({Role.FRONT_OFFICE, Role.SUPERVISOR, Role.AUDITOR})

_OUTCOMES = {
    HeldOutcome.ACCEPTED: N_("The file has been checked and accepted; it is now in its place."),
    HeldOutcome.ACCEPTED_AS_IS: N_("The counter has accepted the file as it is; it is now in its place."),
    HeldOutcome.REFUSED: N_("The file has been checked and cannot be accepted. {reasons}"),
    HeldOutcome.NOT_TAKEN: N_(
        "The file has been checked and nothing is wrong with it, but your application had no place for it "
        "any more."
    ),
    HeldOutcome.DISCARDED: N_("The file is not needed any more."),
}
"""By outcome: what it means for the applicant."""


@attrs.frozen(kw_only=True)
class HeldUploadView:
    """A held upload as the office's list and the applicant's page show it."""

    application: str
    """Id of the case."""

    receipt_number: str | None
    permit_type: str
    """Code of the permit type."""

    slot_label: str
    """Name of the place where it belongs, in the office's language."""

    file_name: str = attrs.field(repr=False)
    """The applicant's name of it, fit to be shown."""

    upload: HeldUpload

    can_be_opened: bool
    """True only for a signed file in which nothing active was found."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return why it is kept and what the applicant can do, or what became of it."""
        findings = tuple(finding_of(item) for item in self.upload.findings)
        if self.upload.outcome is not None:
            reasons = " ".join(item.message(language) for item in findings)
            return translate(_OUTCOMES[self.upload.outcome], language, reasons=reasons)
        kept = UploadKeptError(upload=self.upload.id, reason=self.upload.reason.value, findings=findings)
        return kept.message(language)


@checked
@attrs.frozen
class HeldUploads:
    """Uploads that are kept without a verdict, or until the office has decided."""

    _context: OfficeContext

    def of_case(self, application_id: str, *, actor: Actor) -> tuple[HeldUploadView, ...]:
        """
        Return the uploads of a case that are or were held, oldest first.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = self._visible(work, application_id, actor)
        return tuple(self._view(application, item) for item in application.held_uploads)

    def waiting(self, *, actor: Actor, limit: int = _PAGE, after: str | None = None) -> Page[HeldUploadView]:
        """
        Return what is held in the office, by case in the order in which the cases were begun.

        For the front office: of the cases whose papers its unit takes in; for supervisors: of those of their
        units; for auditors, the host and the system: all. Drafts are in it too, because that is where a file
        is missed most.

        Args:
            actor: Who asks.
            limit: After so many the page ends; the uploads of one case stay together.
            after: `Page.next` of the page before.

        Raises:
            AccessDeniedError: for anyone else.
        """
        with self._context.work_for(actor, read_only=True):
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, "held-uploads", *_LIST_READERS)
        found: list[HeldUploadView] = []
        for application in self._holding(ApplicationFilter(holding_uploads=True), after):
            if self._lists(application, actor):
                found.extend(self._view(application, item) for item in application.waiting_uploads())
            if len(found) >= limit:
                return Page(tuple(found), application.id)
        return Page(tuple(found))

    def open(self, application_id: str, upload: str, *, actor: Actor) -> BinaryIO:
        """
        Open a held, signed file in which nothing active was found; any other is not opened by anyone.

        Raises:
            NotFoundError: nothing of the kind is held for this actor.
            UploadNotLiftableError: it is held for another reason.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = self._visible(work, application_id, actor)
        held = _held(application, upload)
        if not _can_be_opened(held):
            raise UploadNotLiftableError(findings=tuple(item.code for item in held.findings))
        return self._context.documents.open(held.sha256)

    def inspect_again(
        self, application_id: str, upload: str, *, actor: Actor, now: datetime | None = None
    ) -> HeldUploadView:
        """
        Inspect a held file now, and draw the consequence: into its slot, refused, or kept still.

        Args:
            application_id: The case.
            upload: `HeldUpload.id`.
            actor: The applicant's side, or the system.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: nothing of the kind is held for this actor.
            AccessDeniedError: for an officer.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._visible(work, application_id, actor)
            if actor.kind is not ActorKind.SYSTEM:
                access.require_party(application, actor)
        held = _held(application, upload)
        found = self._inspect(application, held, moment)
        changed = self._settle(application_id, upload, found, actor, moment)
        return self._view(changed, next(item for item in changed.held_uploads if item.id == upload))

    def accept(
        self,
        application_id: str,
        upload: str,
        *,
        reason: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> Application:
        """
        Accept a held, signed file as it is.

        It is inspected once more at this moment: rules may have improved since it was held, and no one
        accepts active content.

        Args:
            application_id: A draft, or a case that waits for a correction.
            upload: `HeldUpload.id`.
            reason: Why; kept in the case beside the document.
            actor: An officer of the front office of the unit that takes in the papers.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: nothing of the kind is held for this actor.
            WorkflowError: ``not-allowed``: the actor is not such an officer.
            UploadNotLiftableError: something besides its structure is wrong, or it is not signed.
            WorkflowError: the case does not take it now; see `workflow.accept_upload_as_is`.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._visible(work, application_id, actor)
        require_counter(application, self._permit_type(application, moment), actor)
        held = _held(application, upload)
        if not held.office_may_accept:
            raise UploadNotLiftableError(findings=tuple(item.code for item in held.findings))
        found = self._inspect(application, held, moment)
        try:
            check_liftable(found)
        except UploadNotLiftableError:
            self._settle(application_id, upload, found, SYSTEM, moment)
            raise

        def change(case: Application, permit_type: PermitType, slots: tuple[SlotTerms, ...]) -> Transition:
            return accept_upload_as_is(
                case, permit_type, upload, found, reason=reason, slots=slots, actor=actor, now=moment
            )

        return self._change(application_id, change, actor, moment)

    def take_in(
        self,
        application_id: str,
        slot: str,
        stream: BinaryIO,
        *,
        file_name: str,
        actor: Actor,
        reason: str = "",
        expires_on: date | None = None,
        choice: int | None = None,
        now: datetime | None = None,
    ) -> SubmittedDocument:
        """
        Put a file that an applicant brought to the counter into a slot, a signed one also as it is.

        Args:
            application_id: A draft, or a case that waits for a correction.
            slot: `SlotTerms.key`.
            stream: The bytes: a scan made at the counter, or the applicant's own file.
            file_name: Shown back, never used as a path.
            actor: An officer of the front office of the unit that takes in the papers.
            reason: Why a signed file is accepted although its structure is refused; needed only then.
            expires_on: Until when the paper is valid, where the requirement asks for it.
            choice: Which of the requirement's choices the paper is.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: the content is refused, and no one can lift that.
            UploadHeldError: our own inspection has no verdict; nothing was kept, scan the paper instead.
            WorkflowError: ``not-allowed``: the actor is not such an officer.
            WorkflowError: the case does not take it now; see `workflow.take_in_at_counter`.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._visible(work, application_id, actor)
        permit_type = self._permit_type(application, moment)
        require_counter(application, permit_type, actor)
        taken = take_in(
            self._context, stream, file_name, policy_for(permit_type, slot), keep={HeldReason.SIGNED}
        )
        empty = attrs.evolve(
            new_document(slot, file_name, actor, moment), expires_on=expires_on, choice=choice
        )
        document, found = described(empty, taken), taken.inspection

        def change(case: Application, permit_type: PermitType, slots: tuple[SlotTerms, ...]) -> Transition:
            return take_in_at_counter(
                case, permit_type, document, found, reason=reason, slots=slots, actor=actor, now=moment
            )

        changed = self._change(application_id, change, actor, moment)
        return next((item for item in changed.documents if item.id == document.id), document)

    def discard(
        self, application_id: str, upload: str, *, actor: Actor, now: datetime | None = None
    ) -> Application:
        """
        End the keeping of a file that the applicant does not need any more; it stays on record as such.

        Raises:
            NotFoundError: nothing of the kind is held for this actor.
            AccessDeniedError: for an officer.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            application = self._visible(work, application_id, actor, lock=True)
            access.require_party(application, actor)
            _held(application, upload)
            moved = discard_upload(application, upload, actor=actor, now=moment)
            changed = self._context.save(work, moved, actor, moment)
            work.commit()
        return changed

    def inspect_due(self, *, now: datetime | None = None) -> int:
        """
        Inspect again what another version of the inspection held, and what ran out of time; return how many.

        What fails is logged and tried again the next time; the worker has a job for it, which also notes that.
        """
        moment = self._context.moment(now)
        with self._context.unit_of_work(read_only=True) as work:
            cases = work.agenda.uploads_to_inspect(self._context.inspection)
        count = 0
        for application_id in cases:
            try:
                count += self.inspect_case(application_id, now=moment)
            except PerizinanError as error:
                _log.warning("uploads of case %s were not inspected again: %s", application_id, error.code)
        return count

    def inspect_case(self, application_id: str, *, now: datetime | None = None) -> int:
        """
        Inspect again what is due in one case; return how many.

        Raises:
            PerizinanError: what the last one that failed did; the others were inspected.
        """
        moment = self._context.moment(now)
        with self._context.unit_of_work(read_only=True) as work:
            application = self._context.load(work, application_id)
        count, failed = 0, None
        # The newest first: it is the one that the applicant wants where there is room for one only.
        for held in reversed(application.waiting_uploads()):
            if not self._is_due(held, moment):
                continue
            try:
                self.inspect_again(application_id, held.id, actor=SYSTEM, now=moment)
            except PerizinanError as error:
                failed = error
            else:
                count += 1
        if failed is not None:
            raise failed
        return count

    def _is_due(self, held: HeldUpload, moment: datetime) -> bool:
        if held.inspected_with != self._context.inspection:
            return True
        if held.reason is not HeldReason.TRY_AGAIN:
            return False
        pause = _AGAIN.delay(held.inspections)
        return pause is not None and held.inspected_at + pause <= moment

    def _inspect(self, application: Application, held: HeldUpload, moment: datetime) -> UploadInspection:
        policy = policy_for(self._permit_type(application, moment), held.slot)
        with self._context.documents.open(held.sha256) as stream:
            report = self._context.inspect(
                stream, file_name=held.file_name, policy=policy, scanners=self._context.scanners
            )
        return inspected(report, self._context.inspection)

    def _settle(
        self, application_id: str, upload: str, found: UploadInspection, actor: Actor, moment: datetime
    ) -> Application:
        def change(case: Application, permit_type: PermitType, slots: tuple[SlotTerms, ...]) -> Transition:
            return settle_upload(case, permit_type, upload, found, slots=slots, actor=actor, now=moment)

        return self._change(application_id, change, actor, moment)

    def _change(
        self,
        application_id: str,
        change: Callable[[Application, PermitType, tuple[SlotTerms, ...]], Transition],
        actor: Actor,
        moment: datetime,
    ) -> Application:
        with self._context.work_for(actor) as work:
            application = self._context.load(work, application_id, lock=True)
            permit_type = self._permit_type(application, moment)
            found = as_it_applies(self._context, work, application, permit_type, moment)
            slots = slots_of(self._context, found.facts, permit_type, moment)
            changed = self._context.save(work, change(application, permit_type, slots), actor, moment)
            work.commit()
        return changed

    def _holding(self, wanted: ApplicationFilter, after: str | None) -> Iterator[Application]:
        while True:
            with self._context.unit_of_work(read_only=True) as work:
                page = work.applications.find(wanted, limit=_PAGE, after=after, newest_first=False)
            yield from page.items
            if page.next is None:
                return
            after = page.next

    def _permit_type(self, application: Application, moment: datetime) -> PermitType:
        return permit_type_now(self._context, application, moment)

    def _visible(
        self, work: UnitOfWork, application_id: str, actor: Actor, *, lock: bool = False
    ) -> Application:
        """Return the case for who may read it, and for the front office, which may know no more of a draft."""
        application = self._context.load(work, application_id, lock=lock)
        if not self._at_counter(application, actor):
            access.require_readable(application, self._context.permit_type_of(application), actor)
        return application

    def _lists(self, application: Application, actor: Actor) -> bool:
        permit_type = self._context.permit_type_of(application)
        everything = actor.kind in (ActorKind.HOST, ActorKind.SYSTEM) or actor.has(Role.AUDITOR)
        mine = actor.has(Role.SUPERVISOR) and not actor.units.isdisjoint(case_units(application, permit_type))
        return everything or mine or self._at_counter(application, actor)

    def _at_counter(self, application: Application, actor: Actor) -> bool:
        try:
            require_counter(application, self._context.permit_type_of(application), actor)
        except WorkflowError:
            return False
        return True

    def _view(self, application: Application, held: HeldUpload) -> HeldUploadView:
        return HeldUploadView(
            application=application.id,
            receipt_number=application.receipt_number,
            permit_type=application.permit_type,
            slot_label=slot_label(
                self._context.permit_type_of(application), held.slot, self._context.language
            ),
            file_name=display_name(held.file_name),
            upload=held,
            can_be_opened=held.is_waiting and _can_be_opened(held),
        )


def _held(application: Application, upload: str) -> HeldUpload:
    for item in application.waiting_uploads():
        if item.id == upload:
            return item
    raise NotFoundError(kind="held upload", key=upload)


def _can_be_opened(held: HeldUpload) -> bool:
    return held.reason is HeldReason.SIGNED and held.office_may_accept
