"""
What shows that rows are as the library wrote them: nothing here trusts the database.

- A *seal* covers a row: table and all columns. A changed, copied or added row does not pass.
- A *mark* names the seal that a row has now, or that it is gone: a row that was put back to an earlier state, or
  removed, does not agree with its mark. The mark of a history holds how long it is.
- A *tally* is a sum over all marks. Rows that were put back together with their marks disagree with it, which
  `checking` finds. It is kept in several parts, of which each unit of work changes one, so that units of work
  hardly wait for each other.

Marks and tallies are written when a unit of work commits, after everything else and in one order, so that no two
units of work ever wait for each other's rows in turn.
"""

from __future__ import annotations

import logging
import secrets
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError
from perizinan_core.storage._sealing import Place, Sealer
from perizinan_core.storage._sql._statements import equal, key_names, removal_of, row_of, the
from perizinan_core.storage._sql._tables import (
    LOOSE,
    MARKED_TABLES,
    counters,
    marks,
    number_counters,
    outbox,
    tallies,
)

__all__ = [
    "Lock",
    "Mark",
    "Seals",
    "checked_columns",
    "covered",
    "key_of",
    "needs_mark",
    "row_name",
    "tally_place",
]

SHARDS = 8
"""Parts of the tally."""

MODULUS = 1 << 256

TAG_BYTES = 16
"""Length of the tag at the end of a sealed payload (AES-GCM)."""

_BATCH = 400
_MARKED = frozenset(table.name for table in MARKED_TABLES)
_READ_AGAIN = frozenset(
    table.name for table in (*MARKED_TABLES, marks, counters, number_counters) if table is not outbox
)
"""Tables whose rows the next step of a case reads."""

_log = logging.getLogger(__name__)


class Statements(Protocol):
    """The transaction, as `session.Session` gives it."""

    sealer: Sealer
    is_sqlite: bool

    def check_writable(self) -> None:
        """Raise unless the unit of work is open, and open for writing."""
        ...

    def read(self, statement: sa.Executable, values: dict[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        """Return all rows of a query."""
        ...

    def first(self, statement: sa.Executable, values: dict[str, Any] | None = None) -> sa.Row[Any] | None:
        """Return the first row of a query, or None."""
        ...

    def write(
        self, statement: sa.Executable, rows: Sequence[dict[str, Any]] | dict[str, Any] | None = None
    ) -> sa.CursorResult[Any]:
        """Run an INSERT, UPDATE or DELETE."""
        ...

    def locked(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Return the query with its rows locked until the end of the unit."""
        ...

    def kept(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Like `locked`, for a row that others may still refer to by its key."""
        ...

    def held(self, table: sa.Table, row: sa.Row[Any]) -> None:
        """Note a row that no one else changes until the end of the unit."""
        ...

    def change(self, table: sa.Table, row: Mapping[str, Any]) -> bool:
        """Write over a row, and say whether it was there."""
        ...

    def put(self, table: sa.Table, rows: Sequence[dict[str, Any]] | dict[str, Any]) -> None:
        """Insert rows, or change those whose primary key is taken."""
        ...

    def insert_if_absent(self, table: sa.Table, values: dict[str, Any]) -> bool:
        """Insert a row unless its key is taken, and say whether it was inserted."""
        ...


class Lock(Enum):
    """What a unit of work does to a row that it reads; SQLite has one writer anyway."""

    NONE = "none"
    KEPT = "kept"
    """It is changed; others may still refer to it by its key."""

    WHOLE = "whole"
    """It is changed."""


@attrs.frozen
class Mark:
    """The state that a row has now."""

    row_seal: bytes | None
    """Its seal, or None: it is gone."""

    size: int = 1
    """How many rows the mark stands for: events of a history, else 1."""


class Seals:
    """Seals, marks and tally of one unit of work."""

    def __init__(self, session: Statements) -> None:
        self._session = session
        self._noted: dict[tuple[str, str], Mark | None] = {}
        self._last: dict[tuple[str, str], sa.Row[Any] | None] = {}
        """Rows of `marks` that were read to be written, or None where there is none."""

    # Writing

    def sealed(self, table: sa.Table, columns: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return a row with its seal; `written` is to be called when it was written.

        Args:
            table: Its table.
            columns: All columns that are not NULL, but ``key_id`` and ``seal``.
        """
        sealer = self._session.sealer
        row = {**columns, "key_id": sealer.data_key_id}
        seal = row["seal"] = sealer.seal_row(table.name, covered(table, row))
        if table.name in _READ_AGAIN:
            names, payload = _columns_of(table)
            sealer.verified.note_written(
                seal, table.name, _looked_at([row.get(name) for name in names], payload)
            )
        return row

    def written(self, table: sa.Table, row: Mapping[str, Any]) -> None:
        """Note the mark of a sealed row that was written."""
        self.note(table, key_of(table, row), Mark(row["seal"]))

    def note(self, table: sa.Table, row: str, mark: Mark | None) -> None:
        """Note the state that a row has from this unit of work on; None: nothing need be known of it any more."""
        self._noted[table.name, row] = mark

    def note_again(self, row: sa.Row[Any]) -> None:
        """Note the mark of a row of `marks`, unless this unit of work knows a newer one."""
        self._noted.setdefault((row.of_table, row.of_row), Mark(row.row_seal, row.size))

    def flush(self) -> None:
        """Write what was noted, and bring the tally in line."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        session, sealer = self._session, self._session.sealer
        stored = list(self._stored([key for key in noted if key not in self._last], lock=True))
        stored += [row for row in self._last.values() if row is not None]
        before = {(row.of_table, row.of_row): row for row in stored}
        delta = -sum(sealer.share(row.key_id, row.seal) for row in self._fitting(stored))
        rows = [_mark_row(self, key, mark) for key, mark in sorted(noted.items()) if mark is not None]
        delta += sum(sealer.share(row["key_id"], row["seal"]) for row in rows)
        if rows:
            session.put(marks, rows)
        for (table, row), mark in noted.items():
            if mark is None and (table, row) in before:
                session.write(removal_of(marks), the(of_table=table, of_row=row))
        if delta % MODULUS:
            self._add_to_tally(delta)

    def _add_to_tally(self, delta: int) -> None:
        session, shard = self._session, secrets.randbelow(SHARDS)
        query = session.locked(row_of(tallies))
        row = session.first(query, the(shard=shard))
        if row is None:
            session.insert_if_absent(tallies, _tally_row(session, shard, 0))
            row = session.first(query, the(shard=shard))
        total = 0
        try:
            total = 0 if row is None else int(session.sealer.open(row.payload, tally_place(shard)), 16)
        except SealBrokenError:
            # The sum is lost, which the check of all records tells; it must not keep the office from working.
            _log.error("the tally %s does not pass its check; run: perizinan records check", shard)
        change = _tally_row(session, shard, (total + delta) % MODULUS)
        session.change(tallies, change)

    # Reading

    def row(self, table: sa.Table, *key: object, lock: Lock = Lock.NONE) -> Any:
        """
        Return a checked row by its primary key, or None when there never was one.

        Args:
            table: One whose rows have marks.
            key: What its primary key holds, in order.
            lock: Until the end of the unit of work.

        Raises:
            SealBrokenError: ``record-not-as-written``: It was changed, added, put back or removed by someone else.
            StorageError: ``unknown-key``: It was sealed with a key that is not at hand.
        """
        session, name = self._session, row_name(*key)
        if lock is not Lock.NONE:
            session.check_writable()
        values = the(**dict(zip(key_names(table), key, strict=True)))
        if lock is Lock.NONE or session.is_sqlite:
            # One question; not where a row is waited for, whose mark would be that from before the waiting.
            row, mark = self._parted(table, session.first(_row_with_mark(table), values | the(mark=name)))
        else:
            query = row_of(table)
            row = session.first(session.kept(query) if lock is Lock.KEPT else session.locked(query), values)
            mark = self.marks_of(table, [name]).get(name)
        mark = self._noted.get((table.name, name), mark)
        if row is None:
            _require_gone(table, name, mark)
            return None
        (fits,) = self._fit(table, [row])
        self._require_none(table, row, _problem(table, row, mark, fits))
        if lock is not Lock.NONE:
            session.held(table, row)
        return row

    def _parted(self, table: sa.Table, found: sa.Row[Any] | None) -> tuple[Any, Mark | None]:
        """Return a row, if it is there, and its mark, where there is one that passes."""
        if found is None:
            raise TypeError("the question for a row and its mark has one answer")
        width, (first, *_) = len(table.columns), key_names(table)
        row, mark = _shape(table)(*found[:width]), _shape(marks)(*found[width:])
        row = row if getattr(row, first) is not None else None
        passing = [mark] if mark.of_row is not None else []
        return row, next((Mark(one.row_seal, one.size) for one in self._fitting(passing)), None)

    def require(self, table: sa.Table, row: sa.Row[Any]) -> None:
        """
        Pass when a row is as the library wrote it.

        Raises:
            SealBrokenError: ``record-not-as-written``: It was changed, added or put back to an earlier state.
            StorageError: ``unknown-key``: It was sealed with a key that is not at hand.
        """
        for _, problem in self.problems(table, [row]):
            self._require_none(table, row, problem)

    def _require_none(self, table: sa.Table, row: Any, problem: str | None) -> None:
        if problem is not None:
            raise SealBrokenError(
                "record-not-as-written",
                table=table.name,
                row=key_of(table, row._mapping),
                column="seal",
                fault=problem,
            )

    def require_absent(self, table: sa.Table, *key: object) -> None:
        """
        Pass when a row that was not found was never written, or was removed by the library.

        Raises:
            SealBrokenError: ``record-not-as-written``: It was removed by someone else.
        """
        name = row_name(*key)
        _require_gone(table, name, self.marks_of(table, [name]).get(name))

    def sound(self, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> tuple[sa.Row[Any], ...]:
        """Return the rows that are as the library wrote them; each other one is named in the log."""
        broken = set()
        for index, problem in self.problems(table, rows):
            broken.add(index)
            _name(table, key_of(table, rows[index]._mapping), problem)
        return tuple(row for index, row in enumerate(rows) if index not in broken)

    def problems(self, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> Iterator[tuple[int, str]]:
        """
        Yield the index of each row that does not pass, and what happened to it.

        Args:
            table: Their table.
            rows: Whole rows.

        Raises:
            StorageError: ``unknown-key``: One was sealed with a key that is not at hand.
        """
        names = [key_of(table, row._mapping) for row in rows]
        known = self.marks_of(table, names) if table.name in _MARKED else {}
        for index, (row, fits) in enumerate(zip(rows, self._fit(table, rows), strict=True)):
            problem = _problem(table, row, known.get(names[index]), fits)
            if problem is not None:
                yield index, problem

    def marks_of(self, table: sa.Table, names: Iterable[str]) -> dict[str, Mark]:
        """Return the marks of rows that have one, with what this unit of work noted."""
        wanted = [(table.name, name) for name in names]
        stored = [key for key in wanted if key not in self._noted]
        found = {
            row.of_row: Mark(row.row_seal, row.size) for row in self._fitting(list(self._stored(stored)))
        }
        for key in wanted:
            noted = self._noted.get(key)
            if noted is not None:
                found[key[1]] = noted
        return found

    def last_marks_of(self, table: sa.Table, names: Iterable[str]) -> dict[str, Mark]:
        """
        Return the marks of rows that are written at the end of the unit of work.

        What `flush` needs to know is asked in the same question.
        """
        wanted = [(table.name, name) for name in names]
        self._last = dict.fromkeys([*self._noted, *wanted])
        self._last |= {(row.of_table, row.of_row): row for row in self._stored(list(self._last), lock=True)}
        rows = [row for key in wanted if key not in self._noted and (row := self._last[key]) is not None]
        found = {row.of_row: Mark(row.row_seal, row.size) for row in self._fitting(rows)}
        return found | {key[1]: mark for key in wanted if (mark := self._noted.get(key)) is not None}

    def marked(self, table: sa.Table, prefix: str = "") -> dict[str, Mark]:
        """
        Return the marks of all rows of a table that begin with ``prefix``, as they are stored.

        One that was changed outside the library is among them: it shows that the row was known.
        """
        mine = marks.c.of_table == table.name, marks.c.of_row.startswith(prefix, autoescape=True)
        rows = self._session.read(sa.select(marks).where(*mine).order_by(marks.c.of_row))
        return {row.of_row: Mark(row.row_seal, row.size) for row in rows if row.of_row.startswith(prefix)}

    def _stored(self, keys: Sequence[tuple[str, str]], *, lock: bool = False) -> Iterator[sa.Row[Any]]:
        if not keys:
            return
        names: dict[str, list[str]] = {}
        for table, row in sorted(keys):
            names.setdefault(table, []).append(row)
        batches: list[Mapping[str, Sequence[str]]] = [names]
        if len(keys) > _BATCH:
            batches = [{table: part} for table, rows in names.items() for part in _parts(rows)]
        # One question for the few rows of an ordinary unit of work, in the order in which all others lock them.
        for batch in batches:
            query, values = _marks_of(batch)
            yield from self._session.read(self._session.locked(query) if lock else query, values)

    def _fitting(self, rows: Sequence[sa.Row[Any]]) -> Iterator[sa.Row[Any]]:
        """Yield the rows of `marks` that pass; each other one is named in the log."""
        for row, fits in zip(rows, self._fit(marks, rows), strict=True):
            if fits:
                yield row
            else:
                _name(marks, f"{row.of_table}/{row.of_row}", "changed")

    def _fit(self, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> Iterator[bool]:
        """Yield for each row of one query whether its seal fits; one that passed before is not computed again."""
        if not rows:
            return
        sealer = self._session.sealer
        names = rows[0]._fields
        whole, payload = _columns_of(table)
        is_whole = names == whole
        if not is_whole:
            payload = names.index("payload") if "payload" in names else None
        layout = f"{table.name}({','.join(names)})"
        for row in rows:
            values = _looked_at(row, payload)
            if is_whole and sealer.verified.was_written(row.seal, table.name, values):
                yield True
                continue
            digest = sealer.verified.digest(layout, values)
            if sealer.verified.has(digest):
                yield True
                continue
            fits = sealer.fits(table.name, covered(table, row._mapping), row.seal)
            if fits:
                sealer.verified.add(digest)
            yield fits


def _require_gone(table: sa.Table, name: str, mark: Mark | None) -> None:
    """Pass when the mark of a row that is not there does not say that it should be."""
    if mark is not None and mark.row_seal is not None:
        raise SealBrokenError(
            "record-not-as-written", table=table.name, row=name, column="seal", fault="removed"
        )


def _problem(table: sa.Table, row: Any, mark: Mark | None, fits: bool) -> str | None:  # noqa: FBT001
    """Return what happened to a row, or None; ``fits``: its seal is that of its columns."""
    if not fits:
        return "changed"
    if table.name not in _MARKED or not needs_mark(table, row):
        return None
    return None if mark is not None and mark.row_seal == row.seal else "put-back"


@cache
def _row_with_mark(table: sa.Table) -> sa.Select[Any]:
    """Return the question for a row by its primary key, followed by its mark; each is empty where there is none."""
    one = sa.select(sa.literal(1).label("one")).subquery()
    its = sa.and_(
        marks.c.of_table == sa.literal(table.name),
        marks.c.of_row == sa.bindparam("the_mark", type_=marks.c.of_row.type),
    )
    mark = (column.label(f"mark_{column.name}") for column in marks.columns)
    same = sa.and_(*equal(table, key_names(table)))
    return sa.select(*table.columns, *mark).select_from(one.outerjoin(table, same).outerjoin(marks, its))


@cache
def _shape(table: sa.Table) -> Any:
    """Return the class of a row of a table, as the database gives it."""
    names = [column.name for column in table.columns]
    values = namedtuple(f"{table.name}_row", names)  # type: ignore[misc]  # noqa: PYI024
    whole = {"__slots__": (), "_mapping": property(lambda row: dict(zip(names, row, strict=True)))}
    return type(f"{table.name}_row", (values,), whole)


def _parts(rows: Sequence[str]) -> Iterator[Sequence[str]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _marks_of(names: Mapping[str, Sequence[str]]) -> tuple[sa.Select[Any], dict[str, Any]]:
    """Return the question for the marks of some rows of some tables, and its values."""
    if len(names) == 1:
        ((table, rows),) = names.items()
        if len(rows) == 1:
            return row_of(marks), the(of_table=table, of_row=rows[0])
    values: dict[str, Any] = {}
    for place, (table, rows) in enumerate(names.items()):
        values |= the(**{f"table_{place}": table, f"rows_{place}": rows})
    return _marks_in(len(names)), values


@cache
def _marks_in(tables: int) -> sa.Select[Any]:
    wanted = (
        sa.and_(
            marks.c.of_table == sa.bindparam(f"the_table_{place}", type_=marks.c.of_table.type),
            marks.c.of_row.in_(sa.bindparam(f"the_rows_{place}", type_=marks.c.of_row.type, expanding=True)),
        )
        for place in range(tables)
    )
    return sa.select(marks).where(sa.or_(*wanted)).order_by(marks.c.of_table, marks.c.of_row)


def covered(table: sa.Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what the seal of a row covers: all columns but the seal itself and the loose ones."""
    found = {name: row.get(name) for name in _covered_names(table)}
    payload = found.get("payload")
    if payload is not None:
        # The tag of the ciphertext stands for all of it, so that a row can be checked without reading it.
        found["payload"] = bytes(payload)[-TAG_BYTES:]
    return found


@cache
def _covered_names(table: sa.Table) -> tuple[str, ...]:
    loose = LOOSE.get(table.name, frozenset()) | {"seal"}
    return tuple(column.name for column in table.columns if column.name not in loose)


def checked_columns(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """Return the columns that show whether a row is as it was written: of its payload only what the seal covers."""
    payload = table.c.payload
    tag = sa.func.substr(payload, sa.func.length(payload) - (TAG_BYTES - 1)).label("payload")
    return [*(column for column in table.columns if column.name != "payload"), tag]


@cache
def _columns_of(table: sa.Table) -> tuple[tuple[str, ...], int | None]:
    """Return the names of all columns of a table, and the place of its payload among them."""
    names = tuple(column.name for column in table.columns)
    return names, names.index("payload") if "payload" in names else None


def _looked_at(row: Sequence[Any], payload: int | None) -> tuple[Any, ...]:
    """Return all values of a row, of its payload what the seal covers."""
    values = tuple(row)
    if payload is None or values[payload] is None:
        return values
    return (*values[:payload], bytes(values[payload])[-TAG_BYTES:], *values[payload + 1 :])


def needs_mark(table: sa.Table, row: sa.Row[Any]) -> bool:
    """Return False for what was delivered: nothing depends on it any more."""
    return table.name != outbox.name or row.done_at is None


def key_of(table: sa.Table, row: Mapping[Any, Any]) -> str:
    """Return the name of a row inside its table."""
    return row_name(*(row[name] for name in key_names(table)))


def row_name(*key: object) -> str:
    """Return the text that names a row inside its table: its primary key, without ambiguity."""
    return "/".join(quote(str(part), safe="") for part in key)


def tally_place(shard: int) -> Place:
    """Return where a part of the tally belongs."""
    return Place(tallies.name, str(shard), "payload")


def _tally_row(session: Statements, shard: int, total: int) -> dict[str, Any]:
    sealer = session.sealer
    payload = sealer.seal(f"{total:064x}", tally_place(shard))
    return {"shard": shard, "key_id": sealer.data_key_id, "payload": payload}


def _mark_row(seals: Seals, key: tuple[str, str], mark: Mark) -> dict[str, Any]:
    return seals.sealed(
        marks, {"of_table": key[0], "of_row": key[1], "size": mark.size, "row_seal": mark.row_seal}
    )


def _name(table: sa.Table, row: str, problem: str) -> None:
    _log.error("the row %s of %s is not as it was written (%s) and was left out", row, table.name, problem)
