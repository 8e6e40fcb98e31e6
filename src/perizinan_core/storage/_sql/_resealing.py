"""
Sealing the rows of a database that has no seals yet, and moving rows to other keys.

`seal_existing` belongs to the migration that brings the seals and runs in its transaction: it takes the records
of that moment as they are, once. What follows from the records is made from them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.model._application import Application
from perizinan_core.storage._codec import decode
from perizinan_core.storage._probes import PROBES, missing_probes
from perizinan_core.storage._records import Course
from perizinan_core.storage._sql._applications import lookup_rows
from perizinan_core.storage._sql._events import readable_event
from perizinan_core.storage._sql._number_parts import write_parts_again
from perizinan_core.storage._sql._officers import open_officer, posts_of
from perizinan_core.storage._sql._older_forms import as_today
from perizinan_core.storage._sql._rows import (
    application_row,
    open_application,
    open_permit,
    open_stage_rows,
    payment_rows,
    permit_row,
    place_of,
)
from perizinan_core.storage._sql._seals import Mark, needs_mark, row_name, tally_place
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import (
    MARKED_TABLES,
    SEALED_TABLES,
    applications,
    history,
    lookups,
    marks,
    officers,
    open_stages,
    payments,
    permits,
    queue_places,
    settings,
    surveys,
    tallies,
)

__all__ = [
    "all_rows",
    "fill_lists",
    "fill_searches",
    "is_empty",
    "move_row",
    "seal_existing",
    "write_derived",
]

_BATCH = 500
_OWN = frozenset(table.name for table in (marks, history, open_stages, applications, permits))
"""Tables that are sealed in a way of their own."""


def is_empty(connection: sa.Connection) -> bool:
    """Return whether there is nothing to seal."""
    present = sa.inspect(connection)
    return not any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in SEALED_TABLES
        if present.has_table(table.name)
    )


def seal_existing(session: Session) -> None:
    """
    Seal all rows; where columns and payload disagree, the payload is right, because it was encrypted.

    Raises:
        StorageError: ``unknown-key``: A row needs a key that is not in the ring.
        SealBrokenError: The payload of a row was tampered with; it must be restored or removed first.
    """
    probes = session.scalar(sa.select(settings.c.value).where(settings.c.key == PROBES))
    missing_probes(None if probes is None else json.loads(probes), session.sealer.keys, session.sealer)
    for table in SEALED_TABLES:
        if table.name not in _OWN:
            for row in _each(session, table):
                reseal(session, table, row)
    for row in _each(session, applications):
        _seal_application(session, row)
    for row in _each(session, permits):
        permit = open_permit(session, row)
        _write(session, permits, row, {**_kept(row, permits), **permit_row(session, permit)})
    _seal_history(session)
    session.seals.flush()


def reseal(session: Session, table: sa.Table, row: Any, **changed: Any) -> None:
    """Seal a row, and its payload, with the current keys; its content stays but for what is ``changed``."""
    columns = {**_kept(row, table), **changed}
    payload = columns.get("payload")
    if payload is not None:
        place = place_of(table, *(row._mapping[column.name] for column in table.primary_key.columns))
        columns["payload"] = session.sealer.seal(session.sealer.open(payload, place), place)
    _write(session, table, row, columns)


def move_row(session: Session, table: sa.Table, row: Any) -> None:
    """
    Move a row to the current keys.

    Raises:
        SealBrokenError: It is not as the library wrote it.
    """
    if table is tallies:
        total = session.sealer.open(row.payload, tally_place(row.shard))
        payload = session.sealer.seal(total, tally_place(row.shard))
        change = {"payload": payload, "key_id": session.sealer.data_key_id}
        session.write(tallies.update().where(tallies.c.shard == row.shard).values(change))
        return
    session.seals.require(table, row)
    if table is marks:
        session.seals.note_again(row)
        return
    reseal(session, table, row)


def write_derived(session: Session, application: Any) -> None:
    """Make the rows beside an application's own again from it."""
    for table in (open_stages, queue_places, lookups, payments):
        session.write(table.delete().where(table.c.application_id == application.id))
    stages = [session.seals.sealed(open_stages, row) for row in open_stage_rows(application)]
    for table, rows in (
        (open_stages, stages),
        (queue_places, list(open_stage_rows(application))),
        (lookups, lookup_rows(session, application)),
        (payments, list(payment_rows(session, application))),
    ):
        if rows:
            session.write(table.insert(), rows)
    write_parts_again(session, "application", application.id, application.receipt_number)


def fill_lists(session: Session) -> None:
    """
    Fill what lists and searches are answered from, for records that were written before there were lists.

    A record that is not as it was written is left as it is: it is not made sound by being written again.

    Raises:
        StorageError: ``unknown-key``: A row needs a key that is not in the ring.
    """
    courses: dict[str, str] = {}
    for row in _sound_rows(session, applications):
        application = open_application(session, row)
        courses[row.id] = str(Course.of(application))
        _rewrite(session, row, application)
        write_derived(session, application)
    for row in _sound_rows(session, permits):
        reseal(session, permits, row, course=courses.get(row.application_id))
        write_parts_again(session, "permit", row.id, row.number)
    for row in _sound_rows(session, officers):
        reseal(session, officers, row, posts=posts_of(open_officer(session, row)))
    session.seals.flush()


def fill_searches(session: Session) -> None:
    """
    Fill what searches are answered from, for records that were written before; see `fill_lists`.

    Raises:
        StorageError: ``unknown-key``: A row needs a key that is not in the ring.
    """
    for row in _sound_rows(session, history):
        event, _ = readable_event(row)
        if event is not None:
            reseal(session, history, row, actor=event.actor)
    for row in _sound_rows(session, surveys):
        remark = session.sealer.open(row.payload, place_of(surveys, row.id))["remark"]
        reseal(session, surveys, row, remarked=bool(remark))
    session.seals.flush()


def _sound_rows(session: Session, table: sa.Table) -> Iterator[Any]:
    for rows in all_rows(session, table):
        yield from session.seals.sound(table, rows)


def _seal_application(session: Session, row: Any) -> None:
    data = session.sealer.open(row.payload, place_of(applications, row.id))
    application = decode(Application, as_today(data), name="application", id=row.id)
    application = attrs.evolve(application, version=row.version)
    _rewrite(session, row, application)
    write_derived(session, application)


def _rewrite(session: Session, row: Any, application: Application) -> None:
    columns = {**_kept(row, applications), **application_row(session, application)}
    # Local days as they were written: the zone of the office is not known to a migration.
    days = {name: row._mapping[name] for name in ("submitted_day", "closed_day")}
    _write(session, applications, row, {**columns, **days})


def _seal_history(session: Session) -> None:
    subjects = session.read(sa.select(history.c.subject).distinct().order_by(history.c.subject))
    for subject in subjects:
        query = sa.select(history).where(history.c.subject == subject.subject).order_by(history.c.id)
        sealed: dict[str, Any] = {}
        for position, row in enumerate(session.read(query), 1):
            sealed = session.seals.sealed(history, {**_kept(row, history), "position": position})
            session.write(history.update().where(history.c.id == row.id).values(sealed))
            session.seals.note(history, row_name(row.subject), Mark(sealed["seal"], position))


def _write(session: Session, table: sa.Table, row: Any, columns: Mapping[str, Any]) -> None:
    known = session.seals.marks_of(history, [row_name(row.subject)]) if table is history else {}
    sealed = session.seals.sealed(table, columns)
    key = [column == row._mapping[column.name] for column in table.primary_key.columns]
    session.write(table.update().where(*key).values(sealed))
    if table in MARKED_TABLES and needs_mark(table, row):
        session.seals.written(table, sealed)
    for name, mark in known.items():
        if mark.size == row.position:
            session.seals.note(history, name, Mark(sealed["seal"], mark.size))


def _kept(row: Any, table: sa.Table) -> dict[str, Any]:
    """Return the columns of a row but those of its seal."""
    return {
        column.name: row._mapping[column.name]
        for column in table.columns
        if column.name not in ("key_id", "seal")
    }


def _each(session: Session, table: sa.Table) -> Iterator[Any]:
    for rows in all_rows(session, table):
        yield from rows


def all_rows(session: Session, table: sa.Table) -> Iterator[Sequence[Any]]:
    """Yield all rows of a table, a part at a time."""
    key = list(table.primary_key.columns)
    after: Sequence[Any] | None = None
    while True:
        query = sa.select(table).order_by(*key).limit(_BATCH)
        if after is not None:
            last = (sa.literal(value, column.type) for column, value in zip(key, after, strict=True))
            query = query.where(sa.tuple_(*key) > sa.tuple_(*last))
        rows = session.read(query)
        yield rows
        if len(rows) < _BATCH:
            return
        after = [rows[-1]._mapping[column.name] for column in key]
