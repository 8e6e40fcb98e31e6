"""
Passing hints on: from the thread that committed to one of its own, which writes them into the queue.

The thread that committed waits for nothing. What is held when the process ends by force is lost, and found by the next
look at everything.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator

import psycopg
from psycopg.types.json import Jsonb

from perizinan_core.hooks import EVERYTHING, WorkHint
from perizinan_procrastinate._database import Database
from perizinan_procrastinate._tasks import LOOK, QUEUE, arguments_of, key_of, priority_of

__all__ = ["HintWriter"]

_MOST_HELD = 20_000
"""Hints that are held while the database is away; more than that become one, to look at everything."""

_BATCH = 1000
_CLOSE_SECONDS = 5.0
_PAUSE_SECONDS = 2.0
_IDLE_SECONDS = 60.0

# Not by Procrastinate's own function, which refuses all of them when one is there already.
_INSERT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
SELECT %s, %s, priority, key, args
FROM unnest(%s::integer[], %s::text[], %s::jsonb[]) WITH ORDINALITY AS hint (priority, key, args, place)
ORDER BY place
ON CONFLICT DO NOTHING
"""

_log = logging.getLogger(__name__)


class HintWriter:
    """Writes hints into the queue, each once as long as no worker has taken it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin()

    def _begin(self) -> None:
        """Hold nothing, in this process."""
        self._wake = threading.Condition()
        self._held: dict[WorkHint, None] = {}
        self._under_way: list[WorkHint] = []
        self._closed = False
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def add(self, hints: Iterable[WorkHint]) -> None:
        """Hold hints to be written soon."""
        if self._pid != os.getpid():
            # The thread, and perhaps the lock, stayed with the parent.
            self._begin()
        with self._wake:
            if self._closed:
                return
            self._held.update(dict.fromkeys(hints))
            if not self._held:
                return
            if len(self._held) > _MOST_HELD:
                self._held = {EVERYTHING: None}
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="perizinan-hints", daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self) -> None:
        """Write what is held, as far as the database answers soon."""
        with self._wake:
            self._closed = True
            self._wake.notify()
            thread = self._thread
        if thread is not None and self._pid == os.getpid():
            thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        """Write until there was nothing to write for a while; the connection is kept as long."""
        while True:
            try:
                with self._database.connected() as connection:
                    for hints in self._batches():
                        _write(connection, hints)
            except Exception as error:  # noqa: BLE001 - hints may be lost, and the thread must not end with them
                _log.warning("hints could not be written: %s", getattr(error, "code", type(error).__name__))
                with self._wake:
                    self._held = {**dict.fromkeys(self._under_way), **self._held}
                if self._closed:
                    return
                time.sleep(_PAUSE_SECONDS)
                continue
            with self._wake:
                if not self._held:
                    self._thread = None
                    return

    def _batches(self) -> Iterator[list[WorkHint]]:
        while True:
            with self._wake:
                if not self._held and not self._closed:
                    self._wake.wait(_IDLE_SECONDS)
                chosen = list(self._held)[:_BATCH]
                for hint in chosen:
                    del self._held[hint]
                self._under_way = chosen
            if not chosen:
                return
            yield chosen


def _write(connection: psycopg.Connection[tuple[object, ...]], hints: list[WorkHint]) -> None:
    # In one order everywhere, so that two writers never wait for each other in a circle; the most urgent come first.
    rows = sorted({key_of(hint): hint for hint in hints}.items())
    connection.execute(
        _INSERT,
        (
            QUEUE,
            LOOK,
            [priority_of(hint) for _, hint in rows],
            [key for key, _ in rows],
            [Jsonb(arguments_of(hint)) for _, hint in rows],
        ),
    )
