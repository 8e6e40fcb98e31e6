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
        │   └── SealBrokenError
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

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

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
    "NumberBookError",
    "ReadOnlyUnitOfWorkError",
    "RecordNotFoundError",
    "SchemaNotMigratedError",
    "SchemaTooNewError",
    "SealBrokenError",
    "StaleObjectError",
    "StorageError",
    "StoredValueError",
    "UnitOfWorkClosedError",
    "UnitOfWorkError",
    "UnknownKeyError",
]

_KINDS = {
    "application": N_("application"),
    "permit": N_("permit"),
    "officer": N_("officer"),
    "number": N_("number"),
    "payment": N_("payment"),
    "record": N_("record"),
    "request": N_("request"),
    "outbox entry": N_("outbox entry"),
    "signing attempt": N_("signing attempt"),
}


_FIELDS = {
    "id": N_("id"),
    "receipt_number": N_("receipt number"),
    "reference": N_("payment reference"),
    "number": N_("number"),
    "register, register_year, sequence": N_("place in the number register"),
    "status_index": N_("place in the status list"),
}


def _kind(name: str, language: str) -> str:
    return translate(_KINDS.get(name, name), language)


@attrs.define(slots=False, eq=False)
class StorageError(PerizinanError):
    """Anything that goes wrong between us and the records."""

    code: ClassVar[str] = "storage"


@attrs.define(slots=False, eq=False)
class RecordNotFoundError(StorageError):
    """No record has this id or number."""

    kind: str
    """``"application"``, ``"permit"``, ``"officer"`` …"""

    key: str
    """The id or number that was asked for."""

    code: ClassVar[str] = "record-not-found"
    sentence: ClassVar[str] = N_("There is no {kind} {key}. Check the id or number and try again.")

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind."""
        return {"kind": _kind(self.kind, language), "key": self.key}


@attrs.define(slots=False, eq=False)
class AlreadyExistsError(StorageError):
    """A value that may exist once exists already; the unit of work was not written."""

    kind: str
    """``"application"``, ``"permit"``, ``"payment"`` …"""

    field: str
    """What must be unique, e.g. ``"receipt_number"``."""

    code: ClassVar[str] = "already-exists"
    sentence: ClassVar[str] = N_(
        "Another {kind} with the same {field} is on record already, and there can be only one. "
        "Look the existing one up instead of adding it again."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and the field."""
        field = translate(_FIELDS.get(self.field, self.field), language)
        return {"kind": _kind(self.kind, language), "field": field}


@attrs.define(slots=False, eq=False)
class StaleObjectError(StorageError):
    """Somebody else saved the same object in the meantime; nothing was overwritten."""

    kind: str
    """``"application"``, ``"permit"`` or ``"officer"``."""

    id: str
    """Id of the object."""

    expected_version: int
    """The version that the change was based on."""

    found_version: int
    """The version on record."""

    changed_by: str
    """Id of the actor who saved last."""

    changed_at: datetime
    """When they did, in UTC."""

    code: ClassVar[str] = "stale-object"
    sentence: ClassVar[str] = N_(
        "The {kind} was changed by {changed_by} at {changed_at} while you were working on it "
        "(you saw version {expected_version}, now it is {found_version}); your change was not saved. "
        "Open it again, look at the change, and decide anew."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and write the time without fractions of a second."""
        return {
            **super().wording(language),
            "kind": _kind(self.kind, language),
            "changed_at": self.changed_at.strftime("%Y-%m-%d %H:%M:%S %Z"),
        }


@attrs.define(slots=False, eq=False)
class StoredValueError(StorageError):
    """A stored record that does not have the form this version of the library knows."""

    kind: str
    """``"application"``, ``"permit"`` …"""

    id: str
    """Id of the record."""

    problems: tuple[str, ...]
    """What does not fit, each with its path; never the values."""

    code: ClassVar[str] = "stored-value"
    sentence: ClassVar[str] = N_(
        "The record of {kind} {id} cannot be read by this version: {problems}. It was not changed. "
        "Use the version of perizinan-core that wrote it, or a newer one."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and join the problems."""
        return {"kind": _kind(self.kind, language), "id": self.id, "problems": "; ".join(self.problems)}


@attrs.define(slots=False, eq=False)
class IdempotencyConflictError(StorageError):
    """An idempotency key that came again with another request."""

    key: str
    """The key that the caller chose."""

    use_case: str
    """The use case it was first used for."""

    code: ClassVar[str] = "idempotency-conflict"
    sentence: ClassVar[str] = N_(
        "The idempotency key {key} was already used for another request ({use_case}). Nothing was done. "
        "Repeat the same request under its key, or send a new request under a new key."
    )


_NUMBER_REASONS = {
    "not-taken": N_("it was never taken"),
    "recorded": N_("it is already written down for something else"),
    "cancelled": N_("it was cancelled, and a cancelled number is never used again"),
    "unexplained": N_("it was taken but neither written down with its use nor cancelled"),
}


@attrs.define(slots=False, eq=False)
class NumberBookError(StorageError):
    """A number of a register that cannot be used like this."""

    register: str
    """Code of the number register."""

    year: int
    """Local year."""

    sequence: int
    """Place in the book."""

    reason: str
    """``"not-taken"``, ``"recorded"``, ``"cancelled"`` or ``"unexplained"``."""

    code: ClassVar[str] = "number-book"
    sentence: ClassVar[str] = N_(
        "Number {sequence} of register {register} in {year}: {reason}. Nothing was written. "
        "Take a new number, and in the same unit of work record what it is for or cancel it with a reason."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the reason."""
        reason = translate(_NUMBER_REASONS[self.reason], language)
        return {**super().wording(language), "year": str(self.year), "reason": reason}


@attrs.define(slots=False, eq=False)
class LeaseError(StorageError):
    """Any error about the right to work on something alone."""

    code: ClassVar[str] = "lease"


@attrs.define(slots=False, eq=False)
class LeaseHeldError(LeaseError):
    """Somebody else is signing this document at the moment."""

    holder: str
    """Who holds the lease."""

    until: datetime
    """Until when, in UTC, unless it is given back earlier."""

    code: ClassVar[str] = "lease-held"
    sentence: ClassVar[str] = N_(
        "{holder} is signing this document until {until}. Nothing was done. "
        "Wait for it to end; if it was interrupted, try again after that time."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Write the time without fractions of a second."""
        return {**super().wording(language), "until": self.until.strftime("%Y-%m-%d %H:%M:%S %Z")}


@attrs.define(slots=False, eq=False)
class LeaseLostError(LeaseError):
    """The lease was no longer held when the work ended."""

    holder: str
    """Who thought to hold it."""

    code: ClassVar[str] = "lease-lost"
    sentence: ClassVar[str] = N_(
        "{holder} no longer has the right to finish signing this document: it took longer than was reserved, "
        "and another one took over or finished it. Nothing was recorded. Look at what is on record first."
    )


@attrs.define(slots=False, eq=False)
class UnitOfWorkError(StorageError):
    """Any error about the use of a unit of work."""

    code: ClassVar[str] = "unit-of-work"


@attrs.define(slots=False, eq=False)
class UnitOfWorkClosedError(UnitOfWorkError):
    """A unit of work that was used before it began or after it ended."""

    code: ClassVar[str] = "unit-of-work-closed"
    sentence: ClassVar[str] = N_(
        "This unit of work is not open: it has been committed or left, or was not entered with “with”. "
        "Open a new one for further work."
    )


@attrs.define(slots=False, eq=False)
class ReadOnlyUnitOfWorkError(UnitOfWorkError):
    """Writing was tried in a unit of work opened for reading."""

    code: ClassVar[str] = "unit-of-work-read-only"
    sentence: ClassVar[str] = N_(
        "This unit of work was opened for reading only. Nothing was written. Open one for writing instead."
    )


@attrs.define(slots=False, eq=False)
class KeyRingError(StorageError):
    """Any error about the keys that protect personal data."""

    code: ClassVar[str] = "key-ring"


@attrs.define(slots=False, eq=False)
class InvalidKeyRingError(KeyRingError):
    """A key ring that cannot be used; the sentence never shows key material."""

    source: str
    """Where it came from, e.g. the name of an environment variable or of a file."""

    problem: str
    """English msgid of what is wrong."""

    code: ClassVar[str] = "invalid-key-ring"
    sentence: ClassVar[str] = N_(
        "The keys from {source} cannot be used: {problem}. Restore the keys from their backup; "
        "records that were encrypted with a lost key cannot be read again."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the problem."""
        return {"source": self.source, "problem": translate(self.problem, language)}


@attrs.define(slots=False, eq=False)
class KeyFileError(KeyRingError):
    """A key file that others could read, or that cannot be read or made."""

    name: str
    """Name of the file, without its folder."""

    problem: str
    """English msgid of what is wrong, or what the operating system said."""

    code: ClassVar[str] = "key-file"
    sentence: ClassVar[str] = N_(
        "The key file {name} cannot be used: {problem}. It must be an ordinary file that only the account of "
        "the service can read and write (chmod 600)."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the problem."""
        return {"name": self.name, "problem": translate(self.problem, language)}


@attrs.define(slots=False, eq=False)
class UnknownKeyError(KeyRingError):
    """Records were encrypted with a key that is not at hand."""

    key_id: str
    """Name of the missing key."""

    known: tuple[str, ...]
    """Names of the keys at hand."""

    code: ClassVar[str] = "unknown-key"
    sentence: ClassVar[str] = N_(
        "The records need the key {key_id}, but only {known} are at hand. Nothing was changed. "
        "Restore the key ring that belongs to this database; a newly made one cannot read it."
    )


@attrs.define(slots=False, eq=False)
class SealBrokenError(KeyRingError):
    """Encrypted data that was changed, damaged or moved to another place."""

    table: str
    """Table of the record."""

    row: str
    """Its id."""

    column: str
    """The encrypted column."""

    code: ClassVar[str] = "seal-broken"
    sentence: ClassVar[str] = N_(
        "The encrypted column {column} of {table} {row} does not pass its check: it was changed outside the "
        "library, damaged, or copied from another row. Restore the record from a backup and find out why."
    )


@attrs.define(slots=False, eq=False)
class DatabaseError(StorageError):
    """Any error of the database itself."""

    code: ClassVar[str] = "database"


@attrs.define(slots=False, eq=False)
class InvalidDatabaseUrlError(DatabaseError):
    """An address that names no database we can use."""

    received: str
    """English msgid of what came, or its scheme; never user, password or host."""

    code: ClassVar[str] = "invalid-database-url"
    sentence: ClassVar[str] = N_(
        "Expected a database address such as sqlite:///perizinan.sqlite3 or "
        "postgresql+psycopg://user@host/name, but got {received}. Correct the address in the configuration."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate what came."""
        return {"received": translate(self.received, language)}


@attrs.define(slots=False, eq=False)
class DatabaseDriverMissingError(DatabaseError):
    """The library that talks to the database is not installed."""

    driver: str
    """Name of the driver, e.g. ``"psycopg"``."""

    code: ClassVar[str] = "database-driver-missing"
    sentence: ClassVar[str] = N_(
        "PostgreSQL needs the package {driver}, which is not installed. "
        "Run: pip install 'perizinan-core[postgresql]'"
    )


@attrs.define(slots=False, eq=False)
class DatabaseUnavailableError(DatabaseError):
    """The database does not answer or refused; nothing of the unit of work was written."""

    reason: str
    """Class of the problem as the database names it, without values."""

    code: ClassVar[str] = "database-unavailable"
    sentence: ClassVar[str] = N_(
        "The database did not do what was asked ({reason}); nothing was written. Check that it runs, "
        "that its disk has room and that the account may use it, then try again."
    )


@attrs.define(slots=False, eq=False)
class DatabaseBusyError(DatabaseUnavailableError):
    """Others held the records for too long; the same unit of work may be tried again."""

    code: ClassVar[str] = "database-busy"
    sentence: ClassVar[str] = N_(
        "The records are in use by others at the moment ({reason}); nothing was written. Try again shortly."
    )


@attrs.define(slots=False, eq=False)
class CommitUnknownError(DatabaseError):
    """The connection broke during the commit: the unit of work was written as a whole or not at all."""

    reason: str
    """Class of the problem as the database names it, without values."""

    code: ClassVar[str] = "commit-unknown"
    sentence: ClassVar[str] = N_(
        "The connection to the database broke while the work was being saved ({reason}); it was saved as a whole "
        "or not at all, and only the records can tell. Look it up before doing it again; a request with an "
        "idempotency key can simply be repeated."
    )


@attrs.define(slots=False, eq=False)
class DatabaseDamagedError(DatabaseError):
    """The database file is damaged or no database at all."""

    reason: str
    """What the database says."""

    code: ClassVar[str] = "database-damaged"
    sentence: ClassVar[str] = N_(
        "The database file is damaged or is no database ({reason}). Stop the service, keep the file, "
        "and restore the last backup."
    )


@attrs.define(slots=False, eq=False)
class SchemaNotMigratedError(DatabaseError):
    """The tables are missing or older than this version needs."""

    found: str
    """Revision of the tables, or ``"none"``."""

    needed: str
    """Revision that this version needs."""

    code: ClassVar[str] = "schema-not-migrated"
    sentence: ClassVar[str] = N_(
        "The database is at revision {found}, but this version needs {needed}. "
        "Make a backup and run: perizinan migrate"
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the word for a database without tables."""
        found = translate(N_("none"), language) if self.found == "none" else self.found
        return {"found": found, "needed": self.needed}


@attrs.define(slots=False, eq=False)
class SchemaTooNewError(DatabaseError):
    """The tables were migrated by a newer version."""

    found: str
    """Revision of the tables."""

    newest: str
    """Newest revision that this version knows."""

    code: ClassVar[str] = "schema-too-new"
    sentence: ClassVar[str] = N_(
        "The database is at revision {found}, which this version does not know (its newest is {newest}): "
        "it was migrated by a newer version. Install that version of perizinan-core, and then run "
        "perizinan migrate if it asks for it."
    )
