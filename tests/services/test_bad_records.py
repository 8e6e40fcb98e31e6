"""One bad record stops neither the worker nor the published status list: the rest is done, and it is named."""

import json
import logging
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.hooks import SendOutcome
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import STATUS_LIST_FILE, ListStatus, read_status_list
from perizinan_core.services import WorkDone
from perizinan_core.services._delivery import LEASE
from perizinan_core.services._work import run_all
from perizinan_core.storage._sql import _events as events
from perizinan_core.storage._sql import _foreseen as foreseen_rows
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._tables import applications, metadata, officers, outbox, permits
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import HOST, MORNING, sample_office
from perizinan_core.testing._refusals import raises_code


def change(kit, table, values, *where):
    """Change rows behind the library's back."""
    engine = kit._context.storage._engine
    with engine.begin() as connection:
        changed = connection.execute(sa.update(table).where(*where).values(values))
    assert changed.rowcount


def damage(kit, table, id_):
    """Make a record unreadable."""
    change(kit, table, {"payload": b"\x01damaged"}, table.c.id == id_)


def named(done):
    """Return job and record of each failure in a report."""
    return {(failure.job, failure.subject) for failure in done.failures}


@pytest.fixture
def office(url, open_kit, tmp_path):
    """An office on a real database that publishes its status list."""
    return open_kit(url, publication=PublicationSettings(folder=str(tmp_path / "public")))


def overdue(kit, count):
    """Hand in cases that the office is silent about, until the time limit is over."""
    cases = []
    for _ in range(count):
        case = kit.submit()
        cases.append(kit.decide(case.id, "periksa"))
    kit.office.worker.run_once()
    kit.clock.to_working_day(kit.office.authority.calendar, after=8)
    return cases


def test_an_unreadable_application_is_named_and_the_others_are_looked_after(office):
    """In every job that meets it; what it would have been told is kept too."""
    cases = overdue(office, 3)
    damage(office, applications, cases[0].id)
    done = office.office.worker.run_once()
    states = {office.office.applications.get(case.id, actor=HOST).state for case in cases[1:]}

    assert 2 == done.deemed_granted
    assert {ApplicationState.APPROVED} == states
    assert ("silence", cases[0].id) in named(done)


def test_an_unreadable_correction_does_not_keep_another_from_lapsing(office):
    """The same for the time of applicants."""
    cases = [office.submit() for _ in range(2)]
    for case in cases:
        office.office.reviews.request_correction(
            case.id,
            "periksa",
            (CorrectionItem(target="ktp", reason="Buram"),),
            actor=office.assignee(case.id, "periksa"),
        )
    office.office.worker.deliver()
    damage(office, applications, cases[0].id)
    office.clock.forward(days=20)
    done = office.office.worker.run_once()

    assert 1 == done.lapsed
    assert ("lapse", cases[0].id) in named(done)


def test_an_unreadable_letter_does_not_keep_another_from_its_signature(office):
    """Both wait for their signature; the sound one gets it."""
    cases = [office.submit() for _ in range(2)]
    signers = office._context.signers.signers
    kept = signers.pop("kepala")
    signers["kepala"] = _Failing(kept)
    for case in cases:
        office.review(case.id)
        with raises_code("issuance"):
            office.issue(case.id)
    signers["kepala"] = kept
    damage(office, applications, cases[0].id)
    done = office.office.worker.run_once()

    assert 1 == done.signed
    assert ("sign", cases[0].id) in named(done)


def test_an_unreadable_officer_keeps_no_case_waiting(office):
    """The others get the work; what the officer holds already stays until the record is mended."""
    held = office.submit()
    holder = office.assignee(held.id, "periksa").id
    damage(office, officers, holder)
    case = office.submit()
    done = office.office.worker.run_once()
    got = office.office.applications.get(case.id, actor=HOST).stage_state("periksa").assignee
    kept = office.office.applications.get(held.id, actor=HOST).stage_state("periksa").assignee

    assert {"loket-1", "loket-2"} == {holder, got}
    assert holder == kept
    assert done.delivered


def first_entry(kit):
    """Return the row of the oldest outbox entry."""
    with kit._context.storage._engine.begin() as connection:
        return connection.execute(sa.select(outbox.c.id, outbox.c.event).order_by(outbox.c.id)).first()


def waiting(kit):
    """Return how many entries are to be delivered."""
    with kit._context.storage.unit_of_work(read_only=True) as work:
        return work.outbox.counts().waiting


@pytest.mark.parametrize("kind", ["permit_teleported", "no kind"])
def test_an_event_of_a_newer_version_waits_for_a_version_that_can_read_it(office, monkeypatch, kind):
    """It is tried again later, and stands in nobody's way meanwhile."""
    written = foreseen_rows.dump_event
    monkeypatch.setattr(
        foreseen_rows,
        "dump_event",
        lambda event: written(event).replace("application_submitted", kind),
    )
    office.submit()
    monkeypatch.undo()
    total = waiting(office)
    done = office.office.worker.run_once()
    read = events.load_event
    monkeypatch.setattr(
        events,
        "load_event",
        lambda row: read(SimpleNamespace(id=row.id, event=row.event.replace(kind, "application_submitted"))),
    )
    office.clock.forward(minutes=1)

    assert (1, 0, 1) == (total, done.delivered, done.failed)
    assert {"deliver"} == {failure.job for failure in done.failures}
    assert not office.mail.of_kind("application_submitted")
    assert 1 == office.office.worker.run_once().delivered
    assert office.mail.of_kind("application_submitted")


@pytest.mark.parametrize("event", ['{"kind": "permit_teleported"}', "no JSON", "changed"])
def test_a_damaged_outbox_row_stands_in_nobodys_way_and_is_given_up(office, event):
    """It is named in every round that tried it, and stays on the list."""
    office.submit()
    first, total = first_entry(office), waiting(office)
    text = event if event != "changed" else json.dumps({**json.loads(first.event), "actor": "forger"})
    change(office, outbox, {"event": text}, outbox.c.id == first.id)
    done = office.office.worker.run_once()
    for _ in range(125):
        office.clock.forward(minutes=91)
        office.office.worker.deliver()
    (failure,) = office.office.worker.failures()

    assert (1, 0, 1) == (total, done.delivered, done.failed)
    assert {("deliver", str(first.id))} == named(done)
    assert (str(first.id), True) == (failure.subject, failure.is_given_up)
    assert "forger" not in {
        item.actor for item in office.office.applications.history(_case_of(office), actor=HOST)
    }


def test_an_unreadable_permit_is_shown_as_suspended_and_the_list_is_published(office, tmp_path):
    """Whether it stands is not known, so nobody is told to rely on it."""
    damaged, sound = office.permit(), office.permit()
    head = office.officer("pimpinan")
    for permit in (damaged, sound):
        office.clock.forward(minutes=1)
        office.office.permits.suspend(permit.id, reason="Periksa", legal_basis="Perda", actor=head)
    damage(office, permits, damaged.id)
    office.office.worker.run_once()
    office.clock.forward(hours=2)
    office.office.permits.reinstate(sound.id, reason="Beres", legal_basis="Perda", actor=head)
    done = office.office.worker.run_once()
    document = read_authority_document(office.office.publication.authority_json())
    made = read_status_list((tmp_path / "public" / STATUS_LIST_FILE).read_bytes(), document)

    assert ListStatus.SUSPENDED is made.status(damaged.status_index)
    assert ListStatus.VALID is made.status(sound.status_index)
    assert ("status-list", f"status_index {damaged.status_index}") in named(done)


def test_what_failed_rests_is_listed_and_is_settled_when_it_works(office):
    """Three tries in a row, then pauses; the list holds no personal data, and a person can have it tried at once."""
    (case,) = overdue(office, 1)
    with office._context.storage._engine.begin() as connection:
        payload = connection.scalar(sa.select(applications.c.payload).where(applications.c.id == case.id))
    damage(office, applications, case.id)
    tries = [len(office.office.worker.run_once().failures) for _ in range(6)]
    (failure,) = office.office.worker.failures()
    change(office, applications, {"payload": payload}, applications.c.id == case.id)
    resting = office.office.worker.run_once()
    assert office.office.worker.retry(failure)
    done = office.office.worker.run_once()

    assert [1, 1, 1, 1, 0, 0] == tries
    assert ("silence", case.id, 4, False) == (
        failure.job,
        failure.subject,
        failure.attempts,
        failure.is_given_up,
    )
    assert (0, 1) == (resting.deemed_granted, done.deemed_granted)
    assert () == office.office.worker.failures()
    assert not office.office.worker.retry(failure)


def test_a_failure_that_somebody_else_settled_is_forgotten(office):
    """The head decides after all: there is nothing left to do."""
    (case,) = overdue(office, 1)
    with office._context.storage.unit_of_work() as work:
        work.failures.note("silence", case.id, error="x", at=office.clock())
        work.commit()
    office.office.applications.withdraw(case.id, actor=HOST)
    office.clock.forward(hours=3)
    office.office.worker.run_once()

    assert () == office.office.worker.failures()


def test_given_up_deliveries_are_listed_and_can_be_sent_again(office):
    """They are on the same list as all other failures."""
    broken = CollectingChannel(failing={"application_submitted"})
    kit = sample_office(storage=office._context.storage, channels={"broken": broken})
    kit.submit()
    for _ in range(125):
        kit.office.worker.deliver()
        kit.clock.forward(minutes=91)
    (failure,) = kit.office.worker.failures()
    broken.failing.clear()
    kit.office.worker.retry(failure)

    assert ("deliver", "broken: ConnectionError", True) == (failure.job, failure.error, failure.is_given_up)
    assert 1 == kit.office.worker.run_once().delivered


def test_logs_and_reports_hold_no_personal_data(office, caplog):
    """Ids, jobs and codes only."""
    (case,) = overdue(office, 1)
    damage(office, applications, case.id)
    with caplog.at_level(logging.DEBUG):
        done = office.office.worker.run_once()
    texts = caplog.text + repr(done) + repr(office.office.worker.failures())

    assert case.id in texts
    for private in ("Sekar", "3572015208900000", "Jalan Rahasia", "sekar@surat"):
        assert private not in texts


def test_one_job_that_fails_as_a_whole_does_not_keep_the_next_from_running(kit):
    """It is named in the report, without a record."""

    class Broken:
        name = "broken"

        def run(self, moment):
            raise KeyError(moment)

    class Sound:
        name = "sound"

        def run(self, moment):
            del moment
            return WorkDone(delivered=1)

    done = run_all([Broken(), Sound()], kit.clock)

    assert 1 == done.delivered
    assert [("broken", "", "KeyError")] == [(item.job, item.subject, item.error) for item in done.failures]


def test_a_lease_begins_at_the_present_moment_and_not_with_the_round(office):
    """A round that has lasted for ten minutes still has five minutes for its deliveries."""
    claimed = []
    office.submit()
    office.submit()

    class Slow:
        def send(self, notification):
            del notification
            with office._context.storage.unit_of_work(read_only=True) as work:
                claimed.append(work.outbox.is_due(now=office.clock()))
            office.clock.forward(minutes=4)
            return SendOutcome.ACCEPTED

    slow = sample_office(storage=office._context.storage, clock=office.clock, channels={"slow": Slow()})
    slow.office.worker.run_once()

    assert 2 == len(claimed)
    assert not any(claimed)


def test_an_entry_whose_lease_ended_before_its_turn_is_left_to_others(office):
    """A channel that takes longer than the lease delivers no entry that somebody else may have by then."""
    sent = []
    office.submit()
    office.submit()

    class Slower:
        def send(self, notification):
            sent.append(notification.id)
            office.clock.forward(minutes=LEASE / timedelta(minutes=1) + 1)
            return SendOutcome.ACCEPTED

    slow = sample_office(storage=office._context.storage, clock=office.clock, channels={"slow": Slower()})
    slow.office.worker.run_once()

    assert len(sent) == len(set(sent)) == 2


def test_an_idle_round_takes_no_lock_for_writing(url, keys, open_kit):
    """Somebody writes all the while; a worker with nothing to do does not wait for it."""
    kit = open_kit(url)
    kit.submit()
    kit.office.worker.run_once()
    quick = SqlStorage(url, keys, zone=MORNING.tzinfo, busy_seconds=0.2)
    worker = sample_office(storage=quick, clock=kit.clock, staff=())
    with kit._context.storage.unit_of_work() as work:
        work.settings.put("x", 1)
        done = worker.office.worker.run_once()
    quick.close()

    assert WorkDone() == done


def test_a_locked_database_stops_no_worker(url, keys, open_kit):
    """While it is locked every job says so; afterwards everything is done."""
    kit = open_kit(url)
    overdue(kit, 2)
    quick = SqlStorage(url, keys, zone=MORNING.tzinfo, busy_seconds=0.2)
    worker = sample_office(storage=quick, clock=kit.clock, staff=())
    engine = kit._context.storage._engine
    with engine.connect() as connection:
        _lock_all(connection)
        locked = worker.office.worker.run_once()
        connection.rollback()
    done = worker.office.worker.run_once()
    quick.close()

    assert {"database-busy"} == {failure.error for failure in locked.failures}
    assert (0, 2) == (locked.deemed_granted, done.deemed_granted)


def _lock_all(connection):
    """Lock the whole database for writing."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("BEGIN EXCLUSIVE")
        return
    names = ", ".join(table.name for table in metadata.sorted_tables)
    connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def test_of_two_workers_at_once_each_record_is_worked_on_once(office):
    """Two rounds at the same moment grant each case once."""
    cases = overdue(office, 4)
    start, results = threading.Barrier(2), []

    def work():
        start.wait()
        results.append(office.office.worker.run_once())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(cases) == sum(done.deemed_granted for done in results)
    assert [(), ()] == [done.failures for done in results]


def _case_of(kit):
    """Return the only application on record."""
    with kit._context.storage.unit_of_work(read_only=True) as work:
        return work.applications.find().items[0].id


class _Failing:
    """A key that is not there today."""

    def __init__(self, inner):
        self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm

    def sign(self, data):
        raise OSError(len(data))
