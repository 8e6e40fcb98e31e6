"""
One HTTP exchange with a bound on its whole time and on the size of the answer.

A timeout for each read, which HTTP libraries offer, lets a server that sends a byte now and then hold
its client for hours; here the clock runs for everything, name lookup to last byte. Redirects are not
followed: the addresses come from settings and from certificates, and lead where they say.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import attrs

__all__ = ["ExchangeFailedError", "exchange", "host_of", "run"]

T = TypeVar("T")

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SUCCESS = 200


class ExchangeFailedError(Exception):
    """No usable answer came; callers turn it into an error of their own."""

    def __init__(self, kind: str, detail: str = "", status: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        """``"address"``, ``"unreachable"``, ``"timeout"``, ``"too-large"`` or ``"status"``."""
        self.detail = detail
        """Class name of what went wrong below, for developers."""
        self.status = status
        """HTTP status, where one came."""


@attrs.frozen(kw_only=True)
class _Request:
    url: str
    content: bytes | None
    headers: Mapping[str, str]
    max_bytes: int


def host_of(url: str) -> str:
    """Return host and port of an address, without user, password and path."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return "?"
    return host if port is None else f"{host}:{port}"


async def exchange(
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    max_bytes: int,
) -> bytes:
    """
    Return the body of the answer to a POST of ``content``, or to a GET without.

    Args:
        url: An ``http`` or ``https`` address.
        content: What is sent.
        headers: Further headers.
        seconds: For the whole exchange.
        max_bytes: Largest answer.

    Raises:
        ExchangeFailedError: whatever went wrong; its ``kind`` says what.
    """
    import httpx

    request = _Request(url=url, content=content, headers=headers or {}, max_bytes=max_bytes)
    try:
        async with asyncio.timeout(seconds):
            return await _body(request)
    except TimeoutError as error:
        raise ExchangeFailedError("timeout") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise ExchangeFailedError("address", type(error).__name__) from error
    except (httpx.HTTPError, OSError) as error:
        raise ExchangeFailedError("unreachable", type(error).__name__) from error


async def _body(request: _Request) -> bytes:
    import httpx

    # A proxy of the environment is for what is outside of this machine.
    outside = (urlsplit(request.url).hostname or "") not in _LOOPBACK
    async with (
        httpx.AsyncClient(verify=_trust(), timeout=None, trust_env=outside) as client,  # noqa: S113
        client.stream(
            "GET" if request.content is None else "POST",
            request.url,
            content=request.content,
            headers={"Accept-Encoding": "identity", **request.headers},
        ) as response,
    ):
        if response.status_code != _SUCCESS:
            raise ExchangeFailedError("status", status=response.status_code)
        received = bytearray()
        # Raw: a compressed answer would be unpacked before its size is known.
        async for chunk in response.aiter_raw():
            received += chunk
            if len(received) > request.max_bytes:
                raise ExchangeFailedError("too-large")
        return bytes(received)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return the TLS settings of the operating system; making them takes longer than an exchange."""
    return ssl.create_default_context()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, from a thread with or without a running event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()
