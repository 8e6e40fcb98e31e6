"""The worker's jobs on what does not stay for ever: drafts, files without a record, deliveries that were made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar

import attrs

from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.services._case_jobs import CaseJob
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._drafts import files_of, is_named, remove_draft, remove_if_unused
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._retention_asks import require_not_kept
from perizinan_core.services._work import PATIENT, Moment, OneByOne, WorkDone
from perizinan_core.storage import Backoff, UnitOfWork
from perizinan_core.workflow._retention import announce_draft_end
from perizinan_core.workflow._transition import Transition

__all__ = ["AnnounceDrafts", "ForgetDelivered", "RemoveDrafts", "RemoveUnusedFiles", "RetentionRules"]

_SEEN = "unused-files"
_BATCH = 1000


@attrs.frozen(kw_only=True)
class RetentionRules:
    """How long what stays; in days."""

    drafts: int = 180
    """That no one worked on, the notice before their end included."""

    draft_notice: int = 14
    unused_files: int = 30
    messages: int = 90
    events: int = 7


@attrs.frozen
class AnnounceDrafts(CaseJob):
    """Announces that drafts will be removed on which no one worked for long."""

    _rules: RetentionRules

    name = "announce-drafts"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Drafts that were not saved for long."""
        idle = timedelta(days=max(0, self._rules.drafts - self._rules.draft_notice))
        return work.agenda.idle_drafts(now - idle)

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """Announce it once; the message follows from the event."""
        del work, trial
        if case.state is not ApplicationState.DRAFT:
            return Transition(case), WorkDone()
        days, calendar = self._rules.draft_notice, self.context.calendar
        return announce_draft_end(case, days=days, actor=SYSTEM, now=now, calendar=calendar), WorkDone()


@attrs.frozen
class RemoveDrafts(OneByOne):
    """Removes drafts whose last day is over, of which their applicants were notified."""

    context: OfficeContext

    name: ClassVar[str] = "remove-drafts"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Such drafts."""
        return work.agenda.ended_drafts(self.context.local_day(now))

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Remove one with its files, unless its applicant was faster."""
        context = self.context
        require_not_kept(context, subject)
        with context.unit_of_work() as work:
            case = context.load(work, subject, lock=True)
            last = case.removed_after
            is_over = last is not None and last < context.local_day(now)
            if case.state is not ApplicationState.DRAFT or not is_over:
                return WorkDone()
            remove_draft(context, work, case, SYSTEM, now)
            work.commit()
        context.incoming.remove_case(subject)
        remove_if_unused(context, files_of(case))
        return WorkDone(removed=1)


@attrs.frozen
class RemoveUnusedFiles:
    """
    Removes files that no record has named for long; looks once a day.

    The store does not say since when it has a file, so that the first look only writes down which no record names.
    """

    _context: OfficeContext
    _rules: RetentionRules

    name: ClassVar[str] = "unused-files"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        context = self._context
        today = context.local_day(moment())
        with context.unit_of_work(read_only=True) as work:
            known = work.settings.get(_SEEN) or {}
        if known.get("looked") == today.isoformat():
            return WorkDone()
        before = {sha256: date.fromisoformat(day) for sha256, day in known.get("since", {}).items()}
        unused = self._unused()
        since = {sha256: before.get(sha256, today) for sha256 in unused}
        old = [sha256 for sha256, day in since.items() if (today - day).days >= self._rules.unused_files]
        removed = remove_if_unused(context, old)
        left = {sha256: day.isoformat() for sha256, day in since.items() if context.documents.exists(sha256)}
        with context.unit_of_work() as work:
            work.settings.put(_SEEN, {"looked": today.isoformat(), "since": left})
            work.commit()
        return WorkDone(removed=removed)

    def _unused(self) -> tuple[str, ...]:
        documents = self._context.documents
        linked = {sha256 for _, sha256 in documents.links()}
        with self._context.unit_of_work(read_only=True) as work:
            return tuple(
                document.sha256
                for document in documents.documents()
                if document.sha256 not in linked and not is_named(work, document.sha256)
            )


@attrs.frozen
class ForgetDelivered:
    """Removes what was delivered from the outbox after its time; looks once a day."""

    _context: OfficeContext
    _rules: RetentionRules

    name: ClassVar[str] = "forget-delivered"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        now = moment()
        today = self._context.local_day(now).isoformat()
        with self._context.unit_of_work(read_only=True) as work:
            if work.settings.get(self.name) == today:
                return WorkDone()
        for consumed, days in ((True, self._rules.events), (False, self._rules.messages)):
            while self._forget(now - timedelta(days=days), consumed=consumed) == _BATCH:
                pass
        with self._context.unit_of_work() as work:
            work.settings.put(self.name, today)
            work.commit()
        return WorkDone()

    def _forget(self, before: datetime, *, consumed: bool) -> int:
        with self._context.unit_of_work() as work:
            forgotten = work.outbox.forget_done(before=before, consumed=consumed, limit=_BATCH)
            work.commit()
        return forgotten
