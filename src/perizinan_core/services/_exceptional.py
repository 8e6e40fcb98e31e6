"""
Use cases of the office outside the ordinary course: waiting for others, other officers, cases before their turn, and
the way back from a grant.

`Reviews` carries them.
"""

from __future__ import annotations

from datetime import date, datetime

from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._case import WaitingFor
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._assigning import note_assignments
from perizinan_core.services._similar import similar_cases
from perizinan_core.services._steps import CaseStep, Steps
from perizinan_core.workflow import AnnulledBy, DefectGround
from perizinan_core.workflow._assignment import Exclusion, exclusions
from perizinan_core.workflow._checks import answer_check
from perizinan_core.workflow._notice import record_notice
from perizinan_core.workflow._overrides import (
    allow_queue_jump,
    declare_conflict,
    jump_request,
    reassign_stage,
    request_queue_jump,
)
from perizinan_core.workflow._reversal import annul_decision, reopen
from perizinan_core.workflow._similar import note_similar
from perizinan_core.workflow._transition import Transition
from perizinan_core.workflow._waiting import begin_wait, end_wait

__all__ = ["ExceptionalSteps"]

_MOST_SIMILAR = 20


@checked
class ExceptionalSteps(Steps):
    """What takes a case out of its ordinary course."""

    __slots__ = ()

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
        return self._take(
            "begin_wait",
            locals(),
            lambda at: begin_wait(
                at.case,
                at.permit_type,
                party=party,
                name=name,
                reason=reason,
                stage=stage,
                since=since,
                **at.by,
            ),
        )

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
        return self._take("end_wait", locals(), lambda at: end_wait(at.case, at.permit_type, number, **at.by))

    def answer_check(
        self,
        application_id: str,
        plugin: str,
        *,
        accepted: bool,
        remark: str,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Write down what an outside system answered about the submission another way, e.g. by letter.

        For a system that does not answer, or whose answer has changed; ``plugin`` is `CheckRecord.plugin` of one of
        `Application.unsettled_checks`. Raises as `workflow.answer_check`.
        """
        return self._take(
            "answer_check",
            locals(),
            lambda at: answer_check(
                at.case,
                at.permit_type,
                plugin,
                accepted=accepted,
                remark=remark,
                language=self._context.language,
                **at.by,
            ),
        )

    def record_notice(
        self,
        application_id: str,
        *,
        remark: str,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Record that the applicant was notified by telephone, by letter or at the counter: time runs from now.

        For cases of `Reviews.unnotified`, whose messages do not arrive. Raises as `workflow.record_notice`.
        """
        return self._take(
            "record_notice",
            locals(),
            lambda at: record_notice(at.case, at.permit_type, remark=remark, **at.counted_by),
        )

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
        return self._take(
            "reopen",
            locals(),
            lambda at: reopen(at.case, at.permit_type, reasons=reasons, **at.counted_by),
        )

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
        Annul a grant that has a defect before its permit is issued; the applicant is informed how to object.

        The way out of a grant by law whose permit cannot be issued. Raises as `workflow.annul_decision`.
        """
        return self._take(
            "annul_decision",
            locals(),
            lambda at: annul_decision(
                at.case,
                at.permit_type,
                ground=ground,
                found_on=found_on,
                annulled_by=annulled_by,
                reasons=reasons,
                legal_basis=legal_basis,
                objection_to=self._objection_to(at.permit_type, at.now),
                authority=self._context.authority,
                **at.by,
            ),
        )

    def note_similar(
        self,
        application_id: str,
        stage: str,
        *,
        reason: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Write down, as the officer of an open stage, why a case continues although others ask for the same.

        The others are those of `Lists.similar` at that moment. Raises as `workflow.note_similar`.
        """
        given = locals()

        def step(at: CaseStep) -> Transition:
            others = similar_cases(self._context, at.work, at.case, actor, _MOST_SIMILAR)
            named = tuple(other.id for other in others)
            return note_similar(at.case, at.permit_type, stage, named, reason=reason, **at.by)

        return self._take("note_similar", given, step, stage=stage)

    def declare_conflict(
        self,
        application_id: str,
        *,
        reason: str,
        actor: Actor,
        officer: str | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Declare a case as one's own or a relative's; it goes to someone else.

        Args:
            application_id: The case.
            reason: Why; kept in the case.
            actor: The officer, or a supervisor for another one.
            officer: Id of the other officer; None: the actor.
            idempotency_key: The same key again does nothing more.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: ``officer`` is not on the staff record.
            WorkflowError: see `workflow.declare_conflict`.
        """
        given = locals()
        concerned = officer or actor.id

        def step(at: CaseStep) -> Transition:
            moved = declare_conflict(
                at.case, at.permit_type, officer=concerned, reason=reason, **at.counted_by
            )
            # Last, so that only those who may declare learn who is on record.
            try:
                at.work.officers.get(concerned)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="officer", key=concerned) from error
            return moved

        return self._take("declare_conflict", given, step)

    def reassign(
        self,
        application_id: str,
        stage: str,
        *,
        reason: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Give a stage to another officer; the rule chooses whom. For supervisors, with a reason.

        Raises:
            DecidedByOthersError: the stage was judged first.
            WorkflowError: see `workflow.reassign_stage`.
        """
        given = locals()

        def step(at: CaseStep) -> Transition:
            staff = self._context.staff(at.work, at.case)
            moved = reassign_stage(
                at.case,
                at.permit_type,
                stage,
                reason=reason,
                staff=staff,
                workloads=self._context.workloads(at.work, staff),
                random=self._context.random,
                **at.by,
            )
            note_assignments(at.work, moved, at.now)
            return moved

        return self._take("reassign", given, step, stage=stage)

    def request_jump(
        self,
        application_id: str,
        stage: str,
        *,
        reason: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Ask, as the officer of an open stage, to take the case before its turn. Raises as `decide`."""
        return self._take(
            "request_jump",
            locals(),
            lambda at: request_queue_jump(at.case, at.permit_type, stage, reason=reason, **at.by),
        )

    def exclusions(self, application_id: str, *, actor: Actor) -> tuple[Exclusion, ...]:
        """
        Return the officers who are out of a case and why, for its supervisors and auditors.

        Raises:
            NotFoundError: there is no such application for this actor.
            AccessDeniedError: for others than supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = self._context.load(work, application_id)
            permit_type = self._context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, "exclusions", Role.SUPERVISOR, Role.AUDITOR)
            return exclusions(application, permit_type, work.officers.list(active_only=False))

    def allow_jump(
        self,
        application_id: str,
        stage: str,
        *,
        approved_by: Actor,
        reason: str,
        requested_by: Actor | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Let a case be worked on before earlier ones, as its officer asked; it stays on record.

        Args:
            application_id: The case.
            stage: Code of the open stage.
            approved_by: A supervisor, as second person.
            reason: Why.
            requested_by: Whose request is meant; None: that of the stage's officer.
            idempotency_key: The same key again does nothing more.
            now: Aware moment; None asks the clock.

        Raises:
            WorkflowError: ``jump-not-requested``: the stage's officer did not ask for it with `request_jump`.
            WorkflowError: see `workflow.allow_queue_jump`.
        """
        given = locals()

        def step(at: CaseStep) -> Transition:
            standing = jump_request(at.case, stage) if requested_by is not None else None
            if requested_by is not None and standing is not None and standing.officer != requested_by.id:
                raise WorkflowError("jump-not-requested", stage=stage)
            return allow_queue_jump(
                at.case, at.permit_type, stage, approved_by=approved_by, reason=reason, now=at.now
            )

        return self._take("allow_jump", given, step, actor=approved_by)

    def _objection_to(self, permit_type: PermitType, moment: datetime) -> str:
        """Return who takes an objection: the channel of the office, or the head of the unit that decides."""
        channel = next((item for item in self._context.authority.contacts if item.kind == "objection"), None)
        if channel is not None:
            return channel.label.to(self._context.language)
        unit = self._context.authority.unit(permit_type.responsible_unit)
        head = unit.head_title
        return (head or unit.name_on(self._context.local_day(moment)).name).to(self._context.language)
