"""Fetching a small public file, with bounds on its size and on the time it takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import attrs

from perizinan_core.errors.verification import SourceReadError
from perizinan_core.i18n import Clause
from perizinan_core.published._directory import is_local_http

__all__ = ["Fetched", "fetch", "is_url"]

_REDIRECTS = 3
_SECONDS = 20.0


@attrs.frozen(kw_only=True)
class Fetched:
    """What a server answered."""

    data: bytes | None = attrs.field(repr=False)
    """The file, or None: it has not changed."""

    etag: str | None = None
    """The server's name for this version of the file."""


def is_url(text: str) -> bool:
    """Return True for ``https://…`` and ``http://…``."""
    return text.partition("://")[0].lower() in ("http", "https") and "://" in text


def fetch(
    url: str,
    *,
    max_bytes: int,
    accept: str,
    etag: str | None = None,
    seconds: float = _SECONDS,
    guarded: bool = False,
) -> Fetched:
    """
    Fetch a file that is signed by itself: neither server nor way need to be trusted.

    Args:
        url: ``https`` address; ``http`` too, for what is signed anyway.
        max_bytes: Largest file, in bytes.
        accept: Media type to ask for.
        etag: What an earlier answer was called; the server may then say that nothing changed.
        seconds: How long it may take in all.
        guarded: Refuse plain http, but from this very machine: for what is trusted because of where it came from.

    Raises:
        SourceReadError: no answer in time, another answer than the file, or too large a one.
    """
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    headers = {"Accept": accept, "Accept-Encoding": "identity"} | ({"If-None-Match": etag} if etag else {})
    work = _fetch(url, max_bytes, headers, seconds, guarded=guarded)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:  # the caller's own loop is running in this thread
        return pool.submit(asyncio.run, work).result()


async def _fetch(
    url: str, max_bytes: int, headers: dict[str, str], seconds: float, *, guarded: bool
) -> Fetched:
    import asyncio

    import httpx

    async def guard(request: httpx.Request) -> None:  # of every address on the way
        if request.url.scheme != "https" and not is_local_http(str(request.url)):
            raise SourceReadError("cannot-open", "its address does not begin with https")

    etag = headers.get("If-None-Match")
    hooks: Any = {"request": [guard] if guarded else []}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                follow_redirects=True, max_redirects=_REDIRECTS, timeout=seconds, event_hooks=hooks
            ) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.NOT_MODIFIED and etag:
                return Fetched(data=None, etag=etag)
            if answer.status_code != httpx.codes.OK:
                raise SourceReadError(
                    "cannot-open", Clause("the server answered {status}", status=answer.status_code)
                )
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise SourceReadError("cannot-open", "the server packed it although it was asked not to")
            parts, size = [], 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > max_bytes:
                    raise SourceReadError(
                        "too-large", Clause("it is larger than {limit} bytes", limit=max_bytes)
                    )
                parts.append(part)
            return Fetched(data=b"".join(parts), etag=answer.headers.get("ETag"))
    except TimeoutError as error:
        raise SourceReadError("cannot-open", "the server took too long") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # The address may hold a password: only the name of the host is told.
        host = urlsplit(url).hostname if "[" not in url else None
        sentence = "{host} does not answer ({kind})" if host else "the address cannot be used ({kind})"
        raise SourceReadError(
            "cannot-open", Clause(sentence, host=host, kind=type(error).__name__)
        ) from error
