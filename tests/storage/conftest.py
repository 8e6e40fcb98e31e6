"""Fixtures of the storage tests: migrated databases, emptied between tests."""

import shutil
from pathlib import Path

import psycopg
import pytest

pytest.register_assert_rewrite("perizinan_core.testing.storage")

from perizinan_core.storage import KeyRing, migrate, open_storage  # noqa: E402
from perizinan_core.storage._sql._tables import metadata  # noqa: E402
from perizinan_core.testing.storage._samples import WIB  # noqa: E402


@pytest.fixture(scope="session")
def keys():
    """One key ring for all tests that do not change keys."""
    return KeyRing.generate()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path) -> str:
    """Address of a migrated, empty SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "records.sqlite3")
    return f"sqlite:///{tmp_path / 'records.sqlite3'}"


@pytest.fixture(scope="session")
def shared_postgres_url(postgres_server) -> str:
    """Address of a migrated PostgreSQL database that tests share, one after the other."""
    url = postgres_server.create_database()
    migrate(url)
    return url


@pytest.fixture
def migrated_postgres_url(shared_postgres_url) -> str:
    """Address of a migrated, empty PostgreSQL database."""
    # Not TRUNCATE: with a file for every table and index it is slower than deleting a few rows.
    statements = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
    with psycopg.connect(shared_postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("; ".join(statements))
    return shared_postgres_url


@pytest.fixture
def sqlite_storage(sqlite_url, keys):
    """An empty store in a SQLite file."""
    storage = open_storage(sqlite_url, keys, zone=WIB)
    yield storage
    storage.close()


@pytest.fixture
def postgres_storage(migrated_postgres_url, keys):
    """An empty store in PostgreSQL."""
    storage = open_storage(migrated_postgres_url, keys, zone=WIB)
    yield storage
    storage.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request) -> str:
    """Address of a migrated, empty database, once of each kind."""
    name = {"sqlite": "sqlite_url", "postgresql": "migrated_postgres_url"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def storage(url, keys):
    """An empty store, once on each database."""
    store = open_storage(url, keys, zone=WIB)
    yield store
    store.close()
