"""
Which revision the tables are at, without loading Alembic.

`REVISIONS` is the history of the migrations, oldest first; a test holds it against the files.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._tables import PREFIX

__all__ = ["REVISIONS", "REVISION_TABLE", "check_revision", "find_revision"]

REVISIONS = (
    "0001",
    "0012",
    "0011",
    "0013",
    "0016",
    "0020",
    "0022",
    "0021",
    "0024",
    "0025",
    "0028",
    "0026",
    "0035",
    "0038",
    "0042",
    "0043",
    "0045",
)
"""All revisions, oldest first."""

REVISION_TABLE = PREFIX + "revision"
"""Where Alembic notes the revision."""


def find_revision(connection: sa.Connection) -> str | None:
    """Return the revision of the tables, or None when there are none."""
    with translated():
        if not sa.inspect(connection).has_table(REVISION_TABLE):
            return None
        table = sa.table(REVISION_TABLE, sa.column("version_num"))
        found = connection.execute(sa.select(table.c.version_num)).scalar()
    return None if found is None else str(found)


def check_revision(engine: sa.Engine, file: Path | None) -> None:
    """
    Refuse tables that this version does not fit.

    Args:
        engine: Of the database.
        file: The SQLite file, which is not created by looking; None for another database.

    Raises:
        StorageError: ``database-missing``: There is no such file.
        StorageError: ``schema-not-migrated``: They are missing or older.
        StorageError: ``schema-too-new``: They are newer.
    """
    if file is not None and not file.exists():
        raise StorageError("database-missing", path=str(file))
    with translated(), engine.connect() as connection:
        found = find_revision(connection)
    if found is None or found in REVISIONS[:-1]:
        raise StorageError("schema-not-migrated", found=found or "none", needed=REVISIONS[-1])
    if found != REVISIONS[-1]:
        raise StorageError("schema-too-new", found=found, newest=REVISIONS[-1])
