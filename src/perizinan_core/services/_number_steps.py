"""
The first step of the saga in `_issuance`: a number, and with it everything that the letter says.

One unit of work takes the number and the place in the status list, freezes the letter in the permit's record and
takes the lease for its signature. Nothing is printed while others wait for the register, and nothing is worked out
there that could be before: the letter is composed for the number that comes next, and used if that is the one that
was taken.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._confirmations import confirmed
from perizinan_core.services._context import OfficeContext, Saving, new_id
from perizinan_core.services._entitled import require_entitled
from perizinan_core.services._letters import LetterPlan, compose, plan_letter, statement_of
from perizinan_core.services._number_sources import reserve_number
from perizinan_core.services._numbering import LetterNumber, next_number, take_number, take_place
from perizinan_core.services._publication import Publication
from perizinan_core.services._published_keys import OwnKeys
from perizinan_core.services._rehearsal import Rehearsal, rehearse
from perizinan_core.services._repeats import Asked, once
from perizinan_core.services._signatory import require_signer
from perizinan_core.services._signing import Lease, acquire_lease, hash_of
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.signing import Signer
from perizinan_core.storage import UnitOfWork
from perizinan_core.storage._records import Foreseen
from perizinan_core.workflow import Action
from perizinan_core.workflow._fee import check_paid
from perizinan_core.workflow._issuing import (
    check_signer,
    signing_delegation,
    signing_position,
    to_awaiting_signature,
)
from perizinan_core.workflow._renewal import check_previous

__all__ = ["NumberSteps", "Rehearsed"]

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
        rehearsed = self._rehearse(application_id, actor, moment)
        foreseen = () if rehearsed is None else rehearsed.foreseen
        with (
            context.work_for(actor, foreseen=foreseen) as work,
            once(work, actor, request, moment) as repeat,
        ):
            read = None if rehearsed is None else rehearsed.plan.application
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
            permit, case = self._take(work, application, actor, moment, rehearsed=rehearsed)
            lease = acquire_lease(context, work, permit, moment, case=case)
            repeat.finish({"permit": permit.id})
            work.commit()
        return permit, lease

    def _rehearse(
        self, application_id: str, actor: Actor, moment: datetime, *, by: Actor | None = None
    ) -> Rehearsed | None:
        """
        Ask everything that can be asked before others have to wait; None when no number can be taken.

        Args:
            application_id: The case.
            actor: Who signs.
            moment: Now.
            by: Who takes the number; None: the signer.
        """
        context = self._context
        trial = self._tried(application_id, actor, moment)
        if trial is None:
            return None
        permit_type = context.permit_type_of(trial.plan.application)
        if trial.signer is not None:
            require_entitled(self._publication, trial.plan, trial.signer, moment)
        reserve_number(context, permit_type.register, application_id, permit_type, moment)
        taking = None
        if permit_type.register not in context.number_sources:
            taking = self._taking(trial.said, trial.place, actor, by or actor, moment)
        return Rehearsed(trial.plan, taking)

    def _tried(
        self, application_id: str, actor: Actor, moment: datetime, *, without_key: bool = False
    ) -> _Trial | None:
        """
        Print the letter once with a number that is not taken; None when no number can be taken.

        Args:
            application_id: The case.
            actor: Who signs.
            moment: Now.
            without_key: A key that needs a person is not opened.
        """
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
            needs_person = without_key and context.signers.asks(position)
            signer = None if needs_person else context.signers.signer_for(position)
            check_previous(application, previous, context.local_day(moment), Action.TAKE_NUMBER)
            said = confirmed(context, work, plan)
            rehearse(Rehearsal(context=context, work=work, application=application, plan=said, moment=moment))
            own = OwnKeys(work, "qr", context.local_day, self._publication.status_lists.lead)
            own.require_usable(context.keys.qr.public_key(), moment)
            number = next_number(context, work, _register_of(permit_type), permit_type, plan.day)
            index = work.status_indexes.size()
        return _Trial(plan, said, _Place(new_id(), number, index), signer)

    def _take(
        self,
        work: UnitOfWork,
        application: Application,
        actor: Actor,
        moment: datetime,
        *,
        by: Actor | None = None,
        rehearsed: Rehearsed | None = None,
    ) -> tuple[Permit, Application]:
        """
        Take the number, and freeze what the letter says; return permit and case as they were written.

        Args:
            work: The unit of work.
            application: As it stands, locked.
            actor: Who signs.
            moment: Now.
            by: Who takes it; None: the signer.
            rehearsed: What was worked out before; evaluated again only when case, number or place are others.
        """
        context = self._context
        permit_type = context.permit_type_of(application)
        position = self._position(actor, permit_type, moment)
        previous = previous_permit_of(context, work, application, lock=True)
        plan = None if rehearsed is None else rehearsed.plan
        if plan is None or not _is_of(plan, application, previous, position, context.local_day(moment)):
            plan = self._plan(application, permit_type, previous, position, moment)
        plan = confirmed(context, work, plan)
        taking = None if rehearsed is None else rehearsed.taking
        permit_id = new_id() if taking is None else taking.permit.id
        number = take_number(
            context,
            work,
            _register_of(permit_type),
            permit_id,
            permit_type,
            actor,
            moment,
            owner=application.id,
            expected=None if taking is None else taking.place.number,
        )
        place = _Place(permit_id, number, take_place(context, work, actor, moment))
        if taking is None or (taking.plan, taking.place) != (plan, place):
            taking = self._taking(plan, place, actor, by or actor, moment)
        permit = work.permits.add(taking.permit, by=actor.id, at=moment)
        return permit, context.save(work, taking.saving, actor, moment)

    def _taking(
        self, plan: LetterPlan, place: _Place, signer: Actor, actor: Actor, moment: datetime
    ) -> _Taking:
        """Work out what is written with a number."""
        context, application, permit_type = self._context, plan.application, plan.permit_type
        number = place.number
        statement = statement_of(context, plan, number=number.text, status_index=place.status_index)
        qr_text = self._publication.qr_text(statement)
        letter = compose(context, plan, statement=statement, qr_text=qr_text)
        permit = Permit(
            id=place.permit_id,
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
            position=plan.delegation.position,
            delegation=plan.delegation.code,
            letter=letter,
            unsigned_sha256=hash_of(letter),
            status_index=place.status_index,
            previous_permit=application.previous_permit,
        )
        moved = to_awaiting_signature(
            application,
            permit_type,
            permit_id=permit.id,
            number=permit.number,
            signer=signer,
            position=plan.delegation.position,
            authority=context.authority,
            actor=actor,
            now=moment,
            previous_permit=plan.previous,
        )
        return _Taking(plan, place, permit, context.saving(moved, signer))

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


@attrs.frozen
class _Place:
    """What a letter gets when its number is taken."""

    permit_id: str
    number: LetterNumber
    status_index: int


@attrs.frozen
class _Trial:
    """What was asked and printed before a number is taken."""

    plan: LetterPlan
    said: LetterPlan
    """With the values that the office confirmed."""

    place: _Place
    """The next one, as it stands now."""

    signer: Signer | None
    """None: it was not opened."""


@attrs.frozen
class _Taking:
    """What is written with a number."""

    plan: LetterPlan
    place: _Place
    permit: Permit
    saving: Saving


@attrs.frozen
class Rehearsed:
    """
    What was worked out before the register is locked.

    Number and place are those that come next. Others who write meanwhile, such as those who receive applications, take
    neither; only where two letters are issued at the same moment, the second is worked out again under the lock.
    """

    plan: LetterPlan
    taking: _Taking | None
    """None: a source outside gives the number."""

    @property
    def foreseen(self) -> tuple[Foreseen, ...]:
        """What a unit of work is opened with as foreseen."""
        return () if self.taking is None else (self.taking.permit, *self.taking.saving.foreseen)


def _register_of(permit_type: PermitType) -> str:
    if permit_type.register is None:
        raise ServiceError("issuance", reason=f"permit type {permit_type.code!r} has no number register")
    return permit_type.register


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
