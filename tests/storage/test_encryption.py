"""Personal data reaches the disk encrypted only, and only with the right keys it comes back."""

import json
import os
import stat
from functools import partial
from pathlib import Path

import attrs
import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.storage import SealBrokenError, StorageError
from perizinan_core.storage import Key, KeyRing, KeySet, Lookup, LookupKind, open_storage
from perizinan_core.storage._sealing import Place, Sealer
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import add_application, add_permit, together
from perizinan_core.testing.storage._samples import (
    EMAIL,
    NAME,
    NIK,
    NOW,
    PHONE,
    made_application,
    made_officer,
    made_organisation,
    made_permit,
)

RING = KeyRing.generate()
SEALER = Sealer(RING)
SECRETS = (
    NAME,
    NIK,
    PHONE,
    PHONE.removeprefix("+62"),
    EMAIL,
    EMAIL.casefold(),
    "Jalan Percobaan",
    "Wakil Uji",
    "KTP ",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def fill(storage) -> None:
    """Write everything that holds personal data, through every repository that may."""
    applicant = made_organisation(name=NAME)
    stored = add_application(storage, made_application(applicant=applicant))
    add_permit(storage, made_permit(stored))
    with storage.unit_of_work() as work:
        work.applications.save(attrs.evolve(stored, form={"ibu": NAME, "nik": NIK}), by="a", at=NOW)
        work.officers.save(made_officer("o1", name=NAME), by="a", at=NOW)
        work.idempotency.begin("a", "k", use_case="submit", request_hash="h", at=NOW)
        work.idempotency.finish("a", "k", result={"nama": NAME, "nik": NIK})
        sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
        work.numbers.cancel("permits", 2026, sequence, reason=f"salah nama {NAME}", by="a", at=NOW)
        work.commit()


def test_no_personal_data_is_readable_in_the_sqlite_files(sqlite_storage, tmp_path):
    """Database, write-ahead log and shared memory, searched byte by byte, before and after closing."""
    fill(sqlite_storage)
    while_open = {path.name: path.read_bytes() for path in tmp_path.glob("records.sqlite3*")}
    sqlite_storage.close()
    closed = (tmp_path / "records.sqlite3").read_bytes()

    assert len(while_open["records.sqlite3-wal"]) > 0
    for content in (*while_open.values(), closed):
        for secret in SECRETS:
            assert secret.encode() not in content
            assert secret.encode("utf-16-le") not in content
    assert b"street-use" in closed


def test_no_personal_data_is_readable_in_postgresql(postgres_storage, migrated_postgres_url):
    """A dump of every table, as text and with its binary columns spelled out."""
    fill(postgres_storage)
    dump = b""
    with psycopg.connect(migrated_postgres_url.replace("+psycopg", "")) as connection:
        for name in tables.metadata.tables:
            with connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:
                dump += b"".join(bytes(block) for block in copy)

    assert b"street-use" in dump
    for secret in SECRETS:
        assert secret.encode() not in dump
        assert secret.encode().hex().encode() not in dump


def test_a_ciphertext_copied_to_another_row_does_not_open(storage):
    """Whoever can write to the database cannot give one applicant's data to another."""
    first = add_application(storage, made_application())
    second = add_application(storage, made_application(form={"x": 1}))
    table = tables.applications
    with storage.unit_of_work() as work:
        query = sa.select(table.c.payload).where(table.c.id == first.id)
        payload = work.session.scalar(query)
        work.session.write(table.update().where(table.c.id == second.id).values(payload=payload))
        work.commit()

    with storage.unit_of_work(read_only=True) as work, pytest.raises(SealBrokenError) as caught:
        work.applications.get(second.id)
    assert (caught.value.table, caught.value.row) == (table.name, second.id)


@given(json_values)
@settings(max_examples=60)
def test_what_is_sealed_opens_unchanged(value):
    """Any JSON value, also text that is no valid Unicode."""
    place = Place("t", "r", "c")

    assert value == SEALER.open(SEALER.seal(value, place), place)


@given(st.data())
@settings(max_examples=60)
def test_any_changed_byte_breaks_the_seal(data):
    """Header, nonce, ciphertext or tag."""
    place = Place("t", "r", "c")
    blob = bytearray(SEALER.seal({"nik": NIK}, place))
    index = data.draw(st.integers(0, len(blob) - 1))
    blob[index] ^= data.draw(st.integers(1, 255))

    with pytest.raises(StorageError) as caught:
        SEALER.open(bytes(blob), place)
    assert caught.value.code in {"seal-broken", "unknown-key"}


@given(st.binary(max_size=60))
@settings(max_examples=60)
def test_garbage_breaks_the_seal(blob):
    """Nothing but our errors comes out."""
    with pytest.raises(StorageError) as caught:
        SEALER.open(blob, Place("t", "r", "c"))
    assert caught.value.code in {"seal-broken", "unknown-key"}


@pytest.mark.parametrize("other", [("T", "r", "c"), ("t", "R", "c"), ("t", "r", "C"), ("tr", "", "c")])
def test_a_seal_opens_in_its_own_place_only(other):
    """Table, row and column are part of it, without ambiguity between them."""
    with pytest.raises(SealBrokenError):
        SEALER.open(SEALER.seal(1, Place("t", "r", "c")), Place(*other))


def test_a_seal_hides_its_content_and_never_repeats():
    """Two seals of one value share nothing but the key's name."""
    place = Place("t", "r", "c")
    first, second = SEALER.seal(NIK, place), SEALER.seal(NIK, place)

    assert first != second
    assert NIK.encode() not in first


def test_a_blind_index_depends_on_kind_value_and_key():
    """And on nothing else."""
    nik = Lookup(LookupKind.NIK, NIK)
    others = [Lookup(LookupKind.NPWP, NIK), Lookup(LookupKind.NIK, NIK[:-1] + "4")]

    assert SEALER.blind(nik) == SEALER.blind(Lookup(LookupKind.NIK, NIK))
    assert SEALER.blind(nik) not in [SEALER.blind(other) for other in others]
    assert SEALER.blind(nik) != Sealer(KeyRing.generate()).blind(nik)


def test_keys_and_lookups_are_not_shown_in_logs():
    """Neither secret nor value in any repr."""
    shown = repr((RING, RING.data, RING.data.current, Lookup(LookupKind.NIK, NIK)))

    assert NIK not in shown
    assert repr(RING.data.current.secret)[2:-1] not in shown
    assert RING.data.current.id in shown


def test_a_key_ring_survives_its_text_form():
    """Current and other keys, both purposes."""
    ring = KeyRing(data=RING.data.rotated().with_upcoming(Key.generate()), index=RING.index.rotated())

    assert ring == KeyRing.from_json(ring.to_json())


def broken_rings() -> list[str]:
    """Return texts that are no key ring."""
    good = json.loads(RING.to_json())
    short = json.loads(RING.to_json())
    short["data"]["keys"][0]["secret"] = "c2hvcnQ="
    missing = json.loads(RING.to_json())
    missing["index"]["current"] = "nobody"
    double = json.loads(RING.to_json())
    double["data"]["keys"] *= 2
    texts = [{**good, "version": 2}, {**good, "data": None}, {"version": 1}, short, missing, double, [], 7]
    return ["", "{", *map(json.dumps, texts)]


@pytest.mark.parametrize("text", broken_rings())
def test_a_broken_key_ring_is_refused_without_showing_it(text):
    """The error has no cause that would quote the secret."""
    with raises_code("invalid-key-ring") as caught:
        KeyRing.from_json(text, source="X")

    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert RING.data.current.id not in str(caught.value)


def test_keys_come_from_the_environment_or_a_callback():
    """An empty variable is a missing one."""
    text = RING.to_json()

    assert RING == KeyRing.from_environment({"PERIZINAN_KEYS": text})
    assert RING == KeyRing.from_callback(lambda: text)
    with raises_code("invalid-key-ring"):
        KeyRing.from_environment({"PERIZINAN_KEYS": ""})


def test_the_key_file_is_made_once_and_is_private(tmp_path):
    """Many processes at first use get the same keys."""
    file = tmp_path / "storage.json"
    rings = together([partial(KeyRing.open_or_create, file) for _ in range(8)])

    assert rings == [KeyRing.from_file(file)] * 8
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [file] == list(tmp_path.iterdir())


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    """Also a missing one, a folder, and one that is no text."""
    file = tmp_path / "storage.json"
    RING.save(file)
    file.chmod(0o640)
    with raises_code("key-file"):
        KeyRing.from_file(file)
    with raises_code("key-file"):
        KeyRing.from_file(tmp_path / "none")
    with raises_code("key-file"):
        KeyRing.from_file(tmp_path)
    file.chmod(0o600)
    file.write_bytes(b"\xff\xfe\x00")
    with raises_code("invalid-key-ring"):
        KeyRing.from_file(file)


def test_saving_a_ring_replaces_the_file_as_a_whole(tmp_path):
    """Private from the first byte on, nothing left beside it, and a folder that is missing is a sentence."""
    file = tmp_path / "storage.json"
    RING.save(file)
    rotated = attrs.evolve(RING, data=RING.data.rotated())
    rotated.save(file)

    assert rotated == KeyRing.from_file(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [file] == list(tmp_path.iterdir())
    with raises_code("key-file"):
        RING.save(tmp_path / "none" / "x")
    with raises_code("key-file"):
        KeyRing.open_or_create(Path(os.devnull) / "x")


def test_the_current_key_cannot_be_dropped_nor_a_key_be_there_twice():
    """A ring that could not read what it writes cannot exist."""
    keys = RING.data.rotated()
    old = RING.data.current.id

    assert keys.without(old).ids == (keys.current.id,)
    assert keys.promote(old).current.id == old
    with pytest.raises(ValueError, match="current"):
        keys.without(keys.current.id)
    with pytest.raises(ValueError, match="same id"):
        KeySet(keys.current, (keys.current,))
    with raises_code("unknown-key"):
        keys.get("nobody")


def test_keys_of_another_store_are_refused_at_the_door(url, keys):
    """A lost key file that was silently made anew does not start a second life beside the old records."""
    open_storage(url, keys).close()
    stranger = KeyRing.generate()
    for ring in (stranger, attrs.evolve(keys, index=stranger.index), attrs.evolve(keys, data=stranger.data)):
        with raises_code("unknown-key") as caught:
            open_storage(url, ring)
        assert caught.value.key_id in (keys.data.current.id, keys.index.current.id)


@pytest.mark.parametrize("purpose", ["data", "index"])
def test_a_key_that_only_bears_a_known_name_is_refused(sqlite_url, keys, purpose):
    """A ring that was typed in wrongly is noticed before it writes."""
    open_storage(sqlite_url, keys).close()
    own = getattr(keys, purpose).current
    false = attrs.evolve(keys, **{purpose: KeySet(Key(own.id, bytes(32)))})

    with pytest.raises(SealBrokenError):
        open_storage(sqlite_url, false)


def test_a_row_whose_key_is_missing_names_it(sqlite_url, keys):
    """When somebody drops an old key too early."""
    with_old = attrs.evolve(keys, data=keys.data.rotated())
    first = open_storage(sqlite_url, keys)
    stored = add_application(first, made_application())
    first.close()
    open_storage(sqlite_url, with_old).close()
    without = attrs.evolve(keys, data=with_old.data.without(keys.data.current.id))
    storage = open_storage(sqlite_url, without)

    with storage.unit_of_work(read_only=True) as work, raises_code("unknown-key") as caught:
        work.applications.get(stored.id)
    assert keys.data.current.id == caught.value.key_id
    storage.close()
