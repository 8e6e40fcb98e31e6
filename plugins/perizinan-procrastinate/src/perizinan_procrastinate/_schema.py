"""
The tables of Procrastinate in a schema of their own, with their version.

They are made and upgraded when the queue is opened: they hold hints, which no backup needs. Procrastinate brings its
migrations as files whose names sort by version; the last one that is in effect is noted beside its tables.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from perizinan_procrastinate._database import SCHEMA, Database
from perizinan_procrastinate._errors import QueueUnfitError

__all__ = ["newest_version", "prepare"]

_LOCK = "perizinan-procrastinate"
_MAKE = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA))
_NOTES = (
    "CREATE TABLE IF NOT EXISTS perizinan_queue_notes ("
    "one boolean PRIMARY KEY DEFAULT true CHECK (one), version text NOT NULL, round_at timestamptz)"
)


def prepare(address: str) -> Database:
    """
    Return the database at an address, with the tables of the queue in their newest form.

    Raises:
        QueueUnfitError: see its codes.
        QueueUnavailableError: the database does not answer.
    """
    database = Database.at(address)
    newest = newest_version()
    with database.connected() as connection:
        found = _version(connection)
        if found == newest:
            return database
    with database.connected() as connection:
        # One process at a time, until its connection ends; the others find it done.
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (_LOCK,))
        _bring_up(connection, newest)
    return database


def newest_version() -> str:
    """Return the version of the tables that this installation works with."""
    return _migrations()[-1].stem


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> str | None:
    """Return the version of the tables that are there, or None where there are none."""
    there = connection.execute("SELECT to_regclass('perizinan_queue_notes')").fetchone()
    if there is None or there[0] is None:
        return None
    row = connection.execute("SELECT version FROM perizinan_queue_notes").fetchone()
    return None if row is None else str(row[0])


def _bring_up(connection: psycopg.Connection[tuple[object, ...]], newest: str) -> None:
    try:
        with connection.transaction():
            connection.execute(_MAKE)
            connection.execute(_NOTES)
    except psycopg.errors.InsufficientPrivilege as error:
        account = connection.info.user
        raise QueueUnfitError("queue-not-allowed", schema=SCHEMA, account=account) from error
    found = _version(connection)
    if found is None:
        with connection.transaction():
            _run(connection, SchemaManager.get_schema())
            connection.execute("INSERT INTO perizinan_queue_notes (version) VALUES (%s)", (newest,))
        return
    if found > newest:
        raise QueueUnfitError("queue-too-new", found=found, known=newest)
    for migration in _migrations():
        if migration.stem > found:
            # Each by itself: a later one may use a value that an earlier one adds to a type.
            with connection.transaction():
                _run(connection, migration.read_text(encoding="utf-8"))
                connection.execute("UPDATE perizinan_queue_notes SET version = %s", (migration.stem,))


def _run(connection: psycopg.Connection[tuple[object, ...]], text: str) -> None:
    # From the files of an installed package; without parameters, so that several statements may follow each other.
    connection.execute(text)
