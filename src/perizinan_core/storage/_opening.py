"""The door to a store of records."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._ports import Storage

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = ["known_keys", "open_storage"]


def open_storage(url: str | sa.Engine, keys: KeyRing, *, zone: tzinfo | None = None) -> Storage:
    """
    Open the records at a database address; SQLAlchemy is loaded only now.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://user@host/name``; or an SQLAlchemy engine of the host
            application, which lends its pool on PostgreSQL and its file on SQLite, and is never disposed of here.
        keys: The keys that the records were, or will be, encrypted with.
        zone: Time zone of the authority, for the columns that hold local days; None: moments are taken on
            the day that their own offset tells.

    Raises:
        StorageError: ``invalid-database-url``: The address is of no known form.
        StorageError: ``database-driver-missing``: psycopg is not installed.
        DatabaseUnavailableError: The database does not answer.
        StorageError: ``schema-not-migrated``: ``perizinan migrate`` was not run.
        StorageError: ``schema-too-new``: It was, by a newer version.
        StorageError: ``unknown-key``: These are the keys of another store.
    """
    from perizinan_core.storage._sql._store import SqlStorage

    return SqlStorage(url, keys, zone=zone)


def known_keys(url: str | sa.Engine) -> tuple[str, ...]:
    """
    Return the ids of the keys that the records at a database address need; needs no key, changes nothing.

    Returns:
        Sorted; empty when there is no database, no table or no record yet.

    Raises:
        StorageError: ``invalid-database-url``: The address is of no known form.
        DatabaseUnavailableError: The database does not answer.
    """
    from perizinan_core.storage._sql._key_ids import find_key_ids

    return find_key_ids(url)
