"""
Use cases of the applicant's side: begin, save, upload, submit, correct, withdraw, follow.

Uploads are judged by content before anything is stored. Submitting freezes the permit type's version and
the fee, gives a receipt number and a signed receipt, and finds the first officer by the rule.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

import attrs

from perizinan_core.documents import StoredDocument, UploadPolicy, UploadReport, check_upload
from perizinan_core.errors.services import ApplicantRefusedError, NotFoundError
from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.model.actor import Actor, ActorKind, Role
from perizinan_core.model.applicant import Applicant, Representative
from perizinan_core.model.application import Application, ApplicationState, SlotTerms
from perizinan_core.model.case import SubmittedDocument
from perizinan_core.model.events import Event
from perizinan_core.model.kinds import ApplicationKind
from perizinan_core.model.permit import Permit
from perizinan_core.model.permit_type import PermitType
from perizinan_core.model.requirement import Requirement
from perizinan_core.services import access
from perizinan_core.services.assigning import assign_where_possible
from perizinan_core.services.context import OfficeContext, new_id
from perizinan_core.services.numbering import take_number
from perizinan_core.services.receipts import Receipt, receipt_of, sign_receipt
from perizinan_core.services.repeats import once
from perizinan_core.services.terms import (
    case_facts,
    form_problems,
    preview_problems,
    previous_permit_of,
    refuse_exempt,
    slots_of,
    terms_for,
)
from perizinan_core.storage import ApplicationFilter, Page, UnitOfWork
from perizinan_core.workflow import (
    AllowedAction,
    Transition,
    add_document,
    allowed_actions,
    remove_document,
    replace_document,
    resubmit,
    start_draft,
    submit,
    update_applicant,
    update_form,
    withdraw,
)

__all__ = ["Applications", "SlotView"]

_KEEP: Any = object()
_EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.CORRECTION_REQUESTED})
_NOT_READ_YET = "0" * 64


@attrs.frozen(kw_only=True)
class SlotView:
    """A place for papers, with what is in it; what a form shows before anything is uploaded."""

    terms: SlotTerms
    requirement: Requirement
    documents: tuple[SubmittedDocument, ...]

    @property
    def policy(self) -> UploadPolicy:
        """The limits, checked again by content after the upload."""
        return policy_of(self.requirement)


@attrs.frozen
class Applications:
    """Applications, from the draft to the submission and its corrections."""

    _context: OfficeContext

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
        owner: str | None = None,
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
            owner: Account of the applicant, when the host or the front office opens it for them.
            now: Aware moment; None asks the clock.

        Raises:
            CatalogueError: no such permit type, or none in force.
            WorkflowError: the permit type is not open, or the old permit does not allow it.
            NotFoundError: there is no such old permit for this actor.
        """
        context = self._context
        moment = context.moment(now)
        found = context.catalogue.find(permit_type, on=context.local_day(moment))
        with context.storage.unit_of_work() as work:
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
                owner=owner,
                representative=representative,
                previous_permit=old,
                form=form,
            )
            application = work.applications.add(moved.application, by=actor.id, at=moment)
            context.record(work, moved.events, moment)
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
        now: datetime | None = None,
    ) -> Application:
        """
        Change a draft, or what a correction asks for. What is not given stays.

        Raises:
            NotFoundError: there is no such application for this actor.
            StaleObjectError: it was changed since ``expected_version``.
            WorkflowError: it is not a draft, and the correction does not ask for this.
        """
        moment = self._context.moment(now)

        def change(_work: UnitOfWork, application: Application) -> Transition:
            moved = Transition(application)
            if applicant is not None or representative is not _KEEP:
                agent = application.representative if representative is _KEEP else representative
                who = applicant or application.applicant
                moved = moved.then(lambda case: update_applicant(case, who, agent, actor=actor, now=moment))
            if form is not None:
                moved = moved.then(lambda case: update_form(case, form, actor=actor, now=moment))
            return moved

        return self._change(application_id, change, actor, moment, expected_version)

    def slots(
        self, application_id: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[SlotView, ...]:
        """Return the papers that the application needs as its form stands, with what is already there."""
        moment = self._context.moment(now)
        with self._context.storage.unit_of_work(read_only=True) as work:
            application = self._readable(work, application_id, actor)
            return self._views(work, application, self._permit_type(application, moment), moment)

    def upload(
        self,
        application_id: str,
        slot: str,
        stream: BinaryIO,
        *,
        file_name: str,
        actor: Actor,
        expires_on: date | None = None,
        choice: int | None = None,
        replaces: str | None = None,
        now: datetime | None = None,
    ) -> SubmittedDocument:
        """
        Check a file by its content and put it into a slot.

        The stream is spooled to disk, so that memory does not grow with the file.

        Args:
            application_id: A draft, or a case that waits for a correction.
            slot: `SlotTerms.key`, e.g. ``"ktp"`` or ``"stnk#0"``.
            stream: The bytes.
            file_name: As the applicant calls it; shown back, never used as a path.
            actor: Who uploads.
            expires_on: Until when the paper is valid, where the requirement asks for it.
            choice: Which of the requirement's choices the paper is.
            replaces: Id of the document that it takes the place of.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: the content is refused; carries every finding.
            WorkflowError: no such slot, it is full, or the correction does not ask for it.
            NotFoundError: there is no such application for this actor.
        """
        moment = self._context.moment(now)
        with self._context.storage.unit_of_work(read_only=True) as work:
            application = self._readable(work, application_id, actor)
            access.require_party(application, actor)
            permit_type = self._permit_type(application, moment)
            slots = self._slots(work, application, permit_type, moment)
        document = SubmittedDocument(
            id=new_id(),
            slot=slot,
            file_name=file_name,
            sha256=_NOT_READ_YET,
            size=0,
            content_type="",
            uploaded_at=moment,
            uploaded_by=actor.id,
            submission=0,
            expires_on=expires_on,
            choice=choice,
        )
        # Refuse what the case does not allow before the file is read and stored.
        _put_in(application, permit_type, document, replaces, slots, actor, moment)
        requirement = permit_type.requirement(slot.partition("#")[0])
        stored, report = self._spooled(stream, file_name, policy_of(requirement))
        document = attrs.evolve(
            document,
            sha256=stored.sha256,
            size=stored.size,
            content_type=report.content_type or "application/octet-stream",
            pages=report.pages,
        )

        def change(work: UnitOfWork, case: Application) -> Transition:
            slots = self._slots(work, case, permit_type, moment)
            return _put_in(case, permit_type, document, replaces, slots, actor, moment)

        changed = self._change(application_id, change, actor, moment)
        return next(item for item in changed.documents if item.id == document.id)

    def remove(
        self, application_id: str, document_id: str, *, actor: Actor, now: datetime | None = None
    ) -> Application:
        """Take a document out of its slot; it stays on record as replaced."""
        moment = self._context.moment(now)
        return self._change(
            application_id,
            lambda _work, case: remove_document(case, document_id, actor=actor, now=moment),
            actor,
            moment,
        )

    def problems(
        self, application_id: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[Problem, ...]:
        """Return everything that still keeps the application from being submitted; empty when it can be."""
        moment = self._context.moment(now)
        with self._context.storage.unit_of_work(read_only=True) as work:
            application = self._readable(work, application_id, actor)
            permit_type = self._permit_type(application, moment)
            facts = case_facts(self._context, work, application)
        return preview_problems(self._context, facts, application, permit_type, moment)

    def submit(
        self,
        application_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        at_counter: frozenset[str] = frozenset(),
        expected_version: int | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """
        Hand the application in, for the first time or after a correction.

        Args:
            application_id: The draft, or the case that waits for a correction.
            actor: Who hands it in.
            idempotency_key: The same key again gives the same receipt and does nothing.
            at_counter: Keys of slots whose originals are shown at the counter instead.
            expected_version: The version that the applicant saw.
            now: Aware moment; None asks the clock.

        Raises:
            SubmissionRefusedError: with every problem at once.
            ApplicantRefusedError: a check of the applicant's identity said no.
            PluginDecisionError: such a check failed; nothing was changed.
            NotFoundError: there is no such application for this actor.
        """
        context = self._context
        moment = context.moment(now)
        before = self.get(application_id, actor=actor)
        access.require_party(before, actor)
        if before.state in _EDITABLE:
            # A repeated request gets its receipt, whatever the check says by now.
            self._check_applicant(before)
        with (
            context.storage.unit_of_work() as work,
            once(work, actor, idempotency_key, "submit", {"id": application_id}, moment) as repeat,
        ):
            if repeat.result is None:
                application = context.load(work, application_id)
                context.check_version(work, application, expected_version)
                if application.applicant != before.applicant:
                    # Whoever was checked is not who is handed in.
                    context.check_version(work, application, before.version)
                moved = self._handed_in(work, application, actor, at_counter, moment)
                staff = context.staff(work)
                moved = moved.then(
                    lambda case: assign_where_possible(context, work, case, staff, actor, moment)
                )
                context.save(work, moved, actor, moment)
                repeat.finish({"application": application_id})
                work.commit()
        return self.receipt(application_id, actor=actor)

    def receipt(self, application_id: str, *, actor: Actor) -> Receipt:
        """
        Return the receipt (tanda terima) of a submitted application.

        Raises:
            NotFoundError: there is no such application for this actor, or it was never submitted.
        """
        application = self.get(application_id, actor=actor)
        if application.receipt_number is None:
            raise NotFoundError(kind="receipt", key=application_id)
        return receipt_of(self._context, application)

    def signed_receipt(self, application_id: str, *, actor: Actor) -> bytes:
        """Return the receipt as signed JSON, to be kept and checked with ``authority.json``."""
        return sign_receipt(self._context, self.receipt(application_id, actor=actor))

    def withdraw(
        self, application_id: str, *, actor: Actor, reason: str = "", now: datetime | None = None
    ) -> Application:
        """Withdraw an application that is not decided; nobody has to give a reason."""
        moment = self._context.moment(now)

        return self._change(
            application_id,
            lambda _work, case: withdraw(case, reason=reason, actor=actor, now=moment),
            actor,
            moment,
        )

    def get(self, application_id: str, *, actor: Actor) -> Application:
        """
        Return an application that the actor may see.

        Raises:
            NotFoundError: there is none for this actor.
        """
        with self._context.storage.unit_of_work(read_only=True) as work:
            return self._readable(work, application_id, actor)

    def of_owner(
        self, *, actor: Actor, owner: str | None = None, limit: int = 50, after: str | None = None
    ) -> Page[Application]:
        """
        Return a page of the actor's own applications, newest first.

        Args:
            actor: Who is logged in.
            owner: Another account; only for the host application.
            limit: Most answers.
            after: `Page.next` of the page before.
        """
        account = owner if owner is not None and actor.kind is ActorKind.HOST else actor.id
        with self._context.storage.unit_of_work(read_only=True) as work:
            return work.applications.find(ApplicationFilter(owner=account), limit=limit, after=after)

    def history(self, application_id: str, *, actor: Actor) -> tuple[Event, ...]:
        """Return what happened in a case and to its permit, oldest first."""
        with self._context.storage.unit_of_work(read_only=True) as work:
            application = self._readable(work, application_id, actor)
            events = work.history.of(application_id)
            if application.permit_id is not None:
                events += work.history.of(application.permit_id)
        return tuple(sorted(events, key=lambda event: event.at))

    def actions(self, application_id: str, *, actor: Actor) -> tuple[AllowedAction, ...]:
        """Return what this actor can do now; for pages, which show only what is possible."""
        application = self.get(application_id, actor=actor)
        return allowed_actions(application, self._context.permit_type_of(application), actor)

    def attach_power_of_attorney(
        self,
        application_id: str,
        stream: BinaryIO,
        *,
        file_name: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> Application:
        """
        Hand in the power of attorney (surat kuasa) of the representative; checked like any upload.

        Raises:
            UploadRefusedError: the content is refused; carries every finding.
            NotFoundError: there is no such application for this actor, or nobody represents the applicant.
        """
        moment = self._context.moment(now)
        application = self.get(application_id, actor=actor)
        access.require_party(application, actor)
        agent = application.representative
        if agent is None:
            raise NotFoundError(kind="representative", key=application_id)
        changed = attrs.evolve(agent, power_of_attorney=_NOT_READ_YET)
        update_applicant(application, application.applicant, changed, actor=actor, now=moment)
        stored = self._spooled(stream, file_name, UploadPolicy())[0]
        return self.save(
            application_id,
            actor=actor,
            representative=attrs.evolve(agent, power_of_attorney=stored.sha256),
            expected_version=application.version,
            now=moment,
        )

    def open_document(self, application_id: str, document_id: str, *, actor: Actor) -> BinaryIO:
        """
        Open a document of a case that the actor may see; its hash is checked while it is read.

        Raises:
            NotFoundError: there is no such document for this actor.
        """
        application = self.get(application_id, actor=actor)
        for document in application.documents:
            if document.id == document_id:
                return self._context.documents.open(document.sha256)
        raise NotFoundError(kind="document", key=document_id)

    def _change(
        self,
        application_id: str,
        change: Callable[[UnitOfWork, Application], Transition],
        actor: Actor,
        moment: datetime,
        expected_version: int | None = None,
    ) -> Application:
        with self._context.storage.unit_of_work() as work:
            application = self._readable(work, application_id, actor)
            access.require_party(application, actor)
            self._context.check_version(work, application, expected_version)
            changed = self._context.save(work, change(work, application), actor, moment)
            work.commit()
        return changed

    def _handed_in(
        self,
        work: UnitOfWork,
        application: Application,
        actor: Actor,
        at_counter: frozenset[str],
        moment: datetime,
    ) -> Transition:
        context = self._context
        permit_type = self._permit_type(application, moment)
        facts = case_facts(context, work, application)
        problems = form_problems(context, application, permit_type)
        if problems:
            # Rules cannot be applied to data that do not have the form they ask for.
            raise SubmissionRefusedError(problems=problems)
        refuse_exempt(context, facts, permit_type, moment)
        terms = terms_for(context, facts, permit_type, moment)
        if application.state is ApplicationState.CORRECTION_REQUESTED:
            return resubmit(
                application,
                permit_type,
                staff=context.staff(work),
                actor=actor,
                now=moment,
                calendar=context.calendar,
                terms=terms,
                at_counter=at_counter or None,
            )
        number = take_number(
            context, work, context.authority.receipt_register, application.id, permit_type, actor, moment
        )
        return submit(
            application,
            permit_type,
            terms,
            receipt_number=number.text,
            actor=actor,
            now=moment,
            calendar=context.calendar,
            at_counter=at_counter,
            previous_permit=previous_permit_of(context, work, application),
        )

    def _permit_type(self, application: Application, moment: datetime) -> PermitType:
        """Return the version that counts: for a draft the one in force today, then the frozen one."""
        if application.state is ApplicationState.DRAFT:
            return self._context.catalogue.find(application.permit_type, on=self._context.local_day(moment))
        return self._context.permit_type_of(application)

    def _readable(self, work: UnitOfWork, application_id: str, actor: Actor) -> Application:
        application = self._context.load(work, application_id)
        access.require_readable(application, self._context.permit_type_of(application), actor)
        return application

    def _views(
        self, work: UnitOfWork, application: Application, permit_type: PermitType, moment: datetime
    ) -> tuple[SlotView, ...]:
        held = application.current_documents()
        return tuple(
            SlotView(
                terms=slot,
                requirement=permit_type.requirement(slot.requirement),
                documents=tuple(item for item in held if item.slot == slot.key),
            )
            for slot in self._slots(work, application, permit_type, moment)
        )

    def _slots(
        self, work: UnitOfWork, application: Application, permit_type: PermitType, moment: datetime
    ) -> tuple[SlotTerms, ...]:
        facts = case_facts(self._context, work, application)
        return slots_of(self._context, facts, permit_type, moment)

    def _spooled(
        self, stream: BinaryIO, file_name: str, policy: UploadPolicy
    ) -> tuple[StoredDocument, UploadReport]:
        """Copy to disk first, judge the copy, store the same bytes: the caller's memory never holds the file."""
        with tempfile.TemporaryFile() as spool:
            # One byte more than allowed is enough to know that it is too large.
            _copy(stream, spool, policy.max_bytes + 1)
            spool.seek(0)
            report = check_upload(spool, file_name=file_name, policy=policy, scanners=self._context.scanners)
            spool.seek(0)
            return self._context.documents.put(spool, expected_sha256=report.sha256), report

    def _check_applicant(self, application: Application) -> None:
        result = self._context.checks.decide_applicant_check(application.applicant)
        if result is not None and not result.accepted:
            raise ApplicantRefusedError(reason=result.reason)

    def _old_permit(self, work: UnitOfWork, permit_id: str | None, actor: Actor) -> Permit | None:
        if permit_id is None:
            return None
        permit = self._context.load_permit(work, permit_id)
        origin = self._context.load(work, permit.application_id)
        at_counter = actor.kind is ActorKind.OFFICER and actor.has(Role.FRONT_OFFICE)
        if not at_counter and not access.is_party(origin, actor):
            raise NotFoundError(kind="permit", key=permit_id)
        return permit


def policy_of(requirement: Requirement) -> UploadPolicy:
    """Return the limits of a requirement, as the inspection of uploads takes them."""
    return UploadPolicy(
        accepted_types=frozenset(requirement.content_types),
        max_bytes=requirement.max_bytes,
        max_pages=requirement.max_pages,
    )


def _put_in(
    case: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    replaces: str | None,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    moment: datetime,
) -> Transition:
    if replaces is not None:
        return replace_document(case, permit_type, replaces, document, slots=slots, actor=actor, now=moment)
    return add_document(case, permit_type, document, slots=slots, actor=actor, now=moment)


def _copy(source: BinaryIO, target: BinaryIO, most: int) -> None:
    left = most
    while left > 0 and (piece := source.read(min(left, 1 << 20))):
        target.write(piece)
        left -= len(piece)
