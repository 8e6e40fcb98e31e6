"""
Records of applications, permits, numbers and events: SQLite, PostgreSQL, or memory for tests.

Needed first: `migrate(url)` once, then `open_storage(url, keys)`::

    keys = KeyRing.open_or_create(Path("keys/storage.json"))
    migrate("sqlite:///perizinan.sqlite3")
    storage = open_storage("sqlite:///perizinan.sqlite3", keys, zone=ZoneInfo("Asia/Jakarta"))
    with storage.unit_of_work() as work:
        work.applications.add(application, by=actor.id, at=now)
        work.commit()

`ports` says what a store promises, `records` what goes in and out. `memory.MemoryStorage` keeps the same
promises without a disk. `rotation.rotate_keys` moves records to new keys.
"""

from perizinan_core.storage._keyring import KEYS_VARIABLE, Key, KeyRing, KeySet
from perizinan_core.storage._migrating import MigrationReport, current_revision, migrate, pending
from perizinan_core.storage._opening import known_keys, open_storage
from perizinan_core.storage._ports import Storage, UnitOfWork
from perizinan_core.storage._records import (
    FARTHEST,
    AheadOfClock,
    ApplicationFilter,
    Backoff,
    IdempotentResult,
    JobFailure,
    LastChange,
    Lookup,
    LookupKind,
    OutboxCounts,
    OutboxEntry,
    Page,
    PermitFilter,
    QueueEntry,
    SigningAttempt,
    SigningState,
    TakenNumber,
)

__all__ = [
    "FARTHEST",
    "KEYS_VARIABLE",
    "AheadOfClock",
    "ApplicationFilter",
    "Backoff",
    "IdempotentResult",
    "JobFailure",
    "Key",
    "KeyRing",
    "KeySet",
    "LastChange",
    "Lookup",
    "LookupKind",
    "MigrationReport",
    "OutboxCounts",
    "OutboxEntry",
    "Page",
    "PermitFilter",
    "QueueEntry",
    "SigningAttempt",
    "SigningState",
    "Storage",
    "TakenNumber",
    "UnitOfWork",
    "current_revision",
    "known_keys",
    "migrate",
    "open_storage",
    "pending",
]
