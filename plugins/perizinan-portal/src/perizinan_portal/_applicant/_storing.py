"""
Files on their way into their places, without a script: each for itself, and one that is refused stops no other.

The power of attorney is put where the permit type asks for one among its papers too, so that it is handed in once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO, Protocol

from starlette.responses import Response

from perizinan_core import Actor, PerizinanError
from perizinan_core.documents import PagePicture
from perizinan_core.errors.documents import DocumentError, UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, SubmittedDocument
from perizinan_core.services import SlotView
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Upload, Visit
from perizinan_portal._permit_forms import MANDATE

__all__ = ["Storing", "drawn_page", "put_where_asked", "said_with", "store_files", "why_refused"]

_REPRESENTED = "application.represented"
"""Condition of a requirement that asks for the power of attorney among its papers."""


class Storing(Protocol):
    """What the places of files ask of the office: of the applicant's side, or of the counter."""

    def get(self, application_id: str, /, *, actor: Actor) -> Application:
        """Return the case."""
        ...

    def slots(self, application_id: str, /, *, actor: Actor) -> tuple[SlotView, ...]:
        """Return its places."""
        ...

    def upload(
        self,
        application_id: str,
        slot: str,
        stream: BinaryIO,
        /,
        *,
        file_name: str,
        actor: Actor,
        expires_on: date | None = None,
        choice: int | None = None,
        replaces: str | None = None,
        idempotency_key: str | None = None,
    ) -> SubmittedDocument:
        """Put a file into a place."""
        ...

    def attach_power_of_attorney(
        self,
        application_id: str,
        stream: BinaryIO,
        /,
        *,
        file_name: str,
        actor: Actor,
        idempotency_key: str | None = None,
    ) -> Application:
        """Put the power of attorney into its place."""
        ...

    def open_document(self, application_id: str, document_id: str, /, *, actor: Actor) -> BinaryIO:
        """Open a file."""
        ...

    def page_picture(
        self, application_id: str, document_id: str, /, *, actor: Actor, page: int, side: int
    ) -> PagePicture:
        """Draw a page of a file."""
        ...


def store_files(
    visit: Visit, among: Storing, case_id: str, slot: str, *, names_kept: bool = False
) -> tuple[str, ...]:
    """
    Put the files that were sent into a place, and return why each of the others is not there.

    Args:
        visit: With the files.
        among: Where they are put.
        case_id: A draft, or a case that waits for a correction.
        slot: The place.
        names_kept: Name those too that are kept without being in their place: the page does not show them.
    """
    files = visit.posted.files.get("file", ()) + visit.posted.files.get("camera", ())
    replaces = visit.posted.one("replaces") or None
    if not files:
        return (visit.say(N_("Choose a file first.")),)
    if replaces is not None and len(files) > 1:
        return (visit.say(N_("Choose one file that takes the place of the other.")),)
    wrong = tuple(_put(visit, among, case_id, slot, files, replaces, names_kept=names_kept))
    if slot == MANDATE and not wrong:
        put_where_asked(visit, among, case_id)
    return wrong


def _put(
    visit: Visit,
    among: Storing,
    case_id: str,
    slot: str,
    files: tuple[Upload, ...],
    replaces: str | None,
    *,
    names_kept: bool,
) -> Iterator[str]:
    for number, file in enumerate(files):
        given: dict[str, Any] = {
            "file_name": file.name,
            "actor": visit.actor,
            "idempotency_key": f"{visit.key}-{number}"[:80],
        }
        try:
            if slot == MANDATE:
                among.attach_power_of_attorney(case_id, file.file, **given)
            else:
                among.upload(case_id, slot, file.file, replaces=replaces, **given, **said_with(visit))
        except UploadKeptError as error:
            if names_kept:
                yield f"{file.name}: {why_refused(error, visit.language)}"
        except (UploadRefusedError, WorkflowError) as error:
            yield f"{file.name}: {why_refused(error, visit.language)}"


def put_where_asked(visit: Visit, among: Storing, case_id: str) -> None:
    """Put the stored power of attorney into each empty place that asks for it."""
    actor = visit.actor
    mandate = among.get(case_id, actor=actor).power_of_attorney()
    if mandate is None:
        return
    for slot in among.slots(case_id, actor=actor):
        if slot.requirement.when != _REPRESENTED or slot.documents:
            continue
        with (
            contextlib.suppress(UploadRefusedError, UploadKeptError),
            among.open_document(case_id, mandate.id, actor=actor) as file,
        ):
            among.upload(case_id, slot.terms.key, file, file_name=mandate.file_name, actor=actor)


def said_with(visit: Visit) -> dict[str, Any]:
    """Return what was said about a file: until when it is valid, and which of several kinds of paper it is."""
    return {"expires_on": _day(_said(visit, "expires_on")), "choice": _number(_said(visit, "choice"))}


def _said(visit: Visit, name: str) -> str:
    """Return what a form of the card said under a name, which each form ends in its own way."""
    return next(
        (found[-1] for key, found in visit.posted.values.items() if key.partition(".")[0] == name), ""
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def why_refused(error: PerizinanError, language: str) -> str:
    """Return why a file was refused, each reason on its own."""
    found = error.input_problems(language)
    return " ".join(item.detail for item in found) or error.message(language)


def drawn_page(visit: Visit, among: Storing, *, page: int, side: int) -> Response:
    """
    Give a page as a picture; a file is never shown as it is.

    Raises:
        PortalError: ``page-not-found``: the file has no such page, or it cannot be drawn.
    """
    try:
        drawn = among.page_picture(
            visit.path["id"], visit.path["paper"], page=page, side=side, actor=visit.actor
        )
    except DocumentError as error:
        if error.code != "page-not-drawn":
            raise
        raise PortalError("page-not-found") from error
    headers = {"cache-control": "private, max-age=600"}
    return Response(drawn.jpeg, media_type="image/jpeg", headers=headers)
