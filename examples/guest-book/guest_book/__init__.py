"""Counts the visits at the counter: a plugin with a table of its own in the office's database."""

from pathlib import Path

import sqlalchemy as sa

from perizinan_core import Office
from perizinan_core.hooks import TablesEntry, hookimpl
from perizinan_core.storage.tables import UtcDateTime, plugin_metadata, table_name

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

visits = sa.Table(
    table_name("guestbook", "visits"),
    plugin_metadata(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
)


@hookimpl
def register_tables() -> list[TablesEntry]:
    """Bring the table; ``perizinan migrate`` makes it."""
    return [TablesEntry(name="guestbook", migrations=Path(__file__).parent / "migrations")]


def note_visit(office: Office, purpose: str) -> None:
    """Note that someone came to the counter."""
    with office.tables("guestbook").transaction() as connection:
        connection.execute(sa.insert(visits).values(at=office.now(), purpose=purpose))


def visits_by_purpose(office: Office) -> dict[str, int]:
    """Return how many came for what."""
    counted = (
        sa.select(visits.c.purpose, sa.func.count().label("number"))
        .group_by(visits.c.purpose)
        .order_by(visits.c.purpose)
    )
    with office.tables("guestbook").transaction(read_only=True) as connection:
        return {row.purpose: row.number for row in connection.execute(counted)}
