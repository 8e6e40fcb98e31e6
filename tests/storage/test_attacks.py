"""
Whatever somebody does to the rows through SQL is noticed, or does no harm: for each table and each column.

The attacks are made from the tables themselves, so that a new table or column is attacked as well.
"""

from datetime import date, datetime, timedelta

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.model._batch import BatchItemState
from perizinan_core.model._contact import MessageContact
from perizinan_core.model._money import Rupiah
from perizinan_core.storage import ApplicationFilter, TrackingSecret
from perizinan_core.storage._checking import RecordProblem, check_records
from perizinan_core.storage._records import OutboxItem
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.storage._sql._seals import covered
from perizinan_core.testing.storage._samples import (
    NOW,
    made_application,
    made_batch,
    made_batch_item,
    made_complaint,
    made_consent,
    made_event,
    made_figure,
    made_officer,
    made_payment,
    made_permit,
    made_survey_answer,
    open_stage,
)

DERIVED = {
    "open_stages": "made from the application, which says how many there are",
    "lookups": "made from the application, which is looked at before it is shown",
    "payments": "made from the application",
    "queue_places": "made from the application, and compared with the open stages",
    "number_parts": "made from the numbers, which are looked at before anything is shown",
    "number_counters": "never below the lines of the book",
    "counters": "never below the places of the permits",
}
"""Tables that follow from records and are compared with them."""

HARMLESS = {
    "batch_items.available_at": "a record is done sooner, later or again, which is safe; what waits is counted",
    "batch_items.attempts": "how long what is away for a while is tried",
    "batch_items.worker": "a lease that is lost is given again",
    "batch_items.last_error": "a note",
    "outbox.available_at": "an event is delivered at least once, sooner or later; given up, it is counted and named",
    "outbox.attempts": "counts attempts; given up, an event is counted and named",
    "outbox.worker": "a lease that is lost is given again",
    "outbox.last_error": "a note",
    "outbox.answer": "shown beside a message; what time runs from stands in the case, which is sealed",
    "outbox.collected_into": "shown beside a message; what is collected together stands in the sealed event",
    "outbox.done_at": "of a delivered event, when it is forgotten; of another it is noticed, see below",
    "outbox.id": "in the mark: an entry that moved is noticed",
    "history.id": "the order of events is their position, which is sealed",
    "officers.look_after": "the worker looks after stages once more, or at the next change; services ask the record",
    "job_failures.job": "a note of the worker",
    "job_failures.subject": "a note of the worker",
    "job_failures.error": "a note of the worker",
    "job_failures.attempts": "what was given up is named until it works",
    "job_failures.first_at": "a note of the worker",
    "job_failures.last_at": "a note of the worker",
    "job_failures.not_before": "what rests is named until it works",
}
"""Columns that no seal covers, and why a change of them does no harm."""

MAY_GO = {
    "tracking": "a new secret can be given; the one before opens nothing but how the case stands",
    "idempotency": "is forgotten after some time anyway; what it kept from being repeated has its own rules",
    "job_failures": "a note of the worker: it tries again",
    "surveys": "an answer in a statistic; no one knows whose it was",
    "batch_items": "each is safe to do again; the batch says how many there are, so that one that is gone is missed",
    "figures": "a number in a statistic; how the case ended and when stands in the case itself",
}
"""Tables of which a row may be removed, or put back."""


def short(table: sa.Table) -> str:
    return table.name.removeprefix(tables.PREFIX)


def fill(storage) -> None:
    """Write a row into every table."""
    payment = made_payment("STS-1")
    case = made_application(
        receipt_number="TT/1", stages=(open_stage("periksa", assignee="o1"),), payments=(payment,)
    )
    with storage.unit_of_work() as work:
        case = work.applications.add(case, by="a", at=NOW)
        place = work.status_indexes.take()
        sequence = work.numbers.take("izin", 2026, by="a", at=NOW)
        permit = made_permit(case, register="izin", sequence=sequence, status_index=place)
        work.numbers.record("izin", 2026, sequence, number=permit.number, subject=permit.id)
        work.permits.add(permit, by="a", at=NOW)
        work.officers.save(made_officer("o1"), by="a", at=NOW)
        work.idempotency.begin("a", "k", use_case="u", request_hash="h", at=NOW)
        work.signing_attempts.acquire("cd" * 32, holder="h", now=NOW, until=NOW + timedelta(minutes=2))
        work.settings.put("signatory:x", {"to": "2026-01-01"})
        work.tracking.put(case.id, TrackingSecret(digest=b"1" * 32, given_at=NOW))
        work.figures.put(case.id, [made_figure(), made_figure(step="periksa", on_time=None)])
        work.complaints.add(made_complaint(), by="a", at=NOW)
        work.surveys.add(made_survey_answer(remark="Antrean panjang"))
        work.contacts.save(MessageContact(holder="public:o1").with_consent(made_consent()), by="a", at=NOW)
        batch = work.batches.add(made_batch(), by="a", at=NOW)
        work.batches.add_items([made_batch_item(batch.id), made_batch_item(batch.id, place=2)], at=NOW)
        work.failures.note("job", "s", error="e", at=NOW)
        events = [made_event(case.id), made_event(case.id)]
        work.history.add(events)
        work.outbox.add([OutboxItem(event=event, case=case.id) for event in events], at=NOW)
        work.commit()


def change(storage) -> None:
    """Change every record."""
    with storage.unit_of_work() as work:
        (case,) = work.applications.find().items
        (permit,) = work.permits.find().items
        more = attrs.evolve(made_payment("STS-2"), amount=Rupiah(7))
        work.applications.save(
            attrs.evolve(
                case,
                form={"x": 1},
                payments=(*case.payments, more),
                stages=(open_stage("periksa", assignee="o2"),),
            ),
            by="b",
            at=NOW,
        )
        (complaint,) = work.complaints.find().items
        work.complaints.save(attrs.evolve(complaint, holder="o2"), by="b", at=NOW)
        contact = work.contacts.get("public:o1")
        work.contacts.save(contact.with_consent(made_consent()), by="b", at=NOW)
        (batch,) = work.batches.find().items
        work.batches.save(attrs.evolve(batch, total=2), by="b", at=NOW)
        item, _ = work.batches.claim(batch.id, 1, worker="w", now=NOW, lease=timedelta(minutes=1))
        work.batches.finish(attrs.evolve(item, state=BatchItemState.DONE), worker="w")
        work.permits.save(attrs.evolve(permit, validity_text="lain"), by="b", at=NOW)
        work.numbers.cancel("izin", 2026, 1, reason="contoh", by="b", at=NOW)
        last = work.numbers.take("izin", 2026, by="b", at=NOW)
        work.numbers.cancel("izin", 2026, last, reason="contoh", by="b", at=NOW)
        place = work.status_indexes.take()
        work.permits.add(
            made_permit(case, number="2", register="izin", sequence=last, status_index=place), by="b", at=NOW
        )
        work.officers.save(made_officer("o1", active=False), by="b", at=NOW)
        work.idempotency.finish("a", "k", result={"x": 1})
        work.signing_attempts.finish("cd" * 32, holder="h", signed_sha256="ef" * 32, at=NOW)
        work.settings.put("signatory:x", {"to": "2025-01-01"})
        work.tracking.put(case.id, TrackingSecret(digest=b"2" * 32, given_at=NOW, failed=1, failed_at=NOW))
        work.failures.note("job", "s", error="e", at=NOW)
        work.history.add([made_event(case.id)])
        (first, *_) = work.outbox.claim("w", now=NOW, lease=timedelta(minutes=1))
        work.outbox.mark_done(first.id, worker="w", at=NOW)
        work.commit()


class Database:
    """The rows as an attacker sees them."""

    def __init__(self, storage) -> None:
        self.storage = storage
        self.engine = storage._engine

    def rows(self) -> dict[sa.Table, list[dict]]:
        with self.engine.connect() as connection:
            return {
                table: [dict(row._mapping) for row in connection.execute(sa.select(table))]
                for table in tables.metadata.sorted_tables
            }

    def restore(self, rows) -> None:
        with self.engine.begin() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(table.delete())
            for table, found in rows.items():
                if found:
                    connection.execute(table.insert(), found)

    def run(self, statement) -> bool:
        """Run a statement; False when the database itself refuses it."""
        try:
            with self.engine.begin() as connection:
                # Of an INSERT a driver may not say how many rows it wrote.
                return connection.execute(statement).rowcount != 0
        except sa.exc.IntegrityError:
            return False

    def faults(self):
        return [fault for fault in check_records(self.storage).faults if not fault.repaired]


@pytest.fixture
def database(storage) -> Database:
    """A store with a row in every table."""
    fill(storage)
    return Database(storage)


def this(table: sa.Table, row: dict) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key.columns))


def seen(table: sa.Table, row: dict) -> dict:
    """Return what of a row is sealed, or all of it."""
    return {**covered(table, row), "seal": row["seal"]} if table in tables.SEALED_TABLES else row


def other(column: sa.Column, value):
    """Return another value that the column can hold."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case bytes() | memoryview():
            return bytes([bytes(value)[0] ^ 1]) + bytes(value)[1:]
        case datetime() | date():
            return value + timedelta(days=1)
    if isinstance(column.type, tables.UtcDateTime):
        return NOW
    return {str: "x", int: 1, bytes: b"x", bool: True, date: NOW.date()}[column.type.python_type]


def test_every_column_is_sealed_compared_or_harmless_for_a_reason():
    """A new table without a seal has to say why it may be changed."""
    open_ = set()
    for table in tables.metadata.sorted_tables:
        sealed = set(covered(table, {})) if table in tables.SEALED_TABLES else set()
        if short(table) not in DERIVED and table is not tables.tallies:
            names = {column.name for column in table.columns}
            open_ |= {f"{short(table)}.{name}" for name in names - sealed - {"seal"}}

    assert open_ == set(HARMLESS)
    assert {"seal"} == {column.name for column in tables.marks.columns} - set(covered(tables.marks, {}))


def test_a_sound_database_has_no_faults(database):
    """As it was written, and after every record was changed."""
    before = check_records(database.storage)
    change(database.storage)
    after = check_records(database.storage)

    assert ((), ()) == (before.faults, after.faults)
    assert 15 < before.rows < after.rows


def test_an_update_of_any_column_is_noticed(database):
    """Keys, seals, marks and tallies among them; the harmless ones are those of the list."""
    change(database.storage)
    rows = database.rows()
    missed = []
    for table, found in rows.items():
        assert found, f"nothing in {table.name}"
        for column in table.columns:
            statement = table.update().where(this(table, found[0]))
            if not database.run(statement.values({column.name: other(column, found[0][column.name])})):
                continue
            try:
                noticed = bool(database.faults())
            except Exception as error:  # noqa: BLE001 - a key that is not at hand stops the walk, with a sentence
                noticed = "unknown-key" == getattr(error, "code", None)
            if not noticed and f"{short(table)}.{column.name}" not in HARMLESS:
                missed.append(f"{table.name}.{column.name}")
            database.restore(rows)

    assert [] == missed


def test_a_row_that_is_removed_is_noticed(database):
    """One at a time, in every table."""
    rows = database.rows()
    missed = []
    for table, found in rows.items():
        for row in found:
            if database.run(table.delete().where(this(table, row))):
                if not database.faults() and short(table) not in MAY_GO:
                    missed.append(table.name)
                database.restore(rows)

    assert [] == missed


def test_a_row_that_is_put_back_to_an_earlier_state_is_noticed(database):
    """Each by itself, as somebody who kept a copy of it would do."""
    old = database.rows()
    change(database.storage)
    new = database.rows()
    missed, tried = [], set()
    for table, found in old.items():
        for row in found:
            if seen(table, row) in [seen(table, one) for one in new[table]]:
                continue
            if database.run(table.update().where(this(table, row)).values(row)) or database.run(
                table.insert().values(row)
            ):
                tried.add(short(table))
                if not database.faults() and short(table) not in {*MAY_GO, "number_counters", "counters"}:
                    missed.append(f"{table.name}: {row}")
            database.restore(new)

    assert [] == missed
    assert {
        "applications",
        "permits",
        "numbers",
        "officers",
        "settings",
        "signing_attempts",
        "marks",
    } <= tried


def test_a_row_that_is_added_is_noticed(database):
    """A copy of a row under another key, as somebody without the keys can make it."""
    rows = database.rows()
    missed = []
    for table, found in rows.items():
        key = {column.name for column in table.primary_key.columns}
        unique = {column.name for column in table.columns if column.unique}
        sequence = {"sequence"} if table is tables.permits else set()
        row = {
            name: other(table.columns[name], value)
            if name in (key - {"application_id"} or key) | unique | sequence
            else value
            for name, value in found[0].items()
        }
        if database.run(table.insert().values(row)):
            if not database.faults() and short(table) not in MAY_GO:
                missed.append(table.name)
            database.restore(rows)

    assert [] == missed


@pytest.mark.parametrize(
    "name", ["applications", "permits", "numbers", "officers", "settings", "signing_attempts"]
)
def test_a_record_put_back_together_with_its_mark_is_noticed(database, name):
    """The sum over all marks does not fit any more."""
    old = database.rows()
    change(database.storage)
    table = tables.metadata.tables[tables.PREFIX + name]
    row = old[table][0]
    marks = [mark for mark in old[tables.marks] if mark["of_table"] == table.name]
    for changed, wanted in ((table, row), *((tables.marks, mark) for mark in marks)):
        assert database.run(changed.update().where(this(changed, wanted)).values(wanted))

    assert [(tables.tallies.name, RecordProblem.PUT_BACK)] == [
        (fault.table, fault.problem) for fault in database.faults() if fault.table == tables.tallies.name
    ]


def test_what_follows_from_records_is_made_again(database):
    """Open stages, search indexes, payments and counters; afterwards nothing is left to be done."""
    before = database.rows()
    for table in (
        tables.open_stages,
        tables.lookups,
        tables.payments,
        tables.number_counters,
        tables.counters,
    ):
        assert database.run(table.delete())
    broken = check_records(database.storage, repair=True)
    again = check_records(database.storage)
    after = database.rows()

    assert len(broken.faults) >= 5
    assert broken.is_sound
    assert () == again.faults
    for table in (tables.lookups, tables.payments):
        assert before[table] == after[table]


def test_rows_that_the_library_never_wrote_are_removed(database):
    """And with them what they would have stood in the way of."""
    row = {**database.rows()[tables.numbers][0], "sequence": 2, "number": "x"}
    assert database.run(tables.numbers.insert().values(row))
    assert database.run(tables.settings.insert().values(key="signatory:forged", value="{}"))
    repaired = check_records(database.storage, repair=True)
    with database.storage.unit_of_work() as work:
        taken = work.numbers.take("izin", 2026, by="a", at=NOW)
        work.numbers.cancel("izin", 2026, taken, reason="contoh", by="a", at=NOW)
        work.commit()

    assert {RecordProblem.ADDED} == {
        fault.problem for fault in repaired.faults if fault.table != "perizinan_number_counters"
    }
    assert (True, 2) == (repaired.is_sound, taken)
    assert () == check_records(database.storage).faults


def test_an_event_that_others_marked_as_delivered_is_delivered(database):
    """Nobody misses a message because a column said that it was sent."""
    entry = database.rows()[tables.outbox][0]["id"]
    database.run(
        tables.outbox.update().where(tables.outbox.c.id == entry).values(done_at=NOW, available_at=None)
    )
    check_records(database.storage, repair=True)
    with database.storage.unit_of_work() as work:
        claimed = [item.id for item in work.outbox.claim("w", now=NOW, lease=timedelta(minutes=1))]

    assert entry in claimed


def test_one_row_that_does_not_pass_keeps_no_other_from_being_read(database):
    """Lists leave it out; the walk names it and goes on to the end."""
    with database.storage.unit_of_work() as work:
        other_case = work.applications.add(made_application(receipt_number="TT/2"), by="a", at=NOW)
        work.officers.save(made_officer("o9"), by="a", at=NOW)
        work.commit()
    first = next(row["id"] for row in database.rows()[tables.applications] if row["id"] != other_case.id)
    database.run(
        tables.applications.update().where(tables.applications.c.id == first).values(owner="public:x")
    )
    database.run(tables.officers.update().where(tables.officers.c.id == "o1").values(active=False))
    with database.storage.unit_of_work(read_only=True) as work:
        cases = [item.id for item in work.applications.find().items]
        staff = [item.id for item in work.officers.list(active_only=False)]

    assert ([other_case.id], ["o9"]) == (cases, staff)
    assert {first, "o1"} <= {fault.row for fault in database.faults()}


def test_a_person_may_accept_the_records_as_they_are(database):
    """After a part of a backup was restored the sum no longer fits, until somebody looked and says so."""
    old = database.rows()
    change(database.storage)
    new = database.rows()
    database.restore({**new, tables.tallies: old[tables.tallies]})
    found = check_records(database.storage)
    accepted = check_records(database.storage, accept=True)

    assert [tables.tallies.name] == [fault.table for fault in found.faults]
    assert accepted.is_sound
    assert () == check_records(database.storage).faults


def test_a_lost_open_stage_stays_in_the_queue(database):
    """No case disappears because a row beside it is lost, changed or put somewhere else."""
    with database.storage.unit_of_work(read_only=True) as work:
        expected = work.applications.queue()
    attacks = (
        tables.open_stages.delete(),
        tables.open_stages.update().values(assignee="somebody"),
        tables.open_stages.update().values(stage="other"),
        tables.open_stages.update().values(version=99),
        tables.open_stages.update().values(opened_at=NOW + timedelta(days=900)),
        tables.queue_places.delete(),
        tables.queue_places.update().values(assignee="somebody"),
    )
    rows = database.rows()
    for attack in attacks:
        assert database.run(attack)
        with database.storage.unit_of_work(read_only=True) as work:
            assert expected == work.applications.queue()
            assert {"o1": 1} == work.applications.workloads(["o1"])
            assert 1 == len(work.applications.find(ApplicationFilter(assignee="o1")).items)
        database.restore(rows)

    assert 1 == len(expected)


@pytest.mark.parametrize("value", [0, -5])
def test_a_counter_that_was_set_back_does_not_stop_a_register(database, value):
    """Nor is a number or a place given twice."""
    database.run(tables.number_counters.update().values(last=value))
    database.run(tables.counters.update().values(value=value))
    with database.storage.unit_of_work() as work:
        sequence = work.numbers.take("izin", 2026, by="a", at=NOW)
        place = work.status_indexes.take()
        work.numbers.cancel("izin", 2026, sequence, reason="contoh", by="a", at=NOW)
        work.commit()

    assert (2, 1) == (sequence, place)
