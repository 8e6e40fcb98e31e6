"""
What the tests let run in processes of their own; each prints a line for every step it has done.

Usage: ``storage_worker.py ROLE URL KEYFILE ARGUMENTS…``
"""

import os
import sys
import threading
import time
from itertools import count
from pathlib import Path

import psycopg  # noqa: F401 - loaded before the forks, once for all
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401

from perizinan_core.storage import KeyRing, open_storage
from perizinan_core.storage.sql import store as _loaded  # noqa: F401
from perizinan_core.testing.storage.concurrency import issue_numbers
from perizinan_core.testing.storage.samples import NOW, WIB, made_application, made_event


def say(*words: object) -> None:
    """Print a line at once and in one piece: the test reads along."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def crowd(open_store, processes: str, threads: str, turns: str) -> None:
    """Take numbers from many threads of many processes and print what was committed."""
    children = []
    for number in range(int(processes)):
        child = os.fork()
        if child == 0:
            store = open_store()
            run_threads(store, range(number * int(threads), (number + 1) * int(threads)), int(turns))
            store.close()
            os._exit(0)
        children.append(child)
    for child in children:
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


def run_threads(store, workers: range, turns: int) -> None:
    """Take numbers from many threads; each line is printed in one piece."""

    def run(worker: int) -> None:
        for line in issue_numbers(store, worker, turns):
            say(*line)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hang(storage) -> None:
    """Stop in the middle of a unit of work that has written everywhere."""
    with storage.unit_of_work() as work:
        application = work.applications.add(made_application(receipt_number="TT/1"), by="a", at=NOW)
        sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
        work.numbers.record("permits", 2026, sequence, number="n", subject=application.id)
        work.status_indexes.take()
        work.outbox.add([made_event(application.id)], at=NOW)
        say("ready")
        time.sleep(600)


def write_on(storage) -> None:
    """Take one number after the other, and print each once its commit has returned."""
    for turn in count():
        with storage.unit_of_work() as work:
            sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
            work.numbers.record("permits", 2026, sequence, number=f"n{sequence}", subject=f"s{turn}")
            work.history.add([made_event("case", n=sequence)])
            work.commit()
        say(sequence)


def fork(storage) -> None:
    """Use the store, fork, and use it on both sides."""
    issue_numbers(storage, 1, 4)
    child = os.fork()
    for line in issue_numbers(storage, 2 if child else 3, 8):
        say(*line)
    if child:
        _, status = os.waitpid(child, 0)
        sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    role, url, keyfile, *arguments = sys.argv[1:]

    def open_it():
        """Open the store of the test."""
        return open_storage(url, KeyRing.from_file(Path(keyfile)), zone=WIB)

    if role == "crowd":
        crowd(open_it, *arguments)
    else:
        {"hang": hang, "write_on": write_on, "fork": fork}[role](open_it())
