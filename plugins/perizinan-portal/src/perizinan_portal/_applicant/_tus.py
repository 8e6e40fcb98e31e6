"""
Uploads that are continued after a cut connection: the tus protocol 1.0 over the office's own use cases.

What comes is written while it comes, a piece at a time, each in a thread; a slow phone holds no thread while it is
silent. What was written when a connection is cut, or the server stops, stays and is continued.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from perizinan_core import PerizinanError
from perizinan_core.errors.base import Category
from perizinan_core.errors.documents import DocumentStoreError
from perizinan_core.services import IncomingState, IncomingUpload, Receiver
from perizinan_portal._applicant._storing import put_where_asked
from perizinan_portal._applicant._tus_headers import (
    ALGORITHMS,
    CHECKSUM_MISMATCH,
    EXTENSIONS,
    VERSION,
    Checksum,
    Metadata,
    TusFault,
    expires,
    length_of,
    offset_of,
)
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import PageRoute, Services, Visit, Who
from perizinan_portal._kit._guard import require_own_origin, require_token
from perizinan_portal._kit._handling import visit_of
from perizinan_portal._permit_forms import MANDATE

__all__ = ["ROUTES"]

_log = logging.getLogger("perizinan_portal")

_PIECE = 512 * 1024
"""Bytes that are kept in memory for one connection before they are written."""

_SILENCE = 60.0
"""Seconds without a byte after which a connection counts as dead."""

_LOOK = 1.0
"""Seconds between two looks whether the server is to stop."""

_TYPE = "application/offset+octet-stream"
_CREATIONS = 60
_REQUESTS = 600


async def announce(request: Request, services: Services) -> Response:
    """Answer at the address where uploads for a place begin (creation)."""
    return await _answered(request, services, {"POST": _create})


async def continue_(request: Request, services: Services) -> Response:
    """Answer at the address of one upload (core, termination)."""
    return await _answered(request, services, {"HEAD": _head, "PATCH": _patch, "DELETE": _delete})


async def _answered(
    request: Request, services: Services, methods: dict[str, Callable[[Request, Visit], Awaitable[Response]]]
) -> Response:
    try:
        response = await _spoken(request, services, methods)
    except TusFault as fault:
        visit = await run_in_threadpool(visit_of, request, services)
        message = visit.say(fault.sentence, **fault.fields) if fault.sentence else ""
        response = JSONResponse({"code": "tus", "message": message}, status_code=fault.status)
    except PerizinanError as error:
        visit = await run_in_threadpool(visit_of, request, services)
        response = _refused(visit, error)
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.headers["Tus-Version"] = VERSION
    return response


async def _spoken(
    request: Request, services: Services, methods: dict[str, Callable[[Request, Visit], Awaitable[Response]]]
) -> Response:
    method = request.method
    if method == "POST":
        # For networks that let neither PATCH nor DELETE through.
        method = request.headers.get("x-http-method-override", method).upper()
    if method == "OPTIONS":
        return _options(services)
    if method != "HEAD":
        require_own_origin(request)
    visit = await run_in_threadpool(visit_of, request, services)
    if not visit.is_applicant:
        raise TusFault(HTTPStatus.NOT_FOUND if visit.account is not None else HTTPStatus.UNAUTHORIZED)
    if method != "HEAD":
        require_token(request.headers.get("x-form-token", ""), visit.form_secret)
    if request.headers.get("tus-resumable") != VERSION:
        raise TusFault(HTTPStatus.PRECONDITION_FAILED)
    answer = methods.get(method)
    if answer is None:
        raise TusFault(HTTPStatus.METHOD_NOT_ALLOWED)
    await run_in_threadpool(visit.limit, "tus", visit.actor.id, times=_REQUESTS, minutes=1)
    return await answer(request, visit)


def _options(services: Services) -> Response:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(services.settings.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)


async def _create(request: Request, visit: Visit) -> Response:
    await run_in_threadpool(visit.limit, "upload", visit.actor.id, times=_CREATIONS, minutes=1)
    size = length_of(request.headers)
    said = Metadata.read(request.headers.get("upload-metadata", ""))
    if size > visit.services.settings.max_upload_bytes:
        raise PortalError("request-too-large", limit_mb=visit.services.settings.max_upload_bytes // 2**20)
    made = await run_in_threadpool(
        visit.office.incoming.begin,
        visit.path["id"],
        visit.path["slot"],
        size=size,
        file_name=said.file_name,
        actor=visit.actor,
        sha256=said.sha256,
        expires_on=said.expires_on,
        choice=said.choice,
        replaces=said.replaces,
        note=said.raw,
    )
    place = visit.url("continued-upload", id=made.application, slot=made.slot, upload=made.id)
    headers = {"Location": place, "Upload-Expires": expires(made.ends_at)}
    return Response(status_code=HTTPStatus.CREATED, headers=headers)


async def _head(_request: Request, visit: Visit) -> Response:
    found = await run_in_threadpool(_found, visit)
    if found.state is IncomingState.RECEIVED:
        found = await _judged(visit, found)
    headers = {
        **_progress(found, found.received),
        "Upload-Length": str(found.size),
        "Cache-Control": "no-store",
        "Perizinan-State": found.state.value,
    }
    if found.note:
        headers["Upload-Metadata"] = found.note
    return Response(status_code=HTTPStatus.OK, headers=headers)


async def _patch(request: Request, visit: Visit) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip() != _TYPE:
        raise TusFault(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    offset = offset_of(request.headers, "Upload-Offset")
    checksum = Checksum.read(request.headers.get("upload-checksum"))
    found = await run_in_threadpool(_found, visit)
    if offset != found.received:
        raise DocumentStoreError("incoming-offset", received=found.received)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and offset + int(declared[:20]) > found.size:
        raise DocumentStoreError("incoming-too-long", size=found.size)
    if not found.is_open:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=_progress(found, offset))
    receiver = await run_in_threadpool(
        visit.office.incoming.receive, found.application, found.id, actor=visit.actor
    )
    taken = await _Taking(request, visit.services, receiver, offset).whole(checksum)
    state = found.state
    if taken == found.size:
        state = (await _judged(visit, found)).state
    headers = {**_progress(found, taken), "Perizinan-State": state.value}
    if taken < found.size and visit.services.stopping.is_set():
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={**headers, "Retry-After": "1"})
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)


async def _delete(_request: Request, visit: Visit) -> Response:
    found = await run_in_threadpool(_found, visit)
    await run_in_threadpool(visit.office.incoming.discard, found.application, found.id, actor=visit.actor)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _found(visit: Visit) -> IncomingUpload:
    found = visit.office.incoming.get(visit.path["id"], visit.path["upload"], actor=visit.actor)
    if found.slot != visit.path["slot"]:
        raise TusFault(HTTPStatus.NOT_FOUND)
    if found.state is IncomingState.OVER:
        raise TusFault(HTTPStatus.GONE)
    return found


async def _judged(visit: Visit, found: IncomingUpload) -> IncomingUpload:
    """Judge a file that is whole; where that is not possible now, it stays whole and is judged at the next look."""
    try:
        return await run_in_threadpool(_finish, visit, found)
    except PerizinanError as error:
        if not error.category.is_ours:
            raise
        _log.warning("an upload could not be judged: %s", error.code)
        return await run_in_threadpool(_found, visit)


def _finish(visit: Visit, found: IncomingUpload) -> IncomingUpload:
    done = visit.office.incoming.finish(found.application, found.id, actor=visit.actor)
    if done.slot == MANDATE and done.state is IncomingState.STORED:
        put_where_asked(visit, visit.office.applications, done.application)
    return done


def _progress(found: IncomingUpload, offset: int) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Upload-Expires": expires(found.ends_at)}


class _Taking:
    """Takes the body of one request."""

    def __init__(self, request: Request, services: Services, receiver: Receiver, offset: int) -> None:
        self._request, self._services = request, services
        self._receiver, self._offset = receiver, offset
        self._buffer = bytearray()

    async def whole(self, checksum: Checksum | None) -> int:
        """Take what comes and return how many bytes are there now."""
        return await (self._straight() if checksum is None else self._summed(checksum))

    async def _straight(self) -> int:
        try:
            async for piece in self._pieces():
                self._buffer += piece
                if len(self._buffer) >= _PIECE:
                    await run_in_threadpool(self._write)
        except (ClientDisconnect, asyncio.CancelledError):
            # Every byte that arrived counts.
            self._write()
            raise
        await run_in_threadpool(self._write)
        return self._offset

    async def _summed(self, checksum: Checksum) -> int:
        """Set aside what comes until its sum is known: without it nothing of it counts."""
        most, size = self._receiver.upload.size - self._offset, 0
        with tempfile.SpooledTemporaryFile(max_size=_PIECE) as aside:
            async for piece in self._pieces():
                size += len(piece)
                if size > most:
                    raise DocumentStoreError("incoming-too-long", size=self._receiver.upload.size)
                checksum.update(piece)
                aside.write(piece)
            if not checksum.fits:
                raise TusFault(CHECKSUM_MISMATCH)
            aside.seek(0)
            while piece := aside.read(_PIECE):
                self._buffer += piece
                await run_in_threadpool(self._write)
        return self._offset

    def _write(self) -> None:
        if self._buffer:
            piece, self._buffer = bytes(self._buffer), bytearray()
            self._offset = self._receiver.append(self._offset, piece)

    async def _pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; ends early, as if all had come, when the server stops or no one sends."""
        more = True
        while more:
            message = await self._message()
            if message is None:
                return
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            more = message.get("more_body") is True
            yield bytes(message.get("body") or b"")

    async def _message(self) -> Message | None:
        task = asyncio.ensure_future(self._request.receive())
        waited = 0.0
        try:
            while not task.done():
                if self._services.stopping.is_set() or waited >= _SILENCE:
                    return None
                await asyncio.wait({task}, timeout=_LOOK)
                waited += _LOOK
            return task.result()
        finally:
            if not task.done():
                task.cancel()


def _refused(visit: Visit, error: PerizinanError) -> Response:
    status = error.http_status
    if error.category is Category.DENIED and not isinstance(error, PortalError):
        error, status = PortalError("page-not-found"), HTTPStatus.NOT_FOUND
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", type(error).__name__, error.code)
    reasons = [item.detail for item in error.input_problems(visit.language)]
    told = {"code": error.code, "message": " ".join(reasons) or error.message(visit.language)}
    headers = {}
    if isinstance(error, DocumentStoreError) and error.code == "incoming-offset":
        headers["Upload-Offset"] = str(error.details()["received"])
    return JSONResponse(told, status_code=status, headers=headers)


_PLACE = "/permohonan/{id}/unggahan/{slot}"
ROUTES = (
    PageRoute(
        path=_PLACE, name="begun-upload", serve=announce, serves=("OPTIONS", "POST"), who=Who.APPLICANT
    ),
    PageRoute(
        path=f"{_PLACE}/{{upload}}",
        name="continued-upload",
        serve=continue_,
        serves=("OPTIONS", "HEAD", "PATCH", "DELETE", "POST"),
        who=Who.APPLICANT,
    ),
)
