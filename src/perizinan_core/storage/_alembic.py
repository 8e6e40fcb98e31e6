"""For a host application with Alembic of its own in the same database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["TABLE_PREFIX", "include_name"]

TABLE_PREFIX = "perizinan_"
"""How the names of all our tables begin, that of the revision included."""


def include_name(name: str | None, type_: str, parent_names: Mapping[str, Any]) -> bool:
    """
    Return False for the tables of an office, so that a host's ``alembic revision --autogenerate`` leaves them alone.

    ::

        from perizinan_core.storage import include_name

        context.configure(connection=connection, target_metadata=metadata, include_name=include_name)

    Without it Alembic would write ``drop_table`` for every table that is not in the host's own metadata. The tables
    of an office are made and upgraded by ``perizinan migrate`` alone.

    Args:
        name: Of what Alembic found in the database.
        type_: What it is: ``"table"``, ``"index"``, ``"schema"`` …
        parent_names: Names of what it belongs to.
    """
    table = name if type_ == "table" else parent_names.get("table_name")
    return not (table or "").startswith(TABLE_PREFIX)
