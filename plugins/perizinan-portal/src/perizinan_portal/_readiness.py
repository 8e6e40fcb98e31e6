"""
Whether this portal can serve people: asked every few seconds by what stands in front of it.

Strangers learn yes or no. What is wrong stands in the log, once for each change.
"""

from __future__ import annotations

import logging
import threading
import time

from perizinan_portal._kit import Services

__all__ = ["Readiness"]

_log = logging.getLogger("perizinan_portal")
_FRESH = 2.0
"""Seconds: no matter how often it is asked, the database is not."""


class Readiness:
    """Asks the office, and remembers the answer for a moment."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._since = services.office.now()
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._problems: tuple[str, ...] = ()

    def is_ready(self) -> bool:
        """Return whether people can be sent here; False from the moment on in which the portal is asked to stop."""
        if self._services.stopping.is_set():
            return False
        with self._lock:
            if time.monotonic() - self._asked >= _FRESH:
                found = self._services.office.readiness(since=self._since)
                if found != self._problems:
                    _log.log(
                        logging.WARNING if found else logging.INFO,
                        "ready" if not found else f"not ready: {', '.join(found)}",
                    )
                self._problems, self._asked = found, time.monotonic()
            return not self._problems
