"""
How connections are made.

SQLite: WAL, so that readers never wait; ``synchronous=FULL``, because with NORMAL a power cut could take back
commits that applicants already hold a receipt for; ``BEGIN IMMEDIATE`` for writing, because a transaction
that turns from reading to writing half-way fails instead of waiting.

PostgreSQL: READ COMMITTED for writing, where every change is guarded by a version or a row lock and waits
for its turn instead of failing; REPEATABLE READ, READ ONLY for reading.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.i18n import N_

__all__ = [
    "BUSY_SECONDS",
    "WRITE",
    "create_private_file",
    "make_engine",
    "parse_url",
    "sqlite_path",
    "use_wal",
]

BUSY_SECONDS = 30.0
"""How long a unit of work waits for others before it gives up."""

WRITE = "perizinan_write"
"""Execution option of a connection: the transaction will write."""

_IDLE_SECONDS = 120
"""PostgreSQL ends a transaction left open and idle for so long, so that a hung process cannot hold a register."""


def parse_url(text: str) -> URL:
    """
    Read a database address.

    Args:
        text: ``sqlite:///relative/path``, ``sqlite:////absolute/path``, ``postgresql+psycopg://…`` or, for
            the same, ``postgresql://…``.

    Raises:
        StorageError: ``invalid-database-url``: It is not one of these; user, host and password are not repeated.
        StorageError: ``database-driver-missing``: psycopg is not installed.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise StorageError("invalid-database-url", received=N_("text that is not an address")) from None
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:" or url.host or url.query:
            raise StorageError(
                "invalid-database-url", received=N_("a SQLite address that names no ordinary file")
            )
        return url.set(drivername="sqlite+pysqlite")
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        if importlib.util.find_spec("psycopg") is None:
            raise StorageError("database-driver-missing", driver="psycopg")
        return url.set(drivername="postgresql+psycopg")
    raise StorageError("invalid-database-url", received=f"{url.drivername}://")


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite address, or None for another database."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def create_private_file(path: Path) -> None:
    """Make an empty database file that only its owner may read; one that exists is left alone."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def make_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS, pool_size: int = 10) -> sa.Engine:
    """
    Return an engine with the settings of this module; connects on first use.

    Args:
        url: What `parse_url` gave.
        busy_seconds: How long to wait for others.
        pool_size: Connections kept open; up to three times as many are opened when needed.
    """
    backend = url.get_backend_name()
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": pool_size * 2,
        "pool_timeout": busy_seconds,
        "hide_parameters": True,
    }
    if backend == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": busy_seconds}, **options)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    arguments = {"application_name": "perizinan-core", "connect_timeout": max(2, int(busy_seconds))}
    engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True, **options)
    milliseconds = int(busy_seconds * 1000)
    sa.event.listen(engine, "connect", lambda connection, _: _prepare_postgresql(connection, milliseconds))
    return engine


def use_wal(connection: sa.Connection) -> None:
    """
    Put a SQLite file into WAL mode, which it then keeps; outside a transaction.

    Raises:
        DatabaseUnavailableError: ``database-busy``: It is not in WAL mode yet, and someone is using it.
        DatabaseUnavailableError: The file or its folder cannot be written.
    """
    if connection.dialect.name != "sqlite":
        return
    try:
        connection.connection.cursor().execute("PRAGMA journal_mode=WAL").close()
    except sqlite3.Error as error:
        # Not run through SQLAlchemy, which would begin a transaction first.
        busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise DatabaseUnavailableError(
            "database-busy" if busy else "database-unavailable", reason=str(error)
        ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, and too late: `_begin_sqlite` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _prepare_postgresql(connection: Any, busy_milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {busy_milliseconds}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE_SECONDS * 1000}")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
