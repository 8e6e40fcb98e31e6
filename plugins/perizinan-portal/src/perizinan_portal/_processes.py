"""
Several processes behind one socket: this one watches over them, and begins another where one ended by itself.

Each opens the office for itself; nothing is shared but the socket and the database.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import attrs

from perizinan_core import Office
from perizinan_core.bootstrap import Settings
from perizinan_portal._settings import PortalSettings

__all__ = ["serve_in_processes"]

_GRACE_SECONDS = 40
"""A little longer than a process lets its requests end."""

_TOO_SOON = 20.0
"""A process that ends so many seconds after its start did not get to work."""

_MOST_FAILURES = 3
_BACKLOG = 2048
_log = logging.getLogger("perizinan_portal")


def serve_in_processes(
    office: Settings,
    settings: PortalSettings,
    host: str,
    port: int,
    processes: int,
    ready: Callable[[], None] | None = None,
) -> bool:
    """
    Serve until interrupted; return whether Ctrl+C ended it. ``ready`` is called once, when the socket is there.

    Raises:
        SystemExit: it was asked to stop by SIGTERM, or no process stays alive.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=_BACKLOG) as listening:
        watch = _Watch(office, settings, listening, processes)
        with watch.signals():
            if ready is not None:
                ready()
            watch.run()
    if watch.failed:
        raise SystemExit(1)
    if watch.terminated:
        raise SystemExit(0)
    return watch.interrupted


@attrs.define
class _Watch:
    office: Settings
    settings: PortalSettings
    listening: socket.socket
    processes: int
    interrupted: bool = False
    terminated: bool = False
    failed: bool = False
    _running: dict[SpawnProcess, float] = attrs.field(factory=dict, init=False)
    _stop: threading.Event = attrs.field(factory=threading.Event, init=False)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        def stop(number: int, _frame: FrameType | None) -> None:
            self.interrupted = self.interrupted or number == signal.SIGINT
            self.terminated = self.terminated or number == signal.SIGTERM
            self._stop.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self) -> None:
        failures = 0
        for _ in range(self.processes):
            self._begin()
        while not self._stop.is_set():
            wait([process.sentinel for process in self._running], timeout=0.5)
            for process in [one for one in self._running if not one.is_alive()]:
                began = self._running.pop(process)
                if self._stop.is_set():
                    continue
                failures = failures + 1 if time.monotonic() - began < _TOO_SOON else 0
                _log.error("process %s ended by itself (%s)", process.pid, process.exitcode)
                if failures >= _MOST_FAILURES:
                    self.failed = True
                    self._stop.set()
                    break
                self._begin()
        self._end()

    def _begin(self) -> None:
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(self.office, self.settings, self.listening), name="perizinan-portal"
        )
        process.start()
        self._running[process] = time.monotonic()

    def _end(self) -> None:
        for process in self._running:
            process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _serve(office_settings: Settings, settings: PortalSettings, listening: socket.socket) -> None:
    """Serve in a process of its own, without worker."""
    # Here, because this module is imported by the one that it needs.
    from perizinan_portal._app import app_of, portal_services
    from perizinan_portal._logging import begin_log
    from perizinan_portal._serving import configuration, leaving_at_sigterm, run

    begin_log(settings.log)
    with leaving_at_sigterm(), contextlib.suppress(KeyboardInterrupt), Office.open(office_settings) as office:
        services = portal_services(office, settings)
        host, port = listening.getsockname()[:2]
        run(services, configuration(app_of(services), host, port), listening)
