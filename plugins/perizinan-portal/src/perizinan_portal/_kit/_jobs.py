"""Work that goes beyond the answer to a request, in threads that the end of the portal waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["Jobs"]


class Jobs:
    """Threads of one process."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()
        self._lock = threading.Lock()
        self._running: set[threading.Thread] = set()

    @property
    def stopping(self) -> bool:
        """Whether the portal ends: what can stop between two steps does so."""
        return self._stop.is_set()

    def start(self, work: Callable[[], object], *, name: str) -> None:
        """Do something beside the answer."""

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._running.discard(thread)

        thread = threading.Thread(target=run, name=name, daemon=True)
        with self._lock:
            self._running.add(thread)
        thread.start()

    def stop(self, seconds: float) -> bool:
        """Ask everything to end, and wait so long for it; return whether all of it did."""
        self._stop.set()
        return self.wait(seconds)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs, at most so long; return whether that is so."""
        deadline = time.monotonic() + seconds
        with self._lock:
            running = tuple(self._running)
        for thread in running:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in running)
