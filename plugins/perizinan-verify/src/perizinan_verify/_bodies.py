"""
Reading what people send: never more than the limit, never slower than the least speed, never kept.

Bytes go into a `Spool`: written once, without a name, gone with the request. Nothing is written under a name that
a sender chose.
"""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from perizinan_core.documents import Spool
from perizinan_core.i18n import N_
from perizinan_verify._errors import (
    BadRequestDataError,
    BodyTooLargeError,
    BodyTooSlowError,
    RequestError,
    WrongContentTypeError,
)
from perizinan_verify._settings import PageSettings

__all__ = ["Received", "clean_name", "content_type", "receive"]

FORM = "multipart/form-data"
_FRAME = 64 * 1024
"""Bytes that a form may need around its file."""
_MAX_TEXT = 4096
_MAX_NAME = 120


@attrs.frozen(kw_only=True)
class Received:
    """What was received: one file, or one text."""

    name: str = attrs.field(default="-", repr=False)
    """Name that the sender gave the file, cleaned."""

    file: Spool | None = attrs.field(default=None, repr=False)
    text: str | None = attrs.field(default=None, repr=False)
    field: str = ""
    """Form field that held it, or empty when the body itself is it."""

    kind: str = ""
    """Content type of the body, or of the file's part of the form."""


@contextlib.asynccontextmanager
async def receive(
    request: Request,
    settings: PageSettings,
    *,
    raw: tuple[str, ...],
    files: tuple[str, ...],
    texts: tuple[str, ...] = (),
) -> AsyncIterator[Received]:
    """
    Yield the one file or text of a request, and forget it afterwards.

    Args:
        request: Its body has not been read yet.
        settings: The bounds.
        raw: Content types of bodies that are the file itself.
        files: Form fields that may hold the file.
        texts: Form fields that may hold a text instead.

    Raises:
        BodyTooLargeError: more bytes than allowed.
        BodyTooSlowError: the sender does not keep up.
        WrongContentTypeError: neither a form nor one of ``raw``.
        BadRequestDataError: no file, several, or a form that cannot be read.
    """
    kind = content_type(request)
    if kind == FORM:
        async with _form(request, settings, files, texts) as found:
            yield found
    elif kind in raw:
        with Spool() as spool:
            async for piece in _measured(request, settings, settings.max_bytes):
                spool.write(piece)
            spool.seal()
            yield Received(file=spool, kind=kind)
    else:
        raise WrongContentTypeError((FORM, *raw))


def content_type(request: Request) -> str:
    """Return the content type of the body without its parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def clean_name(name: str | None) -> str:
    """
    Return the name of a file as it may be shown: its last part, without anything invisible.

    Characters that steer the direction of writing or hide things (categories C and Z but the space)
    go: with them ``fdp.exe`` can be made to look like another name.
    """
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        character if character == " " or unicodedata.category(character)[0] not in "CZ" else "\ufffd"
        for character in last[: 4 * _MAX_NAME]
    ).strip()
    if len(shown) > _MAX_NAME:
        shown = f"{shown[: _MAX_NAME - 9]}…{shown[-8:]}"
    return shown or "-"


@contextlib.asynccontextmanager
async def _form(
    request: Request, settings: PageSettings, files: tuple[str, ...], texts: tuple[str, ...]
) -> AsyncIterator[Received]:
    stream = _stoppable(_measured(request, settings, settings.max_bytes + _FRAME))
    parser = _Parser(request.headers, stream, max_files=2, max_fields=8, max_part_size=_MAX_TEXT)
    try:
        form = await parser.parse()
    except _StoppedError as stopped:
        raise stopped.error from None
    except MultiPartException as error:
        raise BadRequestDataError(_BAD_FORM) from error
    try:
        yield _only_one(form.multi_items(), settings, files, texts)
    finally:
        await form.close()


def _only_one(
    items: list[tuple[str, UploadFile | str]],
    settings: PageSettings,
    files: tuple[str, ...],
    texts: tuple[str, ...],
) -> Received:
    found = []
    for field, value in items:
        if isinstance(value, _Upload) and field in files and (value.size or value.filename):
            if (value.size or 0) > settings.max_bytes:
                raise BodyTooLargeError(settings.max_bytes)
            found.append(
                Received(
                    name=clean_name(value.filename),
                    file=value.spool,
                    field=field,
                    kind=(value.content_type or "").partition(";")[0].strip().lower(),
                )
            )
        elif isinstance(value, str) and field in texts and value.strip():
            found.append(Received(text=value.strip(), field=field))
    if not found:
        raise BadRequestDataError(_NOTHING)
    if len(found) > 1:
        raise BadRequestDataError(_SEVERAL)
    return found[0]


_NOTHING = N_(
    "No file came. Choose a file first; programs send it in the form field that the API document names."
)
_SEVERAL = N_("More than one file came. Send one file at a time.")
_BAD_FORM = N_("The form cannot be read. Send it as multipart/form-data with one file.")


async def _measured(request: Request, settings: PageSettings, most: int) -> AsyncGenerator[bytes, None]:
    """Yield the body while it keeps to size and speed."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdecimal() and int(declared[:20]) > most:
        raise BodyTooLargeError(settings.max_bytes)
    loop = asyncio.get_running_loop()
    started, total = loop.time(), 0
    stream = request.stream()
    try:
        while True:
            deadline = started + settings.grace_seconds + total / settings.bytes_per_second
            try:
                async with asyncio.timeout_at(deadline):
                    piece = await anext(stream, None)
            except TimeoutError:
                raise BodyTooSlowError from None
            if piece is None:
                return
            total += len(piece)
            if total > most:
                raise BodyTooLargeError(settings.max_bytes)
            yield piece
    finally:
        await stream.aclose()


class _Upload(UploadFile):
    """A file of a form, written into a spool."""

    def __init__(self, spool: Spool, filename: str | None, headers: Headers) -> None:
        super().__init__(spool, size=0, filename=filename, headers=headers)  # type: ignore[arg-type]
        self.spool = spool

    async def write(self, data: bytes) -> None:
        """See `UploadFile.write`."""
        self.size = (self.size or 0) + len(data)
        await run_in_threadpool(self.spool.write, data)

    async def seek(self, offset: int) -> None:  # noqa: ARG002 - asked for once, when the file is whole
        """See `UploadFile.seek`."""
        self.spool.seal()

    async def close(self) -> None:
        """See `UploadFile.close`."""
        self.spool.close()


class _Parser(MultiPartParser):
    """The parser of Starlette, with a spool where it would make a temporary file of its own."""

    def on_headers_finished(self) -> None:
        """See `MultiPartParser`; what it made so far holds nothing and takes no room."""
        super().on_headers_finished()
        part = self._current_part
        if part.file is not None:
            part.file.file.close()
            spool = Spool()
            self._files_to_close_on_error[-1] = spool  # type: ignore[call-overload]
            part.file = _Upload(spool, part.file.filename, part.file.headers)


class _StoppedError(MultiPartException):
    """Carries an error through the form parser, which frees its files on its own kind of error only."""

    def __init__(self, error: Exception) -> None:
        super().__init__("stopped")
        self.error = error


async def _stoppable(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in stream:
            yield piece
    except (RequestError, ClientDisconnect) as error:
        raise _StoppedError(error) from error
    finally:
        await stream.aclose()
