"""
What happens by itself: deliver events and messages, resume signing, watch windows and time limits.

Any number of workers may run at once; the outbox leases entries, and every step is safe to repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.storage import StorageError
from perizinan_core.hooks.notification import Notification, NotificationChannel
from perizinan_core.model.actor import Role
from perizinan_core.model.application import Application, ApplicationState
from perizinan_core.model.events import Event
from perizinan_core.model.permit import Permit
from perizinan_core.services.assigning import assign_where_possible
from perizinan_core.services.context import OfficeContext, new_id
from perizinan_core.services.held_uploads import HeldUploads
from perizinan_core.services.issuance import SYSTEM, Issuance
from perizinan_core.services.messages import messages_for
from perizinan_core.services.status_list import StatusLists
from perizinan_core.storage import ApplicationFilter, OutboxEntry, UnitOfWork
from perizinan_core.workflow import (
    Transition,
    amount_outstanding,
    deem_granted,
    goes_by_itself,
    is_deemed_due,
    lapse,
    recompute_deadlines,
)

__all__ = ["WorkDone", "Worker"]

LEASE = timedelta(minutes=5)
_BATCH = 100
_PAGE = 200

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class WorkDone:
    """What one round did."""

    delivered: int = 0
    failed: int = 0
    signed: int = 0
    in_doubt: tuple[str, ...] = ()
    """Numbers of permits whose signing needs a person."""

    lapsed: int = 0
    deemed_granted: int = 0
    deadlines_changed: int = 0
    assigned: int = 0
    extended: int = 0
    """Permits that were issued below their level and have reached it."""

    unextended: tuple[str, ...] = ()
    """Numbers of permits that could not be extended in this round; they are tried again."""

    outliving: tuple[str, ...] = ()
    """Numbers of permits signed in this round that outlive their signer's certificate without long-term data."""

    inspected: int = 0
    """Uploads that were held and have been inspected again."""

    @property
    def is_idle(self) -> bool:
        """True when nothing was done; what waits for a person is no reason to look again at once."""
        return attrs.evolve(self, in_doubt=(), unextended=(), outliving=()) == WorkDone()


@attrs.frozen
class Worker:
    """One worker of an office."""

    _context: OfficeContext
    _issuance: Issuance
    _channels: tuple[tuple[str, NotificationChannel], ...]
    _tell: Callable[[Event], tuple[str, ...]]
    """Tells the plugins' listeners; see `PluginManager.tell`."""

    _status_lists: StatusLists | None = None
    """Published anew when something happened, and before it gets old."""

    _uploads: HeldUploads | None = None
    """Held uploads, inspected again after an update."""

    def run_once(self, *, now: datetime | None = None) -> WorkDone:
        """Do everything that is due now, once."""
        moment = self._context.moment(now)
        watched = self.watch(now=moment)
        inspected = self._uploads.inspect_due(now=moment) if self._uploads is not None else 0
        signed, in_doubt, outliving = self._resume(moment)
        extended, unextended = self._issuance.long_term.extend_pending(moment)
        delivered, failed = self.deliver(now=moment)
        if self._status_lists is not None:
            self._status_lists.keep_current(now=moment)
        return attrs.evolve(
            watched,
            delivered=delivered,
            failed=failed,
            signed=signed,
            in_doubt=in_doubt,
            extended=extended,
            unextended=unextended,
            outliving=outliving,
            inspected=inspected,
        )

    def deliver(self, *, now: datetime | None = None) -> tuple[int, int]:
        """Deliver what is in the outbox; return how many were delivered and how many failed."""
        moment = self._context.moment(now)
        worker = new_id()
        delivered = failed = 0
        while True:
            with self._context.storage.unit_of_work() as work:
                entries = work.outbox.claim(worker, now=moment, lease=LEASE, limit=_BATCH)
                work.commit()
            if not entries:
                return delivered, failed
            for entry in entries:
                error = self._deliver(entry)
                with self._context.storage.unit_of_work() as work:
                    if error is None:
                        work.outbox.mark_done(entry.id, worker=worker, at=moment)
                        delivered += 1
                    else:
                        work.outbox.mark_failed(entry.id, worker=worker, at=moment, error=error)
                        failed += 1
                    work.commit()

    def watch(self, *, now: datetime | None = None) -> WorkDone:
        """Let what is overdue lapse, record deemed grants, recount deadlines, assign what has nobody."""
        moment = self._context.moment(now)
        done = WorkDone()
        for state, step in (
            (ApplicationState.CORRECTION_REQUESTED, self._lapse),
            (ApplicationState.SUBMITTED, self._review),
            (ApplicationState.IN_REVIEW, self._review),
            (ApplicationState.APPROVED, self._issue_deemed),
        ):
            for application in self._in_state(state):
                try:
                    done = step(application.id, done, moment)
                except Exception as error:  # noqa: BLE001 - one case must not keep the others waiting
                    _log.warning("case %s was not looked after: %s", application.id, _name_of(error))
        return done

    def _deliver(self, entry: OutboxEntry) -> str | None:
        """Tell listeners and channels; return the name of the last failure, or None."""
        self._tell(entry.event)
        if self._status_lists is not None:
            self._status_lists.note(entry.event)
        try:
            notifications = self._messages(entry)
        except Exception as error:  # noqa: BLE001 - one message must not keep the others waiting
            _log.warning("no message for outbox entry %s: %s", entry.id, _name_of(error))
            return _name_of(error)
        problem = None
        for notification in notifications:
            for name, channel in self._channels:
                try:
                    channel.send(notification)
                except Exception as error:  # noqa: BLE001 - a channel of a plugin must not stop the others
                    problem = f"{name}: {type(error).__name__}"
                    _log.warning("channel %s failed: %s", name, type(error).__name__)
        return problem

    def _messages(self, entry: OutboxEntry) -> tuple[Notification, ...]:
        with self._context.storage.unit_of_work(read_only=True) as work:
            permit, application = self._subject(work, entry.event)
            supervisors = work.officers.list(role=Role.SUPERVISOR)
        if application is None:
            return ()
        return messages_for(
            entry.event,
            id_prefix=f"{self._context.authority.slug}-{entry.id}",
            application=application,
            permit_type=self._context.permit_type_of(application),
            permit=permit,
            authority=self._context.authority,
            language=self._context.language,
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

    def _resume(self, moment: datetime) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
        signed, in_doubt, outliving = 0, [], []
        for permit, error in self._issuance.resume(now=moment):
            if error is None:
                signed += 1
                if self._issuance.long_term.outlives_certificate(permit) is not None:
                    outliving.append(permit.number)
            else:
                in_doubt.append(permit.number)
                _log.warning("signing of permit %s stopped: %s", permit.id, error.code)
        return signed, tuple(in_doubt), tuple(outliving)

    def _in_state(self, state: ApplicationState) -> tuple[Application, ...]:
        found: list[Application] = []
        after: str | None = None
        while True:
            with self._context.storage.unit_of_work(read_only=True) as work:
                page = work.applications.find(
                    ApplicationFilter(states=frozenset({state})), limit=_PAGE, after=after, newest_first=False
                )
            found.extend(page.items)
            if page.next is None:
                return tuple(found)
            after = page.next

    def _lapse(self, application_id: str, done: WorkDone, moment: datetime) -> WorkDone:
        context = self._context
        with context.storage.unit_of_work() as work:
            application = context.load(work, application_id)
            if application.state is not ApplicationState.CORRECTION_REQUESTED:
                return done
            recounted = recompute_deadlines(application, actor=SYSTEM, now=moment, calendar=context.calendar)
            changed = bool(recounted.events)
            if context.local_day(moment) > recounted.application.corrections[-1].answer_by:
                recounted = recounted.then(
                    lambda case: lapse(case, actor=SYSTEM, now=moment, calendar=context.calendar)
                )
                done = attrs.evolve(done, lapsed=done.lapsed + 1)
            if recounted.events:
                context.save(work, recounted, SYSTEM, moment)
                work.commit()
        return attrs.evolve(done, deadlines_changed=done.deadlines_changed + changed)

    def _issue_deemed(self, application_id: str, done: WorkDone, moment: datetime) -> WorkDone:
        with self._context.storage.unit_of_work(read_only=True) as work:
            application = self._context.load(work, application_id)
        if not goes_by_itself(application) or amount_outstanding(application):
            return done
        try:
            self._issuance.prepare_deemed(application_id, now=moment)
        except StorageError:
            raise
        except PerizinanError as error:
            self._issuance.hold_deemed(application_id, error, now=moment)
            raise
        return done

    def _review(self, application_id: str, done: WorkDone, moment: datetime) -> WorkDone:
        context = self._context
        with context.storage.unit_of_work() as work:
            application = context.load(work, application_id)
            if application.state not in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
                return done
            moved = recompute_deadlines(application, actor=SYSTEM, now=moment, calendar=context.calendar)
            done = attrs.evolve(done, deadlines_changed=done.deadlines_changed + bool(moved.events))
            if is_deemed_due(moved.application, context.calendar, moment):
                moved = moved.then(
                    lambda case: deem_granted(
                        case,
                        context.permit_type_of(case),
                        staff=context.staff(work),
                        actor=SYSTEM,
                        now=moment,
                        calendar=context.calendar,
                    )
                )
                done = attrs.evolve(done, deemed_granted=done.deemed_granted + 1)
            else:
                given = assign_where_possible(
                    context, work, moved.application, context.staff(work), SYSTEM, moment
                )
                done = attrs.evolve(done, assigned=done.assigned + len(given.events))
                moved = moved.followed_by(given)
            if moved.events:
                context.save(work, Transition(moved.application, moved.events), SYSTEM, moment)
                work.commit()
        return done


def _name_of(error: Exception) -> str:
    """Return a name that can be logged: texts of errors may hold personal data."""
    return error.code if isinstance(error, PerizinanError) else type(error).__name__
