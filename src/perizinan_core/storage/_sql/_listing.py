"""
Pages of long lists, at a cost that does not grow with the list.

No database reads the first fifty rows of "one of these courses, in one of these states, newest first" from an
index: it reads all of them and sorts. So each pair of course and state is asked for by itself, which is a piece of
an index in the order wanted, and the first rows of all pieces are put together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.model import quoted
from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sql._session import Session

__all__ = ["Ordered", "any_of", "choice", "distinct_values", "page_of"]

_MOST_PIECES = 120
"""SQLite puts at most 500 together; past this many, what is narrowed last is compared row by row."""


@attrs.frozen
class Ordered:
    """An order of a list: a column that may be missing, and the id."""

    id: sa.ColumnElement[Any]
    by: sa.ColumnElement[Any] | None = None
    """None: by the id alone."""

    newest_first: bool = True

    def columns(self) -> tuple[sa.ColumnElement[Any], ...]:
        """Return what is ordered by."""
        return (self.id,) if self.by is None else (self.by, self.id)

    def sorted(self) -> list[sa.ColumnElement[Any]]:
        """Return the columns with their direction."""
        return [column.desc() if self.newest_first else column.asc() for column in self.columns()]

    def after(self, cursor: str | None) -> list[sa.ColumnElement[bool]]:
        """
        Return the condition of what comes after a cursor.

        Raises:
            StorageError: ``unknown-cursor``: No page of this order ends so.
        """
        if cursor is None:
            # Where the column is missing, the index of the order does not say so by itself.
            return [] if self.by is None else [self.by >= _least(self.by)]
        if self.by is None:
            last_id = _key(self.id, cursor)
            return [self.id < last_id if self.newest_first else self.id > last_id]
        value, mark, id_ = cursor.rpartition("_")
        try:
            last = (_read(self.by, value), _key(self.id, id_)) if mark else None
        except ValueError:
            last = None
        if last is None:
            raise StorageError("unknown-cursor", received=quoted(cursor))
        row = sa.tuple_(*self.columns())
        end = sa.tuple_(*(sa.literal(item, col.type) for item, col in zip(last, self.columns(), strict=True)))
        return [row < end if self.newest_first else row > end]

    def cursor(self, row: Any) -> str:
        """Return what names the place of a row, as `after` takes it."""
        return str(row.id) if self.by is None else f"{row.place.isoformat()}_{row.id}"


def choice(column: sa.ColumnElement[Any], values: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    """Return a condition for each value that a column may have; one that always holds when all may be."""
    return [sa.true()] if values is None else [column == value for value in sorted(values)]


def any_of(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """Return a choice as one condition."""
    return conditions[0] if len(conditions) == 1 else sa.or_(sa.false(), *conditions)


def page_of(
    session: Session,
    order: Ordered,
    conditions: Sequence[sa.ColumnElement[bool]],
    choices: Sequence[Sequence[sa.ColumnElement[bool]]],
    *,
    limit: int,
    after: str | None,
) -> tuple[list[str], str | None]:
    """
    Return the ids of a page in order, and the cursor of the next page.

    Args:
        session: The transaction.
        order: Of the list.
        conditions: That all must hold.
        choices: Of each of which one must hold; see `choice`. The first ones narrow most.
        limit: Length of the page.
        after: Cursor of the page before.
    """
    kept, loose = list(choices), []
    while _pieces(kept) > _MOST_PIECES:
        loose.append(any_of(kept.pop()))
    every = [*conditions, *loose, *order.after(after)]
    place = [] if order.by is None else [order.by.label("place")]
    # In any case something is compared: SQLite names an index that is only followed a scan.
    lowest = 0 if _is_number(order.id) else ""
    pieces = [
        sa.select(order.id.label("id"), *place)
        .where(*(every + [one for one in chosen if one is not sa.true()] or [order.id >= lowest]))
        .order_by(*order.sorted())
        .limit(limit + 1)
        for chosen in product(*kept)
    ]
    if not pieces:
        return [], None
    query: sa.Select[Any] = pieces[0]
    if len(pieces) > 1:
        found = sa.union_all(*(_whole(piece.subquery()) for piece in pieces)).subquery()
        outer = attrs.evolve(order, id=found.c.id, by=None if order.by is None else found.c.place)
        query = _whole(found).order_by(*outer.sorted()).limit(limit + 1)
    rows = session.read(query)
    return [row.id for row in rows[:limit]], order.cursor(rows[limit - 1]) if len(rows) > limit else None


def distinct_values(session: Session, column: sa.Column[Any]) -> tuple[str, ...]:
    """Return the different values of an indexed column of texts: one look into the index for each."""
    first = sa.select(sa.func.min(column).label("value")).cte("value_of", recursive=True)
    following = sa.select(sa.func.min(column)).where(column > first.c.value).scalar_subquery()
    every = first.union_all(sa.select(following).where(first.c.value.is_not(None)))
    rows = session.read(sa.select(every.c.value).where(every.c.value.is_not(None)))
    return tuple(row.value for row in rows)


def _whole(found: sa.Subquery) -> sa.Select[Any]:
    return sa.select(*found.c)


def _pieces(choices: Sequence[Sequence[Any]]) -> int:
    number = 1
    for one in choices:
        number *= len(one)
    return number


def _least(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a value that is below all others: SQLite finds "not NULL" in an index only as a comparison."""
    value: date = date(1, 1, 1) if isinstance(column.type, sa.Date) else _EVER
    return sa.literal(value, column.type)


def _is_number(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.Integer)


def _key(column: sa.ColumnElement[Any], text: str) -> int | str:
    """Return what stands in the column of ids for the text of a cursor."""
    return int(text) if _is_number(column) else text


def _read(column: sa.ColumnElement[Any], text: str) -> date:
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return moment


_EVER = datetime.fromisoformat("1000-01-01T00:00:00+00:00")
