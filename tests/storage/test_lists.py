"""Lists, searches and queues: what they find, from which indexes, and with how many statements."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.model._actor import Account
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import Clock, ClockEntry, ClockEvent, DeadlineRecord
from perizinan_core.model._complaint import ComplaintState
from perizinan_core.model._events import EventKind
from perizinan_core.model._identifiers import Nik
from perizinan_core.model._permit import PermitStatus
from perizinan_core.storage import (
    ApplicationFilter,
    Course,
    HistoryFilter,
    ListOrder,
    Lookup,
    LookupKind,
    OutboxFilter,
    OutboxItem,
    OutboxState,
    PermitFilter,
    PermitOrder,
)
from perizinan_core.storage._checking import check_records
from perizinan_core.storage._records import MESSAGES
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.storage._sql._resealing import fill_lists, fill_searches, reseal
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing.storage._samples import (
    NIK,
    NOW,
    WIB,
    made_application,
    made_complaint,
    made_event,
    made_officer,
    made_permit,
    made_person,
    made_survey_answer,
    open_stage,
)

STATES = (ApplicationState.IN_REVIEW, ApplicationState.ISSUED, ApplicationState.REFUSED)
OPEN = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW})
COURSES = frozenset({"street-use|2026.1|verify", "event|2026.1|verify"})


def made_case(number, **changes):
    """Return a case: three types in turn, every third in work, some overdue, all of other people."""
    state = STATES[number % 3]
    at = NOW + timedelta(minutes=number)
    due = NOW.date() + timedelta(days=number % 5)
    started = ClockEntry(event=ClockEvent.STARTED, at=NOW, by=Account.public("x"), reason="complete")
    deadline = DeadlineRecord(due=due, calendar_version="1", computed_at=NOW, consumed=0)
    in_work = state is ApplicationState.IN_REVIEW
    fields = {
        "permit_type": ("street-use", "event", "billboard")[number % 4 % 3],
        "state": state,
        "owner": Account.public(f"p{number % 7}"),
        "receipt_number": f"TT-{number}/PTSP/2026",
        "submitted_at": at,
        "applicant": made_person(nik=Nik(f"{NIK[:-4]}{number + 1000:04}"), phone=None, email=None),
        "representative": None,
        "documents": (),
        "stages": (
            attrs.evolve(open_stage("verify", assignee=f"o{number % 3}", opened_at=at))
            if in_work
            else attrs.evolve(open_stage("verify"), status="done"),
        ),
        "clock": Clock(entries=(started,), deadlines=(deadline,)) if in_work else Clock(),
    }
    return made_application(**{**fields, **changes})


def fill(storage, first, last):
    """Put cases on record, a permit for each that was issued, and three officers."""
    with storage.unit_of_work() as work:
        for number in range(first, last):
            case = work.applications.add(made_case(number), by="a", at=NOW)
            if case.state is ApplicationState.ISSUED:
                permit = made_permit(
                    case,
                    sequence=number + 1,
                    status=PermitStatus.IN_FORCE,
                    status_index=work.status_indexes.take(),
                    valid_until=NOW.date() + timedelta(days=number),
                )
                work.permits.add(permit, by="a", at=NOW)
            happened = made_event(case.id, KINDS[number % 2])
            at = NOW + timedelta(minutes=number)
            work.history.add([attrs.evolve(happened, actor=f"officer:o{number % 3}", at=at)])
            work.outbox.add([OutboxItem(event=happened, target="channel:mail", case=case.id)], at=NOW)
            work.surveys.add(made_survey_answer(remark="x" if number % 3 else ""))
            complaint = made_complaint(holder=f"o{number % 3}", due=NOW.date() + timedelta(days=number % 5))
            work.complaints.add(complaint, by="a", at=NOW)
        for name in ("o0", "o1", "o2"):
            work.officers.save(made_officer(name), by="a", at=NOW)
        work.commit()


KINDS = (EventKind.APPLICATION_SUBMITTED, EventKind.STAGE_DECIDED)
DID = HistoryFilter(actor=Account.officer("o1"))
RECEIVED = (ComplaintState.RECEIVED, ComplaintState.IN_WORK)

QUESTIONS: dict[str, Callable] = {
    "of an owner": lambda work: work.applications.find(
        ApplicationFilter(owner=Account.public("p1")), limit=5
    ),
    "of a receipt": lambda work: work.applications.get_by_receipt("TT-3/PTSP/2026"),
    "by part of a receipt": lambda work: work.applications.find(ApplicationFilter(receipt_part="3/pt")),
    "by NIK": lambda work: work.applications.find(
        ApplicationFilter(lookup=Lookup(LookupKind.NIK, f"{NIK[:-4]}1003"), courses=COURSES, handed_in=True)
    ),
    "of an officer": lambda work: work.applications.find(ApplicationFilter(assignee="o0"), limit=5),
    "at a stage": lambda work: work.applications.find(
        ApplicationFilter(open_stages=frozenset({"verify"}), assignee="o0"), limit=5
    ),
    "all by submission": lambda work: work.applications.find(limit=5, order=ListOrder.SUBMITTED),
    "by state": lambda work: work.applications.find(
        ApplicationFilter(states=OPEN), limit=5, order=ListOrder.SUBMITTED
    ),
    "by state in the order begun": lambda work: work.applications.find(
        ApplicationFilter(states=OPEN), limit=5
    ),
    "by course": lambda work: work.applications.find(
        ApplicationFilter(courses=COURSES), limit=5, order=ListOrder.SUBMITTED
    ),
    "by course and state": lambda work: work.applications.find(
        ApplicationFilter(courses=COURSES, states=OPEN),
        limit=5,
        order=ListOrder.SUBMITTED,
        newest_first=False,
    ),
    "overdue": lambda work: work.applications.find(
        ApplicationFilter(due_before=NOW.date() + timedelta(days=2)),
        limit=5,
        order=ListOrder.DUE,
        newest_first=False,
    ),
    "overdue by course": lambda work: work.applications.find(
        ApplicationFilter(courses=COURSES, states=OPEN, due_before=NOW.date()),
        limit=5,
        order=ListOrder.DUE,
        newest_first=False,
    ),
    "held uploads": lambda work: work.applications.find(ApplicationFilter(holding_uploads=True)),
    "courses": lambda work: work.applications.courses(),
    "counts": lambda work: work.applications.counts(ApplicationFilter(states=OPEN, courses=COURSES)),
    "queue of an officer": lambda work: work.applications.queue(assignee="o1", limit=5),
    "queue of an officer at a stage": lambda work: work.applications.queue(
        ["verify"], assignee="o1", held_up=False, limit=5
    ),
    "queue of everyone": lambda work: work.applications.queue(limit=5),
    "queue of a supervisor": lambda work: work.applications.queue(among=[("event", "verify")], limit=5),
    "workloads": lambda work: work.applications.workloads(["o1", "o2"]),
    "permit by number": lambda work: work.permits.get_by_number("503/0002/2026"),
    "permits by part": lambda work: work.permits.find(PermitFilter(number_part="0002"), limit=5),
    "permits by NIK": lambda work: work.permits.find(
        PermitFilter(lookup=Lookup(LookupKind.NIK, f"{NIK[:-4]}1001"), courses=COURSES), limit=5
    ),
    "permits": lambda work: work.permits.find(limit=5),
    "permits by course": lambda work: work.permits.find(PermitFilter(courses=COURSES), limit=5),
    "permits by status": lambda work: work.permits.find(
        PermitFilter(statuses=frozenset({PermitStatus.IN_FORCE})), limit=5
    ),
    "permits that end": lambda work: work.permits.find(
        PermitFilter(
            statuses=frozenset({PermitStatus.IN_FORCE}),
            courses=COURSES,
            valid_until_from=NOW.date(),
            valid_until_to=NOW.date() + timedelta(days=60),
        ),
        order=PermitOrder.EXPIRY,
        newest_first=False,
        limit=5,
    ),
    "permits of cases": lambda work: work.permits.of_applications(["a", "b"]),
    "history, newest": lambda work: work.history.find(HistoryFilter(), limit=5),
    "history, a page": lambda work: work.history.find(HistoryFilter(), limit=5, after=f"{NOW.isoformat()}_7"),
    "history of an officer": lambda work: work.history.find(DID, limit=5),
    "history of a kind": lambda work: work.history.find(HistoryFilter(kinds=frozenset(KINDS)), limit=5),
    "history of officer and kind": lambda work: work.history.find(
        attrs.evolve(DID, kinds=frozenset(KINDS)), limit=5
    ),
    "history of officer and days": lambda work: work.history.find(
        attrs.evolve(DID, since=NOW, until=NOW + timedelta(days=1)), limit=5
    ),
    "history of subjects": lambda work: work.history.find(
        HistoryFilter(subjects=frozenset({"a", "b"})), limit=5
    ),
    **{
        f"outbox {state.value}": lambda work, state=state: work.outbox.find(
            OutboxFilter(state=state), limit=5
        )
        for state in OutboxState
    },
    "outbox to a target": lambda work: work.outbox.find(OutboxFilter(target="channel:mail"), limit=5),
    "outbox to messages": lambda work: work.outbox.find(OutboxFilter(target=MESSAGES), limit=5),
    "outbox waiting for a target": lambda work: work.outbox.find(
        OutboxFilter(target="channel:mail", state=OutboxState.WAITING), limit=5
    ),
    "complaints": lambda work: work.complaints.find(limit=5),
    "open complaints": lambda work: work.complaints.find(states=RECEIVED, limit=5),
    "open complaints of an officer": lambda work: work.complaints.find(states=RECEIVED, holder="o1", limit=5),
    "remarks": lambda work: work.surveys.remarks(date(2026, 11, 1), date(2026, 11, 30), limit=5),
    "not notified": lambda work: work.applications.find(
        limit=5, order=ListOrder.UNNOTIFIED, newest_first=False
    ),
    "not notified by course": lambda work: work.applications.find(
        ApplicationFilter(courses=COURSES), limit=5, order=ListOrder.UNNOTIFIED, newest_first=False
    ),
    "by ids": lambda work: work.applications.named(["a", "b"]),
    "receipts by ids": lambda work: work.applications.receipt_numbers(["a", "b"]),
    "queue counted": lambda work: work.applications.queue_counts(today=NOW.date(), assignee="o1"),
    "officers by name": lambda work: work.officers.named(["o1", "o2"]),
}


@pytest.fixture
def asked(storage):
    """Return the statements of a question with their plans, as both databases would run them on large tables."""
    engine = storage._engine
    postgresql = engine.dialect.name == "postgresql"

    def run(question) -> list[str]:
        found = []

        def note(_connection, _cursor, statement, parameters, _context, _many):
            if statement.startswith(("SELECT", "WITH")):
                found.append((statement, parameters))

        sa.event.listen(engine, "before_cursor_execute", note)
        with storage.unit_of_work(read_only=True) as work:
            question(work)
        sa.event.remove(engine, "before_cursor_execute", note)
        with engine.connect() as connection:
            if postgresql:
                # A small table is read as a whole, whatever its indexes.
                connection.exec_driver_sql("SET enable_seqscan = off")
            word = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
            return [
                statement
                + "\n"
                + "\n".join(
                    str(row[-1]) for row in connection.exec_driver_sql(f"{word} {statement}", parameters)
                )
                for statement, parameters in found
            ]

    return run


SPARSE = (ListOrder.DUE, ListOrder.UNNOTIFIED)
"""Orders by what not every case has."""

WALKED = re.compile(r"Seq Scan on perizinan_|SCAN perizinan_")


def test_no_list_search_or_queue_walks_a_table_and_none_asks_more_with_more_records(storage, asked):
    """Constant statements, and an index for each of them."""
    fill(storage, 0, 40)
    few = {name: len(asked(question)) for name, question in QUESTIONS.items()}
    fill(storage, 40, 120)
    plans = {name: asked(question) for name, question in QUESTIONS.items()}

    assert {} == {name: plan for name, found in plans.items() for plan in found if WALKED.search(plan)}
    assert few == {name: len(found) for name, found in plans.items()}
    assert all(number <= 5 for number in few.values())


@pytest.fixture(params=["memory", "sqlite_storage", "postgres_storage"])
def any_storage(request):
    """A store of each kind."""
    return MemoryStorage(zone=WIB) if request.param == "memory" else request.getfixturevalue(request.param)


def walk(find, limit):
    """Follow the cursors of a list to its end."""
    found, after = [], None
    while True:
        page = find(limit, after)
        found += page.items
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("order", list(ListOrder))
def test_pages_of_each_order_give_everything_once(any_storage, order, newest_first):
    """Whatever narrows the list: all at once, and page by page."""
    fill(any_storage, 0, 30)
    keys = {
        ListOrder.BEGUN: lambda case: case.id,
        ListOrder.SUBMITTED: lambda case: (case.submitted_at, case.id),
        ListOrder.DUE: lambda case: (case.clock.due, case.id),
        ListOrder.UNNOTIFIED: lambda case: (case.unnotified_since, case.id),
    }
    with any_storage.unit_of_work(read_only=True) as work:
        every = work.applications.find(limit=100).items
        for wanted, holds in (
            (ApplicationFilter(), lambda _: True),
            (ApplicationFilter(states=OPEN), lambda case: case.state in OPEN),
            (ApplicationFilter(courses=COURSES), lambda case: str(Course.of(case)) in COURSES),
            (ApplicationFilter(courses=frozenset()), lambda _: False),
            (
                ApplicationFilter(courses=COURSES, states=OPEN, submitted_to=NOW.date()),
                lambda case: str(Course.of(case)) in COURSES and case.state in OPEN,
            ),
        ):
            expected = [case for case in every if holds(case) and keys[order](case)[0] is not None]
            expected.sort(key=keys[order], reverse=newest_first)
            found = walk(
                lambda limit, after, wanted=wanted: work.applications.find(
                    wanted, limit=limit, after=after, newest_first=newest_first, order=order
                ),
                4,
            )

            assert [case.id for case in expected] == [case.id for case in found]
            assert len(expected) == work.applications.count(wanted) or order in SPARSE


def test_permits_are_listed_by_status_and_last_day(any_storage):
    """Soonest first; by the courses of their applications, too."""
    fill(any_storage, 0, 30)
    until = NOW.date() + timedelta(days=20)
    wanted = PermitFilter(courses=COURSES, statuses=frozenset({PermitStatus.IN_FORCE}), valid_until_to=until)
    with any_storage.unit_of_work(read_only=True) as work:
        found = walk(
            lambda limit, after: work.permits.find(
                wanted, limit=limit, after=after, order=PermitOrder.EXPIRY, newest_first=False
            ),
            2,
        )
        every = work.permits.find(limit=100).items
        types = {permit.permit_type for permit in found}
        none = work.permits.find(PermitFilter(courses=frozenset({"other|1"})))
        counts = work.permits.counts(wanted)

    expected = sorted(
        (item for item in every if item.permit_type != "billboard" and item.valid_until <= until),
        key=lambda item: item.valid_until,
    )
    assert expected == found
    assert {"street-use", "event"} == types
    assert {PermitStatus.IN_FORCE: len(found)} == dict(counts)
    assert () == none.items


def test_a_mark_that_no_page_gave_is_refused(any_storage):
    """It comes from an address line, so it may be anything."""
    fill(any_storage, 0, 3)
    with any_storage.unit_of_work(read_only=True) as work:
        for cursor in ("x", "_", "2026-13-01_x", "2026-01-01T00:00:00_x", "'"):
            with pytest.raises(StorageError) as caught:
                work.applications.find(order=ListOrder.SUBMITTED, after=cursor)
            assert "unknown-cursor" == caught.value.code


def test_a_number_is_found_from_any_part_of_it(any_storage):
    """From its beginning or after a separator, in any case; not from the middle of a word."""
    fill(any_storage, 0, 24)
    with any_storage.unit_of_work(read_only=True) as work:

        def receipts(part):
            found = work.applications.find(ApplicationFilter(receipt_part=part), limit=100).items
            return sorted(item.receipt_number for item in found)

        assert ["TT-23/PTSP/2026"] == receipts("23/") == receipts(" tt-23 ") == receipts("TT-23/PTSP/2026")
        assert ["TT-2/PTSP/2026", *(f"TT-2{n}/PTSP/2026" for n in range(4))] == sorted(
            item for item in receipts("2") if item.startswith("TT-2")
        )
        assert 24 == len(receipts("ptsp"))
        assert [] == receipts("tsp") == receipts("%")
        assert ["503/0002/2026"] == [
            item.number for item in work.permits.find(PermitFilter(number_part="0002")).items
        ]


def test_a_permit_follows_the_course_of_its_application(any_storage):
    """Who may find a permit is who may read its case, also when other stages apply to it since."""
    fill(any_storage, 0, 3)
    with any_storage.unit_of_work() as work:
        permit = work.permits.find().items[0]
        case = work.applications.get(permit.application_id, lock=True)
        changed = attrs.evolve(case, stages=(*case.stages, open_stage("inspect")))
        work.applications.save(changed, by="a", at=NOW)
        work.commit()
    with any_storage.unit_of_work() as work:
        of_new = work.permits.find(PermitFilter(courses=frozenset({str(Course.of(changed))}))).items
        of_old = work.permits.find(PermitFilter(courses=frozenset({str(Course.of(case))}))).items
        again = work.permits.get(permit.id, lock=True)
        work.permits.save(again, by="a", at=NOW)
        saved = work.permits.find(PermitFilter(courses=frozenset({str(Course.of(changed))}))).items

    assert ([permit], []) == (list(of_new), list(of_old))
    assert [permit.id] == [item.id for item in saved]


def test_officers_of_certain_posts_are_read_alone(any_storage):
    """Role and unit together, or a role anywhere."""
    with any_storage.unit_of_work() as work:
        for name, units in (("a", {"x"}), ("b", {"y"}), ("c", {"x", "y"}), ("d", set()), ("e", {"xy"})):
            work.officers.save(made_officer(name, units=frozenset(units)), by="a", at=NOW)
        work.commit()
    with any_storage.unit_of_work() as work:

        def ids(*posts):
            return sorted(one.id for one in work.officers.list(posts=posts, lock=True))

        assert ["a", "c"] == ids(("back_office", "x"))
        assert ["a", "b", "c", "d", "e"] == ids(("back_office", None))
        assert ["b", "c", "e"] == ids(("back_office", "xy"), ("back_office", "y"))
        assert [] == ids(("cashier", "x")) == ids()
        assert {"a", "d"} == set(work.officers.named(["a", "d", "unknown"]))


def test_records_from_before_the_lists_are_listed_after_the_migration(storage):
    """Courses, parts of numbers, posts and the queue; a record that someone changed is not made sound by it."""
    fill(storage, 0, 9)
    new = {"course": None}
    with storage.unit_of_work() as work:
        for table, columns in (
            (tables.applications, new),
            (tables.permits, new),
            (tables.officers, {"posts": None}),
        ):
            for row in work.session.read(sa.select(table)):
                reseal(work.session, table, row, **columns)
        for table in (tables.queue_places, tables.number_parts):
            work.session.write(table.delete())
        work.commit()
    with storage._engine.begin() as connection:
        first = connection.execute(sa.select(sa.func.min(tables.applications.c.id))).scalar()
        mine = tables.applications.c.id == first
        connection.execute(tables.applications.update().where(mine).values(owner="public:x"))
    with storage.unit_of_work() as work:
        fill_lists(work.session)
        work.commit()
    faults = {
        (fault.table, fault.row) for fault in check_records(storage).faults if "tallies" not in fault.table
    }
    with storage.unit_of_work(read_only=True) as work:
        listed = work.applications.find(ApplicationFilter(courses=COURSES), order=ListOrder.SUBMITTED).items
        parts = work.applications.find(ApplicationFilter(receipt_part="4/")).items
        queue = work.applications.queue(assignee="o1")
        staff = work.officers.list(posts=[("back_office", "dpmptsp")])

    assert (tables.applications.name, first) in faults
    assert {first} == {row for _, row in faults}
    assert 5 <= len(listed)
    assert (1, 3) == (len(parts), len(staff))
    assert all(entry.application != first for entry in queue)


def test_records_from_before_the_searches_are_found_after_the_migration(storage):
    """Who did what, and which answers hold a remark; an event that someone changed is not made sound by it."""
    fill(storage, 0, 9)
    with storage.unit_of_work() as work:
        for table, columns in ((tables.history, {"actor": None}), (tables.surveys, {"remarked": None})):
            for row in work.session.read(sa.select(table)):
                reseal(work.session, table, row, **columns)
        work.commit()
    with storage._engine.begin() as connection:
        mine = tables.history.c.id == sa.select(sa.func.min(tables.history.c.id)).scalar_subquery()
        connection.execute(tables.history.update().where(mine).values(kind="stage_opened"))
    with storage.unit_of_work() as work:
        fill_searches(work.session)
        work.commit()
    faults = {fault.table for fault in check_records(storage).faults}
    with storage.unit_of_work(read_only=True) as work:
        found = [work.history.find(HistoryFilter(actor=Account.officer(f"o{one}"))).items for one in range(3)]
        remarks = work.surveys.remarks(date(2026, 11, 1), date(2026, 11, 30))

    assert [2, 3, 3] == [len(events) for events in found]
    assert {tables.history.name} == faults
    assert 6 == len(remarks)
