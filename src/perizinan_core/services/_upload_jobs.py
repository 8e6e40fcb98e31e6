"""The worker's jobs on uploads: those that are kept without being in their slot, and those that never arrived."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._held_uploads import HeldUploads
from perizinan_core.services._incoming import judge_waiting
from perizinan_core.services._incoming_states import is_over
from perizinan_core.services._work import PATIENT, Moment, OneByOne, WorkDone
from perizinan_core.storage import Backoff, UnitOfWork

__all__ = ["ForgetIncoming", "InspectUploads", "JudgeIncoming"]

_log = logging.getLogger(__name__)


@attrs.frozen
class InspectUploads(OneByOne):
    """Inspects again what another version of the inspection held, and what ran out of time."""

    context: OfficeContext
    _uploads: HeldUploads

    name: ClassVar[str] = "inspect-uploads"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases that hold such an upload."""
        del now
        return work.agenda.uploads_to_inspect(self.context.inspection)

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Inspect what the case holds and is due."""
        return WorkDone(inspected=self._uploads.inspect_case(subject, now=now))


@attrs.frozen
class JudgeIncoming:
    """Judges files that have arrived whole, and whose sender's request or process ended before they were judged."""

    _context: OfficeContext

    name: ClassVar[str] = "judge-incoming"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        return WorkDone(inspected=judge_waiting(self._context, moment()))


@attrs.frozen
class ForgetIncoming:
    """Removes files that arrive in parts whose time is over, or whose case is gone; looks once an hour."""

    _context: OfficeContext

    name: ClassVar[str] = "incoming-files"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        context, now = self._context, moment()
        hour = context.calendar.time_zone.local(now).strftime("%Y-%m-%dT%H")
        with context.unit_of_work(read_only=True) as work:
            if work.settings.get(self.name) == hour:
                return WorkDone()
        removed = 0
        for case in context.incoming.cases():
            try:
                removed += self._removed_of(case, now)
            except PerizinanError as error:
                _log.warning("files on their way to case %s were not looked through: %s", case, error.code)
        with context.unit_of_work() as work:
            work.settings.put(self.name, hour)
            work.commit()
        return WorkDone(removed=removed)

    def _removed_of(self, case: str, now: datetime) -> int:
        folder = self._context.incoming
        with self._context.unit_of_work(read_only=True) as work:
            try:
                self._context.load(work, case)
            except NotFoundError:
                return folder.remove_case(case)
        over = [item for item in folder.of_case(case) if is_over(item, now)]
        return sum(folder.remove(case, item.id) for item in over) + folder.remove_half_made(case)
