"""A real clamd with a tiny database of our own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from perizinan_clamav import ClamavError, Clamd


@attrs.define
class Daemon:
    """A clamd of the test's own."""

    mark: ClassVar[bytes] = b"PERIZINAN-UJI-BERKAS-BERBAHAYA-7f3a"
    """What its database looks for; in no other file."""

    folder: Path
    limit: str = "30M"
    port: int | None = None
    process: subprocess.Popen | None = None

    @property
    def socket(self) -> str:
        return str(self.folder / "clamd.sock")

    @property
    def clamd(self) -> Clamd:
        return Clamd(self.socket, 30.0)

    def start(self) -> None:
        database = self.folder / "database"
        database.mkdir(exist_ok=True)
        (database / "uji.ndb").write_text(f"Perizinan.Uji:0:*:{self.mark.hex()}\n")
        lines = [
            f"LocalSocket {self.socket}",
            f"DatabaseDirectory {database}",
            f"LogFile {self.folder / 'clamd.log'}",
            f"StreamMaxLength {self.limit}",
            f"TemporaryDirectory {self.folder}",
            "Foreground yes",
            "FixStaleSocket yes",
            "MaxThreads 4",
            "SelfCheck 3600",
        ]
        if self.port is not None:
            lines += [f"TCPSocket {self.port}", "TCPAddr 127.0.0.1"]
        (self.folder / "clamd.conf").write_text("\n".join(lines) + "\n")
        program = shutil.which("clamd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        assert program, "clamd is missing; make tools installs it"
        self.process = subprocess.Popen(
            [program, "--config-file", str(self.folder / "clamd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "clamd.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    @contextmanager
    def stopped(self):
        self.stop()
        try:
            yield
        finally:
            self.start()

    def _answers(self) -> bool:
        try:
            self.clamd.version()
        except ClamavError:
            return False
        return True


@pytest.fixture(scope="session")
def daemon(tmp_path_factory):
    """Return a clamd that runs for all tests; who stops it starts it again."""
    found = Daemon(tmp_path_factory.mktemp("clamd"), limit="3M", port=_free_port())
    found.start()
    yield found
    found.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def answering(tmp_path):
    """Return a function that gives the address of a socket with one answer to everything."""
    servers = []

    def serve(answer):
        address = str(tmp_path / f"s{len(servers)}")
        server = socket.socket(socket.AF_UNIX)
        server.bind(address)
        server.listen()
        servers.append(server)
        threading.Thread(target=_answer, args=(server, answer), daemon=True).start()
        return address

    yield serve
    for server in servers:
        server.close()


def _answer(server, answer):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            seen = connection.recv(65536)
            while not seen.endswith((b"VERSION\0", b"\0\0\0\0")):
                seen += connection.recv(65536)
            if answer is None:
                connection.recv(1)
            else:
                connection.sendall(answer)
