"""
Errors of the storage room: records, locks, numbers, keys, the database itself.

::

    PerizinanError
    └── StorageError
        ├── RecordNotFoundError
        ├── AlreadyExistsError
        ├── StaleObjectError                somebody else saved first; says who and when
        ├── StoredValueError                a record that this version cannot read
        ├── IdempotencyConflictError
        ├── NumberBookError                 a number that was not taken, is in use or was left unexplained
        ├── LeaseError
        │   ├── LeaseHeldError
        │   └── LeaseLostError
        ├── UnitOfWorkError
        │   ├── UnitOfWorkClosedError
        │   └── ReadOnlyUnitOfWorkError
        ├── KeyRingError
        │   ├── InvalidKeyRingError
        │   ├── KeyFileError
        │   ├── UnknownKeyError
        │   ├── SealBrokenError
        │   │   └── RecordNotAsWrittenError a row changed, put back or removed outside the library
        │   ├── MigrationNeedsKeysError
        │   └── StorageKeysLostError
        └── DatabaseError
            ├── InvalidDatabaseUrlError
            ├── DatabaseDriverMissingError
            ├── DatabaseUnavailableError
            │   └── DatabaseBusyError       worth another try
            ├── CommitUnknownError          written or not: nobody can say
            ├── DatabaseDamagedError
            ├── SchemaNotMigratedError
            └── SchemaTooNewError

No error carries personal data, key material, SQL or a password.
"""

from perizinan_core.errors.storage.database import (
    CommitUnknownError,
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseDriverMissingError,
    DatabaseError,
    DatabaseUnavailableError,
    InvalidDatabaseUrlError,
    SchemaNotMigratedError,
    SchemaTooNewError,
)
from perizinan_core.errors.storage.keys import (
    InvalidKeyRingError,
    KeyFileError,
    KeyRingError,
    MigrationNeedsKeysError,
    RecordNotAsWrittenError,
    SealBrokenError,
    StorageKeysLostError,
    UnknownKeyError,
)
from perizinan_core.errors.storage.records import (
    AlreadyExistsError,
    IdempotencyConflictError,
    LeaseError,
    LeaseHeldError,
    LeaseLostError,
    NumberBookError,
    ReadOnlyUnitOfWorkError,
    RecordNotFoundError,
    StaleObjectError,
    StorageError,
    StoredValueError,
    UnitOfWorkClosedError,
    UnitOfWorkError,
)

__all__ = [
    "AlreadyExistsError",
    "CommitUnknownError",
    "DatabaseBusyError",
    "DatabaseDamagedError",
    "DatabaseDriverMissingError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "IdempotencyConflictError",
    "InvalidDatabaseUrlError",
    "InvalidKeyRingError",
    "KeyFileError",
    "KeyRingError",
    "LeaseError",
    "LeaseHeldError",
    "LeaseLostError",
    "MigrationNeedsKeysError",
    "NumberBookError",
    "ReadOnlyUnitOfWorkError",
    "RecordNotAsWrittenError",
    "RecordNotFoundError",
    "SchemaNotMigratedError",
    "SchemaTooNewError",
    "SealBrokenError",
    "StaleObjectError",
    "StorageError",
    "StorageKeysLostError",
    "StoredValueError",
    "UnitOfWorkClosedError",
    "UnitOfWorkError",
    "UnknownKeyError",
]
