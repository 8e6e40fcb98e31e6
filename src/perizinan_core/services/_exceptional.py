"""
Use cases of the office outside the ordinary course: waiting for others, and the way back from a grant.

`Reviews` carries them; they take the same step as its other use cases.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import date, datetime

from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import WaitingFor
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._repeats import Asked, asked
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow import AnnulledBy, DefectGround
from perizinan_core.workflow._reversal import annul_decision, reopen
from perizinan_core.workflow._transition import Transition
from perizinan_core.workflow._waiting import begin_wait, end_wait

__all__ = ["ExceptionalSteps", "Step"]

Step = Callable[[UnitOfWork, Application, PermitType], Transition]


@checked
class ExceptionalSteps:
    """What takes a case out of its ordinary course."""

    __slots__ = ()
    _context: OfficeContext

    def begin_wait(
        self,
        application_id: str,
        *,
        party: WaitingFor,
        name: str,
        reason: str,
        actor: Actor,
        stage: str | None = None,
        since: datetime | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Record that the office waits for another agency or an outside system.

        The applicant is informed for whom, why and since when. The clock runs on, and the case stands in front
        of no other meanwhile. Raises as `workflow.begin_wait`.
        """
        request = asked("begin_wait", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return begin_wait(
                case,
                permit_type,
                party=party,
                name=name,
                reason=reason,
                actor=actor,
                now=moment,
                stage=stage,
                since=since,
            )

        return self._step(application_id, step, actor, moment, request=request)

    def end_wait(
        self,
        application_id: str,
        number: int,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Record that what was waited for is there; ``number`` is that of the wait. Raises as `workflow.end_wait`."""
        request = asked("end_wait", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return end_wait(case, permit_type, number, actor=actor, now=moment)

        return self._step(application_id, step, actor, moment, request=request)

    def reopen(
        self,
        application_id: str,
        *,
        reasons: tuple[str, ...],
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Set an approval aside before its permit is issued: the case goes back to review, with reasons.

        Where a number is taken already, cancel it first (`Issuance.cancel`). Raises as `workflow.reopen`.
        """
        request = asked("reopen", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return reopen(
                case,
                permit_type,
                reasons=reasons,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
            )

        return self._step(application_id, step, actor, moment, expected_version, request=request)

    def annul_decision(
        self,
        application_id: str,
        *,
        ground: DefectGround,
        found_on: date,
        annulled_by: AnnulledBy,
        reasons: tuple[str, ...],
        legal_basis: str,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Annul a grant that has a defect before its permit is issued; the applicant is notified how to object.

        The way out of a grant by law whose permit cannot be issued. Raises as `workflow.annul_decision`.
        """
        request = asked("annul_decision", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return annul_decision(
                case,
                permit_type,
                ground=ground,
                found_on=found_on,
                annulled_by=annulled_by,
                reasons=reasons,
                legal_basis=legal_basis,
                objection_to=self._objection_to(permit_type, moment),
                actor=actor,
                authority=self._context.authority,
                now=moment,
            )

        return self._step(application_id, step, actor, moment, expected_version, request=request)

    def _objection_to(self, permit_type: PermitType, moment: datetime) -> str:
        """Return who takes an objection: the channel of the office, or the head of the unit that decides."""
        channel = next((item for item in self._context.authority.contacts if item.kind == "objection"), None)
        if channel is not None:
            return channel.label.to(self._context.language)
        unit = self._context.authority.unit(permit_type.responsible_unit)
        head = unit.head_title
        return (head or unit.name_on(self._context.local_day(moment)).name).to(self._context.language)

    @abstractmethod
    def _step(
        self,
        application_id: str,
        step: Step,
        actor: Actor,
        moment: datetime,
        expected_version: int | None = None,
        stage: str | None = None,
        request: Asked | None = None,
    ) -> Application:
        """Take a step in a unit of work."""
