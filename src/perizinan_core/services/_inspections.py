"""
Photographs of site inspections: put in, looked at, taken out again before the minutes are written.

`Reviews` carries them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from perizinan_core.documents import PagePicture, UploadPolicy, page_picture
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._case import InspectionPhoto, StageRecord, StageState
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import new_id
from perizinan_core.services._hand_over import HandOver
from perizinan_core.services._intake import take_in
from perizinan_core.services._repeats import asked, once
from perizinan_core.workflow._photos import add_photo, remove_photo, require_inspector

__all__ = ["Inspections"]

_PHOTO = UploadPolicy(
    accepted_types=frozenset({"image/jpeg", "image/png"}), max_bytes=15_000_000, max_pages=1
)


@checked
class Inspections(HandOver):
    """Photographs for the minutes."""

    __slots__ = ()

    def photo_policy(self) -> UploadPolicy:
        """Return what is taken of a photograph, to be said before."""
        return _PHOTO

    def add_photo(
        self,
        application_id: str,
        stage: str,
        stream: BinaryIO,
        *,
        file_name: str,
        actor: Actor,
        caption: str = "",
        taken_at: datetime | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Put a photograph in, for the minutes that are still to be written.

        Args:
            application_id: The case.
            stage: Code of its open site inspection.
            stream: The bytes; checked by content, as every upload.
            file_name: Shown back, never used as a path.
            actor: The officer of the stage.
            caption: What it shows, and where it was taken.
            taken_at: When, as the inspector says.
            idempotency_key: The same key again, with the same bytes, puts in no second one.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: the content is refused; carries every finding.
            UploadHeldError: our own inspection has no verdict; nothing was kept.
            WorkflowError: see `workflow.add_photo`.
            NotFoundError: there is no such application for this actor.
        """
        request = asked("add_photo", locals())
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            case = context.load(work, application_id)
            permit_type = context.permit_type_of(case)
            access.require_readable(case, permit_type, actor)
        if idempotency_key is None:
            # Refuse what the case does not allow before the file is read and stored.
            require_inspector(case, permit_type, stage, actor)
        taken = take_in(context, stream, file_name, _PHOTO, keep=frozenset())
        photo = InspectionPhoto(
            id=new_id(),
            sha256=taken.stored.sha256,
            size=taken.stored.size,
            content_type=taken.inspection.content_type or "image/jpeg",
            file_name=file_name,
            caption=caption,
            taken_at=taken_at,
            uploaded_at=moment,
            by=actor.id,
        )
        request = request.with_(sha256=photo.sha256)
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            case = context.load(work, application_id, lock=True)
            if repeat.result is not None:
                return case
            moved = add_photo(case, context.permit_type_of(case), stage, photo, actor=actor, now=moment)
            changed = context.save(work, moved, actor, moment)
            repeat.finish({"application": application_id})
            work.commit()
        return changed

    def remove_photo(
        self,
        application_id: str,
        stage: str,
        photo: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Take a photograph out again. Raises as `workflow.remove_photo`."""
        return self._take(
            "remove_photo",
            locals(),
            lambda at: remove_photo(at.case, at.permit_type, stage, photo, **at.by),
            stage=stage,
        )

    def photo_picture(
        self, application_id: str, photo: str, *, actor: Actor, side: int = 1400
    ) -> PagePicture:
        """
        Draw a photograph of a case as a picture of ours, without what its file says of place or device.

        Args:
            application_id: The case.
            photo: Id of a photograph of its minutes, or for them.
            actor: An officer who may read the case, or the host application.
            side: Pixels of the longer side, 100 to 3000.

        Raises:
            NotFoundError: there is no such photograph for this actor.
            AccessDeniedError: for applicants.
            DocumentError: ``page-not-drawn``: it cannot be drawn here.
        """
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "photo")
            case = context.load(work, application_id)
            access.require_readable(case, context.permit_type_of(case), actor)
        found = next((item for item in _photos(case) if item.id == photo), None)
        if found is None:
            raise NotFoundError(kind="document", key=photo)
        with context.documents.open(found.sha256) as stream:
            data = stream.read()
        return page_picture(data, found.content_type, page=1, side=max(100, min(side, 3000)))


def _photos(case: Application) -> Iterator[InspectionPhoto]:
    for state in case.stages:
        yield from state.photos
        outcomes: tuple[StageState | StageRecord, ...] = (state, *state.earlier)
        for outcome in outcomes:
            if outcome.minutes is not None:
                yield from outcome.minutes.photos
