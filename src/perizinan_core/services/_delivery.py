"""The worker's job on the outbox: events to listeners, messages to channels, at least once each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks._notification import Notification, NotificationChannel, SendOutcome
from perizinan_core.model._actor import Role
from perizinan_core.model._application import Application
from perizinan_core.model._events import Event
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._permit import Permit
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._messages import begins, messages_for
from perizinan_core.services._status_list import StatusLists
from perizinan_core.services._work import Moment, WorkDone, WorkFailure, name_of
from perizinan_core.storage import Backoff, OutboxEntry, UnitOfWork
from perizinan_core.workflow._notice import give_notice
from perizinan_core.workflow._transition import Transition

__all__ = ["LEASE", "Deliver"]

LEASE = timedelta(minutes=5)
PATIENT = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=90), max_attempts=120)
"""A failed delivery is tried again for seven days, at least every 90 minutes; then it is given up and named."""

_DEADLY = 200
"""Claims after which an entry seems to kill its workers; more than `PATIENT` makes."""

_LONGEST_NOTE = 500
"""What the outbox keeps of a failure; a longer one is cut and cannot be relied on."""

_BATCH = 20
"""So few that a slow channel is through with them before their lease ends."""

_log = logging.getLogger(__name__)


@attrs.frozen
class Deliver:
    """Delivers what is in the outbox."""

    _context: OfficeContext
    _channels: tuple[tuple[str, NotificationChannel], ...]
    _tell: Callable[[Event], tuple[str, ...]]
    """Tells the plugins' listeners; see `PluginManager.tell`."""

    _status_lists: StatusLists | None = None

    name: ClassVar[str] = "deliver"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`; an entry whose lease ended before its turn is left to the worker that has it then."""
        worker, done = new_id(), WorkDone()
        while entries := self._claim(worker, moment):
            for entry in entries:
                if entry.leased_until is not None and entry.leased_until <= moment():
                    break
                done += self._settled(entry, self._delivered(entry, moment), worker, moment)
        return done

    def _claim(self, worker: str, moment: Moment) -> tuple[OutboxEntry, ...]:
        storage = self._context.storage
        with storage.unit_of_work(read_only=True) as work:
            if not work.outbox.is_due(now=moment()):
                return ()
        with storage.unit_of_work() as work:
            entries = work.outbox.claim(worker, now=moment(), lease=LEASE, limit=_BATCH, max_attempts=_DEADLY)
            work.commit()
        return entries

    def _settled(self, entry: OutboxEntry, error: str | None, worker: str, moment: Moment) -> WorkDone:
        """Write down how a delivery ended, and return it for the report."""
        with self._context.storage.unit_of_work() as work:
            if error is None:
                work.outbox.mark_done(entry.id, worker=worker, at=moment())
            else:
                work.outbox.mark_failed(entry.id, worker=worker, at=moment(), error=error, backoff=PATIENT)
            work.commit()
        if error is None:
            return WorkDone(delivered=1)
        failure = WorkFailure(job=self.name, subject=str(entry.id), error=error)
        return WorkDone(failed=1, failures=(failure,))

    def _delivered(self, entry: OutboxEntry, moment: Moment) -> str | None:
        """Tell listeners and channels; return the name of the last failure, or None."""
        if entry.event is None:
            _log.warning("outbox entry %s cannot be read: %s", entry.id, entry.unreadable)
            return entry.unreadable
        pending = self._pending(entry.last_error)
        try:
            # When channels are noted, everything before them was done in an earlier attempt.
            if pending is None:
                self._tell(entry.event)
            if self._status_lists is not None:
                self._status_lists.note(entry.event)
            notifications = self._messages(entry.id, entry.event, moment())
        except Exception as error:  # noqa: BLE001 - one message must not keep the others waiting
            _log.warning("no message for outbox entry %s: %s", entry.id, name_of(error))
            return name_of(error)
        problems: dict[str, str] = {}
        for notification in notifications:
            for name, channel in self._channels:
                if pending is not None and name not in pending:
                    continue
                try:
                    self._send(name, channel, notification, entry.event, moment)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - a channel of a plugin must not stop the others
                    problems[name] = f"{name}: {type(error).__name__}"
                    _log.warning("channel %s failed: %s", name, type(error).__name__)
        return "; ".join(problems.values()) or None

    def _pending(self, last_error: str | None) -> frozenset[str] | None:
        """
        Return the channels that failed in the last attempt: the others have every message already.

        None: nothing was delivered so far, or the note cannot be relied on; then all channels are called, so that a
        message may arrive twice but never not at all.
        """
        if not last_error or len(last_error) >= _LONGEST_NOTE:
            return None
        notes = [note.split(": ") for note in last_error.split("; ")]
        names = frozenset(note[0] for note in notes if len(note) == 2)
        known = {name for name, _ in self._channels}
        return names if len(names) == len(notes) and names <= known else None

    def _send(
        self, name: str, channel: NotificationChannel, message: Notification, event: Event, moment: Moment
    ) -> None:
        answer = channel.send(message)
        if not isinstance(answer, SendOutcome):
            # As if it had raised: no one knows what it did.
            raise TypeError(name)
        if answer is SendOutcome.ACCEPTED and message.account is None:
            self._told(event, name, moment())

    def _told(self, event: Event, channel: str, now: datetime) -> None:
        """Note that the applicant's side was notified, where time runs from it."""
        context = self._context
        with context.storage.unit_of_work() as work:
            case = self._subject(work, event)[1]
            of = begins(event, case) if case is not None else None
            if case is None or of is None:
                return
            case = context.load(work, case.id, lock=True)
            moved = give_notice(
                case,
                of=of,
                means=NoticeMeans.CHANNEL,
                by=channel,
                actor=SYSTEM,
                now=now,
                calendar=context.calendar,
            )
            if moved != Transition(case):
                context.save(work, moved, SYSTEM, now)
                work.commit()

    def _messages(self, number: int, event: Event, now: datetime) -> tuple[Notification, ...]:
        with self._context.storage.unit_of_work(read_only=True) as work:
            permit, application = self._subject(work, event)
            supervisors = work.officers.list(role=Role.SUPERVISOR)
        if application is None:
            return ()
        return messages_for(
            event,
            id_prefix=f"{self._context.authority.slug}-{number}",
            application=application,
            permit_type=self._context.permit_type_of(application),
            permit=permit,
            authority=self._context.authority,
            language=self._context.language,
            today=self._context.local_day(now),
            supervisors=supervisors,
        )

    def _subject(self, work: UnitOfWork, event: Event) -> tuple[Permit | None, Application | None]:
        if event.kind.value.startswith("permit_"):
            permit = self._context.load_permit(work, event.subject)
            return permit, self._context.load(work, permit.application_id)
        try:
            return None, self._context.load(work, event.subject)
        except NotFoundError:
            return None, None
