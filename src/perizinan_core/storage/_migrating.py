"""
Making and upgrading the tables, without a command line or an ``alembic.ini``.

A migration is one transaction on both databases: it is done or it is not. Processes that migrate at the
same moment wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from perizinan_core._parts import office_part
from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.storage._keyring import KeyRing

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = ["MigrationReport", "current_revision", "lock_tables", "make_tables", "migrate", "pending"]

_SEALS = "0016"
"""Revision that brings seals."""

_LISTS = "0022"
"""Revision that brings what lists are answered from."""

_WITH_KEYS = frozenset({_SEALS, _LISTS})
"""Revisions that read and seal the records that are there."""

_LOCK = 0x7065_7269_7A69_6E01
"""Number of the PostgreSQL advisory lock that migrations hold ("perizin", 1)."""


@attrs.frozen(kw_only=True)
class MigrationReport:
    """What a migration did."""

    before: str | None
    """Revision before, or None: there were no tables."""

    after: str
    """Revision now."""

    applied: tuple[str, ...]
    """Revisions applied, in order."""


def migrate(
    url: str | sa.Engine, *, keys: KeyRing | None = None, progress: Callable[[str], None] | None = None
) -> MigrationReport:
    """
    Create or upgrade the tables; harmless when there is nothing to do.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://…``, or an engine of the host application. A new
            SQLite file is readable by its owner only.
        keys: The keys of the records; needed where a step seals records that are there.
        progress: Called with each revision before it is applied.

    Raises:
        StorageError: ``invalid-database-url``: The address is of no known form.
        StorageError: ``schema-too-new``: The tables belong to a newer version.
        StorageError: ``migration-needs-keys``: A step seals records, and the keys were not given; nothing
            was changed.
        StorageError: ``unknown-key``: These are the keys of another store; nothing was changed.
        DatabaseUnavailableError: The database refused; nothing was changed.
    """
    from perizinan_core.storage._sql import _engine as engines
    from perizinan_core.storage._sql._failures import translated
    from perizinan_core.storage._sql._revisions import REVISIONS, find_revision

    origin = engines.Origin.of(url)
    if origin.file is not None:
        _make_file(origin.file)
    engine = origin.engine()
    try:
        with translated(), engine.connect() as connection:
            engines.use_wal(connection)
        with translated(), engine.connect().execution_options(**{engines.WRITE: True}) as connection:
            _lock(connection)
            before = find_revision(connection)
            steps = _steps(before)
            reading = sorted(_WITH_KEYS.intersection(steps))
            if before is None or not reading or _is_empty(connection):
                reading = []
            if reading and keys is None:
                raise StorageError("migration-needs-keys", revision=reading[0])
            for step in steps:
                if progress is not None:
                    progress(step)
                _upgrade(connection, step)
            if reading and keys is not None:
                _seal(connection, keys, first=_SEALS in reading)
            connection.commit()
        return MigrationReport(before=before, after=REVISIONS[-1], applied=steps)
    finally:
        origin.release(engine)


def current_revision(url: str | sa.Engine) -> str | None:
    """
    Return the revision of the tables, or None when there are none; changes nothing.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    from perizinan_core.storage._sql import _engine as engines
    from perizinan_core.storage._sql._failures import translated
    from perizinan_core.storage._sql._revisions import find_revision

    origin = engines.Origin.of(url)
    if origin.file is not None and not origin.file.exists():
        return None
    engine = origin.engine()
    try:
        with translated(), engine.connect() as connection:
            return find_revision(connection)
    finally:
        origin.release(engine)


def pending(url: str | sa.Engine) -> tuple[str, ...]:
    """
    Return the revisions that `migrate` would apply, in order.

    Raises:
        StorageError: ``schema-too-new``: The tables belong to a newer version.
    """
    return _steps(current_revision(url))


def make_tables(connection: sa.Connection, revision: str) -> None:
    """
    Make the tables of a revision where there are none, in the transaction of the caller, which has locked
    them.

    Raises:
        StorageError: ``schema-too-new``: This version does not know the revision.
    """
    from perizinan_core.storage._sql._revisions import REVISIONS

    if revision not in REVISIONS:
        raise StorageError("schema-too-new", found=revision, newest=REVISIONS[-1])
    for step in REVISIONS[: REVISIONS.index(revision) + 1]:
        _upgrade(connection, step)


def lock_tables(connection: sa.Connection) -> None:
    """Begin the transaction and wait for others that make or upgrade the tables."""
    _lock(connection)


def _steps(found: str | None) -> tuple[str, ...]:
    from perizinan_core.storage._sql._revisions import REVISIONS

    if found is None:
        return REVISIONS
    if found not in REVISIONS:
        raise StorageError("schema-too-new", found=found, newest=REVISIONS[-1])
    return REVISIONS[REVISIONS.index(found) + 1 :]


def _make_file(file: Path) -> None:
    from perizinan_core.storage._sql._engine import create_private_file

    try:
        create_private_file(file)
    except OSError as error:
        raise DatabaseUnavailableError(
            "database-unavailable", reason=error.strerror or "I/O error"
        ) from error


def _lock(connection: sa.Connection) -> None:
    import sqlalchemy as sa

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    else:
        connection.begin()


def _is_empty(connection: sa.Connection) -> bool:
    from perizinan_core.storage._sql._resealing import is_empty

    return is_empty(connection)


def _seal(connection: sa.Connection, keys: KeyRing, *, first: bool) -> None:
    """
    Seal what is there, in the transaction of the migration: there is no moment between both.

    Args:
        connection: The transaction.
        keys: Of the records.
        first: They have no seals yet.
    """
    from perizinan_core.storage._sealing import Sealer
    from perizinan_core.storage._sql._resealing import fill_lists, seal_existing
    from perizinan_core.storage._sql._session import Session

    session = Session(connection, sealer=Sealer(keys), zone=None, writable=True)
    if first:
        seal_existing(session)
    fill_lists(session)


def _upgrade(connection: sa.Connection, revision: str) -> None:
    command = office_part("alembic.command")
    config = office_part("alembic.config").Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "_migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
