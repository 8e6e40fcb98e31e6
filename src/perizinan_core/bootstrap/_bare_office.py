"""
An office without its plugins: settings, records, documents and keys, for those who look after it.

A plugin that hangs or is missing must not keep anyone from a backup, from putting it back, or from looking whether
the records are as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from perizinan_core.bootstrap._keys import open_keys
from perizinan_core.bootstrap._keys_on_record import KeysOnRecord
from perizinan_core.bootstrap._opening import database_url, open_documents, storage_keys
from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.services._used_numbers import UsedNumber, UsedNumbers
from perizinan_core.storage import Storage, open_storage

if TYPE_CHECKING:
    from perizinan_core.documents import DocumentStore
    from perizinan_core.hooks._manager import PluginManager
    from perizinan_core.services._context_parts import OfficeKeys

__all__ = ["BareOffice", "open_bare_office", "plugins_for_recovery"]


@attrs.frozen(kw_only=True)
class _Named:
    slug: str


@attrs.frozen(kw_only=True)
class BareOffice:
    """What there is without a plugin."""

    settings: Settings
    storage: Storage
    documents: DocumentStore
    keys: OfficeKeys
    authority: _Named

    def used_beyond_records(self) -> tuple[UsedNumber, ...]:
        """Return what the documents know as used and the records do not."""
        return UsedNumbers(self).beyond_records()


@contextmanager
def open_bare_office(settings: Settings, manager: PluginManager) -> Iterator[BareOffice]:
    """
    Open the records, documents and keys of an office.

    Args:
        settings: Of the office.
        manager: From `plugins_for_recovery`.

    Raises:
        HookError: ``nothing-registered``: the documents are in a store of a plugin that is not loaded.
        StorageError: the database is missing, not migrated, or the keys are another's.
        BootstrapError: ``office-key-lost``: a key file of the office is missing that was used before.
    """
    # Local days are written with the authority's time zone; reading needs none.
    storage = open_storage(database_url(settings), storage_keys(settings, manager))
    try:
        yield BareOffice(
            settings=settings,
            storage=storage,
            documents=open_documents(settings, manager),
            keys=open_keys(settings, KeysOnRecord(storage)),
            authority=_Named(slug=settings.office.authority),
        )
    finally:
        storage.close()


def plugins_for_recovery(settings: Settings, *, discover: bool = True, tables: bool = False) -> PluginManager:
    """
    Load no plugin but one without which the documents or the tables of plugins cannot be reached.

    Args:
        settings: Of the office.
        discover: False leaves installed plugins out.
        tables: Tables of plugins are to be put back.
    """
    wanted = []
    scheme, mark, _ = settings.storage.documents.partition(":")
    if mark and (scheme != "folder" or scheme in settings.plugins.replaces):
        wanted.append("register_document_stores")
    if tables:
        wanted.append("register_tables")
    return load_plugins(
        disabled=settings.plugins.disabled,
        replaces=settings.plugins.replaces,
        discover=discover and bool(wanted),
        only=wanted,
    )
