"""Records from before the seals are sealed by their migration, once, with the keys of the office."""

import base64
import json
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._migrating import current_revision
from perizinan_core.storage._sql import _revisions as revisions
from perizinan_core.storage._sql._revisions import REVISIONS
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._samples import NOW, WIB, made_application

OLD = json.loads((Path(__file__).parent / "data" / "records-0001.json").read_text())
KEYS = KeyRing.from_json(OLD["keys"])


def read(value):
    """Return a value of a column from its JSON."""
    match value:
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"moment": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
    return value


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request, tmp_path, monkeypatch):
    """Address of a database as commit 5fed88a left it, with its records."""
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    with monkeypatch.context() as patch:
        patch.setattr(revisions, "REVISIONS", REVISIONS[:1])
        migrate(url)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, rows in OLD["rows"].items():
            if rows:
                values = [{column: read(value) for column, value in row.items()} for row in rows]
                connection.execute(tables.tables[name].insert(), values)
    engine.dispose()
    return url


@pytest.fixture
def storage(old_url):
    """The store of that database, migrated."""
    migrate(old_url, keys=KEYS)
    store = open_storage(old_url, KEYS, zone=WIB)
    yield store
    store.close()


def test_old_records_read_the_same_after_the_migration(storage):
    """Cases, permits, numbers, staff, histories, settings and what is found through rows beside them."""
    with storage.unit_of_work(read_only=True) as work:
        cases = work.applications.find().items
        permits = {permit.id: permit for permit in work.permits.find().items}
        waiting = [entry.application for entry in work.applications.queue()]
        book = work.numbers.book("izin", 2026)
        histories = [work.history.of(case.id) for case in cases]

        assert (4, 2, 13) == (len(cases), len(permits), len(work.officers.list()))
        assert permits[OLD["told"]["ended"]].status is PermitStatus.REVOKED
        assert OLD["told"]["waiting"] in waiting
        assert [line.subject for line in book] == sorted(permits)
        assert all(len(events) > 0 for events in histories)
        assert work.settings.all("signatory:")
        assert () == work.settings.broken()
        assert list(work.permits.places([PermitStatus.REVOKED])) == [(1, PermitStatus.REVOKED)]
        assert work.status_indexes.size() == 2


def test_old_records_are_changed_like_new_ones(storage):
    """Every step that follows finds what it needs."""
    with storage.unit_of_work() as work:
        case = work.applications.get(OLD["told"]["waiting"])
        work.applications.save(case, by="a", at=NOW)
        sequence = work.numbers.take("izin", 2026, by="a", at=NOW)
        work.numbers.cancel("izin", 2026, sequence, reason="contoh", by="a", at=NOW)
        place = work.status_indexes.take()
        work.commit()

    assert (3, 2) == (sequence, place)


def test_payments_from_before_are_known_by_their_reference_alone(storage):
    """It stands nowhere in clear, and is refused a second time."""
    with storage.unit_of_work(read_only=True) as work:
        (paid,) = [case for case in work.applications.find().items if case.payments]
    again = made_application(payments=paid.payments)
    with storage.unit_of_work() as work, pytest.raises(AlreadyExistsError) as told:
        work.applications.add(again, by="a", at=NOW)

    assert "reference" == told.value.field


def test_without_the_keys_nothing_is_changed(old_url):
    """Sealing is not put off: there is no moment in which unsealed rows would count."""
    with raises_code("migration-needs-keys"):
        migrate(old_url)

    assert current_revision(old_url) == "0001"


def test_with_the_keys_of_others_nothing_is_changed(old_url):
    """As with a lost key file that was made again."""
    with raises_code("unknown-key"):
        migrate(old_url, keys=KeyRing.generate())

    assert current_revision(old_url) == "0001"


def test_a_row_without_a_seal_does_not_count_after_the_migration(storage):
    """Taking the seals away does not bring back the time before them."""
    with storage.unit_of_work() as work:
        work.session.write(sa.text("UPDATE perizinan_officers SET seal = NULL, key_id = key_id"))
        work.commit()
    with storage.unit_of_work(read_only=True) as work:
        assert () == work.officers.list(active_only=False)
        with raises_code("record-not-as-written"):
            work.officers.get("kepala")
