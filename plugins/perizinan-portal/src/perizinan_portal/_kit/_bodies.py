"""Reading what a form sends, within limits: files are spooled to disk, and too much is answered with a page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from perizinan_portal._errors import PortalError
from perizinan_portal._kit._visit import Posted, Upload

__all__ = ["posted"]

_TYPED = 512 * 1024
"""Bytes of a form without files."""

_FIELDS = 500
_MEBIBYTE = 1024 * 1024


@contextlib.asynccontextmanager
async def posted(request: Request, *, uploads: bool, most: int) -> AsyncIterator[Posted]:
    """
    Read the form of a request; its files are there as long as the block.

    Raises:
        PortalError: ``request-too-large``: more bytes than the page takes; ``request-unreadable``.
    """
    limit = most if uploads else _TYPED
    _bound(request, limit)
    try:
        form = await request.form(max_files=20, max_fields=_FIELDS, max_part_size=_TYPED)
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
