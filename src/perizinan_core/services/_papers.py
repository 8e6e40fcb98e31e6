"""
Use cases of papers: what a case needs, uploading, using again what is on file, opening.

Uploads are judged by content before anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO

import attrs

from perizinan_core.documents import PagePicture, page_picture
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._intake import (
    described,
    held_upload,
    kept_error,
    new_document,
    policy_for,
    put_in,
    take_in,
)
from perizinan_core.services._papers_on_file import papers_on_file
from perizinan_core.services._readings import ReadingOf, is_noted, note_reading
from perizinan_core.services._repeats import Asked, asked, once
from perizinan_core.services._slot_views import SlotView, beyond_limits, mandate_view, slot_views
from perizinan_core.services._terms import (
    as_it_applies,
    permit_type_now,
    slots_of,
)
from perizinan_core.services._views import shown_case, shown_paper
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._drafts import (
    put_power_of_attorney,
    remove_document,
    require_editor,
    take_out_document,
)
from perizinan_core.workflow._holding import drop_held_copies, hold_upload
from perizinan_core.workflow._retention import keep_draft
from perizinan_core.workflow._transition import Transition

__all__ = ["Papers"]


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
            permit_type = self._permit_type(application, moment)
            return slot_views(
                application,
                permit_type,
                self._slots(work, application, permit_type, moment),
            )

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
        return mandate_view(application)

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
            return tuple(
                shown_paper(item, actor)
                for item in papers_on_file(self._context, work, application, slot, moment)
            )

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
            found = {item.id: item for item in papers_on_file(self._context, work, case, slot, moment)}
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
            beyond = beyond_limits(policy_for(permit_type, slot), paper)
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


def _places(slots: tuple[SlotTerms, ...]) -> set[str]:
    """Return where files of a case count."""
    return {slot.key for slot in slots} | {POWER_OF_ATTORNEY}


def _document(application: Application, made: str) -> SubmittedDocument:
    """Return a document that a request put in; an upload that was held then says again why it is."""
    for item in application.documents:
        if item.id == made:
            return item
    for held in application.waiting_uploads():
        if held.id == made:
            raise kept_error(application, held)
    raise NotFoundError(kind="document", key=made)
