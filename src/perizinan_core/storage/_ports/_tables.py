"""A store that holds tables of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from perizinan_core.storage._table_sets import TableSet

if TYPE_CHECKING:
    from perizinan_core.storage._sql._table_access import PluginTables

__all__ = ["ChecksRevision", "HoldsTables"]


@runtime_checkable
class HoldsTables(Protocol):
    """What a store offers besides `Storage` when its database holds tables of plugins too."""

    def plugin_tables(self, tables: TableSet) -> PluginTables:
        """
        Return access to a plugin's tables.

        Raises:
            StorageError: ``plugin-tables-not-migrated``: they are missing or older than the plugin needs.
            StorageError: ``plugin-tables-too-new``: they belong to a newer version of it.
        """
        ...

    def plugin_revisions(self) -> dict[str, str]:
        """Return the revisions of all tables of plugins by name, also of plugins that are gone."""
        ...


@runtime_checkable
class ChecksRevision(Protocol):
    """What a store offers besides `Storage` when its tables can change while it is open."""

    def require_current(self) -> None:
        """
        Pass while the database answers and its tables are those of this version.

        Raises:
            StorageError: they were upgraded meanwhile, or are gone.
            DatabaseUnavailableError: the database does not answer.
        """
        ...
