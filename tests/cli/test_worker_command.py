"""``perizinan worker`` goes on after a restart of the server and after a lock, and stops when it is told to."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from perizinan_core.cli import _clock as clock_module
from perizinan_core.cli import _worker as worker_module
from perizinan_core.cli._clock import clock_group
from perizinan_core.cli._worker import worker_command
from perizinan_core.model._events import Event, EventKind
from perizinan_core.storage import KeyRing, OutboxItem, open_storage
from perizinan_core.testing._offices import HOST, sample_office
from perizinan_core.testing._postgres import start_postgres


@pytest.fixture
def perizinan(tmp_path):
    """Run a command in a folder of its own, or start one."""
    settings = tmp_path / "perizinan.toml"

    def run(*arguments, url, wait=True):
        if not settings.exists():
            settings.write_text(
                f'[office]\nauthority = "kota-blitar"\n[storage]\ndatabase = "{url}"\n[signing]\ndevelopment = true\n'
            )
        command = [
            sys.executable,
            "-m",
            "perizinan_core.cli",
            "--language",
            "en",
            "--settings",
            str(settings),
            *arguments,
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if wait:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment
            )
            assert 0 == done.returncode, done.stderr
            return done
        # Into a file: nobody reads a pipe while the test waits for records.
        with (tmp_path / "told").open("w") as told:
            return subprocess.Popen(command, stdout=told, stderr=told, cwd=tmp_path, env=environment)

    return run


def put(storage, subject):
    """Write an event to be delivered."""
    event = Event(kind=EventKind.FORM_UPDATED, subject=subject, at=datetime.now(UTC), actor="x")
    with storage.unit_of_work() as work:
        work.outbox.add((OutboxItem(event=event),), at=event.at)
        work.commit()


def wait_until_delivered(storage):
    """Return once nothing waits in the outbox."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with storage.unit_of_work(read_only=True) as work:
            if work.outbox.counts().waiting == 0:
                return
        time.sleep(0.1)
    pytest.fail("the worker delivers nothing")


def stopped(process):
    """Ask a worker to stop, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(60)


def test_a_restarted_server_does_not_stop_the_worker(perizinan, tmp_path):
    """While it is away every round says so in a line; afterwards work goes on in the same process."""
    with start_postgres() as server:
        url = server.create_database()
        perizinan("migrate", url=url)
        perizinan("worker", "--once", url=url)
        worker = perizinan("worker", "--interval", "0.2", url=url, wait=False)
        storage = open_storage(url, KeyRing.from_file(tmp_path / "keys" / "storage.json"))
        put(storage, "before")
        wait_until_delivered(storage)
        server.stop()
        end = time.monotonic() + 60
        while "database-unreachable" not in (tmp_path / "told").read_text() and time.monotonic() < end:
            time.sleep(0.1)
        server.start()
        put(storage, "after")
        wait_until_delivered(storage)
        running = worker.poll() is None
        code = stopped(worker)
        storage.close()
    told = (tmp_path / "told").read_text()

    assert running
    assert 0 == code
    assert "database-unreachable" in told
    assert "Traceback" not in told


def test_a_locked_database_file_does_not_stop_the_worker(perizinan, tmp_path):
    """It waits, and delivers once the lock is gone."""
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    perizinan("migrate", url=url)
    perizinan("worker", "--once", url=url)
    storage = open_storage(url, KeyRing.from_file(tmp_path / "keys" / "storage.json"))
    put(storage, "before")
    lock = sqlite3.connect(tmp_path / "records.sqlite3", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    worker = perizinan("worker", "--interval", "0.2", url=url, wait=False)
    time.sleep(3)
    lock.execute("ROLLBACK")
    lock.close()
    wait_until_delivered(storage)
    code = stopped(worker)
    storage.close()

    assert 0 == code
    assert "Traceback" not in (tmp_path / "told").read_text()


@pytest.fixture
def kit(monkeypatch):
    """An office in memory that the commands open."""
    made = sample_office()
    for module in (clock_module, worker_module):
        monkeypatch.setattr(module, "open_office", lambda _: contextlib.nullcontext(made.office))
    return made


def run(command, *arguments, language="en"):
    """Run a command on the office in memory."""
    return CliRunner().invoke(command, arguments, obj={"language": language, "settings": None})


def test_a_round_names_what_failed_in_both_languages(kit):
    """Job, record and code; nothing about the people in it."""
    kit.submit()
    kit.mail.failing.add("application_submitted")
    english = run(worker_command, "--once")
    (number,) = [
        str(entry)
        for entry, row in kit._context.storage._held._state.outbox.items()
        if row.target == "channel:mail"
    ]
    kit.clock.forward(hours=1)
    indonesian = run(worker_command, "--once", language="id")

    assert f"deliver: {number} failed (mail: ConnectionError); it is tried again" in english.output
    assert f"deliver: {number} gagal (mail: ConnectionError); akan dicoba lagi" in indonesian.output
    assert "Sekar" not in english.output


def test_the_operator_finds_and_repairs_what_a_wrong_clock_wrote(kit):
    """The check names it and exits 1; after the repair it exits 0."""
    clean = run(clock_group, "check")
    kit.clock.forward(days=365)
    case = kit.submit()
    kit.clock.forward(days=-365)
    found = run(clock_group, "check")
    repaired = run(clock_group, "repair")
    after = run(clock_group, "check", language="id")
    kit.clock.forward(minutes=1)
    kit.decide(case.id, "periksa")

    assert [0, 1, 0, 0] == [clean.exit_code, found.exit_code, repaired.exit_code, after.exit_code]
    assert case.id in found.output
    assert "perizinan clock repair" in found.output
    assert "Records repaired: 2" in repaired.output
    assert "Tidak ada catatan" in after.output
    assert json.dumps(case.id) not in after.output
    assert kit.office.applications.get(case.id, actor=HOST).stage_state("periksa").decided_at


def test_what_could_not_be_repaired_is_named(kit):
    """A true moment before what a right clock wrote is no true moment."""
    case = kit.submit()
    kit.clock.forward(days=365)
    kit.decide(case.id, "periksa")
    kit.clock.forward(days=-365)
    done = run(clock_group, "repair", "--at", "2026-03-01T08:00")

    assert 1 == done.exit_code
    assert f"Not repaired: {case.id}" in done.output
