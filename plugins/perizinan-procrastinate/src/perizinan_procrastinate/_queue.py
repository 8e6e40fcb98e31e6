"""The queue: hints in Procrastinate's tables, and workers that Procrastinate wakes."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from perizinan_core.hooks import Look, QueueState, WorkHint
from perizinan_procrastinate._database import Database
from perizinan_procrastinate._hinting import HintWriter
from perizinan_procrastinate._state import state_of

__all__ = ["ProcrastinateQueue"]


class ProcrastinateQueue:
    """Wakes workers on any number of machines; implements `perizinan_core.hooks.WorkQueue`."""

    spreads = True

    def __init__(self, database: Database) -> None:
        """Begin with a database whose tables are there."""
        self._database = database
        self._hints = HintWriter(database)

    def hint(self, hints: Iterable[WorkHint]) -> None:
        """See `WorkQueue`."""
        self._hints.add(hints)

    def run(self, look: Look, *, stop: threading.Event, interval: float, concurrency: int) -> None:
        """See `WorkQueue`."""
        # Procrastinate itself is loaded by workers only.
        from perizinan_procrastinate._working import work

        work(self._database, look, self.hint, stop=stop, interval=interval, concurrency=concurrency)

    def state(self) -> QueueState:
        """
        See `WorkQueue`.

        Raises:
            QueueUnavailableError: the database does not answer.
        """
        return state_of(self._database)

    def close(self) -> None:
        """See `WorkQueue`."""
        self._hints.close()
