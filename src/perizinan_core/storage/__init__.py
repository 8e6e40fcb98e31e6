"""
Records of applications, permits, numbers and events: SQLite, PostgreSQL, or memory for tests.

Needed first: `migrate(url)` once, then `open_storage(url, keys)`::

    keys = KeyRing.open_or_create(Path("keys/storage.json"))
    migrate("sqlite:///perizinan.sqlite3")
    storage = open_storage("sqlite:///perizinan.sqlite3", keys, zone=ZoneInfo("Asia/Jakarta"))
    with storage.unit_of_work() as work:
        work.applications.add(application, by=actor.id, at=now)
        work.commit()

`Storage` and `UnitOfWork` are the ports: what a store promises, with a class for each group of records. All
work happens in a unit of work; leaving it without `UnitOfWork.commit` undoes everything. A store of your own
is held to the promises by `perizinan_core.testing.storage.StorageSuite`. `perizinan_core.storage.memory` keeps
them without a disk. Tables of plugins are written with `perizinan_core.storage.tables`.
"""

from perizinan_core.storage._alembic import include_name
from perizinan_core.storage._keyring import Key, KeyRing, KeySet
from perizinan_core.storage._migrating import MigrationReport, migrate
from perizinan_core.storage._opening import open_storage
from perizinan_core.storage._ports._agenda import Agenda, Failures
from perizinan_core.storage._ports._batches import BatchRecords
from perizinan_core.storage._ports._books import Numbers, SettingRecords, StatusIndexes
from perizinan_core.storage._ports._cases import ApplicationRecords, OfficerRecords, PermitRecords
from perizinan_core.storage._ports._complaints import ComplaintRecords
from perizinan_core.storage._ports._contacts import ContactRecords
from perizinan_core.storage._ports._events import History, Outbox
from perizinan_core.storage._ports._figures import Figures
from perizinan_core.storage._ports._requests import Idempotency, SigningAttempts, TrackingSecrets
from perizinan_core.storage._ports._surveys import SurveyRecords
from perizinan_core.storage._ports._tables import ChecksRevision, HoldsTables
from perizinan_core.storage._ports._units import Storage, TellsCommits, UnitOfWork, Written
from perizinan_core.storage._records import (
    AheadOfClock,
    ApplicationFilter,
    Backoff,
    Course,
    HistoryFilter,
    IdempotentResult,
    JobFailure,
    LastChange,
    ListOrder,
    Lookup,
    LookupKind,
    OutboxCounts,
    OutboxEntry,
    OutboxFilter,
    OutboxItem,
    OutboxState,
    Page,
    PermitFilter,
    PermitOrder,
    QueueCounts,
    QueueEntry,
    QueueFront,
    SigningAttempt,
    SigningState,
    TakenNumber,
    TrackingSecret,
)
from perizinan_core.storage._table_sets import TableSet, TableSteps

__all__ = [
    "Agenda",
    "AheadOfClock",
    "ApplicationFilter",
    "ApplicationRecords",
    "Backoff",
    "BatchRecords",
    "ChecksRevision",
    "ComplaintRecords",
    "ContactRecords",
    "Course",
    "Failures",
    "Figures",
    "History",
    "HistoryFilter",
    "HoldsTables",
    "Idempotency",
    "IdempotentResult",
    "JobFailure",
    "Key",
    "KeyRing",
    "KeySet",
    "LastChange",
    "ListOrder",
    "Lookup",
    "LookupKind",
    "MigrationReport",
    "Numbers",
    "OfficerRecords",
    "Outbox",
    "OutboxCounts",
    "OutboxEntry",
    "OutboxFilter",
    "OutboxItem",
    "OutboxState",
    "Page",
    "PermitFilter",
    "PermitOrder",
    "PermitRecords",
    "QueueCounts",
    "QueueEntry",
    "QueueFront",
    "SettingRecords",
    "SigningAttempt",
    "SigningAttempts",
    "SigningState",
    "StatusIndexes",
    "Storage",
    "SurveyRecords",
    "TableSet",
    "TableSteps",
    "TakenNumber",
    "TellsCommits",
    "TrackingSecret",
    "TrackingSecrets",
    "UnitOfWork",
    "Written",
    "include_name",
    "migrate",
    "open_storage",
]
