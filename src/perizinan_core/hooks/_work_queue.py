"""
What wakes the workers of an office and spreads the work over them: rounds in one process, or an engine of a plugin.

A hint says where there may be work, and nothing else: what is to be done stands in the records. A hint that is lost
is made up for by the next look at everything, and one that comes twice finds nothing left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

import attrs

__all__ = ["EVERYTHING", "Look", "QueueState", "QueueWorker", "Rounds", "WorkHint", "WorkQueue"]


@attrs.frozen(order=True)
class WorkHint:
    """Where there may be work. Holds names and ids only; no personal data."""

    job: str = ""
    """Name of a job of the worker; empty: all of them."""

    subject: str = ""
    """Id of a record, or name of a target of the outbox; empty: whatever is due in the job."""


EVERYTHING = WorkHint()
"""The hint to look at everything that may be due."""

Look = Callable[[WorkHint], bool]
"""Looks where a hint says, and does what is due there. Returns True when there may be more at once; never raises."""


@attrs.frozen(kw_only=True)
class QueueWorker:
    """A worker as its queue knows it."""

    name: str
    """Unique among the workers of all machines, and not given again."""

    seen_at: datetime
    """When it last gave a sign of life."""

    at_work: tuple[WorkHint, ...] = ()
    """Where it is looking."""


@attrs.frozen(kw_only=True)
class QueueState:
    """How a queue stands."""

    workers: tuple[QueueWorker, ...] = ()
    waiting: int = 0
    """Hints that no worker has taken yet."""

    oldest_waiting: datetime | None = None
    """Since when the oldest of them waits."""

    stuck: tuple[WorkHint, ...] = ()
    """Hints that were taken by workers which give no sign of life; they are given to others."""


class WorkQueue(Protocol):
    """Wakes workers and spreads hints over them. The records stay the truth: it may lose hints, and repeat them."""

    @property
    def spreads(self) -> bool:
        """True when several workers share the hints: a look at everything is then divided into many."""
        ...

    def hint(self, hints: Iterable[WorkHint]) -> None:
        """
        Pass hints on to the workers, soon.

        Called after each commit in the thread that made it, often that of a person's request: neither waits nor raises.
        """
        ...

    def run(self, look: Look, *, stop: threading.Event, interval: float, concurrency: int) -> None:
        """
        Be a worker: look where hints say until ``stop`` is set, and let what is under way end then.

        Args:
            look: Called for each hint; from ``concurrency`` threads at most.
            stop: Ends the work.
            interval: Seconds after which some worker looks at `EVERYTHING` again, hints or not.
            concurrency: How many looks may be under way at once.
        """
        ...

    def state(self) -> QueueState:
        """Return how it stands; for those who look after the office."""
        ...

    def close(self) -> None:
        """Pass on what is still held, and let go of connections."""
        ...


@attrs.frozen
class Rounds:
    """Looks at everything in rounds, in one thread: what is built in, and needs no service."""

    spreads = False

    def hint(self, hints: Iterable[WorkHint]) -> None:
        """See `WorkQueue`: the next round finds it."""

    def run(self, look: Look, *, stop: threading.Event, interval: float, concurrency: int) -> None:
        """See `WorkQueue`; a round follows the other as long as there is something to do."""
        del concurrency
        while not stop.is_set():
            if not look(EVERYTHING):
                stop.wait(interval)

    def state(self) -> QueueState:
        """See `WorkQueue`: rounds leave no trace but their note, see `Office.readiness`."""
        return QueueState()

    def close(self) -> None:
        """See `WorkQueue`."""
