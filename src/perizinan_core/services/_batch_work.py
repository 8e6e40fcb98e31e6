"""
What is done for one record of a batch, and how it is written down: once, under a claim that ends by itself.

Each thing is safe to do again, because a worker may be killed between doing and writing: a permit that is issued is
returned as it is, a file is judged once more, a timestamp that is new is left alone.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError, ServiceError, StaffRecordError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._batch import Batch, BatchItem, BatchItemState, BatchKind, BatchProblem
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.model._text import Text
from perizinan_core.services._batch_rules import acting_for, is_passing, require_may_begin
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._issuance import Issuance
from perizinan_core.services._long_term import newest_version
from perizinan_core.services._own_check import look_at
from perizinan_core.services._permits import RecordsStatus
from perizinan_core.services._publication import Publication
from perizinan_core.services._renewal import MAX_PERMIT_BYTES, RenewalRun, renew_one
from perizinan_core.services._work import WorkDone, WorkFailure
from perizinan_core.storage import Backoff, PermitFilter
from perizinan_core.workflow._transition import in_order

__all__ = ["BATCHES", "ISSUED", "LEASE", "PAGE", "BatchWork"]

BATCHES = "batch"
"""Name of the worker's job."""

LEASE = timedelta(minutes=5)
"""Longer than any one thing takes; after it another worker does again what one that died had."""

PAGE = 500
"""Records that are looked up at a time."""

ISSUED = frozenset(PermitStatus) - {PermitStatus.AWAITING_SIGNATURE, PermitStatus.EXPIRED}
"""Statuses, as stored, of permits that have a signed file."""

_RESTS = Backoff(first=timedelta(seconds=10), longest=timedelta(minutes=15), max_attempts=200)
"""What may be otherwise in a while is tried for two days, at least every quarter of an hour."""

_log = logging.getLogger(__name__)


@attrs.frozen
class _Outcome:
    """The result for one record."""

    result: str
    label: str


@attrs.define
class BatchWork:
    """Does what batches ask, record by record."""

    _context: OfficeContext
    _issuance: Issuance
    _publication: Publication
    _renewals: dict[str, RenewalRun] = attrs.field(factory=dict, init=False)
    """What this process learned about the timestamp service, by batch."""

    def fill(self, batch_id: str, now: datetime) -> None:
        """Look up the next records of a batch that is about all permits; the last page ends it."""
        context = self._context
        with context.unit_of_work() as work:
            batch = work.batches.get(batch_id, lock=True)
            if batch.filled:
                return
            if batch.cancelled_at is not None:
                work.batches.save(attrs.evolve(batch, filled=True), by=batch.account, at=now)
                work.commit()
                return
            page = work.permits.find(
                PermitFilter(statuses=ISSUED), limit=PAGE, after=batch.filled_after, newest_first=False
            )
            work.batches.add_items(
                [
                    BatchItem(
                        batch=batch.id, place=batch.total + place, subject=permit.id, label=permit.number
                    )
                    for place, permit in enumerate(page.items, 1)
                ],
                at=now,
            )
            more = attrs.evolve(
                batch,
                total=batch.total + len(page.items),
                filled_after=page.next,
                filled=page.next is None,
            )
            work.batches.save(more, by=batch.account, at=now)
            work.commit()

    def do(self, batch_id: str, place: int, now: datetime) -> WorkDone:
        """Do what is asked for one record, unless another worker has it or did it."""
        context, worker = self._context, new_id()
        with context.unit_of_work() as work:
            batch = work.batches.get(batch_id)
            if batch.cancelled_at is not None:
                work.batches.stop(batch_id, now=now)
                claimed = None
            else:
                claimed = work.batches.claim(batch_id, place, worker=worker, now=now, lease=LEASE)
            work.commit()
        if claimed is None:
            return WorkDone()
        item, attempts = claimed
        try:
            outcome = self._done(batch, item, now)
        except PerizinanError as error:
            pause = _RESTS.delay(attempts)
            if is_passing(error) and pause is not None:
                return self._rests(item, worker, error.code, now + pause)
            return self._failed(item, worker, error, now)
        except Exception as error:  # noqa: BLE001 - a signer of a plugin raises what it likes, and stops no other
            _log.warning("%s/%s of a batch failed: %s", batch_id, place, type(error).__name__)
            reason = ServiceError("batch-item-broken", reason=type(error).__name__)
            return self._failed(item, worker, reason, now)
        done = attrs.evolve(
            item, state=BatchItemState.DONE, result=outcome.result, label=outcome.label or item.label
        )
        return self._finished(done, worker, now)

    def _done(self, batch: Batch, item: BatchItem, now: datetime) -> _Outcome:
        match batch.kind:
            case BatchKind.ISSUE:
                actor = self._signer(batch)
                require_may_begin(self._context, batch.kind, actor)
                with self._context.unit_of_work(read_only=True) as work:
                    moment = in_order(self._context.load(work, item.subject), now)
                permit = self._issuance.issue(item.subject, actor=actor, now=moment)
                return _Outcome(permit.id, permit.number)
            case BatchKind.REHEARSE:
                # The key is not opened, so that this is done for those as well whose key needs a person.
                waits = self._issuance.rehearse(item.subject, actor=self._signer(batch), now=now)
                return _Outcome("ready" if waits else "nothing-to-do", self._receipt_number(item.subject))
            case BatchKind.VERIFY:
                return self._verified(item.subject, now)
            case BatchKind.RENEW:
                run = self._renewals.setdefault(
                    batch.id, RenewalRun(timedelta(days=batch.within_days), batch.lift, None)
                )
                permit = self._permit(item.subject)
                outcome = renew_one(self._context, self._issuance.long_term, permit, run, now)
                return _Outcome(outcome.value, permit.number)

    def _signer(self, batch: Batch) -> Actor:
        """Return the officer who asked, with the post that they have now."""
        officer = acting_for(batch)
        with self._context.unit_of_work(read_only=True) as work:
            try:
                return work.officers.get(officer or "").as_actor()
            except RecordNotFoundError as error:
                raise StaffRecordError(actor=officer or batch.account, difference="unknown") from error

    def _verified(self, permit_id: str, now: datetime) -> _Outcome:
        """
        Judge the newest version of a signed file as anyone would, by the records of this moment.

        Raises:
            ServiceError: ``permit-file-unsound``, ``permit-without-file``.
            DocumentStoreError: the file is not there, or not as it was stored.
        """
        context, permit = self._context, self._permit(permit_id)
        if permit.signed_sha256 is None:
            raise ServiceError("permit-without-file", number=permit.number)
        documents = context.documents
        pdf = documents.read(newest_version(documents, permit.signed_sha256), MAX_PERMIT_BYTES)
        found = look_at(pdf, self._publication.document(now), now, status=RecordsStatus(context))
        if not found.is_sound or found.number != permit.number:
            reason = found.reasons if not found.is_sound else "another-permit"
            raise ServiceError(
                "permit-file-unsound", number=permit.number, verdict=found.verdict, reasons=reason
            )
        return _Outcome(found.verdict, permit.number)

    def _permit(self, permit_id: str) -> Permit:
        with self._context.unit_of_work(read_only=True) as work:
            return self._context.load_permit(work, permit_id)

    def _receipt_number(self, application_id: str) -> str:
        with self._context.unit_of_work(read_only=True) as work:
            return self._context.load(work, application_id).receipt_number or ""

    def _rests(self, item: BatchItem, worker: str, error: str, due_at: datetime) -> WorkDone:
        """Give an item back for a while."""
        with self._context.unit_of_work() as work:
            work.batches.release(item.batch, item.place, worker=worker, due_at=due_at, error=error)
            work.commit()
        return WorkDone(failures=(WorkFailure(job=BATCHES, subject=_name(item), error=error),))

    def _failed(self, item: BatchItem, worker: str, error: PerizinanError, now: datetime) -> WorkDone:
        sentence = Text(error.message("id") or error.code, error.message("en"))
        failed = attrs.evolve(
            item, state=BatchItemState.FAILED, problem=BatchProblem(code=error.code, sentence=sentence)
        )
        if not failed.label and not isinstance(error, NotFoundError):
            failed = attrs.evolve(failed, label=self._label(item.subject))
        return self._finished(failed, worker, now)

    def _label(self, subject: str) -> str:
        try:
            return self._receipt_number(subject)
        except PerizinanError:
            return ""

    def _finished(self, item: BatchItem, worker: str, now: datetime) -> WorkDone:
        at = max(now, self._context.clock())
        with self._context.unit_of_work() as work:
            held = work.batches.finish(attrs.evolve(item, at=at), worker=worker)
            work.commit()
        return WorkDone(batched=int(held))


def _name(item: BatchItem) -> str:
    return f"{item.batch}/{item.place}"
