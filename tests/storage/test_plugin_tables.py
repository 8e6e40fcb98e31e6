"""Tables of plugins: made with the office's own or not at all, kept to their names, and in every backup."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError, DatabaseUnavailableError
from perizinan_core.hooks import TablesEntry
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._backup import check_saved_tables, has_records, load_records, save_records
from perizinan_core.storage._migrating import current_revision, pending
from perizinan_core.storage._sql._revisions import REVISIONS
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.storage.tables import UtcDateTime, plugin_metadata, table_name
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import together

MOMENT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)

FIRST = """
    import sqlalchemy as sa
    from alembic import op
    from perizinan_core.storage.tables import UtcDateTime, table_name

    revision = "0001"
    down_revision = None

    def upgrade():
        op.create_table(
            table_name("notes", "books"),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String, nullable=False, unique=True),
        )
        op.create_table(
            table_name("notes", "pages"),
            sa.Column("book", sa.Integer, sa.ForeignKey(table_name("notes", "books") + ".id"), primary_key=True),
            sa.Column("number", sa.BigInteger, primary_key=True),
            sa.Column("at", UtcDateTime, nullable=False),
            sa.Column("day", sa.Date),
            sa.Column("done", sa.Boolean, nullable=False),
            sa.Column("picture", sa.LargeBinary),
            sa.Column("text", sa.Text),
        )
"""
SECOND = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"

    def upgrade():
        op.add_column("perizinan_plugin_notes_books", sa.Column("colour", sa.String))
"""

_metadata = plugin_metadata()
books = sa.Table(
    table_name("notes", "books"),
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False, unique=True),
)
pages = sa.Table(
    table_name("notes", "pages"),
    _metadata,
    sa.Column("book", sa.Integer, sa.ForeignKey(books.c.id), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("day", sa.Date),
    sa.Column("done", sa.Boolean, nullable=False),
    sa.Column("picture", sa.LargeBinary),
    sa.Column("text", sa.Text),
)
PAGE = {
    "book": 1,
    "number": 2**40,
    "at": MOMENT,
    "day": MOMENT.date(),
    "done": True,
    "picture": b"\x00\xff",
    "text": "naïf, 🙂, \u0000"[:-1],
}


def entry(folder: Path, *steps: str, name: str = "notes") -> TablesEntry:
    """Write the migrations of a plugin, whose folder's name holds what a path may hold."""
    place = folder / "with space, comma;colon:%s" / name
    place.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(steps, 1):
        (place / f"{number:04d}_step.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return TablesEntry(name=name, migrations=place)


@pytest.fixture
def notes(tmp_path) -> TablesEntry:
    """Two tables that refer to one another, with every kind of column."""
    return entry(tmp_path, FIRST)


@pytest.fixture(scope="module")
def one_postgres(postgres_server) -> str:
    """A database for the tests of this module, one after the other."""
    return postgres_server.create_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.sqlite3'}"
    found = request.getfixturevalue("one_postgres")
    engine = sa.create_engine(found)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return found


def fill(url: str, keys: KeyRing, notes: TablesEntry) -> None:
    """Write a book and a page."""
    storage = open_storage(url, keys)
    with storage.plugin_tables(notes).transaction() as connection:
        connection.execute(sa.insert(books).values(id=1, name="buku"))
        connection.execute(sa.insert(pages).values(PAGE))
    storage.close()


def written(url: str, keys: KeyRing, notes: TablesEntry) -> list[dict[str, object]]:
    """Return all pages."""
    storage = open_storage(url, keys)
    with storage.plugin_tables(notes).transaction(read_only=True) as connection:
        found = [dict(row) for row in connection.execute(sa.select(pages)).mappings()]
    storage.close()
    return found


def names(url: str) -> set[str]:
    """Return the names of all tables."""
    engine = sa.create_engine(url)
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_tables_of_a_plugin_are_made_with_the_offices_own_and_hold_what_is_written(url, keys, notes):
    """Every kind of column comes back as it was; the report tells the steps of both."""
    steps = []
    report = migrate(url, tables=(notes,), progress=steps.append)
    again = migrate(url, tables=(notes,))
    fill(url, keys, notes)

    assert [*REVISIONS, "notes/0001"] == steps
    assert [("notes", None, "0001", ("0001",))] == [
        (item.name, item.before, item.after, item.applied) for item in report.tables
    ]
    assert ["0001", ()] == [again.tables[0].before, again.tables[0].applied]
    assert [PAGE] == written(url, keys, notes)


def test_a_newer_plugin_upgrades_its_tables_and_keeps_what_is_in_them(url, keys, notes, tmp_path):
    """What waits is named before it is done."""
    migrate(url, tables=(notes,))
    fill(url, keys, notes)
    newer = entry(tmp_path, FIRST, SECOND)
    waiting = pending(url, tables=(newer,))
    storage = open_storage(url, keys)
    with raises_code("plugin-tables-not-migrated") as caught:
        storage.plugin_tables(newer)
    storage.close()
    migrate(url, tables=(newer,))

    assert ("notes", "0001", "0002") == (caught.value.tables, caught.value.found, caught.value.needed)
    assert ("notes/0002",) == waiting
    assert [PAGE] == written(url, keys, newer)


def test_tables_of_a_newer_plugin_are_refused_before_anything_is_changed(
    url, keys, notes, tmp_path, monkeypatch
):
    """Also before the office's own tables are upgraded."""
    from perizinan_core.storage._sql import _revisions as revisions

    newer = entry(tmp_path / "newer", FIRST, SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(revisions, "REVISIONS", REVISIONS[:-1])
        migrate(url, tables=(newer,))
    for action in (partial(migrate, url, tables=(notes,)), partial(pending, url, tables=(notes,))):
        with raises_code("plugin-tables-too-new") as caught:
            action()

        assert ("0002", "0001") == (caught.value.found, caught.value.newest)
    assert REVISIONS[-2] == current_revision(url)


def test_an_upgrade_is_refused_while_a_plugin_that_may_have_tables_there_cannot_be_loaded(
    url, keys, notes, monkeypatch
):
    """It may need the version of before; without its tables, or without an upgrade, nothing is in the way."""
    from perizinan_core.storage._sql import _revisions as revisions

    with monkeypatch.context() as patch:
        patch.setattr(revisions, "REVISIONS", REVISIONS[:-1])
        migrate(url, tables=(notes,), set_aside=("broken",))
        migrate(url, set_aside=("catatan",))
    with raises_code("plugin-set-aside") as caught:
        migrate(url, set_aside=("catatan", "lain"))
    refused = current_revision(url)
    migrate(url, tables=(notes,), set_aside=("broken",))

    assert (("notes",), ("catatan", "lain")) == (caught.value.tables, caught.value.plugins)
    assert REVISIONS[-2] == refused
    assert REVISIONS[-1] == current_revision(url)


FAULTS = {
    "raises": (FIRST + "        raise ZeroDivisionError\n", "it raised ZeroDivisionError (0001_step.py:"),
    "refused by the database": (
        FIRST + '        op.execute("INSERT INTO not_there VALUES (1)")\n',
        "it raised OperationalError (0001_step.py:",
    ),
    "commits": (FIRST + "        op.get_bind().commit()\n", "it raised RuntimeError (0001_step.py:"),
    "rolls back": (FIRST + "        op.get_bind().rollback()\n", "it raised RuntimeError (0001_step.py:"),
    "another's name": (
        FIRST
        + '        op.create_table("perizinan_plugin_note", sa.Column("id", sa.Integer, primary_key=True))\n',
        "a table that is not the plugin's",
    ),
    "changes ours": (
        FIRST + '        op.add_column("perizinan_permits", sa.Column("note", sa.String))\n',
        "a table that is not the plugin's",
    ),
    "drops ours": (
        FIRST + '        op.drop_table("perizinan_queue_places")\n',
        "a table that is not the plugin's",
    ),
    "no key": (
        FIRST + '        op.create_table("perizinan_plugin_notes_loose", sa.Column("id", sa.Integer))\n',
        "perizinan_plugin_notes_loose has no primary key",
    ),
    "refers to ours": (
        FIRST
        + '        op.create_table("perizinan_plugin_notes_cases", sa.Column("id", sa.String, '
        + 'sa.ForeignKey("perizinan_applications.id"), primary_key=True))\n',
        "perizinan_plugin_notes_cases refers to perizinan_applications",
    ),
    "inexact": (
        FIRST.replace('sa.Column("text", sa.Text)', 'sa.Column("text", sa.Float)'),
        "perizinan_plugin_notes_pages.text is",
    ),
    "other revision": (FIRST.replace('revision = "0001"', 'revision = "1"', 1), "it raised CommandError"),
}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        *(("sqlite", fault) for fault in FAULTS),
        *(("postgresql", fault) for fault in ("refused by the database", "changes ours", "inexact")),
    ],
    indirect=["url"],
)
def test_a_migration_that_fails_or_reaches_beyond_its_tables_leaves_nothing_behind(url, tmp_path, fault):
    """Neither tables of this plugin nor of another, nor the office's own, and the sentence says why."""
    step, said = FAULTS[fault]
    if url.startswith("postgresql"):
        said = said.replace("OperationalError", "ProgrammingError")
    other = entry(tmp_path, FIRST.replace("notes", "aaa"), name="aaa")
    with raises_code("plugin-migration-failed") as caught:
        migrate(url, tables=(entry(tmp_path, step), other))

    assert said in caught.value.message("en")
    assert "notes" == caught.value.tables
    assert not {name for name in names(url) if name.startswith("perizinan_")}


def test_migrations_that_do_not_follow_one_another_are_refused(url, tmp_path):
    """A second file that begins again would leave two revisions."""
    twice = SECOND.replace('down_revision = "0001"', "down_revision = None")
    with raises_code("plugin-migration-failed") as caught:
        migrate(url, tables=(entry(tmp_path, FIRST, twice),))

    assert "0002" == caught.value.revision
    assert set() == names(url)


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ((), "there are no files"),
        (("0001_a.py", "0003_b.py"), "do not follow one another"),
        (("0001_a.py", "0001_b.py"), "do not follow one another"),
        (("0002_a.py",), "do not follow one another"),
        (("0001_a.py", "helpers.py"), "has another name"),
        (None, "cannot be read"),
    ],
)
def test_a_folder_that_is_not_one_of_migrations_is_refused_with_its_place(tmp_path, files, fault):
    """Before a database is looked at or made."""
    folder = tmp_path / "migrations"
    if files is not None:
        folder.mkdir()
        for name in files:
            (folder / name).touch()
    with raises_code("plugin-migrations") as caught:
        migrate(
            f"sqlite:///{tmp_path / 'none.sqlite3'}", tables=(TablesEntry(name="notes", migrations=folder),)
        )

    assert fault in caught.value.message("en")
    assert str(folder) in caught.value.message("en")
    assert not (tmp_path / "none.sqlite3").exists()


def test_tables_of_a_plugin_that_is_gone_stay_and_are_named(url, keys, notes):
    """The office works without it, and finds them again when it comes back."""
    migrate(url, tables=(notes,))
    fill(url, keys, notes)
    report = migrate(url)
    storage = open_storage(url, keys)
    left = storage.plugin_revisions()
    storage.close()

    assert () == report.tables
    assert {"notes": "0001"} == left
    assert [PAGE] == written(url, keys, notes)


def test_two_who_migrate_at_once_make_the_tables_of_a_plugin_once(url, notes):
    """One does it, the others find it done."""
    reports = together([partial(migrate, url, tables=(notes,)) for _ in range(3)])

    assert [0, 0, 1] == sorted(len(report.tables[0].applied) for report in reports)


class TestTransactions:
    """What `PluginTables.transaction` promises."""

    @pytest.fixture(params=["sqlite", "postgresql", "memory"])
    def tables(self, request, tmp_path, keys, notes):
        """The tables in each kind of store."""
        if request.param == "memory":
            yield MemoryStorage().plugin_tables(notes)
            return
        found = f"sqlite:///{tmp_path / 'own.sqlite3'}"
        if request.param == "postgresql":
            found = request.getfixturevalue("postgres_server").create_database()
        migrate(found, tables=(notes,))
        storage = open_storage(found, keys)
        yield storage.plugin_tables(notes)
        storage.close()

    @staticmethod
    def count(tables) -> int:
        """Return how many books there are."""
        with tables.transaction(read_only=True) as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(books)).scalar_one())

    def test_what_is_raised_inside_undoes_everything(self, tables):
        """Nothing is half written."""

        def fail() -> None:
            with tables.transaction() as connection:
                connection.execute(sa.insert(books).values(name="buku"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

        assert 0 == self.count(tables)

    def test_a_value_that_is_taken_is_told_with_its_column(self, tables):
        """In the words that records have too, on every store."""
        with tables.transaction() as connection:
            connection.execute(sa.insert(books).values(name="buku"))
        with pytest.raises(AlreadyExistsError) as caught, tables.transaction() as connection:
            connection.execute(sa.insert(books).values(name="buku"))

        assert "name" == caught.value.field
        assert 1 == self.count(tables)

    def test_reading_writes_nothing(self, tables):
        """Every store refuses it, and writes again afterwards."""
        with pytest.raises(DatabaseUnavailableError), tables.transaction(read_only=True) as connection:
            connection.execute(sa.insert(books).values(name="buku"))
        with tables.transaction() as connection:
            connection.execute(sa.insert(books).values(name="buku"))

        assert 1 == self.count(tables)

    def test_many_threads_write_one_after_the_other(self, tables):
        """None is lost and none is refused."""

        def add(name: str) -> None:
            with tables.transaction() as connection:
                connection.execute(sa.insert(books).values(name=name))

        together([partial(add, f"buku {number}") for number in range(8)])

        assert 8 == self.count(tables)


def test_a_transaction_inside_one_that_writes_is_refused_at_once_on_sqlite(tmp_path, keys, notes):
    """It would wait for itself; reading inside, and writing afterwards, is as it was."""
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    migrate(url, tables=(notes,))
    storage = open_storage(url, keys)
    tables = storage.plugin_tables(notes)
    with storage.unit_of_work():
        before = TestTransactions.count(tables)
        with raises_code("database-busy") as caught, tables.transaction():
            pass
    with tables.transaction() as connection:
        connection.execute(sa.insert(books).values(name="buku"))

    assert "this thread is writing already" in caught.value.message("en")
    assert (0, 1) == (before, TestTransactions.count(tables))
    storage.close()


def test_a_failed_statement_that_is_passed_over_saves_nothing_on_postgresql(postgres_server, keys, notes):
    """There the whole transaction is lost with it, and a COMMIT would say nothing."""
    url = postgres_server.create_database()
    migrate(url, tables=(notes,))
    storage = open_storage(url, keys)
    tables = storage.plugin_tables(notes)
    with raises_code("unit-of-work-closed"), tables.transaction() as connection:
        connection.execute(sa.insert(books).values(name="buku"))
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.insert(books).values(name="buku"))

    assert 0 == TestTransactions.count(tables)
    storage.close()


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_holds_the_tables_of_plugins_and_puts_them_back_into_either_database(
    url, keys, notes, tmp_path, into, postgres_server
):
    """Also when the plugin was gone as it was made; keys count on behind the highest."""
    migrate(url, tables=(notes,))
    fill(url, keys, notes)
    saved = save_records(url, tmp_path / "copy.sqlite3")
    target = (
        f"sqlite:///{tmp_path / 'target.sqlite3'}" if into == "sqlite" else postgres_server.create_database()
    )
    check_saved_tables(tmp_path / "copy.sqlite3", (notes,))
    loaded = load_records(tmp_path / "copy.sqlite3", target, sets=(notes,))
    storage = open_storage(target, keys)
    with storage.plugin_tables(notes).transaction() as connection:
        next_id = connection.execute(sa.insert(books).values(name="kedua").returning(books.c.id)).scalar_one()
    storage.close()

    assert {"notes": "0001"} == saved.tables == loaded.tables
    assert 1 == saved.rows[pages.name] == loaded.rows[pages.name]
    assert [PAGE] == written(target, keys, notes)
    assert 2 == next_id


def test_a_backup_made_before_an_upgrade_of_the_plugin_is_restored_at_its_revision(
    url, keys, notes, tmp_path
):
    """And then upgraded as the office's own tables are."""
    migrate(url, tables=(notes,))
    fill(url, keys, notes)
    save_records(url, tmp_path / "copy.sqlite3")
    newer = entry(tmp_path / "newer", FIRST, SECOND)
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    load_records(tmp_path / "copy.sqlite3", target, sets=(newer,))

    assert ("notes/0002",) == pending(target, tables=(newer,))


def test_a_backup_with_tables_of_a_plugin_that_is_not_there_is_restored_only_on_request(
    url, keys, notes, tmp_path
):
    """Nothing is left out silently, and nothing is made before it is refused."""
    migrate(url, tables=(notes,))
    fill(url, keys, notes)
    copy = tmp_path / "copy.sqlite3"
    save_records(url, copy)
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    with raises_code("saved-tables-unknown") as caught:
        check_saved_tables(copy, ())
    with raises_code("saved-tables-unknown"):
        load_records(copy, target)
    refused = has_records(target)
    load_records(copy, target, left_out=("notes",))

    assert ("notes", "0001") == (caught.value.tables, caught.value.revision)
    assert not refused
    assert not {name for name in names(target) if name.startswith("perizinan_plugin_")}


def test_a_backup_of_a_newer_plugin_is_refused(url, keys, notes, tmp_path):
    """An older plugin could not read its tables."""
    newer = entry(tmp_path / "newer", FIRST, SECOND)
    migrate(url, tables=(newer,))
    save_records(url, tmp_path / "copy.sqlite3")

    with raises_code("plugin-tables-too-new"):
        check_saved_tables(tmp_path / "copy.sqlite3", (notes,))
