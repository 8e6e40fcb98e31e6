"""
Tables that plugins bring into the office's database: their names, and the revisions that a plugin knows.

A set has a name. Its tables begin with ``perizinan_plugin_NAME_``, which no table of the library and none of another
plugin does, and ``perizinan_plugin_NAME_revision`` holds how far they are. Its migrations are files
``0001_topic.py``, ``0002_…`` in one folder, each on the one before: their names alone say what a plugin needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import attrs

from perizinan_core.errors.storage import StorageError
from perizinan_core.i18n import N_

__all__ = [
    "PLUGIN_PREFIX",
    "BlindIndex",
    "TableSet",
    "TableSteps",
    "check_tables",
    "plan_tables",
    "revision_table",
    "revisions_of",
    "set_of",
    "table_name",
]

PLUGIN_PREFIX = "perizinan_plugin_"
"""How the names of all tables of plugins begin."""

_FILE = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.py")
_REVISION = "revision"


class BlindIndex(Protocol):
    """A column by which sealed values are found; see `perizinan_core.hooks.BlindColumn`."""

    @property
    def table(self) -> str:
        """Its table, without what the names of all the plugin's tables begin with."""
        ...

    @property
    def column(self) -> str:
        """Its name."""
        ...

    @property
    def text(self) -> Callable[[Mapping[str, Any]], str | None]:
        """Returns what the index of a row is made of; sealed columns of the row are opened."""
        ...


class TableSet(Protocol):
    """What is known of a plugin's tables; see `perizinan_core.hooks.TablesEntry`."""

    @property
    def name(self) -> str:
        """Lower-case letters and digits."""
        ...

    @property
    def migrations(self) -> Path:
        """Folder of its migrations."""
        ...

    @property
    def blind(self) -> Sequence[BlindIndex]:
        """Its blind indexes, which a change of keys makes again."""
        ...


@attrs.frozen(kw_only=True)
class TableSteps:
    """How far a plugin's tables are, and what is still to be done."""

    name: str
    before: str | None
    """Revision before, or None: there are no tables."""

    after: str
    """Revision that the plugin needs."""

    applied: tuple[str, ...]
    """Revisions from the one to the other, in order."""


def table_name(name: str, table: str) -> str:
    """Return the name of a plugin's table in the database."""
    return f"{PLUGIN_PREFIX}{name}_{table}"


def set_of(table: str) -> str:
    """Return the name of the set that a plugin's table in the database belongs to."""
    return table.removeprefix(PLUGIN_PREFIX).partition("_")[0]


def revision_table(name: str) -> str:
    """Return the name of the table that holds how far a plugin's tables are."""
    return table_name(name, _REVISION)


def revisions_of(tables: TableSet) -> tuple[str, ...]:
    """
    Return the revisions that a plugin knows, oldest first.

    Raises:
        StorageError: ``plugin-migrations``: its folder is not one of migrations that follow one another.
    """
    try:
        files = sorted(path.name for path in tables.migrations.iterdir() if path.suffix == ".py")
    except OSError as error:
        raise _unusable(tables, N_("the folder cannot be read")) from error
    numbers = [_number(tables, name) for name in files if not name.startswith("__")]
    if not numbers:
        raise _unusable(tables, N_("there are no files 0001_topic.py"))
    if numbers != [f"{number:04d}" for number in range(1, len(numbers) + 1)]:
        raise _unusable(tables, N_("the numbers of the files do not follow one another from 0001"))
    return tuple(numbers)


def plan_tables(sets: Iterable[TableSet], found: Mapping[str, str]) -> tuple[TableSteps, ...]:
    """
    Return what is to be done for each set, in order of name.

    Args:
        sets: Those of the plugins that are loaded.
        found: Revisions in the database, by name.

    Raises:
        StorageError: ``plugin-migrations``: a folder is not usable.
        StorageError: ``plugin-tables-too-new``: tables belong to a newer version of their plugin.
    """
    planned = []
    for tables in sorted(sets, key=lambda item: item.name):
        known, before = revisions_of(tables), found.get(tables.name)
        if before is not None and before not in known:
            raise StorageError("plugin-tables-too-new", tables=tables.name, found=before, newest=known[-1])
        done = 0 if before is None else known.index(before) + 1
        planned.append(TableSteps(name=tables.name, before=before, after=known[-1], applied=known[done:]))
    return tuple(planned)


def check_tables(sets: Iterable[TableSet], found: Mapping[str, str]) -> None:
    """
    Refuse tables that their plugins do not fit.

    Raises:
        StorageError: ``plugin-tables-not-migrated``: they are missing or older; and as `plan_tables`.
    """
    for steps in plan_tables(sets, found):
        if steps.applied:
            raise StorageError(
                "plugin-tables-not-migrated",
                tables=steps.name,
                found=steps.before or "none",
                needed=steps.after,
            )


def _number(tables: TableSet, name: str) -> str:
    found = _FILE.fullmatch(name)
    if found is None:
        raise _unusable(tables, N_("a file has another name than 0001_topic.py"))
    return found["number"]


def _unusable(tables: TableSet, fault: str) -> StorageError:
    return StorageError("plugin-migrations", tables=tables.name, folder=str(tables.migrations), fault=fault)
