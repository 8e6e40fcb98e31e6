"""Running the portal: uvicorn, quietly; the worker in a thread; one process or several."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp

from perizinan_core import PerizinanError
from perizinan_portal._app import app_of, portal_services
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Services
from perizinan_portal._kit._guests import forget_guests
from perizinan_portal._logging import begin_log
from perizinan_portal._processes import serve_in_processes
from perizinan_portal._reminders import remind
from perizinan_portal._settings import PortalSettings

if TYPE_CHECKING:
    from perizinan_core import Office

__all__ = ["configuration", "leaving_at_sigterm", "run", "serve", "tidy", "tidying", "working"]

_IDLE_SECONDS = 15
_GRACE_SECONDS = 30
"""How long requests under way, such as an upload, may take to end when the portal stops."""

_WORK_EVERY = 5.0
_YEAR = 365 * 24 * 3600
"""Longer than an office keeps a draft that no one works on, in seconds."""

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


def serve(
    office: Office,
    host: str,
    port: int,
    settings: PortalSettings,
    *,
    processes: int = 1,
    worker: bool | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """
    Serve until interrupted: in this process, or in several that share one socket.

    The worker and the tidying are this process's in either case. When it is asked to stop (SIGTERM, or Ctrl+C),
    requests under way, the letter that is being signed and the round of the worker end first. ``ready`` is called
    once, when it listens.

    Raises:
        KeyboardInterrupt: when Ctrl+C ended it, after the answers under way were given.
        PortalError: ``one-database``: several processes need PostgreSQL.
    """
    begin_log(settings.log)
    with leaving_at_sigterm():
        services = portal_services(office, settings)
        works = settings.worker if worker is None else worker
        if processes > 1 and not services.store.is_shared:
            raise PortalError("one-database")
        with tidying(services), working(office) if works else contextlib.nullcontext():
            if processes > 1:
                interrupted = serve_in_processes(office.settings, settings, host, port, processes, ready)
            else:
                interrupted = run(services, configuration(app_of(services), host, port), ready=ready)
    if interrupted:
        raise KeyboardInterrupt


def run(
    services: Services,
    config: uvicorn.Config,
    listening: socket.socket | None = None,
    *,
    ready: Callable[[], None] | None = None,
) -> bool:
    """Serve in this process until it is asked to stop, and let what is under way end; return whether by Ctrl+C."""
    server = _Server(config)
    server.stopping, server.ready = services.stopping, ready
    try:
        server.run(sockets=None if listening is None else [listening])
    finally:
        services.jobs.stop(_GRACE_SECONDS)
    return server.interrupted


@contextlib.contextmanager
def leaving_at_sigterm() -> Iterator[None]:
    """End the process in order when it is asked to: uvicorn repeats the signal once its answers are given."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
    """
    Remove old sessions, and guests who did not come back, with their drafts.

    Those who asked for it are written to before a permit ends.
    """
    kept = services.settings.guest_days * 24 * 3600
    forget_guests(services, unseen_since=services.now - kept)
    services.store.sessions.remove_old(unseen_since=services.now - kept)
    services.store.rates.remove_old()
    remind(services)
    services.store.drafts.remove_old(before=services.now - _YEAR)


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
    while not stop.is_set():
        try:
            office.worker.run(stop, interval=_WORK_EVERY)
        except PerizinanError as error:
            _log.warning("worker: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the thread must not end; it begins again
            _log.error("worker: %s", type(error).__name__)
        stop.wait(_WORK_EVERY)


class _Server(uvicorn.Server):
    """Remembers that Ctrl+C ended it: whether the loop then raises depends on the moment the signal comes."""

    interrupted = False
    stopping: threading.Event | None = None
    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.ready is not None:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.interrupted = self.interrupted or sig == signal.SIGINT
        if self.stopping is not None:
            self.stopping.set()
        super().handle_exit(sig, frame)
