"""Offices of a made-up local government: in memory, and on the real databases."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.testing._offices import MORNING, OfficeKit, sample_office


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    """One key ring for all stores of these tests."""
    return KeyRing.generate()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("services") / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server) -> str:
    """Name of a migrated PostgreSQL database, to be copied."""
    url = postgres_server.create_database()
    migrate(url)
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def staffed_sqlite_template(sqlite_template, keys) -> Path:
    """A SQLite file with the staff of the sample office, to be copied: hiring it takes longer than a test."""
    path = sqlite_template.with_name("staffed.sqlite3")
    shutil.copy(sqlite_template, path)
    _hire(f"sqlite:///{path}", keys)
    return path


@pytest.fixture(scope="session")
def staffed_postgres_template(postgres_server, postgres_template, keys) -> str:
    """Name of a PostgreSQL database with the staff of the sample office, to be copied."""
    url = postgres_server.create_database(template=postgres_template)
    _hire(url, keys)
    return str(make_url(url).database)


def _hire(url: str, keys: KeyRing) -> None:
    storage = open_storage(url, keys, zone=MORNING.tzinfo)
    sample_office(storage=storage)
    storage.close()


@pytest.fixture
def new_url(tmp_path, request) -> Callable[..., str]:
    """Make a migrated database of a kind, empty or with the staff of the sample office; return its address."""
    numbers = iter(range(1000))

    def run(kind: str, *, staffed: bool = False) -> str:
        wanted = "staffed_" if staffed else ""
        if kind == "sqlite":
            path = tmp_path / f"records-{next(numbers)}.sqlite3"
            shutil.copy(request.getfixturevalue(f"{wanted}sqlite_template"), path)
            return f"sqlite:///{path}"
        server = request.getfixturevalue("postgres_server")
        made = server.create_database(template=request.getfixturevalue(f"{wanted}postgres_template"))
        request.addfinalizer(lambda: server.drop_database(made))
        return made

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, new_url) -> str:
    """Address of a database where the staff of the sample office is on record, once of each kind."""
    return new_url(request.param, staffed=True)


@pytest.fixture
def open_kit(keys, tmp_path):
    """Open an office on a database, with a folder store; everything is closed at the end."""
    with ExitStack() as stack:

        def run(url: str, **given) -> OfficeKit:
            storage = open_storage(url, keys, zone=MORNING.tzinfo)
            stack.callback(storage.close)
            given.setdefault("documents", FolderDocumentStore(tmp_path / "documents"))
            return sample_office(storage=storage, **given)

        yield run


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def any_kit(request, new_url, open_kit) -> OfficeKit:
    """An office, once on each kind of store."""
    return sample_office() if request.param == "memory" else open_kit(new_url(request.param, staffed=True))


@pytest.fixture
def database_kit(url, open_kit) -> OfficeKit:
    """An office on a real database, once of each kind."""
    return open_kit(url)


@pytest.fixture
def kit() -> OfficeKit:
    """An office in memory."""
    return sample_office()
