"""
Use cases of files that arrive in parts: announced, continued after a cut connection, judged once they are whole.

What an upload may be is decided when it is announced, as far as that can be known, and by its content at the end:
then it goes the way of every upload (`Papers.upload`). An application is not handed in while a file of it is under way.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core.documents import finding, kept_name
from perizinan_core.documents._incoming import IncomingFile
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import (
    DocumentStoreError,
    UploadRefusedError,
)
from perizinan_core.errors.services import NotFoundError, ServiceError, UploadKeptError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import LANGUAGES, N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._incoming_states import (
    LASTS,
    IncomingState,
    IncomingUpload,
    is_over,
    moment_of,
    state_of,
)
from perizinan_core.services._intake import new_document, policy_for, put_in
from perizinan_core.services._papers import Papers
from perizinan_core.services._terms import as_it_applies, permit_type_now, slot_label, slots_of
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._drafts import put_power_of_attorney, require_editor

__all__ = [
    "Incoming",
    "Receiver",
    "judge_waiting",
]

_log = logging.getLogger(__name__)

_MOST_OPEN = 30
_MOST_KNOWN = 200
_READ = 256 * 1024

_CHANGED = N_("The file is not as it was when sending began. Choose it again, and send it once more.")


@attrs.frozen
class Receiver:
    """Takes the bytes of one upload; who may send them was asked when it was handed out."""

    _context: OfficeContext = attrs.field(repr=False)
    upload: IncomingUpload

    def append(self, offset: int, piece: bytes) -> int:
        """
        Write a piece durably at the end of what is there, and return how many bytes are there now.

        Raises:
            DocumentStoreError: ``incoming-offset``: another number of bytes is there; ``incoming-too-long``;
                ``incoming-unknown``: it was removed meanwhile.
        """
        return self._context.incoming.append(self.upload.application, self.upload.id, offset, piece)


@checked
@attrs.frozen
class Incoming:
    """Files that arrive in parts, each for a slot of an application."""

    _context: OfficeContext

    def begin(
        self,
        application_id: str,
        slot: str,
        *,
        size: int,
        file_name: str,
        actor: Actor,
        sha256: str | None = None,
        expires_on: date | None = None,
        choice: int | None = None,
        replaces: str | None = None,
        note: str = "",
        now: datetime | None = None,
    ) -> IncomingUpload:
        """
        Announce a file; what can be refused before its bytes are there is refused now.

        In a slot for one file, a file that was still under way for the same place is given up.

        Args:
            application_id: A draft, or a case that waits for a correction.
            slot: `SlotTerms.key`, or the place of the power of attorney.
            size: Bytes that will come.
            file_name: As the applicant calls it; shown back, never used as a path.
            actor: Who sends it.
            sha256: Hash of the file as the sender computed it; it is held against the bytes that came.
            expires_on: Until when the paper is valid, where the requirement asks for it.
            choice: Which of the requirement's choices the paper is.
            replaces: Id of the document that it takes the place of.
            note: What the sender's program said besides; given back as it is.
            now: Aware moment; None asks the clock.

        Raises:
            UploadRefusedError: it is empty, or larger than the requirement allows.
            WorkflowError: no such slot, it is full, or the correction does not ask for it.
            ServiceError: ``incoming-many``: too many files of this application are under way.
            NotFoundError: there is no such application for this actor.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            # Locked: the application cannot be handed in between this look at it and the announcement.
            application = context.load(work, application_id, lock=True)
            access.require_readable(application, context.permit_type_of(application), actor)
            access.require_party(application, actor)
            permit_type = permit_type_now(context, application, moment)
            document = attrs.evolve(
                new_document(slot, file_name, actor, moment), expires_on=expires_on, choice=choice
            )
            terms = self._require_place(work, application, permit_type, document, replaces, actor, moment)
            _check_size(size, policy_for(permit_type, slot).max_bytes)
            self._make_room(application, slot, terms, document.file_name, replaces, moment)
            about = {
                "slot": slot,
                "file_name": kept_name(file_name),
                "size": size,
                "sha256": sha256,
                "expires_on": None if expires_on is None else expires_on.isoformat(),
                "choice": choice,
                "replaces": replaces,
                "note": note,
                "by": actor.id,
                "by_kind": actor.kind.value,
                "begun_at": moment.isoformat(),
                "ends_at": (moment + LASTS).isoformat(),
            }
            made = context.incoming.begin(application.id, about)
            work.commit()
        return self._view(made, permit_type, moment)

    def get(
        self, application_id: str, upload: str, *, actor: Actor, now: datetime | None = None
    ) -> IncomingUpload:
        """
        Return an upload as it stands; one whose time is over has the state ``over`` until it is removed.

        Raises:
            NotFoundError: there is none for this actor.
        """
        moment = self._context.moment(now)
        application = self._application(application_id, actor)
        return self._view(self._found(application_id, upload), self._permit_type(application, moment), moment)

    def of_case(
        self, application_id: str, *, actor: Actor, now: datetime | None = None
    ) -> tuple[IncomingUpload, ...]:
        """
        Return the uploads of an application that are under way, were refused, or came just now; oldest first.

        Raises:
            NotFoundError: there is no such application for this actor.
        """
        moment = self._context.moment(now)
        application = self._application(application_id, actor)
        permit_type = self._permit_type(application, moment)
        found = [
            self._view(item, permit_type, moment) for item in self._context.incoming.of_case(application_id)
        ]
        known = (item for item in found if item.state is not IncomingState.OVER)
        return tuple(sorted(known, key=lambda item: item.begun_at))

    def receive(
        self, application_id: str, upload: str, *, actor: Actor, now: datetime | None = None
    ) -> Receiver:
        """
        Return what takes the next bytes of an upload.

        Raises:
            NotFoundError: there is none for this actor, or its time is over.
        """
        found = self.get(application_id, upload, actor=actor, now=now)
        if found.state is IncomingState.OVER:
            raise NotFoundError(kind="incoming upload", key=upload)
        return Receiver(self._context, found)

    def finish(
        self, application_id: str, upload: str, *, actor: Actor, now: datetime | None = None
    ) -> IncomingUpload:
        """
        Judge an upload that is whole, put it into its slot, and return what became of it; once, however often asked.

        Raises:
            ServiceError: ``incoming-unfinished``: bytes are missing.
            NotFoundError: there is none for this actor, or its time is over.
            DocumentError: it cannot be judged or kept now; nothing is lost, and it can be asked again.
        """
        moment = self._context.moment(now)
        found = self.receive(application_id, upload, actor=actor, now=moment).upload
        if found.state is IncomingState.UNDER_WAY:
            raise ServiceError("incoming-unfinished", received=found.received, size=found.size)
        if found.state is IncomingState.RECEIVED:
            try:
                with self._context.incoming.judging(application_id, upload) as item:
                    if item.result is None:
                        result = self._judged(item, actor, moment)
                        self._context.incoming.settle(application_id, upload, result)
            except DocumentStoreError as error:
                if error.code != "incoming-unknown":
                    raise
                raise NotFoundError(kind="incoming upload", key=upload) from error
        return self.get(application_id, upload, actor=actor, now=moment)

    def discard(self, application_id: str, upload: str, *, actor: Actor) -> None:
        """
        Give an upload up, with all bytes that came; of one that was judged, forget what became of it.

        Raises:
            NotFoundError: there is none for this actor.
        """
        self._application(application_id, actor)
        if not self._context.incoming.remove(application_id, upload):
            raise NotFoundError(kind="incoming upload", key=upload)

    def _application(self, application_id: str, actor: Actor) -> Application:
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, application_id)
            access.require_readable(application, context.permit_type_of(application), actor)
            access.require_party(application, actor)
        return application

    def _permit_type(self, application: Application, moment: datetime) -> PermitType:
        return permit_type_now(self._context, application, moment)

    def _found(self, application_id: str, upload: str) -> IncomingFile:
        found = self._context.incoming.find(application_id, upload)
        if found is None:
            raise NotFoundError(kind="incoming upload", key=upload)
        return found

    def _require_place(
        self,
        work: UnitOfWork,
        application: Application,
        permit_type: PermitType,
        document: SubmittedDocument,
        replaces: str | None,
        actor: Actor,
        moment: datetime,
    ) -> SlotTerms | None:
        """Pass when the case would take the file now; return the terms of its slot."""
        if document.slot == POWER_OF_ATTORNEY:
            if application.representative is None:
                raise NotFoundError(kind="representative", key=application.id)
            require_editor(application, actor, moment)
            put_power_of_attorney(application, document, actor=actor, now=moment)
            return None
        found = as_it_applies(self._context, work, application, permit_type, moment)
        slots = slots_of(self._context, found.facts, permit_type, moment)
        put_in(application, permit_type, document, replaces, slots, actor, moment)
        return next(item for item in slots if item.key == document.slot)

    def _make_room(
        self,
        application: Application,
        slot: str,
        terms: SlotTerms | None,
        file_name: str,
        replaces: str | None,
        moment: datetime,
    ) -> None:
        """Forget what a new file makes needless, and refuse more than an application may have under way."""
        folder = self._context.incoming
        known = sorted(folder.of_case(application.id), key=lambda item: str(item.about["begun_at"]))
        most = 1 if terms is None else terms.max_files
        left = []
        for item in known:
            same_place = item.about["slot"] == slot
            again = same_place and (most == 1 or item.about["file_name"] == file_name)
            superseded = same_place and replaces is not None and item.about.get("replaces") == replaces
            if is_over(item, moment) or (again or superseded):
                folder.remove(application.id, item.id)
            else:
                left.append(item)
        under_way = [item for item in left if item.result is None]
        if len(under_way) >= _MOST_OPEN:
            raise ServiceError("incoming-many", most=_MOST_OPEN)
        here = [
            item for item in under_way if item.about["slot"] == slot and item.about.get("replaces") is None
        ]
        stored = [item for item in application.current_documents() if item.slot == slot]
        if replaces is None and len(here) + len(stored) >= most:
            raise ServiceError("incoming-many", most=most)
        settled = [item for item in left if item.result is not None]
        for item in settled[: max(0, len(left) - _MOST_KNOWN)]:
            folder.remove(application.id, item.id)

    def _judged(self, item: IncomingFile, actor: Actor, moment: datetime) -> dict[str, Any]:
        """Return what became of a file: by its content, and by what the case takes at this moment."""
        about = item.about
        papers = Papers(self._context)
        with self._context.incoming.open(item.case, item.id) as stream:
            if about["sha256"] is not None and _hash_of(stream) != about["sha256"]:
                return _refused({language: (translate(_CHANGED, language),) for language in LANGUAGES})
            stream.seek(0)
            key = f"incoming-{item.id}"
            try:
                if about["slot"] == POWER_OF_ATTORNEY:
                    papers.attach_power_of_attorney(
                        item.case,
                        stream,
                        file_name=about["file_name"],
                        actor=actor,
                        idempotency_key=key,
                        now=moment,
                    )
                    return {"state": IncomingState.STORED.value}
                document = papers.upload(
                    item.case,
                    about["slot"],
                    stream,
                    file_name=about["file_name"],
                    actor=actor,
                    expires_on=_day(about["expires_on"]),
                    choice=about["choice"],
                    replaces=about["replaces"],
                    idempotency_key=key,
                    now=moment,
                )
            except UploadKeptError:
                return {"state": IncomingState.KEPT.value}
            except (UploadRefusedError, WorkflowError, NotFoundError) as error:
                return _refused({language: _reasons(error, language) for language in LANGUAGES})
        return {"state": IncomingState.STORED.value, "document": document.id}

    def _view(self, item: IncomingFile, permit_type: PermitType, moment: datetime) -> IncomingUpload:
        about, result = item.about, item.result or {}
        return IncomingUpload(
            id=item.id,
            application=item.case,
            slot=about["slot"],
            slot_label=slot_label(permit_type, about["slot"], self._context.language),
            file_name=about["file_name"],
            size=item.size,
            received=item.received,
            begun_at=moment_of(about["begun_at"]),
            ends_at=moment_of(about["ends_at"]),
            state=state_of(item, moment),
            replaces=about.get("replaces"),
            note=about.get("note", ""),
            document=result.get("document"),
            reasons={name: tuple(found) for name, found in result.get("reasons", {}).items()},
        )


def judge_waiting(context: OfficeContext, moment: datetime) -> int:
    """
    Judge the files that have arrived whole and were not judged: their sender's request, or the process, ended before.

    Returns how many were judged; one that cannot be judged now stays, and is tried again in the next round.
    """
    done, incoming = 0, Incoming(context)
    for case in context.incoming.cases():
        for item in context.incoming.of_case(case):
            if state_of(item, moment) is IncomingState.RECEIVED:
                done += _is_judged(context, incoming, item, moment)
    return done


def _is_judged(context: OfficeContext, incoming: Incoming, item: IncomingFile, moment: datetime) -> bool:
    try:
        incoming.finish(item.case, item.id, actor=_sender(context, item), now=moment)
    except PerizinanError as error:
        _log.warning("a file that arrived for case %s was not judged: %s", item.case, error.code)
        return False
    return True


def _sender(context: OfficeContext, item: IncomingFile) -> Actor:
    """Return who sent a file, or whose the case is now, where the sender has given it away."""
    with context.unit_of_work(read_only=True) as work:
        case = context.load(work, item.case)
    kind = item.about.get("by_kind")
    sender = None if kind is None else Actor(id=item.about["by"], kind=ActorKind(kind))
    if sender is not None and access.is_party(case, sender):
        return sender
    return Actor(id=case.owner.id, kind=ActorKind.APPLICANT)


def _check_size(size: int, most: int) -> None:
    if size <= 0:
        raise UploadRefusedError((finding("empty"),))
    if size > most:
        raise UploadRefusedError((finding("too-large", limit_bytes=most),))


def _refused(reasons: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "state": IncomingState.REFUSED.value,
        "reasons": {name: list(found) for name, found in reasons.items()},
    }


def _reasons(error: PerizinanError, language: str) -> tuple[str, ...]:
    found = tuple(item.detail for item in error.input_problems(language))
    return found or (error.message(language),)


def _hash_of(stream: Any) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_READ):
        digest.update(piece)
    return digest.hexdigest()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
