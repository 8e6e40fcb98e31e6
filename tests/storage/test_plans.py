"""What the worker asks for comes from indexes, on both databases, with many records on them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing.storage._samples import NOW, new_id

RECORDS = 4000
TODAY = NOW.date()


def case_row(number: int) -> dict[str, object]:
    """Return the row of a case: most are closed, one in a hundred is open or overdue."""
    state = (
        ("in_review", "correction_requested", "awaiting_signature")[number % 3]
        if number % 50 == 0
        else "issued"
    )
    is_open = state in ("in_review", "correction_requested")
    return {
        "id": new_id(),
        "version": 1,
        "authority": "kota-contoh",
        "permit_type": "street-use",
        "kind": "new",
        "owner": f"public:p{number}",
        "state": state,
        "receipt_number": f"TT/{number}",
        "created_at": NOW,
        "due": TODAY + timedelta(days=number % 7 - 1) if state == "in_review" else None,
        "silence_after": TODAY + timedelta(days=number % 7 - 1) if state == "in_review" else None,
        "answer_by": TODAY + timedelta(days=number % 7 - 1) if state == "correction_requested" else None,
        "counted_on": "2026.1" if is_open else None,
        "held_inspections": "v2" if is_open else None,
        "own_step": "sign" if state == "awaiting_signature" else None,
        "changed_at": NOW,
        "changed_by": "x",
        "key_id": "k",
        "payload": b"",
    }


def fill(connection: sa.Connection) -> None:
    """Put many records into every table that the worker asks."""
    cases = [case_row(number) for number in range(RECORDS)]
    stages = [
        {
            "application_id": case["id"],
            "stage": "check",
            "assignee": f"o{turn % 40}" if turn % 20 else None,
            "opened_at": NOW,
        }
        for turn, case in enumerate(cases)
    ]
    done = [
        {"event": "{}", "written_at": NOW, "attempts": 1, "available_at": None, "done_at": NOW}
        for _ in range(RECORDS)
    ]
    waiting = [
        {
            "event": "{}",
            "written_at": NOW,
            "attempts": 1,
            "available_at": NOW,
            "done_at": None,
            "last_error": "x",
        }
        for _ in range(5)
    ]
    given_up = [{**waiting[0], "available_at": None}]
    failures = [
        {
            "job": f"job{number % 9}",
            "subject": str(number),
            "error": "x",
            "attempts": 1,
            "first_at": NOW,
            "last_at": NOW,
            "not_before": NOW,
        }
        for number in range(RECORDS)
    ]
    officers = [
        {
            "id": f"o{number}",
            "active": True,
            "changed_at": NOW,
            "changed_by": "x",
            "look_after": None if number % 100 else NOW,
            "key_id": "k",
            "payload": b"",
        }
        for number in range(RECORDS)
    ]
    attempts = [
        {
            "unsigned_sha256": str(number),
            "state": "finished" if number % 100 else "started",
            "holder": "w",
            "attempts": 1,
            "started_at": NOW,
            "until": NOW,
            "interrupted": False,
        }
        for number in range(RECORDS)
    ]
    marks = [
        {"of_table": table.name, "of_row": str(number), "size": 1}
        for table in (tables.outbox, tables.signing_attempts)
        for number in range(RECORDS)
    ]
    for table, rows in (
        (tables.signing_attempts, attempts),
        (tables.applications, cases),
        (tables.open_stages, stages),
        (tables.outbox, [{"last_error": None, **row} for row in (*done, *waiting, *given_up)]),
        (tables.job_failures, failures),
        (tables.officers, officers),
        (tables.marks, marks),
    ):
        connection.execute(table.insert(), rows)


QUESTIONS = {
    "unanswered": lambda work: work.agenda.unanswered(TODAY),
    "counted_otherwise": lambda work: work.agenda.counted_otherwise("2026.1"),
    "silent": lambda work: work.agenda.silent(TODAY),
    "unassigned": lambda work: work.agenda.unassigned(),
    "held_by": lambda work: work.agenda.held_by("o3"),
    "changed_officers": lambda work: work.agenda.changed_officers(),
    "officer_changed": lambda work: work.agenda.officer_changed("o3"),
    "officer_looked_after": lambda work: work.agenda.officer_looked_after("o3", changed=NOW),
    "uploads_to_inspect": lambda work: work.agenda.uploads_to_inspect("v2"),
    "to_issue": lambda work: work.agenda.to_issue(),
    "to_sign": lambda work: work.agenda.to_sign(),
    "failures of a job": lambda work: work.failures.of("job1"),
    "failures that rest": lambda work: work.failures.resting("job1", now=NOW),
    "a failure noted": lambda work: work.failures.note("job1", "1", error="x", at=NOW),
    "outbox due": lambda work: work.outbox.is_due(now=NOW),
    "outbox claimed": lambda work: work.outbox.claim("w", now=NOW, lease=timedelta(minutes=1), limit=20),
    "outbox targets": lambda work: work.outbox.due_targets(now=NOW),
    "outbox claimed in order": lambda work: work.outbox.claim(
        "w", target="consumer:x", now=NOW, lease=timedelta(minutes=1), limit=20, in_order=True
    ),
    "outbox of a case": lambda work: work.outbox.of_case("c7"),
    "not notified": lambda work: work.agenda.unnotified(),
    "not asked": lambda work: work.agenda.unasked(NOW - timedelta(days=2)),
    "outbox given up": lambda work: work.outbox.given_up(),
    "signing interrupted": lambda work: work.signing_attempts.interrupted(now=NOW),
}


@pytest.fixture
def plans(storage):
    """Fill the database and return the plans of all statements that a question leads to."""
    engine = storage._engine
    with engine.begin() as connection:
        fill(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")

    def run(question) -> dict[str, str]:
        asked = []

        def note(_connection, _cursor, statement, parameters, _context, _many):
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                asked.append((statement, parameters))

        sa.event.listen(engine, "before_cursor_execute", note)
        with storage.unit_of_work() as work:
            question(work)
        sa.event.remove(engine, "before_cursor_execute", note)
        word = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        with engine.connect() as connection:
            return {
                statement: "\n".join(
                    str(row[-1]) for row in connection.exec_driver_sql(f"{word} {statement}", parameters)
                )
                for statement, parameters in asked
            }

    return run


def test_no_question_of_the_worker_walks_a_whole_table(plans):
    """However many cases are closed, a round costs what is due."""
    walked = {}
    for name, question in QUESTIONS.items():
        found = plans(question)
        assert found, name
        for statement, plan in found.items():
            if "Seq Scan" in plan or "SCAN" in plan.replace("SCAN CONSTANT ROW", ""):
                walked[name] = f"{statement}\n{plan}"

    assert {} == walked


def test_the_questions_find_what_is_due_among_many(storage, plans):
    """The records of this test are what the plans were made for."""
    assert plans(QUESTIONS["to_sign"])
    with storage.unit_of_work(read_only=True) as work:
        signing = len(work.agenda.to_sign())
        overdue = len(work.agenda.silent(TODAY))

    assert 0 < signing < RECORDS / 50
    assert 0 < overdue < RECORDS / 50
