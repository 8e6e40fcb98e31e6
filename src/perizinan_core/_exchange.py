"""
One HTTP exchange with a bound on its whole time and on the size of the answer.

A timeout for each read, which HTTP libraries offer, lets a server that sends a byte now and then hold
its client for hours; here the clock runs for everything, name lookup to last byte. Redirects are
followed only where the caller says so: the addresses of services come from settings and from certificates.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import attrs

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SUCCESS, _NOT_MODIFIED = 200, 304


class ExchangeFailedError(Exception):
    """No usable answer came; callers turn it into an error of their own."""

    def __init__(self, kind: str, detail: str = "", status: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        """What went wrong: address, insecure, unreachable, timeout, too-large, packed, status, or the caller's word."""
        self.detail = detail
        """Class name of what went wrong below, for developers."""
        self.status = status
        """HTTP status, where one came."""


@attrs.frozen(kw_only=True)
class Answer:
    """What a server answered."""

    data: bytes | None = attrs.field(repr=False)
    """The body, or None: it has not changed."""

    etag: str | None = None
    """The server's name for this version of the file."""


def host_of(url: str) -> str:
    """Return host and port of an address, without user, password and path."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return "?"
    return host if port is None else f"{host}:{port}"


def is_local_http(address: str) -> bool:
    """Return True for a plain-http address of this very machine, which no network can change."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def exchange(
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    max_bytes: int,
    redirects: int = 0,
    guarded: bool = False,
) -> Answer:
    """
    Return the answer to a POST of ``content``, or to a GET without.

    Args:
        url: An ``http`` or ``https`` address.
        content: What is sent.
        headers: Further headers; with ``If-None-Match``, the server may say that nothing changed.
        seconds: For the whole exchange.
        max_bytes: Largest answer.
        redirects: How many are followed.
        guarded: Refuse plain http on the way, but from this very machine.

    Raises:
        ExchangeFailedError: whatever went wrong; its ``kind`` says what.
    """
    import asyncio

    import httpx

    async def guard(request: httpx.Request) -> None:
        if guarded and request.url.scheme != "https" and not is_local_http(str(request.url)):
            raise ExchangeFailedError("insecure")

    async def answer() -> Answer:
        # A proxy of the environment is for what is outside of this machine.
        outside = (urlsplit(url).hostname or "") not in _LOOPBACK
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                verify=_trust(),
                timeout=None,  # noqa: S113 - the whole exchange has one
                trust_env=outside,
                follow_redirects=redirects > 0,
                max_redirects=redirects,
                event_hooks={"request": [guard]},
            ) as client,
            client.stream(
                "GET" if content is None else "POST",
                url,
                content=content,
                headers={"Accept-Encoding": "identity", **(headers or {})},
            ) as response,
        ):
            return await _read(response, max_bytes)

    try:
        return run(answer())
    except TimeoutError as error:
        raise ExchangeFailedError("timeout") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
        raise ExchangeFailedError("address", type(error).__name__) from error
    except (httpx.HTTPError, OSError) as error:
        raise ExchangeFailedError("unreachable", type(error).__name__) from error


async def _read(response: Any, max_bytes: int) -> Answer:
    if response.status_code == _NOT_MODIFIED and "If-None-Match" in response.request.headers:
        return Answer(data=None, etag=response.request.headers["If-None-Match"])
    if response.status_code != _SUCCESS:
        raise ExchangeFailedError("status", status=response.status_code)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ExchangeFailedError("packed")
    received = bytearray()
    # Raw: a compressed answer would be unpacked before its size is known.
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > max_bytes:
            raise ExchangeFailedError("too-large")
    return Answer(data=bytes(received), etag=response.headers.get("ETag"))


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return the TLS roots of the operating system and those that httpx has; making them takes long."""
    import ssl

    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, from a thread with or without a running event loop."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()
