"""
Statements that are made once and run many times, with their values beside them.

To make one takes several times as long as to run it, and a step of a case runs twenty, most of them while others wait
to write. A value that a statement asks for by the column ``x`` is given as ``the_x``: `the` writes it so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from perizinan_core.storage._records import Span

__all__ = [
    "change_of",
    "equal",
    "for_update",
    "in_span",
    "insertion_of_absent",
    "key_names",
    "new_or_changed",
    "removal_of",
    "row_of",
    "rows_with",
    "the",
]


def the(**values: Any) -> dict[str, Any]:
    """Return the values that a statement of this module asks for."""
    return {f"the_{name}": value for name, value in values.items()}


@cache
def key_names(table: sa.Table) -> tuple[str, ...]:
    """Return the names of the columns of a primary key, in order."""
    return tuple(column.name for column in table.primary_key.columns)


@cache
def row_of(table: sa.Table) -> sa.Select[Any]:
    """Return the question for a whole row by its primary key."""
    return rows_with(table, *key_names(table))


@cache
def rows_with(table: sa.Table, *names: str) -> sa.Select[Any]:
    """Return the question for the whole rows in which these columns have given values."""
    return sa.select(table).where(*equal(table, names))


@cache
def change_of(table: sa.Table, *names: str) -> sa.Update:
    """Return the change of the rows in which these columns, by default the primary key, have given values."""
    return table.update().where(*equal(table, names or key_names(table)))


@cache
def removal_of(table: sa.Table, *names: str) -> sa.Delete:
    """Return the removal of the rows in which these columns, by default the primary key, have given values."""
    return table.delete().where(*equal(table, names or key_names(table)))


@cache
def insertion_of_absent(table: sa.Table, *, is_sqlite: bool, telling: bool = False) -> Any:
    """
    Return an INSERT that does nothing when its key is taken.

    Args:
        table: Where.
        is_sqlite: Else PostgreSQL.
        telling: It gives back the key of what it inserted.
    """
    insert = _insert(table, is_sqlite).on_conflict_do_nothing()
    return insert.returning(table.primary_key.columns[0]) if telling else insert


@cache
def new_or_changed(table: sa.Table, *names: str, is_sqlite: bool) -> sa.Insert:
    """
    Return an INSERT that changes the row whose key is taken.

    Args:
        table: Where.
        names: Columns that are written beside the primary key.
        is_sqlite: Else PostgreSQL.
    """
    insert = _insert(table, is_sqlite)
    changed = {name: insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=key_names(table), set_=changed)


@cache
def for_update(statement: sa.Select[Any], *, skip: bool = False, key_share: bool = False) -> sa.Select[Any]:
    """Return a question that locks its rows."""
    return statement.with_for_update(skip_locked=skip, key_share=key_share)


def in_span(column: sa.ColumnElement[Any], span: Span) -> sa.ColumnElement[bool]:
    """Return the condition that a moment lies in a span."""
    ends = () if span.until is None else (column <= span.until,)
    begins = () if span.after is None else (column > span.after,)
    return sa.and_(*begins, *ends)


def _insert(table: sa.Table, is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:  # noqa: FBT001
    # Both databases write it the same way.
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def equal(table: sa.Table, names: Iterable[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that columns have given values."""
    return tuple(table.c[name] == sa.bindparam(f"the_{name}", type_=table.c[name].type) for name in names)
