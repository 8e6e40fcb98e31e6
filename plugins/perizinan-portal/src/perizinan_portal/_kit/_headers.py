"""Headers of every answer: nothing foreign is loaded, framed, sniffed or referred to; pages are not kept."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_SECURITY_POLICY", "OverHttps", "SafeHeaders"]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Own script and style only, and no inline code."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEARS = "max-age=63072000"


class SafeHeaders:
    """Adds the headers; an answer that says nothing about keeping is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        await _with_headers(self._app, scope, receive, send, {**_HEADERS, "Cache-Control": "no-store"})


class OverHttps:
    """Asks browsers to come over https alone, on every answer, those of the pages of verification too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        await _with_headers(self._app, scope, receive, send, {"Strict-Transport-Security": _YEARS})


async def _with_headers(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, added: Mapping[str, str]
) -> None:
    if scope["type"] != "http":
        await app(scope, receive, send)
        return

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in added.items():
                headers.setdefault(name, value)
        await send(message)

    await app(scope, receive, with_headers)
