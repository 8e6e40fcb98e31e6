"""``perizinan serve`` as it is run: real processes, signals, health, logs."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import attrs
import httpx
import pytest
from perizinan_portal._errors import PortalError
from perizinan_portal._logging import begin_log
from perizinan_portal._serving import serve

from perizinan_core.testing import postgres_database

PATIENCE = 60
SETTINGS = """
[office]
authority = "kota-blitar"
[storage]
database = "{database}"
[signing]
development = true
[plugins]
frontend = "portal"
[plugin.portal]
address = "http://127.0.0.1:8000"
second_factor = false
"""


def perizinan(folder, *words):
    """Return the command line."""
    return [sys.executable, "-m", "perizinan_core.cli", "--settings", str(folder / "perizinan.toml"), *words]


@contextlib.contextmanager
def serving(folder, *options):
    """Serve an office; yield the address, the process, and where it writes its log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / f"log-{port}.txt"
    with log.open("wb") as written, (folder / f"said-{port}.txt").open("wb") as said:
        process = subprocess.Popen(
            perizinan(folder, "serve", "--port", str(port), *options), stdout=said, stderr=written
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _until(lambda: _status(f"{address}/readyz") == 200, process, log)
        yield address, process, log
    finally:
        process.kill()
        process.wait(PATIENCE)


def _status(address):
    try:
        return httpx.get(address, timeout=10).status_code
    except httpx.HTTPError:
        return 0


def _until(reached, process, log):
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def _made(folder, database):
    (folder / "perizinan.toml").write_text(SETTINGS.format(database=database))
    subprocess.run(perizinan(folder, "migrate"), check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An office with SQLite."""
    folder = tmp_path_factory.mktemp("small")
    return _made(folder, f"sqlite:///{folder / 'office.sqlite3'}")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An office with PostgreSQL."""
    with postgres_database() as url:
        yield _made(tmp_path_factory.mktemp("large"), url)


def test_a_request_under_way_is_answered_before_a_stopped_portal_ends(small):
    """SIGTERM in the middle of a body: the rest is taken, the answer is given, and the process ends with 0."""
    with serving(small) as (address, process, log):
        place = ("127.0.0.1", int(address.rpartition(":")[2]))
        body = b"number=TT%2F0001%2F2026&secret=" + b"A" * 60_000
        head = (
            f"POST /lacak HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(place) as half:
            half.sendall(head.encode() + body[:1000])
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            half.sendall(body[1000:])
            answer = b"".join(iter(lambda: half.recv(65536), b""))
        process.wait(PATIENCE)

    assert answer.startswith(b"HTTP/1.1 403")
    assert b"<h1>" in answer
    assert 0 == process.returncode, log.read_text()


def test_requests_are_logged_as_json_without_what_they_were_about(small):
    """One object a line; a setting writes them for people."""
    with serving(small, "--no-worker") as (address, process, log):
        httpx.get(f"{address}/izin?cari=rahasia-sekali")
        httpx.get(f"{address}/lacak")
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    pages = [line["page"] for line in lines if line["event"] == "request"]
    port = address.rpartition(":")[2]

    assert f":{port}/ (" in (small / f"said-{port}.txt").read_text()
    assert ["catalogue", "tracking"] == pages
    assert {"at", "level", "from", "event", "page", "method", "status", "ms"} == set(lines[-1])
    assert "rahasia" not in log.read_text()


def test_several_processes_need_postgresql(small):
    """SQLite lets one write at a time: it is said, with what to do."""
    refused = subprocess.run(
        perizinan(small, "--language", "en", "serve", "--port", "0", "--processes", "2"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert 0 != refused.returncode
    assert "Several processes need PostgreSQL" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "" == refused.stdout


@pytest.fixture
def logs_kept():
    """Put the loggers back as they were."""
    names = ("perizinan_portal", "perizinan_core", "perizinan_verify", "uvicorn")
    kept = [(one, list(one.handlers), one.level, one.propagate) for one in map(logging.getLogger, names)]
    yield
    for logger, handlers, level, propagate in kept:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.usefixtures("logs_kept")
def test_what_is_refused_at_start_comes_before_the_address(portal, tmp_path):
    """A template that no longer fits is named, and no address is printed."""
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "layout.html").write_text("{{ gone }}")
    settings, said = attrs.evolve(portal.services.settings, templates=tmp_path), []
    with pytest.raises(PortalError) as refused:
        serve(portal.office.office, "127.0.0.1", 0, settings, ready=lambda: said.append("here"))

    assert "template-unfit" == refused.value.code
    assert [] == said


def _children(process):
    """Return the processes that serve; the resource tracker of Python is not one."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in found if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def test_several_processes_share_socket_limits_and_fate(large):
    """Tries are counted together; one that is killed is replaced; all end with their parent."""
    with serving(large, "--processes", "2") as (address, process, log):
        _until(lambda: len(_children(process)) == 2, process, log)
        first = _children(process)
        with httpx.Client(base_url=address) as page:
            token = re.search(r'name="_token" value="([^"]+)"', page.get("/lacak").text)[1]
            cookies = dict(page.cookies)
        # A connection of its own each time, so that both processes answer.
        form = {"_token": token, "number": "TT/1", "secret": "SALAH"}
        post = partial(httpx.post, f"{address}/lacak", data=form, cookies=cookies, timeout=30)
        said = [post().status_code for _ in range(34)]
        os.kill(int(first[0]), signal.SIGKILL)
        _until(lambda: len(set(_children(process)) - {first[0]}) == 2, process, log)
        assert 200 == _status(f"{address}/healthz")
        serving_now = _children(process)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        _until_gone(serving_now)

    assert [422] * 30 + [429] * 4 == said
    assert 0 == process.returncode, log.read_text()
    assert "ended by itself" in log.read_text()


def _until_gone(pids):
    deadline = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_portal_that_is_not_ready_says_so_without_a_reason(portal, caplog, monkeypatch):
    """Strangers learn no more; the reason is in the log, once."""
    monkeypatch.setattr("perizinan_portal._readiness._FRESH", 0.0)
    caplog.set_level(logging.INFO, logger="perizinan_portal")
    app = portal.app
    portal.office.clock.forward(minutes=11)
    unready = portal.stranger().open("/readyz")
    portal.stranger().open("/readyz")
    portal.office.office.worker.run_once()
    ready = portal.stranger().open("/readyz")

    assert (503, b'{"ready":false}') == (unready.status, unready.content)
    assert (200, b'{"ready":true}') == (ready.status, ready.content)
    assert ["not ready: worker-silent"] == [
        one.getMessage() for one in caplog.records if one.getMessage().startswith("not ready")
    ]
    app.state.services.stopping.set()
    assert 503 == portal.stranger().open("/readyz").status
    app.state.services.stopping.clear()


@pytest.mark.usefixtures("logs_kept")
@pytest.mark.parametrize(("kind", "begin"), [("json", "{"), ("text", "2")])
def test_lines_name_the_kind_of_an_exception_and_not_its_text(kind, begin, capsys):
    """Its text may hold what no log may hold."""
    begin_log(kind)
    try:
        int("Sekar Contohwati")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = capsys.readouterr().err.splitlines()

    assert line.startswith(begin)
    assert "ValueError" in line and "Sekar" not in line
