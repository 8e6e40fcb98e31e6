"""
Walking all records: which rows are not as the library wrote them, and repairing what follows from others.

Every row is read in one snapshot, so that the office may keep working meanwhile. A row that does not pass is
named and keeps no other from being looked at. Repairs are units of work of their own:

- rows that follow from a record (open stages, search indexes, payments, counters) are made again from it;
- rows that the library never wrote are removed;
- an event that was marked as delivered by someone else is delivered.

A record that was changed, put back or removed cannot be made again: it has to come from a backup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError, StoredValueError
from perizinan_core.storage._lookups import lookups_of
from perizinan_core.storage._lookups import number_parts as parts_of
from perizinan_core.storage._sql._events import history_problem
from perizinan_core.storage._sql._number_parts import number_of, write_parts_again
from perizinan_core.storage._sql._officers import open_officer
from perizinan_core.storage._sql._resealing import all_rows, write_derived
from perizinan_core.storage._sql._rows import (
    open_application,
    open_permit,
    open_stage_rows,
    payment_rows,
    place_of,
)
from perizinan_core.storage._sql._seals import MODULUS, covered, key_of, row_name, tally_place
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._tables import (
    MARKED_TABLES,
    SEALED_TABLES,
    applications,
    counters,
    history,
    lookups,
    marks,
    metadata,
    number_counters,
    number_parts,
    numbers,
    officers,
    open_stages,
    outbox,
    payments,
    permits,
    queue_places,
    tallies,
)

__all__ = ["RecordFault", "RecordProblem", "RecordsReport", "check_records"]

_STATUS_LIST = "status-list"


class RecordProblem(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"
    """It was changed outside the library."""

    ADDED = "added"
    """The library never wrote it."""

    PUT_BACK = "put-back"
    """It was put back to an earlier state."""

    REMOVED = "removed"
    UNREADABLE = "unreadable"
    """It is as it was written, but this version cannot read it."""

    DERIVED = "derived"
    """It follows from a record, and does not agree with it or is missing."""


@attrs.frozen(kw_only=True)
class RecordFault:
    """One row that does not pass."""

    table: str
    row: str
    """Its primary key; parts are joined by slashes."""

    problem: RecordProblem
    repaired: bool = False


@attrs.frozen(kw_only=True)
class RecordsReport:
    """What a walk over all records found."""

    rows: int
    """How many rows were looked at."""

    faults: tuple[RecordFault, ...]

    @property
    def is_sound(self) -> bool:
        """True when nothing is left to be done by a person."""
        return all(fault.repaired for fault in self.faults)


def check_records(storage: SqlStorage, *, repair: bool = False, accept: bool = False) -> RecordsReport:
    """
    Look at every row of every table.

    Args:
        storage: The records.
        repair: Make again what follows from other records, and remove what the library never wrote.
        accept: Take the records as they are now for the whole, after a person has looked at them: with a
            backup restored in part, the sum over all records no longer fits.

    Raises:
        StorageError: ``unknown-key``: A row needs a key that is not at hand.
    """
    check = _Check()
    with storage.unit_of_work(read_only=True) as work:
        check.walk(work.session)
    faults = check.faults
    if repair:
        faults = [_repaired(storage, fault, check.fixes.get((fault.table, fault.row))) for fault in faults]
    if accept:
        with storage.unit_of_work() as work:
            _accept(work.session)
            work.commit()
        faults = [attrs.evolve(f, repaired=True) if f.table == tallies.name else f for f in faults]
    return RecordsReport(rows=check.rows, faults=tuple(faults))


Fix = Callable[[Session], None]


class _Check:
    """One walk."""

    def __init__(self) -> None:
        self.rows = 0
        self.faults: list[RecordFault] = []
        self.fixes: dict[tuple[str, str], Fix] = {}
        self._seen: set[tuple[str, str]] = set()
        self._delivered: set[str] = set()

    def walk(self, session: Session) -> None:
        """Look at everything, in one snapshot."""
        for table in SEALED_TABLES:
            if table not in (marks, history, open_stages):
                self._table(session, table)
        self._strays(session)
        self._histories(session)
        self._marks(session)
        self._counters(session)
        self._tally(session)

    def _note(self, table: sa.Table, row: str, problem: RecordProblem, fix: Fix | None = None) -> None:
        self.faults.append(RecordFault(table=table.name, row=row, problem=problem))
        if fix is not None:
            self.fixes[table.name, row] = fix

    def _table(self, session: Session, table: sa.Table) -> None:
        for rows in all_rows(session, table):
            self.rows += len(rows)
            problems = dict(session.seals.problems(table, rows))
            self._seen |= {(table.name, key_of(table, row._mapping)) for row in rows}
            if table is outbox:
                self._delivered |= {row_name(row.id) for row in rows if row.done_at is not None}
            for index, row in enumerate(rows):
                if index in problems:
                    self._broken(session, table, row, problems[index])
                else:
                    self._open(session, table, row)

    def _broken(self, session: Session, table: sa.Table, row: Any, problem: str) -> None:
        name = key_of(table, row._mapping)
        if table in (number_counters, counters):
            # Reported by `_counters`, which knows what they should say.
            return
        known = name in session.seals.marked(table, name)
        if problem == "changed" and not known and (table in MARKED_TABLES or "payload" in table.columns):
            self._note_added(table, row)
            return
        self._note(table, name, RecordProblem(problem))

    def _open(self, session: Session, table: sa.Table, row: Any) -> None:
        reader = {applications.name: open_application, permits.name: open_permit, officers.name: open_officer}
        read: Callable[[Session, Any], Any] | None = reader.get(table.name)
        try:
            record = _payload(session, table, row) if read is None else read(session, row)
        except (SealBrokenError, StoredValueError):
            self._note(table, key_of(table, row._mapping), RecordProblem.UNREADABLE)
            return
        if table is applications:
            self._beside(session, record)
        if table in (applications, permits):
            self._parts(session, table, record)

    def _beside(self, session: Session, application: Any) -> None:
        """Hold the rows beside an application against it."""
        for table, agrees in (
            (open_stages, _stages_agree),
            (queue_places, _places_agree),
            (lookups, _lookups_agree),
            (payments, _payments_agree),
        ):
            mine = session.read(sa.select(table).where(table.c.application_id == application.id))
            self.rows += len(mine)
            if not agrees(session, application, mine):
                self._note(
                    table,
                    row_name(application.id),
                    RecordProblem.DERIVED,
                    lambda again: _derive(again, application.id),
                )

    def _parts(self, session: Session, table: sa.Table, record: Any) -> None:
        """Hold what a number is found by against the record."""
        kind, number = number_of(table, record)
        mine = number_parts.c.subject == record.id
        found = session.read(sa.select(number_parts).where(mine))
        self.rows += len(found)
        if {(row.kind, bytes(row.part)) for row in found} != {
            (kind, part) for part in parts_of(number or "")
        }:
            self._note(
                number_parts,
                row_name(kind, record.id),
                RecordProblem.DERIVED,
                lambda again: write_parts_again(again, kind, record.id, number),
            )

    def _strays(self, session: Session) -> None:
        """Find rows beside records that do not pass themselves: their own rows were read without them."""
        broken = {fault.row for fault in self.faults if fault.table == applications.name}
        for table in (open_stages, queue_places):
            for row in session.read(sa.select(table.c.application_id).distinct()):
                if row_name(row.application_id) in broken:
                    self._note(table, row_name(row.application_id), RecordProblem.DERIVED)
        known = sa.union_all(sa.select(applications.c.id), sa.select(permits.c.id)).subquery()
        stray = number_parts.c.subject.not_in(sa.select(known.c.id))
        query = sa.select(number_parts.c.kind, number_parts.c.subject).where(stray).distinct()
        for row in session.read(query):
            self._note_stray(row.kind, row.subject)

    def _note_stray(self, kind: str, subject: str) -> None:
        self._note(
            number_parts,
            row_name(kind, subject),
            RecordProblem.ADDED,
            lambda again: write_parts_again(again, kind, subject, None),
        )

    def _histories(self, session: Session) -> None:
        seen = set()
        for found in session.read(sa.select(history.c.subject).distinct()):
            query = sa.select(history).where(history.c.subject == found.subject).order_by(history.c.position)
            rows = session.read(query)
            self.rows += len(rows)
            seen.add(row_name(found.subject))
            problem = history_problem(session, found.subject, rows)
            if problem is not None:
                self._note(history, row_name(found.subject), RecordProblem(problem))
        for name in session.seals.marked(history):
            if name not in seen:
                self._note(history, name, RecordProblem.REMOVED)

    def _marks(self, session: Session) -> None:
        """Find rows that are gone although a mark says that they are there."""
        named = {(fault.table, fault.row) for fault in self.faults}
        by_name = {table.name: table for table in metadata.sorted_tables}
        for rows in all_rows(session, marks):
            self.rows += len(rows)
            for row in rows:
                fits = session.sealer.fits(marks.name, covered(marks, row._mapping), row.seal)
                if not fits:
                    self._note(marks, row_name(row.of_table, row.of_row), RecordProblem.CHANGED)
                    continue
                table = by_name.get(row.of_table)
                if table is None or table is history or row.row_seal is None:
                    continue
                if (row.of_table, row.of_row) not in named:
                    self._marked(table, row)

    def _marked(self, table: sa.Table, mark: Any) -> None:
        if (table.name, mark.of_row) not in self._seen:
            self._note(table, mark.of_row, RecordProblem.REMOVED)
        elif table is outbox and mark.of_row in self._delivered:
            # Only the library takes a mark away, when it delivered the event.
            self._note(
                table, mark.of_row, RecordProblem.CHANGED, lambda again: _deliver(again, int(mark.of_row))
            )

    def _counters(self, session: Session) -> None:
        taken = session.read(
            sa.select(
                numbers.c.register, numbers.c.year, sa.func.max(numbers.c.sequence).label("last")
            ).group_by(numbers.c.register, numbers.c.year)
        )
        known = {(row.register, row.year): row for row in session.read(sa.select(number_counters))}
        for row in taken:
            counter = known.pop((row.register, row.year), None)
            if counter is None or not _sound(session, number_counters, counter) or counter.last < row.last:
                self._note_counter(number_counters, row_name(row.register, row.year))
        for counter in known.values():
            if not _sound(session, number_counters, counter):
                self._note_added(number_counters, counter)
        others = session.read(sa.select(counters).where(counters.c.name != _STATUS_LIST))
        for counter in others:
            if not _sound(session, counters, counter):
                self._note_added(counters, counter)
        size = session.scalar(sa.select(sa.func.max(permits.c.status_index)))
        place = session.first(sa.select(counters).where(counters.c.name == _STATUS_LIST))
        if (place is None and size is not None) or (
            place is not None
            and (not _sound(session, counters, place) or place.value < (-1 if size is None else size) + 1)
        ):
            self._note_counter(counters, _STATUS_LIST)

    def _note_added(self, table: sa.Table, row: Any) -> None:
        name = key_of(table, row._mapping)
        self._note(table, name, RecordProblem.ADDED, lambda again: _remove(again, table, row))

    def _note_counter(self, table: sa.Table, row: str) -> None:
        self._note(table, row, RecordProblem.DERIVED, lambda again: _recount(again, table, row))

    def _tally(self, session: Session) -> None:
        if _sum_of_tallies(session) != _sum_of_marks(session):
            self._note(tallies, "*", RecordProblem.PUT_BACK)


def _repaired(storage: SqlStorage, fault: RecordFault, fix: Fix | None) -> RecordFault:
    if fix is None:
        return fault
    with storage.unit_of_work() as work:
        fix(work.session)
        work.commit()
    return attrs.evolve(fault, repaired=True)


def _sound(session: Session, table: sa.Table, row: Any) -> bool:
    return not any(True for _ in session.seals.problems(table, [row]))


def _stages_agree(session: Session, application: Any, rows: Sequence[Any]) -> bool:
    wanted = {row["stage"]: row for row in open_stage_rows(application)}
    if any(True for _ in session.seals.problems(open_stages, rows)) or len(rows) != len(wanted):
        return False
    return all(
        row.stage in wanted and all(row._mapping[name] == value for name, value in wanted[row.stage].items())
        for row in rows
    )


def _places_agree(_session: Session, application: Any, rows: Sequence[Any]) -> bool:
    wanted = {row["stage"]: row for row in open_stage_rows(application)}
    return len(rows) == len(wanted) and all(
        row.stage in wanted and dict(row._mapping) == wanted[row.stage] for row in rows
    )


def _lookups_agree(session: Session, application: Any, rows: Sequence[Any]) -> bool:
    wanted = lookups_of(application)
    found = {(row.kind, bytes(row.digest), row.key_id) for row in rows}
    ids = session.sealer.keys.index.ids
    # In the middle of a change of keys a row may stand under any of them.
    possible = [
        {
            (lookup.kind.value, digest, key)
            for key, digest in zip(ids, session.sealer.blind_all(lookup), strict=True)
        }
        for lookup in wanted
    ]
    return len(found) == len(wanted) and all(found & one for one in possible)


def _payments_agree(session: Session, application: Any, rows: Sequence[Any]) -> bool:
    wanted = list(payment_rows(session, application))
    found = {bytes(row.digest): row for row in rows}
    if len(wanted) != len(found):
        return False
    for columns, payment in zip(wanted, application.payments, strict=True):
        digests = session.sealer.blind_payment(payment.reference)
        row = next((found[digest] for digest in digests if digest in found), None)
        if row is None or (row.amount, row.paid_at) != (columns["amount"], columns["paid_at"]):
            return False
        if row.paid_day != columns["paid_day"] or row.key_id not in session.sealer.keys.index.ids:
            return False
    return True


def _payload(session: Session, table: sa.Table, row: Any) -> Any:
    """Open a payload that has no reader of its own here."""
    if "payload" not in table.columns or row.payload is None:
        return None
    key = (row._mapping[column.name] for column in table.primary_key.columns)
    return session.sealer.open(row.payload, place_of(table, *key))


def _derive(session: Session, application_id: str) -> None:
    query = session.locked(sa.select(applications).where(applications.c.id == application_id))
    row = session.first(query)
    if row is not None and _sound(session, applications, row):
        write_derived(session, open_application(session, row))


def _remove(session: Session, table: sa.Table, row: Any) -> None:
    """Remove a row that the library never wrote, if it still is what was found."""
    same = [column == row._mapping[column.name] for column in table.primary_key.columns]
    found = session.first(session.locked(sa.select(table).where(*same)))
    if found is not None and not _sound(session, table, found):
        session.write(table.delete().where(*same))


def _deliver(session: Session, entry: int) -> None:
    session.write(
        outbox.update().where(outbox.c.id == entry).values(done_at=None, available_at=outbox.c.written_at)
    )


def _recount(session: Session, table: sa.Table, row: str) -> None:
    if table is counters:
        size = session.scalar(sa.select(sa.func.max(permits.c.status_index)))
        columns: dict[str, Any] = {"name": _STATUS_LIST, "value": 0 if size is None else int(size) + 1}
    else:
        lines = session.read(sa.select(numbers.c.register, numbers.c.year, numbers.c.sequence))
        mine = [line for line in lines if row_name(line.register, line.year) == row]
        if not mine:
            return
        columns = {
            "register": mine[0].register,
            "year": mine[0].year,
            "last": max(line.sequence for line in mine),
        }
    session.put(table, session.seals.sealed(table, columns))


def _sum_of_marks(session: Session) -> int:
    total = 0
    for rows in all_rows(session, marks):
        total += sum(session.sealer.share(row.key_id, row.seal) for row in rows if row.seal and row.key_id)
    return total % MODULUS


def _sum_of_tallies(session: Session) -> int | None:
    total = 0
    for row in session.read(sa.select(tallies)):
        place = tally_place(row.shard)
        try:
            total += int(session.sealer.open(row.payload, place), 16)
            if session.sealer.key_id_of(row.payload, place) != row.key_id:
                return None
        except SealBrokenError:
            return None
    return total % MODULUS


def _accept(session: Session) -> None:
    """Write the sum over all marks as it is now."""
    session.write(tallies.delete())
    total = f"{_sum_of_marks(session):064x}"
    payload = session.sealer.seal(total, tally_place(0))
    session.write(tallies.insert().values(shard=0, key_id=session.sealer.data_key_id, payload=payload))
