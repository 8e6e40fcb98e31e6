"""
The last step of the saga in `_issuance`: the signed file is bound to its permit, which is in force from then on.

What fails once a number is taken is said so: the number stays, and the letter waits for its signature.
"""

from __future__ import annotations

import logging
from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.services._context import OfficeContext, Saving, named
from perizinan_core.services._signatory import require_still_entitled
from perizinan_core.services._signing import Lease, SigningSteps, acquire_lease, name_of_signed
from perizinan_core.services._status_list import note_later_change
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.services._used_numbers import UsedNumbers
from perizinan_core.storage import SigningState, UnitOfWork
from perizinan_core.storage._records import Foreseen
from perizinan_core.workflow._issuing import issued
from perizinan_core.workflow._permits import put_in_force, supersede
from perizinan_core.workflow._transition import Transition

__all__ = ["SYSTEM", "FinishingSteps", "supersede_previous"]

_log = logging.getLogger(__name__)

SYSTEM = Actor(id="system", kind=ActorKind.SYSTEM, name="Sistem")

_REASONS = {
    ApplicationKind.RENEWAL: "Diperpanjang",
    ApplicationKind.RE_REGISTRATION: "Didaftar ulang",
    ApplicationKind.AMENDMENT: "Diubah",
    ApplicationKind.DUPLICATE: "Diganti duplikat",
    ApplicationKind.CLOSURE: "Dikembalikan oleh pemegang",
}


class FinishingSteps(SigningSteps):
    """What `Issuance` does from the number to the permit in force."""

    __slots__ = ()

    def _complete(self, permit: Permit, actor: Actor, moment: datetime, lease: Lease | None = None) -> Permit:
        """
        Have the letter signed and put the permit in force.

        Args:
            permit: Its number is taken.
            actor: Who asks for it.
            moment: Now.
            lease: From the unit of work that took the number just now; None: it is acquired first, and whether the
                signer may still sign is asked again.

        Raises:
            ServiceError: ``signing-unfinished``: disk or database refused.
            ServiceError: ``number-used-elsewhere``: another database used the number with the same documents.
        """
        if permit.signed_sha256 is not None:
            return permit
        try:
            return self._completed(permit, actor, moment, lease)
        except (DocumentStoreUnavailableError, DatabaseUnavailableError) as error:
            raise ServiceError("signing-unfinished", number=permit.number, reason=error.reason) from error

    def _completed(self, permit: Permit, actor: Actor, moment: datetime, lease: Lease | None) -> Permit:
        context = self._context
        if lease is None:
            with context.unit_of_work() as work:
                held = acquire_lease(context, work, permit, moment)
                work.commit()
        else:
            held = lease
        signed = held.attempt.signed_sha256
        if signed is None and lease is None:
            signed = context.documents.resolve(name_of_signed(permit))
        if signed is not None:
            self._verify_found(permit, signed, held, moment)
        else:
            try:
                # From here on number and place count as used, whatever becomes of the records.
                UsedNumbers(context).keep(permit)
                if lease is None:
                    require_still_entitled(context, permit, actor, moment)
            except PerizinanError as error:
                self._release(permit, held, error, moment)
                raise
            signed = self._sign(permit, held, moment)
        self._lengthen(permit, signed, held, moment)
        return self._finish(permit, signed, held, actor, moment)

    def _finish(
        self,
        permit: Permit,
        signed: str,
        lease: Lease,
        actor: Actor,
        moment: datetime,
    ) -> Permit:
        context = self._context
        # Both before others have to wait: the first may read the signed file.
        ends = self.long_term.outlives_certificate(attrs.evolve(permit, letter=None, signed_sha256=signed))
        ending = self._foreseen_ending(permit, signed, lease, ends, actor, moment)
        with context.unit_of_work(foreseen=() if ending is None else ending.foreseen) as work:
            application = context.load(work, permit.application_id, lock=True, known=lease.case)
            current = context.load_permit(work, permit.id, lock=True, known=permit)
            if current.signed_sha256 is not None:
                return current
            if lease.attempt.state is not SigningState.FINISHED:
                work.signing_attempts.finish(
                    permit.unsigned_sha256, holder=lease.holder, signed_sha256=signed, at=moment
                )
            found = _Found(application, current, previous_permit_of(context, work, application, lock=True))
            if ending is None or ending.found != found:
                ending = self._ending(found, signed, ends, actor, moment)
            saved = work.permits.save(ending.permit, by=actor.id, at=moment)
            context.save(work, ending.saving, actor, moment)
            context.record(work, ending.events, moment)
            supersede_previous(context, work, saved, application, moment)
            work.commit()
        return saved

    def _foreseen_ending(
        self,
        permit: Permit,
        signed: str,
        lease: Lease,
        ends: datetime | None,
        actor: Actor,
        moment: datetime,
    ) -> _Ending | None:
        """Return what is written in the end if nothing changed since the number was taken in this very call."""
        case = lease.case
        if case is None:
            return None
        previous = None
        if case.previous_permit is not None:
            with self._context.unit_of_work(read_only=True) as work:
                previous = previous_permit_of(self._context, work, case)
        return self._ending(_Found(case, permit, previous), signed, ends, actor, moment)

    def _ending(
        self, found: _Found, signed: str, ends: datetime | None, actor: Actor, moment: datetime
    ) -> _Ending:
        context = self._context
        put = put_in_force(found.permit, signed_sha256=signed, actor=actor, now=moment)
        moved = issued(
            found.application,
            put.permit,
            actor=actor,
            now=moment,
            calendar=context.calendar,
            previous_permit=found.previous,
        )
        if ends is not None:
            moved = _with_warning(moved, put.permit, ends)
        return _Ending(
            found=found,
            permit=attrs.evolve(put.permit, letter=None),
            events=named(put.events),
            saving=context.saving(moved, actor),
        )


@attrs.frozen
class _Found:
    """What the last step starts from."""

    application: Application
    permit: Permit
    previous: Permit | None


@attrs.frozen(kw_only=True)
class _Ending:
    """What the last step writes."""

    found: _Found
    permit: Permit
    events: tuple[Event, ...]
    saving: Saving

    @property
    def foreseen(self) -> tuple[Foreseen, ...]:
        return (self.permit, *self.events, *self.saving.foreseen)


def supersede_previous(
    context: OfficeContext, work: UnitOfWork, successor: Permit, application: Application, moment: datetime
) -> None:
    """Let a permit that is signed take the place of the one that it renews, amends, duplicates or gives up."""
    if successor.previous_permit is None:
        return
    old = context.load_permit(work, successor.previous_permit, lock=True)
    permit_type = context.permit_type_of(successor)
    basis = permit_type.legal_basis[0] if permit_type.legal_basis else permit_type.source
    done = supersede(
        old,
        context.load(work, old.application_id),
        successor=successor,
        reason=_REASONS.get(application.kind, "Diganti"),
        legal_basis=basis.citation,
        actor=SYSTEM,
        now=moment,
        permit_type=permit_type,
        authority=context.authority,
    )
    saved = work.permits.save(done.permit, by=SYSTEM.id, at=moment)
    note_later_change(work, saved, context.local_day(moment))
    context.record(work, done.events, moment)


def _with_warning(moved: Transition, permit: Permit, ends: datetime) -> Transition:
    """Say in log and event that a permit outlives its signer's certificate without long-term data."""
    _log.warning("permit %s outlives its signer's certificate, which ends on %s", permit.id, ends.date())
    noted = {"outlives_certificate": ends.isoformat()}
    events = tuple(
        attrs.evolve(event, data={**event.data, **noted}) if event.kind is EventKind.PERMIT_ISSUED else event
        for event in moved.events
    )
    return attrs.evolve(moved, events=events)
