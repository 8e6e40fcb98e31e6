"""Running the portal: uvicorn, quietly; the worker in a thread; logs as JSON lines without personal data."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp

from perizinan_core import PerizinanError
from perizinan_core.services import ClockWatch
from perizinan_portal._app import portal_app
from perizinan_portal._kit import Services
from perizinan_portal._settings import PortalSettings

if TYPE_CHECKING:
    from perizinan_core import Office

__all__ = ["configuration", "serve", "tidy", "tidying", "working"]

_IDLE_SECONDS = 15
_GRACE_SECONDS = 30
"""How long requests under way, such as an upload, may take to end when the portal stops."""

_WORK_EVERY = 5.0
_TIDY_EVERY = 3600.0
_MAX_HEADERS = 32 * 1024
_log = logging.getLogger("perizinan_portal")


def configuration(app: ASGIApp, host: str, port: int, *, root_path: str = "") -> uvicorn.Config:
    """Return how uvicorn runs the portal: no access log, no name of the server, small headers."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        root_path=root_path,
        http="h11",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE_SECONDS,
        h11_max_incomplete_event_size=_MAX_HEADERS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def serve(office: Office, host: str, port: int, settings: PortalSettings) -> None:
    """
    Serve until interrupted.

    Raises:
        KeyboardInterrupt: when Ctrl+C ended it, after the answers under way were given.
    """
    _log_as_json()
    app = portal_app(office, settings=settings)
    server = _Server(configuration(app, host, port))
    server.stopping = app.state.services.stopping
    with tidying(app.state.services), working(office) if settings.worker else contextlib.nullcontext():
        server.run()
    if server.interrupted:
        raise KeyboardInterrupt


@contextlib.contextmanager
def tidying(services: Services) -> Iterator[None]:
    """Remove what is over, now and then, as long as the block: old sessions, and guests who did not come back."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                tidy(services)
            except PerizinanError as error:
                _log.warning("tidying: %s", error.code)
            stop.wait(_TIDY_EVERY)

    thread = threading.Thread(target=run, name="perizinan-tidying", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_GRACE_SECONDS)


def tidy(services: Services) -> None:
    """Remove old sessions, and guests who did not come back; their drafts end by the office's own rule."""
    kept = services.settings.guest_days * 24 * 3600
    services.store.accounts.remove_guests(unseen_since=services.now - kept)
    services.store.sessions.remove_old(unseen_since=services.now - kept)
    services.store.rates.remove_old()


@contextlib.contextmanager
def working(office: Office) -> Iterator[None]:
    """Do what happens by itself, in a thread, as long as the block; the round under way is finished."""
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(office, stop), name="perizinan-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_GRACE_SECONDS)


def _work(office: Office, stop: threading.Event) -> None:
    watch = ClockWatch()
    while not stop.is_set():
        idle = True
        if watch.is_steady(office.now(), time.monotonic()):
            try:
                idle = office.worker.run_once().is_idle
            except PerizinanError as error:
                _log.warning("worker: %s", error.code)
            except Exception as error:  # noqa: BLE001 - the thread must not end; the next round tries again
                _log.error("worker: %s", type(error).__name__)
        if idle:
            stop.wait(_WORK_EVERY)


class _Server(uvicorn.Server):
    """Remembers that Ctrl+C ended it: whether the loop then raises depends on the moment the signal comes."""

    interrupted = False
    stopping: threading.Event | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.interrupted = self.interrupted or sig == signal.SIGINT
        if self.stopping is not None:
            self.stopping.set()
        super().handle_exit(sig, frame)


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    _EXTRA = ("page", "method", "status", "ms")

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        line |= {"event": record.getMessage()}
        line |= {name: getattr(record, name) for name in self._EXTRA if hasattr(record, name)}
        return json.dumps(line, ensure_ascii=False)


def _log_as_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
