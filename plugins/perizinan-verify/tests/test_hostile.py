"""A real server and senders who do not keep to the rules."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from perizinan_verify import PageSettings
from perizinan_verify._serving import configuration

PDF = {"Content-Type": "application/pdf"}


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=15)


def _answer(connection: socket.socket) -> bytes:
    """Read until the server has said its status line and headers, or has hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        data += piece
    return data


def _until_closed(connection: socket.socket) -> bytes:
    """Read until the server hangs up; a server that does not is a failure (time limit of the connection)."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            data += piece
    return data


def test_hundred_megabytes_are_refused_before_they_are_sent(app, served):
    """The declared length is enough; the server does not wait for the body."""
    with served(app) as address, _connect(address) as connection:
        started = time.monotonic()
        connection.sendall(
            b"POST /api/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
            b"Content-Length: 104857600\r\n\r\n%PDF-1.7"
        )
        answer = _answer(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert time.monotonic() - started < 3


def test_endless_body_is_cut_off(make_app, served):
    """Chunks without a declared length are counted; the connection is closed, nothing is kept reading."""
    app = make_app(settings=PageSettings(workers=1, max_bytes=1_000_000))
    sent = 0
    with served(app) as address, _connect(address) as connection:
        connection.sendall(
            b"POST /api/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        try:
            while sent < 64_000_000:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
        answer = _answer(connection)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 64_000_000


def test_slow_sender_delays_nobody_and_is_sent_away(make_app, served):
    """A sender of a byte now and then holds no place of those who wait for a verdict."""
    app = make_app(
        settings=PageSettings(workers=1, max_requests=1, grace_seconds=2, bytes_per_second=1_000_000)
    )
    with served(app) as address, _connect(address) as connection:
        connection.sendall(
            b"POST /api/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
            b"Content-Length: 1000\r\n\r\n%PDF"
        )
        _wait_until(lambda: app.state.service.senders.taken == 1)
        others = [httpx.post(f"{address}/api/verify", content=b"%PDF", headers=PDF) for _ in range(3)]
        still_sending = app.state.service.senders.taken
        answer = _answer(connection)

    assert [200, 200, 200] == [item.status_code for item in others]
    assert 1 == still_sending
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()


def test_a_request_waits_a_moment_for_a_free_place(make_app, served, pdf):
    """Eight at once with one place: all are served, none is refused."""
    app = make_app(settings=PageSettings(workers=1, max_requests=1))
    with served(app) as address, ThreadPoolExecutor(8) as pool:
        post = lambda _: httpx.post(f"{address}/api/verify", content=pdf, headers=PDF, timeout=30)  # noqa: E731
        answers = list(pool.map(post, range(8)))

    assert ["valid"] * 8 == [item.json()["verdict"] for item in answers]


def test_a_source_of_status_that_hangs_delays_the_first_file_and_no_other(make_app, served, pdf, kit):
    """The first question waits to its end, the next ones are not put; the permit is undecided, not valid."""
    asked, released = [], threading.Event()

    class Hanging:
        def status_of(self, number, status_index, on):
            asked.append(number)
            released.wait(30)
            return kit.office.status.status_of(number, status_index, on)

    app = make_app(status=Hanging(), settings=PageSettings(workers=1, status_seconds=0.2))
    with served(app) as address:
        send = lambda: httpx.post(f"{address}/api/verify", content=pdf, headers=PDF, timeout=30).json()  # noqa: E731
        during = [send()["verdict"] for _ in range(4)]
        questions = len(asked)
        released.set()
        _wait_until(lambda: send()["verdict"] == "valid")
        after = send()["verdict"]

    assert ["indeterminate"] * 4 == during
    assert 1 == questions
    assert "valid" == after


def test_connections_without_a_whole_request_are_closed(app):
    """Silent from the start, a header byte by byte, and silent behind an answer; who works stays."""
    settings = configuration(app, "127.0.0.1", 0)
    settings.timeout_keep_alive = 1
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    try:
        with (
            _connect(address) as silent,
            _connect(address) as slow,
            _connect(address) as behind,
            contextlib.closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=15)) as busy,
        ):
            busy.connect()
            kept = busy.sock
            behind.sendall(request + b"G")
            answers = []
            for byte in b"GET / HTTP/1.1\r\nX: " + b"a" * 20:
                with contextlib.suppress(OSError):  # closed, as it should be
                    slow.sendall(bytes([byte]))
                busy.request("GET", "/healthz")
                with busy.getresponse() as answer:
                    answers.append((answer.status, answer.read() != b"", busy.sock is kept))
                time.sleep(0.1)
            ends = [_until_closed(item)[:12] for item in (silent, slow, behind)]
    finally:
        server.should_exit = True
        thread.join(20)

    assert [b"", b"", b"HTTP/1.1 200"] == ends
    assert [(200, True, True)] * 39 == answers


def _wait_until(is_so):
    """Wait for what another thread does: a place is taken only when the first bytes have arrived there."""
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_sender_who_hangs_up_costs_nothing(make_app, served, pdf):
    """A broken upload, as a body and as a form: the place is free, the next file is judged, nothing is logged."""
    app = make_app(settings=PageSettings(workers=1, max_requests=1))
    heads = [
        b"Content-Type: application/pdf\r\nContent-Length: 5000000\r\n\r\n%PDF",
        b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + b"x" * 2_000_000,
    ]
    with served(app) as address:
        for head in heads:
            with _connect(address) as connection:
                connection.sendall(b"POST /api/verify HTTP/1.1\r\nHost: x\r\n" + head)
                _wait_until(lambda: app.state.service.senders.taken)
            _wait_until(lambda: not app.state.service.senders.taken)
        answer = httpx.post(f"{address}/api/verify", content=pdf, headers=PDF).json()

    assert "valid" == answer["verdict"]


def _bomb() -> bytes:
    """Return a PDF whose cross-reference stream unpacks to 300 MB."""
    packed = zlib.compress(zlib.compress(bytes(300_000_000), 9), 9)
    body = (
        b"%%PDF-1.7\n1 0 obj\n<</Type /XRef /Size 2 /W [1 2 1] /Root 1 0 R "
        b"/Filter [/FlateDecode /FlateDecode] /Length %d>>\nstream\n%b\nendstream\nendobj\n"
        % (len(packed), packed)
    )
    return body + b"startxref\n9\n%%EOF\n"


def _nested() -> bytes:
    """Return a PDF with arrays in arrays, 200,000 deep."""
    deep = b"[" * 200_000 + b"]" * 200_000
    body = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages " + deep + b">>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    return body + table + b"trailer\n<</Size 2 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


@pytest.mark.parametrize("make", [_bomb, _nested])
def test_bombs_are_answered_in_time(app, call, pdf, make):
    """Packed and nested bombs get a verdict that is not valid, and the next file is judged as ever."""
    started = time.monotonic()
    answer = call(app, "POST", "/api/verify", content=make(), headers=PDF).json()

    assert answer["verdict"] in {"unreadable", "unsigned"}
    assert time.monotonic() - started < 12
    assert "valid" == call(app, "POST", "/api/verify", content=pdf, headers=PDF).json()["verdict"]


def _child(app) -> int:
    app.state.service.pool.warm_up()
    return app.state.service.pool._pool.idle[-1].pid


def test_file_that_takes_too_long_is_given_up(make_app, call, pdf):
    """The process is killed at its time limit; the answer says so; the next file gets a new process."""
    app = make_app(settings=PageSettings(workers=1, seconds=1))
    os.kill(_child(app), signal.SIGSTOP)
    given_up = call(app, "POST", "/api/verify", content=pdf, headers=PDF).json()
    judged = call(app, "POST", "/api/verify", content=pdf, headers=PDF).json()

    assert ("unreadable", "time-limit") == (given_up["verdict"], given_up["reasons"][0]["code"])
    assert "valid" == judged["verdict"]


def test_file_that_kills_the_process_is_tried_once_more(make_app, call, pdf):
    """A process that died before the file came is not a reason to refuse it."""
    app = make_app(settings=PageSettings(workers=1))
    os.kill(_child(app), signal.SIGKILL)

    assert "valid" == call(app, "POST", "/api/verify", content=pdf, headers=PDF).json()["verdict"]


def test_processes_have_nothing_of_the_server(make_app, monkeypatch):
    """No secret in their environment, no file that they could write, a bound on their memory."""
    monkeypatch.setenv("PERIZINAN_STORAGE_KEYS", "rahasia")
    pid = _child(make_app(settings=PageSettings(workers=1)))
    environment = Path(f"/proc/{pid}/environ").read_bytes()
    lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    limits = {line[:26].strip(): line[26:].split()[0] for line in lines}

    assert b"rahasia" not in environment
    assert "0" == limits["Max file size"]
    assert str(1024**3) == limits["Max address space"]


def test_nothing_is_left_in_the_temporary_folder(make_app, served, pdf, tmp_path, monkeypatch):
    """A large upload goes to a file without a name: the folder is empty while and after it is judged."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    class Watching:
        def status_of(self, *_):
            seen.append(list(tmp_path.iterdir()))

    app = make_app(status=Watching())
    large = pdf + b"\n" * 3_000_000
    with served(app) as address:
        httpx.post(f"{address}/api/verify", content=pdf, headers=PDF)
        httpx.post(f"{address}/api/verify", files={"file": ("izin.pdf", large, "application/pdf")})

    assert [[], []] == seen
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("as_form", [True, False])
def test_each_byte_of_an_upload_is_written_once(app, call, pdf, as_form):
    """As a body and in a form: the judging process reads what was received, and no one copies it."""
    large = pdf + b"\n" * 5_000_000
    app.state.service.pool.warm_up()
    sent = (
        {"files": {"file": ("izin.pdf", large, "application/pdf")}}
        if as_form
        else {"content": large, "headers": PDF}
    )
    before = _written()
    answer = call(app, "POST", "/api/verify", **sent)
    count = _written() - before

    assert 200 == answer.status_code
    assert 1 == round(count / len(large), 1)


def _written() -> int:
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])
