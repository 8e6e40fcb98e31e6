"""The portal's tables in the office's database: short transactions, each for one thing."""

from __future__ import annotations

from contextlib import AbstractContextManager

import attrs
import sqlalchemy as sa

from perizinan_core.storage.tables import PluginTables

__all__ = ["Database"]


@attrs.frozen
class Database:
    """Where the portal's tables are. Never used inside a use case of the office, nor around one."""

    _tables: PluginTables

    def read(self) -> AbstractContextManager[sa.Connection]:
        """Look something up."""
        return self._tables.transaction(read_only=True)

    def write(self) -> AbstractContextManager[sa.Connection]:
        """Change something: all of it, or nothing when an error leaves the block."""
        return self._tables.transaction()
