"""Keys are changed while the office works, and an interrupted change is simply repeated."""

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.storage import ApplicationFilter, Lookup, LookupKind, open_storage
from perizinan_core.storage._rotation import _BY_DATA_KEY, _BY_INDEX_KEY, rotate_keys
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import add_application, add_permit
from perizinan_core.testing.storage._samples import NIK, NOW, WIB, made_application, made_officer, made_permit

BY_NIK = ApplicationFilter(lookup=Lookup(LookupKind.NIK, NIK))


@pytest.fixture
def rotated(keys):
    """The ring with new current keys, the old ones still in it."""
    return attrs.evolve(keys, data=keys.data.rotated(), index=keys.index.rotated())


@pytest.fixture
def filled(url, keys):
    """Address of a store with seven applications, a permit, an officer, a request and a cancelled number."""
    storage = open_storage(url, keys, zone=WIB)
    stored = [add_application(storage, made_application()) for _ in range(7)]
    add_permit(storage, made_permit(stored[0]))
    with storage.unit_of_work() as work:
        work.officers.save(made_officer("o1"), by="a", at=NOW)
        work.idempotency.begin("a", "k", use_case="u", request_hash="h", at=NOW)
        work.idempotency.finish("a", "k", result={"x": 1})
        sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
        work.numbers.cancel("permits", 2026, sequence, reason="batal", by="a", at=NOW)
        work.commit()
    storage.close()
    return url


def read_all(storage) -> list[object]:
    """Return everything that is encrypted, decrypted."""
    with storage.unit_of_work() as work:
        return [
            work.applications.find().items,
            work.applications.find(BY_NIK).items,
            work.permits.find().items,
            work.officers.list(),
            work.idempotency.begin("a", "k", use_case="u", request_hash="h", at=NOW),
            work.numbers.book("permits", 2026),
            [work.applications.last_change(item.id) for item in work.applications.find().items],
        ]


def old_rows(storage) -> int:
    """Return how many records a rotation has to move, and applications with old indexes."""
    current = {storage.keys.data.current.id, storage.keys.index.current.id}
    with storage.unit_of_work(read_only=True) as work:
        found = {
            table.name: work.session.scalar(
                sa.select(sa.func.count()).select_from(table).where(table.c.key_id.not_in(current))
            )
            for table in tables.metadata.sorted_tables
            if "key_id" in table.columns
        }
    assert found[tables.lookups.name] >= 7
    left_out = (tables.lookups.name, tables.payments.name, tables.marks.name, tables.tallies.name)
    return sum(count for name, count in found.items() if name not in left_out) + 7


def keys_in_use(storage):
    """Return the ids of all keys that some record still needs."""
    with storage.unit_of_work(read_only=True) as work:
        found = {
            row.key_id
            for table in (*_BY_DATA_KEY, *_BY_INDEX_KEY)
            for row in work.session.read(sa.select(table.c.key_id).distinct())
        }
    return found - {None}


def test_after_a_rotation_the_old_keys_are_not_needed(filled, rotated):
    """Everything reads the same, before with both keys and afterwards without the old ones."""
    storage = open_storage(filled, rotated, zone=WIB)
    before = read_all(storage)
    expected = old_rows(storage)
    moved = rotate_keys(storage)
    in_use = keys_in_use(storage)
    storage.close()
    bare = attrs.evolve(
        rotated,
        data=rotated.data.without(rotated.data.others[0].id),
        index=rotated.index.without(rotated.index.others[0].id),
    )
    storage = open_storage(filled, bare, zone=WIB)

    assert len(before[1]) == 7
    assert moved == expected
    assert in_use == {rotated.data.current.id, rotated.index.current.id}
    assert before == read_all(storage)
    assert rotate_keys(storage) == 0
    storage.close()


def test_an_interrupted_rotation_is_taken_up_where_it_stopped(filled, rotated):
    """Progress is told after every batch; what is done is not done again."""
    storage = open_storage(filled, rotated, zone=WIB)
    told = []

    def interrupt(progress):
        told.append(progress)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(storage, batch=2, progress=interrupt)
    half = keys_in_use(storage)
    before = read_all(storage)
    expected = old_rows(storage)
    rest = rotate_keys(storage, batch=2, progress=told.append)

    assert [item.done for item in told[:3]] == [2, 4, 6]
    assert rotated.data.others[0].id in half
    assert rest == expected
    assert told[-1].done == rest
    assert before == read_all(storage)
    storage.close()


def test_who_still_writes_with_the_old_key_is_served_by_another_run(filled, keys, rotated):
    """A process that was not yet restarted; its records are found by both during the change."""
    upcoming = attrs.evolve(
        keys,
        data=keys.data.with_upcoming(rotated.data.current),
        index=keys.index.with_upcoming(rotated.index.current),
    )
    late, storage = open_storage(filled, upcoming, zone=WIB), open_storage(filled, rotated, zone=WIB)
    rotate_keys(storage)
    stored = add_application(late, made_application())

    for store in (late, storage):
        with store.unit_of_work(read_only=True) as work:
            assert work.applications.count(BY_NIK) == 8
            assert stored == work.applications.get(stored.id)
    assert rotate_keys(storage) > 0
    assert keys_in_use(storage) == {rotated.data.current.id, rotated.index.current.id}
    assert rotate_keys(storage) == 0
    late.close()
    storage.close()


def test_a_rotation_does_not_make_anybodys_copy_stale(filled, rotated):
    """Versions and dates of change stay."""
    storage = open_storage(filled, rotated, zone=WIB)
    with storage.unit_of_work(read_only=True) as work:
        mine = work.applications.find().items[0]
    rotate_keys(storage)

    with storage.unit_of_work() as work:
        work.applications.save(mine, by="a", at=NOW)
        work.commit()
    storage.close()


def test_every_table_that_names_a_key_is_rotated(filled, rotated):
    """A new table with sealed data cannot be forgotten: after a rotation no column names an old key."""
    storage = open_storage(filled, rotated, zone=WIB)
    rotate_keys(storage)
    current = {rotated.data.current.id, rotated.index.current.id}
    with storage.unit_of_work(read_only=True) as work:
        named = {
            row.key_id
            for table in tables.metadata.sorted_tables
            if "key_id" in table.columns
            for row in work.session.read(sa.select(table.c.key_id).distinct())
        }
    storage.close()

    assert current == named
    without = {table.name for table in tables.metadata.sorted_tables if "key_id" not in table.columns}
    derived = {tables.queue_places.name, tables.number_parts.name}
    assert {tables.job_failures.name, *derived} == without


def test_a_row_that_does_not_pass_does_not_keep_the_others_from_being_moved(filled, rotated):
    """It is named, and left under its old key until it is restored."""
    storage = open_storage(filled, rotated, zone=WIB)
    with storage.unit_of_work() as work:
        work.session.write(tables.officers.update().values(changed_by="somebody"))
        work.commit()
    with raises_code("record-not-as-written") as told:
        rotate_keys(storage)
    with storage.unit_of_work(read_only=True) as work:
        (left,) = work.session.read(sa.select(tables.officers.c.key_id))
        moved = {row.key_id for row in work.session.read(sa.select(tables.permits.c.key_id))}
    storage.close()

    assert tables.officers.name == told.value.table
    assert left.key_id == rotated.data.others[0].id
    assert moved == {rotated.data.current.id}
