"""The commands with which an office is run: doctor, outbox, officers, cases, worker."""

import json
from datetime import timedelta

import pytest

from perizinan_core.model import Holiday, HolidayKind, Source
from perizinan_core.storage import Backoff
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import HOST, sample_office


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request, tmp_path_factory, folder_of, empty_database):
    """An office with staff and one submitted case, once of each kind."""
    folder = tmp_path_factory.mktemp("office")
    made = folder_of(folder / "office")
    made.write_settings(empty_database(request.param, folder))
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened).submit()
    return made


@pytest.fixture
def empty(new_folder, url_of):
    """An office without staff."""
    made = new_folder("empty")
    made.write_settings(url_of("sqlite"))
    made.run("migrate")
    return made


def findings(office, *words, code):
    """Run the doctor and return its findings by code."""
    told = json.loads(office.run("doctor", "--json", *words, code=code))
    assert (0 == code) is told["sound"]
    return {item["code"]: item for item in told["findings"]}


def test_the_doctor_finds_nothing_wrong_with_a_sound_office(office):
    """The catalogue is whole, every row as it was written, every document in its place."""
    office.run("worker", "--once")
    found = findings(office, code=0)

    assert set(found) <= {"officer-by-operator", "officer-unconfirmed", "value-unconfirmed"}
    assert "0 masalah" in office.run("doctor", "--quick", language="id")


def test_the_doctor_names_a_key_that_others_may_read(office):
    """With the command that puts it right."""
    key = office.folder / "keys" / "qr.pem"
    key.chmod(0o644)
    found = findings(office, "--quick", code=1)
    key.chmod(0o600)

    assert f"chmod 600 {key}" in found["file-readable"]["advice"]


def test_the_doctor_names_a_document_that_is_gone(office):
    """It is looked for in the store, by its hash."""
    with office.open() as opened:
        # What marks used numbers is not a paper of a case; a lost one is told by `records continue`.
        marks = {sha256 for name, sha256 in opened.documents.links() if name.startswith("used-")}
    objects = (office.folder / "data" / "documents" / "objects").rglob("*")
    some = min(path for path in objects if path.is_file() and path.parent.name + path.name not in marks)
    content = some.read_bytes()
    some.unlink()
    found = findings(office, code=1)
    some.write_bytes(content)
    some.chmod(0o600)

    assert some.parent.name + some.name in found["document-missing"]["message"]


def test_the_doctor_says_why_an_office_does_not_open(office):
    """The reason is the first finding, in the language asked for."""
    ring = office.folder / "keys" / "storage.json"
    ring.rename(ring.with_suffix(".away"))
    told = office.run("doctor", code=1, language="id")
    ring.with_suffix(".away").rename(ring)

    assert "storage-keys-lost" in told
    assert "tidak ada" in told


def test_the_doctor_asks_for_the_public_page_only_when_told_to(office):
    """The made-up office has no server."""
    assert "page-unreachable" not in findings(office, "--quick", code=0)
    assert "page-unreachable" in findings(office, "--quick", "--network", code=1)


def test_messages_that_wait_are_listed_and_can_be_tried_again(office):
    """A message that was given up is named with its channel, and `retry` gives it back to the worker."""
    with office.open() as opened:
        case = office.kit(opened, staff=False).submit()
        with opened.storage.unit_of_work() as work:
            entries = work.outbox.waiting()
            mine = next(entry.id for entry in entries if entry.event.subject == case.id)
            work.outbox.claim("w", now=opened.now(), lease=timedelta(seconds=1), limit=1000)
            once = Backoff(max_attempts=1)
            work.outbox.mark_failed(mine, worker="w", at=opened.now(), error="mail: OSError", backoff=once)
            work.commit()
    listed = json.loads(office.run("outbox", "list", "--json", code=1))
    doctor = findings(office, "--quick", code=1)
    office.run("outbox", "retry", code=2)
    office.run("outbox", "retry", "99999", code=1)
    tried = office.run("outbox", "retry", str(mine), language="id")
    after = json.loads(office.run("outbox", "list", "--json"))

    (row,) = [row for row in listed if row["state"] == "given-up"]
    assert (mine, case.id, "mail: OSError") == (row["id"], row["subject"], row["error"])
    assert f"outbox retry {mine}" in doctor["message-given-up"]["advice"]
    assert "1 pengiriman" in tried
    assert mine in [row["id"] for row in after if row["state"] == "waiting"]


def test_the_operator_sets_up_the_first_administrator(empty):
    """The first holds at once, a second waits for another person, and everybody can be taken off."""
    before = empty.run("doctor", "--quick", code=1)
    words = ("--name", "Petugas Contoh", "--role", "administrator", "--unit", "dinas-izin")
    first = empty.run("officers", "add", "admin", *words)
    second = empty.run("officers", "add", "admin-2", *words, language="id")
    clerk = empty.run(
        "officers", "add", "loket", "--name", "Loket", "--role", "front_office", "--unit", "dinas-izin"
    )
    listed = json.loads(empty.run("officers", "list", "--json"))
    gone = empty.run("officers", "deactivate", "loket")
    wrong = empty.run("officers", "add", "x", "--name", "X", "--role", "cashier", "--unit", "nowhere", code=1)
    nobody = empty.run("officers", "deactivate", "nobody", code=1)

    assert "no-administrator" in before
    assert "may work at once" in first
    assert "menunggu pengesahan" in second
    assert "may work at once" in clerk
    assert [True, False, False] == [row["roles"] == ["administrator"] for row in listed]
    assert [False, True, False] == [row["proposed"] for row in listed]
    assert "no longer active" in gone
    assert "nowhere" in wrong
    assert "nobody" in nobody
    assert "not active" in empty.run("officers", "list")


def test_cases_are_listed_with_state_age_and_deadline_and_without_names(office):
    """Oldest first; closed and other states only when asked for."""
    listed = json.loads(office.run("cases", "list", "--json"))
    told = office.run("cases", "list", "--limit", "1", language="id")
    with office.open() as opened:
        known = {row["id"]: opened.applications.get(row["id"], actor=HOST) for row in listed}

    assert listed
    assert [str(known[row["id"]].clock.due) for row in listed] == [str(row["due"]) for row in listed]
    assert {0} == {row["age_days"] for row in listed}
    assert listed[0]["receipt_number"] in told
    assert "Sekar" not in told
    assert [] == json.loads(office.run("cases", "list", "--json", "--overdue"))
    assert [] == json.loads(office.run("cases", "list", "--json", "--state", "issued"))


def test_a_single_round_of_the_worker_says_when_a_person_is_needed(new_folder, url_of):
    """Exit code 1 while something is given up, 0 after it was put right."""
    office = new_folder("office")
    office.write_settings(url_of("sqlite"))
    office.run("migrate")
    with office.open() as opened:
        office.kit(opened).submit()
        with opened.storage.unit_of_work() as work:
            (entry, *_) = work.outbox.claim("w", now=opened.now(), lease=timedelta(seconds=1), limit=1)
            once = Backoff(max_attempts=1)
            work.outbox.mark_failed(
                entry.id, worker="w", at=opened.now(), error="mail: OSError", backoff=once
            )
            work.commit()
    needed = office.run("worker", "--once", code=1, language="id")
    office.run("outbox", "retry", "--all")

    assert "Seseorang harus bertindak" in needed
    assert "delivered 1" in office.run("worker", "--once")


def test_a_record_that_keeps_failing_needs_a_person(new_folder, url_of):
    """Once may pass by itself; what failed again after it was tried at once makes a single round exit with 1."""
    office = new_folder("office")
    office.write_settings(url_of("sqlite"))
    office.run("migrate")
    slow = Backoff(first=timedelta(hours=1), longest=timedelta(hours=1), max_attempts=None)
    codes = {1: 0, 3: 0, 4: 1}
    for attempt in range(1, 5):
        with office.open() as opened, opened.storage.unit_of_work() as work:
            work.failures.note("issue-deemed", "kasus", error="issuance", at=opened.now(), backoff=slow)
            work.commit()
        if attempt in codes:
            office.run("worker", "--once", code=codes[attempt])


def test_a_wrong_host_is_said_in_one_sentence_with_host_and_cause(new_folder):
    """No traceback, no password."""
    office = new_folder("office")
    office.write_settings("postgresql+psycopg://perizinan:rahasia@127.0.0.1:1/perizinan")
    told = office.run("cases", "list", code=1)

    assert "127.0.0.1:1/perizinan" in told
    assert "no database server answers there" in told
    assert "rahasia" not in told
    assert "Traceback" not in told
    assert "Traceback" in office.run("--debug", "cases", "list", code=1)


def test_a_channel_that_works_gets_a_message_once_however_often_another_fails(open_sample):
    """Only the channel that failed is told again, for days."""
    kit, broken, sound = open_sample
    kit.submit()
    for _ in range(30):
        kit.office.worker.run_once()
        kit.clock.forward(hours=2)
    waiting = kit.office.worker.failures()
    broken.failing.clear()
    kit.office.worker.run_once()

    assert 1 == len(sound.of_kind("application_submitted"))
    assert sound.calls == len(sound.sent)
    assert () == waiting
    assert 1 == len(broken.of_kind("application_submitted"))


@pytest.fixture
def open_sample():
    """An office in memory with two channels, one of them broken."""
    broken, sound = CollectingChannel(failing={"application_submitted"}), CollectingChannel()
    return sample_office(channels={"broken": broken, "sound": sound}), broken, sound


def test_what_was_done_is_taken_out_without_personal_data_as_a_file(office):
    """The same table as the page's: pseudonyms, whole or not there, and on record with the one who took it out."""
    with office.open() as opened:
        case = office.kit(opened).submit()
        (admin, *_) = [one.id for one in opened.reviews.officers(actor=HOST) if "administrator" in one.roles]
        day = str(opened.today())
    path = office.folder / "events.csv"
    told = office.run("audit", "export", "--first", day, "-o", path, "--officer", admin, language="en")
    lines = office.run("audit", "export", "--first", day, "--steps", "--format", "jsonl").splitlines()
    written = path.read_text(encoding="utf-8")

    assert written.startswith("event,at,kind,case,")
    assert f"{len(written.splitlines()) - 1} rows" in told
    assert "application_submitted" in written
    assert [] == [one for one in lines if "stage" not in json.loads(one)]
    assert [] == [one for one in (case.id, case.receipt_number, case.applicant.name, admin) if one in written]
    again = office.run("audit", "export", "--first", day)
    assert [1, 2] == [again.count(f"audit_exported,,,{by}") for by in ("officer-", "host")]
    assert [] == [*office.folder.glob(".events.csv*")]


@pytest.mark.parametrize(
    "words", [("--first", "2026-02-01", "--last", "2026-01-01"), ("--first", "2020-01-01")]
)
def test_an_export_of_days_in_the_wrong_order_or_of_many_years_is_refused(office, words):
    """With the days in the sentence, and no file."""
    path = office.folder / "refused.csv"

    assert words[1] in office.run("audit", "export", *words, "-o", path, code=1, language="en")
    assert not path.exists()


def test_days_off_count_in_an_office_that_was_opened_before_they_were_confirmed(office):
    """Two processes on one database: what the other one writes next is counted by them, without a restart."""
    with office.open() as first, office.open() as other:
        year = next(one for one in first.calendar_years.years(actor=HOST) if one.year == first.today().year)
        last = other.authority.calendar.next_working_day(other.today())
        extra = Holiday(last, "Libur daerah", HolidayKind.REGIONAL, Source("Surat Edaran Contoh"))
        first.calendar_years.record(year.year, (*year.holidays, extra), actor=HOST)
        first.calendar_years.confirm(year.year, actor=office.kit(first).officer("admin"))
        known = other.authority.calendar.is_working_day(last)
        office.kit(other).submit()

        assert known
        assert not other.authority.calendar.is_working_day(last)
        assert other.authority.calendar.version == first.authority.calendar.version
        first.calendar_years.record(year.year, year.holidays, actor=HOST)
        first.calendar_years.confirm(year.year, actor=office.kit(first).officer("admin"))
