"""
Copies of all records while the office works, and putting them back.

A copy is one SQLite file whatever the database is: SQLite copies itself (its online backup), PostgreSQL is read
in one snapshot (repeatable read), row by row. Tables are those of the revision that the database has, so a copy
can be made before an upgrade and put back by a newer version. Tables of plugins are in it too, whether or not their
plugin is there; to be put back they need it. Personal data stay encrypted as they are; no key
is needed, and none is in the copy.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import URL

from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._migrating import lock_tables, make_plugin_tables, make_tables
from perizinan_core.storage._probes import PROBES, missing_probes
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql._engine import (
    BUSY_SECONDS,
    WRITE,
    create_private_file,
    make_engine,
    parse_url,
    sqlite_path,
    use_wal,
)
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._plugin_tables import find_plugin_revisions, is_revision_table
from perizinan_core.storage._sql._revisions import REVISION_TABLE, REVISIONS, find_revision
from perizinan_core.storage._sql._tables import PREFIX, settings
from perizinan_core.storage._table_sets import PLUGIN_PREFIX, TableSet, TableSteps, revisions_of

__all__ = [
    "SavedRecords",
    "check_saved_keys",
    "check_saved_tables",
    "has_records",
    "load_records",
    "save_records",
]

_BATCH = 500
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@attrs.frozen(kw_only=True)
class SavedRecords:
    """What a copy holds."""

    revision: str
    """Of its tables."""

    rows: Mapping[str, int]
    """By table."""

    tables: Mapping[str, str]
    """Revisions of the tables of plugins, by their name."""


def save_records(url: str, file: Path) -> SavedRecords:
    """
    Copy all records at a database address into a new SQLite file, as they are at one moment.

    Others keep reading and writing meanwhile.

    Raises:
        StorageError: ``schema-not-migrated``: There are no tables.
        StorageError: ``schema-too-new``: They belong to a newer version.
        StorageError: ``database-damaged``: The database is damaged.
        DatabaseUnavailableError: It does not answer.
    """
    parsed = parse_url(url)
    source = sqlite_path(parsed)
    create_private_file(file)
    if source is None:
        _save_snapshot(parsed, file)
    else:
        _save_sqlite(source, file)
    with open(file, "rb") as written:  # noqa: PTH123 - only to be synced
        os.fsync(written.fileno())
    with _reading(file) as copy:
        revision = _known_revision(copy)
        return SavedRecords(revision=revision, rows=_counts(copy), tables=find_plugin_revisions(copy))


def load_records(
    file: Path, url: str, *, sets: Iterable[TableSet] = (), left_out: Collection[str] = ()
) -> SavedRecords:
    """
    Put a copy into an empty database; all of it or nothing.

    Args:
        file: The copy.
        url: Address of the database.
        sets: Tables of the plugins that are loaded.
        left_out: Names of those that are not to be put back.

    Raises:
        StorageError: ``schema-too-new``: The copy was made by a newer version.
        StorageError: ``saved-tables-unknown``: It has tables of a plugin that is not there.
        StorageError: ``plugin-tables-too-new``: They are of a newer version of it.
        DatabaseUnavailableError: The database does not answer, or something is in it.
    """
    parsed = parse_url(url)
    target = sqlite_path(parsed)
    if target is not None:
        create_private_file(target)
    engine = make_engine(parsed)
    try:
        with translated(), engine.connect() as connection:
            use_wal(connection)
        with (
            _reading(file) as copy,
            translated(),
            engine.connect().execution_options(**{WRITE: True}) as connection,
        ):
            lock_tables(connection)
            if _is_used(connection):
                raise DatabaseUnavailableError("database-unavailable", reason="not empty")
            _reflected(connection).drop_all(connection)
            revision = _known_revision(copy)
            make_tables(connection, revision)
            for steps, tables in _saved_tables(copy, sets, left_out):
                make_plugin_tables(connection, tables.migrations, steps)
            rows = _copy_rows(copy, connection)
            _set_last_ids(connection, _last_ids(copy))
            plugins = find_plugin_revisions(connection)
            connection.commit()
        return SavedRecords(revision=revision, rows=rows, tables=plugins)
    finally:
        engine.dispose()


def has_records(url: str) -> bool:
    """Return whether a database holds any row of ours; False when it has no tables, or does not exist as a file."""
    parsed = parse_url(url)
    file = sqlite_path(parsed)
    if file is not None and not file.exists():
        return False
    engine = make_engine(parsed)
    try:
        with translated(), engine.connect() as connection:
            return _is_used(connection)
    finally:
        engine.dispose()


def check_saved_keys(file: Path, keys: KeyRing) -> None:
    """
    Pass when the keys at hand are those of a copy.

    Raises:
        StorageError: ``unknown-key``: They are the keys of other records.
        SealBrokenError: A key has the id of one of the copy but is another.
    """
    with _reading(file) as copy, translated():
        found = copy.execute(sa.select(settings.c.value).where(settings.c.key == PROBES)).scalar()
    missing_probes(None if found is None else json.loads(found), keys, Sealer(keys))


def check_saved_tables(file: Path, sets: Iterable[TableSet], left_out: Collection[str] = ()) -> None:
    """
    Pass when the tables of plugins in a copy can be put back; see `load_records`.

    Raises:
        StorageError: ``saved-tables-unknown``: It has tables of a plugin that is not there.
        StorageError: ``plugin-tables-too-new``: They are of a newer version of it.
    """
    with _reading(file) as copy:
        _saved_tables(copy, sets, left_out)


def _saved_tables(
    copy: sa.Connection, sets: Iterable[TableSet], left_out: Collection[str]
) -> list[tuple[TableSteps, TableSet]]:
    """Return what makes the tables of plugins as they are in a copy."""
    known = {tables.name: tables for tables in sets}
    found = []
    for name, revision in find_plugin_revisions(copy).items():
        if name in left_out:
            continue
        if name not in known:
            raise StorageError("saved-tables-unknown", tables=name, revision=revision)
        revisions = revisions_of(known[name])
        if revision not in revisions:
            raise StorageError("plugin-tables-too-new", tables=name, found=revision, newest=revisions[-1])
        steps = TableSteps(
            name=name, before=None, after=revision, applied=revisions[: revisions.index(revision) + 1]
        )
        found.append((steps, known[name]))
    return found


def _save_sqlite(source: Path, file: Path) -> None:
    if not source.exists():
        raise StorageError("database-missing", path=str(source))
    with (
        _sqlite_failures(),
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as here,
        closing(sqlite3.connect(file)) as there,
    ):
        here.backup(there)
        # One file, without a log beside it, that can be opened where nothing may be written.
        there.execute("PRAGMA journal_mode=DELETE")
        problem = there.execute("PRAGMA integrity_check").fetchone()[0]
    if problem != "ok":
        raise StorageError("database-damaged", reason="integrity_check")


def _save_snapshot(parsed: URL, file: Path) -> None:
    here, there = make_engine(parsed), make_engine(sa.make_url(f"sqlite+pysqlite:///{file}"))
    try:
        with (
            translated(),
            here.connect().execution_options(**_SNAPSHOT) as source,
            there.connect().execution_options(**{WRITE: True}) as target,
        ):
            revision = _known_revision(source)
            lock_tables(target)
            make_tables(target, revision)
            _make_plugin_tables_like(source, target)
            _copy_rows(source, target)
            _set_last_ids(target, _last_ids(source))
            target.commit()
    finally:
        here.dispose()
        there.dispose()


@contextmanager
def _reading(file: Path) -> Iterator[sa.Connection]:
    """Open a copy without leaving anything beside it."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite3.connect(address, uri=True),
        poolclass=sa.NullPool,
        hide_parameters=True,
    )
    try:
        with translated(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _sqlite_failures() -> Iterator[None]:
    with translated():
        try:
            yield
        except sqlite3.Error as error:
            raise sa.exc.DBAPIError("backup", None, error) from error


def _known_revision(connection: sa.Connection) -> str:
    found = find_revision(connection)
    if found is None:
        raise StorageError("schema-not-migrated", found="none", needed=REVISIONS[-1])
    if found not in REVISIONS:
        raise StorageError("schema-too-new", found=found, newest=REVISIONS[-1])
    return found


def _reflected(connection: sa.Connection) -> sa.MetaData:
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: name.startswith(PREFIX))
    return metadata


def _own_tables(connection: sa.Connection) -> tuple[sa.Table, ...]:
    return tuple(table for table in _reflected(connection).sorted_tables if not _is_revision(table.name))


def _is_revision(name: str) -> bool:
    return name == REVISION_TABLE or is_revision_table(name)


def _make_plugin_tables_like(source: sa.Connection, target: sa.Connection) -> None:
    """Make the tables of plugins as they are, without asking the plugins, which may be gone."""
    found = [item for item in _reflected(source).sorted_tables if item.name.startswith(PLUGIN_PREFIX)]
    made = sa.MetaData()
    for table in found:
        columns = [
            sa.Column(item.name, item.type.as_generic(), primary_key=item.primary_key, nullable=item.nullable)
            for item in table.columns
        ]
        sa.Table(table.name, made, *columns)
    made.create_all(target)
    for table in found:
        if is_revision_table(table.name):
            rows = [dict(row) for row in source.execute(sa.select(table)).mappings()]
            target.execute(made.tables[table.name].insert(), rows)


def _is_used(connection: sa.Connection) -> bool:
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
        for table in _own_tables(connection)
    )


def _counts(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        for table in _own_tables(connection)
    }


def _copy_rows(source: sa.Connection, target: sa.Connection) -> dict[str, int]:
    """Copy every row of every table; both have the tables of the same revision."""
    counted = {}
    known = {table.name: table for table in _own_tables(source)}
    for table in _own_tables(target):
        counted[table.name] = 0
        query = sa.select(known[table.name]).execution_options(yield_per=_BATCH)
        for rows in source.execute(query).mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in rows])
            counted[table.name] += len(rows)
    return counted


def _last_ids(connection: sa.Connection) -> dict[str, int]:
    """Return the last id that was given in each table that counts its rows; ids are never given twice."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: int(row.seq) for row in rows if row.name.startswith(PREFIX)}
    found = {}
    for table, sequence in _sequences(connection):
        # PostgreSQL gave the name quoted as a statement needs it.
        row = connection.execute(sa.text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
        found[table.name] = int(row.last_value) if row.is_called else 0
    return found


def _set_last_ids(connection: sa.Connection, last: Mapping[str, int]) -> None:
    if connection.dialect.name == "sqlite":
        for table, value in last.items():
            values = {"name": table, "seq": value}
            done = connection.execute(
                sa.text("UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name"), values
            )
            if not done.rowcount:
                connection.execute(
                    sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values
                )
        return
    for counted, sequence in _sequences(connection):
        value = max(last.get(counted.name, 0), _highest(connection, counted))
        connection.execute(sa.select(sa.func.setval(sequence, max(value, 1), value > 0)))


def _sequences(connection: sa.Connection) -> list[tuple[sa.Table, str]]:
    """Return table and sequence of each PostgreSQL table whose key counts by itself."""
    found = []
    for table in _own_tables(connection):
        key = list(table.primary_key.columns)
        if len(key) == 1:
            name = connection.execute(
                sa.select(sa.func.pg_get_serial_sequence(table.name, key[0].name))
            ).scalar()
            if name is not None:
                found.append((table, str(name)))
    return found


def _highest(connection: sa.Connection, table: sa.Table) -> int:
    """Return the highest key in a table: SQLite notes the last one only where keys are never given twice."""
    (key,) = table.primary_key.columns
    return int(connection.execute(sa.select(sa.func.max(key))).scalar() or 0)
