"""
Issuing a permit: a saga of three steps that a crash at any point neither loses nor doubles.

1. One unit of work (`_number_steps`): number, status index, the letter frozen in the permit's record,
   ``awaiting_signature``, the lease for the signature. Then number and place are marked as used beside the documents
   (`_used_numbers`). The letter is rehearsed before, so that what could not be
   printed or checked costs no number.
2. Printing and signing (`_signing`), outside any unit of work, under that lease. A key of our own signs what is
   printed, and the signed file is stored. A signing service is asked for a file that is stored before, under the
   write-once name ``unsigned/<letter>``; its answer gets the name ``signed/<letter>`` at once. A service that may
   have signed without being able to say so is never asked again blindly (`ServiceError` with the code
   ``signing-in-doubt``). Timestamp and long-term data are added here too, where the office wants them: the timestamp
   of the signature while it is made, the rest as an extended version of the signed file (`long_term`).
3. One unit of work (`_finishing`): signed file bound to the permit, ``issued``, the old permit superseded, events.

``Issuance.resume`` (the worker) continues where a crash left off.
"""

from __future__ import annotations

import logging
from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.errors.storage import LeaseHeldError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import Application, ApplicationState, OwnStep
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._entitled import require_entitled
from perizinan_core.services._finishing import SYSTEM, FinishingSteps
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._number_steps import NumberSteps
from perizinan_core.services._publication import Publication
from perizinan_core.services._repeats import asked
from perizinan_core.services._signing import LEASE, new_holder
from perizinan_core.workflow import Action
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._issuing import (
    cancel_number,
    check_decider,
    issuing_held,
)
from perizinan_core.workflow._permits import cancel_letter

__all__ = ["SYSTEM", "Issuance"]

_log = logging.getLogger(__name__)


@checked
@attrs.frozen
class Issuance(NumberSteps, FinishingSteps):
    """Takes numbers, makes letters, has them signed."""

    _context: OfficeContext
    _publication: Publication

    @property
    def long_term(self) -> LongTerm:
        """Timestamps and long-term data of the permits."""
        return LongTerm(self._context, self._publication)

    def issue(
        self,
        application_id: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        expected_version: int | None = None,
        now: datetime | None = None,
    ) -> Permit:
        """
        Issue the permit of an approved application; the actor is the signatory.

        Calling it again continues where an earlier call stopped, and after success returns the same permit.

        Args:
            application_id: Approved, or deemed granted.
            actor: The officer who signs, with a position.
            idempotency_key: The same key again gives the same permit.
            expected_version: The version that the signatory saw.
            now: Aware moment; None asks the clock. Its local day is that of the letter.

        Raises:
            WorkflowError: ``delegation-missing``: nothing lets the position sign this permit type today.
            LetterRefusedError: the rehearsal found what keeps the letter from being issued; no number was taken.
            ServiceError: ``signing-in-doubt``: an earlier attempt may have signed.
            LeaseHeldError: someone else is signing it now.
            WorkflowError: the application is not approved, or the actor had another duty in it.
        """
        request = asked("issue", locals())
        moment = self._context.moment(now)
        permit, lease = self._prepare(application_id, actor, request, expected_version, moment)
        return self._complete(permit, actor, moment, lease)

    def rehearse(self, application_id: str, *, actor: Actor, now: datetime | None = None) -> bool:
        """
        Ask everything that `issue` would ask, and print the letter; nothing is taken, kept or signed.

        A key that only a person can open is left alone: what only it could tell is found when it signs.

        Args:
            application_id: The case.
            actor: The officer who would sign, with a position.
            now: Aware moment; None asks the clock.

        Returns:
            False: there is no number to take, because the case is not approved, or has its number.

        Raises:
            PerizinanError: what would keep the letter from being issued, as in `issue`.
        """
        moment = self._context.moment(now)
        trial = self._tried(application_id, actor, moment, without_key=True)
        if trial is None:
            return False
        if trial.signer is not None:
            require_entitled(self._publication, trial.plan, trial.signer, moment)
        return True

    def prepare_deemed(self, application_id: str, *, now: datetime | None = None) -> Permit:
        """
        Take the number and make the letter of an application that the law deems granted, where the permit
        type lets it go to signature by itself. Signing is then up to `resume`, like any other.

        The signatory is the first officer, by id, whose position may sign and who had no duty in the case.
        No number is taken while the fee is not paid, and none where a stage had no officer.

        Raises:
            ServiceError: ``issuance``: there is no such officer.
            WorkflowError: ``payment-outstanding``: the fee is not paid in full.
        """
        context = self._context
        moment = context.moment(now)
        with context.unit_of_work(read_only=True) as work:
            staff = work.officers.list(role=Role.SIGNATORY)
            application = context.load(work, application_id)
        if application.terms is not None:  # a draft has none; its state is refused below
            check_paid(application)
        for officer in sorted(staff, key=lambda item: item.id):
            held = [item for item in officer.positions if item in context.signers.positions()]
            if not held:
                continue
            signer = attrs.evolve(officer.as_actor(), position=held[0], acting_positions=frozenset(held[1:]))
            try:
                rehearsed = self._rehearse(application_id, signer, moment, by=SYSTEM)
            except WorkflowError:
                continue
            foreseen = () if rehearsed is None else rehearsed.foreseen
            with context.unit_of_work(foreseen=foreseen) as work:
                application = context.load(work, application_id, lock=True)
                permit, _ = self._take(work, application, signer, moment, by=SYSTEM, rehearsed=rehearsed)
                work.commit()
            return permit
        raise ServiceError("issuance", reason="no signatory may sign this case")

    def hold(self, application_id: str, error: PerizinanError, *, now: datetime | None = None) -> None:
        """
        Put on record, once for each reason, that a letter cannot be issued without a person.

        Supervisors are notified when the event is delivered; the worker keeps trying.
        """
        context = self._context
        moment = context.moment(now)
        with context.unit_of_work() as work:
            application = context.load(work, application_id)
            known = {
                event.data.get("reason")
                for event in work.history.of(application_id)
                if event.kind is EventKind.ISSUING_HELD
            }
            if error.code in known or application.state not in _UNISSUED:
                return
            happened = issuing_held(application, reason=error.code, actor=SYSTEM, now=moment)
            context.record(work, (happened,), moment)
            work.commit()

    def resume(self, application_id: str, *, now: datetime | None = None) -> Permit | None:
        """
        Continue with a letter that waits for its signature; None when there is nothing to do any more.

        Also None while someone is signing it at this moment.

        Raises:
            PerizinanError: what stopped it, as in `issue`.
        """
        context = self._context
        with context.unit_of_work(read_only=True) as work:
            application = context.load(work, application_id)
            if application.permit_id is None or application.own_step is not OwnStep.SIGN:
                return None
            permit = context.load_permit(work, application.permit_id)
        try:
            return self._complete(permit, SYSTEM, context.moment(now))
        except LeaseHeldError:
            return None

    def hand_in_signed(
        self, permit_id: str, signed_pdf: bytes, *, actor: Actor, now: datetime | None = None
    ) -> Permit:
        """
        Accept the signed file of a permit whose signing was in doubt, looked up in the signing service.

        The file is verified like any other before it is accepted.

        Raises:
            NotFoundError: there is no such permit for this actor.
            WorkflowError: the actor may not decide about it today; see `workflow.check_decider`.
            ServiceError: ``signed-letter-invalid``: the file does not verify.
            ServiceError: ``issuance``: the permit's number was given up meanwhile.
            LeaseHeldError: someone is signing it at this moment.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            permit = context.load_permit(work, permit_id)
            application = context.load(work, permit.application_id)
            permit_type = self._readable(application, permit_id, actor)
        check_decider(
            application,
            permit_type,
            actor,
            Action.SIGN,
            authority=context.authority,
            day=context.local_day(moment),
        )
        if application.permit_id != permit.id:
            raise ServiceError("issuance", reason="the number was given up")
        self._verify(signed_pdf, permit, moment)
        self._keep(signed_pdf, permit)
        return self._complete(permit, actor, moment)

    def cancel(
        self, permit_id: str, *, reason: str, actor: Actor, now: datetime | None = None
    ) -> Application:
        """
        Give up the number of a letter that is not issued, signed or not; it stays in the register, with the
        reason.

        The letter never comes into force: its place in the status list says so, for anyone who got hold of a
        signed file. The application is approved as before, and can take another number or go back.

        Raises:
            NotFoundError: there is no such permit for this actor.
            ServiceError: ``issuance``: the permit is issued, or the number was given up before.
            LeaseHeldError: someone is signing it at this moment.
            WorkflowError: the application does not wait for this signature, or the actor may not decide about
                it today.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            permit, application = context.lock_permit(work, permit_id)
            permit_type = self._readable(application, permit_id, actor)
            if permit.signed_sha256:
                raise ServiceError("issuance", reason="the permit is issued")
            if application.permit_id not in (None, permit.id):
                raise ServiceError("issuance", reason="the number was given up")
            moved = cancel_number(
                application,
                permit_type,
                reason=reason,
                actor=actor,
                authority=context.authority,
                now=moment,
            )
            cancelled = cancel_letter(
                permit, reason=reason, actor=actor, today=context.local_day(moment), now=moment
            )
            # Under the lease, so that no signature is made meanwhile.
            holder = new_holder()
            work.signing_attempts.acquire(
                permit.unsigned_sha256, holder=holder, now=moment, until=moment + LEASE
            )
            work.signing_attempts.fail(permit.unsigned_sha256, holder=holder, error="cancelled", at=moment)
            work.numbers.cancel(
                permit.register,
                permit.register_year,
                permit.sequence,
                reason=reason,
                by=actor.id,
                at=moment,
            )
            work.permits.save(attrs.evolve(cancelled.permit, letter=None), by=actor.id, at=moment)
            changed = context.save(work, moved, actor, moment)
            work.commit()
        return changed

    def _readable(self, application: Application, permit_id: str, actor: Actor) -> PermitType:
        """Return the permit type of a case that the actor may see; the permit of any other does not exist."""
        permit_type = self._context.permit_type_of(application)
        if not access.may_read(application, permit_type, actor):
            raise NotFoundError(kind="permit", key=permit_id)
        return permit_type


_UNISSUED = frozenset({ApplicationState.APPROVED, ApplicationState.AWAITING_SIGNATURE})
