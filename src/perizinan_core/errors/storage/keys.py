"""Errors of the keys that protect personal data, and of what they encrypted."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.storage.records import StorageError
from perizinan_core.i18n import N_, translate

__all__ = [
    "InvalidKeyRingError",
    "KeyFileError",
    "KeyRingError",
    "MigrationNeedsKeysError",
    "RecordNotAsWrittenError",
    "SealBrokenError",
    "StorageKeysLostError",
    "UnknownKeyError",
]


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
class StorageKeysLostError(KeyRingError):
    """The file with the keys of the records is missing although there are records; none was made."""

    code: ClassVar[str] = "storage-keys-lost"
    sentence: ClassVar[str] = N_(
        "The key file {path} is missing, but the database holds records under the keys {keys}. No new keys were "
        "made: they could not read these records. Restore the file from its backup, or correct the setting "
        "`keys` under [storage]. To begin with an empty office, name another database."
    )

    path: str
    """As the settings write it."""

    keys: tuple[str, ...]
    """Ids of the keys that the database knows."""

    def wording(self, language: str) -> dict[str, object]:
        """Join the ids."""
        del language
        return {"path": self.path, "keys": ", ".join(self.keys)}


_WHAT = {
    "changed": N_("it was changed or added outside the library"),
    "put-back": N_("it was put back to an earlier state"),
    "removed": N_("it was removed"),
}


@attrs.define(slots=False, eq=False)
class RecordNotAsWrittenError(SealBrokenError):
    """A row that was changed, added, put back to an earlier state or removed outside the library."""

    problem: str
    """``"changed"``, ``"put-back"`` or ``"removed"``."""

    code: ClassVar[str] = "record-not-as-written"
    sentence: ClassVar[str] = N_(
        "The row {row} of {table} is not as the library wrote it: {problem}. It was not used. Find out who can "
        "write to the database, restore the row from a backup, and look at all others with: "
        "perizinan records check"
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate what happened to it."""
        return {"row": self.row, "table": self.table, "problem": translate(_WHAT[self.problem], language)}


@attrs.define(slots=False, eq=False)
class MigrationNeedsKeysError(KeyRingError):
    """A migration that seals records was started without the keys."""

    revision: str
    """Revision that needs them."""

    code: ClassVar[str] = "migration-needs-keys"
    sentence: ClassVar[str] = N_(
        "The step {revision} seals the records that are there, and needs the keys for it. Nothing was changed. "
        "Run: perizinan migrate, or hand the key ring to migrate()."
    )
