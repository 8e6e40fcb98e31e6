"""Personal data in tables of plugins: sealed for their place, found by blind indexes, moved when keys change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError
from perizinan_core.hooks import BlindColumn, TablesEntry
from perizinan_core.storage import migrate, open_storage
from perizinan_core.storage._rotation import rotate_keys
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.storage.tables import PluginTables, plugin_metadata, table_name
from perizinan_core.testing._refusals import raises_code

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "perizinan_plugin_portal_accounts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("profile", sa.LargeBinary),
        sa.Column("by_email", sa.LargeBinary, unique=True),
        sa.Column("picture", sa.LargeBinary),
    )
    op.create_table(
        "perizinan_plugin_portal_notes",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("text", sa.LargeBinary),
    )
"""
PEOPLE = {f"akun-{number}": f"sekar{number}@surat.example" for number in range(5)}

_metadata = plugin_metadata()
accounts = sa.Table(
    table_name("portal", "accounts"),
    _metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("profile", sa.LargeBinary),
    sa.Column("by_email", sa.LargeBinary),
    sa.Column("picture", sa.LargeBinary),
)
notes = sa.Table(
    table_name("portal", "notes"),
    _metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.LargeBinary),
)


def email_of(row: Mapping[str, Any]) -> str | None:
    """Return what the index is made of."""
    return None if row["profile"] is None else str(row["profile"]["email"])


@pytest.fixture
def portal(tmp_path) -> TablesEntry:
    """Accounts with a sealed profile and an index on its address."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_accounts.py").write_text(STEP, encoding="utf-8")
    blind = (BlindColumn(table="accounts", column="by_email", text=email_of),)
    return TablesEntry(name="portal", migrations=folder, blind=blind)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request, tmp_path, portal, keys) -> str:
    """Address of a store with accounts, one of them without a profile, and with notes."""
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    migrate(url, tables=(portal,))
    storage = open_storage(url, keys)
    fill(storage.plugin_tables(portal))
    storage.close()
    return url


def fill(tables: PluginTables) -> None:
    """Write accounts and notes as a portal does."""
    with tables.transaction() as connection:
        for name, email in PEOPLE.items():
            profile = tables.seal({"email": email}, table="accounts", row=name, column="profile")
            index = tables.blind(email, table="accounts", column="by_email")
            values = {"id": name, "profile": profile, "by_email": index, "picture": b"\x01\x03abc"}
            connection.execute(sa.insert(accounts).values(values))
            text = tables.seal(f"catatan {name}", table="notes", row=f"{name}/7", column="text")
            connection.execute(sa.insert(notes).values(account=name, number=7, text=text))
        connection.execute(sa.insert(accounts).values(id="tamu"))


def found(tables: PluginTables, email: str) -> str | None:
    """Look an account up by its address, as a portal does, and return the address in it."""
    wanted = tables.blind_all(email, table="accounts", column="by_email")
    with tables.transaction(read_only=True) as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.by_email.in_(wanted))).one_or_none()
    if row is None:
        return None
    return str(tables.open(row.profile, table="accounts", row=row.id, column="profile")["email"])


def noted(tables: PluginTables) -> list[str]:
    """Return all notes."""
    with tables.transaction(read_only=True) as connection:
        rows = connection.execute(sa.select(notes).order_by(notes.c.account)).all()
    return [
        tables.open(row.text, table="notes", row=f"{row.account}/{row.number}", column="text") for row in rows
    ]


def test_a_change_of_keys_moves_what_plugins_sealed_and_their_indexes(filled, portal, keys):
    """Afterwards the new keys alone are enough; what is not sealed stays as it is; a second run moves nothing."""
    changing = attrs.evolve(keys, data=keys.data.rotated(), index=keys.index.rotated())
    storage = open_storage(filled, changing)
    before = [found(storage.plugin_tables(portal), email) for email in PEOPLE.values()]
    told = []
    rotate_keys(storage, batch=2, tables=(portal,), progress=told.append)
    again = rotate_keys(storage, tables=(portal,))
    storage.close()
    new = attrs.evolve(
        changing,
        data=changing.data.without(keys.data.current.id),
        index=changing.index.without(keys.index.current.id),
    )
    storage = open_storage(filled, new)
    tables = storage.plugin_tables(portal)
    after = [found(tables, email) for email in PEOPLE.values()]
    with tables.transaction(read_only=True) as connection:
        pictures = set(connection.execute(sa.select(accounts.c.picture)).scalars())
        guest = connection.execute(sa.select(accounts).where(accounts.c.id == "tamu")).one()
    texts = noted(tables)
    storage.close()

    assert list(PEOPLE.values()) == before == after
    assert [f"catatan {name}" for name in PEOPLE] == texts
    assert 0 == again
    assert accounts.name in {step.table for step in told}
    assert {b"\x01\x03abc", None} == pictures
    assert (None, None) == (guest.profile, guest.by_email)


def test_what_a_plugin_sealed_that_is_gone_is_moved_too_and_its_indexes_when_it_is_back(filled, portal, keys):
    """Or dropping the old key would make its tables unreadable."""
    changing = attrs.evolve(keys, data=keys.data.rotated(), index=keys.index.rotated())
    storage = open_storage(filled, changing)
    moved = rotate_keys(storage)
    only_new = attrs.evolve(changing, data=changing.data.without(keys.data.current.id))
    storage.close()
    storage = open_storage(filled, only_new)
    tables = storage.plugin_tables(portal)
    texts = noted(tables)
    indexes = rotate_keys(storage, tables=(portal,))
    storage.close()

    assert 2 * len(PEOPLE) <= moved
    assert [f"catatan {name}" for name in PEOPLE] == texts
    assert len(PEOPLE) == indexes


def test_a_value_that_was_copied_elsewhere_is_named_and_the_others_are_moved(filled, portal, keys):
    """It opens in its place alone."""
    storage = open_storage(filled, attrs.evolve(keys, data=keys.data.rotated()))
    tables = storage.plugin_tables(portal)
    with tables.transaction() as connection:
        profile = connection.execute(
            sa.select(accounts.c.profile).where(accounts.c.id == "akun-1")
        ).scalar_one()
        connection.execute(sa.update(accounts).where(accounts.c.id == "akun-0").values(profile=profile))
    with pytest.raises(SealBrokenError) as caught:
        rotate_keys(storage, tables=(portal,))
    left = rotate_keys_again(storage, portal)
    storage.close()

    assert (accounts.name, "akun-0", "profile") == (caught.value.table, caught.value.row, caught.value.column)
    assert left == caught.value.row


def rotate_keys_again(storage, portal: TablesEntry) -> str:
    """Return the row that a second run stops at."""
    with pytest.raises(SealBrokenError) as caught:
        rotate_keys(storage, tables=(portal,))
    return str(caught.value.row)


def test_an_index_that_its_plugin_cannot_make_stops_the_change_with_its_name(filled, portal, keys):
    """Its plugin is named, and what it said is not repeated: it may be about a person."""
    broken = attrs.evolve(
        portal, blind=(BlindColumn(table="accounts", column="by_email", text=lambda row: row["x"]),)
    )
    storage = open_storage(filled, attrs.evolve(keys, index=keys.index.rotated()))
    with raises_code("plugin-index") as caught:
        rotate_keys(storage, tables=(broken,))
    storage.close()

    assert ("portal", "by_email", "KeyError") == (
        caught.value.tables,
        caught.value.column,
        caught.value.reason,
    )


def test_tables_in_memory_seal_and_find_as_well(portal):
    """For tests of plugins."""
    tables = MemoryStorage().plugin_tables(portal)
    fill(tables)

    assert "sekar3@surat.example" == found(tables, "sekar3@surat.example")
    assert found(tables, "lain@surat.example") is None


def test_no_personal_data_stands_in_the_file(tmp_path, portal, keys):
    """Neither in a column nor in an index."""
    file = tmp_path / "own.sqlite3"
    migrate(f"sqlite:///{file}", tables=(portal,))
    storage = open_storage(f"sqlite:///{file}", keys)
    fill(storage.plugin_tables(portal))
    storage.close()
    written = b"".join(path.read_bytes() for path in Path(tmp_path).glob("own.sqlite3*"))

    assert b"akun-3" in written
    assert b"sekar3" not in written


def test_indexes_of_two_columns_or_plugins_of_one_text_differ(portal, tmp_path):
    """So that nobody sees that two things belong to one person."""
    store = MemoryStorage()
    tables, other = store.plugin_tables(portal), store.plugin_tables(attrs.evolve(portal, name="portal"))
    texts = {
        tables.blind("a@b.example", table="accounts", column="by_email"),
        tables.blind("a@b.example", table="accounts", column="by_phone"),
        tables.blind("a@b.example", table="notes", column="by_email"),
    }

    assert 3 == len(texts)
    assert other.blind("a@b.example", table="accounts", column="by_email") in texts
