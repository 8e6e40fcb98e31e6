"""Tables are made, checked and never guessed at."""

import sqlite3
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

import perizinan_core.storage
from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._migrating import current_revision, pending
from perizinan_core.storage._sql._revisions import REVISION_TABLE, REVISIONS
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._tables import PREFIX, metadata
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import together


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path) -> str:
    """Address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite3'}"
    return request.getfixturevalue("postgres_url")


def set_revision(url: str, revision: str) -> None:
    """Pretend that another version migrated the database."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {REVISION_TABLE} SET version_num = :new"), {"new": revision})
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_uses(empty_url):
    """Alembic's comparison of both finds no difference: columns, types, indexes, constraints."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    migrate(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.connect() as connection:
        options = {"version_table": REVISION_TABLE, "compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        made = {name for name in sa.inspect(connection).get_table_names() if name.startswith(PREFIX)}
    engine.dispose()

    assert differences == []
    assert {*metadata.tables, REVISION_TABLE} == made


def test_the_list_of_revisions_is_that_of_the_files():
    """Opening a store looks at the list, so that it need not load Alembic."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = Path(perizinan_core.storage.__file__).parent / "_migrations"
    config.set_main_option("script_location", str(folder))
    scripts = ScriptDirectory.from_config(config).walk_revisions()

    assert list(REVISIONS) == [script.revision for script in scripts][::-1]


def test_migrating_twice_changes_nothing(empty_url):
    """The report says what was done; progress is told before each step."""
    steps = []
    before, waiting = current_revision(empty_url), pending(empty_url)
    first = migrate(empty_url, progress=steps.append)
    second = migrate(empty_url, progress=steps.append)

    assert (before, waiting) == (None, REVISIONS)
    assert (first.before, first.after, first.applied) == (None, REVISIONS[-1], REVISIONS)
    assert (second.before, second.applied) == (REVISIONS[-1], ())
    assert list(REVISIONS) == steps
    assert (current_revision(empty_url), pending(empty_url)) == (REVISIONS[-1], ())


def test_two_who_migrate_at_once_do_not_disturb_each_other(empty_url):
    """One does it, the others find it done."""
    reports = together([partial(migrate, empty_url) for _ in range(4)])

    assert [len(REVISIONS)] + [0] * 3 == sorted((len(report.applied) for report in reports), reverse=True)


@pytest.mark.parametrize("step", [REVISIONS[1], REVISIONS[-1]])
def test_a_migration_that_fails_leaves_nothing_behind(empty_url, step):
    """It is one transaction on both databases, wherever it is interrupted."""

    def fail(announced):
        if announced == step:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        migrate(empty_url, progress=fail)

    engine = sa.create_engine(empty_url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_database_without_tables_says_to_migrate(empty_url, keys):
    """And looking does not create a file."""
    is_file = empty_url.startswith("sqlite")
    with raises_code("database-missing" if is_file else "schema-not-migrated") as caught:
        open_storage(empty_url, keys)

    assert "perizinan migrate" in str(caught.value)
    assert "perizinan migrate" in caught.value.message("id")
    if is_file:
        assert caught.value.path in empty_url
        assert not Path(empty_url.removeprefix("sqlite:///")).exists()


def test_a_newer_database_is_not_touched(url, keys):
    """Neither opened nor migrated."""
    set_revision(url, "9999")
    try:
        for action in (partial(open_storage, url, keys), partial(migrate, url), partial(pending, url)):
            with raises_code("schema-too-new") as caught:
                action()
            assert ("9999", REVISIONS[-1]) == (caught.value.found, caught.value.newest)
    finally:
        set_revision(url, REVISIONS[-1])


def test_an_older_database_says_to_migrate(url, keys, monkeypatch):
    """As after an upgrade of the library."""
    from perizinan_core.storage._sql import _revisions as revisions

    monkeypatch.setattr(revisions, "REVISIONS", (*REVISIONS, "9999"))
    with raises_code("schema-not-migrated") as caught:
        open_storage(url, keys)

    assert (REVISIONS[-1], "9999") == (caught.value.found, caught.value.needed)


def test_a_new_sqlite_file_is_private_and_in_wal_mode(tmp_path):
    """Others on the machine cannot read it, and readers never wait."""
    file = tmp_path / "new.sqlite3"
    migrate(f"sqlite:///{file}")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_file_that_left_wal_mode_is_brought_back_unless_it_is_in_use(sqlite_url, keys):
    """As a copy made by a backup tool; being in use is told as such."""
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("BEGIN IMMEDIATE")
    with raises_code("database-busy"):
        SqlStorage(sqlite_url, keys, busy_seconds=0.1)
    connection.close()
    SqlStorage(sqlite_url, keys).close()
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_connections_to_sqlite_are_durable_and_keep_references(sqlite_storage):
    """synchronous=FULL (2) and foreign keys on, for every connection."""
    with sqlite_storage.unit_of_work(read_only=True) as first, sqlite_storage.unit_of_work() as second:
        for work in (first, second):
            pragmas = [
                work.session.scalar(sa.text(f"PRAGMA {name}"))
                for name in ("synchronous", "foreign_keys", "journal_mode")
            ]
            assert pragmas == [2, 1, "wal"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "records.sqlite3",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=ro",
        "mysql://root:rahasia@db.example/x",
        "postgresql+asyncpg://root:rahasia@db.example/x",
        "postgresql://root:rahasia@db.example:port/x",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_its_secrets(text, keys):
    """The sentence shows what an address looks like."""
    with raises_code("invalid-database-url") as caught:
        open_storage(text, keys)

    message = f"{caught.value} {caught.value.message('id')}"
    assert "sqlite:///perizinan.sqlite3" in message
    assert "rahasia" not in message
    assert "db.example" not in message


def test_a_missing_driver_is_named_with_its_remedy(keys, monkeypatch):
    """As on a machine where only SQLite is wanted."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with raises_code("database-driver-missing") as caught:
        open_storage("postgresql://localhost/x", keys)

    assert "pip install 'psycopg[binary]>=3.3'" in str(caught.value)


def test_a_server_that_does_not_answer_is_told_without_its_address(keys, tmp_path):
    """Nor the password."""
    with pytest.raises(DatabaseUnavailableError) as caught:
        open_storage(f"postgresql://root:rahasia@/x?host={tmp_path}", keys)

    assert "rahasia" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_is_no_database_is_named_as_damaged(keys, tmp_path):
    """It is not overwritten, neither by opening nor by migrating."""
    file = tmp_path / "x.sqlite3"
    file.write_bytes(b"no database at all" * 100)
    for action in (partial(open_storage, f"sqlite:///{file}", keys), partial(migrate, f"sqlite:///{file}")):
        with raises_code("database-damaged"):
            action()

    assert file.read_bytes() == b"no database at all" * 100


def test_a_folder_that_is_missing_is_a_sentence(tmp_path):
    """Not a traceback of the driver."""
    with pytest.raises(DatabaseUnavailableError):
        migrate(f"sqlite:///{tmp_path / 'none' / 'x.sqlite3'}")


def test_importing_the_room_loads_no_database_library():
    """Whoever only needs the names of the ports pays for nothing else."""
    program = (
        "import sys, perizinan_core.storage;"
        "print(sorted({'sqlalchemy', 'alembic', 'cattrs', 'cryptography', 'psycopg'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert printed.strip() == "[]"


def test_opening_a_store_does_not_load_alembic(sqlite_url, tmp_path):
    """Only migrating does."""
    ring = tmp_path / "keys.json"
    KeyRing.open_or_create(ring)
    program = (
        "import sys, pathlib, perizinan_core.storage as s;"
        "s.open_storage(sys.argv[1], s.KeyRing.from_file(pathlib.Path(sys.argv[2]))).close();"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, sqlite_url, str(ring)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert printed.strip() == "False"
