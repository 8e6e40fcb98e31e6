"""
How connections are made.

SQLite: WAL, so that readers never wait; ``synchronous=FULL``, because with NORMAL a power cut could take back
commits that applicants already hold a receipt for; ``BEGIN IMMEDIATE`` for writing, because a transaction
that turns from reading to writing half-way fails instead of waiting.

An engine of a host application lends its pool on PostgreSQL: what our transactions need is set inside them and ends
with them. On SQLite only its file is used, because these settings belong to a connection as a whole.

PostgreSQL: READ COMMITTED for writing, where every change is guarded by a version or a row lock and waits
for its turn instead of failing; REPEATABLE READ, READ ONLY for reading.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import URL

from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.i18n import N_
from perizinan_core.storage._sql._connecting import unreachable

__all__ = [
    "BUSY_SECONDS",
    "WRITE",
    "Origin",
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


@attrs.frozen
class Origin:
    """Where connections come from: an address, or an engine of the host application."""

    url: URL
    host: sa.Engine | None = None
    """Its pool is used and never disposed of here; None: engines of our own."""

    @classmethod
    def of(cls, source: str | sa.Engine) -> Origin:
        """
        Read an address, or look at an engine.

        Raises:
            StorageError: as `parse_url`; an engine needs one of these drivers as well.
        """
        if not isinstance(source, sa.Engine):
            return cls(parse_url(source))
        if source.dialect.name == "postgresql" and source.dialect.driver == "psycopg":
            # Its address may hold a password: nothing is written anywhere.
            return cls(source.url, source)
        return cls(parse_url(source.url.render_as_string(hide_password=False)))

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for another database."""
        return sqlite_path(self.url)

    def engine(self, *, busy_seconds: float = BUSY_SECONDS, pool_size: int = 10) -> sa.Engine:
        """Return an engine with the settings of this module; give it back with `release`."""
        if self.host is None:
            return make_engine(self.url, busy_seconds=busy_seconds, pool_size=pool_size)
        # The same pool; what is listened to here concerns connections of this engine only.
        lent = self.host.execution_options()
        sa.event.listen(lent, "begin", partial(_begin_postgresql, busy_milliseconds=int(busy_seconds * 1000)))
        return lent

    def release(self, engine: sa.Engine) -> None:
        """Close the connections, unless they are the host's."""
        if self.host is None:
            engine.dispose()


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
        sa.event.listen(engine, "do_connect", partial(_connect, url))
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    arguments = {"application_name": "perizinan-core", "connect_timeout": max(2, int(busy_seconds))}
    engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True, **options)
    sa.event.listen(engine, "do_connect", partial(_connect, url))
    milliseconds = int(busy_seconds * 1000)
    sa.event.listen(engine, "connect", lambda connection, _: _prepare_postgresql(connection, milliseconds))
    return engine


def _connect(url: URL, dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    """Connect as the dialect does; what keeps it from connecting is named with the place."""
    try:
        return dialect.connect(*arguments, **options)
    except dialect.loaded_dbapi.Error as error:
        raise unreachable(url, error) from error


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


def _begin_postgresql(connection: sa.Connection, *, busy_milliseconds: int) -> None:
    """Set for this transaction alone what `_prepare_postgresql` sets for a connection of our own."""
    values = {
        "lock_timeout": str(busy_milliseconds),
        "idle_in_transaction_session_timeout": str(_IDLE_SECONDS * 1000),
        "timezone": "UTC",
    }
    connection.execute(sa.select(*(sa.func.set_config(name, value, True) for name, value in values.items())))


def _prepare_postgresql(connection: Any, busy_milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {busy_milliseconds}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE_SECONDS * 1000}")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
