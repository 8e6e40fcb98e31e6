"""Errors of the database itself and of its tables."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.storage.records import StorageError
from perizinan_core.i18n import N_, translate

__all__ = [
    "CommitUnknownError",
    "DatabaseBusyError",
    "DatabaseDamagedError",
    "DatabaseDriverMissingError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "InvalidDatabaseUrlError",
    "SchemaNotMigratedError",
    "SchemaTooNewError",
]


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
        "Run: pip install 'psycopg[binary]>=3.3'"
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
