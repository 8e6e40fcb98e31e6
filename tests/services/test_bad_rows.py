"""One row that cannot be read, of whatever table, stops neither the worker nor the published status list."""

import shutil
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.documents import FolderDocumentStore
from perizinan_core.model._application import ApplicationState
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import STATUS_LIST_FILE, ListStatus, read_status_list
from perizinan_core.services._work import PATIENT
from perizinan_core.storage import open_storage
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._offices import HOST, MORNING, sample_office

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
    )
    kit.permit("acara", idempotency_key="a")
    permit = kit.permit()
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
