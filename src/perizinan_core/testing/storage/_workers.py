"""
What tests of storage let run in processes of their own.

Every function opens the store itself and sends a message for each step that it has done. The
processes are forked from one that has loaded everything (multiprocessing's fork server), so that starting one
is cheap.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from perizinan_core.storage import KeyRing, OutboxItem, Storage, open_storage
from perizinan_core.testing.storage._concurrency import issue_numbers
from perizinan_core.testing.storage._samples import NOW, WIB, made_application, made_event

__all__ = ["crowd", "fork_and_write", "hang", "worker_context", "write_on"]

_PRELOADED = [
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "perizinan_core.storage._sql._store",
    __name__,
]


def worker_context() -> ForkServerContext:
    """Return the context in which to start processes; the fork server starts with the first of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def crowd(url: str, keys: str, pipe: Connection, first: int, size: int, turns: int) -> None:
    """Take numbers from ``size`` threads and send the list of those that were committed."""
    storage = _open(url, keys)
    committed: list[tuple[str, int, int]] = []

    def run(worker: int) -> None:
        committed.extend(issue_numbers(storage, worker, turns))

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(first, first + size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    storage.close()
    pipe.send(committed)


def hang(url: str, keys: str, pipe: Connection) -> None:
    """Stop in the middle of a unit of work that has written everywhere."""
    with _open(url, keys).unit_of_work() as work:
        application = work.applications.add(made_application(receipt_number="TT/1"), by="a", at=NOW)
        sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
        work.numbers.record("permits", 2026, sequence, number="n", subject=application.id)
        work.status_indexes.take()
        work.outbox.add([OutboxItem(event=made_event(application.id))], at=NOW)
        pipe.send("ready")
        time.sleep(600)


def write_on(url: str, keys: str, pipe: Connection) -> None:
    """Take one number after the other, and send each once its commit has returned."""
    storage = _open(url, keys)
    for turn in count():
        with storage.unit_of_work() as work:
            sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
            work.numbers.record("permits", 2026, sequence, number=f"n{sequence}", subject=f"s{turn}")
            work.history.add([made_event("case", n=sequence)])
            work.commit()
        pipe.send(sequence)


def fork_and_write(url: str, keys: str, pipe: Connection) -> None:
    """Use a store, fork, use it on both sides, and send what each side committed."""
    storage = _open(url, keys)
    issue_numbers(storage, 1, 4)
    child = os.fork()
    pipe.send(issue_numbers(storage, 2 if child else 3, 8))
    if child == 0:
        os._exit(0)
    pipe.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    storage.close()


def _open(url: str, keys: str) -> Storage:
    return open_storage(url, KeyRing.from_json(keys), zone=WIB)
