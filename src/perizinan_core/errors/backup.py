"""Errors of backups: making, checking and restoring them."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = [
    "BackupError",
    "BackupFolderInUseError",
    "BackupOfAnotherOfficeError",
    "BackupUnusableError",
    "RestoreTargetNotEmptyError",
]


@attrs.define(slots=False, eq=False)
class BackupError(PerizinanError):
    """Any error of a backup."""

    code: ClassVar[str] = "backup"


@attrs.define(slots=False, eq=False)
class BackupFolderInUseError(BackupError):
    """The folder for a new backup holds something."""

    code: ClassVar[str] = "backup-folder-in-use"
    sentence: ClassVar[str] = N_(
        "Expected a new or empty folder for the backup, but {folder} holds something and was left as it is. "
        "Name another folder, e.g. one with today's date."
    )

    folder: str


@attrs.define(slots=False, eq=False)
class BackupUnusableError(BackupError):
    """A folder is not a whole backup; nothing was restored from it."""

    code: ClassVar[str] = "backup-unusable"
    sentence: ClassVar[str] = N_(
        "The backup in {folder} cannot be used: {problem}. Nothing was restored. Take another backup or another "
        "copy of this one."
    )

    folder: str
    problem: str


@attrs.define(slots=False, eq=False)
class BackupOfAnotherOfficeError(BackupError):
    """A backup belongs to another local government than the settings name."""

    code: ClassVar[str] = "backup-of-another-office"
    sentence: ClassVar[str] = N_(
        "The backup in {folder} is one of {found}, but the settings name {expected}. Nothing was restored. "
        "Take the backup of this office, or correct `authority` under [office]."
    )

    folder: str
    found: str
    expected: str


@attrs.define(slots=False, eq=False)
class RestoreTargetNotEmptyError(BackupError):
    """A backup would be restored over something that is there."""

    code: ClassVar[str] = "restore-target-not-empty"
    sentence: ClassVar[str] = N_(
        "Expected an empty {what} to restore into, but {place} holds something; nothing was changed. Name "
        "another place under [storage] in the settings, or move away what is there."
    )

    what: str
    """``"database"`` or ``"document store"``."""

    place: str
    """As the settings write it; never with a password."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind of place."""
        return {"what": translate(self.what, language), "place": self.place}
