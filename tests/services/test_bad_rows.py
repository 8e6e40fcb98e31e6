"""One row that cannot be read, of whatever table, stops neither the worker nor the published status list."""

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.model._application import ApplicationState
from perizinan_core.published._status_list import FILE_NAME, ListStatus, read_status_list
from perizinan_core.services._work import PATIENT
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._offices import HOST
from perizinan_core.verification import read_authority_document

BAD = b"\x01bad"


def bad_row(kit, table):
    """Make the first row of a table unreadable, in every column that holds bytes or says what it is."""
    with kit.context.storage._engine.begin() as connection:
        row = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).first()
        assert row is not None, f"{table.name} has no row to attack"
        key = [column == row._mapping[column.name] for column in table.primary_key.columns]
        bad = {name: BAD for name in ("seal", "payload", "row_seal", "digest") if name in table.columns}
        bad |= {name: "no JSON" for name in ("value", "event") if name in table.columns}
        changed = connection.execute(sa.update(table).where(*key).values(bad or {"error": ""}))
        assert changed.rowcount == 1


@pytest.fixture
def office(url, open_kit, tmp_path):
    """An office that publishes its status list and has a row in every table."""
    kit = open_kit(url, publication=PublicationSettings(folder=str(tmp_path / "public")))
    kit.permit("acara", idempotency_key="a")
    return kit


@pytest.mark.parametrize("table", [pytest.param(item, id=item.name) for item in tables.metadata.sorted_tables])
def test_one_bad_row_of_any_table_stops_neither_the_worker_nor_the_status_list(office, table, tmp_path):
    """What does not hang on the row is done: a limit that passed in silence, and the list of a change."""
    permit = office.permit()
    silent = office.decide(office.submit().id, "periksa")
    office.office.worker.run_once()
    with office.context.storage.unit_of_work() as work:
        work.failures.note("silence", silent.id, error="-", at=office.clock(), backoff=PATIENT)
        work.commit()
    document = read_authority_document(office.office.publication.authority_json())
    bad_row(office, table)
    office.clock.to_working_day(office.office.authority.calendar, after=8)
    office.office.permits.revoke(
        permit.id, reason="contoh", legal_basis="contoh", actor=office.officer("kepala")
    )
    office.office.worker.run_once()
    made = read_status_list((tmp_path / "public" / FILE_NAME).read_bytes(), document)

    assert ListStatus.INVALID is made.status(permit.status_index)
    assert ApplicationState.APPROVED is office.office.applications.get(silent.id, actor=HOST).state
