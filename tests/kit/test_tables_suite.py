"""The kit for tables of plugins: the example passes it, and what is wrong with made-up ones is caught."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.hooks import BlindColumn, TablesEntry
from perizinan_core.storage.tables import plugin_metadata, table_name
from perizinan_core.testing import TablesSuite

EXAMPLE = Path(__file__).parents[2] / "examples" / "guest-book"
sys.path.insert(0, str(EXAMPLE))

import guest_book  # noqa: E402 - an example, which is not installed

sys.path.remove(str(EXAMPLE))


class TestGuestBook(TablesSuite):
    """The example of the guide."""

    metadata = guest_book.visits.metadata

    @pytest.fixture
    def entry(self) -> TablesEntry:
        """As the example registers it."""
        (entry,) = guest_book.register_tables()
        return entry


def visits(name: str = "visits", *more: sa.Column[object], named: bool = True) -> sa.MetaData:
    """Return the tables of the example, changed."""
    metadata = plugin_metadata() if named else sa.MetaData()
    sa.Table(
        table_name("guestbook", name),
        metadata,
        *(column._copy() for column in guest_book.visits.columns),
        *more,
    )
    return metadata


def suite(made: sa.MetaData) -> TablesSuite:
    """Return the tests for a description of tables."""

    class Suite(TablesSuite):
        metadata = made

    return Suite()


@pytest.fixture
def entry() -> TablesEntry:
    """As the example registers it."""
    (entry,) = guest_book.register_tables()
    return entry


COMPARED: dict[str, Callable[[], sa.MetaData]] = {
    "a column that no migration makes": lambda: visits("visits", sa.Column("note", sa.String)),
    "a table that no migration makes": lambda: visits("guests"),
    "a constraint that no migration makes": lambda: visits(
        "visits", sa.Column("code", sa.String, unique=True)
    ),
}


@pytest.mark.parametrize("fault", COMPARED)
def test_what_the_migrations_do_not_make_is_caught(entry, tmp_path, fault):
    """By the comparison with what the code uses."""
    with pytest.raises(AssertionError):
        suite(COMPARED[fault]()).test_the_migrations_make_the_tables_that_the_code_uses(
            f"sqlite:///{tmp_path / 'own.sqlite3'}", entry
        )


def test_names_that_are_not_the_plugins_are_caught(entry):
    """Of tables, and of constraints that SQLAlchemy names by itself."""
    with pytest.raises(AssertionError):
        suite(visits(named=False)).test_the_names_are_those_of_the_plugin(entry)
    with pytest.raises(AssertionError):
        suite(guest_book.visits.metadata).test_the_names_are_those_of_the_plugin(
            attrs.evolve(entry, name="buku")
        )


def test_an_index_that_is_not_there_is_caught(entry):
    """Of a column, and of a table."""
    for table, column in (("visits", "by_email"), ("guests", "id")):
        wrong = attrs.evolve(entry, blind=(BlindColumn(table=table, column=column, text=str),))
        with pytest.raises(AssertionError):
            suite(guest_book.visits.metadata).test_every_index_column_that_is_declared_is_there(wrong)


def test_a_migration_that_was_changed_after_its_release_is_caught(entry, tmp_path):
    """A second one that needs what the first one, as it is now, no longer makes."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    first = (entry.migrations / "0001_visits.py").read_text(encoding="utf-8")
    (folder / "0001_visits.py").write_text(first, encoding="utf-8")
    (folder / "0002_note.py").write_text(
        'from alembic import op\n\nrevision = "0002"\ndown_revision = "0001"\n\n\ndef upgrade():\n'
        '    op.drop_column("perizinan_plugin_guestbook_visits", "gone")\n',
        encoding="utf-8",
    )
    changed = attrs.evolve(entry, migrations=folder)
    with pytest.raises(StorageError):
        suite(
            guest_book.visits.metadata
        ).test_an_office_of_every_earlier_version_of_the_plugin_can_be_upgraded(
            f"sqlite:///{tmp_path / 'own.sqlite3'}", changed, tmp_path / "steps"
        )
