"""A host's Alembic in the same database: its autogenerate leaves our tables alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from perizinan_core.storage import include_name, migrate
from perizinan_core.storage._sql._tables import metadata


def _host() -> sa.MetaData:
    own = sa.MetaData()
    sa.Table("portal_users", own, sa.Column("id", sa.Integer, primary_key=True))
    return own


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """The database of a host, with our tables and one of its own that its metadata no longer has."""
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    migrate(url)
    made = sa.create_engine(sa.make_url(url))
    with made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE portal_old (id integer)"))
    yield made
    made.dispose()


def _changes(engine: sa.Engine, **options: object) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, _host())
    return sorted((change[0], change[1].name) for change in found if change[0].endswith("_table"))


def test_autogenerate_with_our_filter_touches_the_tables_of_the_host_only(engine):
    """It adds what is new and drops what is gone, and does not see ours."""
    assert [("add_table", "portal_users"), ("remove_table", "portal_old")] == _changes(
        engine, include_name=include_name
    )


def test_without_the_filter_it_would_drop_our_tables(engine):
    """What the filter is for."""
    dropped = {name for change, name in _changes(engine) if change == "remove_table"}

    assert {table.name for table in metadata.sorted_tables} <= dropped


def test_the_names_of_all_our_tables_begin_alike():
    """Also that of a table that is added later."""
    assert all(table.name.startswith("perizinan_") for table in metadata.sorted_tables)
    assert not include_name("perizinan_schema", "table", {})
    assert not include_name("ix_x", "index", {"table_name": "perizinan_events"})
    assert include_name("users", "table", {})
    assert include_name(None, "schema", {})
