"""
The first step of the saga in `_issuance`: a number, and with it everything that the letter says.

One unit of work takes the number and the place in the status list, freezes the letter in the permit's record and
takes the lease for its signature. Nothing is printed while others wait for the register.
"""

from __future__ import annotations

from datetime import date, datetime

from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._confirmations import confirmed
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._entitled import require_entitled
from perizinan_core.services._letters import LetterPlan, compose, plan_letter, statement_of
from perizinan_core.services._number_sources import reserve_number
from perizinan_core.services._numbering import take_number, take_place
from perizinan_core.services._publication import Publication
from perizinan_core.services._published_keys import OwnKeys
from perizinan_core.services._rehearsal import Rehearsal, rehearse
from perizinan_core.services._repeats import Asked, once
from perizinan_core.services._signatory import require_signer
from perizinan_core.services._signing import Lease, acquire_lease, hash_of
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow import Action
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._issuing import (
    check_signer,
    signing_delegation,
    signing_position,
    to_awaiting_signature,
)
from perizinan_core.workflow._renewal import check_previous

__all__ = ["NumberSteps"]

_NUMBERED = frozenset({ApplicationState.AWAITING_SIGNATURE, ApplicationState.ISSUED})


class NumberSteps:
    """What `Issuance` does to take a number for a letter."""

    __slots__ = ()
    _context: OfficeContext
    _publication: Publication

    def _prepare(
        self,
        application_id: str,
        actor: Actor,
        request: Asked,
        expected_version: int | None,
        moment: datetime,
    ) -> tuple[Permit, Lease | None]:
        """Take the number, unless it is taken; then no lease is held."""
        context = self._context
        planned = self._rehearse(application_id, actor, moment)
        with (
            context.work_for(actor) as work,
            once(work, actor, request, moment) as repeat,
        ):
            read = None if planned is None else planned.application
            application = context.load(work, application_id, lock=True, known=read)
            if repeat.result is not None:
                permit = context.load_permit(work, repeat.result["permit"])
                if permit.id == application.permit_id:
                    return permit, None
                # Its number was given up since: the request is to be done again.
            context.check_version(work, application, expected_version)
            if application.permit_id is not None and application.state in _NUMBERED:
                permit = context.load_permit(work, application.permit_id)
                require_signer(context, application, permit, actor, moment)
                return permit, None
            permit, case = self._take(work, application, actor, moment, planned=planned)
            lease = acquire_lease(context, work, permit, moment, case=case)
            repeat.finish({"permit": permit.id})
            work.commit()
        return permit, lease

    def _rehearse(self, application_id: str, actor: Actor, moment: datetime) -> LetterPlan | None:
        """Ask everything that can be asked before others have to wait; return the plan, if a number can be taken."""
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, application_id)
            previous = previous_permit_of(context, work, application)
            permit_type = context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
            if application.state is not ApplicationState.APPROVED:
                return None
            check_paid(application)
            position = self._position(actor, permit_type, moment)
            check_signer(application, permit_type, actor, position)
            plan = self._plan(application, permit_type, previous, position, moment)
            signer = context.signers.signer_for(position)
            check_previous(application, previous, context.local_day(moment), Action.TAKE_NUMBER)
            said = confirmed(context, work, plan)
            rehearse(Rehearsal(context=context, work=work, application=application, plan=said, moment=moment))
            own = OwnKeys(work, "qr", context.local_day, self._publication.status_lists.lead)
            own.require_usable(context.keys.qr.public_key(), moment)
        require_entitled(self._publication, plan, signer, moment)
        reserve_number(context, permit_type.register, application_id, permit_type, moment)
        return plan

    def _take(
        self,
        work: UnitOfWork,
        application: Application,
        actor: Actor,
        moment: datetime,
        *,
        by: Actor | None = None,
        planned: LetterPlan | None = None,
    ) -> tuple[Permit, Application]:
        """
        Take the number, and freeze what the letter says; return permit and case as they were written.

        Args:
            work: The unit of work.
            application: As it stands, locked.
            actor: Who signs.
            moment: Now.
            by: Who takes it; None: the signer.
            planned: From the rehearsal; evaluated again only when the case changed since.
        """
        context = self._context
        permit_type = context.permit_type_of(application)
        position = self._position(actor, permit_type, moment)
        previous = previous_permit_of(context, work, application, lock=True)
        plan = planned
        if plan is None or not _is_of(plan, application, previous, position, context.local_day(moment)):
            plan = self._plan(application, permit_type, previous, position, moment)
        plan = confirmed(context, work, plan)
        if permit_type.register is None:
            raise ServiceError("issuance", reason=f"permit type {permit_type.code!r} has no number register")
        permit_id = new_id()
        number = take_number(
            context, work, permit_type.register, permit_id, permit_type, actor, moment, owner=application.id
        )
        index = take_place(context, work, actor, moment)
        statement = statement_of(context, plan, number=number.text, status_index=index)
        qr_text = self._publication.qr_text(statement)
        letter = compose(context, plan, statement=statement, qr_text=qr_text)
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
            letter=letter,
            unsigned_sha256=hash_of(letter),
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
        return permit, context.save(work, moved, actor, moment)

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


def _is_of(
    plan: LetterPlan, application: Application, previous: Permit | None, position: str, day: date
) -> bool:
    """Return True when a plan was made from exactly this."""
    return (plan.application, plan.previous, plan.delegation.position, plan.day) == (
        application,
        previous,
        position,
        day,
    )
