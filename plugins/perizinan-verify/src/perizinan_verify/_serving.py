"""Running the page with uvicorn, quietly: addresses of visitors are personal data."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["configuration", "serve"]

_IDLE_SECONDS = 15
"""How long a connection may stay without a whole request; it is closed after once to twice that time."""

_MAX_HEADERS = 32 * 1024


def configuration(app: ASGIApp, host: str, port: int, *, root_path: str = "") -> uvicorn.Config:
    """Return how uvicorn runs the page: no access log, no name of the server, small headers, no idle guests."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        root_path=root_path,
        http=_Impatient,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE_SECONDS,
        h11_max_incomplete_event_size=_MAX_HEADERS,
        timeout_graceful_shutdown=_IDLE_SECONDS,
    )


def serve(
    app: ASGIApp, host: str, port: int, *, root_path: str = "", ready: Callable[[], None] | None = None
) -> None:
    """
    Serve until interrupted; ``ready`` is called once, when the page listens.

    Raises:
        KeyboardInterrupt: when Ctrl+C ended it, after the answers under way were given.
    """
    server = _Server(configuration(app, host, port, root_path=root_path))
    server.ready = ready
    server.run()
    if server.interrupted:
        raise KeyboardInterrupt


class _Server(uvicorn.Server):
    """Remembers that Ctrl+C ended it: whether the loop then raises depends on the moment the signal comes."""

    interrupted = False
    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.ready is not None:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.interrupted = self.interrupted or sig == signal.SIGINT
        super().handle_exit(sig, frame)


class _Impatient(H11Protocol):
    """
    Closes connections that begin no request.

    uvicorn counts the time after an answer alone: who sends nothing at first, or a header byte by byte,
    would hold a connection for ever, and a thousand of them the whole page.
    """

    _watcher: asyncio.TimerHandle | None = None

    # asyncio types the argument wider than what it hands in.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no longer."""
        if self._watcher is not None:
            self._watcher.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        self._watcher = self.loop.call_later(self.timeout_keep_alive, self._look, self._waits_behind())

    def _waits_behind(self) -> Any:
        """Return the request after whose answer the next one is awaited; False while one is at work."""
        cycle: Any = self.cycle  # None until the first request, whatever uvicorn declares
        return cycle if cycle is None or cycle.response_complete else False

    def _look(self, before: Any) -> None:
        if before is not False and before is self._waits_behind():
            self.transport.close()
        else:
            self._watch()
