"""
Making and upgrading the tables, without a command line or an ``alembic.ini``.

A migration is one transaction on both databases: it is done or it is not. Processes that migrate at the
same moment wait for each other.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from perizinan_core._parts import office_part
from perizinan_core.errors.storage import DatabaseUnavailableError, StorageError
from perizinan_core.i18n import N_, Clause
from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._table_sets import TableSet, TableSteps, plan_tables

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = [
    "MigrationReport",
    "current_revision",
    "lock_tables",
    "make_plugin_tables",
    "make_tables",
    "migrate",
    "pending",
]

_SEALS = "0016"
"""Revision that brings seals."""

_LISTS = "0022"
"""Revision that brings what lists are answered from."""

_SEARCHES = "0038"
"""Revision that brings what searches are answered from."""

_WITH_KEYS = frozenset({_SEALS, _LISTS, _SEARCHES})
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

    tables: tuple[TableSteps, ...] = ()
    """The same for the tables of each plugin, in order of name."""


def migrate(
    url: str | sa.Engine,
    *,
    keys: KeyRing | None = None,
    progress: Callable[[str], None] | None = None,
    tables: Iterable[TableSet] = (),
    set_aside: Sequence[str] = (),
) -> MigrationReport:
    """
    Create or upgrade the tables, those of plugins after the office's own; all of them or none.

    Harmless when there is nothing to do. Tables of plugins that are not given stay as they are.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://…``, or an engine of the host application. A new
            SQLite file is readable by its owner only.
        keys: The keys of the records; needed where a step seals records that are there.
        progress: Called with each revision before it is applied; those of plugins are ``NAME/0001``.
        tables: What plugins bring.
        set_aside: Plugins that could not be loaded. Where there are tables that may be theirs, nothing is upgraded:
            with the plugin, an upgrade may turn out to be one that cannot be used, and there is no way back.

    Raises:
        StorageError: ``invalid-database-url``: The address is of no known form.
        StorageError: ``schema-too-new``: The tables belong to a newer version.
        StorageError: ``migration-needs-keys``: A step seals records, and the keys were not given; nothing
            was changed.
        StorageError: ``unknown-key``: These are the keys of another store; nothing was changed.
        StorageError: ``plugin-tables-too-new``: Tables belong to a newer version of their plugin; nothing was changed.
        StorageError: ``plugin-migrations``: The migrations of a plugin cannot be used; nothing was changed.
        StorageError: ``plugin-migration-failed``: One of them failed, or reached beyond its plugin's tables; nothing
            was changed.
        StorageError: ``plugin-set-aside``: There are tables of a plugin that could not be loaded; nothing was changed.
        DatabaseUnavailableError: The database refused; nothing was changed.
    """
    from perizinan_core.storage._sql import _engine as engines
    from perizinan_core.storage._sql._failures import translated
    from perizinan_core.storage._sql._plugin_tables import find_plugin_revisions
    from perizinan_core.storage._sql._revisions import REVISIONS, find_revision

    sets = tuple(tables)
    plan_tables(sets, {})

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
            noted = find_plugin_revisions(connection)
            planned = plan_tables(sets, noted)
            if before is not None and (steps or any(item.applied for item in planned)):
                _refuse_lone_tables(noted, sets, set_aside)
            reading = sorted(_WITH_KEYS.intersection(steps))
            if before is None or not reading or _is_empty(connection):
                reading = []
            if reading and keys is None:
                raise StorageError("migration-needs-keys", revision=reading[0])
            _upgrade(connection, steps, progress=progress)
            if reading and keys is not None:
                _seal(connection, keys, reading)
            folders = {item.name: item.migrations for item in sets}
            for item in planned:
                make_plugin_tables(connection, folders[item.name], item, progress)
            connection.commit()
        return MigrationReport(before=before, after=REVISIONS[-1], applied=steps, tables=planned)
    finally:
        origin.release(engine)


def _refuse_lone_tables(noted: Iterable[str], sets: Iterable[TableSet], set_aside: Sequence[str]) -> None:
    lone = set(noted) - {item.name for item in sets}
    if lone and set_aside:
        raise StorageError("plugin-set-aside", tables=tuple(sorted(lone)), plugins=tuple(set_aside))


def current_revision(url: str | sa.Engine) -> str | None:
    """
    Return the revision of the tables, or None when there are none; changes nothing.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    return _found(url)[0]


def pending(url: str | sa.Engine, *, tables: Iterable[TableSet] = ()) -> tuple[str, ...]:
    """
    Return the revisions that `migrate` would apply, in order; those of plugins as ``NAME/0001``.

    Raises:
        StorageError: ``schema-too-new``: The tables belong to a newer version.
        StorageError: ``plugin-tables-too-new``: Those of a plugin belong to a newer version of it.
    """
    revision, plugins = _found(url)
    planned = plan_tables(tables, plugins)
    return (*_steps(revision), *(f"{item.name}/{step}" for item in planned for step in item.applied))


def _found(url: str | sa.Engine) -> tuple[str | None, dict[str, str]]:
    """Return the revisions of the office's tables and of those of plugins."""
    from perizinan_core.storage._sql import _engine as engines
    from perizinan_core.storage._sql._failures import translated
    from perizinan_core.storage._sql._plugin_tables import find_plugin_revisions
    from perizinan_core.storage._sql._revisions import find_revision

    origin = engines.Origin.of(url)
    if origin.file is not None and not origin.file.exists():
        return None, {}
    engine = origin.engine()
    try:
        with translated(), engine.connect() as connection:
            return find_revision(connection), find_plugin_revisions(connection)
    finally:
        origin.release(engine)


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
    _upgrade(connection, REVISIONS[: REVISIONS.index(revision) + 1])


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


def _seal(connection: sa.Connection, keys: KeyRing, steps: Collection[str]) -> None:
    """
    Seal what is there, in the transaction of the migration: there is no moment between both.

    Args:
        connection: The transaction.
        keys: Of the records.
        steps: Revisions that ask for it.
    """
    from perizinan_core.storage._sealing import Sealer
    from perizinan_core.storage._sql._resealing import fill_lists, fill_searches, seal_existing
    from perizinan_core.storage._sql._session import Session

    session = Session(connection, sealer=Sealer(keys), zone=None, writable=True)
    if _SEALS in steps:
        seal_existing(session)
    if _SEALS in steps or _LISTS in steps:
        fill_lists(session)
    fill_searches(session)


def make_plugin_tables(
    connection: sa.Connection,
    folder: Path,
    steps: TableSteps,
    progress: Callable[[str], None] | None = None,
) -> None:
    """
    Run the migrations of a plugin in the transaction of the caller, and look at what they left.

    Raises:
        StorageError: ``plugin-migration-failed``: One of them failed, or reached beyond its plugin's tables.
    """
    from perizinan_core.storage._sql._plugin_tables import noted_revisions, own_faults, shape_of

    if not steps.applied:
        return
    others = shape_of(connection, without=steps.name)
    for revision in steps.applied:
        if progress is not None:
            progress(f"{steps.name}/{revision}")
        try:
            with _unfinished(connection):
                _upgrade(connection, (revision,), plugin=steps.name, folder=folder)
        except Exception as error:
            raise _failed(
                steps.name, revision, Clause(N_("it raised {error}"), error=_place(error, folder))
            ) from error
        if noted_revisions(connection, steps.name) != (revision,):
            raise _failed(
                steps.name,
                revision,
                Clause(N_("its revision or down_revision is not that of its file's name")),
            )
    faults = [*own_faults(connection, steps.name)]
    if shape_of(connection, without=steps.name) != others:
        faults.insert(0, Clause(N_("it made or changed a table that is not the plugin's")))
    if faults:
        raise _failed(steps.name, steps.after, faults[0])


@contextmanager
def _unfinished(connection: sa.Connection) -> Iterator[None]:
    """Refuse to end the transaction meanwhile: it is one with everything else."""
    import sqlalchemy as sa

    def refuse(_connection: sa.Connection) -> None:
        raise RuntimeError("a migration ends no transaction")

    sa.event.listen(connection, "commit", refuse)
    sa.event.listen(connection, "rollback", refuse)
    try:
        yield
    finally:
        sa.event.remove(connection, "commit", refuse)
        sa.event.remove(connection, "rollback", refuse)


def _failed(name: str, revision: str, fault: Clause) -> StorageError:
    return StorageError("plugin-migration-failed", tables=name, revision=revision, fault=fault)


def _place(error: Exception, folder: Path) -> str:
    """Return the class of an error and the line of the migration; what it says may hold someone's data."""
    lines = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent == folder
    ]
    return " ".join([type(error).__name__, *(f"({line})" for line in lines[-1:])])


def _upgrade(
    connection: sa.Connection,
    steps: Sequence[str],
    *,
    progress: Callable[[str], None] | None = None,
    plugin: str | None = None,
    folder: Path | None = None,
) -> None:
    """
    Apply revisions that follow each other: Alembic reads the whole folder each time it is asked, so it is asked once.

    Args:
        connection: The transaction.
        steps: What is to be applied, in order.
        progress: Called with each before it is applied.
        plugin: Whose tables they are about; None: the office's.
        folder: Where its migrations are.
    """
    if not steps:
        return
    command = office_part("alembic.command")
    config = office_part("alembic.config").Config()
    config.set_main_option("script_location", _option(Path(__file__).parent / "_migrations"))
    if plugin is not None and folder is not None:
        # One folder, whose name may hold spaces and commas.
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", _option(folder))
        config.attributes["plugin"] = plugin
    config.attributes["connection"] = connection
    remaining = iter(steps)

    def announce(**_applied: object) -> None:
        step = next(remaining, None)
        if progress is not None and step is not None:
            progress(step)

    announce()
    config.attributes["on_version_apply"] = announce
    command.upgrade(config, steps[-1])


def _option(path: Path) -> str:
    return str(path).replace("%", "%%")
