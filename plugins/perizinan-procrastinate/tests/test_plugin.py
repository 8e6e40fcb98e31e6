"""The plugin in an office: chosen by its settings, refused where it cannot work, and swift."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from perizinan_procrastinate import QueueUnfitError
from perizinan_procrastinate._plugin import open_queue
from perizinan_procrastinate._schema import _NOTES, _migrations, newest_version, prepare
from perizinan_procrastinate._working import _in_a_line
from procrastinate.exceptions import ConnectorException

from perizinan_core.hooks import WorkHint
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.testing import HOST, MORNING, SettableClock, sample_office


def fetched(address, query):
    """Return the first row of a query in the schema of the queue."""
    with psycopg.connect(
        address.replace("+psycopg", ""), autocommit=True, options="-c search_path=perizinan_queue"
    ) as connection:
        return connection.execute(query).fetchone()


@pytest.fixture
def kit(address, queue):
    """An office on PostgreSQL with the queue."""
    keys = KeyRing.generate()
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    migrate(address, keys=keys)
    storage = open_storage(address, keys, zone=MORNING.tzinfo)
    yield sample_office(storage=storage, work_queue=queue, clock=SettableClock(MORNING))
    storage.close()


@contextmanager
def working(kit):
    """Let a worker work inside the block, which looks at everything once and then only where hints say."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: kit.office.worker.run(stop, interval=3600))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def test_a_message_leaves_without_a_round(kit):
    """The worker is woken by the commit: twice, by the event and by the message that it makes of it."""
    with working(kit):
        kit.submit()
        end = time.monotonic() + 60
        while not kit.mail.sent and time.monotonic() < end:
            time.sleep(0.01)

    assert kit.mail.sent


@pytest.mark.parametrize("address", ["sqlite:///data/perizinan.db", "mysql://x/y", "nonsense"])
def test_another_database_is_refused_with_what_to_do(address):
    """When the office is opened, and not when something is to be done."""
    with pytest.raises(QueueUnfitError) as caught:
        open_queue(address=address)

    assert "queue-database" == caught.value.code
    assert 'work_queue = "rounds"' in caught.value.message("id")


def test_the_tables_are_made_once(address):
    """The version is noted beside them."""
    prepare(address)
    first = fetched(address, "SELECT version FROM perizinan_queue_notes")
    prepare(address)

    assert (newest_version(),) == first == fetched(address, "SELECT version FROM perizinan_queue_notes")


@pytest.mark.parametrize("steps", [5, 20])
def test_tables_of_an_older_version_become_those_of_the_newest(address, steps):
    """As Procrastinate itself made them then, so many of its steps ago; columns and functions are the same after it."""
    prepare(address)
    expected = shape(address)
    older = _migrations()[:-steps]
    with psycopg.connect(
        address.replace("+psycopg", ""), autocommit=True, options="-c search_path=perizinan_queue"
    ) as connection:
        connection.execute("DROP SCHEMA perizinan_queue CASCADE; CREATE SCHEMA perizinan_queue")
        for migration in older:
            connection.execute(migration.read_text(encoding="utf-8"))
        connection.execute(_NOTES)
        connection.execute("INSERT INTO perizinan_queue_notes (version) VALUES (%s)", (older[-1].stem,))
    before = shape(address)
    prepare(address)

    assert expected != before
    assert expected == shape(address)
    assert (newest_version(),) == fetched(address, "SELECT version FROM perizinan_queue_notes")


def shape(address):
    """Return the columns and the functions of the queue."""
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'perizinan_queue'"
        ).fetchall()
        functions = connection.execute(
            "SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc"
            " WHERE pronamespace = 'perizinan_queue'::regnamespace"
        ).fetchall()
    return set(columns), set(functions)


def test_tables_of_a_newer_version_are_left_alone(address):
    """An older plugin would not know how to write into them."""
    prepare(address)
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("UPDATE perizinan_queue.perizinan_queue_notes SET version = '99.00.00_01_x'")
    with pytest.raises(QueueUnfitError) as caught:
        prepare(address)

    assert "queue-too-new" == caught.value.code


def test_an_account_that_may_make_nothing_learns_what_the_owner_runs(address):
    """The sentence holds the statement."""
    plain = address.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS petugas")
        connection.execute("CREATE ROLE petugas LOGIN")
    with pytest.raises(QueueUnfitError) as caught:
        prepare(address.replace("postgres@", "petugas@"))

    assert "CREATE SCHEMA perizinan_queue AUTHORIZATION petugas" in caught.value.message("en")


def test_equal_hints_wait_once_and_the_urgent_are_taken_first(address, queue):
    """A thousand submissions in a second are one look at their messages."""
    queue.hint([WorkHint("unused-files"), WorkHint("sign", "1"), *[WorkHint("deliver", "messages")] * 3])
    queue.hint([WorkHint("sign", "1"), WorkHint("deliver", "messages")])
    end = time.monotonic() + 60
    while queue.state().waiting < 3 and time.monotonic() < end:
        time.sleep(0.01)
    seen, stop = [], threading.Event()

    def look(hint):
        seen.append(hint)
        if len(seen) == 4 or time.monotonic() > end:
            stop.set()
        return False

    assert 3 == queue.state().waiting
    queue.run(look, stop=stop, interval=3600, concurrency=1)
    assert [WorkHint("deliver", "messages"), WorkHint("sign", "1")] == [hint for hint in seen if hint.subject]


def test_a_queue_without_workers_and_work_of_one_that_is_gone_are_findings(kit, queue, address):
    """Until another takes it over; while workers live, their names are listed and nothing is found."""
    with psycopg.connect(
        address.replace("+psycopg", ""), autocommit=True, options="-c search_path=perizinan_queue"
    ) as connection:
        connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
            """ SELECT 'perizinan', 'look', '{"job": "sign", "subject": "x"}', 'doing', id FROM procrastinate_workers"""
        )
    before = {view.finding.code: view.finding for view in kit.office.health.findings(actor=HOST, again=True)}
    with working(kit):
        end = time.monotonic() + 60
        while (queue.state().stuck or not queue.state().workers) and time.monotonic() < end:
            time.sleep(0.05)
        after = {view.finding.code for view in kit.office.health.findings(actor=HOST, again=True)}

    assert "sign" in before["queue-stuck"].message("id")
    assert "queue-without-workers" in before
    assert set() == {"queue-stuck", "queue-without-workers"} & after


def test_a_lost_connection_brings_no_traceback_and_loses_no_message(kit, queue, cut, caplog):
    """The worker connects again, and says so in a line at most."""
    with working(kit):
        end = time.monotonic() + 60
        while not queue.state().workers and time.monotonic() < end:
            time.sleep(0.05)
        cut()
        kit.submit()
        while not kit.mail.sent and time.monotonic() < end:
            time.sleep(0.05)

    assert kit.mail.sent
    assert [] == [record.name for record in caplog.records if record.exc_info]


def test_a_note_that_was_left_behind_is_told_in_a_line_and_a_fault_whole(caplog):
    """The connection may be lost while Procrastinate writes that a job is done: no one waits for that note."""

    async def left_behind():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_in_a_line)
        for error in (ConnectorException("Database error."), ZeroDivisionError()):
            loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": error})

    asyncio.run(left_behind())

    assert [("perizinan_procrastinate._working", False), ("asyncio", True)] == [
        (record.name, bool(record.exc_info)) for record in caplog.records
    ]
