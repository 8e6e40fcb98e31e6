"""Tables that plugins bring into the office's database: collected, opened, and named where their plugin is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._manager import PluginManager, PluginState
from perizinan_core.hooks._types import TablesEntry
from perizinan_core.i18n import N_
from perizinan_core.storage import HoldsTables, Storage
from perizinan_core.storage.tables import PluginTables

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["left_tables", "offered_tables", "open_tables", "set_aside", "unsupported"]


def offered_tables(manager: PluginManager) -> tuple[TablesEntry, ...]:
    """
    Return the tables of all plugins that are loaded, in order of name.

    Raises:
        HookError: ``tables-taken``: two plugins bring tables of one name.
    """
    found: dict[str, str] = {}
    entries: list[TablesEntry] = []
    for item in manager.gather("register_tables"):
        other = found.setdefault(item.record.name, item.plugin)
        if other != item.plugin or any(entry.name == item.record.name for entry in entries):
            raise HookError("tables-taken", name=item.record.name, plugin=item.plugin, other=other)
        entries.append(item.record)
    return tuple(sorted(entries, key=lambda entry: entry.name))


def open_tables(storage: Storage, manager: PluginManager) -> Mapping[str, PluginTables]:
    """
    Return access to the tables of every plugin, by name.

    Raises:
        HookError: ``tables-taken``; ``tables-unsupported``: the record store holds no tables of plugins.
        StorageError: ``plugin-tables-not-migrated``, ``plugin-tables-too-new``, ``plugin-migrations``.
    """
    entries = offered_tables(manager)
    if not entries:
        return {}
    if not isinstance(storage, HoldsTables):
        raise unsupported(entries)
    return {entry.name: storage.plugin_tables(entry) for entry in entries}


def set_aside(manager: PluginManager) -> tuple[str, ...]:
    """Return the names of plugins that could not be loaded; those that the settings switch off are meant to be."""
    unusable = (PluginState.FAILED, PluginState.INCOMPATIBLE)
    return tuple(status.name for status in manager.statuses if status.state in unusable)


def unsupported(entries: tuple[TablesEntry, ...]) -> HookError:
    """Return the error that a record store holds no tables of plugins."""
    return HookError("tables-unsupported", names=tuple(entry.name for entry in entries))


def left_tables(office: Office) -> Iterator[OfficeFinding]:
    """Name the tables whose plugin is not loaded: they are kept, and nothing reads them."""
    if not isinstance(office.storage, HoldsTables):
        return
    offered = {entry.name for entry in offered_tables(office.plugins)}
    for name, revision in office.storage.plugin_revisions().items():
        if name not in offered:
            yield OfficeFinding(
                code="plugin-tables-left",
                level=FindingLevel.NOTICE,
                sentence=N_(
                    "The tables of the plugin {name} are there (revision {revision}), but it is not loaded."
                ),
                remedy=N_(
                    "They stay as they are, and backups hold them. Install the plugin again, or see: perizinan "
                    "plugins list"
                ),
                fields={"name": name, "revision": revision},
            )
