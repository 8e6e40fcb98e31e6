"""
Use cases of papers: what a case needs, uploading, using again what is on file, opening.

Uploads are judged by content before anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO

import attrs

from perizinan_core.documents import Finding, PagePicture, UploadPolicy, finding, page_picture
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._applicant import Organisation
from perizinan_core.model._application import Application, ApplicationState, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import POWER_OF_ATTORNEY, HeldUpload
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement, RequirementLevel
from perizinan_core.model._text import Source
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._intake import (
    described,
    held_upload,
    kept_error,
    new_document,
    policy_for,
    policy_of,
    take_in,
)
from perizinan_core.services._readings import ReadingOf, is_noted, note_reading
from perizinan_core.services._repeats import Asked, asked, once
from perizinan_core.services._terms import (
    as_it_applies,
    mandate_label,
    permit_type_now,
    slots_of,
)
from perizinan_core.services._views import shown_case, shown_paper
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.workflow._drafts import (
    add_document,
    put_power_of_attorney,
    remove_document,
    replace_document,
    require_editor,
    take_out_document,
)
from perizinan_core.workflow._holding import drop_held_copies, hold_upload
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._retention import keep_draft
from perizinan_core.workflow._transition import Transition

__all__ = ["Papers", "SlotView", "put_in"]

_LOOKED_THROUGH = 200
"""Latest applications of an account that are searched for papers on file."""


@attrs.frozen(kw_only=True)
class SlotView:
    """A place for papers, with what is in it; what a form shows before anything is uploaded."""

    terms: SlotTerms
    requirement: Requirement
    documents: tuple[SubmittedDocument, ...]
    held: tuple[HeldUpload, ...] = ()
    """Files that are kept for this place without being in it; see `HeldUploads.of_case`."""

    @property
    def policy(self) -> UploadPolicy:
        """The limits, checked again by content after the upload."""
        return policy_of(self.requirement)

    def takes(self, document: SubmittedDocument) -> bool:
        """Return whether a file that is stored already would do here: there is room, and it is within the limits."""
        return len(self.documents) < self.terms.max_files and not _beyond(self.policy, document)


@checked
@attrs.frozen
class Papers:
    """Papers of applications; `Applications` is these and the rest of the applicant's side."""

    _context: OfficeContext

    def slots(
        self, application_id: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[SlotView, ...]:
        """Return the papers that the application needs as its form stands, with what is already there."""
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = shown_case(self._readable(work, application_id, actor), actor)
            return self._views(work, application, self._permit_type(application, moment), moment)

    def mandate(self, application_id: str, *, actor: Actor) -> SlotView | None:
        """
        Return the place of the power of attorney, with what is in it; None where no one represents the applicant.

        Its key is the slot that `Incoming.begin` takes; in one piece it goes in by `attach_power_of_attorney`.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = shown_case(self._readable(work, application_id, actor), actor)
        if application.representative is None:
            return None
        policy = UploadPolicy()
        requirement = Requirement(
            code="surat-kuasa",
            label=mandate_label(),
            content_types=tuple(sorted(policy.accepted_types)),
            max_bytes=policy.max_bytes,
            max_pages=policy.max_pages,
            source=Source("KUHPerdata Pasal 1792"),
        )
        terms = SlotTerms(
            requirement=POWER_OF_ATTORNEY, level=RequirementLevel.REQUIRED, min_files=1, max_files=1
        )
        there = application.power_of_attorney()
        held = tuple(one for one in application.waiting_uploads() if one.slot == POWER_OF_ATTORNEY)
        return SlotView(
            terms=terms, requirement=requirement, documents=() if there is None else (there,), held=held
        )

    def _views(
        self, work: UnitOfWork, application: Application, permit_type: PermitType, moment: datetime
    ) -> tuple[SlotView, ...]:
        current = application.current_documents()
        return tuple(
            SlotView(
                terms=slot,
                requirement=permit_type.requirement(slot.requirement),
                documents=tuple(item for item in current if item.slot == slot.key),
                held=tuple(item for item in application.waiting_uploads() if item.slot == slot.key),
            )
            for slot in self._slots(work, application, permit_type, moment)
        )

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
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> SubmittedDocument:
        """
        Check a file by its content and put it into a slot.

        The stream is spooled to disk, so that memory does not grow with the file. A file that could not be
        judged by our own fault, and a signed one that is refused for its structure alone, is kept without
        being in the slot; see `HeldUploads`.

        Args:
            application_id: A draft, or a case that waits for a correction.
            slot: `SlotTerms.key`, e.g. ``"ktp"`` or ``"stnk#0"``.
            stream: The bytes.
            file_name: As the applicant calls it; shown back, never used as a path.
            actor: Who uploads.
            expires_on: Until when the paper is valid, where the requirement asks for it.
            choice: Which of the requirement's choices the paper is.
            replaces: Id of the document that it takes the place of.
            idempotency_key: The same key again, with the same bytes, gives the same document and does
            nothing.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: the content is refused; carries every finding, and nothing was kept.
            UploadKeptError: the file is not in the slot but kept; says why and what happens next.
            WorkflowError: no such slot, it is full, or the correction does not ask for it.
            NotFoundError: there is no such application for this actor.
            StorageError: ``idempotency-conflict``: the key belongs to another request.
        """
        request = asked("upload", locals())
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            access.require_party(application, actor)
            permit_type = self._permit_type(application, moment)
            slots = self._slots(work, application, permit_type, moment)
        document = attrs.evolve(
            new_document(slot, file_name, actor, moment), expires_on=expires_on, choice=choice
        )
        if not self._is_repeated(actor, idempotency_key):
            # Refuse what the case does not allow before the file is read and stored.
            put_in(application, permit_type, document, replaces, slots, actor, moment)
        taken = take_in(self._context, stream, file_name, policy_for(permit_type, slot))
        document = described(document, taken)
        held = held_upload(document, taken, replaces)

        def change(work: UnitOfWork, case: Application) -> Transition:
            slots = self._slots(work, case, permit_type, moment)
            if held is not None:
                return hold_upload(case, permit_type, held, slots=slots, actor=actor, now=moment)
            put = put_in(case, permit_type, document, replaces, slots, actor, moment)
            return put.then(
                lambda case: drop_held_copies(case, slot, document.sha256, actor=actor, now=moment)
            )

        request = request.with_(sha256=document.sha256)
        changed, made = self._made(application_id, change, actor, moment, request=request, made=document.id)
        if held is not None and made == document.id:
            raise kept_error(changed, held)
        return _document(changed, made)

    def reusable(
        self, application_id: str, slot: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[SubmittedDocument, ...]:
        """
        Return the papers on file that may be used again in a slot, newest first.

        Where the requirement allows it: papers for the same requirement in earlier applications of the
        same account for the same applicant, neither too old nor expired.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            access.require_party(application, actor)
            return tuple(shown_paper(item, actor) for item in self._on_file(work, application, slot, moment))

    def reuse(
        self,
        application_id: str,
        slot: str,
        document_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> SubmittedDocument:
        """
        Use a paper on file again: hand in once what the office already has.

        Args:
            application_id: A draft, or a case that waits for a correction.
            slot: `SlotTerms.key`.
            document_id: One of `reusable`.
            actor: Who hands it in.
            idempotency_key: The same key again gives the same answer and does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: the paper is not among those that may be used again.
            WorkflowError: no such slot, it is full, or the correction does not ask for it.
        """
        request = asked("reuse", locals())
        moment = self._context.moment(now)
        new = new_id()

        def change(work: UnitOfWork, case: Application) -> Transition:
            found = {item.id: item for item in self._on_file(work, case, slot, moment)}
            if document_id not in found:
                raise NotFoundError(kind="document", key=document_id)
            paper = found[document_id]
            again = attrs.evolve(
                paper,
                id=new,
                slot=slot,
                reused_from=paper.id,
                first_uploaded_at=paper.first_uploaded_at or paper.uploaded_at,
            )
            permit_type = self._permit_type(case, moment)
            slots = self._slots(work, case, permit_type, moment)
            return put_in(case, permit_type, again, None, slots, actor, moment)

        changed, made = self._made(application_id, change, actor, moment, request=request, made=new)
        return _document(changed, made)

    def use_as(
        self,
        application_id: str,
        document_id: str,
        slot: str,
        *,
        actor: Actor,
        expires_on: date | None = None,
        choice: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> SubmittedDocument:
        """
        Use a file of an application in another slot of it too, without sending it again.

        In a draft, a file whose slot the form or the permit type asks for no more leaves it; any other stays there.

        Args:
            application_id: A draft, or a case that waits for a correction.
            document_id: One of its current documents.
            slot: `SlotTerms.key` of the other place.
            actor: Who hands it in.
            expires_on: As in `upload`; None: as it was.
            choice: As in `upload`.
            idempotency_key: The same key again gives the same answer and does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: the other place takes no such file.
            NotFoundError: there is no such current document, or no such application for this actor.
            WorkflowError: no such slot, it is full, or the correction does not ask for it.
        """
        request = asked("use_as", locals())
        moment = self._context.moment(now)
        new = new_id()

        def change(work: UnitOfWork, case: Application) -> Transition:
            paper = next((one for one in case.current_documents() if one.id == document_id), None)
            if paper is None:
                raise NotFoundError(kind="document", key=document_id)
            if paper.slot == slot:
                return Transition(case)
            permit_type = self._permit_type(case, moment)
            slots = self._slots(work, case, permit_type, moment)
            again = attrs.evolve(
                paper,
                id=new,
                slot=slot,
                choice=choice,
                expires_on=expires_on or paper.expires_on,
                reused_from=paper.id,
                first_uploaded_at=paper.first_uploaded_at or paper.uploaded_at,
            )
            moved = put_in(case, permit_type, again, None, slots, actor, moment)
            beyond = _beyond(policy_for(permit_type, slot), paper)
            if beyond:
                raise UploadRefusedError(beyond)
            if case.state is ApplicationState.DRAFT and paper.slot not in _places(slots):
                moved = moved.then(lambda one: take_out_document(one, paper.id, actor=actor, now=moment))
            return moved

        changed, made = self._made(application_id, change, actor, moment, request=request, made=new)
        known = {item.id for item in changed.documents}
        return _document(changed, made if made in known else document_id)

    def remove(
        self,
        application_id: str,
        document_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Take a document out of its slot; it stays on record as replaced."""
        request = asked("remove", locals())
        moment = self._context.moment(now)
        return self._change(
            application_id,
            lambda _work, case: remove_document(case, document_id, actor=actor, now=moment),
            actor,
            moment,
            request=request,
        )

    def attach_power_of_attorney(
        self,
        application_id: str,
        stream: BinaryIO,
        *,
        file_name: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Hand in the power of attorney (surat kuasa) of the representative; checked like any upload.

        Raises:
            UploadRefusedError: the content is refused; carries every finding, and nothing was kept.
            UploadKeptError: the file is kept, but not yet the power of attorney; see `upload`.
            NotFoundError: there is no such application for this actor, or no one represents the applicant.
        """
        request = asked("attach_power_of_attorney", locals())
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
        access.require_party(application, actor)
        agent = application.representative
        if agent is None:
            raise NotFoundError(kind="representative", key=application_id)
        blank = new_document(POWER_OF_ATTORNEY, file_name, actor, moment)
        if not self._is_repeated(actor, idempotency_key):
            require_editor(application, actor, moment)
            put_power_of_attorney(application, blank, actor=actor, now=moment)
        permit_type = self._permit_type(application, moment)
        taken = take_in(self._context, stream, file_name, policy_for(permit_type, POWER_OF_ATTORNEY))
        document = described(blank, taken)
        held = held_upload(document, taken, None)

        def change(work: UnitOfWork, case: Application) -> Transition:
            if case.representative != application.representative:
                # The paper names someone who no longer represents the applicant.
                self._context.check_version(work, case, application.version)
            if held is not None:
                return hold_upload(case, permit_type, held, slots=(), actor=actor, now=moment)
            require_editor(case, actor, moment)
            moved = put_power_of_attorney(case, document, actor=actor, now=moment)
            sha256 = taken.stored.sha256
            return moved.then(
                lambda case: drop_held_copies(case, POWER_OF_ATTORNEY, sha256, actor=actor, now=moment)
            )

        request = request.with_(sha256=document.sha256)
        changed_case, made = self._made(
            application_id, change, actor, moment, request=request, made=document.id
        )
        if held is not None and made == document.id:
            raise kept_error(changed_case, held)
        return shown_case(changed_case, actor)

    def open_document(self, application_id: str, document_id: str, *, actor: Actor) -> BinaryIO:
        """
        Open a document of a case that the actor may see; its hash is checked while it is read.

        Raises:
            NotFoundError: there is no such document for this actor.
        """
        return self._context.documents.open(self._paper(application_id, document_id, actor).sha256)

    def page_picture(
        self, application_id: str, document_id: str, *, actor: Actor, page: int = 1, side: int = 1400
    ) -> PagePicture:
        """
        Draw a page of a document of a case that the actor may see, to look at it without a download.

        The picture is a JPEG that a confined process draws; nothing of the file itself reaches the browser.

        Args:
            application_id: The case.
            document_id: One of its documents.
            actor: Who looks.
            page: From 1.
            side: Pixels of the longer side, 100 to 3000.

        Raises:
            NotFoundError: there is no such document for this actor.
            DocumentError: ``page-not-drawn``: it has no such page, or it cannot be drawn here.
        """
        found = self._paper(application_id, document_id, actor)
        with self._context.documents.open(found.sha256) as stream:
            data = stream.read()
        return page_picture(data, found.content_type, page=page, side=max(100, min(side, 3000)))

    def _paper(self, application_id: str, document_id: str, actor: Actor) -> SubmittedDocument:
        context = self._context
        moment = context.moment(None)
        with context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            found = next((item for item in application.documents if item.id == document_id), None)
            if found is None:
                raise NotFoundError(kind="document", key=document_id)
            noted = is_noted(context, work, application_id, actor, ReadingOf.PAPER, moment, found.slot)
        if not noted:
            note_reading(context, application, actor, ReadingOf.PAPER, moment, found.slot)
        return found

    def _change(
        self,
        application_id: str,
        change: Callable[[UnitOfWork, Application], Transition],
        actor: Actor,
        moment: datetime,
        expected_version: int | None = None,
        request: Asked | None = None,
    ) -> Application:
        return shown_case(
            self._made(application_id, change, actor, moment, expected_version, request)[0], actor
        )

    def _made(
        self,
        application_id: str,
        change: Callable[[UnitOfWork, Application], Transition],
        actor: Actor,
        moment: datetime,
        expected_version: int | None = None,
        request: Asked | None = None,
        made: str = "",
    ) -> tuple[Application, str]:
        """Return the changed case and the id of what was made in it, by this request or by an equal one before."""
        with self._context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            application = self._readable(work, application_id, actor, lock=True)
            access.require_party(application, actor)
            if repeat.result is not None:
                return application, str(repeat.result["made"])
            self._context.check_version(work, application, expected_version)
            # A draft that its applicant works on is kept.
            kept = keep_draft(application)
            changed = self._context.save(work, change(work, kept), actor, moment)
            repeat.finish({"made": made})
            work.commit()
        return changed, made

    def _is_repeated(self, actor: Actor, key: str | None) -> bool:
        """Return True when a key was used before; what it asked for may be in its place already."""
        if key is None:
            return False
        with self._context.unit_of_work(read_only=True) as work:
            return work.idempotency.is_known(str(actor.account), key)

    def _readable(
        self, work: UnitOfWork, application_id: str, actor: Actor, *, lock: bool = False
    ) -> Application:
        application = self._context.load(work, application_id, lock=lock)
        access.require_readable(application, self._context.permit_type_of(application), actor)
        return application

    def _permit_type(self, application: Application, moment: datetime) -> PermitType:
        return permit_type_now(self._context, application, moment)

    def _slots(
        self, work: UnitOfWork, application: Application, permit_type: PermitType, moment: datetime
    ) -> tuple[SlotTerms, ...]:
        found = as_it_applies(self._context, work, application, permit_type, moment)
        return slots_of(self._context, found.facts, permit_type, moment)

    def _on_file(
        self, work: UnitOfWork, application: Application, slot: str, moment: datetime
    ) -> tuple[SubmittedDocument, ...]:
        permit_type = self._permit_type(application, moment)
        code = slot.partition("#")[0]
        rule = next((item.reuse for item in permit_type.requirements if item.code == code), None)
        if rule is None:
            return ()
        today = self._context.local_day(moment)
        zone = self._context.calendar.time_zone
        found: list[SubmittedDocument] = []
        page = work.applications.find(ApplicationFilter(owner=application.owner), limit=_LOOKED_THROUGH)
        for earlier in page.items:
            if earlier.id == application.id or _identity(earlier) != _identity(application):
                continue
            for paper in earlier.current_documents():
                first = zone.local(paper.first_uploaded_at or paper.uploaded_at).date()
                fresh = add_period(self._context.calendar, first, rule.max_age) >= today
                valid = paper.expires_on is None or paper.expires_on >= today
                if paper.slot.partition("#")[0] == code and fresh and valid:
                    found.append(paper)
        return tuple(sorted(found, key=lambda item: item.uploaded_at, reverse=True))


def _places(slots: tuple[SlotTerms, ...]) -> set[str]:
    """Return where files of a case count."""
    return {slot.key for slot in slots} | {POWER_OF_ATTORNEY}


def _beyond(policy: UploadPolicy, document: SubmittedDocument) -> tuple[Finding, ...]:
    """Return what keeps a stored file from another place: its content was judged when it came."""
    found = []
    if document.content_type not in policy.accepted_types:
        types = ", ".join(sorted(policy.accepted_types))
        found.append(finding("type-not-accepted", type=document.content_type, types=types))
    if document.size > policy.max_bytes:
        found.append(finding("too-large", limit_bytes=policy.max_bytes))
    if document.pages is not None and document.pages > policy.max_pages:
        found.append(finding("pdf-too-many-pages", limit=policy.max_pages))
    return tuple(found)


def _document(application: Application, made: str) -> SubmittedDocument:
    """Return a document that a request put in; an upload that was held then says again why it is."""
    for item in application.documents:
        if item.id == made:
            return item
    for held in application.waiting_uploads():
        if held.id == made:
            raise kept_error(application, held)
    raise NotFoundError(kind="document", key=made)


def _identity(application: Application) -> tuple[object, ...]:
    """Return what tells one applicant from another; an account may act for several."""
    applicant = application.applicant
    if isinstance(applicant, Organisation):
        return (applicant.nib, applicant.npwp, applicant.name, applicant.responsible.nik)
    return (applicant.nik, applicant.passport)


def put_in(
    case: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    replaces: str | None,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    moment: datetime,
) -> Transition:
    """Put a document into its slot, or into the place of another; refuses what the case does not take now."""
    if replaces is not None:
        return replace_document(case, permit_type, replaces, document, slots=slots, actor=actor, now=moment)
    return add_document(case, permit_type, document, slots=slots, actor=actor, now=moment)
