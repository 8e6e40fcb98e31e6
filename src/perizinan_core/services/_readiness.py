"""
Whether an office can serve people at this moment: asked often by what watches a portal.

The worker leaves a note of its rounds, at most one a minute; a portal whose worker is gone takes applications that
no one is notified of.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import ChecksRevision

__all__ = ["WORKER_SILENT", "RoundNotes", "readiness_problems"]

_log = logging.getLogger(__name__)

_KEY = "worker.round"
_EVERY = timedelta(minutes=1)
_SILENT = timedelta(minutes=10)

WORKER_SILENT = "worker-silent"
"""Code: no worker made a round for ten minutes."""


@attrs.frozen
class RoundNotes:
    """When a worker last made a round."""

    _context: OfficeContext

    def note(self) -> None:
        """Note a round that was made; what keeps it from being noted stops no worker."""
        now = self._context.clock()
        try:
            last = self.last()
            if last is not None and last <= now < last + _EVERY:
                return
            with self._context.unit_of_work() as work:
                work.settings.put(_KEY, {"at": now.isoformat()})
                work.commit()
        except PerizinanError as error:
            _log.warning("that the worker made a round was not noted: %s", error.code)

    def last(self) -> datetime | None:
        """Return the moment of the last one that was noted; None: there never was one."""
        with self._context.unit_of_work(read_only=True) as work:
            found = work.settings.get(_KEY)
        return None if found is None else datetime.fromisoformat(found["at"])


def readiness_problems(context: OfficeContext, *, since: datetime) -> tuple[str, ...]:
    """
    Return codes of what keeps the office from serving; nothing when all is well.

    Args:
        context: The office.
        since: From when on a worker should have been at work: a new office has had no round yet.
    """
    try:
        if isinstance(context.storage, ChecksRevision):
            context.storage.require_current()
        last = RoundNotes(context).last()
    except PerizinanError as error:
        return (error.code,)
    now = context.clock()
    seen = since if last is None else max(last, since)
    return (WORKER_SILENT,) if now - seen > _SILENT else ()
