"""Reading what a form sends, within limits: files are spooled to disk, and too much is answered with a page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from perizinan_portal._errors import PortalError
from perizinan_portal._kit._visit import Posted, Upload

__all__ = ["posted"]

_TYPED = 512 * 1024
"""Bytes of a form without files."""

_FIELDS = 5000
"""As many values as the form of a permit can hold."""

_MEBIBYTE = 1024 * 1024

_RUN_OUT = 1024 * _MEBIBYTE
"""Bytes above the limit that are read and thrown away, so that the sender sees the answer."""

_RUN_OUT_SECONDS = 900
_SILENCE = 20


@contextlib.asynccontextmanager
async def posted(request: Request, *, uploads: bool, most: int) -> AsyncIterator[Posted]:
    """
    Read the form of a request; its files are there as long as the block.

    Raises:
        PortalError: ``request-too-large``: more bytes than the page takes; ``request-unreadable``.
    """
    limit = most if uploads else _TYPED
    receive = request.receive
    try:
        _bound(request, limit)
        form = await request.form(max_files=20, max_fields=_FIELDS, max_part_size=_TYPED)
    except PortalError:
        await _let_run_out(request, receive)
        raise
    except (MultiPartException, HTTPException, ValueError) as error:
        raise PortalError("request-unreadable") from error
    try:
        yield _read(form)
    finally:
        await form.close()


def _bound(request: Request, limit: int) -> None:
    """Count the bytes of a body as they come in, and stop at the limit."""
    too_large = PortalError("request-too-large", limit_mb=max(1, limit // _MEBIBYTE))
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large
    receive, seen = request.receive, 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise too_large
        return message

    # Starlette has no other way to put something before the body.
    request._receive = counted  # noqa: SLF001


async def _let_run_out(request: Request, receive: Receive) -> None:
    """
    Read on, and throw away: a browser reads no answer before it has sent its whole form.

    It would show a cut connection in the place of our page. Who asked first whether to send at all gets the answer at
    once; who never ends is cut off.
    """
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    left = _RUN_OUT
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_RUN_OUT_SECONDS):
            while left > 0:
                message = await asyncio.wait_for(receive(), _SILENCE)
                left -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return


def _read(form: FormData) -> Posted:
    values: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(Upload(value.filename, value.file, value.size or 0))
        else:
            values.setdefault(name, []).append(value)
    return Posted(
        {name: tuple(found) for name, found in values.items()},
        {name: tuple(found) for name, found in files.items()},
    )
