"""Many processes share a database, and one that is killed takes nothing with it."""

import contextlib
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import attrs
import psycopg
import pytest

from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.storage import OutboxCounts, OutboxItem, open_storage
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import together
from perizinan_core.testing.storage._samples import NOW, WIB, made_event
from perizinan_core.testing.storage._workers import crowd, fork_and_write, hang, worker_context, write_on


@attrs.frozen
class Worker:
    """A process and the messages it sends."""

    process: BaseProcess
    pipe: Connection

    def hear(self):
        """Return the next message."""
        assert self.pipe.poll(60), "the process says nothing"
        return self.pipe.recv()

    def kill(self):
        """End it as ``kill -9`` does, and return what it had still said."""
        self.process.kill()
        self.process.join()
        rest = []
        with contextlib.suppress(EOFError):
            while True:
                rest.append(self.pipe.recv())
        return rest


@pytest.fixture
def start(url, keys):
    """Start a worker process; all are gone at the end of the test."""
    started = []
    context = worker_context()

    def run(task, *arguments) -> Worker:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=task, args=(url, keys.to_json(), there, *arguments))
        process.start()
        there.close()
        started.append(Worker(process, here))
        return started[-1]

    yield run
    for worker in started:
        worker.kill()
        worker.pipe.close()


def take_number(storage) -> int:
    """Take the next number of the permits of 2026."""
    with storage.unit_of_work() as work:
        sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
        work.numbers.record("permits", 2026, sequence, number=f"n{sequence}", subject="s")
        work.commit()
    return sequence


def test_fifty_workers_in_five_processes_leave_no_gap_and_no_double(storage, start):
    """Over New Year in local time, some rolling back, some cancelling."""
    workers = [start(crowd, number * 10, 10, 4) for number in range(5)]
    committed = [line for worker in workers for line in worker.hear()]

    assert [] == [line for line, times in Counter(committed).items() if times > 1]
    with storage.unit_of_work(read_only=True) as work:
        for register in ("letters", "permits"):
            for year in (2026, 2027):
                book = [line.sequence for line in work.numbers.book(register, year)]
                assert list(range(1, len(book) + 1)) == book
                assert book == sorted(line[2] for line in committed if line[:2] == (register, year))
                assert len(book) > 5


def test_a_process_killed_inside_a_unit_of_work_leaves_no_trace(storage, start):
    """Its number is the next one's, its application never was, and its locks are gone."""
    worker = start(hang)
    assert worker.hear() == "ready"
    worker.kill()

    assert take_number(storage) == 1
    with storage.unit_of_work(read_only=True) as work:
        assert work.applications.count() == 0
        assert work.status_indexes.size() == 0
        assert work.outbox.counts() == OutboxCounts(waiting=0, given_up=0, oldest_waiting=None)


def test_what_a_killed_process_had_committed_is_there(storage, start):
    """Every number that it announced, and at most one more; twice over, without a gap."""
    for _ in range(2):
        worker = start(write_on)
        heard = [worker.hear() for _ in range(25)]
        announced = max(heard + worker.kill())

        with storage.unit_of_work(read_only=True) as work:
            book = [line.sequence for line in work.numbers.book("permits", 2026)]
            told = [event.data["n"] for event in work.history.of("case")]
        assert list(range(1, len(book) + 1)) == book == told
        assert announced <= len(book) <= announced + 1


def test_a_process_that_forks_uses_the_store_on_both_sides(storage, start):
    """As application servers do that load first and fork then."""
    worker = start(fork_and_write)
    heard = [worker.hear() for _ in range(3)]
    committed = [line for part in heard if isinstance(part, list) for line in part]

    assert [0] == [part for part in heard if isinstance(part, int)]
    assert len(committed) == len(set(committed)) == 2 * 6
    with storage.unit_of_work(read_only=True) as work:
        for register in ("letters", "permits"):
            for year in (2026, 2027):
                book = [line.sequence for line in work.numbers.book(register, year)]
                assert list(range(1, len(book) + 1)) == book


def test_a_writer_who_waits_too_long_is_told_that_others_write(url, keys, start):
    """And may try again; nothing was written."""
    worker = start(hang)
    assert worker.hear() == "ready"
    storage = SqlStorage(url, keys, zone=WIB, busy_seconds=0.3)
    began = time.monotonic()
    with raises_code("database-busy"):
        take_number(storage)

    assert 0.2 < time.monotonic() - began < 5
    with storage.unit_of_work(read_only=True) as work:
        assert work.numbers.last("permits", 2026) is None
    worker.kill()
    assert take_number(storage) == 1
    storage.close()


def test_a_unit_that_reads_first_and_writes_later_waits_for_its_turn(url, keys):
    """Two processes (here: two stores) that look first and then write are both served, not refused."""
    stores = [open_storage(url, keys, zone=WIB) for _ in range(2)]

    def count_up(store) -> None:
        for _ in range(25):
            with store.unit_of_work() as work:
                seen = work.numbers.last("permits", 2026)
                taken = work.numbers.take("permits", 2026, by="a", at=NOW)
                work.numbers.record("permits", 2026, taken, number=f"n{taken}", subject=f"after {seen}")
                work.commit()

    results = together([partial(count_up, store) for store in stores])
    with stores[0].unit_of_work(read_only=True) as work:
        last = work.numbers.last("permits", 2026)
    for store in stores:
        store.close()

    assert results == [None, None]
    assert last == 50


def test_a_thread_that_waits_too_long_is_told_too(sqlite_url, keys):
    """A unit of work inside another one of the same store ends with a sentence, not with a deadlock."""
    storage = SqlStorage(sqlite_url, keys, zone=WIB, busy_seconds=0.2)
    with storage.unit_of_work() as outer:
        outer.history.add([made_event("x")])
        with raises_code("database-busy"):
            take_number(storage)
        outer.commit()

    assert take_number(storage) == 1
    storage.close()


def test_two_units_that_wait_for_each_other_do_not_wait_for_ever(migrated_postgres_url, keys):
    """PostgreSQL ends one of them; it may be tried again."""
    import threading

    storage = open_storage(migrated_postgres_url, keys, zone=WIB)
    barrier = threading.Barrier(2)
    results = []

    def cross(first: str, second: str) -> None:
        try:
            with storage.unit_of_work() as work:
                for turn, register in enumerate((first, second)):
                    sequence = work.numbers.take(register, 2026, by="a", at=NOW)
                    work.numbers.record(register, 2026, sequence, number=f"{register}{sequence}", subject="s")
                    if turn == 0:
                        barrier.wait()
                work.commit()
            results.append("done")
        except DatabaseUnavailableError as error:
            results.append("busy" if "database-busy" == error.code else error.code)

    threads = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    storage.close()

    assert sorted(results) == ["busy", "done"]


def disconnect_all(url: str) -> None:
    """End every other session of a PostgreSQL database, as a restart of the server does."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_breaks_in_between_is_replaced(postgres_storage, migrated_postgres_url):
    """After a restart of the server the next unit of work simply runs."""
    assert take_number(postgres_storage) == 1
    disconnect_all(migrated_postgres_url)

    assert take_number(postgres_storage) == 2


def test_a_connection_that_breaks_while_working_loses_the_unit_only(postgres_storage, migrated_postgres_url):
    """It is told as unavailable, and nothing was written."""
    with postgres_storage.unit_of_work() as work:
        work.settings.put("x", 1)
        disconnect_all(migrated_postgres_url)
        with pytest.raises(DatabaseUnavailableError):
            work.settings.put("y", 1)
        with raises_code("unit-of-work-closed"):
            work.commit()

    with postgres_storage.unit_of_work(read_only=True) as work:
        assert work.settings.get("x") is None


def test_a_connection_that_breaks_during_the_commit_is_told_as_such(
    postgres_storage, migrated_postgres_url, monkeypatch
):
    """Whether it was written cannot be known, and is not claimed."""
    with postgres_storage.unit_of_work() as work:
        work.settings.put("x", 1)
        seals = work.session.seals

        def flush_and_break(flush=seals.flush):
            flush()
            disconnect_all(migrated_postgres_url)

        monkeypatch.setattr(seals, "flush", flush_and_break)
        with raises_code("commit-unknown"):
            work.commit()


def test_a_worker_does_not_wait_for_entries_that_another_is_claiming(migrated_postgres_url, keys):
    """It takes those behind them, at once, although the other has not committed yet."""
    first, second = (SqlStorage(migrated_postgres_url, keys, zone=WIB, busy_seconds=0.5) for _ in range(2))
    with first.unit_of_work() as work:
        work.outbox.add([OutboxItem(event=made_event(name)) for name in "abc"], at=NOW)
        work.commit()
    lease = timedelta(minutes=1)
    with first.unit_of_work() as claiming:
        held = claiming.outbox.claim("w1", now=NOW, lease=lease, limit=1)
        with second.unit_of_work() as work:
            free = work.outbox.claim("w2", now=NOW, lease=lease)
            work.commit()
        claiming.commit()
    first.close()
    second.close()

    assert ["a"] == [entry.event.subject for entry in held]
    assert ["b", "c"] == [entry.event.subject for entry in free]
