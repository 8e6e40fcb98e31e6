"""What keeps an office: its last backup, the last one that was read back, and what retention will remove."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.bootstrap._settings import Settings
from perizinan_core.errors.base import PerizinanError
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import Storage

__all__ = ["Upkeep", "UpkeepState", "note_backup", "note_check"]

_log = logging.getLogger(__name__)

_BACKUP = "upkeep.backup"
_CHECK = "upkeep.backup-check"


@attrs.frozen(kw_only=True)
class Upkeep:
    """How an office is kept."""

    backed_up_at: datetime | None
    """When ``perizinan backup`` was last whole; None: never, as far as the records know."""

    backup_rows: int
    backup_documents: int
    checked_at: datetime | None
    """When a backup was last read back and found whole (``perizinan restore --check``)."""

    draft_days: int
    """After so many days without work a draft is removed."""

    drafts_to_announce: int
    """Drafts whose end is announced next."""

    drafts_to_remove: int
    """Drafts whose announced end is over."""

    message_days: int
    """After so many days it is forgotten which channel took a message."""

    file_days: int
    """After so many days a file is removed that no record names."""


@attrs.frozen
class UpkeepState:
    """Reads it from the records of an open office."""

    _context: OfficeContext
    _settings: Settings

    def state(self, now: datetime | None) -> Upkeep:
        """Return how the office is kept at a moment."""
        context, rules = self._context, self._settings.retention
        moment = context.moment(now)
        idle = timedelta(days=rules.drafts - rules.draft_notice)
        with context.storage.unit_of_work(read_only=True) as work:
            backup, check = work.settings.get(_BACKUP) or {}, work.settings.get(_CHECK) or {}
            to_announce = len(work.agenda.idle_drafts(moment - idle))
            to_remove = len(work.agenda.ended_drafts(context.local_day(moment)))
        return Upkeep(
            backed_up_at=self._at(backup),
            backup_rows=int(backup.get("rows", 0)),
            backup_documents=int(backup.get("documents", 0)),
            checked_at=self._at(check),
            draft_days=rules.drafts,
            drafts_to_announce=to_announce,
            drafts_to_remove=to_remove,
            message_days=rules.messages,
            file_days=rules.unused_files,
        )

    def _at(self, noted: Mapping[str, Any]) -> datetime | None:
        if "at" not in noted:
            return None
        return self._context.calendar.time_zone.local(datetime.fromisoformat(noted["at"]))


def note_backup(storage: Storage, *, at: datetime, rows: int, documents: int) -> None:
    """Note that a backup was made; the backup itself does not know it yet."""
    _note(storage, _BACKUP, {"at": at.isoformat(), "rows": rows, "documents": documents})


def note_check(storage: Storage, *, at: datetime) -> None:
    """Note that a backup was read back and is whole."""
    _note(storage, _CHECK, {"at": at.isoformat()})


def _note(storage: Storage, key: str, value: Mapping[str, Any]) -> None:
    try:
        with storage.unit_of_work() as work:
            work.settings.put(key, dict(value))
            work.commit()
    except PerizinanError as error:  # the backup is whole all the same
        _log.warning("%s was not noted: %s", key, error.code)
