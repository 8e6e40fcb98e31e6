"""How the queue stands, for those who look after the office."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from perizinan_core.hooks import QueueState, QueueWorker, WorkHint
from perizinan_procrastinate._database import Database
from perizinan_procrastinate._tasks import QUEUE, hint_of

__all__ = ["SILENT_SECONDS", "state_of"]

SILENT_SECONDS = 30.0
"""A worker that gave no sign of life for so long is gone, and what it had taken is given to others."""

_WORKERS = "SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY id"
_TAKEN = (
    "SELECT worker_id, args FROM procrastinate_jobs WHERE queue_name = %s AND status = 'doing' ORDER BY id"
)
_WAITING = """
SELECT count(*), min(event.at)
FROM procrastinate_jobs job LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.queue_name = %s AND job.status = 'todo'
"""
_NOW = "SELECT now()"


def state_of(database: Database) -> QueueState:
    """Return how the queue stands, by the clock of the database."""
    with database.connected() as connection:
        now: Any = connection.execute(_NOW).fetchone()
        workers: list[Any] = connection.execute(_WORKERS).fetchall()
        taken: list[Any] = connection.execute(_TAKEN, (QUEUE,)).fetchall()
        waiting: Any = connection.execute(_WAITING, (QUEUE,)).fetchone()
    alive = {id_: seen for id_, seen in workers if (now[0] - seen).total_seconds() <= SILENT_SECONDS}
    at_work: defaultdict[int | None, list[WorkHint]] = defaultdict(list)
    for id_, arguments in taken:
        at_work[id_ if id_ in alive else None].append(hint_of(arguments))
    count, oldest = waiting
    return QueueState(
        workers=tuple(
            QueueWorker(name=str(id_), seen_at=seen, at_work=tuple(at_work[id_]))
            for id_, seen in alive.items()
        ),
        waiting=int(count),
        oldest_waiting=oldest if isinstance(oldest, datetime) else None,
        stuck=tuple(at_work[None]),
    )
