"""One row that cannot be read, of whatever table, stops neither the worker nor the published status list."""

import shutil
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.storage import SealBrokenError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._complaint import ComplaintKind
from perizinan_core.model._survey import SurveyElement
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import STATUS_LIST_FILE, ListStatus, read_status_list
from perizinan_core.services._consent_book import CONSENT_VERSION
from perizinan_core.services._work import PATIENT
from perizinan_core.storage import open_storage
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._fakes import CollectingChannel, CollectingPhone
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_applicant, sample_office
from perizinan_core.testing.storage._samples import made_survey_answer

BAD = b"\x01bad"
UNSEALED = {"error": "", "part": BAD, "stage": "no stage", "version": -5}
"""What a row says that has no seal: a failure of a job, a part of a number, a place in a queue."""
WHY = {"reason": "contoh", "legal_basis": "contoh"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stand(request, keys, tmp_path_factory):
    """An office with a permit and its published status list, once on each database, and the folder of the list."""
    folder = tmp_path_factory.mktemp(f"bad-rows-{request.param}")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "records.sqlite3")
        url = f"sqlite:///{folder}/records.sqlite3"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create_database(template=request.getfixturevalue("postgres_template"))
    storage = open_storage(url, keys, zone=MORNING.tzinfo)
    kit = sample_office(
        storage=storage,
        documents=FolderDocumentStore(folder / "documents"),
        publication=PublicationSettings(folder=str(folder / "public")),
        channels={"mail": (mail := CollectingChannel()), "wa": CollectingPhone()},
    )
    kit.mail = mail
    number = sample_applicant().phone
    kit.office.contacts.agree("wa", phone=number, version=CONSENT_VERSION, language="id", actor=APPLICANT)
    kit.permit("acara", idempotency_key="a")
    permit = kit.permit()
    kit.office.complaints.file(ComplaintKind.SERVICE, "Loket tutup.", email="warga@surat.example")
    kit.office.batches.verify((permit.id,), actor=HOST)
    good = dict.fromkeys((element.value for element in SurveyElement), 4)
    kit.office.surveys.answer(permit.application_id, good, actor=HOST, remark="Loket kurang.")
    kit.office.worker.run_once()
    document = read_authority_document(kit.office.publication.authority_json())
    yield kit, permit, lambda: read_status_list((folder / "public" / STATUS_LIST_FILE).read_bytes(), document)
    storage.close()
    if request.param == "postgresql":
        server.drop_database(url)


@contextmanager
def bad_row(kit, table):
    """Make the first row of a table unreadable for a while: its seal, and what it says."""
    engine = kit._context.storage._engine
    with engine.begin() as connection:
        row = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).first()
        assert row is not None, f"{table.name} has no row to attack"
        bad = {name: BAD for name in ("seal", "payload", "row_seal", "digest") if name in table.columns}
        said = [column for column in table.columns if column.name in ("value", "event")]
        bad |= {column.name: "no JSON" if isinstance(column.type, sa.String) else -5 for column in said}
        bad = bad or {name: value for name, value in UNSEALED.items() if name in table.columns}
        key = [column == row._mapping[column.name] for column in table.primary_key.columns]
        assert connection.execute(sa.update(table).where(*key).values(bad)).rowcount == 1
    yield
    as_it_is = [
        column == bad.get(column.name, row._mapping[column.name]) for column in table.primary_key.columns
    ]
    with engine.begin() as connection:
        connection.execute(
            sa.update(table).where(*as_it_is).values({name: row._mapping[name] for name in bad})
        )


@pytest.mark.parametrize(
    "table", [pytest.param(item, id=item.name) for item in tables.metadata.sorted_tables]
)
def test_one_bad_row_of_any_table_stops_neither_the_worker_nor_the_status_list(stand, table):
    """What does not hang on the row is done: a limit that passed in silence, and the list of a change."""
    kit, permit, published = stand
    head = kit.officer("pimpinan")
    silent = kit.decide(kit.submit().id, "periksa")
    with kit._context.storage.unit_of_work() as work:
        work.failures.note("silence", silent.id, error="-", at=kit.clock(), backoff=PATIENT)
        work.commit()
    with bad_row(kit, table):
        kit.clock.to_working_day(kit.office.authority.calendar, after=8)
        kit.office.permits.suspend(permit.id, **WHY, actor=head)
        kit.office.worker.run_once()

        assert ListStatus.SUSPENDED is published().status(permit.status_index)
        assert ApplicationState.APPROVED is kit.office.applications.get(silent.id, actor=HOST).state
    kit.clock.forward(minutes=1)
    kit.office.permits.reinstate(permit.id, **WHY, actor=head)
    kit.office.applications.withdraw(silent.id, actor=HOST)


@contextmanager
def bad_payload(kit, table, id_, payload):
    """Put what a function makes of it in the place of a row's payload for a while."""
    engine, mine = kit._context.storage._engine, table.c.id == id_
    with engine.begin() as connection:
        written = bytes(connection.execute(sa.select(table.c.payload).where(mine)).scalar_one())
        connection.execute(sa.update(table).where(mine).values(payload=payload(written)))
    yield
    with engine.begin() as connection:
        connection.execute(sa.update(table).where(mine).values(payload=written))


BROKEN = {
    "replaced": lambda _: BAD,
    # The seal of the row covers the tag alone: this shows only when the payload is opened.
    "inside": lambda written: written[:-17] + bytes([written[-17] ^ 1]) + written[-16:],
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_unreadable_complaint_names_itself_and_the_others_are_listed_and_told(stand, broken, caplog):
    """Who filed the other one receives the message; the one that cannot be read is told later, once it can."""
    kit, _, _ = stand
    head, complaints = kit.officer("pimpinan"), kit.office.complaints
    kit.office.worker.run_once()
    before = set(kit.mail.sent)
    bad, good = (
        complaints.file(ComplaintKind.SERVICE, "Loket tutup.", email="warga@surat.example") for _ in range(2)
    )
    (id_,) = (one.id for one in complaints.list(actor=head).items if one.number == bad.number)

    def told():
        return {
            item.data["complaint"]
            for name, item in kit.mail.sent.items()
            if name not in before and item.email == "warga@surat.example"
        }

    with bad_payload(kit, tables.complaints, id_, broken):
        done = kit.office.worker.run_once()
        listed = {one.number for one in complaints.list(actor=head).items}

        assert {"deliver"} == {failure.job for failure in done.failures}
        assert {good.number} == told()
        assert {good.number} == listed & {bad.number, good.number}
        assert any(id_ in line for line in caplog.messages)
        for asked in (
            lambda: complaints.get(id_, actor=head),
            lambda: complaints.follow(bad.number, bad.secret),
        ):
            with pytest.raises(SealBrokenError, match=id_):
                asked()
        assert good.number == complaints.follow(good.number, good.secret).number
    kit.clock.forward(hours=2)
    kit.office.worker.run_once()

    assert {bad.number, good.number} == told()


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_unreadable_remark_names_itself_and_the_others_are_read(stand, broken, caplog):
    """Without the words of either in the log."""
    kit, _, _ = stand
    storage, day = kit._context.storage, date(2025, 3, 3)
    with storage.unit_of_work() as work:
        known = len(work.surveys.remarks(day, day))
        for _ in range(2):
            work.surveys.add(made_survey_answer(day=day, remark="Antrean panjang"))
        work.commit()
    with storage._engine.connect() as connection:
        id_ = (
            connection.execute(sa.select(tables.surveys.c.id).where(tables.surveys.c.answered_day == day))
            .scalars()
            .first()
        )
    with bad_payload(kit, tables.surveys, id_, broken), storage.unit_of_work(read_only=True) as work:
        remarks = work.surveys.remarks(day, day)

    assert known + 1 == len(remarks)
    assert {"Antrean panjang"} == {words for _, words in remarks}
    assert any(id_ in line for line in caplog.messages)
    assert "Antrean" not in caplog.text
