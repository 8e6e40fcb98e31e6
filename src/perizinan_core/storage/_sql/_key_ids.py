"""Which keys a database knows, found without any key."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from perizinan_core.storage._probes import PROBES
from perizinan_core.storage._sql._engine import Origin
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._tables import metadata, settings

__all__ = ["find_key_ids"]


def find_key_ids(source: str | sa.Engine) -> tuple[str, ...]:
    """Return the ids of the keys that were used with a database, sorted; see `known_keys`."""
    origin = Origin.of(source)
    if origin.file is not None and not origin.file.exists():
        return ()
    engine = origin.engine()
    try:
        with translated(), engine.connect() as connection:
            return tuple(sorted(_probed(connection) | _used(connection)))
    finally:
        origin.release(engine)


def _probed(connection: sa.Connection) -> set[str]:
    if not sa.inspect(connection).has_table(settings.name):
        return set()
    found = connection.execute(sa.select(settings.c.value).where(settings.c.key == PROBES)).scalar()
    probes = {} if found is None else json.loads(found)
    return {key_id for purpose in probes.values() for key_id in purpose}


def _used(connection: sa.Connection) -> set[str]:
    """Look at the rows themselves as well: the probes are one row, which may be lost."""
    found: set[str] = set()
    rows: sa.CursorResult[Any]
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        if "key_id" in {column["name"] for column in inspector.get_columns(table.name)}:
            rows = connection.execute(sa.select(sa.column("key_id")).select_from(table).distinct())
            found.update(row.key_id for row in rows if row.key_id is not None)
    return found
