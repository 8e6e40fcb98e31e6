"""
Ports of the storage room: what a store of records promises.

Rules:

1. All work happens in a unit of work. Leaving it without `UnitOfWork.commit` undoes everything.
2. After `commit()` returns, the work is on disk; before, no one else sees any of it.
3. An object is saved only if no one saved it since it was read (`StaleObjectError`).
4. Numbers of a register are gap-free and unique per local year, however many take them at once.
5. Personal data reaches the disk encrypted only.
6. One store holds the records of one office.

Implementations: `perizinan_core.storage._sql` (SQLite, PostgreSQL) and `perizinan_core.storage.memory`.
``perizinan_core.testing.storage.StorageSuite`` holds any store to these rules.

Times are aware datetimes and come back in UTC where this module says so; ``by`` is the id of an actor.
Every method raises `StorageError` with the code ``unit-of-work-closed`` outside its unit of work, and every
writing method
`StorageError` with the code ``unit-of-work-read-only`` in a unit of work for reading.
"""

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
from perizinan_core.storage._ports._units import (
    ForeseeingStorage,
    Storage,
    TellsCommits,
    UnitOfWork,
    Written,
)

__all__ = [
    "Agenda",
    "ApplicationRecords",
    "BatchRecords",
    "ComplaintRecords",
    "ContactRecords",
    "Failures",
    "Figures",
    "ForeseeingStorage",
    "History",
    "Idempotency",
    "Numbers",
    "OfficerRecords",
    "Outbox",
    "PermitRecords",
    "SettingRecords",
    "SigningAttempts",
    "StatusIndexes",
    "Storage",
    "SurveyRecords",
    "TellsCommits",
    "TrackingSecrets",
    "UnitOfWork",
    "Written",
]
