"""
What the tables of every plugin must keep (``register_tables``).

::

    class TestMyTables(TablesSuite):
        metadata = my_plugin.METADATA

        @pytest.fixture
        def entry(self):
            (entry,) = my_plugin.register_tables()
            return entry
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import ClassVar

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.hooks import TablesEntry
from perizinan_core.storage import KeyRing, migrate
from perizinan_core.storage._backup import load_records, save_records
from perizinan_core.storage._sql._plugin_tables import is_revision_table
from perizinan_core.storage._table_sets import revision_table, revisions_of, table_name
from perizinan_core.storage.tables import plugin_metadata
from perizinan_core.testing._databases import postgres_database

__all__ = ["TablesSuite"]


class TablesSuite:
    """Subclass it, and give ``metadata`` and ``entry``; tests run on SQLite and on PostgreSQL."""

    metadata: ClassVar[sa.MetaData]
    """The tables as the plugin's code uses them."""

    @pytest.fixture
    def entry(self) -> TablesEntry:
        """Return the record that the plugin registers."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def postgres(cls) -> Iterator[str]:
        """Return the address of a PostgreSQL database for the tests of this class, one after the other."""
        with postgres_database() as url:
            yield url

    @pytest.fixture(params=["sqlite", "postgresql"])
    def address(self, request: pytest.FixtureRequest, tmp_path: Path) -> str:
        """Return the address of an empty database."""
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / 'tables.sqlite3'}"
        found: str = request.getfixturevalue("postgres")
        engine = sa.create_engine(found)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
        return found

    def test_the_migrations_make_the_tables_that_the_code_uses(
        self, address: str, entry: TablesEntry
    ) -> None:
        """Alembic's comparison finds no difference in tables, columns, types, indexes and constraints."""
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        migrate(address, keys=KeyRing.generate(), tables=(entry,))
        engine = sa.create_engine(address)
        try:
            with engine.connect() as connection:
                options = {
                    "version_table": revision_table(entry.name),
                    "compare_type": True,
                    "include_name": lambda name, kind, _: kind != "table" or _is_own(entry, name),
                }
                context = MigrationContext.configure(connection, opts=options)
                differences = compare_metadata(context, self.metadata)
        finally:
            engine.dispose()

        assert differences == []

    def test_an_office_of_every_earlier_version_of_the_plugin_can_be_upgraded(
        self, address: str, entry: TablesEntry, tmp_path: Path
    ) -> None:
        """From each revision to the newest, one step at a time."""
        known, keys = revisions_of(entry), KeyRing.generate()
        for count, revision in enumerate(known, 1):
            folder = tmp_path / revision
            copytree(entry.migrations, folder)
            for path in sorted(folder.glob("[0-9]*.py"))[count:]:
                path.unlink()
            report = migrate(address, keys=keys, tables=(attrs.evolve(entry, migrations=folder),))
            (steps,) = report.tables

            assert (revision,) == steps.applied

    def test_a_backup_holds_every_table_and_puts_it_back(
        self, address: str, entry: TablesEntry, tmp_path: Path
    ) -> None:
        """Into a database of the other kind too."""
        own = {table.name for table in self.metadata.sorted_tables}
        migrate(address, keys=KeyRing.generate(), tables=(entry,))
        saved = save_records(address, tmp_path / "copy.sqlite3")
        target = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        load_records(tmp_path / "copy.sqlite3", target, sets=(entry,))
        engine = sa.create_engine(target)
        restored = set(sa.inspect(engine).get_table_names())
        engine.dispose()

        assert own <= set(saved.rows)
        assert own <= restored

    def test_the_names_are_those_of_the_plugin(self, entry: TablesEntry) -> None:
        """Constraints and indexes as the office names them, so that a refusal names the column."""
        wanted = plugin_metadata().naming_convention

        assert [table.name for table in self.metadata.sorted_tables if not _is_own(entry, table.name)] == []
        assert wanted == self.metadata.naming_convention, "make the metadata with plugin_metadata()"

    def test_every_index_column_that_is_declared_is_there(self, entry: TablesEntry) -> None:
        """A change of keys would fail on one that is not."""
        tables = {table.name: table for table in self.metadata.sorted_tables}
        missing = [
            f"{index.table}.{index.column}"
            for index in entry.blind
            if table_name(entry.name, index.table) not in tables
            or index.column not in tables[table_name(entry.name, index.table)].columns
        ]

        assert missing == []


def _is_own(entry: TablesEntry, name: str | None) -> bool:
    found = name or ""
    return found.startswith(table_name(entry.name, "")) and not is_revision_table(found)
