"""
Tables of plugins in the database: how far they are, and whether a migration of a plugin kept to its own tables.

A plugin's migrations run in the transaction of the office's own. What they leave is looked at before it is
committed, so that one that reaches into another's tables is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from perizinan_core.i18n import N_, Clause
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._table_sets import PLUGIN_PREFIX, revision_table, set_of, table_name

__all__ = ["Shape", "find_plugin_revisions", "is_revision_table", "noted_revisions", "own_faults", "shape_of"]

Shape = Mapping[str, frozenset[tuple[str, str, bool]]]
"""Tables, each with name, type and NULL of its columns."""

_TYPES = (sa.Integer, sa.String, sa.LargeBinary, sa.Boolean, sa.Date)
"""What both databases, and the backup between them, hold in exactly the same way; moments besides."""


def find_plugin_revisions(connection: sa.Connection) -> dict[str, str]:
    """Return the revision of each plugin's tables, by their name, also of plugins that are gone."""
    with translated():
        names = [set_of(name) for name in sa.inspect(connection).get_table_names() if is_revision_table(name)]
        noted = {name: noted_revisions(connection, name) for name in sorted(names)}
    return {name: ", ".join(revisions) for name, revisions in noted.items() if revisions}


def noted_revisions(connection: sa.Connection, name: str) -> tuple[str, ...]:
    """Return what Alembic noted for a plugin's tables: one revision, where its migrations are one line."""
    table = sa.table(revision_table(name), sa.column("version_num"))
    return tuple(sorted(str(row.version_num) for row in connection.execute(sa.select(table.c.version_num))))


def is_revision_table(name: str) -> bool:
    """Return whether a table holds how far those of a plugin are."""
    return name.startswith(PLUGIN_PREFIX) and name == revision_table(set_of(name))


def shape_of(connection: sa.Connection, *, without: str) -> Shape:
    """Return what stands in a database besides the tables of one plugin."""
    own = table_name(without, "")
    columns = sa.inspect(connection).get_multi_columns()
    return {
        name: frozenset((item["name"], str(item["type"]), bool(item["nullable"])) for item in found)
        for (_, name), found in columns.items()
        if not name.startswith(own)
    }


def own_faults(connection: sa.Connection, name: str) -> Iterator[Clause]:
    """Yield what a plugin's tables have that does not survive a backup, or ties them to others."""
    own, inspector = table_name(name, ""), sa.inspect(connection)
    for table in sorted(inspector.get_table_names()):
        if not table.startswith(own) or is_revision_table(table):
            continue
        if not inspector.get_pk_constraint(table)["constrained_columns"]:
            yield Clause(N_("{table} has no primary key"), table=table)
        for column in inspector.get_columns(table):
            if not _is_kept(column["type"], connection.dialect.name):
                yield Clause(
                    N_(
                        "{table}.{column} is {type}: use Integer, BigInteger, String, LargeBinary, Boolean, Date or "
                        "UtcDateTime"
                    ),
                    table=table,
                    column=column["name"],
                    type=str(column["type"]),
                )
        for key in inspector.get_foreign_keys(table):
            if not key["referred_table"].startswith(own):
                yield Clause(
                    N_("{table} refers to {other}, which is not the plugin's"),
                    table=table,
                    other=key["referred_table"],
                )


def _is_kept(kind: Any, dialect: str) -> bool:
    if isinstance(kind, sa.DateTime):
        # SQLite has no type of its own for moments.
        return dialect == "sqlite" or bool(kind.timezone)
    return isinstance(kind, _TYPES) and not isinstance(kind, sa.Enum)
