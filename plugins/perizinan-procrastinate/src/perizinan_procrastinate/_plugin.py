"""What the plugin offers: a queue that wakes the workers of an office on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perizinan_core.hooks import WorkQueueEntry, hookimpl

if TYPE_CHECKING:
    from perizinan_procrastinate._queue import ProcrastinateQueue

__all__ = ["open_queue", "perizinan_api", "register_work_queues"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@hookimpl
def register_work_queues() -> list[WorkQueueEntry]:
    """Offer the queue; ``work_queue = "procrastinate"`` under ``[plugins]`` chooses it."""
    return [WorkQueueEntry(name="procrastinate", open=open_queue)]


def open_queue(*, address: str) -> ProcrastinateQueue:
    """
    Open the queue in the office's own database, and make its tables where they are missing or older.

    Raises:
        QueueUnfitError: ``queue-database``, ``queue-not-allowed``, ``queue-too-new``.
        QueueUnavailableError: the database does not answer.
    """
    from perizinan_procrastinate._queue import ProcrastinateQueue
    from perizinan_procrastinate._schema import prepare

    database = prepare(address)
    return ProcrastinateQueue(database)
