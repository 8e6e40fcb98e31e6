"""
Issuing a permit: a saga of three steps that a crash at any point neither loses nor doubles.

1. One unit of work: number, status index, frozen letter, unsigned PDF stored, ``awaiting_signature``.
   The letter is rehearsed before, so that a text that no font shows costs no number.
2. Signing, outside any unit of work, under one lease for each document. Before a signer is asked, the
   store is asked whether the signed file is there already: its write-once name ``signed/<unsigned>`` is
   made the moment the signer has answered. A signing service that may have signed without being able to
   say so is never asked again blindly (`ServiceError` with the code ``signing-in-doubt``).
   Timestamp and long-term data are added here too, where the office wants them: the timestamp of the
   signature while it is made, the rest as an extended version of the signed file (`long_term`).
3. One unit of work: signed file bound to the permit, ``issued``, the old permit superseded, events.

``Issuance.resume`` (the worker) continues where a crash left off.
"""

from __future__ import annotations

import logging
from datetime import datetime
from io import BytesIO

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.storage import LeaseHeldError, RecordNotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState, OwnStep
from perizinan_core.model._events import EventKind
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._confirmations import confirmed, require_confirmed
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._entitled import require_entitled
from perizinan_core.services._letters import LetterPlan, compose, plan_letter, statement_of
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._numbering import take_number
from perizinan_core.services._publication import Publication
from perizinan_core.services._rehearsal import Rehearsal, rehearse
from perizinan_core.services._repeats import Asked, asked, once
from perizinan_core.services._signing import LEASE, SigningSteps, name_of_signed, new_holder
from perizinan_core.services._status_list import note_later_change
from perizinan_core.storage import SigningAttempt, SigningState, UnitOfWork
from perizinan_core.workflow import Action
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._issuing import (
    cancel_number,
    check_decider,
    check_issuer,
    check_signer,
    issued,
    issuing_held,
    signing_delegation,
    signing_position,
    to_awaiting_signature,
)
from perizinan_core.workflow._permits import cancel_letter, put_in_force, supersede
from perizinan_core.workflow._renewal import check_previous
from perizinan_core.workflow._transition import Transition

__all__ = ["SYSTEM", "Issuance"]

_log = logging.getLogger(__name__)

SYSTEM = Actor(id="system", kind=ActorKind.SYSTEM, name="Sistem")


_REASONS = {
    ApplicationKind.RENEWAL: "Diperpanjang",
    ApplicationKind.RE_REGISTRATION: "Didaftar ulang",
    ApplicationKind.AMENDMENT: "Diubah",
    ApplicationKind.DUPLICATE: "Diganti duplikat",
    ApplicationKind.CLOSURE: "Dikembalikan oleh pemegang",
}


@checked
@attrs.frozen
class Issuance(SigningSteps):
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
        permit = self._prepare(application_id, actor, request, expected_version, moment)
        return self._complete(permit, actor, moment)

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
        with context.storage.unit_of_work(read_only=True) as work:
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
                self._rehearse(application_id, signer, moment)
            except WorkflowError:
                continue
            with context.storage.unit_of_work() as work:
                application = context.load(work, application_id, lock=True)
                permit = self._take(work, application, signer, moment, by=SYSTEM)
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
        with context.storage.unit_of_work() as work:
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
        with context.storage.unit_of_work(read_only=True) as work:
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
            work.permits.save(cancelled.permit, by=actor.id, at=moment)
            changed = context.save(work, moved, actor, moment)
            work.commit()
        return changed

    # Step 1

    def _prepare(
        self,
        application_id: str,
        actor: Actor,
        request: Asked,
        expected_version: int | None,
        moment: datetime,
    ) -> Permit:
        context = self._context
        self._rehearse(application_id, actor, moment)
        with (
            context.work_for(actor) as work,
            once(work, actor, request, moment) as repeat,
        ):
            application = context.load(work, application_id, lock=True)
            if repeat.result is not None:
                permit = context.load_permit(work, repeat.result["permit"])
                if permit.id == application.permit_id:
                    return permit
                # Its number was given up since: the request is to be done again.
            context.check_version(work, application, expected_version)
            if application.permit_id is not None and application.state in _NUMBERED:
                permit = context.load_permit(work, application.permit_id)
                self._require_signer(application, permit, actor, moment)
                return permit
            permit = self._take(work, application, actor, moment)
            repeat.finish({"permit": permit.id})
            work.commit()
        return permit

    def _rehearse(self, application_id: str, actor: Actor, moment: datetime) -> None:
        """Check signer and delegation and print a draft, before a number is taken."""
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, application_id)
            previous = self._previous(work, application)
            permit_type = context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
            if application.state is not ApplicationState.APPROVED:
                return
            check_paid(application)
            position = self._position(actor, permit_type, moment)
            check_signer(application, permit_type, actor, position)
            plan = self._plan(application, permit_type, previous, position, moment)
            signer = context.signers.signer_for(position)
            check_previous(application, previous, context.local_day(moment), Action.TAKE_NUMBER)
            plan = confirmed(context, work, plan)
            rehearse(Rehearsal(context=context, work=work, application=application, plan=plan, moment=moment))
        require_entitled(self._publication, plan, signer, moment)

    def _take(
        self,
        work: UnitOfWork,
        application: Application,
        actor: Actor,
        moment: datetime,
        *,
        by: Actor | None = None,
    ) -> Permit:
        context = self._context
        permit_type = context.permit_type_of(application)
        position = self._position(actor, permit_type, moment)
        previous = self._previous(work, application, lock=True)
        plan = confirmed(context, work, self._plan(application, permit_type, previous, position, moment))
        if permit_type.register is None:
            raise ServiceError("issuance", reason=f"permit type {permit_type.code!r} has no number register")
        permit_id = new_id()
        number = take_number(context, work, permit_type.register, permit_id, permit_type, actor, moment)
        index = work.status_indexes.take()
        statement = statement_of(context, plan, number=number.text, status_index=index)
        qr_text = self._publication.qr_text(work, statement, now=moment)
        letter = compose(context, plan, number=number.text, status_index=index, qr_text=qr_text)
        stored = context.documents.put(BytesIO(context.renderer.render(letter)))
        permit = Permit(
            id=permit_id,
            authority=context.authority.slug,
            number=number.text,
            register=number.register,
            register_year=number.year,
            sequence=number.sequence,
            permit_type=permit_type.code,
            permit_type_version=permit_type.version,
            application_id=application.id,
            holder=letter.statement.holder,
            object=letter.statement.object,
            issued_on=letter.statement.issued_on,
            valid_from=letter.statement.valid_from,
            valid_until=letter.statement.valid_until,
            validity_text=letter.statement.validity_text,
            position=position,
            delegation=plan.delegation.code,
            unsigned_sha256=stored.sha256,
            status_index=index,
            previous_permit=application.previous_permit,
        )
        moved = to_awaiting_signature(
            application,
            permit_type,
            permit_id=permit.id,
            number=permit.number,
            signer=actor,
            position=position,
            authority=context.authority,
            actor=by or actor,
            now=moment,
            previous_permit=previous,
        )
        permit = work.permits.add(permit, by=actor.id, at=moment)
        context.save(work, moved, actor, moment)
        return permit

    def _plan(
        self,
        application: Application,
        permit_type: PermitType,
        previous: Permit | None,
        position: str,
        moment: datetime,
    ) -> LetterPlan:
        day = self._context.local_day(moment)
        delegation = signing_delegation(self._context.authority, permit_type.code, position, day)
        return plan_letter(application, permit_type, previous, delegation, day)

    def _position(self, actor: Actor, permit_type: PermitType, moment: datetime) -> str:
        """Return for which of the actor's positions the letter is signed."""
        if not actor.positions:
            raise AccessDeniedError(
                "access-denied", actor=actor.id, action="sign", allowed=(Role.SIGNATORY.value,)
            )
        day = self._context.local_day(moment)
        return signing_position(self._context.authority, permit_type.code, actor.positions, day)

    def _previous(self, work: UnitOfWork, application: Application, *, lock: bool = False) -> Permit | None:
        if application.previous_permit is None:
            return None
        return self._context.load_permit(work, application.previous_permit, lock=lock)

    def _readable(self, application: Application, permit_id: str, actor: Actor) -> PermitType:
        """Return the permit type of a case that the actor may see; the permit of any other does not exist."""
        permit_type = self._context.permit_type_of(application)
        if not access.may_read(application, permit_type, actor):
            raise NotFoundError(kind="permit", key=permit_id)
        return permit_type

    def _require_signer(
        self, application: Application, permit: Permit, actor: Actor, moment: datetime
    ) -> None:
        """Pass for who may sign this very letter today: in its position, under a delegation in force."""
        context = self._context
        permit_type = context.permit_type_of(application)
        check_issuer(application, actor)
        check_signer(application, permit_type, actor, permit.position)
        if permit.signed_sha256 is None:
            day = context.local_day(moment)
            signing_delegation(context.authority, permit_type.code, permit.position, day)

    def _require_still_entitled(self, permit: Permit, actor: Actor, moment: datetime) -> None:
        """
        Pass when the letter may be signed at this moment: for the officer who asks, else for its signer.

        Time passes between the number and the signature. Nothing is signed for someone who left, lost the
        role or the position meanwhile, or whose delegation has ended; another holder of the position may ask
        for it. A signature that exists already was made in its time.
        """
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, permit.application_id)
            signer = actor
            if actor.kind is not ActorKind.OFFICER:
                signer = self._signer_on_record(work, application, permit)
            require_confirmed(context, work, context.permit_type_of(permit), permit.issued_on)
        self._require_signer(application, permit, signer, moment)

    def _signer_on_record(self, work: UnitOfWork, application: Application, permit: Permit) -> Actor:
        account = application.signer or "-"
        try:
            officer = work.officers.get(account)
        except RecordNotFoundError as error:
            raise WorkflowError("not-signatory", actor=account, position=permit.position) from error
        if not officer.active:
            raise WorkflowError("not-signatory", actor=account, position=permit.position)
        return officer.as_actor()

    # Step 2

    def _complete(self, permit: Permit, actor: Actor, moment: datetime) -> Permit:
        if permit.signed_sha256 is not None:
            return permit
        holder = new_holder()
        attempt = self._acquire(permit, holder, moment)
        signed = attempt.signed_sha256 or self._context.documents.resolve(name_of_signed(permit))
        if signed is None:
            try:
                self._require_still_entitled(permit, actor, moment)
            except PerizinanError as error:
                self._release(permit, attempt, holder, error, moment)
                raise
            signed = self._sign(permit, attempt, holder, moment)
        else:
            self._verify_found(permit, signed, attempt, holder, moment)
        self._lengthen(permit, signed, attempt, holder, moment)
        return self._finish(permit, signed, attempt, holder, actor, moment)

    # Step 3

    def _finish(
        self,
        permit: Permit,
        signed: str,
        attempt: SigningAttempt,
        holder: str,
        actor: Actor,
        moment: datetime,
    ) -> Permit:
        context = self._context
        with context.storage.unit_of_work() as work:
            current, application = context.lock_permit(work, permit.id)
            if current.signed_sha256 is not None:
                return current
            if attempt.state is not SigningState.FINISHED:
                work.signing_attempts.finish(
                    permit.unsigned_sha256, holder=holder, signed_sha256=signed, at=moment
                )
            put = put_in_force(current, signed_sha256=signed, actor=actor, now=moment)
            moved = issued(
                application,
                put.permit,
                actor=actor,
                now=moment,
                calendar=context.calendar,
                previous_permit=self._previous(work, application, lock=True),
            )
            moved = self._with_warning(moved, put.permit)
            saved = work.permits.save(put.permit, by=actor.id, at=moment)
            context.save(work, moved, actor, moment)
            context.record(work, put.events, moment)
            self._supersede(work, saved, application, moment)
            work.commit()
        return saved

    def _with_warning(self, moved: Transition, permit: Permit) -> Transition:
        """Say in log and event that a permit outlives its signer's certificate without long-term data."""
        ends = self.long_term.outlives_certificate(permit)
        if ends is None:
            return moved
        _log.warning("permit %s outlives its signer's certificate, which ends on %s", permit.id, ends.date())
        noted = {"outlives_certificate": ends.isoformat()}
        events = tuple(
            attrs.evolve(event, data={**event.data, **noted})
            if event.kind is EventKind.PERMIT_ISSUED
            else event
            for event in moved.events
        )
        return attrs.evolve(moved, events=events)

    def _supersede(
        self, work: UnitOfWork, successor: Permit, application: Application, moment: datetime
    ) -> None:
        if successor.previous_permit is None:
            return
        context = self._context
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


_UNISSUED = frozenset({ApplicationState.APPROVED, ApplicationState.AWAITING_SIGNATURE})
_NUMBERED = frozenset({ApplicationState.AWAITING_SIGNATURE, ApplicationState.ISSUED})
