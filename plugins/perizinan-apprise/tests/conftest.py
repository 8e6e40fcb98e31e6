"""A program on this machine that takes what webhooks send, and recordings of services that are not."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Hook(ThreadingHTTPServer):
    """Keeps what was posted, by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived: list[tuple[str, dict]] = []
        self.fails = False

    @contextmanager
    def broken(self):
        self.fails = True
        try:
            yield
        finally:
            self.fails = False


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def log_message(self, *_):
        """Say nothing."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.fails:
            self.server.arrived.append((self.path, json.loads(content)))
        self.send_response(503 if self.server.fails else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def hook():
    server = Hook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
