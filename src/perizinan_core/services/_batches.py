"""Use cases of batches: ask for many records at once, see how far it is, stop what has not begun."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._batch import Batch, BatchCounts, BatchItem, BatchItemState, BatchKind
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._arguments import checked
from perizinan_core.services._batch_jobs import RunBatches, place_named
from perizinan_core.services._batch_rules import (
    BatchOffer,
    may_cancel,
    may_see,
    offer_of,
    require_may_begin,
)
from perizinan_core.services._batch_work import BatchWork
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._repeats import Asked, asked, once
from perizinan_core.storage import Page, UnitOfWork

__all__ = ["BatchView", "Batches"]

_MOST = 10_000
"""Records that can be named in one batch; of all permits there may be more."""

_AT_A_TIME = 20


@attrs.frozen(kw_only=True)
class BatchView:
    """How a batch stands."""

    batch: Batch
    counts: BatchCounts

    @property
    def id(self) -> str:
        """Its id."""
        return self.batch.id

    @property
    def is_over(self) -> bool:
        """True when nothing is left to be done."""
        return self.batch.filled and not self.counts.waiting

    @property
    def is_cancelled(self) -> bool:
        """True when it was cancelled: what had not begun is not done."""
        return self.batch.cancelled_at is not None


@checked
@attrs.frozen
class Batches:
    """
    What is asked for many records at once, and done by the workers.

    A batch is on record before anything is done, and so is what became of each of its records: it continues after a
    crash or a restart, and one record with a problem stops no other.
    """

    _context: OfficeContext
    _work: BatchWork

    def offers(self, *, actor: Actor) -> tuple[BatchOffer, ...]:
        """
        Return for each kind whether the actor may begin a batch of it now, and why not.

        Workers sign only with keys that the office opens by itself: a passphrase that a person gives is not stored.

        Raises:
            StaffRecordError: the actor is not what the staff record says.
        """
        with self._context.work_for(actor, read_only=True):
            return tuple(offer_of(self._context, kind, actor) for kind in BatchKind)

    def issue(
        self,
        application_ids: tuple[str, ...],
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> BatchView:
        """
        Have the permits of approved applications issued; each as `Permits.issue` does, under the post of then.

        Args:
            application_ids: Approved applications; one that stands there twice is issued once.
            actor: The officer who signs all of them, with a key that the office opens by itself.
            idempotency_key: The same key again gives the same batch and begins none.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for those without a position.
            ServiceError: ``batch-needs-person``, ``batch-empty``, ``batch-too-large``.
        """
        return self._begin(BatchKind.ISSUE, application_ids, actor, asked("batch-issue", locals()), now)

    def rehearse(
        self,
        application_ids: tuple[str, ...],
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> BatchView:
        """
        Have letters rehearsed: what would keep each from being issued is known before anyone signs.

        Possible for every signatory, because no key is needed; arguments and errors as in `issue`.
        """
        return self._begin(BatchKind.REHEARSE, application_ids, actor, asked("batch-rehearse", locals()), now)

    def verify(
        self,
        permit_ids: tuple[str, ...] | None = None,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> BatchView:
        """
        Have signed files read from the document store, and judged as anyone would who has the records.

        A file that is missing, changed or not sound fails with its problem; a permit that was revoked is sound.

        Args:
            permit_ids: Permits; None: all that were ever issued.
            actor: An administrator, supervisor or auditor, or the host application.
            idempotency_key: The same key again gives the same batch and begins none.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``batch-empty``, ``batch-too-large``.
        """
        return self._begin(BatchKind.VERIFY, permit_ids, actor, asked("batch-verify", locals()), now)

    def renew(
        self,
        *,
        within: timedelta,
        lift: bool = False,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> BatchView:
        """
        Have the archive timestamps of all permits renewed that end soon; see `LongTerm.renew`.

        Args:
            within: Renew when the timestamp service's certificate ends within this span, in whole days.
            lift: Extend also permits that are below the office's level.
            actor: An administrator, or the host application.
            idempotency_key: The same key again gives the same batch and begins none.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            LongTermError: ``timestamps-off``: the office has no timestamp service.
        """
        terms = {"within_days": within.days, "lift": lift}
        request = asked("batch-renew", {**locals(), "within": within.days})
        return self._begin(BatchKind.RENEW, None, actor, request, now, terms)

    def get(self, batch_id: str, *, actor: Actor, now: datetime | None = None) -> BatchView:
        """
        Return how a batch stands.

        Raises:
            NotFoundError: there is none for this actor.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True) as work:
            return _viewed(work, self._seen(work, batch_id, actor), moment)

    def find(self, *, actor: Actor, limit: int = 50, after: str | None = None) -> Page[BatchView]:
        """
        Return a page of batches that the actor may see, the newest first.

        Those who look after the office see all of theirs and what concerns all permits; others their own.
        """
        moment = self._context.moment(None)
        with self._context.work_for(actor, read_only=True) as work:
            # What only some of the looks may show is taken out of the page: it may be shorter than asked for.
            account = str(actor.account)
            sees_others = may_see(_OF_ALL, actor)
            page = work.batches.find(account=None if sees_others else account, limit=limit, after=after)
            shown = [batch for batch in page.items if may_see(batch, actor)]
            counts = work.batches.counts([batch.id for batch in shown], now=moment)
            views = tuple(BatchView(batch=batch, counts=counts[batch.id]) for batch in shown)
        return Page(views, page.next)

    def items(
        self,
        batch_id: str,
        *,
        actor: Actor,
        state: BatchItemState | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page[BatchItem]:
        """
        Return a page of the records of a batch with what became of each, in their order.

        Args:
            batch_id: The batch.
            actor: Who may see it.
            state: Only those in this state, such as `BatchItemState.FAILED`.
            limit: At most so many.
            after: `Page.next` of the page before.

        Raises:
            NotFoundError: there is none for this actor.
            StorageError: ``unknown-cursor``: no page ends so.
        """
        with self._context.work_for(actor, read_only=True) as work:
            self._seen(work, batch_id, actor)
            return work.batches.items(batch_id, state=state, limit=limit, after=after)

    def cancel(self, batch_id: str, *, actor: Actor, now: datetime | None = None) -> BatchView:
        """
        Let nothing of a batch begin any more; what is under way ends, and what was done stays done.

        Raises:
            NotFoundError: there is none for this actor.
            AccessDeniedError: the actor may see it, and did not ask for it.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            batch = self._seen(work, batch_id, actor, lock=True)
            if not may_cancel(batch, actor):
                raise AccessDeniedError(
                    "access-denied",
                    actor=actor.id,
                    action="cancel-batch",
                    allowed=(Role.ADMINISTRATOR.value,),
                )
            if batch.cancelled_at is None:
                cancelled = attrs.evolve(
                    batch, cancelled_at=moment, cancelled_by=str(actor.account), filled=True
                )
                batch = work.batches.save(cancelled, by=actor.id, at=moment)
                stopped = work.batches.stop(batch_id, now=moment)
                _note(context, work, EventKind.BATCH_CANCELLED, batch, actor, moment, stopped=stopped)
            view = _viewed(work, batch, moment)
            work.commit()
        return view

    def work_on(
        self,
        batch_id: str,
        *,
        actor: Actor,
        progress: Callable[[BatchView], None] | None = None,
    ) -> BatchView:
        """
        Do in this thread what is due in a batch, beside any workers; return how it stands then.

        It can be interrupted at any point, and continued here or by a worker.

        Args:
            batch_id: The batch.
            actor: Who may cancel it.
            progress: Called now and then with how it stands. What it raises ends the work.

        Raises:
            NotFoundError: there is none for this actor.
            AccessDeniedError: the actor may see it, and did not ask for it.
        """
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            if not may_cancel(self._seen(work, batch_id, actor), actor):
                raise AccessDeniedError(
                    "access-denied",
                    actor=actor.id,
                    action="work-on-batch",
                    allowed=(Role.ADMINISTRATOR.value,),
                )
        job = RunBatches(context, self._work)
        while True:
            subjects = self._due(batch_id)
            for subject in subjects:
                job.do(subject, context.moment(None))
            view = self.get(batch_id, actor=actor)
            if progress is not None:
                progress(view)
            if not subjects:
                return view

    def _due(self, batch_id: str) -> list[str]:
        moment = self._context.moment(None)
        with self._context.unit_of_work(read_only=True) as work:
            places = work.batches.due(now=moment, batch=batch_id, limit=_AT_A_TIME)
            if not places and batch_id in work.batches.to_fill():
                return [batch_id]
        return [place_named(batch, place) for batch, place in places]

    def _begin(
        self,
        kind: BatchKind,
        subjects: Collection[str] | None,
        actor: Actor,
        request: Asked,
        now: datetime | None,
        terms: Mapping[str, Any] | None = None,
    ) -> BatchView:
        context, moment = self._context, self._context.moment(now)
        wanted = None if subjects is None else tuple(dict.fromkeys(subjects))
        if wanted is not None and not wanted:
            raise ServiceError("batch-empty")
        if wanted is not None and len(wanted) > _MOST:
            raise ServiceError("batch-too-large", count=len(wanted), most=_MOST)
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            if repeat.result is not None:
                return _viewed(work, work.batches.get(repeat.result["batch"]), moment)
            require_may_begin(context, kind, actor)
            batch = work.batches.add(
                Batch(
                    id=new_id(),
                    kind=kind,
                    account=str(actor.account),
                    begun_at=moment,
                    filled=wanted is not None,
                    total=len(wanted or ()),
                    **(terms or {}),
                ),
                by=actor.id,
                at=moment,
            )
            items = [
                BatchItem(batch=batch.id, place=place, subject=subject)
                for place, subject in enumerate(wanted or (), 1)
            ]
            work.batches.add_items(items, at=moment)
            _note(context, work, EventKind.BATCH_BEGUN, batch, actor, moment, records=batch.total or None)
            repeat.finish({"batch": batch.id})
            view = _viewed(work, batch, moment)
            work.commit()
        return view

    def _seen(self, work: UnitOfWork, batch_id: str, actor: Actor, *, lock: bool = False) -> Batch:
        try:
            batch = work.batches.get(batch_id, lock=lock)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="batch", key=batch_id) from error
        if not may_see(batch, actor):
            raise NotFoundError(kind="batch", key=batch_id)
        return batch


_OF_ALL = Batch(
    id="", kind=BatchKind.VERIFY, account="", begun_at=datetime.fromisoformat("2000-01-01T00:00:00+00:00")
)
"""A batch that concerns all permits, of someone else."""


def _viewed(work: UnitOfWork, batch: Batch, moment: datetime) -> BatchView:
    return BatchView(batch=batch, counts=work.batches.counts([batch.id], now=moment)[batch.id])


def _note(
    context: OfficeContext,
    work: UnitOfWork,
    kind: EventKind,
    batch: Batch,
    actor: Actor,
    moment: datetime,
    **data: Any,
) -> None:
    """Write it into the history of the batch; workers are woken by it."""
    said = {"of": batch.kind.value, **{name: value for name, value in data.items() if value is not None}}
    happened = Event(kind=kind, subject=batch.id, at=moment, actor=str(actor.account), data=said)
    context.record(work, (happened,), moment)
