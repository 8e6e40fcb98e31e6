"""
Records, locks, numbers, keys, and the database itself.

No error carries personal data, key material, SQL or a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import OWN_WORDS, Code, CodedError
from perizinan_core.i18n import N_, translate

__all__ = [
    "AlreadyExistsError",
    "DatabaseUnavailableError",
    "LeaseHeldError",
    "RecordNotFoundError",
    "SealBrokenError",
    "StaleObjectError",
    "StorageError",
    "StoredValueError",
]

_WHAT = {
    "changed": N_("it was changed or added outside the library"),
    "put-back": N_("it was put back to an earlier state"),
    "removed": N_("it was removed"),
}

_KINDS = {
    "application": N_("application"),
    "permit": N_("permit"),
    "officer": N_("officer"),
    "complaint": N_("complaint"),
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


_NUMBER_REASONS = {
    "not-taken": N_("it was never taken"),
    "recorded": N_("it is already written down for something else"),
    "cancelled": N_("it was cancelled, and a cancelled number is never used again"),
    "unexplained": N_("it was taken but neither written down with its use nor cancelled"),
}


class StorageError(CodedError):
    """
    Anything that goes wrong between us and the records.

    Values of its codes:

    - ``driver``: name of the driver, e.g. ``"psycopg"``
    - ``found``: revision of the tables, or ``"none"``
    - ``holder``: who thought to hold it
    - ``key``: the key that the caller chose
    - ``key_id``: name of the missing key
    - ``keys``: ids of the keys that the database knows
    - ``known``: names of the keys at hand
    - ``name``: name of the file, without its folder
    - ``needed``: revision that this version needs
    - ``newest``: newest revision that this version knows
    - ``path``: as the settings write it
    - ``fault``: English msgid of what is wrong
    - ``reason``: class of the problem as the database names it, without values
    - ``received``: English msgid of what was received, or its scheme; never user, password or host
    - ``register``: code of the number register
    - ``revision``: revision that needs them
    - ``sequence``: place in the book
    - ``source``: where it came from, e.g. the name of an environment variable or of a file
    - ``use_case``: the use case it was first used for
    - ``year``: local year
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: "unknown-cursor",
            Category.NOT_FOUND: "record-not-found",
            Category.CONFLICT: "already-exists idempotency-conflict lease-held lease-lost stale-object",
            Category.OFFICE: (
                "database-damaged database-driver-missing database-missing "
                "invalid-database-url invalid-key-ring key-file migration-needs-keys number-book "
                "record-not-as-written schema-not-migrated plugin-index plugin-migration-failed "
                "plugin-migrations plugin-tables-not-migrated plugin-set-aside plugin-tables-too-new "
                "saved-tables-unknown schema-too-new seal-broken storage-keys-lost stored-value "
                "unit-of-work-closed unit-of-work-read-only unknown-key"
            ),
            Category.UNAVAILABLE: "commit-unknown database-busy database-unavailable database-unreachable",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "invalid-database-url": Code(
            N_(
                "Expected a database address such as sqlite:///perizinan.sqlite3 or "
                "postgresql+psycopg://user@host/name, but got {received}. Correct the address in the "
                "configuration."
            ),
            labels={"received": OWN_WORDS},
        ),
        # `received`: The cursor, shortened.
        "unknown-cursor": Code(
            N_(
                "Expected the mark of the page before, as the list gave it, but got {received}. Begin the list "
                "again from its first page."
            )
        ),
        "database-driver-missing": Code(
            N_(
                "PostgreSQL needs the package {driver}, which is not installed. Run: pip install "
                "'psycopg[binary]>=3.3'"
            )
        ),
        # The connection broke during the commit: the unit of work was written as a whole or not at all.
        "commit-unknown": Code(
            N_(
                "The connection to the database broke while the work was being saved ({reason}); it was "
                "saved as a whole or not at all, and only the records can tell. Look it up before doing it "
                "again; a request with an idempotency key can simply be repeated."
            )
        ),
        # `reason`: What the database says.
        "database-damaged": Code(
            N_(
                "The database file is damaged or is not a database ({reason}). Stop the service, keep the "
                "file, and restore the last backup."
            )
        ),
        # `path`: of the SQLite file.
        "database-missing": Code(
            N_(
                "There is no database file {path}. Check the path under [storage] in the settings, or make the "
                "database with: perizinan migrate"
            )
        ),
        "schema-not-migrated": Code(
            N_(
                "The database is at revision {found}, but this version needs {needed}. Make a backup and "
                "run: perizinan migrate"
            ),
            labels={"found": {"none": N_("none")}},
        ),
        # `found`: Revision of the tables.
        "schema-too-new": Code(
            N_(
                "The database is at revision {found}, which this version does not know (its newest is "
                "{newest}): it was migrated by a newer version. Install that version of perizinan-core, and "
                "then run perizinan migrate if it asks for it."
            )
        ),
        # `tables`: Name of a plugin's tables. They are missing or older than the plugin needs.
        "plugin-tables-not-migrated": Code(
            N_(
                "The tables of the plugin {tables} are at revision {found}, but it needs {needed}. Make a backup "
                "and run: perizinan migrate"
            ),
            labels={"found": {"none": N_("none")}},
        ),
        "plugin-tables-too-new": Code(
            N_(
                "The tables of the plugin {tables} are at revision {found}, which the installed version of it does "
                "not know (its newest is {newest}): a newer version made them. Nothing was changed. Install that "
                "version of the plugin."
            )
        ),
        # `tables`: That no loaded plugin brings. `plugins`: Those that could not be loaded.
        "plugin-set-aside": Code(
            N_(
                "The database has tables of the plugin {tables}, and plugins could not be loaded: {plugins}. An "
                "upgrade cannot be taken back, so nothing was changed. Run perizinan plugins doctor and install "
                "versions that work here; or name them under disabled in [plugins]."
            )
        ),
        # A fault of the plugin: its migrations cannot be put in order.
        "plugin-migrations": Code(
            N_(
                "The migrations of the plugin {tables} in {folder} cannot be used: {fault}. Nothing was changed. "
                "Tell those who make the plugin, or name it under disabled in [plugins]."
            ),
        ),
        # `fault`: What it raised, or where it reached.
        "plugin-migration-failed": Code(
            N_(
                "The migration {revision} of the plugin {tables} failed: {fault}. Nothing was changed, neither in "
                "its tables nor in others. Install the version of the plugin that was there before, or name the "
                "plugin under disabled in [plugins] and run perizinan migrate again; tell those who make it."
            ),
        ),
        # `reason`: Class of what the plugin raised.
        "plugin-index": Code(
            N_(
                "The plugin {tables} could not say what the index {column} of a row is made of ({reason}), so the "
                "change of keys stopped there. Keep the old keys, tell those who make the plugin, and repeat it: "
                "perizinan keys rotate --resume"
            )
        ),
        "saved-tables-unknown": Code(
            N_(
                "The backup has tables of the plugin {tables} (revision {revision}), which is not loaded, so nothing "
                "was restored. Install the plugin, or restore without them: --without-tables {tables}"
            )
        ),
        # A key ring that cannot be used; the sentence never shows key material.
        "invalid-key-ring": Code(
            N_(
                "The keys from {source} cannot be used: {fault}. Restore the keys from their backup; "
                "records that were encrypted with a lost key cannot be read again."
            ),
            labels={"fault": OWN_WORDS},
        ),
        # `fault`: English msgid of what is wrong, or what the operating system said.
        "key-file": Code(
            N_(
                "The key file {name} cannot be used: {fault}. It must be an ordinary file that only the "
                "account of the service can read and write (chmod 600)."
            ),
            labels={"fault": OWN_WORDS},
        ),
        "unknown-key": Code(
            N_(
                "The records need the key {key_id}, but only {known} are at hand. Nothing was changed. "
                "Restore the key ring that belongs to this database; a newly made one cannot read it."
            )
        ),
        # The file with the keys of the records is missing although there are records; none was made.
        "storage-keys-lost": Code(
            N_(
                "The key file {path} is missing, but the database holds records under the keys {keys}. No "
                "new keys were made: they could not read these records. Restore the file from its backup, or "
                "correct the setting `keys` under [storage]. To begin with an empty office, name another "
                "database."
            )
        ),
        "migration-needs-keys": Code(
            N_(
                "The step {revision} seals the records that are there, and needs the keys for it. Nothing "
                "was changed. Run: perizinan migrate, or hand the key ring to migrate()."
            )
        ),
        "idempotency-conflict": Code(
            N_(
                "The idempotency key {key} was already used for another request ({use_case}). Nothing was "
                "done. Repeat the same request under its key, or send a new request under a new key."
            )
        ),
        # `reason`: `"not-taken"`, `"recorded"`, `"cancelled"` or `"unexplained"`.
        "number-book": Code(
            N_(
                "Number {sequence} of register {register} in {year}: {reason}. Nothing was written. Take a "
                "new number, and in the same unit of work record what it is for or cancel it with a reason."
            ),
            labels={"reason": _NUMBER_REASONS},
        ),
        "lease-lost": Code(
            N_(
                "{holder} no longer has the right to finish signing this document: it took longer than was "
                "reserved, and another one took over or finished it. Nothing was recorded. Look at what is "
                "on record first."
            )
        ),
        "unit-of-work-closed": Code(
            N_(
                "This unit of work is not open: it has been committed or left, or was not entered with "
                "“with”. Open a new one for further work."
            )
        ),
        "unit-of-work-read-only": Code(
            N_(
                "This unit of work was opened for reading only. Nothing was written. Open one for writing "
                "instead."
            )
        ),
    }


class DatabaseUnavailableError(StorageError):
    """The database does not answer or refused; nothing of the unit of work was written."""

    codes: ClassVar[Mapping[str, Code]] = {
        "database-unavailable": Code(
            N_(
                "The database did not do what was asked ({reason}); nothing was written. Check that it runs, "
                "that its disk has room and that the account may use it, then try again."
            ),
            labels={"reason": OWN_WORDS},
        ),
        # `place`: file, or host, port and name; `reason`: in words.
        "database-unreachable": Code(
            N_(
                "There is no connection to the database {place}: {reason}. Check the address under [storage] in the "
                "settings, the password, and that the database runs; --debug shows what the driver said."
            ),
            labels={"reason": OWN_WORDS},
        ),
        # Others held the records for too long; the same unit of work may be tried again.
        "database-busy": Code(
            N_(
                "The records are in use by others at the moment ({reason}); nothing was written. Try again "
                "shortly."
            )
        ),
    }

    reason: str
    """Class of the problem as the database names it, without values."""


class SealBrokenError(StorageError):
    """
    Encrypted data that was changed, damaged or moved to another place.

    Values of its codes:

    - ``fault``: ``"changed"``, ``"put-back"`` or ``"removed"``
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "seal-broken": Code(
            N_(
                "The encrypted column {column} of {table} {row} does not pass its check: it was changed "
                "outside the library, damaged, or copied from another row. Restore the record from a backup "
                "and find out why."
            )
        ),
        "record-not-as-written": Code(
            N_(
                "The row {row} of {table} is not as the library wrote it: {fault}. It was not used. Find "
                "out who can write to the database, restore the row from a backup, and look at all others "
                "with: perizinan records check"
            ),
            also=("column",),
            labels={"fault": _WHAT},
        ),
    }

    table: str
    """Table of the record."""

    row: str
    """Its id."""

    column: str
    """The encrypted column."""


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
    """Someone else saved the same object in the meantime; nothing was overwritten."""

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
        "The {kind} was changed by {changed_by} at {changed_at} while you were working on it (you "
        "saw version {expected_version}, now it is {found_version}); your change was not saved. Open "
        "it again, look at the change, and decide again."
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
class LeaseHeldError(StorageError):
    """Someone else is signing this document at the moment."""

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
