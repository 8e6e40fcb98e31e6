"""Running the page with uvicorn, quietly: addresses of visitors are personal data."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

__all__ = ["configuration", "serve"]

_IDLE_SECONDS = 15
_MAX_HEADERS = 32 * 1024


def configuration(app: ASGIApp, host: str, port: int, *, root_path: str = "") -> uvicorn.Config:
    """Return how uvicorn runs the page: no access log, no name of the server, small headers."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        root_path=root_path,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE_SECONDS,
        h11_max_incomplete_event_size=_MAX_HEADERS,
        timeout_graceful_shutdown=_IDLE_SECONDS,
    )


def serve(app: ASGIApp, host: str, port: int, *, root_path: str = "") -> None:
    """Serve until interrupted."""
    uvicorn.Server(configuration(app, host, port, root_path=root_path)).run()
